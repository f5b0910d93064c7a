//! Starts servers of their own for tests, and speaks to them as a browser or a script does.

mod browser;
mod data;
mod listener;
mod script;
mod stream;

pub use browser::Browser;
pub use data::{Data, On};
pub use listener::Listener;
pub use script::{Answer, Script};
pub use stream::{Stream, status_of_stream};

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const START_MAX: Duration = Duration::from_secs(30);

/// The password of everybody in tests.
pub const PASSWORD: &str = "correct horse battery staple";

/// A test for each database: `both!(fn name(on) { … })`.
#[macro_export]
macro_rules! both {
    ($(#[$meta:meta])* fn $name:ident($on:ident) $body:block) => {
        mod $name {
            use super::*;
            fn run($on: $crate::harness::On) $body
            $(#[$meta])*
            #[test]
            fn sqlite() {
                run($crate::harness::On::Sqlite);
            }
            $(#[$meta])*
            #[test]
            fn postgres() {
                run($crate::harness::On::Postgres);
            }
        }
    };
}

/// A running server; ends with the value.
pub struct Server {
    pub url: String,
    pub child: Child,
    printed: Arc<Mutex<String>>,
    logged: Arc<Mutex<String>>,
}

impl Server {
    pub fn start(data: &Data) -> Self {
        Self::start_with(data, &[])
    }

    pub fn start_with(data: &Data, more: &[&str]) -> Self {
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let mut child = program()
            .arg("serve")
            .args(data.options())
            .args(["--listen", &listen])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let printed = collect(child.stdout.take().expect("stdout is piped"));
        let logged = collect(child.stderr.take().expect("stderr is piped"));
        let mut server = Self { url: format!("http://{listen}"), child, printed, logged };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&mut self) {
        let began = Instant::now();
        while !self.printed().contains("Listening on") {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                panic!("the server ended with {status}: {}", self.log());
            }
            assert!(began.elapsed() < START_MAX, "the server did not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it printed on standard output so far.
    pub fn printed(&self) -> String {
        self.printed.lock().expect("no test thread panicked holding it").clone()
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        self.logged.lock().expect("no test thread panicked holding it").clone()
    }

    /// The one-time link of the first run.
    pub fn set_up_link(&self) -> String {
        let began = Instant::now();
        loop {
            let printed = self.printed();
            if let Some(link) = printed.split_whitespace().find(|word| word.contains("/set-up/")) {
                return link.to_owned();
            }
            assert!(began.elapsed() < START_MAX, "no set-up link was printed");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends the process as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The program under test, without the settings of whoever runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mainstay"));
    command.env_clear();
    command
}

fn collect(from: impl std::io::Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let into = Arc::clone(&text);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut text = into.lock().expect("no test thread panicked holding it");
            text.push_str(&line);
            text.push('\n');
        }
    });
    text
}

fn free_port() -> u16 {
    let probe = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    probe.local_addr().expect("it has an address").port()
}

/// A server whose workspace "Acme" is set up, with its administrator's browser.
pub struct House {
    pub data: Data,
    pub server: Server,
    pub admin: Browser,
}

impl House {
    pub fn new(on: On) -> Self {
        Self::with(Data::new(on))
    }

    /// With its data in a folder that the test chose.
    pub fn in_folder(on: On, folder: &std::path::Path) -> Self {
        Self::with(Data::within(on, folder))
    }

    fn with(data: Data) -> Self {
        let server = Server::start(&data);
        let mut admin = Browser::new(&server.url);
        let link = server.set_up_link();
        let form = [
            ("workspace", "Acme"),
            ("currency", "EUR"),
            ("zone", "Europe/Madrid"),
            ("fiscal_year_start_month", "1"),
            ("name", "Ada Admin"),
            ("email", "ada@acme.example"),
            ("password", PASSWORD),
        ];
        let answer = admin.post_open(&link, &form);
        assert_eq!(answer.status, 303, "{}", answer.body);
        admin.enter("acme");
        Self { data, server, admin }
    }

    /// Adds a person by invitation and gives their browser.
    pub fn person(&self, name: &str, email: &str, role: &str) -> Browser {
        let added = self.admin.json(
            "POST",
            "/api/v1/users",
            &serde_json::json!({ "name": name, "email": email, "role": role, "function": "other", "invite": true }),
        );
        assert_eq!(added.status, 201, "{}", added.body);
        let link = added.json()["invitation"]["link"].as_str().expect("the answer holds the link").to_owned();
        self.join(&link, name)
    }

    /// Follows an invitation's link.
    pub fn join(&self, link: &str, name: &str) -> Browser {
        let mut browser = Browser::new(&self.server.url);
        let path = link.split_once("/invitations/").expect("it is an invitation").1;
        let url = format!("{}/invitations/{path}", self.server.url);
        let joined = browser.post_open(&url, &[("name", name), ("password", PASSWORD)]);
        assert_eq!(joined.status, 303, "{}", joined.body);
        browser
    }

    /// Makes an account by the API; gives its id.
    pub fn account(&self, name: &str) -> String {
        let made = self.admin.json("POST", "/api/v1/accounts", &serde_json::json!({ "name": name, "type": 2 }));
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()["id"].as_str().expect("an account has an id").to_owned()
    }

    /// Waits until the list of events has caught up with the account: on PostgreSQL it shows an event only once no
    /// transaction of the whole cluster, other tests' included, could still come before it.
    pub fn settle(&self, account: &str) {
        let card = self.admin.get(&format!("/api/v1/accounts/{account}/scorecard")).json();
        let began = Instant::now();
        let (mut after, mut newest) = (String::from("0-0"), serde_json::Value::Null);
        while newest != card["version"] {
            assert!(began.elapsed() < START_MAX, "the list of events never reached {}", card["version"]);
            let page = self.admin.get(&format!("/api/v1/events?limit=200&after={after}")).json();
            let events = page["data"].as_array().expect("a list");
            if let Some(event) = events.iter().rfind(|event| event["account"] == account) {
                newest = event["account_version"].clone();
            }
            page["next_cursor"].as_str().expect("a place to go on from").clone_into(&mut after);
            if events.is_empty() {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}
