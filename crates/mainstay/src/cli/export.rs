//! `mainstay export`: the progress report for a spreadsheet, or everything for leaving.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use mainstay_db::{Scope, Tx};
use mainstay_rules::permission;
use uuid::Uuid;

use super::import::whose;
use super::{Outcome, house};
use crate::account::store as accounts;
use crate::app::App;
use crate::config::DataOptions;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::export::store::{self, Report};
use crate::import::store::Who;
use crate::portfolio::api::{Columns, Courses, Heads, RowOut, heads};
use crate::portfolio::store::{self as portfolio, Frame, Line, Totals};

/// Accounts that one reading transaction takes: a long one would hold the database's history back.
const ACCOUNTS_AT_ONCE: usize = 500;

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a spreadsheet; `mainstay import` reads it again
    Csv,
    /// An Excel workbook with formulas
    Xlsx,
    /// The rows of `GET /api/v1/portfolio`
    Json,
}

#[derive(Args)]
pub struct Export {
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// Everything that belongs to the workspace, as JSON lines: accounts, contracts, scores, people, events
    #[arg(long, conflicts_with = "format")]
    everything: bool,
    /// The workspace's short name; not needed when there is one
    #[arg(long)]
    workspace: Option<String>,
    /// Only what this person may see; without it, all that the folder holds
    #[arg(long = "as", value_name = "EMAIL", conflicts_with = "everything")]
    acting: Option<String>,
    /// Where to write; standard output otherwise
    file: Option<PathBuf>,
}

impl Export {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        let app = house::app(data, "").await?;
        let (workspace, who) = whose(&app, self.workspace.as_deref(), self.acting.as_deref()).await?;
        let (of, today) = (Arc::clone(&workspace), workspace.day_of(app.source.now()));
        let heads = app.db.read(Scope::Workspace(workspace.id), move |tx| heads(tx, &of, Frame::Now, today)).await?;
        let viewer = self.acting.is_some().then_some(who);
        let mut out: Box<dyn Write + Send> = match &self.file {
            Some(file) => Box::new(BufWriter::new(
                File::create(file).map_err(|e| format!("{} cannot be written: {e}", file.display()))?,
            )),
            None => Box::new(BufWriter::new(io::stdout())),
        };
        let written = match (self.everything, self.format) {
            (true, _) => everything(&app, &workspace, &mut out).await?,
            (false, Format::Csv) => {
                store::csv(&report(&app, &workspace, viewer, heads).await?, &mut out).map_err(|e| not_written(&e))?
            }
            (false, Format::Xlsx) => {
                let report = report(&app, &workspace, viewer, heads).await?;
                let book = store::xlsx(&report).map_err(|e| not_written(&e))?;
                out.write_all(&book).map_err(|e| not_written(&e))?;
                report.lines.len()
            }
            (false, Format::Json) => json_of(&heads, &lines(&app, &workspace, viewer).await?, &mut out)?,
        };
        out.flush().map_err(|e| not_written(&e))?;
        if let Some(file) = &self.file {
            println!("{}: {written} {}", file.display(), if self.everything { "things" } else { "accounts" });
        }
        Ok(())
    }
}

fn not_written(error: &dyn std::fmt::Display) -> String {
    format!("the export could not be written to its end: {error}")
}

/// The report's lines by name; archived accounts are not in the report.
async fn lines(app: &App, workspace: &Arc<Workspace>, viewer: Option<Who>) -> Result<Vec<Line>, Fault> {
    let (id, scope) = (workspace.id, Scope::Workspace(workspace.id));
    let ids = app.db.read(scope, move |tx| accounts::account_ids(tx, id)).await?;
    let mut lines = Vec::with_capacity(ids.len());
    for part in ids.chunks(ACCOUNTS_AT_ONCE) {
        let part = part.to_vec();
        let more = app.db.read(scope, move |tx| part_of(tx, id, viewer, &part)).await?;
        lines.extend(more.into_iter().filter(|line| !line.archived));
    }
    lines.sort_by_cached_key(|line| (line.name.to_lowercase(), line.account_id));
    Ok(lines)
}

async fn report(app: &App, workspace: &Arc<Workspace>, viewer: Option<Who>, heads: Heads) -> Result<Report, Fault> {
    let lines = lines(app, workspace, viewer).await?;
    let day = workspace.day_of(app.source.now());
    let about = store::about(workspace, day, None);
    let columns = Columns::chosen(None, heads.templates.default(), &heads.fields)?;
    let (totals, currency, courses) = (Totals::of(&lines), workspace.currency, Courses::default());
    Ok(Report { lines, totals, heads, columns, courses, currency, day, about })
}

fn part_of(tx: &mut Tx<'_>, workspace: Uuid, viewer: Option<Who>, ids: &[Uuid]) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(who) = viewer {
            let account = accounts::account(tx, workspace, *id, who.user)?;
            if !account.is_some_and(|account| permission::reads_account(account.facts())) {
                continue;
            }
        }
        lines.extend(portfolio::line(tx, workspace, *id)?);
    }
    Ok(lines)
}

fn json_of(heads: &Heads, lines: &[Line], out: &mut dyn Write) -> Result<usize, String> {
    let rows: Vec<RowOut> = lines.iter().map(|line| heads.row(line)).collect();
    serde_json::to_writer_pretty(&mut *out, &rows).map_err(|e| not_written(&e))?;
    writeln!(out).map_err(|e| not_written(&e))?;
    Ok(rows.len())
}

/// One JSON object a line, with the name of its table; read in pages, so that no transaction stays open.
async fn everything(app: &App, workspace: &Arc<Workspace>, out: &mut (dyn Write + Send)) -> Result<usize, String> {
    let (id, mut written) = (workspace.id, 0);
    for table in store::TABLES {
        let mut after = None;
        loop {
            let from = after.clone();
            let page = app.db.read(Scope::Workspace(id), move |tx| store::dump(tx, id, table, from.as_deref())).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.clone());
            for (_, row) in &page {
                writeln!(out, "{row}").map_err(|e| not_written(&e))?;
            }
            written += page.len();
        }
    }
    Ok(written)
}
