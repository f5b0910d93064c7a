//! Words of the report's views: columns, conditions, groups, saved views, heat.

use crate::text::texts;

texts! {
    no_value = "None";
    somebody = "Somebody";
    columns = "Columns";
    columns_what = "Account is always shown. The choice is part of the address: save it as a view to keep it.";
    show_columns = "Show columns";
    default_columns = "Default columns";
    external_id = "External id";
    industry = "Industry";
    vertical = "Vertical";
    geography = "Geography";
    since = "Client since";
    tenure_word = "Tenure";
    gap_step = "Gap";
    add_filter = "Add filter";
    field = "Field";
    value = "Value";
    value_hint = "A text, or a range: 10..20, 2026-01-01.., ..3.9. Scores also low, middle, high. - for none.";
    add = "Add";
    active_filters = "Active filters";
    group_by = "Group by";
    no_groups = "No groups";
    group = "Group";
    end_quarter = "End quarter";
    open_filtered = "Open as a list";
    more_rows = "There are more; open them as a list.";
    more_groups = "Only the largest groups are shown.";
    attention = "Wants attention";
    views = "Views";
    all_accounts = "All accounts";
    weekly_call = "Weekly call";
    board = "Board";
    heat = "Heat";
    heat_what = "Mean of the overall scores and number of accounts, by type and by how long they have been clients. A cell opens its accounts.";
    heat_none = "no accounts";
    save_view = "Save as view";
    view_name = "Name";
    view_name_hint = "For example Food, renewals this year.";
    shared = "Share it with everybody in the workspace";
    save_button = "Save view";
    view_settings = "This view";
    rename = "Save changes";
    replace_query = "Keep the filter, columns, order and groups as they are now";
    delete_view = "Delete view";
    private = "private";
    type_word = "Type";
}

pub fn type_of(number: &str) -> String {
    format!("Type {number}")
}

/// Names of the bands of a score by their lower end.
pub fn band(from: &str) -> &'static str {
    match from {
        "0" => "Under 4",
        "4" => "4 to under 7",
        _ => "7 and more",
    }
}

/// Names of the bands of tenure by the months with which they begin.
pub fn tenure(months: &str) -> &'static str {
    match months {
        "0" => "Under 6 months",
        "6" => "6 to 12 months",
        "12" => "12 to 24 months",
        "24" => "24 months and more",
        _ => no_value(),
    }
}

/// What the value of a condition says: "from 10 to 20", "until 31 Dec 2026", "none".
pub fn condition(value: &str) -> String {
    match value {
        "-" => "none".to_owned(),
        "low" => "under 4".to_owned(),
        "middle" => "4 to under 7".to_owned(),
        "high" => "7 and more".to_owned(),
        other => match other.split_once("..") {
            Some((from, "")) => format!("from {from}"),
            Some(("", to)) => format!("until {to}"),
            Some((from, to)) => format!("{from} to {to}"),
            None => other.strip_prefix('=').unwrap_or(other).to_owned(),
        },
    }
}

pub fn chip(name: &str, value: &str) -> String {
    format!("{name}: {value}")
}

pub fn remove_filter(chip: &str) -> String {
    format!("Remove the filter {chip}")
}

/// Whose view it is, where it is somebody else's.
pub fn of_person(name: &str) -> String {
    format!("by {name}")
}

pub fn so_many_accounts(count: i64) -> String {
    if count == 1 { "1 account".to_owned() } else { format!("{count} accounts") }
}
