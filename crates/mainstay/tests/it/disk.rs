//! A full disk: the error is clear, nothing acknowledged is lost, and it goes on once there is space.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::harness::{House, On};

/// A small file system in memory; unmounted with the value.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path) -> Self {
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(at).status();
        assert!(done.is_ok_and(|status| status.success()), "this test mounts a small file system: run it as root");
        Self(at)
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let place = tempfile::TempDir::new().expect("a temporary folder can be made");
    let disk = SmallDisk::mount(place.path());
    let house = House::in_folder(On::Sqlite, disk.0);
    let id = house.account("Casavero");
    let mut acknowledged = 0;
    let note = "x".repeat(3_500);
    let refused = loop {
        let body = json!({ "value": 6.5, "note": format!("{acknowledged} {note}") });
        let answer = house.admin.json("PUT", &format!("/api/v1/accounts/{id}/scores/launched"), &body);
        if answer.status != 200 {
            break answer;
        }
        acknowledged += 1;
        assert!(acknowledged < 5_000, "six megabytes are never full");
        fs::write(disk.0.join(format!("filler-{acknowledged}")), vec![0; 40_000]).ok();
    };
    assert_eq!((refused.status, refused.code().as_str()), (507, "storage_full"), "{}", refused.body);
    assert!(acknowledged > 0, "the disk was full before anything was tried");
    assert_eq!(history(&house, &id), acknowledged, "what was acknowledged can be read while the disk is full");
    for file in fs::read_dir(disk.0).expect("the disk can be read").flatten() {
        if file.file_name().to_string_lossy().starts_with("filler") {
            fs::remove_file(file.path()).expect("a file can be removed");
        }
    }
    let body = json!({ "value": 7, "note": "there is space again" });
    let after = house.admin.json("PUT", &format!("/api/v1/accounts/{id}/scores/launched"), &body);
    assert_eq!(after.status, 200, "{}", after.body);
    assert_eq!(history(&house, &id), acknowledged + 1);
}

fn history(house: &House, account: &str) -> usize {
    let (mut count, mut cursor) = (0, String::new());
    loop {
        let page = house.admin.get(&format!("/api/v1/accounts/{account}/scores/launched?limit=200{cursor}")).json();
        count += page["data"].as_array().expect("a list has data").len();
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return count,
        }
    }
}
