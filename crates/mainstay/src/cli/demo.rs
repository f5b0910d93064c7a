//! `mainstay demo`: a company with 18 months of history, made by the product's own verbs and served.

mod calendar;
mod founding;
mod own;
mod promise;
mod scopes;
mod scoring;
mod script;
mod stage;
mod story;
mod telemetry;
mod templates;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use jiff::tz::TimeZone;
use mainstay_db::{Db, Scope};
use tokio::sync::watch;

use super::{Outcome, house, serve};
use crate::app::App;
use crate::config::{DataOptions, ServeOptions};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::source::Source;
use crate::people::api::password;
use crate::people::store as people;
use calendar::Calendar;
use script::IMPORT_DAY;
use stage::Production;

/// Everybody's password. It is printed and documented, so the demo listens on loopback only unless told otherwise.
pub const PASSWORD: &str = "snapwright-demo";
/// The workspace was set up this many minutes after midnight, before the import.
const FOUNDED: i32 = 8 * 60;
/// Without the warning about long writes: the whole story is one, and nobody waits behind it.
const LOG_FILTER: &str = "info,memory_serve=warn,mainstay_db::sqlite::writer=error";
/// Who is proposed to look first: the head of sales, who observes everything that is big.
const FIRST_LOOK: &str = "marc";

#[derive(Args)]
pub struct Demo {
    #[command(flatten)]
    options: ServeOptions,
    /// Listen on an address that other machines reach, although everybody can read the demo's password
    #[arg(long)]
    yes_public: bool,
    /// Make the company and end, without serving it
    #[arg(long)]
    only_make: bool,
}

impl Demo {
    pub async fn run(self, data: &DataOptions, folder_given: bool) -> Outcome {
        refuse_public(self.options.listen.ip(), self.yes_public)?;
        serve::start_log_with(LOG_FILTER);
        let mut data = data.clone();
        if !folder_given {
            data.data_dir = fresh_folder()?;
        }
        house::make_folder(&data.data_dir)?;
        // Several servers may share a PostgreSQL database, but never a SQLite folder.
        let _lock = match data.database_url {
            None => Some(house::lock_folder(&data.data_dir)?),
            Some(_) => None,
        };
        let db = house::open(&data).await?;
        make_unless_there(&db).await?;
        println!("Data in {}", data.data_dir.display());
        if self.only_make {
            return Ok(());
        }
        serve::serve(db, &self.options, &data.data_dir, |app| async move {
            println!("Sign in at {}/sign-in", app.base_url);
            println!("  E-mail    {}", founding::email(FIRST_LOOK));
            println!("  Password  {PASSWORD}");
            println!("Others: giulia (founder), henrik (administrator), anouk, rui, jonas … all @snapwright.example, same password.");
            Ok(())
        })
        .await
    }
}

fn refuse_public(address: IpAddr, yes_public: bool) -> Outcome {
    if address.is_loopback() || yes_public {
        return Ok(());
    }
    Err(format!(
        "{address} can be reached by other machines, and the demo's password is known to everybody. \
         Listen on 127.0.0.1, or add --yes-public when that is what you want"
    ))
}

/// A folder that nobody used before; it stays after the demo ends.
fn fresh_folder() -> Result<PathBuf, String> {
    let folder = std::env::temp_dir().join(format!("mainstay-demo-{}", Source::system().id().simple()));
    house::make_folder(&folder)?;
    Ok(folder)
}

/// Makes Snapwright where there is nothing yet; serves it where it is; leaves anybody else's data alone.
async fn make_unless_there(db: &Db) -> Outcome {
    let workspaces: Vec<Workspace> =
        db.read(Scope::System, people::workspaces).await.map_err(|fault: Fault| String::from(fault))?;
    if workspaces.iter().any(|workspace| workspace.slug == founding::SLUG) {
        println!("The demo company is there already; its history ends on the day it was made.");
        return Ok(());
    }
    if !workspaces.is_empty() {
        return Err("there is other data here, and the demo would stand beside it. \
                    Name an empty folder with --data-dir, or an empty database"
            .to_owned());
    }
    let started = Instant::now();
    let acts = make(db).await?;
    println!("Snapwright, 18 months of history: {acts} sittings told in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Tells the story; gives the number of its acts.
async fn make(db: &Db) -> Result<usize, String> {
    let zone = TimeZone::get(founding::ZONE).map_err(|e| e.to_string())?;
    let today = Source::system().now().to_zoned(zone.clone()).date();
    let calendar = Calendar::new(today, zone, founding::FISCAL_YEAR_START_MONTH);
    let source = Source::simulated(calendar.instant(IMPORT_DAY, FOUNDED)?);
    let (_stop, stopping) = watch::channel(false);
    let app = App::new(db.clone(), source, "", stopping);
    let story = story::read()?;
    let acts = script::write(&story, &calendar)?;
    let count = acts.len();
    let password_hash = password::hash(&app, PASSWORD.to_owned()).await?;
    stage::play(&app, Arc::new(Production { story, calendar, acts, password_hash })).await?;
    Ok(count)
}
