//! `mainstay check`: is the data whole? The database's own checks, the schema, the statements, versions, read models.

mod events;
mod lines;
mod scores;
mod signals;

use std::sync::Arc;

use clap::Args;
use mainstay_db::{Database, Db, Scope};
use serde_json::json;

use super::Outcome;
use crate::config::DataOptions;
use crate::corridor::fault::Fault;
use crate::migrations;
use crate::people::store as people;

/// Problems of one check that are listed; the rest is counted.
const LISTED_MAX: usize = 100;

#[derive(Args)]
pub struct Check {
    /// Write every line of the portfolio anew; without it nothing is changed
    #[arg(long)]
    rebuild: bool,
    /// Only the database: its integrity, the schema, every statement
    #[arg(long, conflicts_with = "rebuild")]
    database: bool,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// What was looked at, and what is wrong with it.
#[derive(Default)]
struct Findings {
    looked_at: Vec<String>,
    wrong: Vec<String>,
}

impl Findings {
    fn add(&mut self, looked_at: String, wrong: Vec<String>) {
        self.looked_at.push(looked_at);
        let beyond = wrong.len().saturating_sub(LISTED_MAX);
        self.wrong.extend(wrong.into_iter().take(LISTED_MAX));
        if beyond > 0 {
            self.wrong.push(format!("… and {beyond} more of the same kind"));
        }
    }
}

impl Check {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        if let Database::Sqlite { file } = data.database()
            && !file.is_file()
        {
            return Err(format!(
                "there is no database in {}. Name the folder with --data-dir",
                data.data_dir.display()
            ));
        }
        let db = Db::open(data.config()).await.map_err(|e| e.to_string())?;
        let mut findings = Findings::default();
        let complete = database(&db, &mut findings).await?;
        // Without its schema the data cannot be read.
        if complete && !self.database {
            content(&db, self.rebuild, &mut findings).await?;
        }
        self.report(&findings)
    }

    fn report(&self, findings: &Findings) -> Outcome {
        if self.json {
            let well = findings.wrong.is_empty();
            println!("{}", json!({ "well": well, "looked_at": findings.looked_at, "wrong": findings.wrong }));
        } else {
            findings.looked_at.iter().for_each(|line| println!("{line}"));
            findings.wrong.iter().for_each(|line| println!("WRONG {line}"));
        }
        match findings.wrong.len() {
            0 => Ok(()),
            1 => Err("the check found something wrong; it is listed above".to_owned()),
            many => Err(format!("the check found {many} things wrong; they are listed above")),
        }
    }
}

/// Checks the database itself; false when its schema is not that of this version.
async fn database(db: &Db, findings: &mut Findings) -> Result<bool, String> {
    let wrong = db.integrity_check().await.map_err(|e| e.to_string())?;
    findings.add("Integrity and foreign keys of the database".to_owned(), wrong);
    let pending = db.pending(migrations::SET).await.map_err(|e| e.to_string())?;
    let complete = pending.is_empty();
    let missing = pending.iter().map(|name| format!("migration {name} is not applied; run mainstay migrate"));
    findings.add(format!("Schema: {} migrations", migrations::SET.len()), missing.collect());
    if complete {
        match db.prepare_statements().await {
            Ok(count) => findings.add(format!("Statements: {count} prepared"), Vec::new()),
            Err(wrong) => findings.add("Statements".to_owned(), wrong),
        }
    }
    Ok(complete)
}

async fn content(db: &Db, rebuild: bool, findings: &mut Findings) -> Outcome {
    let workspaces = db.read(Scope::System, people::workspaces).await.map_err(|fault: Fault| String::from(fault))?;
    for workspace in workspaces {
        let workspace = Arc::new(workspace);
        let (count, wrong) = events::gaps(db, workspace.id).await?;
        findings.add(format!("{}: {count} events of accounts, the versions of each", workspace.name), wrong);
        let (count, wrong) = lines::compare(db, &workspace, rebuild).await?;
        let done = if rebuild { "written anew" } else { "against a fresh computation" };
        findings.add(format!("{}: {count} lines of the portfolio {done}", workspace.name), wrong);
        let (count, wrong) = scores::compare(db, &workspace).await?;
        findings.add(format!("{}: {count} automatic scores against their data points", workspace.name), wrong);
        let (count, wrong) = signals::compare(db, &workspace).await?;
        findings.add(format!("{}: {count} days of signals against their data points", workspace.name), wrong);
    }
    Ok(())
}
