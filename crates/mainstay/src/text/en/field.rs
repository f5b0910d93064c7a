//! Words of the fields that a workspace gives its accounts.

use mainstay_rules::custom_field::Kind;

use crate::text::texts;

texts! {
    what = "What your company keeps about its accounts beside type, segment and dates. Each field is in the account's details, in the report, in exports and in the API.";
    what_closed = "What your company keeps about its accounts. Leaders and administrators change these fields.";
    none_yet = "No fields of your own yet";
    none_what = "For example a choice “Renewal likelihood”, a number “Sites”, a date “Contract signed”.";
    add = "Add a field";
    add_button = "Add field";
    name = "Name";
    name_hint = "As people read it, for example Renewal likelihood.";
    key = "Key";
    key_hint = "For files and the API; empty: made from the name. It stays for good.";
    kind = "Kind";
    help = "Help";
    help_hint = "One line below the field in the form.";
    choices = "Choices";
    choices_hint = "One a line, in their order. Only for the kind choice.";
    more_choices = "More choices";
    more_choices_hint = "One a line.";
    offered = "offered";
    place = "Place";
    place_hint = "Smaller numbers come first.";
    values = "Accounts";
    save = "Save field";
    archive = "Archive field";
    archive_what = "The field leaves forms, report and files. Its values are kept and come back when you restore it.";
    restore = "Restore field";
    is_archived = "This field is archived. Its values are kept.";
    archived = "archived";
    all = "Fields";
    actions = "Actions";
    edit = "Edit";
    section = "Fields of this workspace";
    nobody = "Nobody";
    no_choice = "None";
    no_more = "no longer offered";
    number_hint = "As 12.5";
}

pub fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "Text",
        Kind::Number => "Number",
        Kind::Date => "Date",
        Kind::Choice => "Choice",
        Kind::Person => "Person",
        Kind::Money => "Money",
    }
}

pub fn of_field(name: &str) -> String {
    format!(" {name}")
}

/// "Likely (no longer offered)"
pub fn removed(label: &str) -> String {
    format!("{label} ({})", no_more())
}

pub fn label_of(key: &str) -> String {
    format!("Label of {key}")
}

pub fn place_of(key: &str) -> String {
    format!("Place of {key}")
}
