//! The answer to a write follows the sync of its data to disk: seen from outside, in the system calls.

use std::path::PathBuf;
use std::process::Command;

use crate::home::unique;

const ROWS: usize = 20;

/// The example beside this test binary: target/debug/deps/it-… -> target/debug/examples/acknowledge.
fn example() -> PathBuf {
    let own = std::env::current_exe().expect("the path of this test");
    let built = own.parent().and_then(|deps| deps.parent()).expect("a target folder").join("examples/acknowledge");
    assert!(built.exists(), "{} is missing; `cargo test -p mainstay-db` builds it", built.display());
    built
}

#[test]
fn the_answer_follows_the_sync() {
    let folder = std::env::temp_dir().join(format!("mainstay-trace-{}", unique()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let trace = folder.join("trace");
    let traced = Command::new("strace")
        .args(["-f", "-e", "trace=fdatasync,fsync,write,pwrite64", "-o"])
        .args([trace.as_os_str(), example().as_os_str(), folder.join("test.db").as_os_str()])
        .arg(ROWS.to_string())
        .output()
        .expect("the command strace; bin/setup installs it");
    assert!(traced.status.success(), "{}", String::from_utf8_lossy(&traced.stderr));
    let lines = std::fs::read_to_string(&trace).expect("the trace");
    let synced =
        |line: &&str| (line.contains("fdatasync") || line.contains("fsync")) && line.trim_end().ends_with("= 0");
    let mut answered = 0;
    let mut lines = lines.lines();
    for number in 1..=ROWS {
        lines.by_ref().find(|line| line.contains(&format!("\"sending {number}\\n\""))).expect("the row is sent");
        let until_answer = lines.by_ref().take_while(|line| !line.contains(&format!("\"acknowledged {number}\\n\"")));
        let syncs = until_answer.filter(synced).count();
        assert!(syncs > 0, "row {number} was acknowledged without a finished sync before it");
        answered += 1;
    }
    assert_eq!(answered, ROWS);
    let _ = std::fs::remove_dir_all(folder);
}
