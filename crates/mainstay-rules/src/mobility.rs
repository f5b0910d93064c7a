//! Which accounts outgrow their type, and which fall behind it: the Overall of now against that of a quarter ago.

use crate::account::AccountType;
use crate::score::Mean;

/// The Overall is compared with that of so many days ago.
pub const DAYS: i64 = 90;
/// From so much on a change of the Overall is one of kind.
pub const MOVED: Mean = Mean::from_millionths(2_000_000);

/// Where an account goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Rises,
    Falls,
}

impl Direction {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rises => "rises",
            Self::Falls => "falls",
        }
    }
}

/// Whether the account should have another type, and which one to talk about. Both scores are of accounts with at least
/// four of five steps scored; others are not compared.
///
/// Types 3 and 4 are watched for upward mobility, so a rise is news. A type 2 becomes type 1 by a signature and not by a
/// score, and a type 3 becomes type 4 by its money. Types 1 and 2 that fall are on their way out of their type.
pub fn mobility(kind: AccountType, before: Mean, now: Mean) -> Option<(Direction, AccountType)> {
    let change = now.millionths() - before.millionths();
    if change >= MOVED.millionths() {
        return match kind {
            AccountType::Three => Some((Direction::Rises, AccountType::Two)),
            AccountType::Four => Some((Direction::Rises, AccountType::Three)),
            AccountType::One | AccountType::Two => None,
        };
    }
    if -change >= MOVED.millionths() {
        return match kind {
            AccountType::One => Some((Direction::Falls, AccountType::Two)),
            AccountType::Two => Some((Direction::Falls, AccountType::Three)),
            AccountType::Three | AccountType::Four => None,
        };
    }
    None
}
