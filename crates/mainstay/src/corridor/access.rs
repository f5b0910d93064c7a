//! No object without the right to it: `Readable<T>` and `Writable<T>` are the only way to a row in a handler.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use mainstay_db::{Scope, Tx};
use mainstay_rules::permission::{Deed, TokenScope};
use mainstay_rules::problem::Problem;
use uuid::Uuid;

use super::caller::Caller;
use super::fault::Fault;
use crate::app::App;

/// A thing with rights of its own.
pub trait Guarded: Sized + Send + 'static {
    /// The path parameter that names it.
    const PARAMETER: &'static str;

    /// What those are told who may see it and not change it.
    const REFUSED: &'static str = "Only the pod's owner and team, leaders and administrators change this. \
                                   Ask the owner to add you to the team.";

    /// The row with what the right depends on; None when it is not in the caller's workspace.
    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault>;

    fn readable(&self, caller: &Caller) -> bool;

    fn writable(&self, caller: &Caller) -> bool;

    /// The id under which what this path shows is found from now on.
    fn moved_to(&self, _path: &str) -> Option<Uuid> {
        None
    }
}

/// A thing that the caller may see.
pub struct Readable<T> {
    pub caller: Caller,
    thing: T,
}

/// A thing that the caller may change.
pub struct Writable<T> {
    pub caller: Caller,
    thing: T,
}

impl<T> Deref for Readable<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.thing
    }
}

impl<T> Deref for Writable<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.thing
    }
}

impl<T: Guarded> FromRequestParts<App> for Readable<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let thing = load::<T>(parts, app, &caller).await?;
        Ok(Self { caller, thing })
    }
}

impl<T: Guarded> FromRequestParts<App> for Writable<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let thing = load::<T>(parts, app, &caller).await?;
        check_writable(&caller, &thing)?;
        Ok(Self { caller, thing })
    }
}

/// Refuses a caller who may see the thing but not change it; for verbs that read it again under its lock.
pub fn check_writable<T: Guarded>(caller: &Caller, thing: &T) -> Result<(), Fault> {
    if caller.scope() < TokenScope::Write {
        return Err(Fault::not_allowed("This token may only read. Use one with the scope write."));
    }
    if !thing.writable(caller) {
        return Err(Fault::not_allowed(T::REFUSED));
    }
    Ok(())
}

async fn load<T: Guarded>(parts: &mut Parts, app: &App, caller: &Caller) -> Result<T, Fault> {
    let parameters = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|e| Fault::new(Problem::Malformed, e.to_string()))?;
    let id = parameters
        .iter()
        .find(|(name, _)| *name == T::PARAMETER)
        .and_then(|(_, value)| Uuid::parse_str(value).ok())
        .ok_or_else(Fault::not_found)?;
    let asking = caller.clone();
    let thing = app
        .db
        .read(Scope::Workspace(caller.workspace.id), move |tx| T::load(tx, &asking, id))
        .await?
        .filter(|thing| thing.readable(caller))
        .ok_or_else(Fault::not_found)?;
    match thing.moved_to(parts.uri.path()) {
        Some(to) => {
            let here = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
            Err(Fault::moved(&here.replacen(&id.to_string(), &to.to_string(), 1)))
        }
        None => Ok(thing),
    }
}

/// A deed of the permission table, as a type for signatures.
pub trait DeedMark: Send + Sync + 'static {
    const DEED: Deed;
}

macro_rules! deeds {
    ($($name:ident),*) => {$(
        pub struct $name;
        impl DeedMark for $name { const DEED: Deed = Deed::$name; }
    )*};
}

deeds!(
    Read,
    CreateAccount,
    AddTask,
    TakeSnapshot,
    Import,
    ManagePeople,
    ManageWorkspace,
    ManageScorecards,
    ManageFields,
    SendSignals,
    ManageSignals,
    ManageJobs,
    ManageOwn
);

/// A caller who may do the deed in the workspace.
pub struct Allowed<M> {
    caller: Caller,
    deed: PhantomData<M>,
}

impl<M> Allowed<M> {
    pub fn into_caller(self) -> Caller {
        self.caller
    }
}

impl<M> Deref for Allowed<M> {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<M: DeedMark> FromRequestParts<App> for Allowed<M> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let caller = Caller::from_request_parts(parts, app).await?;
        if !caller.may(M::DEED) {
            return Err(Fault::not_allowed(
                "Your role in this workspace, or your token's scope, does not allow it. Ask an administrator.",
            ));
        }
        Ok(Self { caller, deed: PhantomData })
    }
}
