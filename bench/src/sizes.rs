//! Sizes: the binary, our own script, the report as it travels.
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::data::{On, binary};
use crate::seed::Seeded;
use crate::server::Server;

const GZIP_LEVEL: u32 = 6;
const SCRIPTS: &str = "crates/mainstay/assets/js";

fn gzipped(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_or(0, |bytes| bytes.len())
}

fn kb(bytes: usize) -> String {
    format!("{:.1} KB", bytes as f64 / 1000.0)
}

pub fn report_html(on: On, server: &Server, seeded: &Seeded) -> (String, String, String) {
    let body = ureq::get(format!("{}/w/{}/portfolio?sort=-overall", server.url, seeded.slug))
        .header("cookie", format!("mainstay_session={}", seeded.session))
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_vec())
        .unwrap_or_default();
    (format!("{on}: the report's HTML, 100 rows, gzip {GZIP_LEVEL}"), "<= 30 KB".into(), kb(gzipped(&body)))
}

/// Our own scripts as a browser gets them, each compressed alone.
pub fn scripts(on: On, server: &Server) -> (String, String, String) {
    let names =
        fs::read_dir(Path::new(SCRIPTS)).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.file_name());
    let bytes: usize = names
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "js"))
        .filter_map(|name| name.into_string().ok())
        .filter_map(|name| {
            let mut answer = ureq::get(format!("{}/assets/js/{name}", server.url)).call().ok()?;
            answer.body_mut().read_to_vec().ok().map(|script| gzipped(&script))
        })
        .sum();
    (format!("{on}: own scripts, each gzip {GZIP_LEVEL}"), "<= 10 KB".into(), kb(bytes))
}

pub fn binary_size() -> (String, String, String) {
    let bytes = fs::metadata(binary()).map_or(0, |file| file.len());
    ("binary".into(), "<= 40 MB".into(), format!("{:.1} MB", bytes as f64 / 1_000_000.0))
}
