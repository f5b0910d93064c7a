//! Words of an account's type: its change with a reason, its history, and the list of those that move.

use crate::text::texts;

texts! {
    title = "Type of the account";
    change = "Change type";
    reason_hint = "What happened, in a sentence. It stands in the account's feed.";
    history = "Changes so far";
    when = "When";
    who = "Who";
    why = "Why";
    by_import = "in an import";
}
