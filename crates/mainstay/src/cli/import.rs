//! `mainstay import`: a spreadsheet into the data folder, checked as on the page, all rows or none.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use mainstay_db::{Scope, Tx};
use mainstay_rules::import::{Field, Severity};
use mainstay_rules::limits::IMPORT_BYTES_MAX;
use mainstay_rules::permission::{self, Deed, Role};

use super::{Outcome, house};
use crate::app::App;
use crate::config::DataOptions;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::import::api::{self, Asked, ImportOut, read_dates, read_decimal, read_field, settings_of};
use crate::import::store::{self, Checked, Settings, Sheet, Who, sheet};

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    /// One row for each account: its fields, the five steps, ARR and target
    ProgressReport,
    /// The same columns, of which only those are used that the file has
    Accounts,
}

#[derive(Args)]
pub struct Import {
    #[arg(long, value_enum, default_value = "progress_report")]
    kind: Kind,
    /// Which column holds a field, by its name or letter, where the guess is wrong: `name=Customer,arr_ytd=L`
    #[arg(long, value_delimiter = ',')]
    map: Vec<String>,
    /// How decimals are written: `dot` or `comma`
    #[arg(long, default_value = "", hide_default_value = true)]
    decimal: String,
    /// How dates in figures are written: `day_first`, `month_first` or `iso`
    #[arg(long, default_value = "", hide_default_value = true)]
    dates: String,
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
        // Both kinds have the same fields; a file of accounts simply has fewer columns.
        let (Kind::ProgressReport | Kind::Accounts) = self.kind;
        let asked = self.asked()?;
        let bytes = self.bytes()?;
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let app = house::app(data, "").await?;
        let (workspace, who) = whose(&app, self.workspace.as_deref(), self.acting.as_deref()).await?;
        if !permission::may(who.role, Deed::Import) {
            return Err("this person may not import: it takes the role admin or leader".to_owned());
        }
        let sheet = sheet::read(Arc::clone(&app.reading), name, bytes).await?;
        let settings = settings_of(&sheet, &asked)?;
        let (settings, out, checked) = check(&app, &workspace, who, &sheet, settings).await?;
        if !self.json {
            print_problems(&checked);
        }
        if self.dry_run {
            return self.print(&out, "would be");
        }
        // Before anything is kept: a file that cannot be imported leaves no trace.
        checked.expect_answers(&settings)?;
        if out.counts.refused > 0 && !self.leave_out_refused {
            return Err(format!(
                "{} rows have errors. Mend them in the file, or give --leave-out-refused",
                out.counts.refused
            ));
        }
        let out = self.apply(&app, &workspace, who, sheet, settings).await?;
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
            mapping: self.map.iter().map(pair).collect::<Result<_, String>>()?,
            decimal: read_decimal(&self.decimal)?,
            dates: read_dates(&self.dates)?,
            dry_run: self.dry_run,
        })
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        let shown = self.file.display();
        let size = std::fs::metadata(&self.file).map_err(|e| format!("{shown} cannot be read: {e}"))?.len();
        if usize::try_from(size).is_ok_and(|size| size <= IMPORT_BYTES_MAX) {
            return std::fs::read(&self.file).map_err(|e| format!("{shown} cannot be read: {e}"));
        }
        Err(format!("{shown} has {size} bytes; at most {IMPORT_BYTES_MAX} are read. Split it"))
    }

    async fn apply(
        &self,
        app: &App,
        workspace: &Arc<Workspace>,
        who: Who,
        sheet: Sheet,
        settings: Settings,
    ) -> Result<ImportOut, String> {
        let (source, leave_out) = (app.source.clone(), self.leave_out_refused);
        let user = (!who.user.is_nil()).then_some(who.user);
        let staging = move |tx: &mut Tx<'_>, by: &By| store::stage(tx, by, &sheet, &settings);
        let id = app.verb(Arc::clone(workspace), user, staging).await?;
        let applied = app
            .verb(Arc::clone(workspace), user, move |tx, by| {
                api::apply_as(tx, by, &source, who, id, leave_out)?;
                store::get(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)
            })
            .await?;
        Ok(ImportOut::of(&applied, None))
    }

    fn print(&self, out: &ImportOut, verb: &str) -> Outcome {
        if self.json {
            println!("{}", serde_json::to_string_pretty(out).map_err(|e| e.to_string())?);
            return Ok(());
        }
        let counts = out.counts;
        println!(
            "{}: {} accounts {verb} new, {} updated, {} unchanged, {} rows refused",
            out.file_name, counts.create, counts.update, counts.unchanged, counts.refused
        );
        Ok(())
    }
}

/// The settings with what is remembered, and what the file would do.
async fn check(
    app: &App,
    workspace: &Arc<Workspace>,
    who: Who,
    sheet: &Sheet,
    settings: Settings,
) -> Result<(Settings, ImportOut, Checked), Fault> {
    let (workspace, source, sheet) = (Arc::clone(workspace), app.source.clone(), sheet.clone());
    app.db
        .read(Scope::Workspace(workspace.id), move |tx| {
            let (settings, checked) = api::dry_run(tx, &workspace, who, &source, &sheet, &settings)?;
            let out = ImportOut::dry(&sheet, &settings, &checked);
            Ok((settings, out, checked))
        })
        .await
}

fn print_problems(checked: &Checked) {
    for problem in &checked.problems {
        let place =
            problem.column.as_ref().map(|c| format!(", column {} ({})", c.letter, c.header)).unwrap_or_default();
        let severity = if problem.severity == Severity::Error { "error" } else { "note" };
        eprintln!("{severity}: row {}{place}: {}", problem.row, problem.message);
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
