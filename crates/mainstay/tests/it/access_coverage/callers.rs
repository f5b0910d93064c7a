//! The kinds of callers, and a world in which each of them exists.

use mainstay_rules::permission::{Role, TokenScope};
use serde_json::{Value, json};

use super::cases::{Body, Case};
use super::{OURS, SECRET, Which};
use crate::harness::{Answer, Browser, House, On, PASSWORD, Script, program, status_of_stream};
use crate::job::failed_job;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    Nobody,
    RevokedToken,
    /// Was deactivated while signed in.
    Gone,
    /// Administrator of another workspace on the same server.
    Foreigner,
    ForeignToken,
    /// The owner's token of scope read.
    ReadToken,
    /// The owner's token of scope write.
    WriteToken,
    /// The administrator's token of scope admin.
    AdminToken,
    /// In the workspace, in no pod.
    Member,
    Observer,
    /// Owns the scope of either account, and is no more than an observer otherwise.
    ScopeOwner,
    Team,
    Owner,
    Leader,
    Admin,
}

pub const CALLERS: [Caller; 15] = [
    Caller::Nobody,
    Caller::RevokedToken,
    Caller::Gone,
    Caller::Foreigner,
    Caller::ForeignToken,
    Caller::ReadToken,
    Caller::WriteToken,
    Caller::AdminToken,
    Caller::Member,
    Caller::Observer,
    Caller::ScopeOwner,
    Caller::Team,
    Caller::Owner,
    Caller::Leader,
    Caller::Admin,
];

impl Caller {
    pub fn is_foreign(self) -> bool {
        matches!(self, Self::Foreigner | Self::ForeignToken)
    }

    pub fn is_in_confidential_pod(self) -> bool {
        matches!(
            self,
            Self::Observer | Self::ScopeOwner | Self::Team | Self::Owner | Self::ReadToken | Self::WriteToken
        )
    }

    pub fn role(self) -> Role {
        match self {
            Self::Admin | Self::AdminToken | Self::Foreigner | Self::ForeignToken => Role::Admin,
            Self::Leader => Role::Leader,
            _ => Role::Member,
        }
    }

    pub fn scope(self) -> TokenScope {
        match self {
            Self::ReadToken => TokenScope::Read,
            Self::WriteToken => TokenScope::Write,
            _ => TokenScope::Admin,
        }
    }

    /// Written out by hand, not asked of the permission table: this test is its second opinion.
    pub fn writes(self, account: Which) -> bool {
        match account {
            Which::Confidential => matches!(self, Self::Owner | Self::Team | Self::WriteToken),
            Which::Unattached => self.has_the_task(),
            Which::Open => {
                matches!(
                    self,
                    Self::Owner | Self::Team | Self::WriteToken | Self::Leader | Self::Admin | Self::AdminToken
                )
            }
        }
    }

    /// The tasks of the test are the observer's to do.
    pub fn does_the_task(self) -> bool {
        self == Self::Observer
    }

    /// The task about no account: whose it is, and who wrote it down.
    pub fn has_the_task(self) -> bool {
        matches!(self, Self::Observer | Self::Owner | Self::ReadToken | Self::WriteToken)
    }

    /// The scope of the account: by its owner too.
    pub fn writes_scope(self, account: Which) -> bool {
        self == Self::ScopeOwner || self.writes(account)
    }

    pub fn steers(self, account: Which) -> bool {
        match account {
            Which::Confidential => matches!(self, Self::Owner | Self::WriteToken),
            Which::Unattached => false,
            Which::Open => {
                matches!(self, Self::Owner | Self::WriteToken | Self::Leader | Self::Admin | Self::AdminToken)
            }
        }
    }
}

/// What a path's words stand for, for one of the two accounts.
struct Things {
    account: String,
    contract: String,
    amendment: String,
    task: String,
    scope: String,
}

pub struct World {
    house: House,
    browsers: Vec<(Caller, Browser)>,
    tokens: Vec<(Caller, String)>,
    open: Things,
    confidential: Things,
    /// A task about no account.
    unattached: String,
    /// A user whom administrators may try things on.
    user: String,
    token: String,
    import: String,
    job: String,
    field: String,
    threshold: String,
    view: String,
    snapshot: String,
    bulk_edit: String,
}

