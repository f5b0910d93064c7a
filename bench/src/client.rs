//! Somebody who is signed in and asks the server under test.

use serde_json::Value;

use crate::seed::Seeded;
use crate::server::Server;

const BOUNDARY: &str = "----mainstay-bench";
const ANSWER_BYTES_MAX: u64 = 1 << 26;

pub struct Client<'a> {
    agent: ureq::Agent,
    url: String,
    seeded: &'a Seeded,
    html: bool,
}

impl<'a> Client<'a> {
    pub fn new(server: &Server, seeded: &'a Seeded, html: bool) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(true).build().new_agent();
        Self { agent, url: server.url.clone(), seeded, html }
    }

    fn cookie(&self) -> String {
        format!("mainstay_session={}", self.seeded.session)
    }

    /// The length of the answer as it travels.
    pub fn get(&self, path: &str) -> Result<usize, String> {
        self.bytes(path).map(|bytes| bytes.len())
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        let accept = if self.html { "text/html" } else { "application/json" };
        let mut answer = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("cookie", self.cookie())
            .header("accept", accept)
            .header("accept-encoding", "gzip")
            .call()
            .map_err(|e| format!("{path}: {e}"))?;
        answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(|e| e.to_string())
    }

    pub fn json(&self, path: &str) -> Result<Value, String> {
        let mut answer = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("cookie", self.cookie())
            .call()
            .map_err(|e| format!("{path}: {e}"))?;
        answer.body_mut().read_to_string().map_err(|e| e.to_string()).and_then(|text| parsed(&text))
    }

    pub fn put(&self, path: &str, body: &Value) -> Result<(), String> {
        let request = self.agent.put(format!("{}{path}", self.url));
        self.written(request, "application/json", body.to_string().into_bytes()).map(|_| ())
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let request = self.agent.post(format!("{}{path}", self.url));
        self.written(request, "application/json", body.to_string().into_bytes())
    }

    /// Sends a file to the import.
    pub fn upload(&self, name: &str, file: &[u8]) -> Result<Value, String> {
        let mut body =
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
                .into_bytes();
        body.extend_from_slice(file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
        let request = self.agent.post(format!("{}/api/v1/imports", self.url));
        self.written(request, &format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }

    fn written(
        &self,
        request: ureq::RequestBuilder<ureq::typestate::WithBody>,
        kind: &str,
        body: Vec<u8>,
    ) -> Result<Value, String> {
        let mut answer = request
            .header("cookie", self.cookie())
            .header("x-csrf-token", &self.seeded.csrf)
            .header("content-type", kind)
            .send(body)
            .map_err(|e| e.to_string())?;
        let text = answer.body_mut().read_to_string().map_err(|e| e.to_string())?;
        if text.is_empty() { Ok(Value::Null) } else { parsed(&text) }
    }
}

fn parsed(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|e| e.to_string())
}
