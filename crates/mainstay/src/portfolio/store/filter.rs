//! Which lines: the filter's words, and what the viewer may not see.

use mainstay_db::Param;
use uuid::Uuid;

use super::attention::Attention;
use super::term::{Shape, Term, pattern};

/// Which lines; what the viewer may not see is never among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    pub viewer: Uuid,
    /// Part of the account's name.
    pub text: String,
    /// Bit n set: type n is wanted; no bit set: all are.
    pub types: i64,
    pub associate: String,
    pub gap_only: bool,
    pub archived: bool,
    /// Further conditions; each must hold.
    pub terms: Vec<Term>,
    /// Only what this call speaks about.
    pub attention: Option<Attention>,
}

impl Filter {
    /// What a statement over the workspace's lines begins with.
    pub(super) fn parameters(&self, workspace: Uuid) -> Vec<Box<dyn Param>> {
        vec![
            Box::new(workspace),
            Box::new(self.archived),
            Box::new(self.viewer),
            Box::new(pattern(&self.text)),
            Box::new(self.types),
            Box::new(self.associate.clone()),
            Box::new(i64::from(self.gap_only)),
        ]
    }

    pub(super) fn shape(&self) -> Shape {
        Shape { terms: self.terms.len(), attention: self.attention.is_some() }
    }

    /// The parameters of its [`Shape`].
    pub(super) fn further(&self) -> impl Iterator<Item = Box<dyn Param>> {
        let terms = self.terms.iter().flat_map(Term::parameters);
        terms.chain(self.attention.into_iter().flat_map(Attention::parameters))
    }
}

/// A confidential account is seen by its pod only (`permission::reads_account`).
macro_rules! visible {
    ($viewer:literal) => {
        concat!(
            "(NOT l.confidential OR EXISTS (SELECT 1 FROM pod_account pa
               JOIN pod p ON p.id = pa.pod_id AND p.kind = 'client'
               JOIN pod_member m ON m.pod_id = p.id AND m.until IS NULL
               WHERE pa.account_id = l.account_id AND pa.until IS NULL AND m.user_id = ",
            $viewer,
            "))"
        )
    };
}

pub(super) use visible;

/// Lines that are in the report at all.
macro_rules! seen {
    () => {
        concat!("l.archived = $2 AND ", visible!("$3"))
    };
}

macro_rules! fits {
    () => {
        "($4 = '' OR l.name_key LIKE $4 ESCAPE '\\')
          AND ($5 = 0 OR (CAST($5 AS BIGINT) / (CASE l.type WHEN 1 THEN 2 WHEN 2 THEN 4 WHEN 3 THEN 8 ELSE 16 END)) % 2 = 1)
          AND ($6 = '' OR l.associate = $6)
          AND ($7 = 0 OR l.gap_step IS NOT NULL)"
    };
}

pub(super) const SEEN: &str = seen!();
/// The filter's words over a line `l` that is seen.
pub(super) const FITS: &str = fits!();
/// Both; `$1` to `$7` are [`Filter::parameters`].
pub(super) const MATCHES: &str = concat!(seen!(), " AND ", fits!());
