//! The scorecards of the story: those that came with Mainstay, then a version with a formula, and one for small clients.

use mainstay_db::Tx;
use mainstay_rules::decimal::Decimal;
use uuid::Uuid;

use super::story::Measured;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::scorecard::{shipped, store as scores};
use crate::signal::store::{self as signals, NewPoint};

/// At the end of this day the new versions were published; what is counted of shoots is known from then on.
pub const DAY: i32 = -60;

/// How much of what was planned was done, worked out; it weighs nothing until everybody has the figures.
const SHOOTS: &str = r#"[[steps.metrics]]
key = "shoots_of_plan"
name = "Shoots done of those planned"
kind = "formula"
formula = "10 * shoots_done / shoots_planned"
weight = 0
help = "Of the shoots that were planned for the month, so many were done."

"#;
/// Where the next step begins.
const SECOND_STEP: &str = "[[steps]]\nkey = \"roi_generated\"";
const FIRST_STEP: &str = "[[steps]]";
/// Clients of type 4 buy a service by the shoot.
const SMALL_CLIENTS: &str = "[applies_to]\ntypes = [4]\n\n";

/// Publishes both: the text that ships with something put before a place in it.
pub fn publish(tx: &mut Tx<'_>, by: &By) -> Result<(), Fault> {
    let [software, services] = shipped();
    let changes = [
        (software, SECOND_STEP, SHOOTS, "Shoots done of those planned are shown, worked out from the order system."),
        (
            services,
            FIRST_STEP,
            SMALL_CLIENTS,
            "Clients of type 4 are measured as what they are: a service by the shoot.",
        ),
    ];
    for (ours, place, added, note) in changes {
        let text = ours.text.replacen(place, &format!("{added}{place}"), 1);
        scores::draft(tx, by, Some(&ours.template.key), &text)?;
        scores::publish(tx, by, &ours.template.key, note, false)?;
    }
    Ok(())
}

/// What the order system counted of a client on a day.
pub fn measure(tx: &mut Tx<'_>, by: &By, account: Uuid, counted: &Measured) -> Result<(), Fault> {
    for (name, number) in [("shoots_planned", counted.planned), ("shoots_done", counted.done)] {
        let value = Decimal::from_millionths(number * 1_000_000);
        let source = "order system".to_owned();
        signals::record(tx, by, account, &NewPoint { name: name.to_owned(), value, at: by.at, source })?;
    }
    Ok(())
}
