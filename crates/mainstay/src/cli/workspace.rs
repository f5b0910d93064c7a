//! `mainstay workspace`: further workspaces on the same database.

use std::sync::Arc;

use clap::{Args, Subcommand};
use mainstay_db::Scope;
use mainstay_rules::event::Kind;
use mainstay_rules::field;
use mainstay_rules::limits::NAME_CHARS_MAX;
use mainstay_rules::money::Currency;
use mainstay_rules::permission::Role;
use serde_json::json;

use super::{Outcome, house};
use crate::config::DataOptions;
use crate::corridor::fault::Fault;
use crate::corridor::source::Source;
use crate::corridor::verb::By;
use crate::people::api::sign_in;
use crate::people::store::{self, LinkKind, NewUser, NewWorkspace};

#[derive(Args)]
pub struct Workspace {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Add a workspace and print the link by which its administrator joins
    #[command(after_help = "Example: mainstay workspace add --name 'Northern division' --email kim@example.com")]
    Add(Add),
}

#[derive(Args)]
struct Add {
    #[arg(long)]
    name: String,
    /// The administrator's e-mail
    #[arg(long)]
    email: String,
    #[arg(long, default_value = "EUR")]
    currency: String,
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// Month in which the fiscal year starts, 1 to 12
    #[arg(long, default_value = "1")]
    fiscal_year_start_month: String,
    /// Where people reach the server, for the link
    #[arg(long, env = "MAINSTAY_BASE_URL", default_value = "http://127.0.0.1:8080")]
    base_url: String,
}

impl Workspace {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        let Deed::Add(add) = self.deed;
        let db = house::open(data).await?;
        let source = Source::system();
        let new = add.check(&source)?;
        let email = field::email("/email", &add.email).map_err(|e| e.message)?.to_lowercase();
        let secret = source.secret();
        let link = format!("{}/invitations/{secret}", add.base_url.trim_end_matches('/'));
        db.write(Scope::System, move |tx| {
            tx.lock(&[new.id])?;
            let at = source.now();
            let workspace = store::create_workspace(tx, &new, at)?;
            let by = By::new(Arc::new(workspace), None, source.clone());
            by.happened(tx, Kind::WorkspaceCreated, ("workspace", new.id), json!({ "currency": new.currency.code() }))?;
            let admin = NewUser {
                name: email.split('@').next().unwrap_or_default().to_owned(),
                email: Some(email.clone()),
                identity: None,
                role: Role::Admin,
                function: "other".to_owned(),
            };
            let user = store::add_user(tx, &by, &admin)?;
            store::create_link(tx, LinkKind::Invitation, &secret, Some(new.id), Some(user.id), at)?;
            Ok::<_, Fault>(())
        })
        .await?;
        println!("{link}");
        Ok(())
    }
}

impl Add {
    fn check(&self, source: &Source) -> Result<NewWorkspace, String> {
        let name = field::text("/name", &self.name, NAME_CHARS_MAX).map_err(|e| e.message)?;
        Ok(NewWorkspace {
            id: source.id(),
            slug: sign_in::slug(&name),
            name,
            currency: Currency::parse(&self.currency).map_err(|e| e.to_string())?,
            zone: sign_in::check_zone(&self.zone).map_err(|e| e.message)?,
            fiscal_year_start_month: sign_in::check_month(&self.fiscal_year_start_month).map_err(|e| e.message)?,
        })
    }
}
