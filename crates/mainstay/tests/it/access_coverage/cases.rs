//! One case for each route: who may, with what body, and what the allowed get.

use mainstay_rules::permission::{Deed, TokenScope};

use super::Which;

/// Whether the route is a page or an API address: foreigners are turned away differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Page,
    Api,
}

use Door::{Api, Page};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// No sign-in needed.
    Everybody,
    /// A deed in the workspace as a whole.
    Deed(Deed, Door),
    /// A row of the workspace, by a deed.
    Row(Deed, Door),
    ReadAccount(Door),
    WriteAccount(Door),
    /// The account's scope, which its owner may write too.
    WriteScope(Door),
    /// Deciding who is in the pod.
    SteerAccount(Door),
    /// A task on the account, or one about none (then the path has no account of its own).
    ReadTask(Door),
    WriteTask(Door),
    /// A shared view of the administrator's.
    SharedView(Door),
    /// One's own session: no scope, only being signed in.
    Own(Door),
}

impl Right {
    pub fn is_page(self) -> bool {
        match self {
            Self::Everybody => true,
            Self::Deed(_, door)
            | Self::Row(_, door)
            | Self::ReadAccount(door)
            | Self::WriteAccount(door)
            | Self::WriteScope(door)
            | Self::SteerAccount(door)
            | Self::ReadTask(door)
            | Self::WriteTask(door)
            | Self::SharedView(door)
            | Self::Own(door) => door == Page,
        }
    }

