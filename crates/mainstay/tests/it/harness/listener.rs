//! Listens to server-sent events as whole events, each with a deadline.

use std::io::{BufRead, BufReader};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

/// One event as it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sent {
    pub id: String,
    pub event: String,
    pub data: Value,
}

/// An open stream; what it says waits in a channel.
pub struct Listener {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    events: Receiver<Sent>,
}

impl Listener {
    pub fn open(url: &str, headers: &[(&str, &str)]) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut request = ureq::http::Request::builder().uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = agent.run(request.body(()).expect("the request can be built")).expect("the server answers");
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let (said, events) = channel();
        std::thread::spawn(move || {
            let mut now = Sent::default();
            for line in BufReader::new(response.into_body().into_reader()).lines().map_while(Result::ok) {
                match line.split_once(": ") {
                    Some(("id", id)) => id.clone_into(&mut now.id),
                    Some(("event", event)) => event.clone_into(&mut now.event),
                    Some(("data", data)) => now.data = serde_json::from_str(data).expect("the data is JSON"),
                    _ if line.is_empty() && said.send(std::mem::take(&mut now)).is_err() => return,
                    _ => {}
                }
            }
        });
        Self { status, headers, events }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The next event of this name; others are passed over.
    pub fn next(&self, event: &str, within: Duration) -> Sent {
        loop {
            match self.events.recv_timeout(within) {
                Ok(sent) if sent.event == event => return sent,
                Ok(_) => {}
                Err(why) => panic!("no {event} came within {within:?}: {why}"),
            }
        }
    }

    /// The first event of this name that fits; others are passed over.
    pub fn find(&self, event: &str, within: Duration, fits: impl Fn(&Value) -> bool) -> Sent {
        loop {
            let sent = self.next(event, within);
            if fits(&sent.data) {
                return sent;
            }
        }
    }

    /// The id of the first message: where the stream begins.
    pub fn place(&self, within: Duration) -> String {
        self.events.recv_timeout(within).expect("the stream says where it begins").id
    }

    /// Whether the server ended it in time.
    pub fn ends(&self, within: Duration) -> bool {
        loop {
            match self.events.recv_timeout(within) {
                Ok(_) => {}
                Err(why) => return why == RecvTimeoutError::Disconnected,
            }
        }
    }
}
