//! `mainstay user`: the people of a workspace, also while nobody can sign in.

use std::io::Read;
use std::sync::Arc;

use clap::{Args, Subcommand};
use mainstay_db::{Scope, Tx};
use mainstay_rules::field;
use mainstay_rules::limits::PASSWORD_CHARS_MAX;
use serde_json::json;
use uuid::Uuid;

use super::{Outcome, house};
use crate::app::App;
use crate::config::DataOptions;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people::api::input::{FUNCTION_DEFAULT, UserInput};
use crate::people::api::user::{UserOut, add_and_invite};
use crate::people::api::{password, user as api};
use crate::people::store::{self, NewUser, User as Person};

/// Users read in one go.
const USERS_AT_ONCE: i64 = 200;
/// Bytes that a password on standard input may have: four for each character, and the line's end.
const PASSWORD_BYTES_MAX: u64 = 4 * PASSWORD_CHARS_MAX as u64 + 2;

#[derive(Args)]
pub struct User {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Add a person and print the link by which they join
    #[command(
        after_help = "Examples:\n  mainstay user add --email kim@example.com --name 'Kim Lee' --role leader\n  mainstay user add --email kim@example.com --role admin --password-stdin < password.txt"
    )]
    Add(Add),
    /// List the people of a workspace
    #[command(after_help = "Example: mainstay user list --json")]
    List(List),
    /// End a person's access: sessions and tokens stop at once, what they did stays
    #[command(after_help = "Example: mainstay user deactivate --email kim@example.com")]
    Deactivate(Named),
    /// Give a person the access back
    #[command(after_help = "Example: mainstay user reactivate --email kim@example.com")]
    Reactivate(Named),
    /// Set a person's password, read from standard input; they are signed out everywhere
    #[command(after_help = "Example: mainstay user password --email kim@example.com < password.txt")]
    Password(Password),
}

#[derive(Args)]
struct Add {
    /// What the person signs in with
    #[arg(long)]
    email: String,
    /// The person's name; the e-mail's first part otherwise
    #[arg(long)]
    name: Option<String>,
    /// admin, leader or member
    #[arg(long)]
    role: String,
    /// The person's work, for example support or other
    #[arg(long, default_value = FUNCTION_DEFAULT)]
    function: String,
    /// The workspace's address, when there are several
    #[arg(long)]
    workspace: Option<String>,
    /// Read a password from standard input instead of printing a link
    #[arg(long)]
    password_stdin: bool,
    /// Where people reach the server, for the link
    #[arg(long, env = "MAINSTAY_BASE_URL", default_value = "http://127.0.0.1:8080")]
    base_url: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct List {
    /// The workspace's address, when there are several
    #[arg(long)]
    workspace: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Named {
    #[arg(long)]
    email: String,
    /// The workspace's address, when there are several
    #[arg(long)]
    workspace: Option<String>,
}

#[derive(Args)]
struct Password {
    #[arg(long)]
    email: String,
}

impl User {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        match self.deed {
            Deed::Add(add) => add.run(data).await,
            Deed::List(list) => list.run(data).await,
            Deed::Deactivate(named) => named.run(data, store::deactivate_user, "deactivated").await,
            Deed::Reactivate(named) => named.run(data, store::reactivate_user, "active again").await,
            Deed::Password(password) => password.run(data).await,
        }
    }
}

impl Add {
    async fn run(self, data: &DataOptions) -> Outcome {
        let new = self.checked()?;
        let app = house::app(data, &self.base_url).await?;
        let workspace = house::workspace(&app, self.workspace.as_deref()).await?;
        let (user, invitation) = if self.password_stdin {
            let hash = password::hash(&app, read_password()?).await?;
            (add_with_password(&app, workspace, new, hash).await?, None)
        } else {
            let (user, invitation) =
                app.verb_across(workspace, None, move |tx, by| add_and_invite(tx, by, &new, true)).await?;
            (user, invitation.map(|new| api::InvitationOut::of(&app, &new)))
        };
        match (self.json, invitation) {
            (true, invitation) => {
                println!("{}", json!(api::AddedOut { user: UserOut::of(&user), invitation }));
            }
            (false, Some(invitation)) => println!("{}", invitation.link),
            (false, None) => println!("{} can sign in now", self.email),
        }
        Ok(())
    }

