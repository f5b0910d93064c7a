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
  licences   every dependency's licence must be on the list in xtask/src/licences.rs";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy::run(),
        ["licences"] => licences::run(),
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
