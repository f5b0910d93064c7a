//! The hierarchy over the wire: parents, subsidiaries and the scopes of divided accounts, with their ARR.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::hierarchy::{Member, Row, rows};
use mainstay_rules::limits::HIERARCHY_DIVIDED_MAX;
use mainstay_rules::money::Currency;
use mainstay_rules::score::Mean;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MoneyOut, ScopeOut};
use crate::account::store::{self, AccountScope, Related, ScopeArr};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;

/// An account of the hierarchy.
#[derive(Serialize, ToSchema)]
pub struct HierarchyNode {
    pub account: Uuid,
    pub name: String,
    pub r#type: i64,
    pub associate: Option<String>,
    /// The account of which it is a subsidiary, as far as you may see that one.
    pub parent_id: Option<Uuid>,
    /// 0 stands at the top.
    pub level: usize,
    /// What it brings a year by itself, today.
    pub arr: MoneyOut,
    /// The same with all its subsidiaries that you may see.
    pub arr_with_subsidiaries: MoneyOut,
    /// 0 to 10; null as long as nothing is scored.
    pub overall: Option<f64>,
    /// The parts that it is divided into; they are in its own ARR.
    pub scopes: Vec<ScopeOut>,
}

/// Parents with their subsidiaries, from the top down; among neighbours the one that brings most comes first.
#[derive(Serialize, ToSchema)]
pub struct Hierarchy {
    pub data: Vec<HierarchyNode>,
    /// False when there are more accounts than are shown.
    pub is_whole: bool,
}

/// What the page and the API show.
pub struct HierarchyShown {
    pub accounts: Vec<Related>,
    pub rows: Vec<Row>,
    pub scopes: BTreeMap<Uuid, (Vec<AccountScope>, ScopeArr)>,
    pub is_whole: bool,
}

pub fn read_hierarchy(tx: &mut Tx<'_>, caller: &Caller, today: Date) -> Result<HierarchyShown, Fault> {
    let workspace = &caller.workspace;
    let (accounts, is_whole) = store::hierarchy(tx, workspace.id, caller.user)?;
    let members: Vec<Member> = accounts.iter().map(|one| one.member.clone()).collect();
    let mut scopes = BTreeMap::new();
    for one in accounts.iter().filter(|one| one.is_divided).take(HIERARCHY_DIVIDED_MAX) {
        let of = store::scopes(tx, workspace.id, one.member.id)?;
        let arr = store::scope_arr(tx, workspace, one.member.id, &of, today)?;
        scopes.insert(one.member.id, (of, arr));
    }
    Ok(HierarchyShown { rows: rows(&members), accounts, scopes, is_whole })
}

impl HierarchyNode {
    fn of(row: &Row, shown: &HierarchyShown, currency: Currency) -> Self {
        let one = &shown.accounts[row.member];
        let scopes = shown.scopes.get(&one.member.id).map(|(scopes, arr)| {
            scopes.iter().filter(|scope| scope.is_living()).map(|scope| ScopeOut::of(scope, arr, currency)).collect()
        });
        Self {
            account: one.member.id,
            name: one.member.name.clone(),
            r#type: one.account_type.number(),
            associate: Some(one.associate.clone()).filter(|name| !name.is_empty()),
            parent_id: one.member.parent,
            level: row.level,
            arr: MoneyOut::of(one.member.arr_minor, currency),
            arr_with_subsidiaries: MoneyOut::of(row.arr_with_below, currency),
            overall: one.overall.map(Mean::two_decimals),
            scopes: scopes.unwrap_or_default(),
        }
    }
}

/// Parents with their subsidiaries and the scopes of divided accounts, with the ARR of each and of all under it.
#[utoipa::path(get, path = "/api/v1/accounts/hierarchy", tag = "accounts", responses((status = 200, body = Hierarchy)))]
pub async fn get_hierarchy(State(app): State<App>, caller: Allowed<Read>) -> Result<Json<Hierarchy>, Fault> {
    let caller = Arc::new(caller.into_caller());
    let (asking, today) = (Arc::clone(&caller), caller.today(&app));
    let shown =
        app.db.read(Scope::Workspace(caller.workspace.id), move |tx| read_hierarchy(tx, &asking, today)).await?;
    let currency = caller.workspace.currency;
    let data = shown.rows.iter().map(|row| HierarchyNode::of(row, &shown, currency)).collect();
    Ok(Json(Hierarchy { data, is_whole: shown.is_whole }))
}