impl World {
    pub fn new(on: On) -> Self {
        let house = House::new(on);
        let mut browsers = vec![(Caller::Admin, house.admin.clone())];
        for (caller, role) in [
            (Caller::Owner, "member"),
            (Caller::Team, "member"),
            (Caller::Observer, "member"),
            (Caller::ScopeOwner, "member"),
            (Caller::Member, "member"),
            (Caller::Leader, "leader"),
            (Caller::Gone, "member"),
        ] {
            let name = format!("{caller:?} {OURS}");
            let mut browser = house.person(&name, &format!("{caller:?}@acme.example").to_lowercase(), role);
            browser.enter("acme");
            browsers.push((caller, browser));
        }
        browsers.push((Caller::Foreigner, foreigner(&house)));
        let browser = |wanted: Caller| {
            browsers.iter().find(|(caller, _)| *caller == wanted).expect("everybody is there").1.clone()
        };
        let owner = browser(Caller::Owner);
        let tokens = vec![
            (Caller::ReadToken, token(&owner, "read").1),
            (Caller::WriteToken, token(&owner, "write").1),
            (Caller::AdminToken, token(&house.admin, "admin").1),
            (Caller::ForeignToken, token(&browser(Caller::Foreigner), "admin").1),
            (Caller::RevokedToken, revoked_token(&owner)),
        ];
        let user = add_user(&house);
        deactivate(&house, "gone@acme.example");
        let members = [(Caller::Team, "team"), (Caller::Observer, "observer"), (Caller::ScopeOwner, "observer")];
        let open = account(&owner, &format!("{OURS} open"), false, &members);
        let confidential = account(&owner, &format!("{SECRET} {OURS}"), true, &members);
        let unattached = task(&owner, &format!("{SECRET} {OURS} on its own"), None);
        let token = token(&house.admin, "read").0;
        let import = stage_import(&house.admin);
        let field = add_field(&house.admin);
        let view = add_view(&house.admin);
        let bulk_edit = add_bulk_edit(&house.admin, &open.account);
        let job = failed_job(&house.data);
        let kept =
            house.admin.json("POST", "/api/v1/snapshots", &serde_json::json!({ "note": format!("{OURS} board") }));
        let snapshot = kept.json()["id"].as_str().expect("a snapshot has an id").to_owned();
        Self {
            threshold: add_threshold(&house.admin),
            house,
            browsers,
            tokens,
            open,
            confidential,
            unattached,
            user,
            token,
            import,
            job,
            field,
            view,
            snapshot,
            bulk_edit,
        }
    }

    /// Sends the case's request as this caller.
    pub fn send(&self, case: &Case, caller: Caller, account: Which) -> Answer {
        let things = if account == Which::Confidential { &self.confidential } else { &self.open };
        let task = if account == Which::Unattached { &self.unattached } else { &things.task };
        let fill = |text: &str| {
            text.replace("{workspace}", "acme")
                .replace("{account}", &things.account)
                .replace("{contract}", &things.contract)
                .replace("{amendment}", &things.amendment)
                .replace("{task}", task)
                .replace("{scope}", &things.scope)
                .replace("{user}", &self.user)
                .replace("{token}", &self.token)
                .replace("{import}", &self.import)
                .replace("{field}", &self.field)
                .replace("{view}", &self.view)
                .replace("{snapshot}", &self.snapshot)
                .replace("{bulk_edit}", &self.bulk_edit)
                .replace("{metric}", "launched")
                .replace("{what}", "overall")
                .replace("{into}", &self.open.account)
                .replace("{step}", "launched")
                .replace("{name}", "seats_used")
                .replace("{template}", "software")
                .replace("{version}", "1")
                .replace("{day}", "2025-01-01")
                .replace("{month}", "2026-07")
                .replace("{external_id}", "EXT-1")
                .replace("{session}", "no-such-session")
                .replace("{link}", "no-such-link")
                .replace("{job}", &self.job)
                .replace("{signal}", "seats_used")
                .replace("{call}", "track")
                .replace("{threshold}", &self.threshold)
                .replace("{kind}", "housekeeping")
                .replace("{day}", "2026-01-06")
                .replace("{unique}", &format!("{caller:?} {:?}", std::thread::current().id()))
        };
        let path = fill(case.path);
        if case.body == Body::Stream {
            return self.stream(caller, &path);
        }
        let is_page = !path.starts_with("/api/");
        let (kind, body) = match case.body {
            Body::Json(text) => ("application/json", fill(text)),
            Body::Form(fields) => ("application/x-www-form-urlencoded", fill(fields)),
            Body::Upload => ("multipart/form-data; boundary=edge", upload("Account,Type\nUploaded,2\n")),
            Body::None | Body::Stream => ("", String::new()),
        };
        let mut headers = vec![("accept", if is_page && case.body != Body::None { "text/html" } else { "*/*" })];
        if !kind.is_empty() {
            headers.push(("content-type", kind));
        }
        if let Some((_, token)) = self.tokens.iter().find(|(known, _)| *known == caller) {
            return Script::new(&self.house.server.url, Some(token)).send(
                case.method,
                &path,
                &headers,
                body.as_bytes(),
            );
        }
        match self.browsers.iter().find(|(known, _)| *known == caller) {
            Some(_) if case.ends_sessions() && caller != Caller::Gone => {
                self.fresh(caller).send(case.method, &path, &headers, body.as_bytes())
            }
            Some((_, browser)) => browser.send(case.method, &path, &headers, body.as_bytes()),
            None => Script::new(&self.house.server.url, None).send(case.method, &path, &headers, body.as_bytes()),
        }
    }

