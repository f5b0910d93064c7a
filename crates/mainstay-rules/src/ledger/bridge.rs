//! From one day's ARR to another's: retention of those who were there, and how much hangs on how few.

use crate::rounding::{half_away, saturate};

/// A client (an account with all its subsidiaries) on the two days that are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub start_minor: i64,
    pub end_minor: i64,
    /// What changes of price alone added or took in between.
    pub price_minor: i64,
    /// It had ARR at an earlier time and comes back.
    pub returns: bool,
}

/// Where a client stands in the bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    New,
    Expansion,
    Contraction,
    Churn,
    /// Nothing but the price moved, or nothing at all.
    Unchanged,
    /// No ARR on either day.
    Absent,
}

impl Part {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Expansion => "expansion",
            Self::Contraction => "contraction",
            Self::Churn => "churn",
            Self::Unchanged => "unchanged",
            Self::Absent => "absent",
        }
    }
}

impl Standing {
    pub fn part(&self) -> Part {
        match (self.start_minor, self.end_minor) {
            (0, 0) => Part::Absent,
            (0, _) => Part::New,
            (_, 0) => Part::Churn,
            _ => match self.volume() {
                0 => Part::Unchanged,
                more if more > 0 => Part::Expansion,
                _ => Part::Contraction,
            },
        }
    }

    /// What moved beside the price.
    fn volume(&self) -> i128 {
        i128::from(self.end_minor) - i128::from(self.start_minor) - i128::from(self.price_minor)
    }

    /// What was kept of the start, price effects aside: never more than there was, never less than nothing.
    fn kept(&self) -> i128 {
        let kept = i128::from(self.end_minor) - i128::from(self.price_minor);
        kept.min(i128::from(self.start_minor)).max(0)
    }
}

/// `start + new + expansion + price - contraction - churn = end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bridge {
    /// Clients with ARR at the start.
    pub accounts: i64,
    /// Clients with ARR at the end.
    pub accounts_end: i64,
    pub start_minor: i64,
    pub end_minor: i64,
    /// End ARR of those with none at the start.
    pub new_minor: i64,
    /// What of `new_minor` comes from clients that had ARR at an earlier time.
    pub reactivation_minor: i64,
    pub expansion_minor: i64,
    pub price_minor: i64,
    /// Lost by those who stay; not negative.
    pub contraction_minor: i64,
    /// Start ARR of those with none at the end; not negative.
    pub churn_minor: i64,
    pub lost_logos: i64,
    /// Sum of what was kept of the start.
    pub kept_minor: i64,
    /// End ARR of those with ARR at the start.
    pub stayed_minor: i64,
}

impl Bridge {
    /// Ten-thousandths of gross revenue retention.
    pub fn grr(&self) -> Option<i64> {
        fraction(self.kept_minor, self.start_minor)
    }

    /// Ten-thousandths of net revenue retention.
    pub fn nrr(&self) -> Option<i64> {
        fraction(self.stayed_minor, self.start_minor)
    }

    /// Ten-thousandths: lost clients of those there at the start.
    pub fn logo_churn(&self) -> Option<i64> {
        fraction(self.lost_logos, self.accounts)
    }
}

/// `part / whole` in ten-thousandths, rounded once; none of nothing.
pub fn fraction(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| saturate(half_away(i128::from(part) * 10_000, i128::from(whole))))
}

/// Adds up the clients.
pub fn bridge(clients: impl IntoIterator<Item = Standing>) -> Bridge {
    let mut sum = Bridge::default();
    let add = |to: &mut i64, minor: i128| *to = saturate(i128::from(*to) + minor);
    for client in clients {
        let (start, end) = (i128::from(client.start_minor), i128::from(client.end_minor));
        add(&mut sum.start_minor, start);
        add(&mut sum.end_minor, end);
        sum.accounts_end += i64::from(end > 0);
        match client.part() {
            Part::Absent => continue,
            Part::New => {
                add(&mut sum.new_minor, end);
                if client.returns {
                    add(&mut sum.reactivation_minor, end);
                }
                continue;
            }
            Part::Churn => {
                add(&mut sum.churn_minor, start);
                sum.lost_logos += 1;
            }
            Part::Expansion => add(&mut sum.expansion_minor, client.volume()),
            Part::Contraction => add(&mut sum.contraction_minor, -client.volume()),
            Part::Unchanged => {}
        }
        if end > 0 {
            add(&mut sum.price_minor, i128::from(client.price_minor));
            add(&mut sum.kept_minor, client.kept());
        }
        sum.accounts += 1;
        add(&mut sum.stayed_minor, end);
    }
    sum
}

/// How much of the ARR hangs on how few, in ten-thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Concentration {
    pub top_1: i64,
    pub top_5: i64,
    /// Sum of the squared shares: 10,000 is one client alone, 100 a hundred equal ones.
    pub hhi: i64,
}

/// More than this in total loses its last figures before it is squared, which four decimals do not show.
const SQUARED_MAX: i128 = 10_000_000_000_000_000;

/// None without any ARR.
pub fn concentration(clients: impl IntoIterator<Item = i64>) -> Option<Concentration> {
    let mut shares: Vec<i128> = clients.into_iter().filter(|minor| *minor > 0).map(i128::from).collect();
    shares.sort_unstable_by(|a, b| b.cmp(a));
    let total: i128 = shares.iter().sum();
    if total == 0 {
        return None;
    }
    let of_total = |part: i128| saturate(half_away(part * 10_000, total));
    let coarse = total / SQUARED_MAX + 1;
    let whole = shares.iter().map(|share| share / coarse).sum::<i128>().max(1);
    let squares: i128 = shares.iter().map(|share| (share / coarse) * (share / coarse)).sum();
    Some(Concentration {
        top_1: of_total(shares[0]),
        top_5: of_total(shares.iter().take(5).sum()),
        hhi: saturate(half_away(squares * 10_000, whole * whole)),
    })
}
