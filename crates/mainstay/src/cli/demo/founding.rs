//! Snapwright is founded: the workspace and its people, who all sign in with the demo's password.

use std::collections::HashMap;
use std::sync::Arc;

use mainstay_db::Tx;
use mainstay_rules::field;
use mainstay_rules::money::Currency;
use mainstay_rules::permission::Role;
use mainstay_rules::progress::fiscal_year;
use uuid::Uuid;

use super::own;
use super::script::OPERATIONS;
use super::story::{Person, Story};
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people::api::sign_in::{Founder, found_workspace};
use crate::people::store::{self, NewUser, NewWorkspace, UserEdit};

pub const SLUG: &str = "snapwright";
const NAME: &str = "Snapwright";
pub const ZONE: &str = "Europe/Madrid";
pub const FISCAL_YEAR_START_MONTH: i8 = 1;
/// A name that can never be somebody's real address (RFC 2606).
const DOMAIN: &str = "snapwright.example";
/// Four dirham are a euro.
const DIRHAM_MILLIONTHS: i64 = 250_000;

pub fn email(key: &str) -> String {
    format!("{key}@{DOMAIN}")
}

/// Makes the workspace and everybody in it; gives the users by their keys.
pub fn found(
    tx: &mut Tx<'_>,
    app: &App,
    id: Uuid,
    story: &Story,
    password_hash: &str,
) -> Result<(Arc<Workspace>, HashMap<String, Uuid>), Fault> {
    let first = story.people.iter().find(|person| person.key == OPERATIONS);
    let first = first.ok_or_else(|| Fault::internal("the story has nobody for revenue operations"))?;
    let new = NewWorkspace {
        id,
        slug: SLUG.to_owned(),
        name: NAME.to_owned(),
        currency: Currency::parse("EUR").map_err(Fault::internal)?,
        zone: ZONE.to_owned(),
        fiscal_year_start_month: FISCAL_YEAR_START_MONTH,
    };
    let founder = Founder { name: first.name.clone(), email: email(&first.key), hash: password_hash.to_owned() };
    found_workspace(tx, app, &new, &founder)?;
    let workspace = store::workspace(tx, id)?.ok_or_else(|| Fault::internal("the new workspace is not there"))?;
    let workspace = Arc::new(workspace);
    let founder = store::user_by_email(tx, id, &founder.email)?
        .ok_or_else(|| Fault::internal("the founder of the demo is not there"))?;
    let by = By::new(Arc::clone(&workspace), Some(founder.id), app.source.clone());
    let edit = UserEdit {
        name: first.name.clone(),
        email: founder.email.clone(),
        role: Role::Admin,
        function: first.function.clone(),
    };
    store::change_user(tx, &by, founder.id, &edit)?;
    rates(tx, &by)?;
    let mut users = HashMap::from([(first.key.clone(), founder.id)]);
    for person in story.people.iter().filter(|person| person.key != first.key) {
        users.insert(person.key.clone(), join(tx, app, &by, person, password_hash)?);
    }
    own::found(tx, &by, &users)?;
    Ok((workspace, users))
}

/// What one unit of the other currency in the book is worth, for as long as the story goes.
fn rates(tx: &mut Tx<'_>, by: &By) -> Result<(), Fault> {
    let dirham = Currency::parse("AED").map_err(Fault::internal)?;
    let year = i64::from(fiscal_year(by.today(), FISCAL_YEAR_START_MONTH));
    accounts::set_exchange_rate(tx, by, year, dirham, Some(DIRHAM_MILLIONTHS))
}

/// Adds a person who has accepted the invitation already.
fn join(tx: &mut Tx<'_>, app: &App, by: &By, person: &Person, password_hash: &str) -> Result<Uuid, Fault> {
    let email = field::email("/email", &email(&person.key)).map_err(Fault::field)?;
    let role = Role::parse(&person.role)
        .ok_or_else(|| Fault::internal(format!("demo/people.toml: {} has no role of the table", person.key)))?;
    let new = NewUser {
        name: person.name.clone(),
        email: Some(email.clone()),
        identity: None,
        role,
        function: person.function.clone(),
    };
    let user = store::add_user(tx, by, &new)?.id;
    let identity = by.id();
    store::create_identity(tx, identity, &email, Some(password_hash), by.at)?;
    let own = By::new(Arc::clone(&by.workspace), Some(user), app.source.clone());
    store::join(tx, &own, user, identity, &person.name)?;
    Ok(user)
}
