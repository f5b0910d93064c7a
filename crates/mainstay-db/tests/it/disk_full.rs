//! A full disk: a clear error, nothing that was acknowledged is lost, and work goes on when there is space again.

use std::path::{Path, PathBuf};
use std::process::Command;

use mainstay_db::{Config, Database, Db, Error, Scope};

use crate::group_commit::hold_the_writer;
use crate::home::{id, unique};
use crate::transactions::names;

const TABLES: mainstay_db::Migration = mainstay_db::Migration {
    name: "0001_test",
    sql: "CREATE TABLE room (workspace_id {uuid} NOT NULL, name TEXT NOT NULL, padding TEXT NOT NULL){strict};",
};

/// A small file system of its own.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(megabytes: u32) -> SmallDisk {
        let folder = std::env::temp_dir().join(format!("mainstay-disk-{}", unique()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(&folder)
            .output()
            .expect("the command mount");
        assert!(
            mounted.status.success(),
            "this test mounts a small tmpfs and so must run as root: {}",
            String::from_utf8_lossy(&mounted.stderr)
        );
        SmallDisk(folder)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// Fills what is left of the disk.
fn fill(disk: &Path) -> PathBuf {
    use std::io::Write;
    let ballast = disk.join("ballast");
    let mut file = std::fs::File::create(&ballast).expect("a file");
    let block = [0; 4096];
    while file.write_all(&block).is_ok() {}
    ballast
}

/// Writes rooms from eight tasks at once until each has met a failure; the names that were acknowledged.
async fn write_until_full(db: &Db) -> Vec<String> {
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0..10_000 {
                    let name = format!("{task}-{number:05}");
                    match write(&db, &name).await {
                        Ok(_) => acknowledged.push(name),
                        Err(Error::Full(_)) => return acknowledged,
                        Err(other) => panic!("a full disk was called {other:?}"),
                    }
                }
                panic!("the disk was never full");
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.expect("a task"));
    }
    all
}

async fn write(db: &Db, name: &str) -> Result<u64, Error> {
    let (name, padding) = (name.to_owned(), "x".repeat(3_000));
    db.write(Scope::System, move |tx| {
        tx.exec("INSERT INTO room (workspace_id, name, padding) VALUES ($1, $2, $3)", &[&id(1), &name, &padding])
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_acknowledged() {
    let disk = SmallDisk::mount(16);
    let config = Config::new(Database::Sqlite { file: disk.0.join("test.db") });
    let db = Db::open(config.clone()).await.expect("opens");
    db.migrate(&[TABLES], None).await.expect("migrated");
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let ballast = if round == 0 { None } else { Some(fill(&disk.0)) };
        let written = write_until_full(&db).await;
        assert!(round > 0 || written.len() > 100, "only {} were written before the disk was full", written.len());
        acknowledged.extend(written);
        acknowledged.sort();
        if let Some(ballast) = ballast {
            std::fs::remove_file(ballast).expect("space again");
        } else {
            // make room as an operator would: elsewhere; here by a larger file system
            let larger = Command::new("mount").args(["-o", "remount,size=48m"]).arg(&disk.0).status();
            assert!(larger.expect("the command mount").success());
        }
        let name = format!("after round {round}");
        assert_eq!(write(&db, &name).await, Ok(1), "writing goes on once there is space");
        acknowledged.push(name);
        acknowledged.sort();
        assert_eq!(names(&db).await, acknowledged, "exactly what was acknowledged is there");
    }
    assert!(db.health().await.expect("health").is_well());
    drop(db);
    let again = Db::open(config).await.expect("opens again");
    assert_eq!(again.integrity_check().await, Ok(vec![]));
    assert_eq!(names(&again).await, acknowledged);
}

/// A statement larger than the page cache meets the full disk before COMMIT: `SQLite` then ends the whole transaction,
/// with the neighbours' work in it. They run again and succeed; only the large one fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fills_the_disk_fails_alone() {
    let disk = SmallDisk::mount(24);
    let db = Db::open(Config::new(Database::Sqlite { file: disk.0.join("test.db") })).await.expect("opens");
    db.migrate(&[TABLES], None).await.expect("migrated");
    let (release, held) = hold_the_writer(&db).await;
    let mut tasks = Vec::new();
    for number in 0..20 {
        let db = db.clone();
        tasks.push(tokio::spawn(async move {
            if number != 10 {
                return write(&db, &format!("{number:02}")).await;
            }
            let large = "INSERT INTO room (workspace_id, name, padding)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
                SELECT $1, 'large', hex(randomblob(1500)) FROM n";
            db.write(Scope::System, move |tx| tx.exec(large, &[&id(1)])).await
        }));
        tokio::time::sleep(std::time::Duration::from_millis(5)).await; // so that the large one is in the middle
    }
    drop(release);
    held.await.expect("held");
    let mut kept = Vec::new();
    for (number, task) in tasks.into_iter().enumerate() {
        let result = task.await.expect("a task");
        if number == 10 {
            assert!(matches!(result, Err(Error::Full(_))), "{result:?}");
        } else {
            assert_eq!(result, Ok(1), "neighbour {number}");
            kept.push(format!("{number:02}"));
        }
    }
    assert_eq!(names(&db).await, kept);
}
