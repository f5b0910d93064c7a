//! `cargo xtask licences`: every dependency may be shipped under Apache-2.0.

use std::process::Command;

use serde_json::Value;

use crate::spdx;

/// Licences that ask for no more than their text to be passed on.
const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// True when every package of the lockfile passes.
pub fn run() -> Result<bool, String> {
    let packages = packages()?;
    let offenders: Vec<String> = packages.iter().filter_map(offence).collect();
    for offender in &offenders {
        println!("error: {offender}");
    }
    println!("licences: {} packages, {} not accepted", packages.len(), offenders.len());
    Ok(offenders.is_empty())
}

fn packages() -> Result<Vec<Value>, String> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .output()
        .map_err(|error| format!("cargo metadata did not start: {error}"))?;
    if !cargo.status.success() {
        let reason = String::from_utf8_lossy(&cargo.stderr);
        return Err(format!("cargo metadata failed: {}", reason.trim()));
    }
    let mut metadata: Value =
        serde_json::from_slice(&cargo.stdout).map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
    match metadata.get_mut("packages").map(Value::take) {
        Some(Value::Array(packages)) if !packages.is_empty() => Ok(packages),
        _ => Err("cargo metadata lists no packages".to_owned()),
    }
}

/// What is wrong with a package's licence, if anything.
fn offence(package: &Value) -> Option<String> {
    let word = |key: &str| package.get(key).and_then(Value::as_str);
    let name = format!("{} {}", word("name").unwrap_or("?"), word("version").unwrap_or("?"));
    let Some(licence) = word("license") else {
        return Some(format!("{name} states no SPDX licence; choose another crate"));
    };
    match spdx::satisfied(licence, ACCEPTED) {
        Ok(true) => None,
        Ok(false) => Some(format!("{name} is under `{licence}`, which is not on the list in xtask/src/licences.rs")),
        Err(reason) => Some(format!("{name}: the licence `{licence}` cannot be read: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn packages_without_an_accepted_licence_are_named() {
        let bad = json!({"name": "copyleft", "version": "1.0.0", "license": "AGPL-3.0-only"});
        assert!(offence(&bad).is_some_and(|o| o.starts_with("copyleft 1.0.0 is under")));
        let silent = json!({"name": "silent", "version": "1.0.0", "license": null});
        assert!(offence(&silent).is_some_and(|o| o.contains("no SPDX licence")));
        let odd = json!({"name": "odd", "version": "1.0.0", "license": "MIT OR"});
        assert!(offence(&odd).is_some_and(|o| o.contains("cannot be read")));
        let good = json!({"name": "good", "version": "1.0.0", "license": "MIT OR Apache-2.0"});
        assert_eq!(offence(&good), None);
    }
}
