//! Words of the account room: the list, the head of an account, its details and its money.

use jiff::civil::Date;
use mainstay_rules::account::AccountType;
use mainstay_rules::money::{self, Currency};
use mainstay_rules::progress::Progress;

use crate::account::pages::Heading;
use crate::text::texts;

texts! {
    account = "Account";
    accounts = "Accounts";
    progress = "Progress";
    money = "Money";
    feed = "Feed";
    team = "Team";
    details = "Details";
    overall = "Overall";
    owner = "Owner";
    nobody_yet = "Nobody yet";
    arr = "ARR";
    this_year = "This year";
    ends = "Ends";
    no_end = "No end date";
    confidential = "Confidential";
    confidential_what = "Only the members of its client pod see this account";
    is_archived = "This account is archived: it no longer counts in the report. Its history is kept.";
    restore = "Restore";
}

/// "Casavero, money": what the browser's tab says.
pub fn tab_title(account: &str, tab: &str) -> String {
    format!("{account}, {}", tab.to_lowercase())
}

/// What a type is, in two or three words.
pub fn type_words(kind: AccountType) -> &'static str {
    match kind {
        AccountType::One => "strategic agreement",
        AccountType::Two => "potential partner",
        AccountType::Three => "modest, with upside",
        AccountType::Four => "maintained",
    }
}

/// "+EUR 110k"
pub fn gained(minor: i64, currency: Currency) -> String {
    let short = money::short(minor, currency);
    if minor > 0 { format!("+{short}") } else { short }
}

/// "EUR 110,000.00 of EUR 250,000.00"
pub fn gained_exactly(heading: &Heading, currency: Currency) -> String {
    let gained = money::exact(heading.gained(), currency);
    match heading.delta_target {
        Some(target) => format!("{gained} of {}", money::exact(target, currency)),
        None => gained,
    }
}

/// "of 250k target, 44 %"
pub fn of_target(target: Option<i64>, progress: Progress, currency: Currency) -> String {
    let Some(target) = target else { return "no target".to_owned() };
    let short = money::short(target, currency);
    let amount = short.trim_start_matches(currency.code()).trim_start();
    match progress {
        Progress::Percent(hundredths) => format!("of {amount} target, {} %", hundredths / 100),
        Progress::Money(_) | Progress::None => format!("of {amount} target"),
    }
}

/// "in 142 days", "today", "3 days ago"
pub fn in_days(today: Date, day: Date) -> String {
    let days = day.since(today).map_or(0, |span| span.get_days());
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", -days),
    }
}
