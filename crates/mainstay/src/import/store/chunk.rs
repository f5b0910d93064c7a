//! The tables of a large file: its rows in chunks, what they say of each account, and what writing that did.

use mainstay_db::{Param, Tx, id_places, sql, statements};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::facts::Facts;
use super::model::Before;
use super::sheet::SheetRow;
use crate::corridor::fault::Fault;

/// Rows of one chunk.
pub const CHUNK_ROWS: usize = 500;

pub fn put_chunk(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid, number: i64, rows: &[SheetRow]) -> Result<(), Fault> {
    let content = serde_json::to_string(rows).map_err(Fault::internal)?;
    let count = i64::try_from(rows.len()).unwrap_or(0);
    tx.exec(
        sql!(
            "INSERT INTO import_chunk (import_id, workspace_id, number, row_count, content) VALUES ($1, $2, $3, $4, $5)"
        ),
        &[&import, &workspace, &number, &count, &content],
    )?;
    Ok(())
}

/// The rows of some chunks from a number on.
pub fn chunks(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid, from: i64, count: i64) -> Result<Vec<SheetRow>, Fault> {
    let texts: Vec<String> = tx.rows(
        sql!(
            "SELECT content FROM import_chunk
             WHERE workspace_id = $1 AND import_id = $2 AND number >= $3 AND number < $4 ORDER BY number"
        ),
        &[&workspace, &import, &from, &(from + count)],
        |row| row.get(0),
    )?;
    let mut rows = Vec::with_capacity(texts.len() * CHUNK_ROWS);
    for text in texts {
        let some: Vec<SheetRow> = serde_json::from_str(&text).map_err(Fault::internal)?;
        rows.extend(some);
    }
    Ok(rows)
}

/// What the rows say of some accounts. `part` tells pieces of the same account apart.
pub fn put_facts(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    import: Uuid,
    part: i64,
    facts: &[(Uuid, String, i64)],
) -> Result<(), Fault> {
    let rows: Vec<Vec<&dyn Param>> = facts
        .iter()
        .map(|(account, text, count)| vec![&import as &dyn Param, &workspace, account, &part, count, text])
        .collect();
    Ok(tx.insert_many(
        "INSERT INTO import_fact (import_id, workspace_id, account_id, part, row_count, facts)",
        "",
        &rows,
    )?)
}

