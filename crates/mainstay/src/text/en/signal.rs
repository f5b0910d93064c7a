//! Words of data points, of signals and of the levels that are watched.

use mainstay_rules::decimal::Decimal;
use mainstay_rules::signal::Direction;
use mainstay_rules::threshold::{Measure, Side};

use crate::text::texts;

texts! {
    title = "Data points";
    what = "Numbers that were measured of this account. Sub-metrics that are worked out follow them.";
    back = "Back to the scorecard";
    none_yet = "Nothing was measured of this account yet.";
    missing = "never recorded, and the scorecard asks for it";
    series = "Every value of";
    by_day = "By day, the last 30 days, of";
    points_head = "Values";
    sum = "Sum";
    mean = "Mean";
    least = "Least";
    most = "Most";
    last = "Last";
    record_head = "Record a data point";
    record = "Record data point";
    not_recorded = "It was not recorded. See below.";
    name = "Name";
    name_hint = "As the scorecard calls it, for example seats_used.";
    value = "Value";
    day = "Day";
    by = "By";
    source = "Source";
    source_hint = "Where the number comes from, in a few words.";
    signals = "Signals";
    signals_what = "Numbers that programs send about accounts, day and night. Each name that arrives is a signal.";
    signal = "Signal";
    title_head = "Title";
    unit = "Unit";
    accounts_30 = "Accounts, 30 days";
    points_30 = "Values, 30 days";
    newest = "Newest";
    quiet = "none in 30 days";
    no_signals = "Nothing has arrived yet";
    no_signals_what = "Send the first number as shown below, with a token from Settings, API tokens.";
    watched = "Levels that are watched";
    watched_what = "When a signal of an account gets beyond a level, its feed says so, once.";
    nothing_watched = "No level is watched. Open a signal to watch one.";
    nothing_watched_of_it = "No level of it is watched yet.";
    send_head = "Send from a program";
    send_what = "A point that is sent again changes nothing; another value for the same point corrects it.";
    unmatched = "Sent about nobody known";
    unmatched_what = "No account has these ids as its external id, or you may not change it: what they sent was dropped. Each is shown for 30 days after its last call.";
    group = "Group";
    no_group = "people without a group";
    calls = "Calls";
    first_call = "First";
    last_call = "Last";
    back_to_signals = "All signals";
    title_hint = "What people call it.";
    unit_hint = "For example % or seats.";
    direction_head = "Which way is good";
    save = "Save";
    fires_when = "Says so when";
    armed_again = "Again when";
    of_types = "Account types";
    actions = "Actions";
    switched_off = "off";
    remove = "Remove";
    watch = "Watch a level";
    watch_now = "Watch this level";
    measure_head = "What is compared";
    days = "Over how many days";
    days_hint = "Up to today; for anything but the newest value.";
    side_head = "Says so when it is";
    back_by = "Back by";
    back_by_hint = "How far back it must be before it counts again. Empty: a twentieth of the level.";
    rest_days = "Days of rest";
    types_hint = "None ticked: all types.";
    fires_at_once = "Also for accounts that are beyond it today";
    job = "Signals: levels over days, old values";
}

pub fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::HigherIsBetter => "Higher is better",
        Direction::LowerIsBetter => "Lower is better",
        Direction::Neither => "Neither",
    }
}

pub fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Last => "The newest value",
        Measure::Sum => "The sum",
        Measure::Mean => "The mean",
        Measure::Count => "How many values arrived",
        Measure::Distinct => "How many different people",
        Measure::Change => "The change",
    }
}

pub fn side(side: Side) -> &'static str {
    match side {
        Side::AtLeast => "At least",
        Side::AtMost => "At most",
    }
}

pub fn level(unit: &str) -> String {
    if unit.is_empty() { "Level".to_owned() } else { format!("Level in {unit}") }
}

/// "The sum of 14 days is at most 3".
pub fn fires(measured: Measure, days: i64, at: Side, level: Decimal) -> String {
    let over = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let what = match measured {
        Measure::Last => measure(measured).to_owned(),
        Measure::Change => format!("{} in {over}", measure(measured)),
        _ => format!("{} of {over}", measure(measured)),
    };
    format!("{what} is {} {level}", side(at).to_lowercase())
}

pub fn armed(back_by: Decimal, rest_days: i64) -> String {
    let back = if back_by == Decimal::ZERO { "It is back".to_owned() } else { format!("It is back by {back_by}") };
    match rest_days {
        0 => back,
        1 => format!("{back} and 1 day has passed"),
        days => format!("{back} and {days} days have passed"),
    }
}

pub fn types(types: &[i64]) -> String {
    if types.is_empty() {
        return "All".to_owned();
    }
    types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

pub fn account_type(number: i64) -> String {
    format!("Type {number}")
}
