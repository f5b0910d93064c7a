//! Embeds the assets folder in release builds, own scripts without their whole-line comments; debug builds read it from disk.
#![expect(clippy::disallowed_methods, reason = "cargo tells a build script where to write by the environment")]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=assets");
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        memory_serve::load_directory("assets");
        return Ok(());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("assets");
    copy(Path::new("assets"), &out)?;
    memory_serve::load_directory(out);
    Ok(())
}

/// Copies the folder; type declarations are for the checker only and stay behind.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        match path.extension().and_then(|extension| extension.to_str()) {
            None if path.is_dir() => copy(&path, &target)?,
            Some("js") => fs::write(&target, without_comments(&fs::read_to_string(&path)?))?,
            Some("ts") => {}
            _ => fs::copy(&path, &target).map(|_| ())?,
        }
    }
    Ok(())
}

/// Leaves out lines that are nothing but comment. Code with a comment behind it stays as it is: telling a comment from
/// a string would need a parser.
fn without_comments(script: &str) -> String {
    let (mut kept, mut inside) = (String::with_capacity(script.len()), false);
    for line in script.lines() {
        let text = line.trim();
        let opens = text.starts_with("/*");
        if !inside && !opens && !text.starts_with("//") {
            kept.push_str(text);
            kept.push('\n');
        }
        inside = (inside || opens) && !text.ends_with("*/");
    }
    kept
}
