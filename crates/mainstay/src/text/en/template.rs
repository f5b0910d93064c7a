//! Words of the settings of scorecards.

use crate::text::texts;

texts! {
    scorecards = "Scorecards";
    what = "What the five steps are measured by. A template governs the accounts whose type or segment it names; the default governs the others.";
    one_what = "A draft changes nothing. Try it on an account, then publish it as a new version; older versions stay as they were.";
    new_what = "A template of your own, to begin with like the services template. Give it a key and a name.";
    name = "Template";
    version = "Version";
    state = "State";
    default = "default";
    has_draft = "draft";
    add = "Add a template";
    save_draft = "Save draft";
    back = "All scorecards";
    text_label = "Text";
    try_head = "Try it on one account";
    account = "Account";
    test = "Compare";
    step = "Step";
    before = "Now";
    after = "With this text";
    note = "What changes, and what you expect of it";
    make_default = "Make it the default";
    publish = "Publish";
    versions = "Versions";
    never_published = "It was never published and governs no account.";
    published = "Published";
    shipped = "came with Mainstay";
    download = "Download";
}

pub fn tested(account: &str) -> String {
    format!("{account}, now and with this text")
}

pub fn compared(template: &str, version: u32) -> String {
    format!("Compared with {template}, version {version}. Nothing was changed.")
}

pub fn moves_by(difference: &str) -> String {
    format!("Moves by {difference}")
}

pub fn publish_head(version: i64) -> String {
    format!("Publish as version {version}")
}
