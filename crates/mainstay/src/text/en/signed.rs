//! Differences as people read them: with a plus, or with a true minus, which is as wide as the figures.

use mainstay_rules::money::{self, Currency};
use mainstay_rules::score::Mean;

pub fn count(count: i64) -> String {
    signed(count.to_string())
}

/// "+0.35", of millionths.
pub fn score(millionths: i64) -> String {
    signed(Mean::from_millionths(millionths).two_places())
}

/// "+120k"; the currency stands elsewhere.
pub fn money(minor: i64, currency: Currency) -> String {
    signed(super::portfolio::short_amount(minor, currency))
}

/// "+EUR 110k", "EUR −40k"
pub fn in_currency(minor: i64, currency: Currency) -> String {
    signed(money::short(minor, currency))
}

/// What is shown as nothing has no sign.
fn signed(words: String) -> String {
    if words.contains('-') {
        words.replacen('-', "−", 1)
    } else if words.contains(|figure| matches!(figure, '1'..='9')) {
        format!("+{words}")
    } else {
        words
    }
}
