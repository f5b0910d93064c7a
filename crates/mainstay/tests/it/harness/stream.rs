//! Listens to server-sent events over a plain connection.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long an event may take to arrive before a test gives up.
const ARRIVES_MAX: Duration = Duration::from_secs(10);

pub struct Stream {
    lines: Receiver<String>,
    connection: TcpStream,
}

impl Stream {
    /// Opens the stream; returns once the server has answered.
    pub fn open(base: &str, path: &str, headers: &[(&str, &str)]) -> Self {
        let host = base.trim_start_matches("http://");
        let mut connection = TcpStream::connect(host).expect("the server listens");
        let request = request(host, path, headers);
        connection.write_all(request.as_bytes()).expect("the request can be sent");
        let (send, lines) = channel();
        let mut reader = BufReader::new(connection.try_clone().expect("a connection can be cloned"));
        let mut status = String::new();
        reader.read_line(&mut status).expect("the server answers");
        assert!(status.contains("200"), "{status}");
        std::thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self { lines, connection }
    }

    /// The next line that holds these words.
    pub fn wait_for(&self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(ARRIVES_MAX).unwrap_or_else(|_| panic!("no line with {words:?} came"));
            if line.contains(words) {
                return line;
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.connection.shutdown(std::net::Shutdown::Both);
    }
}

/// The status alone of a stream, which never ends by itself.
pub fn status_of_stream(base: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    let host = base.trim_start_matches("http://");
    let mut connection = TcpStream::connect(host).expect("the server listens");
    connection.write_all(request(host, path, headers).as_bytes()).expect("the request can be sent");
    let mut status = String::new();
    BufReader::new(connection).read_line(&mut status).expect("the server answers");
    status.split_whitespace().nth(1).and_then(|code| code.parse().ok()).expect("an answer has a status")
}

fn request(host: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n");
    for (name, value) in headers {
        request.push_str(name);
        request.push_str(": ");
        request.push_str(value);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    request
}
