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
    /// Deciding who is in the pod.
    SteerAccount(Door),
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
            | Self::SteerAccount(door)
            | Self::Own(door) => door == Page,
        }
    }

    /// The least scope that a token needs.
    pub fn scope(self) -> TokenScope {
        match self {
            Self::Everybody | Self::ReadAccount(_) | Self::Own(_) => TokenScope::Read,
            Self::WriteAccount(_) | Self::SteerAccount(_) => TokenScope::Write,
            Self::Deed(deed, _) | Self::Row(deed, _) => match deed {
                Deed::Read => TokenScope::Read,
                Deed::CreateAccount | Deed::Import => TokenScope::Write,
                Deed::ManagePeople | Deed::ManageWorkspace | Deed::ManageOwn => TokenScope::Admin,
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
    /// Routes about an account are tried on an open and on a confidential one.
    pub fn accounts(&self) -> &'static [Which] {
        let in_body = matches!(self.body, Body::Json(text) if text.contains("{account}"));
        if in_body || self.path.contains("{account}") { &[Which::Open, Which::Confidential] } else { &[Which::Open] }
    }
}

const fn case(method: &'static str, path: &'static str, right: Right, body: Body, status: &'static [u16]) -> Case {
    Case { method, path, right, body, status }
}

use Body::{Form, Json, None, Stream, Upload};
use Deed::{CreateAccount, Import, ManageOwn, ManagePeople, ManageWorkspace, Read};
use Right::{Deed as May, Everybody, Own, ReadAccount, Row, SteerAccount, WriteAccount};

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
    case("GET", "/api/v1/portfolio", May(Read, Api), None, &[200]),
    case("PATCH", "/api/v1/portfolio", WriteAccount(Api), Json(r#"{"edits":[{"account":"{account}","field":"launched","value":"6"}]}"#), &[200]),
    // Timeline
    case("GET", "/w/{workspace}/live", May(Read, Page), Stream, &[200]),
    case("GET", "/api/v1/events", May(Read, Api), None, &[200]),
    case("GET", "/api/v1/events/stream", May(Read, Api), Stream, &[200]),
];
