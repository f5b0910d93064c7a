//! The command line: one subcommand for each thing that is done outside a browser.

mod backup;
mod check;
pub mod demo;
mod export;
mod house;
mod import;
mod jobs;
mod migrate;
pub mod serve;
mod template;
mod token;
mod user;
mod workspace;

use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::DataOptions;
use crate::corridor::fault::Fault;

/// Mainstay: key account management, the system of record for the accounts you cannot afford to lose.
#[derive(Parser)]
#[command(version, propagate_version = true, after_help = "Exit codes: 0 done, 1 failed, 2 wrong use.")]
struct Cli {
    #[command(flatten)]
    data: DataOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    #[command(
        after_help = "Example: mainstay serve --data-dir /var/lib/mainstay --listen 0.0.0.0:8080 --base-url https://kam.example.com"
    )]
    Serve(serve::Serve),
    /// Serve a demo company with 18 months of history
    #[command(
        after_help = "Example: mainstay demo --data-dir /tmp/snapwright --listen 127.0.0.1:8080\nWithout --data-dir it makes a fresh temporary folder and prints where."
    )]
    Demo(demo::Demo),
    /// Copy the data into one file, also while a server runs (SQLite)
    #[command(after_help = "Example: mainstay backup --data-dir /var/lib/mainstay --to /backups")]
    Backup(backup::Backup),
    /// Say whether the data is whole
    #[command(
        after_help = "Example: mainstay check --data-dir /var/lib/mainstay --json\nExit code 1 when something is wrong, with the list of it."
    )]
    Check(check::Check),
    /// Bring the database to this version's schema
    #[command(
        after_help = "Example: mainstay migrate --owner-database-url postgres://owner@host/mainstay --grant-to mainstay_app"
    )]
    Migrate(migrate::Migrate),
    /// Bring in a spreadsheet: a progress report as CSV or .xlsx
    #[command(
        after_help = "Example: mainstay import --kind progress_report --map name=Customer,arr_ytd=L --dry-run report.xlsx"
    )]
    Import(import::Import),
    /// Write the progress report, or everything, to a file
    #[command(
        after_help = "Examples: mainstay export report.csv\n          mainstay export --everything everything.jsonl"
    )]
    Export(export::Export),
    /// See machine work, have it tried again, do what is due
    Jobs(jobs::Jobs),
    /// Scorecard templates as files: check, export, import
    Template(template::Template),
    /// Add workspaces
    Workspace(workspace::Workspace),
    /// Add people, list them, end their access, set a password
    User(user::User),
    /// Make, list and revoke API tokens
    Token(token::Token),
    /// Print the version
    Version,
}

/// Why a command failed, in a sentence for whoever typed it.
pub type Outcome = Result<(), String>;

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        let mut text = fault.detail.clone();
        for error in fault.errors.iter().skip(1) {
            text.push('\n');
            text.push_str(&error.message);
        }
        format!("{}: {text}", fault.problem.title())
    }
}

/// Whether an option of all commands was given, on the command line or in the environment.
fn is_given(matches: &ArgMatches, option: &str) -> bool {
    !matches!(matches.value_source(option), None | Some(ValueSource::DefaultValue))
}

pub fn run() -> ExitCode {
    let matches = Cli::command().get_matches();
    let folder_given = is_given(&matches, "data_dir");
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("mainstay: threads cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => serve.run(&cli.data).await,
            Command::Demo(demo) => demo.run(&cli.data, folder_given).await,
            Command::Backup(backup) => backup.run(&cli.data).await,
            Command::Check(check) => check.run(&cli.data).await,
            Command::Migrate(migrate) => migrate.run(&cli.data).await,
            Command::Import(import) => import.run(&cli.data).await,
            Command::Export(export) => export.run(&cli.data).await,
            Command::Jobs(jobs) => jobs.run(&cli.data).await,
            Command::Template(template) => template.run(&cli.data).await,
            Command::Workspace(workspace) => workspace.run(&cli.data).await,
            Command::User(user) => user.run(&cli.data).await,
            Command::Token(token) => token.run(&cli.data).await,
            Command::Version => {
                println!("mainstay {}", env!("CARGO_PKG_VERSION"));
                Ok(())
            }
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("mainstay: {message}");
            ExitCode::FAILURE
        }
    }
}
