//! `mainstay import`: a file into the data folder, checked as on the page, all rows or none.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use mainstay_db::Scope;
use mainstay_rules::import::{Field, SheetKind};
use mainstay_rules::limits::IMPORT_BYTES_MAX;
use mainstay_rules::permission::{self, Deed, Role};
use uuid::Uuid;

use super::{Outcome, house};
use crate::app::App;
use crate::config::DataOptions;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::import::api::{self, ImportOut, read_dates, read_decimal, read_end, read_field};
use crate::import::reactions::{self, Incoming};
use crate::import::store::{self, Asked, Status, Who};

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    /// One row for each account: its fields, the five steps, ARR and target
    #[value(alias = "progress_report")]
    Accounts,
    /// One row for each amendment of a contract: from its start on it is worth so much, until its end
    Contracts,
    /// One row for each score of an account on a day
    Scores,
}

impl Kind {
    fn sheet(self) -> SheetKind {
        match self {
            Self::Accounts => SheetKind::Accounts,
            Self::Contracts => SheetKind::Contracts,
            Self::Scores => SheetKind::Scores,
        }
    }
}

#[derive(Args)]
pub struct Import {
    /// What the file is about; told from its column names when it is not given
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Which column holds a field, by its name or letter, where the guess is wrong: `name=Customer,arr_ytd=L,field.sites=Sites`
    #[arg(long, value_delimiter = ',')]
    map: Vec<String>,
    /// The name of a saved mapping
    #[arg(long, default_value = "", hide_default_value = true)]
    saved: String,
    /// How decimals are written: `dot` or `comma`
    #[arg(long, default_value = "", hide_default_value = true)]
    decimal: String,
    /// How dates in figures are written: `day_first`, `month_first` or `iso`
    #[arg(long, default_value = "", hide_default_value = true)]
    dates: String,
    /// What the end date of a contract is: `last_day` with it, or `first_day_without` it
    #[arg(long, default_value = "", hide_default_value = true)]
    end_is: String,
    /// The workspace's short name; not needed when there is one
    #[arg(long)]
    workspace: Option<String>,
    /// E-mail of the person in whose name and with whose rights it is done
    #[arg(long = "as", value_name = "EMAIL")]
    acting: Option<String>,
    /// Import the good rows when others have errors
    #[arg(long)]
    leave_out_refused: bool,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
    /// CSV or .xlsx
    file: PathBuf,
}

impl Import {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        let asked = self.asked()?;
        self.measure()?;
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let app = house::app(data, "").await?;
        let (workspace, who) = whose(&app, self.workspace.as_deref(), self.acting.as_deref()).await?;
        if !permission::may(who.role, Deed::Import) {
            return Err("this person may not import: it takes the role admin or leader".to_owned());
        }
        let user = (!who.user.is_nil()).then_some(who.user);
        let incoming = Incoming { file_name: name, path: self.file.clone(), asked };
        let id = reactions::stage(&app, &workspace, user, incoming).await?;
        let done = self.go_on(&app, &workspace, who, id).await;
        if self.dry_run || done.is_err() {
            // A file that cannot be imported leaves no trace.
            drop(id, &app, &workspace).await?;
        }
        done
    }

    async fn go_on(&self, app: &App, workspace: &Arc<Workspace>, who: Who, id: Uuid) -> Outcome {
        work(app, workspace, id).await?;
        let out = self.look(app, workspace, who, id).await?;
        if !self.json {
            print_problems(&out);
        }
        if self.dry_run {
            return self.print(&out.dry(), "would be");
        }
        if let Some(question) = out.questions.first() {
            return Err(format!("{}: {}", out.file_name, question_words(question, &out)));
        }
        if out.counts.refused > 0 && !self.leave_out_refused {
            return Err(format!(
                "{} rows have errors. Mend them in the file, or give --leave-out-refused",
                out.counts.refused
            ));
        }
        let (source, leave_out) = (app.source.clone(), self.leave_out_refused);
        let user = (!who.user.is_nil()).then_some(who.user);
        app.verb(Arc::clone(workspace), user, move |tx, by| api::apply_as(tx, by, &source, who, id, leave_out)).await?;
        work(app, workspace, id).await?;
        let out = self.look(app, workspace, who, id).await?;
        if out.status != "applied" {
            let why =
                out.failure.clone().unwrap_or_else(|| "the file is not what it was when it was checked".to_owned());
            return Err(format!("nothing was imported: {why}"));
        }
        self.print(&out, "are")
    }

    fn asked(&self) -> Result<Asked, String> {
        let pair = |text: &String| -> Result<(Field, String), String> {
            let (field, column) = text
                .split_once('=')
                .ok_or_else(|| format!("--map takes field=Column, for example name=Customer, and not {text}"))?;
            Ok((read_field(field.trim())?, column.to_owned()))
        };
        Ok(Asked {
            kind: self.kind.map(Kind::sheet),
            saved: self.saved.clone(),
            mapping: self.map.iter().map(pair).collect::<Result<_, String>>()?,
            decimal: read_decimal(&self.decimal)?,
            dates: read_dates(&self.dates)?,
            end_is: read_end(&self.end_is)?,
            dry_run: self.dry_run,
        })
    }

    fn measure(&self) -> Outcome {
        let shown = self.file.display();
        let size = std::fs::metadata(&self.file).map_err(|e| format!("{shown} cannot be read: {e}"))?.len();
        if usize::try_from(size).is_ok_and(|size| size <= IMPORT_BYTES_MAX) {
            return Ok(());
        }
        Err(format!("{shown} has {size} bytes; at most {IMPORT_BYTES_MAX} are read. Split it"))
    }

    async fn look(&self, app: &App, workspace: &Arc<Workspace>, who: Who, id: Uuid) -> Result<ImportOut, Fault> {
        let (workspace, source) = (Arc::clone(workspace), app.source.clone());
        app.db
            .read(Scope::Workspace(workspace.id), move |tx| {
                let look = api::looked_at_as(tx, &workspace, who, &source, id)?;
                Ok(ImportOut::of(&look))
            })
            .await
    }

    fn print(&self, out: &ImportOut, verb: &str) -> Outcome {
        if self.json {
            println!("{}", serde_json::to_string_pretty(out).map_err(|e| e.to_string())?);
            return Ok(());
        }
        let counts = out.counts;
        if out.kind == SheetKind::Accounts.key() {
            println!(
                "{}: {} accounts {verb} new, {} updated, {} unchanged, {} rows refused",
                out.file_name, counts.create, counts.update, counts.unchanged, counts.refused
            );
            return Ok(());
        }
        println!(
            "{}: {} {} {verb} new, of {} accounts ({} of them new), {} unchanged, {} left out, {} refused",
            out.file_name,
            counts.create,
            out.kind,
            out.accounts,
            out.accounts_new,
            counts.unchanged,
            counts.left_out,
            counts.refused
        );
        Ok(())
    }
}

