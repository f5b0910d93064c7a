//! A browser without a screen: keeps its session cookie and sends the proof that pages carry.

use serde_json::Value;
use ureq::Agent;

use super::listener::Listener;
use super::script::{Answer, agent, send};

#[derive(Clone)]
pub struct Browser {
    base: String,
    cookie: Option<String>,
    csrf: String,
    /// The workspace whose pages it looks at.
    workspace: String,
    agent: Agent,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), cookie: None, csrf: String::new(), workspace: String::new(), agent: agent() }
    }

    /// Posts a form of a page before sign-in; keeps the cookie that comes back.
    pub fn post_open(&mut self, url: &str, form: &[(&str, &str)]) -> Answer {
        let answer = self.raw("POST", url, &[("content-type", FORM)], encode(form).as_bytes());
        if let Some(cookie) = answer.header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        answer
    }

    pub fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        let url = format!("{}/sign-in", self.base);
        self.post_open(&url, &[("email", email), ("password", password), ("next", "/")])
    }

    /// Opens the workspace's first page and takes the session's proof from it.
    pub fn enter(&mut self, workspace: &str) {
        workspace.clone_into(&mut self.workspace);
        let page = self.get(&format!("/w/{workspace}/portfolio"));
        assert_eq!(page.status, 200, "{}", page.body);
        let after = page.body.split_once("name=\"csrf\" value=\"").expect("the page has a form").1;
        after.split('"').next().unwrap_or_default().clone_into(&mut self.csrf);
    }

    pub fn get(&self, path: &str) -> Answer {
        self.raw("GET", &format!("{}{path}", self.base), &[("accept", "text/html")], b"")
    }

    /// A form of a signed-in page.
    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut fields = form.to_vec();
        fields.push(("csrf", &self.csrf));
        let headers = [("content-type", FORM), ("accept", "text/html")];
        self.raw("POST", &format!("{}{path}", self.base), &headers, encode(&fields).as_bytes())
    }

    /// A call of the API, or of a page's script.
    pub fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(method, path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    /// Any request with the session's proof.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all = headers.to_vec();
        all.push(("x-csrf-token", &self.csrf));
        if !self.workspace.is_empty() {
            all.push(("mainstay-workspace", &self.workspace));
        }
        self.raw(method, &format!("{}{path}", self.base), &all, body)
    }

    /// A request as it is, with the cookie only.
    pub fn raw(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all = headers.to_vec();
        if let Some(cookie) = &self.cookie {
            all.push(("cookie", cookie));
        }
        send(&self.agent, method, url, &all, body)
    }

    /// A write to a server that may die meanwhile: the status, or nothing when no answer came.
    pub fn send_quietly(&self, method: &str, url: &str, key: &str, body: &str) -> Result<u16, ()> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(url)
            .header("content-type", "application/json")
            .header("x-csrf-token", &self.csrf)
            .header("idempotency-key", key)
            .header("cookie", self.cookie())
            .body(body.as_bytes().to_vec())
            .expect("the request can be built");
        self.agent.run(request).map(|answer| answer.status().as_u16()).map_err(|_| ())
    }

    /// The cookie, for a connection of another kind.
    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap_or_default()
    }

    /// Opens a stream and listens.
    pub fn listen(&self, path: &str, headers: &[(&str, &str)]) -> Listener {
        let mut all = headers.to_vec();
        all.extend(self.cookie.as_ref().map(|cookie| ("cookie", cookie.as_str())));
        if !self.workspace.is_empty() {
            all.push(("mainstay-workspace", &self.workspace));
        }
        Listener::open(&format!("{}{path}", self.base), &all)
    }

    /// The same browser at another server of the same data.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn encode(form: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(form).expect("a form can be written")
}
