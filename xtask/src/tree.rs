//! The files of the repository as git sees them, read once for all checks.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::scan::{self, Scanned};

pub struct File {
    /// From the repository's root, with forward slashes.
    pub path: String,
    pub text: String,
    /// Present for Rust files only.
    pub rust: Option<Scanned>,
}

impl File {
    pub fn new(path: &str, text: &str) -> Self {
        let is_rust = has_extension(path, &["rs"]);
        Self { path: path.to_owned(), text: text.to_owned(), rust: is_rust.then(|| scan::scan(text)) }
    }

    pub fn is(&self, extensions: &[&str]) -> bool {
        has_extension(&self.path, extensions)
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Lines with their numbers, counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.text)
    }

    /// The Rust code without comments and without what stands in literals; empty for other files.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(self.rust.as_ref().map_or("", |rust| rust.code.as_str()))
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    Path::new(path)
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| extensions.contains(&extension))
}

pub struct Tree {
    pub files: Vec<File>,
    /// Every path, binary files and folders included.
    pub paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the working copy: what is committed and what is new, without what git ignores.
    pub fn read(root: &Path) -> Result<Self, String> {
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .map_err(|error| format!("git ls-files did not start: {error}; install git"))?;
        if !listing.status.success() {
            let reason = String::from_utf8_lossy(&listing.stderr);
            return Err(format!("git ls-files failed: {}", reason.trim()));
        }
        let listing = String::from_utf8_lossy(&listing.stdout);
        let mut read = Vec::new();
        for path in listing.split('\0').filter(|path| !path.is_empty()) {
            // A file that was deleted but not yet staged is listed and cannot be read.
            if let Ok(bytes) = std::fs::read(root.join(path)) {
                read.push((path.to_owned(), String::from_utf8(bytes).ok()));
            }
        }
        Ok(Self::of(read))
    }

    fn of(read: Vec<(String, Option<String>)>) -> Self {
        let mut paths = BTreeSet::new();
        let mut files = Vec::new();
        for (path, text) in read {
            for (end, _) in path.match_indices('/') {
                paths.insert(path[..end].to_owned());
            }
            paths.insert(path.clone());
            if let Some(text) = text {
                files.push(File::new(&path, &text));
            }
        }
        Self { files, paths }
    }

    #[cfg(test)]
    pub fn sample(files: &[(&str, &str)]) -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), Some((*text).to_owned()));
        Self::of(files.iter().map(owned).collect())
    }
}