    fn checked(&self) -> Result<NewUser, String> {
        let email = field::email("/email", &self.email).map_err(|e| e.message)?;
        let first = email.split('@').next().unwrap_or_default().to_owned();
        let input = UserInput {
            name: self.name.clone().unwrap_or(first),
            email,
            role: self.role.clone(),
            function: self.function.clone(),
        };
        Ok(input.check()?)
    }
}

/// The person with an identity of their own; whoever has a password here already keeps it and joins by link.
async fn add_with_password(app: &App, workspace: Arc<Workspace>, new: NewUser, hash: String) -> Result<Person, Fault> {
    app.verb_across(workspace, None, move |tx, by| {
        let identity = by.id();
        let email = new.email.clone().unwrap_or_default();
        tx.lock(&[by.workspace.id])?;
        store::create_identity(tx, identity, &email, Some(&hash), by.at)?;
        let new = NewUser { identity: Some(identity), ..new.clone() };
        store::add_user(tx, by, &new)
    })
    .await
}

/// One line, without its end.
fn read_password() -> Result<String, String> {
    let mut text = String::new();
    std::io::stdin()
        .take(PASSWORD_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|e| format!("the password cannot be read from standard input: {e}"))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    field::password("/password", line).map_err(|e| e.message)
}

impl List {
    async fn run(self, data: &DataOptions) -> Outcome {
        let app = house::app(data, "").await?;
        let workspace = house::workspace(&app, self.workspace.as_deref()).await?;
        let users = everybody(&app, workspace.id).await?;
        if self.json {
            let data: Vec<UserOut> = users.iter().map(UserOut::of).collect();
            println!("{}", json!({ "data": data }));
            return Ok(());
        }
        for user in users {
            let email = user.email.as_deref().unwrap_or("-");
            let standing = match (user.active, user.joined()) {
                (false, _) => "deactivated",
                (true, true) => "active",
                (true, false) => "not joined",
            };
            println!("{email}\t{}\t{}\t{}\t{standing}", user.name, user.role, user.function);
        }
        Ok(())
    }
}

async fn everybody(app: &App, workspace: Uuid) -> Result<Vec<Person>, Fault> {
    let mut all: Vec<Person> = Vec::new();
    loop {
        let after = all.last().map_or((String::new(), Uuid::nil()), |last| (last.name.clone(), last.id));
        let scope = Scope::Workspace(workspace);
        let read = move |tx: &mut Tx<'_>| store::list_users(tx, workspace, (&after.0, after.1), USERS_AT_ONCE);
        let page = app.db.read(scope, read).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

impl Named {
    async fn run(
        self,
        data: &DataOptions,
        verb: fn(&mut Tx<'_>, &By, Uuid) -> Result<Person, Fault>,
        done: &str,
    ) -> Outcome {
        let app = house::app(data, "").await?;
        let workspace = house::workspace(&app, self.workspace.as_deref()).await?;
        let id = house::user(&app, &workspace, &self.email).await?.id;
        let user = app.verb_across(workspace, None, move |tx, by| verb(tx, by, id)).await?;
        println!("{} is {done}", user.name);
        Ok(())
    }
}

impl Password {
    async fn run(self, data: &DataOptions) -> Outcome {
        let app = house::app(data, "").await?;
        let hash = password::hash(&app, read_password()?).await?;
        let email = field::email("/email", &self.email).map_err(|e| e.message)?;
        let asked = email.clone();
        let is_set = app
            .db
            .write(Scope::System, move |tx| {
                let Some((identity, _)) = store::identity_by_email(tx, &asked)? else { return Ok::<_, Fault>(false) };
                store::set_password(tx, identity, &hash, "")?;
                store::clear_failures(tx, &format!("email:{asked}"))?;
                Ok(true)
            })
            .await?;
        if !is_set {
            return Err(format!(
                "nobody signs in as {email} yet. Add them by mainstay user add, or let them accept their invitation"
            ));
        }
        println!("{email} signs in with the new password; every session ended");
        Ok(())
    }
}
