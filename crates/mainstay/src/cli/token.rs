//! `mainstay token`: API tokens for scripts, made beside a running server or without one.

use clap::{Args, Subcommand};
use mainstay_db::Scope;
use mainstay_rules::permission::TokenScope;
use serde_json::json;
use uuid::Uuid;

use super::{Outcome, house};
use crate::config::DataOptions;
use crate::people::api::token::{NewToken, TokenOut};
use crate::people::store;

#[derive(Args)]
pub struct Token {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Make a token that acts as a user; prints nothing but the token
    #[command(
        after_help = "Example: mainstay token create --user kim@example.com --scope write --name 'Nightly import'"
    )]
    Create(Create),
    /// List a user's tokens
    #[command(after_help = "Example: mainstay token list --user kim@example.com")]
    List(List),
    /// Revoke a token by its id; it stops at once
    #[command(after_help = "Example: mainstay token revoke 0198c4f2-7c1e-7b57-a0c8-0a9f6f3a2b11")]
    Revoke(Revoke),
}

#[derive(Args)]
struct Create {
    /// The e-mail of the user as whom the token acts
    #[arg(long)]
    user: String,
    /// The workspace's address, when there are several
    #[arg(long)]
    workspace: Option<String>,
    /// read, write (includes read) or admin (includes write); never more than the user's role
    #[arg(long, default_value = "write")]
    scope: String,
    /// What it is for
    #[arg(long, default_value = "Command line")]
    name: String,
}

#[derive(Args)]
struct List {
    /// The user's e-mail
    #[arg(long)]
    user: String,
    /// The workspace's address, when there are several
    #[arg(long)]
    workspace: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Revoke {
    /// As `mainstay token list` shows it
    id: Uuid,
    /// The workspace's address, when there are several
    #[arg(long)]
    workspace: Option<String>,
}

impl Token {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        match self.deed {
            Deed::Create(create) => create.run(data).await,
            Deed::List(list) => list.run(data).await,
            Deed::Revoke(revoke) => revoke.run(data).await,
        }
    }
}

impl Create {
    async fn run(self, data: &DataOptions) -> Outcome {
        let new = NewToken::check(&self.name, &self.scope, TokenScope::Admin)?;
        let app = house::app(data, "").await?;
        let workspace = house::workspace(&app, self.workspace.as_deref()).await?;
        let user = house::user(&app, &workspace, &self.user).await?;
        if !user.active {
            return Err(format!("{} is deactivated, a token would not work. Reactivate the user first", self.user));
        }
        let (_, secret) = app.verb(workspace, None, move |tx, by| new.create(tx, by, user.id)).await?;
        println!("{secret}");
        Ok(())
    }
}

impl List {
    async fn run(self, data: &DataOptions) -> Outcome {
        let app = house::app(data, "").await?;
        let workspace = house::workspace(&app, self.workspace.as_deref()).await?;
        let user = house::user(&app, &workspace, &self.user).await?.id;
        let id = workspace.id;
        let tokens = app.db.read(Scope::Workspace(id), move |tx| store::list_tokens(tx, id, user)).await?;
        if self.json {
            let data: Vec<TokenOut> = tokens.iter().map(TokenOut::of).collect();
            println!("{}", json!({ "data": data }));
            return Ok(());
        }
        for token in tokens {
            let last = token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {at:.0}"));
            println!("{}\t{}\t{}\tmade {:.0}\t{last}", token.id, token.scope, token.name, token.created_at);
        }
        Ok(())
    }
}

impl Revoke {
    async fn run(self, data: &DataOptions) -> Outcome {
        let app = house::app(data, "").await?;
        let workspace = house::workspace(&app, self.workspace.as_deref()).await?;
        let (id, token) = (workspace.id, self.id);
        let owner = app.db.read(Scope::Workspace(id), move |tx| store::token_owner(tx, id, token)).await?;
        let Some(owner) = owner else {
            return Err(format!("no token {token} works in {}. See mainstay token list", workspace.slug));
        };
        app.verb(workspace, None, move |tx, by| store::revoke_token(tx, by, owner, token)).await?;
        println!("{token} is revoked");
        Ok(())
    }
}