    /// The caller in another browser, just signed in.
    fn fresh(&self, caller: Caller) -> Browser {
        let (email, workspace) = match caller {
            Caller::Admin => ("ada@acme.example".to_owned(), "acme"),
            Caller::Foreigner => ("eve@other.example".to_owned(), "other"),
            _ => (format!("{caller:?}@acme.example").to_lowercase(), "acme"),
        };
        let mut browser = Browser::new(&self.house.server.url);
        assert_eq!(browser.sign_in(&email, PASSWORD).status, 303, "{email} signs in");
        browser.enter(workspace);
        browser
    }

    fn stream(&self, caller: Caller, path: &str) -> Answer {
        let bearer = self.tokens.iter().find(|(known, _)| *known == caller).map(|(_, token)| format!("Bearer {token}"));
        let cookie =
            self.browsers.iter().find(|(known, _)| *known == caller).map(|(_, browser)| browser.cookie().to_owned());
        let workspace = if caller == Caller::Foreigner { "other" } else { "acme" };
        let mut headers = vec![("mainstay-workspace", workspace)];
        headers.extend(bearer.as_deref().map(|value| ("authorization", value)));
        headers.extend(cookie.as_deref().map(|value| ("cookie", value)));
        Answer {
            status: status_of_stream(&self.house.server.url, path, &headers),
            body: String::new(),
            bytes: Vec::new(),
            headers: Vec::new(),
        }
    }
}

/// The administrator of a second workspace.
fn foreigner(house: &House) -> Browser {
    let added = program()
        .args(["workspace", "add", "--name", "Other", "--email", "eve@other.example"])
        .args(house.data.options())
        .output()
        .expect("the command runs");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let link = String::from_utf8_lossy(&added.stdout).trim().to_owned();
    let mut browser = house.join(&link, "Eve");
    browser.enter("other");
    browser
}

/// A token's id and secret.
fn token(browser: &Browser, scope: &str) -> (String, String) {
    let made = browser.json("POST", "/api/v1/tokens", &json!({ "name": format!("a {scope} token"), "scope": scope }));
    assert_eq!(made.status, 201, "{}", made.body);
    let text = |name: &str| made.json()[name].as_str().expect("a token has it").to_owned();
    (text("id"), text("token"))
}

fn revoked_token(browser: &Browser) -> String {
    let (id, secret) = token(browser, "admin");
    assert_eq!(browser.json("DELETE", &format!("/api/v1/tokens/{id}"), &Value::Null).status, 204);
    secret
}

fn add_user(house: &House) -> String {
    let person = json!({ "name": format!("Uma {OURS}"), "email": "uma@acme.example", "role": "member" });
    let added = house.admin.json("POST", "/api/v1/users", &person);
    assert_eq!(added.status, 201, "{}", added.body);
    added.json()["id"].as_str().expect("a user has an id").to_owned()
}