    /// The least scope that a token needs.
    pub fn scope(self) -> TokenScope {
        match self {
            Self::Everybody | Self::ReadAccount(_) | Self::ReadTask(_) | Self::Own(_) => TokenScope::Read,
            Self::WriteAccount(_)
            | Self::WriteScope(_)
            | Self::SteerAccount(_)
            | Self::WriteTask(_)
            | Self::SharedView(_) => TokenScope::Write,
            Self::Deed(deed, _) | Self::Row(deed, _) => match deed {
                Deed::Read => TokenScope::Read,
                Deed::CreateAccount
                | Deed::AddTask
                | Deed::Import
                | Deed::TakeSnapshot
                | Deed::ManageScorecards
                | Deed::SendSignals
                | Deed::ManageSignals => TokenScope::Write,
                Deed::ManageFields
                | Deed::ManagePeople
                | Deed::ManageWorkspace
                | Deed::ManageJobs
                | Deed::ManageOwn => TokenScope::Admin,
            },
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    None,
    Json(&'static str),
    Form(&'static str),
    Upload,
    /// Server-sent events: only the status is read.
    Stream,
}

pub struct Case {
    pub method: &'static str,
    pub path: &'static str,
    pub right: Right,
    pub body: Body,
    /// What those who may get; several where the second of them finds it done.
    pub status: &'static [u16],
}

impl Case {
    /// Whether the route ends sessions: then everybody comes with a new one.
    pub fn ends_sessions(&self) -> bool {
        ["/sign-out", "/sign-out-everywhere", "/me/sessions"].iter().any(|end| self.path.ends_with(end))
    }

    /// Routes about an account are tried on an open and on a confidential one.
    pub fn accounts(&self) -> &'static [Which] {
        if self.path.contains("{task}") {
            return &[Which::Open, Which::Confidential, Which::Unattached];
        }
        let in_body = matches!(self.body, Body::Json(text) if text.contains("{account}"));
        if in_body || self.path.contains("{account}") { &[Which::Open, Which::Confidential] } else { &[Which::Open] }
    }
}

const fn case(method: &'static str, path: &'static str, right: Right, body: Body, status: &'static [u16]) -> Case {
    Case { method, path, right, body, status }
}

use Body::{Form, Json, None, Stream, Upload};
use Deed::{
    AddTask, CreateAccount, Import, ManageFields, ManageJobs, ManageOwn, ManagePeople, ManageScorecards, ManageSignals,
    ManageWorkspace, Read, SendSignals, TakeSnapshot,
};
use Right::{
    Deed as May, Everybody, Own, ReadAccount, ReadTask, Row, SharedView, SteerAccount, WriteAccount, WriteScope,
    WriteTask,
};

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    case("GET", "/healthz", Everybody, None, &[200]),
    case("GET", "/readyz", Everybody, None, &[200]),
    case("GET", "/api/v1/openapi.json", Everybody, None, &[200]),
    case("GET", "/api/docs", Everybody, None, &[200]),
    case("GET", "/docs/errors", Everybody, None, &[200]),
    case("GET", "/", Everybody, None, &[303]),
    case("GET", "/sign-in", Everybody, None, &[200]),
    case("POST", "/sign-in", Everybody, Form("email=nobody%40acme.example&password=wrong"), &[401, 429]),
    case("GET", "/set-up/{link}", Everybody, None, &[410]),
    case("POST", "/set-up/{link}", Everybody, Form("workspace=x"), &[410]),
    case("GET", "/invitations/{link}", Everybody, None, &[410]),
    case("POST", "/invitations/{link}", Everybody, Form("name=x&password=y"), &[410]),
    // Portfolio
    case("GET", "/w/{workspace}/portfolio", May(Read, Page), None, &[200]),
    case("GET", "/w/{workspace}/portfolio/rows", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/portfolio/cells", WriteAccount(Page), Json(r#"{"edits":[{"account":"{account}","field":"launched","value":"6"}]}"#), &[200]),
    case("GET", "/w/{workspace}/portfolio/heat", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/portfolio/views", May(CreateAccount, Page), Form("name="), &[422]),
    case("POST", "/w/{workspace}/portfolio/views/{view}", SharedView(Page), Form("name="), &[422]),
    case("GET", "/w/{workspace}/portfolio/mobility", May(Read, Page), None, &[200]),
    case("GET", "/api/v1/portfolio/mobility", May(Read, Api), None, &[200]),
    case("GET", "/w/{workspace}/portfolio/bulk", May(CreateAccount, Page), None, &[200]),
    case("POST", "/w/{workspace}/portfolio/bulk", May(CreateAccount, Page), Form("field=industry&value=x"), &[422]),
    case("GET", "/w/{workspace}/portfolio/bulk/{bulk_edit}", Row(Read, Page), None, &[200]),
    case("GET", "/api/v1/bulk-edits", May(Read, Api), None, &[200]),
    case("POST", "/api/v1/bulk-edits", May(CreateAccount, Api), Json(r#"{"accounts":[],"field":"industry"}"#), &[422]),
    case("GET", "/api/v1/bulk-edits/{bulk_edit}", Row(Read, Api), None, &[200]),
    case("POST", "/w/{workspace}/portfolio/bulk/{bulk_edit}/undo", SharedView(Page), Form(""), &[303, 409]),
    case("POST", "/api/v1/bulk-edits/{bulk_edit}/undo", SharedView(Api), None, &[200, 409]),
    case("GET", "/api/v1/views", May(Read, Api), None, &[200]),
    case("POST", "/api/v1/views", May(CreateAccount, Api), Json(r#"{"name":""}"#), &[422]),
    case("GET", "/api/v1/views/{view}", Row(Read, Api), None, &[200]),
    case("PATCH", "/api/v1/views/{view}", SharedView(Api), Json(r#"{"name":""}"#), &[422]),
    case("GET", "/api/v1/portfolio", May(Read, Api), None, &[200]),
    case("PATCH", "/api/v1/portfolio", WriteAccount(Api), Json(r#"{"edits":[{"account":"{account}","field":"launched","value":"6"}]}"#), &[200]),
    case("GET", "/w/{workspace}/portfolio/export", May(Read, Page), None, &[200]),
    case("GET", "/w/{workspace}/portfolio/print", May(Read, Page), None, &[200]),
    case("GET", "/api/v1/portfolio/export", May(Read, Api), None, &[200]),
    case("GET", "/w/{workspace}/portfolio/arr", May(Read, Page), None, &[200]),
    case("GET", "/api/v1/arr", May(Read, Api), None, &[200]),
    case("GET", "/api/v1/arr/movements", May(Read, Api), None, &[200]),
    // Today and tasks
    case("GET", "/w/{workspace}/today", May(Read, Page), None, &[200]),
    case("GET", "/w/{workspace}/fragment/today", May(Read, Page), None, &[200]),
    case("GET", "/w/{workspace}/tasks/new", May(AddTask, Page), None, &[200]),
    case("POST", "/w/{workspace}/tasks", May(AddTask, Page), Form("title="), &[422]),
    case("GET", "/w/{workspace}/tasks/{task}", ReadTask(Page), None, &[200]),
    case("POST", "/w/{workspace}/tasks/{task}", WriteTask(Page), Form("title="), &[422]),
    case("GET", "/w/{workspace}/portfolio/call", May(Read, Page), None, &[200]),
    case("GET", "/w/{workspace}/fragment/call", May(Read, Page), None, &[200]),
    case("GET", "/api/v1/tasks", May(Read, Api), None, &[200]),
    // Work for somebody else: the owner named sees the open account only.
    case("POST", "/api/v1/tasks", WriteAccount(Api), Json(r#"{"title":"MARKER-ACME","account":"{account}","owner":"{user}"}"#), &[201, 422]),
    case("GET", "/api/v1/tasks/{task}", ReadTask(Api), None, &[200]),
    case("PATCH", "/api/v1/tasks/{task}", WriteTask(Api), Json(r#"{"note":"looked at"}"#), &[200]),
    case("POST", "/w/{workspace}/tasks/{task}/done", WriteTask(Page), Form(""), &[204, 303]),
    case("POST", "/w/{workspace}/tasks/{task}/moved", WriteTask(Page), Form("moved=no"), &[409]),
    case("POST", "/w/{workspace}/tasks/{task}/reopen", WriteTask(Page), Form(""), &[204, 303]),
    case("POST", "/w/{workspace}/tasks/{task}/drop", WriteTask(Page), Form(""), &[204, 303]),
    case("POST", "/api/v1/tasks/{task}/reopen", WriteTask(Api), Json("{}"), &[200]),
    case("POST", "/api/v1/tasks/{task}/done", WriteTask(Api), Json("{}"), &[200]),
    case("POST", "/api/v1/tasks/{task}/drop", WriteTask(Api), Json("{}"), &[200, 409]),
    case("GET", "/w/{workspace}/portfolio/compare", May(Read, Page), None, &[200]),
    case("GET", "/api/v1/compare", May(Read, Api), None, &[200]),
    case("GET", "/w/{workspace}/portfolio/snapshots", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/portfolio/snapshots", May(TakeSnapshot, Page), Form("note=x"), &[303]),
    case("GET", "/api/v1/snapshots", May(Read, Api), None, &[200]),
    case("POST", "/api/v1/snapshots", May(TakeSnapshot, Api), Json(r#"{"note":"x"}"#), &[201]),
    case("GET", "/api/v1/snapshots/{snapshot}", Row(Read, Api), None, &[200]),
    // Accounts
    case("GET", "/w/{workspace}/accounts", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts", May(CreateAccount, Page), Form("name="), &[422]),
    case("GET", "/w/{workspace}/accounts/new", May(CreateAccount, Page), None, &[200]),
    case("GET", "/w/{workspace}/accounts/{account}/edit", WriteAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/edit", WriteAccount(Page), Form("name="), &[422]),
    case("GET", "/w/{workspace}/accounts/{account}/merge", WriteAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/merge", WriteAccount(Page), Form("into=&reason=x"), &[422]),
    case("GET", "/api/v1/accounts/{account}/merged-into/{into}", ReadAccount(Api), None, &[200]),
    case("PUT", "/api/v1/accounts/{account}/merged-into", WriteAccount(Api), Json(r#"{"account":"{account}","reason":"x"}"#), &[422]),
    case("GET", "/w/{workspace}/accounts/{account}/type", ReadAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/type", WriteAccount(Page), Form("type=5"), &[422]),
    case("GET", "/w/{workspace}/accounts/{account}/money", ReadAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/target", WriteAccount(Page), Form("delta=x"), &[422]),
    case("POST", "/w/{workspace}/accounts/{account}/contracts", WriteAccount(Page), Form("start=x"), &[422]),
    case("POST", "/w/{workspace}/accounts/{account}/contracts/{contract}/amendments", WriteAccount(Page), Form("start=x"), &[422]),
    case("POST", "/w/{workspace}/accounts/{account}/contracts/{contract}", WriteAccount(Page), Form("name=&notice_days=x"), &[422]),
    case("POST", "/w/{workspace}/accounts/{account}/contracts/{contract}/movements/{day}", WriteAccount(Page), Form("kind=x"), &[422]),
    case("POST", "/w/{workspace}/accounts/{account}/usage", WriteAccount(Page), Form("month=x"), &[422]),
    case("GET", "/w/{workspace}/accounts/hierarchy", May(Read, Page), None, &[200]),
    case("GET", "/api/v1/accounts/hierarchy", May(Read, Api), None, &[200]),
    case("GET", "/api/v1/accounts", May(Read, Api), None, &[200]),
    case("POST", "/api/v1/accounts", May(CreateAccount, Api), Json(r#"{"name":""}"#), &[422]),
    case("PUT", "/api/v1/accounts/by-external-id/{external_id}", May(CreateAccount, Api), Json(r#"{"name":""}"#), &[422]),
    case("GET", "/api/v1/accounts/{account}", ReadAccount(Api), None, &[200]),
    case("PATCH", "/api/v1/accounts/{account}", WriteAccount(Api), Json(r#"{"industry":"Food"}"#), &[200]),
    case("GET", "/api/v1/accounts/{account}/contracts", ReadAccount(Api), None, &[200]),
    case("POST", "/api/v1/accounts/{account}/contracts", WriteAccount(Api), Json(r#"{"start":"2025-01-01","arr":"x"}"#), &[422]),
    case("GET", "/api/v1/accounts/{account}/contracts/{contract}", ReadAccount(Api), None, &[200]),
    case("POST", "/api/v1/accounts/{account}/contracts/{contract}/amendments", WriteAccount(Api), Json(r#"{"start":"2025-01-01","arr":"x"}"#), &[422]),
    case("PATCH", "/api/v1/accounts/{account}/contracts/{contract}", WriteAccount(Api), Json(r#"{"notice_days":-1}"#), &[422]),
    case("PUT", "/api/v1/accounts/{account}/contracts/{contract}/movements/{day}", WriteAccount(Api), Json(r#"{"kind":"x"}"#), &[422]),
    case("GET", "/api/v1/accounts/{account}/usage", ReadAccount(Api), None, &[200]),
    case("PUT", "/api/v1/accounts/{account}/usage/{month}", WriteAccount(Api), Json(r#"{"revenue":"x"}"#), &[422]),
    case("PUT", "/api/v1/accounts/{account}/target", WriteAccount(Api), Json(r#"{"delta":"x"}"#), &[422]),
    // Fields
    case("GET", "/w/{workspace}/settings/fields", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/fields", May(ManageFields, Page), Form("name="), &[422]),
    case("GET", "/w/{workspace}/settings/fields/{field}", Row(ManageFields, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/fields/{field}", Row(ManageFields, Page), Form("name="), &[422]),
    case("POST", "/w/{workspace}/settings/fields/{field}/archive", Row(ManageFields, Page), Form("archived="), &[303]),
    case("GET", "/api/v1/fields", May(Read, Api), None, &[200]),
    case("POST", "/api/v1/fields", May(ManageFields, Api), Json(r#"{"name":"","kind":"text"}"#), &[422]),
    case("GET", "/api/v1/fields/{field}", Row(Read, Api), None, &[200]),
    case("PATCH", "/api/v1/fields/{field}", Row(ManageFields, Api), Json(r#"{"help":"x"}"#), &[200]),
    // Scopes
    case("GET", "/w/{workspace}/accounts/{account}/scopes", ReadAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/scopes", WriteScope(Page), Form("name=&kind=region&parent_id={scope}"), &[422]),
    case("GET", "/w/{workspace}/accounts/{account}/scopes/{scope}", ReadAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/scopes/{scope}", WriteScope(Page), Form("name="), &[422]),
    case("POST", "/w/{workspace}/accounts/{account}/contracts/{contract}/scope", WriteAccount(Page), Form("scope_id={scope}"), &[303]),
    case("GET", "/api/v1/accounts/{account}/scopes", ReadAccount(Api), None, &[200]),
    case("POST", "/api/v1/accounts/{account}/scopes", WriteScope(Api), Json(r#"{"name":"{unique}","kind":"site","parent_id":"{scope}"}"#), &[201]),
    case("GET", "/api/v1/accounts/{account}/scopes/{scope}", ReadAccount(Api), None, &[200]),
    case("PATCH", "/api/v1/accounts/{account}/scopes/{scope}", WriteScope(Api), Json(r#"{"expected_users":7}"#), &[200]),
    case("PUT", "/api/v1/accounts/{account}/contracts/{contract}/scope", WriteAccount(Api), Json(r#"{"scope_id":"{scope}"}"#), &[200]),
    // Pods
    case("GET", "/w/{workspace}/accounts/{account}/team", ReadAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/team", SteerAccount(Page), Form("user=&role=x&function=x"), &[422]),
    case("GET", "/api/v1/accounts/{account}/members", ReadAccount(Api), None, &[200]),
    case("PUT", "/api/v1/accounts/{account}/members/{user}", SteerAccount(Api), Json(r#"{"role":"emperor","function":"other"}"#), &[422]),
    case("DELETE", "/api/v1/accounts/{account}/members/{user}", SteerAccount(Api), None, &[404]),
    case("POST", "/w/{workspace}/accounts/{account}/team/{user}/remove", SteerAccount(Page), Form(""), &[404]),
    // Scorecard
    case("GET", "/w/{workspace}/accounts/{account}", ReadAccount(Page), None, &[200]),
    case("GET", "/w/{workspace}/accounts/{account}/fragment/progress", ReadAccount(Page), None, &[200]),
    case("GET", "/w/{workspace}/accounts/{account}/fragment/overall", ReadAccount(Page), None, &[200]),
    case("GET", "/w/{workspace}/accounts/{account}/scores/{metric}", ReadAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/scores/{metric}", WriteAccount(Page), Form("value=11"), &[422]),
    case("GET", "/api/v1/accounts/{account}/scorecard", ReadAccount(Api), None, &[200]),
    case("GET", "/w/{workspace}/accounts/{account}/scopes/{scope}/scores", ReadAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/scopes/{scope}/scores", WriteScope(Page), Form("score.launched=11"), &[422]),
    case("POST", "/w/{workspace}/accounts/{account}/scopes/{scope}/scores/{metric}/withdraw", WriteScope(Page), Form(""), &[303]),
    case("GET", "/api/v1/accounts/{account}/scopes/{scope}/scorecard", ReadAccount(Api), None, &[200]),
    case("PUT", "/api/v1/accounts/{account}/scopes/{scope}/scores/{metric}", WriteScope(Api), Json(r#"{"value":11}"#), &[422]),
    case("DELETE", "/api/v1/accounts/{account}/scopes/{scope}/scores/{metric}", WriteScope(Api), None, &[200]),
    case("GET", "/api/v1/accounts/{account}/scores/{metric}", ReadAccount(Api), None, &[200]),
    case("PUT", "/api/v1/accounts/{account}/scores/{metric}", WriteAccount(Api), Json(r#"{"value":6.5}"#), &[200]),
    case("GET", "/w/{workspace}/accounts/{account}/explain/{what}", ReadAccount(Page), None, &[200]),
    case("GET", "/api/v1/accounts/{account}/explain/{what}", ReadAccount(Api), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/activities/{step}", WriteAccount(Page), Form("activity=x&done=1"), &[422]),
    case("GET", "/api/v1/accounts/{account}/activities", ReadAccount(Api), None, &[200]),
    case("PUT", "/api/v1/accounts/{account}/activities/{step}", WriteAccount(Api), Json(r#"{"activity":"x","done":true}"#), &[422]),
    case("GET", "/w/{workspace}/accounts/{account}/data-points", ReadAccount(Page), None, &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/data-points", WriteAccount(Page), Form("name=X&value=1"), &[422]),
    case("GET", "/api/v1/accounts/{account}/data-points", ReadAccount(Api), None, &[200]),
    case("GET", "/api/v1/accounts/{account}/signals", ReadAccount(Api), None, &[200]),
    case("GET", "/api/v1/accounts/{account}/signals/{signal}", ReadAccount(Api), None, &[200]),
    case("GET", "/api/v1/accounts/{account}/data-points/{name}", ReadAccount(Api), None, &[200]),
    case("PUT", "/api/v1/accounts/{account}/data-points/{name}", WriteAccount(Api), Json(r#"{"value":85}"#), &[200]),
    case("GET", "/w/{workspace}/settings/scorecards", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/scorecards", May(ManageScorecards, Page), Form("text=key+%3D"), &[422]),
    case("GET", "/w/{workspace}/settings/scorecards/new", May(ManageScorecards, Page), None, &[200]),
    case("GET", "/w/{workspace}/settings/scorecards/{template}", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/scorecards/{template}/draft", May(ManageScorecards, Page), Form("text=key+%3D"), &[422]),
    case("POST", "/w/{workspace}/settings/scorecards/{template}/test", May(ManageScorecards, Page), Form("account="), &[404]),
    case("POST", "/w/{workspace}/settings/scorecards/{template}/publish", May(ManageScorecards, Page), Form("note=x"), &[409]),
    case("GET", "/w/{workspace}/settings/scorecards/{template}/versions/{version}", May(Read, Page), None, &[200]),
    case("GET", "/api/v1/scorecard-templates", May(Read, Api), None, &[200]),
    case("POST", "/api/v1/scorecard-templates", May(ManageScorecards, Api), Json(r#"{"text":"key ="}"#), &[422]),
    case("GET", "/api/v1/scorecard-templates/{template}", May(Read, Api), None, &[200]),
    case("PUT", "/api/v1/scorecard-templates/{template}/draft", May(ManageScorecards, Api), Json(r#"{"text":"key ="}"#), &[422]),
    case("GET", "/api/v1/scorecard-templates/{template}/versions/{version}", May(Read, Api), None, &[200]),
    // Of an account that the caller may not see nothing is told, as of one that does not exist.
    case("POST", "/api/v1/scorecard-templates/{template}/test", May(ManageScorecards, Api), Json(r#"{"account":"00000000-0000-0000-0000-000000000000"}"#), &[404]),
    case("POST", "/api/v1/scorecard-templates/{template}/publish", May(ManageScorecards, Api), Json(r#"{"note":"x"}"#), &[409]),
    // Timeline
    case("GET", "/w/{workspace}/accounts/{account}/feed", ReadAccount(Page), None, &[200]),
    case("GET", "/w/{workspace}/accounts/{account}/fragment/feed", ReadAccount(Page), None, &[200]),
    case("GET", "/api/v1/accounts/{account}/timeline", ReadAccount(Api), None, &[200]),
    case("GET", "/w/{workspace}/live", May(Read, Page), Stream, &[200]),
    case("GET", "/api/v1/events", May(Read, Api), None, &[200]),
    case("GET", "/api/v1/events/stream", May(Read, Api), Stream, &[200]),
    // Import
    case("GET", "/w/{workspace}/import", May(Import, Page), None, &[200]),
    case("POST", "/w/{workspace}/import", May(Import, Page), Upload, &[303]),
    case("GET", "/w/{workspace}/import/new", May(Import, Page), None, &[200]),
    case("GET", "/w/{workspace}/import/{import}", Row(Import, Page), None, &[200]),
    case("GET", "/w/{workspace}/import/{import}/refused.csv", Row(Import, Page), None, &[200]),
    case("POST", "/w/{workspace}/import/{import}/mapping", Row(Import, Page), Form(""), &[303, 409, 422]),
    case("POST", "/w/{workspace}/import/{import}/apply", Row(Import, Page), Form(""), &[303, 409]),
    case("POST", "/w/{workspace}/import/{import}/undo", Row(Import, Page), Form(""), &[303, 409, 422]),
    case("POST", "/w/{workspace}/import/{import}/cancel", Row(Import, Page), Form(""), &[303, 409]),
    case("GET", "/api/v1/imports", May(Import, Api), None, &[200]),
    case("POST", "/api/v1/imports", May(Import, Api), Upload, &[201]),
    case("GET", "/api/v1/imports/{import}", Row(Import, Api), None, &[200]),
    case("POST", "/api/v1/imports/{import}/apply", Row(Import, Api), Json("{}"), &[200, 409]),
    case("POST", "/api/v1/imports/{import}/undo", Row(Import, Api), Json("{}"), &[200, 409]),
    case("DELETE", "/api/v1/imports/{import}", Row(Import, Api), None, &[204, 404, 409]),
    // Settings
    case("GET", "/w/{workspace}/settings", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings", May(ManageWorkspace, Page), Form("name="), &[422]),
    case("GET", "/api/v1/workspace", May(Read, Api), None, &[200]),
    case("PATCH", "/api/v1/workspace", May(ManageWorkspace, Api), Json(r#"{"zone":"Nowhere/Land"}"#), &[422]),
    case("GET", "/w/{workspace}/settings/people", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/people", May(ManagePeople, Page), Form("name="), &[422]),
    case("POST", "/w/{workspace}/settings/people/{user}", Row(ManagePeople, Page), Form("role=emperor"), &[422]),
    case("POST", "/w/{workspace}/settings/people/{user}/deactivate", Row(ManagePeople, Page), Form(""), &[303, 409]),
    case("POST", "/w/{workspace}/settings/people/{user}/reactivate", Row(ManagePeople, Page), Form(""), &[303]),
    case("POST", "/w/{workspace}/settings/people/{user}/invitation", Row(ManagePeople, Page), Form(""), &[200]),
    case("GET", "/api/v1/users", May(Read, Api), None, &[200]),
    case("POST", "/api/v1/users", May(ManagePeople, Api), Json(r#"{"name":"","role":"member"}"#), &[422]),
    case("GET", "/api/v1/users/{user}", Row(Read, Api), None, &[200]),
    case("PATCH", "/api/v1/users/{user}", Row(ManagePeople, Api), Json(r#"{"role":"emperor"}"#), &[422]),
    case("POST", "/api/v1/users/{user}/invitation", Row(ManagePeople, Api), Json("{}"), &[200, 201]),
    case("POST", "/api/v1/users/{user}/deactivate", Row(ManagePeople, Api), Json("{}"), &[200]),
    case("POST", "/api/v1/users/{user}/reactivate", Row(ManagePeople, Api), Json("{}"), &[200]),
    case("GET", "/w/{workspace}/settings/currencies", May(Read, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/currencies", May(ManageWorkspace, Page), Form("currency=x"), &[422]),
    case("GET", "/api/v1/exchange-rates", May(Read, Api), None, &[200]),
    case("PUT", "/api/v1/exchange-rates", May(ManageWorkspace, Api), Json(r#"{"currency":"x"}"#), &[422]),
    case("GET", "/w/{workspace}/settings/signals", May(Read, Page), None, &[200]),
    case("GET", "/w/{workspace}/settings/signals/{signal}", Row(ManageSignals, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/signals/{signal}", Row(ManageSignals, Page), Form("direction=x"), &[422]),
    case("POST", "/w/{workspace}/settings/thresholds", May(ManageSignals, Page), Form("signal=seats_used"), &[422]),
    case("GET", "/api/v1/signals", May(Read, Api), None, &[200]),
    case("POST", "/api/v1/signals", May(SendSignals, Api), Json(r#"{"signals":[]}"#), &[200]),
    case("POST", "/v1/batch", May(SendSignals, Api), Json(r#"{"batch":[]}"#), &[200]),
    case("POST", "/v1/{call}", May(SendSignals, Api), Json(r#"{"event":"Login"}"#), &[200]),
    case("GET", "/api/v1/signals/{signal}", Row(Read, Api), None, &[200]),
    case("PATCH", "/api/v1/signals/{signal}", Row(ManageSignals, Api), Json(r#"{"direction":"x"}"#), &[422]),
    case("GET", "/api/v1/thresholds", May(Read, Api), None, &[200]),
    case("POST", "/api/v1/thresholds", May(ManageSignals, Api), Json("{}"), &[422]),
    case("GET", "/api/v1/thresholds/{threshold}", Row(Read, Api), None, &[200]),
    case("PATCH", "/api/v1/thresholds/{threshold}", Row(ManageSignals, Api), Json(r#"{"side":"x"}"#), &[422]),
    case("GET", "/w/{workspace}/settings/tokens", May(ManageOwn, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/tokens", May(ManageOwn, Page), Form("name="), &[422]),
    case("POST", "/w/{workspace}/settings/tokens/{token}/revoke", May(ManageOwn, Page), Form(""), &[303, 404]),
    case("GET", "/api/v1/tokens", May(ManageOwn, Api), None, &[200]),
    case("POST", "/api/v1/tokens", May(ManageOwn, Api), Json(r#"{"name":"","scope":"read"}"#), &[422]),
    case("DELETE", "/api/v1/tokens/{token}", May(ManageOwn, Api), None, &[204, 404]),
    case("GET", "/w/{workspace}/settings/jobs", May(ManageJobs, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/jobs/{job}/retry", Row(ManageJobs, Page), Form(""), &[303, 409]),
    case("GET", "/w/{workspace}/settings/jobs/schedules/{kind}", May(ManageJobs, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/jobs/schedules/{kind}", May(ManageJobs, Page), Form("every=hour"), &[422]),
    case("POST", "/w/{workspace}/settings/jobs/holidays", May(ManageJobs, Page), Form("day=x"), &[422]),
    case("POST", "/w/{workspace}/settings/jobs/holidays/{day}/remove", May(ManageJobs, Page), Form(""), &[404]),
    case("GET", "/api/v1/jobs", May(ManageJobs, Api), None, &[200]),
    case("GET", "/api/v1/jobs/{job}", Row(ManageJobs, Api), None, &[200]),
    case("POST", "/api/v1/jobs/{job}/retry", Row(ManageJobs, Api), Json("{}"), &[200, 409]),
    case("GET", "/api/v1/job-schedules", May(ManageJobs, Api), None, &[200]),
    case("GET", "/api/v1/job-schedules/{kind}", May(ManageJobs, Api), None, &[200]),
    case("PUT", "/api/v1/job-schedules/{kind}", May(ManageJobs, Api), Json(r#"{"schedule":{"every":"hour","at":"x"}}"#), &[422]),
    case("GET", "/api/v1/holidays", May(ManageJobs, Api), None, &[200]),
    case("GET", "/api/v1/holidays/{day}", May(ManageJobs, Api), None, &[404]),
    case("PUT", "/api/v1/holidays/{day}", May(ManageJobs, Api), Json(r#"{"name":""}"#), &[422]),
    case("DELETE", "/api/v1/holidays/{day}", May(ManageJobs, Api), None, &[404]),
    case("GET", "/w/{workspace}/settings/me", May(ManageOwn, Page), None, &[200]),
    case("POST", "/w/{workspace}/settings/me", May(ManageOwn, Page), Form("name="), &[422]),
    case("POST", "/w/{workspace}/settings/me/password", May(ManageOwn, Page), Form("current=x&new=y"), &[422]),
    case("POST", "/w/{workspace}/settings/me/sessions/{session}", May(ManageOwn, Page), Form(""), &[404]),
    case("GET", "/api/v1/me", Own(Api), None, &[200]),
    case("PATCH", "/api/v1/me", May(ManageOwn, Api), Json(r#"{"name":""}"#), &[422]),
    case("POST", "/api/v1/me/password", May(ManageOwn, Api), Json(r#"{"current":"x","new":"y"}"#), &[422]),
    case("GET", "/api/v1/me/sessions", May(ManageOwn, Api), None, &[200]),
    case("DELETE", "/api/v1/me/sessions/{session}", May(ManageOwn, Api), None, &[404]),
    // What ends something comes last.
    case("DELETE", "/api/v1/views/{view}", SharedView(Api), None, &[204, 404]),
    case("POST", "/w/{workspace}/settings/thresholds/{threshold}/remove", Row(ManageSignals, Page), Form(""), &[303, 404]),
    case("DELETE", "/api/v1/thresholds/{threshold}", Row(ManageSignals, Api), None, &[204, 404]),
    case("POST", "/w/{workspace}/accounts/{account}/scores/{metric}/withdraw", WriteAccount(Page), Form(""), &[200, 303]),
    case("DELETE", "/api/v1/accounts/{account}/scores/{metric}", WriteAccount(Api), None, &[200, 204]),
    case("POST", "/w/{workspace}/accounts/{account}/contracts/{contract}/amendments/{amendment}/withdraw", WriteAccount(Page), Form(""), &[303, 404]),
    case("DELETE", "/api/v1/accounts/{account}/contracts/{contract}/amendments/{amendment}", WriteAccount(Api), None, &[200, 204, 404]),
    case("POST", "/w/{workspace}/accounts/{account}/scopes/{scope}/archive", WriteAccount(Page), Form(""), &[409]),
    case("POST", "/w/{workspace}/accounts/{account}/scopes/{scope}/restore", WriteAccount(Page), Form(""), &[303]),
    case("DELETE", "/api/v1/accounts/{account}/scopes/{scope}", WriteAccount(Api), None, &[409]),
    case("POST", "/api/v1/accounts/{account}/scopes/{scope}/restore", WriteAccount(Api), Json("{}"), &[200]),
    case("POST", "/w/{workspace}/accounts/{account}/archive", WriteAccount(Page), Form(""), &[303]),
    case("POST", "/w/{workspace}/accounts/{account}/restore", WriteAccount(Page), Form(""), &[303]),
    case("DELETE", "/api/v1/accounts/{account}", WriteAccount(Api), None, &[200, 204]),
    case("POST", "/api/v1/accounts/{account}/restore", WriteAccount(Api), Json("{}"), &[200]),
    case("POST", "/w/{workspace}/settings/me/sign-out-everywhere", May(ManageOwn, Page), Form(""), &[303]),
    case("DELETE", "/api/v1/me/sessions", May(ManageOwn, Api), None, &[200, 204]),
    case("POST", "/w/{workspace}/sign-out", Own(Page), Form(""), &[303]),
];
