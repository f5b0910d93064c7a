//! Words of changing many accounts at once.

use mainstay_rules::limits::BULK_ACCOUNTS_MAX;

use crate::text::texts;

texts! {
    title = "Change several accounts";
    what = "Choose a field and a value. You see what changes before anything does, and can undo it as long as nobody changed an account since.";
    open = "Change several";
    which = "Accounts";
    field = "Field";
    value = "New value";
    value_hint = "A name for people, a label for choices, a day as 2026-12-31. Empty clears the field.";
    reason = "Why";
    reason_hint = "Asked for when types change. It stands in each account's feed.";
    preview = "Preview";
    preview_title = "What will change";
    before = "Now";
    after = "Then";
    empty = "empty";
    same = "has it already";
    refused = "refused";
    back = "Back to the choice";
    report = "Back to the report";
    undo = "Undo";
    undone = "undone";
    lately = "Changed lately";
    when = "When";
    who = "Who";
    none_match = "No account matches. Go back and choose others.";
    sales_associate = "Sales associate";
    account_type = "Type";
    industry = "Industry";
    vertical = "Vertical";
    geography = "Geography";
    unknown_field = "This field cannot be changed for several accounts: choose associate, type, industry, vertical, geography, or a field of your own";
    nothing_to_change = "Nothing would change: every account has this value already, or is refused.";
    undone_already = "It was undone already.";
    all_changed_since = "Every account was changed since, or is not yours to change: nothing was undone.";
    field_gone = "The field was archived since. Restore it under Settings, Fields, and undo then.";
    undo_reason = "A change of several accounts was undone";
}

pub fn all_of(count: usize) -> String {
    if count == 1 { "The one account below".to_owned() } else { format!("All {count} accounts below") }
}

pub fn too_many() -> String {
    format!("At most {BULK_ACCOUNTS_MAX} accounts are changed at once; narrow the choice")
}

pub fn not_yours(name: &str) -> String {
    format!("Only the pod of {name}, leaders and administrators change it.")
}

pub fn nobody(name: &str) -> String {
    let short: String = name.chars().take(40).collect();
    format!("Nobody here is called {short}. Choose one of the list, or add the person under Settings, People")
}

pub fn some_refused(count: usize) -> String {
    match count {
        1 => "One account is refused. Leave it out, or change nothing.".to_owned(),
        n => format!("{n} accounts are refused. Leave them out, or change nothing."),
    }
}

pub fn accounts(count: usize) -> String {
    if count == 1 { "1 account".to_owned() } else { format!("{count} accounts") }
}

/// "12 accounts change, 3 have it already, 1 is refused."
pub fn plan(changed: usize, same: usize, refused: usize) -> String {
    let mut words =
        vec![if changed == 1 { "1 account changes".to_owned() } else { format!("{changed} accounts change") }];
    if same > 0 {
        words.push(if same == 1 { "1 has it already".to_owned() } else { format!("{same} have it already") });
    }
    if refused > 0 {
        words.push(if refused == 1 { "1 is refused".to_owned() } else { format!("{refused} are refused") });
    }
    format!("{}.", words.join(", "))
}

pub fn apply(changed: usize, refused: usize) -> String {
    let left = if refused == 0 { String::new() } else { format!(", leave {refused} out") };
    format!("Change {}{left}", accounts(changed))
}

/// "Industry of 12 accounts set to Food"
pub fn done(field: &str, count: usize, value: &str) -> String {
    let of = accounts(count);
    if value.is_empty() { format!("{field} of {of} cleared") } else { format!("{field} of {of} set to “{value}”") }
}

pub fn left(names: &[&str]) -> String {
    format!("Changed since, and left as they are: {}.", names.join(", "))
}

/// "Wed 18 Nov by Ada"
pub fn undone_by(day: &str, name: &str) -> String {
    format!("undone {day} by {name}")
}
