//! Words of the mobility list.

use crate::text::texts;

texts! {
    title = "Mobility";
    nobody = "Nobody moves out of their type";
    nobody_what = "No account of type 3 or 4 rose by two points in 90 days, and none of type 1 or 2 fell as far. Accounts with fewer than four scored steps are not compared.";
    rise = "They rise";
    rise_what = "Type 3 and 4, two points and more up: talk about the next better type.";
    fall = "They fall";
    fall_what = "Type 1 and 2, two points and more down: are they still what their type says?";
    account = "Account";
    kind = "Type";
    associate = "Sales associate";
    before = "Then";
    now = "Now";
    change = "Change";
    arr = "ARR";
    actions = "Actions";
    change_type = "Change type";
}

pub fn what(then: &str) -> String {
    format!("Accounts whose Overall moved by two points or more since {then}.")
}
