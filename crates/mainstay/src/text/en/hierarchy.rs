//! Words of the hierarchy of accounts.

use crate::text::texts;

texts! {
    hierarchy = "Hierarchy";
    what = "Parents with their subsidiaries, and the scopes of divided accounts. A scope is a part of its account's own ARR and is not added again.";
    none_yet = "No account has a parent or scopes";
    none_what = "Choose a parent under Details of a subsidiary, or divide a large account under its tab Scopes: the tree and its sums are then shown here.";
    account_or_scope = "Account or scope";
    with_below = "ARR with subsidiaries";
    own = "Own ARR";
    answers = "Answers for it";
}

/// Said where there are more than are shown.
pub fn not_all(shown: usize) -> String {
    format!("There are more accounts than these {shown}, which bring most. What is left out is missing in the sums.")
}
