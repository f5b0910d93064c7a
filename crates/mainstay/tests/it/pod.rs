//! Client pods: who works on an account, and what that lets them do.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House};

/// A member of the workspace in their own browser.
fn member(house: &House, name: &str, email: &str) -> Browser {
    let mut browser = house.person(name, email, "member");
    browser.enter("acme");
    browser
}

/// Ids of the workspace's people by name.
fn id_of(house: &House, name: &str) -> String {
    let users = house.admin.get("/api/v1/users").json();
    let users = users["data"].as_array().expect("a list has data");
    let user = users.iter().find(|user| user["name"] == name).expect("the person is there");
    user["id"].as_str().expect("a user has an id").to_owned()
}

/// Name and role of each member, as the list has them.
fn members(browser: &Browser, account: &str) -> Vec<(String, String)> {
    let answer = browser.get(&format!("/api/v1/accounts/{account}/members"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let members = answer.json()["data"].as_array().expect("a list has data").clone();
    members.iter().map(|member| (text(&member["user"]["name"]), text(&member["role"]))).collect()
}

fn pair(name: &str, role: &str) -> (String, String) {
    (name.to_owned(), role.to_owned())
}

both!(
    fn whoever_makes_an_account_works_on_it(on) {
        let house = House::new(on);
        let mei = member(&house, "Mei Tan", "mei@acme.example");
        let ada = id_of(&house, "Ada Admin");
        let made = mei.json("POST", "/api/v1/accounts", &json!({ "name": "Own" })).json();
        assert_eq!(members(&mei, made["id"].as_str().unwrap_or_default()), [pair("Mei Tan", "owner")]);
        let made = mei.json("POST", "/api/v1/accounts", &json!({ "name": "For Ada", "associate_id": ada })).json();
        let both = [pair("Ada Admin", "owner"), pair("Mei Tan", "team")];
        assert_eq!(members(&mei, made["id"].as_str().unwrap_or_default()), both, "a member may go on with what they made");
        let mei_id = id_of(&house, "Mei Tan");
        let made = house.admin.json("POST", "/api/v1/accounts", &json!({ "name": "For Mei", "associate_id": mei_id })).json();
        let id = made["id"].as_str().unwrap_or_default();
        assert_eq!(members(&mei, id), [pair("Mei Tan", "owner")], "an administrator may write anyway");
    }
);

both!(
    fn the_pod_has_one_owner(on) {
        let house = House::new(on);
        member(&house, "Mei Tan", "mei@acme.example");
        let (ada, mei) = (id_of(&house, "Ada Admin"), id_of(&house, "Mei Tan"));
        let account = house.account("Casavero");
        let path = |user: &str| format!("/api/v1/accounts/{account}/members/{user}");
        let refused = house.admin.send("DELETE", &path(&ada), &[], b"");
        assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"));
        let put = house.admin.json("PUT", &path(&mei), &json!({ "role": "owner", "function": "support" }));
        assert_eq!((put.status, put.json()["function"].clone()), (200, json!("support")), "{}", put.body);
        assert_eq!(members(&house.admin, &account), [pair("Mei Tan", "owner"), pair("Ada Admin", "team")]);
        assert_eq!(house.admin.send("DELETE", &path(&ada), &[], b"").status, 204);
        assert_eq!(members(&house.admin, &account), [pair("Mei Tan", "owner")]);
        assert_eq!(house.admin.send("DELETE", &path(&ada), &[], b"").status, 404);
        for (body, pointer) in [(json!({ "role": "boss" }), "/role"), (json!({ "role": "team", "function": "x" }), "/function")] {
            assert_eq!(house.admin.json("PUT", &path(&ada), &body).json()["errors"][0]["pointer"], pointer);
        }
        let stranger = house.admin.json("PUT", &path(&account), &json!({ "role": "team" }));
        assert_eq!(stranger.json()["errors"][0]["pointer"], "/user");
    }
);

both!(
    fn the_pod_decides_who_writes(on) {
        let house = House::new(on);
        let mei = member(&house, "Mei Tan", "mei@acme.example");
        let mei_id = id_of(&house, "Mei Tan");
        let account = house.account("Casavero");
        let (path, page) = (format!("/api/v1/accounts/{account}"), format!("/w/acme/accounts/{account}"));
        let member = format!("{path}/members/{mei_id}");
        let rename = |name: &str| mei.json("PATCH", &path, &json!({ "name": name })).status;
        assert_eq!(rename("Mine"), 403);
        assert_eq!(mei.get(&format!("{page}/money")).status, 200, "everybody reads");
        assert_eq!(mei.get(&format!("{page}/edit")).status, 403);
        assert!(!mei.get(&format!("{page}/money")).body.contains("Add a contract"), "no form that would be refused");
        house.admin.json("PUT", &member, &json!({ "role": "observer" }));
        assert_eq!(rename("Mine"), 403, "observers are informed");
        house.admin.json("PUT", &member, &json!({ "role": "team" }));
        assert_eq!(rename("Casa"), 200);
        let own = mei.json("PUT", &member, &json!({ "role": "owner" }));
        assert_eq!(own.status, 403, "the team does not decide who is in the pod: {}", own.body);
        assert_eq!(mei.post(&format!("{page}/team"), &[("user", &mei_id), ("role", "owner")]).status, 403);
    }
);

both!(
    fn a_confidential_account_is_its_pods_alone(on) {
        let house = House::new(on);
        let mei = member(&house, "Mei Tan", "mei@acme.example");
        let (ada_id, mei_id) = (id_of(&house, "Ada Admin"), id_of(&house, "Mei Tan"));
        let sent = json!({ "name": "Zyx secret", "confidential": true, "external_id": "SECRET-1" });
        let made = mei.json("POST", "/api/v1/accounts", &sent).json();
        let path = format!("/api/v1/accounts/{}", made["id"].as_str().expect("it has an id"));
        assert_eq!(house.admin.get(&path).status, 404, "administrators included");
        assert_eq!(house.admin.get(&format!("{path}/members")).status, 404);
        assert_eq!(house.admin.get(&format!("{path}/contracts")).status, 404);
        for list in ["/api/v1/accounts", "/api/v1/accounts?q=zyx", "/w/acme/accounts?q=zyx", "/api/v1/portfolio"] {
            assert!(!house.admin.get(list).body.contains("Zyx secret"), "{list}");
            assert!(mei.get(list).body.contains("Zyx secret"), "{list}");
        }
        let guessed = house.admin.json("PUT", "/api/v1/accounts/by-external-id/SECRET-1", &json!({ "name": "x" }));
        assert_eq!(guessed.status, 404);
        let put = mei.json("PUT", &format!("{path}/members/{ada_id}"), &json!({ "role": "team" }));
        assert_eq!(put.status, 200, "{}", put.body);
        assert_eq!(house.admin.get(&path).json()["pod_role"], "team");
        // A second member in the team may not let a third one in by making them the associate.
        let oleg = member(&house, "Oleg Petrenko", "oleg@acme.example");
        let (oleg_id, members) = (id_of(&house, "Oleg Petrenko"), format!("{path}/members"));
        mei.json("PUT", &format!("{members}/{oleg_id}"), &json!({ "role": "team" }));
        member(&house, "Noor Haddad", "noor@acme.example");
        let noor = json!({ "associate_id": id_of(&house, "Noor Haddad") });
        assert_eq!(oleg.json("PATCH", &path, &noor).status, 403);
        assert_eq!(oleg.json("PATCH", &path, &json!({ "confidential": false })).status, 403);
        assert_eq!(oleg.json("PATCH", &path, &json!({ "name": "Zyx" })).status, 200, "the rest is theirs to write");
        assert_eq!(mei.send("DELETE", &format!("{members}/{ada_id}"), &[], b"").status, 204);
        assert_eq!(house.admin.get(&path).status, 404, "rights are today's");
        let open = house.account("Open");
        mei.json("PATCH", &format!("/api/v1/accounts/{open}"), &json!({ "name": "no" }));
        house.admin.json("PUT", &format!("/api/v1/accounts/{open}/members/{mei_id}"), &json!({ "role": "owner" }));
        house.admin.send("DELETE", &format!("/api/v1/accounts/{open}/members/{ada_id}"), &[], b"");
        let locked_out = house.admin.json("PATCH", &format!("/api/v1/accounts/{open}"), &json!({ "confidential": true }));
        assert_eq!(locked_out.json()["errors"][0]["pointer"], "/confidential", "nobody locks themselves out");
    }
);

both!(
    fn the_team_page_adds_and_removes(on) {
        let house = House::new(on);
        member(&house, "Mei Tan", "mei@acme.example");
        let mei = id_of(&house, "Mei Tan");
        let page = format!("/w/acme/accounts/{}/team", house.account("Casavero"));
        let refused = house.admin.post(&page, &[("user", ""), ("role", "team")]);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("Choose a person"), "{}", refused.body);
        assert_eq!(house.admin.post(&page, &[("user", &mei), ("role", "observer"), ("function", "support")]).status, 303);
        let shown = house.admin.get(&page).body;
        assert!(shown.contains("Observer") && shown.contains("Support") && shown.contains(&format!("{mei}/remove")), "{shown}");
        assert_eq!(house.admin.post(&format!("{page}/{mei}/remove"), &[]).status, 303);
        assert!(!house.admin.get(&page).body.contains(&format!("{mei}/remove")));
    }
);
