//! Accepting an invitation: joining a workspace, or choosing a new password after forgetting it.

use std::sync::Arc;

use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::NAME_CHARS_MAX;
use mainstay_rules::problem::Problem;
use uuid::Uuid;

use super::password;
use super::sign_in::{Origin, open_session};
use crate::app::App;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people::store::{self, LinkKind, User};

pub fn link_gone() -> Fault {
    Fault::new(Problem::LinkGone, "It was used or is too old. Ask an administrator for a new one.")
}

/// What the invited person has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Choose name and password.
    New,
    /// Give the password that opens another workspace already.
    Known,
    /// Choose another password for the one that was forgotten.
    Forgotten,
}

/// Who is invited to what.
pub struct Invitation {
    pub workspace: Workspace,
    pub user: User,
    pub email: String,
    pub means: Means,
}

/// What an invitation's link stands for.
pub async fn invitation(app: &App, link: &str) -> Result<Invitation, Fault> {
    let (token, now) = (link.to_owned(), app.source.now());
    app.db
        .read(Scope::System, move |tx| {
            let found = store::find_link(tx, LinkKind::Invitation, &token, now)?;
            let Some(store::Link { workspace_id: Some(workspace), user_id: Some(user) }) = found else {
                return Err(link_gone());
            };
            let workspace = store::workspace(tx, workspace)?.ok_or_else(link_gone)?;
            let user = store::user(tx, workspace.id, user)?.filter(|user| user.active).ok_or_else(link_gone)?;
            let email = user.email.clone().ok_or_else(link_gone)?;
            let means = match (user.joined(), store::identity_by_email(tx, &email)?) {
                (true, _) => Means::Forgotten,
                (false, Some(_)) => Means::Known,
                (false, None) => Means::New,
            };
            Ok(Invitation { workspace, user, email, means })
        })
        .await
}

/// Uses the link up; gives the secret of a new session.
pub async fn accept(app: &App, link: &str, name: &str, password: &str, origin: &Origin) -> Result<String, Fault> {
    let invited = invitation(app, link).await?;
    let identity = match invited.means {
        Means::New => join_new(app, link, &invited, name, password).await?,
        Means::Known => join_known(app, link, &invited, name, password, origin).await?,
        Means::Forgotten => choose_again(app, link, &invited, password).await?,
    };
    open_session(app, identity, origin).await
}

/// Takes the workspace's lock and the link; whoever comes second finds it gone.
fn take(tx: &mut Tx<'_>, by: &By, link: &str) -> Result<(), Fault> {
    tx.lock(&[by.workspace.id])?;
    if store::use_link(tx, link, by.at)? { Ok(()) } else { Err(link_gone()) }
}

async fn join_new(app: &App, link: &str, invited: &Invitation, name: &str, typed: &str) -> Result<Uuid, Fault> {
    let mut errors = Vec::new();
    let name = field::keep(field::text("/name", name, NAME_CHARS_MAX), &mut errors);
    let typed = field::keep(field::password("/password", typed), &mut errors);
    let (Some(name), Some(typed)) = (name, typed) else { return Err(Fault::invalid(errors)) };
    let hash = password::hash(app, typed).await?;
    let (identity, user, link, email) = (app.source.id(), invited.user.id, link.to_owned(), invited.email.clone());
    app.verb_across(Arc::new(invited.workspace.clone()), Some(user), move |tx, by| {
        take(tx, by, &link)?;
        store::create_identity(tx, identity, &email, Some(&hash), by.at)?;
        store::join(tx, by, user, identity, &name)
    })
    .await?;
    Ok(identity)
}

async fn join_known(
    app: &App,
    link: &str,
    invited: &Invitation,
    name: &str,
    typed: &str,
    origin: &Origin,
) -> Result<Uuid, Fault> {
    let name = field::text("/name", name, NAME_CHARS_MAX)?;
    let proven = password::prove(app, &invited.email, &origin.address, typed.to_owned()).await;
    let identity = proven
        .map_err(|fault| wrong_at("/password", "This e-mail has a password here already; give that one", fault))?;
    let (user, link) = (invited.user.id, link.to_owned());
    app.verb_across(Arc::new(invited.workspace.clone()), Some(user), move |tx, by| {
        take(tx, by, &link)?;
        store::join(tx, by, user, identity, &name)
    })
    .await?;
    Ok(identity)
}

async fn choose_again(app: &App, link: &str, invited: &Invitation, typed: &str) -> Result<Uuid, Fault> {
    let typed = field::password("/password", typed)?;
    let identity = invited.user.identity.ok_or_else(link_gone)?;
    let hash = password::hash(app, typed).await?;
    let (user, link) = (invited.user.clone(), link.to_owned());
    app.verb_across(Arc::new(invited.workspace.clone()), Some(user.id), move |tx, by| {
        take(tx, by, &link)?;
        // The person may have joined another workspace since the link was made.
        store::refuse_shared(tx, identity, &user.name)?;
        store::set_password(tx, identity, &hash, "")
    })
    .await?;
    Ok(identity)
}

/// A wrong password as the error of its field; whatever else went wrong stays what it is.
pub fn wrong_at(pointer: &str, message: &str, fault: Fault) -> Fault {
    match fault.problem {
        Problem::WrongPassword => Fault::field(FieldError::new(pointer, FieldCode::Invalid, message)),
        _ => fault,
    }
}
