//! Words of the account room: the list, the head of an account, its details and its money.

use jiff::civil::Date;
use mainstay_rules::account::AccountType;
use mainstay_rules::money::{self, Currency};
use mainstay_rules::progress::Progress;

use crate::account::pages::Heading;
use crate::text::{signed, texts};

texts! {
    account = "Account";
    accounts = "Accounts";
    progress = "Progress";
    money = "Money";
    feed = "Feed";
    team = "Team";
    details = "Details";
    why_overall = "Why it is what it is";
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
    is_merged = "This account was merged into another one. What stands here is its history until then.";
    open_merged = "Open the account that stays";
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

texts! {
    import = "Import";
    add_account = "Add account";
    add_what = "Only the name is needed. Scores and contracts follow on its page.";
    name = "Account name";
    kind = "Type";
    type_reason = "Why this type";
    type_reason_hint = "Asked for when the type changes. It stands in the feed.";
    change_type = "Change the type";
    sales_associate = "Sales associate";
    end_date = "End date";
    end_date_hint = "The last day. Where contracts end, their dates count.";
    industry = "Industry";
    vertical = "Vertical";
    geography = "Geography";
    external_id = "External id";
    external_id_hint = "The id in your CRM or spreadsheet. Imports find the account again by it.";
    parent = "Subsidiary of";
    no_parent = "Nobody: it stands alone";
    confidential_check = "Confidential: only the members of its client pod see this account";
    save_details = "Save details";
    archive = "Archive";
    archive_what = "The account leaves the report and the lists. Nothing is deleted and you can restore it at any time.";
    undo = "Undo";
    filter_label = "Filter the accounts";
    search_label = "Account name or external id";
    search_words = "Name or external id";
    archived_chip = "Archived";
    filter = "Filter";
    pages = "Pages of the list";
    state = "State";
    actions = "Actions";
    empty_title = "No accounts yet";
    empty_what = "Add the first client that you cannot afford to lose, or import the spreadsheet that you keep today.";
    none_archived = "No account is archived";
    none_match = "No account matches";
    show_all = "Show all accounts";
    save_or = "Save again to keep yours, or";
    load_theirs = "load theirs";
    nothing_said = "empty";
    yes = "yes";
    no = "no";
    contracts = "Contracts";
    no_contracts = "No contracts yet. The ARR of this account follows from its contracts.";
    change_target = "Change the delta target";
    set_target = "Set a delta target";
    save_target = "Save target";
    target_hint = "As 250000.00. Empty: no target.";
    last_year_arr = "Last-year ARR";
    arr_now = "ARR now";
    delta_target = "Delta target";
    next_end = "Ends";
    none = "none";
    amendments = "Amendments";
    amendments_what = "Dated amendments; the ARR follows from them";
    from = "From";
    until = "Until";
    until_hint = "The last day. Empty: no end.";
    arr_a_year = "ARR a year";
    change = "Change";
    recorded = "Recorded";
    note = "Note";
    add_amendment = "Add an amendment";
    amendment_button = "Add amendment";
    amendment_what = "From its first day on, it takes the place of the amendment before as a whole.";
    add_contract = "Add a contract";
    contract_button = "Add contract";
    contract_name = "Contract name or number";
    withdraw = "Withdraw";
    last_end = "Last end";
    at_stake = "at stake";
    renews = "renews by itself";
    price_tag = "price";
    is_price = "It changes the price alone";
    change_terms = "Change name or notice";
    save_terms = "Save contract";
    notice_days = "Days of notice";
    notice_hint = "Before its last day, for example 90. Empty: none agreed.";
    currency = "Currency";
    auto_renew = "It renews by itself when nobody gives notice";
    no_movements = "Nothing moved yet. Movements follow from contracts.";
    ahead = "ahead";
    change_kind = "Change the kind";
    reason = "Why";
    save_kind = "Save kind";
    usage = "Usage revenue";
    usage_what = "Shown beside the ARR and never added to it: the ARR is what is committed.";
    run_rate = "Run-rate (last 3 full months × 4)";
    committed = "Committed a year (ARR)";
    month = "Month";
    month_hint = "As 2026-07.";
    revenue = "Revenue";
    record_usage = "Record a month";
    save_usage = "Save month";
    withdrawn_all = "Every amendment of this contract was withdrawn.";
}

pub fn accounts_count(count: i64) -> String {
    if count == 1 { "1 account".to_owned() } else { format!("{count} accounts") }
}

/// "26 accounts", "3 accounts match “ha”", "1 archived account"
pub fn list_summary(count: i64, archived: bool, text: &str) -> String {
    let some = match (archived, count) {
        (false, _) => accounts_count(count),
        (true, 1) => "1 archived account".to_owned(),
        (true, _) => format!("{count} archived accounts"),
    };
    let verb = if count == 1 { "matches" } else { "match" };
    if text.is_empty() { some } else { format!("{some} {verb} “{text}”") }
}

pub fn arr_in(currency: Currency) -> String {
    format!("ARR, {currency}")
}

/// "150k", the currency standing in the column's head.
pub fn short_amount(minor: i64, currency: Currency) -> String {
    money::short(minor, currency).trim_start_matches(currency.code()).trim_start().to_owned()
}

pub fn is_now_archived(name: &str) -> String {
    format!("{name} is archived. Its history is kept; it no longer counts in the report.")
}

pub fn archived_on(day: &str) -> String {
    format!("archived {day}")
}

pub fn archive_this(name: &str) -> String {
    format!("Archive {name}")
}

/// "1 · Strategic agreement"
pub fn type_choice(kind: AccountType) -> String {
    let words = type_words(kind);
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{} · {first}{}", kind.number(), letters.as_str())
}

/// What went wrong with a form as a whole.
pub fn not_saved(fields: usize) -> String {
    if fields == 1 {
        "Nothing was saved yet: 1 field needs a change.".to_owned()
    } else {
        format!("Nothing was saved yet: {fields} fields need a change.")
    }
}

/// The word of a field of the details, as the form has it.
pub fn field(name: &str) -> &'static str {
    match name {
        "name" => "name",
        "type" => "type",
        "associate" => "sales associate",
        "industry" => "industry",
        "vertical" => "vertical",
        "geography" => "geography",
        "end_on" => "end date",
        "external_id" => "external id",
        "parent" => "parent account",
        _ => "confidential",
    }
}

