//! `mainstay backup`: a whole copy of the SQLite data in one file, also while a server runs.

use std::path::{Path, PathBuf};

use clap::Args;
use mainstay_db::{Config, Database, Db};

use super::Outcome;
use crate::config::DataOptions;
use crate::corridor::source::Source;

#[derive(Args)]
pub struct Backup {
    /// The file to write, which must not exist yet, or a folder that gets a file named after the time
    #[arg(long, default_value = ".")]
    to: PathBuf,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        let file = match data.database() {
            Database::Postgres { .. } => {
                return Err(
                    "a PostgreSQL database is backed up with its own tools: pg_dump --format=custom --file=FILE \
                     \"$DATABASE_URL\", and restored with pg_restore"
                        .to_owned(),
                );
            }
            Database::Sqlite { file } => file,
        };
        // Opening would make an empty database, and its copy would look like a backup.
        if !file.is_file() {
            return Err(format!(
                "there is no database in {}. Name the folder with --data-dir",
                data.data_dir.display()
            ));
        }
        let target = target(&self.to)?;
        let db = Db::open(Config::new(Database::Sqlite { file })).await.map_err(|e| e.to_string())?;
        let bytes = db.backup_to(&target).await.map_err(|e| e.to_string())?;
        if self.json {
            println!("{}", serde_json::json!({ "file": target, "bytes": bytes }));
        } else {
            println!("{} written, {bytes} bytes", target.display());
        }
        Ok(())
    }
}

/// In a folder the file is named after the time in UTC, so that names sort as they were made.
fn target(to: &Path) -> Result<PathBuf, String> {
    if to.is_dir() {
        let at = Source::system().now().strftime("%Y%m%dT%H%M%SZ").to_string();
        return Ok(to.join(format!("mainstay-{at}.db")));
    }
    match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(format!("there is no folder {}. Make it first, or name another with --to", folder.display()))
        }
        _ => Ok(to.to_owned()),
    }
}
