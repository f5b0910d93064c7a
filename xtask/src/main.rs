//! The repository's own tools: `cargo xtask <command>`.

mod finding;
mod licences;
mod map;
mod scan;
mod spdx;
mod tidy;
mod tree;

use std::process::ExitCode;

const USAGE: &str = "cargo xtask <command>

  tidy       what a machine can check of STYLE.md and ARCHITECTURE.md
  bench      the figures of docs/performance.md, as a table on standard output (bin/bench)
  licences   every dependency's licence must be on the list in xtask/src/licences.rs";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy::run(),
        ["licences"] => licences::run(),
        ["bench", more @ ..] => bench(more),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The benchmark needs a PostgreSQL, which the shell starts as it does for the tests.
fn bench(more: &[&str]) -> Result<bool, String> {
    let done = std::process::Command::new("bin/bench").args(more).status().map_err(|e| format!("bin/bench: {e}"))?;
    Ok(done.success())
}
