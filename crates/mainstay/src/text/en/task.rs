//! Words of tasks: a person's day, one piece of work, and the question whether a score has moved.

use jiff::civil::Date;
use mainstay_rules::score::Mean;
use mainstay_rules::task::{Bucket, Question, Source, Status};
use maud::{Markup, html};

use super::frame::short_day;
use crate::text::texts;

texts! {
    today = "Today";
    add_label = "Add a task";
    what = "What needs doing";
    account = "Account";
    no_account = "No account";
    due = "Due";
    due_hint = "Leave empty for some day.";
    add = "Add task";
    mark_done = "Mark as done";
    reopen = "Reopen";
    drop_it = "Drop it";
    drop_what = "Gives it up without doing it; it can be reopened";
    save = "Save";
    save_action = "Save action";
    cancel = "Cancel";
    title = "Title";
    note = "Note";
    note_hint = "What helps whoever does it.";
    owner = "Owner";
    done_head = "Done";
    new_task = "New task";
    new_action = "New action";
    call = "Weekly call";
    call_nothing = "No action is open, and none was done this week";
    call_nothing_what = "What the call agrees on stands here the week after: who did what, what is still open and what is late, account by account.";
    task = "Task";
    action = "Action";
    nothing_open = "Nothing is waiting for you";
    nothing_what = "What you promise lands here with its date: actions that you give yourself below, and those that colleagues give you in the weekly call or on an account's gap. What is late stands first.";
    nothing_how = "Open the progress report: every account whose score is under 4 shows where to act first, and becomes an action in two clicks.";
    open_report = "Open the progress report";
    first_account = "Begin with the accounts that you cannot afford to lose: import the spreadsheet that you keep today, or add one account.";
    import_spreadsheet = "Import a spreadsheet";
    add_account = "Add an account";
    gaps = "Gaps without an action";
    gaps_what = "Your accounts with a score under 4 and nothing being done about it.";
    gaps_none = "Every gap of your accounts has an action.";
    add_action = "Add action";
    no_action_yet = "no action yet";
    never_scored = "never scored";
    record_new = "Record the new score";
    no_change = "No change";
    has_moved = "It has moved";
    has_not_moved = "It has not moved";
    moved_tag = "score moved";
    not_moved_tag = "score did not move";
    actions = "Actions";
    no_actions = "No action yet.";
}

pub fn bucket(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Overdue => "Overdue",
        Bucket::Today => "Due today",
        Bucket::ThisWeek => "This week",
        Bucket::Later => "Later",
        Bucket::Undated => "Without a date",
    }
}

/// "Saturday 28 November 2026 · 2 overdue · 1 due today"
pub fn summary(day: &str, overdue: usize, due_today: usize) -> String {
    let mut words = vec![day.to_owned()];
    if overdue > 0 {
        words.push(format!("{overdue} overdue"));
    }
    if due_today > 0 {
        words.push(format!("{due_today} due today"));
    }
    words.join(" · ")
}

/// How a due date is said beside a task: late ones by how late they are.
pub fn due_words(due: Date, now: Date) -> String {
    match (due - now).get_days() {
        0 => "Today".to_owned(),
        1 => "Tomorrow".to_owned(),
        -1 => "Yesterday".to_owned(),
        days if days < 0 => format!("{} days late", -days),
        _ => short_day(due, now),
    }
}

pub fn done_label(title: &str) -> String {
    format!("Done: {title}")
}

pub fn source(source: Source) -> &'static str {
    match source {
        Source::Manual => "Written down by hand",
        Source::Gap => "Gap",
        Source::WeeklyCall => "Weekly call",
    }
}

pub fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "Open",
        Status::Done => "Done",
        Status::Dropped => "Dropped",
    }
}

fn score_words(score: Option<Mean>) -> String {
    score.map_or_else(|| never_scored().to_owned(), Mean::one_decimal)
}

/// What an action on a gap is called until somebody calls it otherwise.
pub fn gap_title(step: &str, metric: Option<&str>, score: Option<Mean>) -> String {
    match (metric, score) {
        (Some(metric), Some(score)) => format!("Raise {metric}: {step} is {}", score.one_decimal()),
        (None, Some(score)) => format!("Raise {step} from {}", score.one_decimal()),
        (Some(metric), None) => format!("Find out {metric}: {step} was never scored"),
        (None, None) => format!("Find out where {step} stands: never scored"),
    }
}

/// "Launched 3.2"
pub fn gap(step: &str, score: Option<Mean>) -> String {
    format!("{step} {}", score_words(score))
}

/// "Generate ROI is 3.5"
pub fn gap_is(step: &str, score: Option<Mean>) -> String {
    match score {
        Some(score) => format!("{step} is {}", score.one_decimal()),
        None => format!("{step} was never scored"),
    }
}

/// "Launched was 3.2 when this was opened, is 3.2 now: has it moved?"
pub fn has_it_moved(step: &str, question: Question) -> String {
    let was = match question.before {
        Some(before) => format!("{step} was {} when this was opened", before.one_decimal()),
        None => format!("{step} was never scored when this was opened"),
    };
    match question.now {
        Some(now) => format!("{was}, is {} now: has it moved?", now.one_decimal()),
        None => format!("{was}, and is not scored now: has it moved?"),
    }
}

pub fn new_score_of(metric: &str) -> String {
    format!("New score of {metric}")
}

/// "Added by Rui Tavares on Fri 20 Nov"
pub fn added_by(name: &str, on: Date, now: Date) -> String {
    let on = short_day(on, now);
    if name.is_empty() { format!("Added on {on}") } else { format!("Added by {name} on {on}") }
}

/// "1 action, Rui, Fri 4 Dec"
pub fn actions_of(count: usize, owner: &str, due: Option<Date>, now: Date) -> String {
    let first = owner.split_whitespace().next().unwrap_or(owner);
    let how_many = if count == 1 { "1 action".to_owned() } else { format!("{count} actions") };
    match due {
        Some(due) => format!("{how_many}, {first}, {}", short_day(due, now)),
        None => format!("{how_many}, {first}"),
    }
}

pub fn action_for(account: &str) -> String {
    format!("Add action for {account}")
}

pub fn about(name: &str) -> String {
    format!("about {name}")
}

pub fn reopen_label(title: &str) -> String {
    format!("Reopen: {title}")
}

pub fn gap_when() -> &'static str {
    "The score when this was written down"
}

pub fn all_gaps(count: usize) -> String {
    format!("All {count} in the progress report")
}

/// The line below the day that teaches its keys.
pub fn hints() -> Markup {
    html! {
        p.hint-line.keys {
            span { kbd { "J" } " " kbd { "K" } " or arrows move" }
            span { kbd { "X" } " done" }
            span { kbd { "E" } " edit" }
            span { kbd { "N" } " new" }
        }
    }
}

/// In a cell of the report.
pub fn add_action_short() -> &'static str {
    "+ Action"
}

pub fn is_late() -> &'static str {
    "(late)"
}

/// "Since Sat 21 Nov: 5 done, 12 open, 3 of them late"
pub fn call_summary(since: &str, done: usize, open: usize, late: usize) -> String {
    let late = if late > 0 { format!(", {late} of them late") } else { String::new() };
    format!("Last week's actions, since {since}: {done} done, {open} open{late}")
}
