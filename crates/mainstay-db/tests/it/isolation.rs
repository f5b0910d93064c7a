//! Row-level security on PostgreSQL: proven under a role that owns nothing and is no superuser.

use mainstay_db::{Error, Scope};
use uuid::Uuid;

use crate::home::{APP_ROLE, Home, id};

const TABLES: &str =
    "CREATE TABLE note (id {uuid} PRIMARY KEY, workspace_id {uuid} NOT NULL, text TEXT NOT NULL){strict};
    -- tenant note
    CREATE TABLE workspace (id {uuid} PRIMARY KEY){strict};
    -- tenant workspace by id
    CREATE TABLE secret (id {uuid} PRIMARY KEY){strict};
    -- system secret
    ";

async fn count(home: &Home, scope: Scope, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let count = home.db.read::<_, Error>(scope, move |tx| tx.one(&sql, &[], |row| row.get(0)));
    count.await.expect("a count").expect("a row")
}

async fn note(home: &Home, scope: Scope, note: Uuid, workspace: Uuid) -> Result<u64, Error> {
    let sql = "INSERT INTO note (id, workspace_id, text) VALUES ($1, $2, 'x')";
    home.db.write(scope, move |tx| tx.exec(sql, &[&note, &workspace])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_workspace_is_neither_seen_nor_written() {
    let home = Home::postgres().await.with(TABLES).await;
    let role = home.db.read::<_, Error>(Scope::System, |tx| {
        let sql = "SELECT current_user::text, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user";
        tx.one(sql, &[], |row| Ok((row.get::<String>(0)?, row.get::<bool>(1)?)))
    });
    assert_eq!(role.await, Ok(Some((APP_ROLE.to_owned(), false))), "the test must not run as a superuser");

    let (ours, theirs) = (Scope::Workspace(id(1)), Scope::Workspace(id(2)));
    note(&home, ours, id(11), id(1)).await.expect("our own");
    note(&home, theirs, id(12), id(2)).await.expect("their own");
    note(&home, Scope::System, id(13), id(2)).await.expect("the system writes anywhere");
    assert_eq!(count(&home, ours, "note").await, 1);
    assert_eq!(count(&home, theirs, "note").await, 2);
    assert_eq!(count(&home, Scope::System, "note").await, 3);

    let foreign = note(&home, ours, id(14), id(2)).await;
    assert!(foreign.is_err(), "a row for another workspace: {foreign:?}");
    let change = home
        .db
        .write::<_, Error>(ours, |tx| tx.exec("UPDATE note SET text = 'changed' WHERE workspace_id = $1", &[&id(2)]));
    assert_eq!(change.await, Ok(0), "their rows are not there to be changed");
    let give_away = home.db.write::<_, Error>(ours, |tx| tx.exec("UPDATE note SET workspace_id = $1", &[&id(2)]));
    assert!(give_away.await.is_err(), "nor can ours be moved to them");
    let delete = home.db.write::<_, Error>(ours, |tx| tx.exec("DELETE FROM note", &[]));
    assert_eq!(delete.await, Ok(1), "a delete without a condition reaches only our own");
    assert_eq!(count(&home, Scope::System, "note").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_columns_and_system_tables() {
    let home = Home::postgres().await.with(TABLES).await;
    let fill = home.db.write::<_, Error>(Scope::System, |tx| {
        tx.exec("INSERT INTO workspace (id) VALUES ($1), ($2)", &[&id(1), &id(2)])?;
        tx.exec("INSERT INTO secret (id) VALUES ($1)", &[&id(5)])
    });
    fill.await.expect("rows");
    assert_eq!(count(&home, Scope::Workspace(id(1)), "workspace").await, 1);
    assert_eq!(count(&home, Scope::Workspace(id(3)), "workspace").await, 0);
    assert_eq!(count(&home, Scope::Workspace(id(1)), "secret").await, 0);
    assert_eq!(count(&home, Scope::System, "secret").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_cannot_lift_the_rules() {
    let home = Home::postgres().await.with(TABLES).await;
    for sql in [
        "ALTER TABLE note DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON note",
        "TRUNCATE note",
        "DELETE FROM migration",
        "CREATE TABLE mine (id BIGINT)",
    ] {
        let done = home.db.write::<_, Error>(Scope::System, move |tx| tx.exec(sql, &[])).await;
        assert!(done.is_err(), "{sql}");
    }
    // a connection carries nothing from one user to the next: sixteen at once, each sees its own
    for number in 1..=3 {
        note(&home, Scope::Workspace(id(number)), id(100 + number), id(number)).await.expect("a note");
    }
    let home = std::sync::Arc::new(home);
    let tasks = (0..90).map(|task| {
        let home = home.clone();
        tokio::spawn(async move { count(&home, Scope::Workspace(id(task % 3 + 1)), "note").await })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.await.expect("a count"), 1);
    }
}
