//! `mainstay migrate`: the schema, by the database's owner.

use clap::Args;
use mainstay_db::{Config, Database, Db};

use super::{Outcome, house};
use crate::config::DataOptions;
use crate::migrations;

#[derive(Args)]
pub struct Migrate {
    /// PostgreSQL: the application's role, which gets the right to read and write rows but not to change tables
    #[arg(long)]
    grant_to: Option<String>,
    /// Only say what is to be done
    #[arg(long)]
    dry_run: bool,
}

impl Migrate {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        house::make_folder(&data.data_dir)?;
        let database = match &data.owner_database_url {
            Some(url) => Database::Postgres { url: url.clone() },
            None => data.database(),
        };
        let db = Db::open(Config::new(database)).await.map_err(|e| e.to_string())?;
        let pending = db.pending(migrations::SET).await.map_err(|e| e.to_string())?;
        if self.dry_run {
            for name in &pending {
                println!("{name}");
            }
            return Ok(());
        }
        let role = self
            .grant_to
            .or_else(|| house::role_of(data.database_url.as_deref()).filter(|_| data.owner_database_url.is_some()));
        db.migrate(migrations::SET, role.as_deref()).await.map_err(|e| e.to_string())?;
        println!("{} applied, the schema is that of version {}", pending.len(), env!("CARGO_PKG_VERSION"));
        Ok(())
    }
}
