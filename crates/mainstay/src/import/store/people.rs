//! Whom a cell names: our people by name and by e-mail address, and which fields of our own can hold them.

use std::collections::HashMap;

use mainstay_db::Tx;
use mainstay_rules::custom_field::Field as OwnField;
use mainstay_rules::field;
use uuid::Uuid;

use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::people::store::{self as people, User};

/// The sales associate as the row names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Associate {
    Known(Uuid),
    /// Not among our people; the text is a name or an e-mail address.
    New(String),
}

/// What cells are looked up in: our people by name and by e-mail address, and the fields of our own.
#[derive(Default)]
pub struct People {
    users: HashMap<Uuid, User>,
    by_name: HashMap<String, Vec<Uuid>>,
    by_email: HashMap<String, Uuid>,
    pub own: Vec<OwnField>,
}

impl People {
    pub fn load(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Self, Fault> {
        const AT_ONCE: i64 = 1_000;
        let mut people = Self { own: accounts::live_fields(tx, workspace)?, ..Self::default() };
        let mut after = (String::new(), Uuid::nil());
        loop {
            let users = people::list_users(tx, workspace, (&after.0, after.1), AT_ONCE)?;
            let Some(last) = users.last() else { return Ok(people) };
            after = (last.name.clone(), last.id);
            for user in users {
                if let Some(email) = &user.email {
                    people.by_email.insert(email.clone(), user.id);
                }
                people.by_name.entry(user.name.to_lowercase()).or_default().push(user.id);
                people.users.insert(user.id, user);
            }
        }
    }

    pub(super) fn user(&self, id: Uuid) -> Option<&User> {
        self.users.get(&id)
    }

    pub(super) fn with_email(&self, email: &str) -> Option<&User> {
        self.user(*self.by_email.get(email)?)
    }

    pub(super) fn called(&self, name: &str) -> impl Iterator<Item = &User> {
        let ids = self.by_name.get(&name.to_lowercase());
        ids.into_iter().flatten().filter_map(|id| self.user(*id))
    }

    /// Nobody is called so yet.
    pub(super) fn knows_not(&self, text: &str) -> bool {
        matches!(self.find(text, None), Ok(Associate::New(_)))
    }

    /// Err: several people have this name.
    pub(super) fn find(&self, text: &str, current: Option<Uuid>) -> Result<Associate, ()> {
        if let Ok(email) = field::email("", text) {
            return Ok(self.by_email.get(&email).map_or(Associate::New(email), |id| Associate::Known(*id)));
        }
        let named: Vec<&User> = self.called(text).collect();
        if named.is_empty() {
            return Ok(Associate::New(text.to_owned()));
        }
        if let Some(same) = named.iter().find(|user| Some(user.id) == current) {
            return Ok(Associate::Known(same.id));
        }
        let active: Vec<&User> = named.iter().copied().filter(|user| user.active).collect();
        match (active.as_slice(), named.as_slice()) {
            ([only], _) | ([], [only]) => Ok(Associate::Known(only.id)),
            _ => Err(()),
        }
    }
}