pub fn changed_by(name: &str) -> String {
    let who = if name.is_empty() { "Somebody" } else { name };
    format!("{who} changed this account while you were editing: ")
}

pub fn is_now(theirs: &str, yours: &str) -> String {
    format!(" is now {theirs} (you have {yours})")
}

pub fn fiscal_year(year: i64) -> String {
    format!("Fiscal year {year}")
}

pub fn wanted_increase(year: i64, currency: Currency) -> String {
    format!("Wanted increase of ARR in {year}, {currency}")
}

pub fn arr_hint(currency: Currency) -> String {
    format!("In {currency}, as 1250000.00")
}

/// "EUR 1.7M until 12 Apr 2027", "EUR 250k, no end"
pub fn contract_summary(arr: &str, until: Option<&str>) -> String {
    match until {
        Some(day) => format!("{arr} until {day}"),
        None => format!("{arr}, no end"),
    }
}

pub fn ended(day: &str) -> String {
    format!("ended {day}")
}

pub fn recorded_by(name: &str, day: &str) -> String {
    if name.is_empty() { day.to_owned() } else { format!("by {name}, {day}") }
}

pub fn withdraw_from(day: &str) -> String {
    format!(" the amendment from {day}")
}

/// "44 %", "+EUR 110k" or nothing when there is no target.
pub fn progress_words(progress: Progress, currency: Currency) -> String {
    match progress {
        Progress::None => "no target".to_owned(),
        Progress::Money(minor) => signed::in_currency(minor, currency),
        Progress::Percent(hundredths) => format!("{} %", hundredths / 100),
    }
}

/// "notice by 13 Jan 2027", "notice was due by 13 Jan 2026"
pub fn notice_by(day: &str, is_past: bool) -> String {
    if is_past { format!("notice was due by {day}") } else { format!("notice by {day}") }
}

pub fn currency_hint(home: Currency) -> String {
    format!("Empty: {home}. Another one needs a rate under Settings, Currencies.")
}

/// "As the contracts tell: expansion"
pub fn as_told(kind: &str) -> String {
    format!("As the contracts tell: {}", kind.to_lowercase())
}

/// "July 2026"
pub fn month_of(month: Date) -> String {
    month.strftime("%B %Y").to_string()
}