fn deactivate(house: &House, email: &str) {
    let id = user_id(&house.admin, email);
    let done = house.admin.json("POST", &format!("/api/v1/users/{id}/deactivate"), &json!({}));
    assert!(done.status < 300, "{}", done.body);
}

fn user_id(browser: &Browser, email: &str) -> String {
    let users = browser.get("/api/v1/users?limit=200").json();
    let users = users["data"].as_array().expect("a list has data").clone();
    let found = users.iter().find(|user| user["email"] == email).unwrap_or_else(|| panic!("{email} is a user"));
    found["id"].as_str().expect("a user has an id").to_owned()
}

fn account(owner: &Browser, name: &str, confidential: bool, members: &[(Caller, &str)]) -> Things {
    let made =
        owner.json("POST", "/api/v1/accounts", &json!({ "name": name, "type": 2, "confidential": confidential }));
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].as_str().expect("an account has an id").to_owned();
    for (caller, role) in members {
        let user = user_id(owner, &format!("{caller:?}@acme.example").to_lowercase());
        let put = owner.json(
            "PUT",
            &format!("/api/v1/accounts/{id}/members/{user}"),
            &json!({ "role": role, "function": "support" }),
        );
        assert!(put.status < 300, "{}", put.body);
    }
    let score = json!({ "value": 6, "note": format!("note of {name}") });
    let put = owner.json("PUT", &format!("/api/v1/accounts/{id}/scores/launched"), &score);
    assert!(put.status < 300, "{}", put.body);
    let contract = json!({ "name": format!("contract of {name}"), "start": "2025-01-01", "end": null,
        "arr": { "amount": "1000.00", "currency": "EUR" } });
    let made = owner.json("POST", &format!("/api/v1/accounts/{id}/contracts"), &contract);
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let text = |value: &Value| value.as_str().expect("it has an id").to_owned();
    let part = json!({ "name": format!("scope of {name}"), "kind": "region",
        "owner_id": user_id(owner, "scopeowner@acme.example") });
    let added = owner.json("POST", &format!("/api/v1/accounts/{id}/scopes"), &part);
    assert_eq!(added.status, 201, "{}", added.body);
    Things {
        task: task(owner, &format!("task of {name}"), Some(&id)),
        account: id,
        contract: text(&made["id"]),
        amendment: text(&made["amendments"][0]["id"]),
        scope: text(&added.json()["id"]),
    }
}

/// A task that the observer is to do.
fn task(owner: &Browser, title: &str, account: Option<&str>) -> String {
    let observer = user_id(owner, "observer@acme.example");
    let made = owner.json("POST", "/api/v1/tasks", &json!({ "title": title, "account": account, "owner": observer }));
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().expect("a task has an id").to_owned()
}

fn upload(file: &str) -> String {
    format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"report.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--edge--\r\n"
    )
}

fn add_bulk_edit(admin: &Browser, account: &str) -> String {
    let body = json!({ "accounts": [account], "field": "vertical", "value": format!("Vertical of {OURS}") });
    let made = admin.json("POST", "/api/v1/bulk-edits", &body);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().expect("a change has an id").to_owned()
}

/// A watched level of the signal that the cases name.
fn add_threshold(admin: &Browser) -> String {
    let level = json!({ "signal": "seats_used", "measure": "last", "side": "at_least", "level": 1_000_000 });
    let made = admin.json("POST", "/api/v1/thresholds", &level);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().expect("a threshold has an id").to_owned()
}

fn add_view(admin: &Browser) -> String {
    let body = json!({ "name": format!("View of {OURS}"), "query": "type=2", "shared": true });
    let made = admin.json("POST", "/api/v1/views", &body);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().expect("a view has an id").to_owned()
}

fn add_field(admin: &Browser) -> String {
    let made = admin.json("POST", "/api/v1/fields", &json!({ "name": format!("Field of {OURS}"), "kind": "text" }));
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().expect("a field has an id").to_owned()
}

fn stage_import(admin: &Browser) -> String {
    let file = format!("Account,Type\n{OURS} imported,2\n");
    let headers = [("content-type", "multipart/form-data; boundary=edge")];
    let staged = admin.send("POST", "/api/v1/imports", &headers, upload(&file).as_bytes());
    assert_eq!(staged.status, 201, "{}", staged.body);
    staged.json()["id"].as_str().expect("an import has an id").to_owned()
}
