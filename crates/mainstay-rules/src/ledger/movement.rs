//! Movements of ARR: what changed on which day, on which contract, and of what kind it is for the account.

use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::{Amendment, arr_by_contract, in_force, turning_days};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// The kind of a movement, as the account sees it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum MovementKind { $($(#[$doc])* $name),* }

        impl MovementKind {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

kinds! {
    /// The account had no ARR and never had any.
    New = "new";
    /// More than before, on an account that had some.
    Expansion = "expansion";
    /// Less than before, and the account keeps some.
    Contraction = "contraction";
    /// The account keeps nothing.
    Churn = "churn";
    /// The account had none, but had some at an earlier time.
    Reactivation = "reactivation";
    /// An amendment that changes the price alone.
    Price = "price";
}

/// The ARR of one contract moved on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    pub on: Date,
    pub contract: Uuid,
    /// What counts: the derived kind, or what somebody decided.
    pub kind: MovementKind,
    pub derived: MovementKind,
    pub before_minor: i64,
    pub after_minor: i64,
}

impl Movement {
    pub fn amount_minor(&self) -> i64 {
        self.after_minor.saturating_sub(self.before_minor)
    }
}

/// Somebody decided the kind of a movement; its amount follows from the contracts alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    pub contract: Uuid,
    pub on: Date,
    pub kind: MovementKind,
}

/// A contract's ARR around a day.
struct Change {
    contract: Uuid,
    before: i64,
    after: i64,
    is_price: bool,
}

/// Every movement of an account, oldest first, by contract within a day.
///
/// `prices` names amendments of price alone, by contract and first day. The amounts of all movements up to a day add up
/// to the ARR of that day, whatever kinds they have. Amounts are in the currency of each contract; `worth` makes them
/// comparable where contracts in several currencies move on one day.
pub fn movements(
    amendments: &[Amendment],
    prices: &[(Uuid, Date)],
    overrides: &[Override],
    worth: impl Fn(Uuid, i64) -> i64,
) -> Vec<Movement> {
    let mut days: Vec<Date> = turning_days(amendments).collect();
    days.sort_unstable();
    days.dedup();
    let mut before: BTreeMap<Uuid, i64> = BTreeMap::new();
    let mut had_some = false;
    let mut found = Vec::new();
    for day in days {
        let after = arr_by_contract(amendments, day);
        let changes = changes(&before, &after, |contract| is_price(amendments, prices, contract, day));
        let kind_of = judge((total(&before), total(&after)), had_some, &changes, &worth);
        found.extend(changes.iter().map(|change| {
            let derived = kind_of(change);
            let decided = overrides.iter().find(|one| one.contract == change.contract && one.on == day);
            Movement {
                on: day,
                contract: change.contract,
                kind: decided.map_or(derived, |one| one.kind),
                derived,
                before_minor: change.before,
                after_minor: change.after,
            }
        }));
        had_some = had_some || !after.is_empty();
        before = after;
    }
    found
}

fn total(arr: &BTreeMap<Uuid, i64>) -> i128 {
    arr.values().copied().map(i128::from).sum()
}

fn changes(before: &BTreeMap<Uuid, i64>, after: &BTreeMap<Uuid, i64>, is_price: impl Fn(Uuid) -> bool) -> Vec<Change> {
    let mut contracts: Vec<Uuid> = before.keys().chain(after.keys()).copied().collect();
    contracts.sort_unstable();
    contracts.dedup();
    let arr = |side: &BTreeMap<Uuid, i64>, contract: Uuid| side.get(&contract).copied().unwrap_or(0);
    contracts
        .into_iter()
        .map(|contract| Change {
            contract,
            before: arr(before, contract),
            after: arr(after, contract),
            is_price: is_price(contract),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

/// Whether the amendment that took force on this day changes the price alone.
fn is_price(amendments: &[Amendment], prices: &[(Uuid, Date)], contract: Uuid, day: Date) -> bool {
    if !prices.contains(&(contract, day)) {
        return false;
    }
    in_force(amendments, day).get(&contract).is_some_and(|amendment| amendment.start_on == day)
}

/// The kind of each change of one day.
///
/// From nothing, all is new (or comes back); to nothing, all is churn. In between a change of price is one if the
/// contract goes on; the rest is netted: what ends and what begins on one day on one account have the kind of their
/// sum, so that a contract which takes another's place adds only the difference. A sum of nothing counts as expansion.
fn judge(
    (before, after): (i128, i128),
    had_some: bool,
    changes: &[Change],
    worth: impl Fn(Uuid, i64) -> i64,
) -> impl Fn(&Change) -> MovementKind {
    let amount = |change: &Change| {
        i128::from(worth(change.contract, change.after)) - i128::from(worth(change.contract, change.before))
    };
    let is_price = |change: &Change| change.is_price && change.before > 0 && change.after > 0;
    let net: i128 = changes.iter().filter(|change| !is_price(change)).map(amount).sum();
    move |change| match (before, after) {
        (0, _) if had_some => MovementKind::Reactivation,
        (0, _) => MovementKind::New,
        (_, 0) => MovementKind::Churn,
        _ if is_price(change) => MovementKind::Price,
        _ if net < 0 => MovementKind::Contraction,
        _ => MovementKind::Expansion,
    }
}
