//! A write in the name of somebody: the only way to append an event, so that state and event share a transaction.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_db::events::{self, NewEvent};
use mainstay_rules::event::Kind;
use serde_json::Value;
use uuid::Uuid;

use super::caller::Workspace;
use super::fault::Fault;
use super::source::Source;

/// Who writes, when and because of what; lives as long as one transaction.
pub struct By {
    pub workspace: Arc<Workspace>,
    /// None when the system itself acts.
    pub user: Option<Uuid>,
    pub at: Timestamp,
    /// The import, or the event, that made this happen.
    pub cause: Option<Uuid>,
    source: Source,
    /// With the earliest day that reads otherwise now.
    touched: RefCell<BTreeMap<Uuid, Date>>,
    renamed: RefCell<BTreeSet<Uuid>>,
    every_line_changed: Cell<Option<Date>>,
}

/// What happened to one of many accounts.
pub struct Told {
    pub account: Uuid,
    pub kind: Kind,
    pub subject: (&'static str, Uuid),
    pub data: Value,
}

impl By {
    pub fn new(workspace: Arc<Workspace>, user: Option<Uuid>, source: Source) -> Self {
        Self {
            workspace,
            user,
            at: source.now(),
            cause: None,
            source,
            touched: RefCell::default(),
            renamed: RefCell::default(),
            every_line_changed: Cell::default(),
        }
    }

    #[must_use]
    pub fn because_of(mut self, cause: Uuid) -> Self {
        self.cause = Some(cause);
        self
    }

    pub fn id(&self) -> Uuid {
        self.source.id()
    }

    pub fn secret(&self) -> String {
        self.source.secret()
    }

    pub fn source(&self) -> Source {
        self.source.clone()
    }

    /// Today in the workspace's zone.
    pub fn today(&self) -> Date {
        self.workspace.day_of(self.at)
    }

    /// An event of one account; its version is the account's new version.
    pub fn happened_to(
        &self,
        tx: &mut Tx<'_>,
        account: Uuid,
        kind: Kind,
        subject: (&'static str, Uuid),
        data: Value,
    ) -> Result<i64, Fault> {
        self.reaches_back(account, self.today());
        let version = events::append(tx, &self.event(Some(account), kind, self.at, subject, data))?;
        version.ok_or_else(|| Fault::internal("an event of an account came without a version"))
    }

    /// An event of an account that was so at another time than now.
    pub fn happened_at(
        &self,
        tx: &mut Tx<'_>,
        effective_at: Timestamp,
        account: Uuid,
        kind: Kind,
        subject: (&'static str, Uuid),
        data: Value,
    ) -> Result<i64, Fault> {
        self.reaches_back(account, self.workspace.day_of(effective_at));
        let version = events::append(tx, &self.event(Some(account), kind, effective_at, subject, data))?;
        version.ok_or_else(|| Fault::internal("an event of an account came without a version"))
    }

    /// Many events of accounts at once, each account's in this order; they are so from now on.
    pub fn happened_each(&self, tx: &mut Tx<'_>, told: Vec<Told>) -> Result<(), Fault> {
        let mut all = Vec::with_capacity(told.len());
        for Told { account, kind, subject, data } in told {
            self.reaches_back(account, self.today());
            all.push(self.event(Some(account), kind, self.at, subject, data));
        }
        Ok(events::append_all(tx, &all)?)
    }

    /// An event of the workspace as a whole.
    pub fn happened(
        &self,
        tx: &mut Tx<'_>,
        kind: Kind,
        subject: (&'static str, Uuid),
        data: Value,
    ) -> Result<(), Fault> {
        events::append(tx, &self.event(None, kind, self.at, subject, data))?;
        Ok(())
    }

    /// A user whose name the read models show under another one.
    pub fn renamed(&self, user: Uuid) {
        self.renamed.borrow_mut().insert(user);
    }

    pub fn renamed_users(&self) -> BTreeSet<Uuid> {
        self.renamed.borrow().clone()
    }

    /// Every account's line reads otherwise from a day on: the calendar of the workspace or its scorecards changed.
    pub fn every_line_changed(&self, from: Date) {
        let before = self.every_line_changed.get();
        self.every_line_changed.set(Some(before.map_or(from, |before| before.min(from))));
    }

    /// The day from which every line reads otherwise.
    pub fn every_line_reach(&self) -> Option<Date> {
        self.every_line_changed.get()
    }

    /// What is known of the account reads otherwise from a day on, which may be long ago.
    pub fn reaches_back(&self, account: Uuid, day: Date) {
        let mut touched = self.touched.borrow_mut();
        let from = touched.entry(account).or_insert(day);
        *from = (*from).min(day);
    }

    /// The earliest day from which the account reads otherwise.
    pub fn reach(&self, account: Uuid) -> Option<Date> {
        self.touched.borrow().get(&account).copied()
    }

    pub fn touched(&self) -> Vec<Uuid> {
        self.touched.borrow().keys().copied().collect()
    }

    fn event(
        &self,
        account: Option<Uuid>,
        kind: Kind,
        effective_at: Timestamp,
        subject: (&'static str, Uuid),
        data: Value,
    ) -> NewEvent {
        NewEvent {
            id: self.id(),
            workspace: self.workspace.id,
            account,
            kind: kind.as_str(),
            v: 1,
            effective_at,
            recorded_at: self.at,
            actor: self.user,
            cause: self.cause,
            subject_kind: subject.0,
            subject: subject.1,
            data,
        }
    }
}
