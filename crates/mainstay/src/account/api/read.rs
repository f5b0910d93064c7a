//! `GET` of the list of accounts and of one.

use axum::Json;
use axum::extract::{Query, State};
use mainstay_db::Scope;
use mainstay_rules::field::{FieldCode, FieldError};
use serde::Deserialize;

use super::{AccountOut, Tagged, tagged};
use crate::account::Account;
use crate::account::store::{self, Order, Place, Wanted};
use crate::app::App;
use crate::corridor::access::{Allowed, Read, Readable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};

/// What the list is asked for; the page and the API read the same words.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccountsAsked {
    /// Part of the name or of the external id.
    pub q: Option<String>,
    /// Types 1 to 4, separated by commas.
    #[param(example = "1,2")]
    pub r#type: Option<String>,
    /// The sales associate's name.
    pub associate: Option<String>,
    /// `1`: the archived accounts instead of the others.
    pub archived: Option<String>,
    /// `name`, `type`, `associate` or `arr`; `-` in front turns it round. Ties are ordered by name.
    #[param(example = "-arr")]
    pub sort: Option<String>,
    /// How many, 1 to 200.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

fn unknown(pointer: &str, message: String) -> Fault {
    Fault::field(FieldError::new(pointer, FieldCode::Unknown, message))
}

impl AccountsAsked {
    pub fn sort(&self) -> Result<(Order, bool), Fault> {
        let text = self.sort.as_deref().filter(|text| !text.is_empty()).unwrap_or("name");
        // "-arr,name": ties are ordered by name anyway, so only that second word can follow.
        let text = text.strip_suffix(",name").unwrap_or(text);
        let (word, descending) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
        let order = Order::ALL.into_iter().find(|order| order.word() == word).ok_or_else(|| {
            let words = Order::ALL.map(Order::word).join(", ");
            unknown("/sort", format!("sort is one of {words}, with - in front to turn it round."))
        })?;
        Ok((order, descending))
    }

    pub fn wanted(&self, caller: &Caller) -> Result<Wanted, Fault> {
        let mut types = 0;
        for word in self.r#type.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty()) {
            types |= match word {
                "1" => 2,
                "2" => 4,
                "3" => 8,
                "4" => 16,
                _ => {
                    let message = "type is 1, 2, 3 or 4, or several of them separated by commas.".to_owned();
                    return Err(unknown("/type", message));
                }
            };
        }
        Ok(Wanted {
            viewer: caller.user,
            text: self.q.clone().unwrap_or_default(),
            types,
            associate: self.associate.clone().unwrap_or_default(),
            archived: self.archived.as_deref() == Some("1"),
        })
    }

    pub fn paging(&self) -> Paging {
        Paging { limit: self.limit.clone(), cursor: self.cursor.clone() }
    }
}

/// The accounts that you may see.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", params(AccountsAsked),
    responses((status = 200, body = List<AccountOut>)))]
pub async fn list_accounts(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(asked): Query<AccountsAsked>,
) -> Result<Json<List<AccountOut>>, Fault> {
    let (sort, wanted, limit) = (asked.sort()?, asked.wanted(&caller)?, asked.paging().limit()?);
    let after: Option<Place> = asked.paging().after()?;
    let workspace = caller.workspace.id;
    let (found, fields) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let found = store::page(tx, workspace, &wanted, sort, after.as_ref(), limit + 1)?;
            Ok::<_, Fault>((found, store::live_fields(tx, workspace)?))
        })
        .await?;
    let currency = caller.workspace.currency;
    let List { data, next_cursor } = List::page(found, limit, |listed| listed.place.clone())?;
    Ok(Json(List { data: data.iter().map(|listed| AccountOut::of(listed, &fields, currency)).collect(), next_cursor }))
}

/// One account.
#[utoipa::path(get, path = "/api/v1/accounts/{account}", tag = "accounts", params(("account" = uuid::Uuid, Path)),
    responses((status = 200, body = AccountOut)))]
pub async fn get_account(State(app): State<App>, account: Readable<Account>) -> Result<Tagged<AccountOut>, Fault> {
    let (workspace, user, id) = (account.caller.workspace.id, account.caller.user, account.id);
    let (listed, fields) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let listed = store::listed(tx, workspace, id, user)?.ok_or_else(Fault::not_found)?;
            Ok::<_, Fault>((listed, store::live_fields(tx, workspace)?))
        })
        .await?;
    Ok(tagged(listed.account.version, AccountOut::of(&listed, &fields, account.caller.workspace.currency)))
}
