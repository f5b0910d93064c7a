//! The server under test: its process, its clock of CPU time, its memory.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::data::{Data, program};

const START_MAX: Duration = Duration::from_secs(20);
/// Linux counts CPU time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

pub struct Server {
    pub url: String,
    pub first_page_ms: u128,
    child: Child,
}

impl Server {
    pub fn start(data: &Data) -> Result<Self, String> {
        let probe = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
        let listen = probe.local_addr().map_err(|e| e.to_string())?.to_string();
        drop(probe);
        let began = Instant::now();
        let child = program()
            .arg("serve")
            .args(data.options())
            .args(["--listen", &listen])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("{e}: run `cargo build --release` first"))?;
        let mut server = Self { url: format!("http://{listen}"), first_page_ms: 0, child };
        let page = format!("{}/sign-in", server.url);
        while ureq::get(&page).call().is_err() {
            if began.elapsed() > START_MAX {
                return Err("the server did not start".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        server.first_page_ms = began.elapsed().as_millis();
        std::thread::sleep(Duration::from_millis(500));
        Ok(server)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// User and system CPU seconds of the process so far.
    pub fn cpu_seconds(&self) -> Result<f64, String> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).map_err(|e| e.to_string())?;
        let after = stat.rsplit_once(')').ok_or("the kernel's line is odd")?.1;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        Ok((ticks(11) + ticks(12)) / TICKS_PER_SECOND)
    }

    pub fn resident_mb(&self) -> Result<f64, String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).map_err(|e| e.to_string())?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("the kernel says no VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0.0);
        Ok(kib / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