/// Does what is to be done with the file, and says on standard error how far it is.
async fn work(app: &App, workspace: &Arc<Workspace>, id: Uuid) -> Outcome {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.tick().await;
    let mut working = std::pin::pin!(reactions::finish_work(app, workspace, id));
    let workspace = workspace.id;
    loop {
        tokio::select! {
            done = &mut working => return done.map_err(String::from),
            _ = ticks.tick() => {}
        }
        let import = app.db.read(Scope::Workspace(workspace), move |tx| store::get(tx, workspace, id)).await?;
        if let Some((import, work)) = import.and_then(|import| import.work.map(|work| (import, work))) {
            eprintln!("{}: {} of {}", work.as_str(), import.job.done, import.job.of);
        }
    }
}

async fn drop(id: Uuid, app: &App, workspace: &Arc<Workspace>) -> Outcome {
    let workspace = workspace.id;
    let gone = app.db.write_bulk(Scope::Workspace(workspace), move |tx| match store::get(tx, workspace, id)? {
        Some(import) if import.status == Status::Staged => store::discard(tx, workspace, id),
        _ => Ok::<_, Fault>(()),
    });
    Ok(gone.await?)
}

fn question_words(question: &str, out: &ImportOut) -> String {
    match question {
        "kind" => "it is not clear what the file is about. Say it by --kind".to_owned(),
        "decimal" => "numbers can be read in two ways. Give --decimal dot or --decimal comma".to_owned(),
        "dates" => "dates can be read in two ways. Give --dates day_first or --dates month_first".to_owned(),
        _ => format!("{}. Say it by --map", out.mapping_error.as_deref().unwrap_or("a column is missing")),
    }
}

fn print_problems(out: &ImportOut) {
    for problem in &out.problems {
        let place =
            problem.column.as_ref().map(|c| format!(", column {} ({})", c.letter, c.header)).unwrap_or_default();
        let severity = if problem.severity == "error" { "error" } else { "note" };
        eprintln!("{severity}: row {}{place}: {}", problem.row, problem.message);
    }
    let more = out.problem_count - out.problems.len();
    if more > 0 {
        eprintln!("and {more} more");
    }
}

/// The workspace that is meant, and whose rights count.
pub async fn whose(app: &App, slug: Option<&str>, email: Option<&str>) -> Result<(Arc<Workspace>, Who), String> {
    let workspace = house::workspace(app, slug).await?;
    let Some(email) = email else { return Ok((workspace, Who::operator())) };
    let user = house::user(app, &workspace, email).await?;
    if !user.active {
        return Err(format!("{email} was deactivated in {}", workspace.slug));
    }
    Ok((workspace, Who { user: user.id, role: Role::parse(&user.role).unwrap_or(Role::Member) }))
}
