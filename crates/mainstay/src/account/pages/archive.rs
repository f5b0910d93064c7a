//! Putting an account away and bringing it back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::path;
use crate::account::Account;
use crate::account::store::{self, expect_version};
use crate::app::App;
use crate::corridor::access::Writable;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::request::{Care, Posted};
use crate::text::account as text;

/// What the details say of it, at their end.
pub(super) fn archive_section(caller: &Caller, account: &Account) -> Markup {
    html! {
        section.section aria-labelledby="archive-head" {
            h2 #archive-head { (text::archive()) }
            p.soft { (text::archive_what()) }
            form method="post" action=(path(caller, account, "/archive")) {
                (frame::csrf(caller))
                button.danger { (text::archive_this(&account.name)) }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /w/{workspace}/accounts/{account}/archive`
pub async fn archive(
    State(app): State<App>,
    account: Writable<Account>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let (id, caller) = (account.id, &account.caller);
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        let before = expect_version(tx, by, id, &Care::default())?;
        store::archive_account(tx, by, &before)
    })
    .await?;
    Ok(see_other(&caller.path(&format!("/accounts?archived_now={id}"))))
}

/// `POST /w/{workspace}/accounts/{account}/restore`
pub async fn restore(
    State(app): State<App>,
    account: Writable<Account>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let (id, caller) = (account.id, &account.caller);
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        let before = expect_version(tx, by, id, &Care::default())?;
        store::restore_account(tx, by, &before)
    })
    .await?;
    Ok(see_other(&path(caller, &account, "")))
}
