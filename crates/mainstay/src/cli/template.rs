//! `mainstay template`: scorecard templates as files: check one, take one in, write one out.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use mainstay_db::Scope;
use mainstay_rules::field;
use mainstay_rules::limits::TEMPLATE_BYTES_MAX;
use mainstay_rules::scorecard::Template as Parsed;

use super::import::whose;
use super::{Outcome, house};
use crate::config::DataOptions;
use crate::corridor::fault::Fault;
use crate::scorecard::api::template::version_file;
use crate::scorecard::store;

#[derive(Args)]
pub struct Template {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Say whether a file is a good template, and what is wrong on which line
    #[command(after_help = "Example: mainstay template check services.toml")]
    Check { file: PathBuf },
    /// Print the text of a template's published version
    #[command(after_help = "Example: mainstay template export software > software.toml")]
    Export {
        key: String,
        /// Which version; the newest otherwise
        #[arg(long)]
        version: Option<i64>,
        /// The workspace's short name; not needed when there is one
        #[arg(long)]
        workspace: Option<String>,
    },
    /// Save a file as the draft of the template that it names; with --publish as its next version
    #[command(after_help = "Example: mainstay template import --publish 'Weights as agreed on 12 May' services.toml")]
    Import {
        file: PathBuf,
        /// Publish it at once, with this note
        #[arg(long, value_name = "NOTE")]
        publish: Option<String>,
        #[arg(long)]
        workspace: Option<String>,
    },
}

impl Template {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        match self.deed {
            Deed::Check { file } => {
                let template = checked(&text_of(&file)?)?;
                println!("{}: {} is a good template", file.display(), template.name);
                Ok(())
            }
            Deed::Export { key, version, workspace } => {
                let app = house::app(data, "").await?;
                let (workspace, _) = whose(&app, workspace.as_deref(), None).await?;
                let (id, wanted) = (workspace.id, key.clone());
                let newest = app.db.read(Scope::Workspace(id), move |tx| {
                    let template = store::stored(tx, id, &wanted)?.ok_or_else(Fault::not_found)?;
                    Ok::<_, Fault>(template.version)
                });
                let newest = newest.await?;
                let (_, text) = version_file(&app, id, key, version.unwrap_or(newest)).await?;
                print!("{text}");
                Ok(())
            }
            Deed::Import { file, publish, workspace } => {
                let text = text_of(&file)?;
                let key = checked(&text)?.key;
                let note = publish.as_deref().map(|note| field::note("/note", note)).transpose();
                let note = note.map_err(|error| error.message)?.map(Option::unwrap_or_default);
                let app = house::app(data, "").await?;
                let (workspace, _) = whose(&app, workspace.as_deref(), None).await?;
                let is_published = note.is_some();
                let version = app
                    .verb(workspace, None, move |tx, by| {
                        let known = store::stored(tx, by.workspace.id, &key)?;
                        store::draft(tx, by, known.map(|known| known.key).as_deref(), &text)?;
                        match &note {
                            Some(note) => store::publish(tx, by, &key, note, false),
                            None => store::stored(tx, by.workspace.id, &key)?.ok_or_else(Fault::not_found),
                        }
                    })
                    .await?
                    .version;
                println!(
                    "{}: {}",
                    file.display(),
                    if is_published { format!("version {version}") } else { "draft".to_owned() }
                );
                Ok(())
            }
        }
    }
}

fn text_of(file: &PathBuf) -> Result<String, String> {
    let size = fs::metadata(file).map_err(|e| format!("{} cannot be read: {e}", file.display()))?.len();
    if usize::try_from(size).is_ok_and(|size| size > TEMPLATE_BYTES_MAX) {
        return Err(format!("{} is larger than {TEMPLATE_BYTES_MAX} bytes; shorten it", file.display()));
    }
    fs::read_to_string(file).map_err(|e| format!("{} cannot be read as text: {e}", file.display()))
}

fn checked(text: &str) -> Result<Parsed, String> {
    Parsed::check(text).map_err(|mistakes| {
        let lines: Vec<String> =
            mistakes.iter().map(|mistake| format!("line {}: {}", mistake.line, mistake.error)).collect();
        lines.join("\n")
    })
}