/// The next accounts in the order of their ids, and how many rows speak of each.
pub fn accounts_after(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    import: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<(Uuid, i64)>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT account_id, CAST(SUM(row_count) AS BIGINT) FROM import_fact
             WHERE workspace_id = $1 AND import_id = $2 AND account_id > $3
             GROUP BY account_id ORDER BY account_id LIMIT $4"
        ),
        &[&workspace, &import, &after, &limit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

fn facts_statement() -> String {
    format!(
        "SELECT account_id, facts FROM import_fact
         WHERE workspace_id = $1 AND import_id = $2 AND account_id IN ({}) ORDER BY account_id, part",
        id_places(3)
    )
}

fn composed() -> Vec<String> {
    vec![facts_statement()]
}

statements!(composed);

/// Everything that the rows say of these accounts.
pub fn facts_of(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    import: Uuid,
    accounts: &[Uuid],
) -> Result<Vec<(Uuid, Facts)>, Fault> {
    let parts: Vec<(Uuid, String)> =
        tx.rows_of(&facts_statement(), &[&workspace, &import], accounts, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut found: Vec<(Uuid, Facts)> = Vec::with_capacity(accounts.len());
    for (account, part) in parts {
        let part: Facts = serde_json::from_str(&part).map_err(Fault::internal)?;
        match found.last_mut() {
            Some((last, whole)) if *last == account => whole.append(part),
            _ => found.push((account, part)),
        }
    }
    Ok(found)
}

/// Takes away some of the facts; says whether any were left.
pub fn forget_facts(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid) -> Result<bool, Fault> {
    /// Rows of the table that one transaction deletes.
    const AT_ONCE: i64 = 2_000;
    let gone = tx.exec(
        sql!(
            "DELETE FROM import_fact WHERE workspace_id = $1 AND import_id = $2 AND account_id IN
               (SELECT account_id FROM import_fact WHERE workspace_id = $1 AND import_id = $2 ORDER BY account_id LIMIT $3)"
        ),
        &[&workspace, &import, &AT_ONCE],
    )?;
    Ok(gone > 0)
}

/// Takes away some of what is not needed once the file is written; says whether anything was left.
pub fn sweep(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid) -> Result<bool, Fault> {
    /// Chunks that one transaction deletes: each is some ten pages.
    const AT_ONCE: i64 = 50;
    if forget_facts(tx, workspace, import)? {
        return Ok(true);
    }
    let gone = tx.exec(
        sql!(
            "DELETE FROM import_chunk WHERE workspace_id = $1 AND import_id = $2 AND number IN
               (SELECT number FROM import_chunk WHERE workspace_id = $1 AND import_id = $2 ORDER BY number LIMIT $3)"
        ),
        &[&workspace, &import, &AT_ONCE],
    )?;
    Ok(gone > 0)
}

/// What writing an account did, as undoing needs it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Trace {
    /// The import made the account.
    pub made: bool,
    /// Of a row about the account itself.
    pub before: Option<Before>,
    /// Contracts and the amendments that were put on them.
    pub amendments: Vec<(Uuid, Uuid)>,
    /// Steps and sub-metrics that got scores.
    pub metrics: Vec<String>,
}

/// What writing these accounts did, each with its version after it.
pub fn put_traces(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid, traces: &[(Uuid, i64, Trace)]) -> Result<(), Fault> {
    let mut texts = Vec::with_capacity(traces.len());
    for (_, _, trace) in traces {
        texts.push(serde_json::to_string(trace).map_err(Fault::internal)?);
    }
    let rows: Vec<Vec<&dyn Param>> = traces
        .iter()
        .zip(&texts)
        .map(|((account, version, _), text)| vec![&import as &dyn Param, &workspace, account, version, text])
        .collect();
    let head = "INSERT INTO import_account (import_id, workspace_id, account_id, account_version, trace)";
    Ok(tx.insert_many(head, "", &rows)?)
}

/// An account that an import wrote to.
pub struct Written {
    pub account: Uuid,
    pub version: i64,
    pub trace: Trace,
}

/// Accounts that the import wrote to, in the order of their ids.
pub fn written_after(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    import: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Written>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT account_id, account_version, trace FROM import_account
             WHERE workspace_id = $1 AND import_id = $2 AND account_id > $3 ORDER BY account_id LIMIT $4"
        ),
        &[&workspace, &import, &after, &limit],
        |row| {
            let text: String = row.get(2)?;
            let trace = serde_json::from_str(&text);
            let trace = trace.map_err(|e| mainstay_db::Error::Row { column: 2, problem: e.to_string() })?;
            Ok(Written { account: row.get(0)?, version: row.get(1)?, trace })
        },
    )?)
}

pub fn written_count(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid) -> Result<i64, Fault> {
    let count = tx.one(
        sql!("SELECT COUNT(*) FROM import_account WHERE workspace_id = $1 AND import_id = $2"),
        &[&workspace, &import],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// The trace of an account that was taken back.
pub fn forget_trace(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid, account: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("DELETE FROM import_account WHERE workspace_id = $1 AND import_id = $2 AND account_id = $3"),
        &[&workspace, &import, &account],
    )?;
    Ok(())
}

/// Rows that stay out, so that they can be downloaded, mended and imported again.
pub fn put_refused(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid, rows: &[SheetRow]) -> Result<(), Fault> {
    for row in rows {
        let cells = super::staged::as_json(&row.cells)?;
        tx.exec(
            sql!(
                "INSERT INTO import_row (import_id, workspace_id, number, cells, outcome) VALUES ($1, $2, $3, $4, 'refused')
                 ON CONFLICT (import_id, number) DO NOTHING"
            ),
            &[&import, &workspace, &i64::try_from(row.number).unwrap_or(0), &cells],
        )?;
    }
    Ok(())
}
