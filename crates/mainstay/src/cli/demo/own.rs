//! What Snapwright keeps about its clients beside the report, and the views that it has saved.

use std::collections::HashMap;

use mainstay_db::Tx;
use mainstay_rules::custom_field::{FieldInput, NewField, Value};
use uuid::Uuid;

use super::calendar::Calendar;
use super::story::{Account, Point};
use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::portfolio::store::{ViewChange, add_view};

/// Name, kind, help, and the labels of a choice.
const FIELDS: [(&str, &str, &str, &[&str]); 3] = [
    ("Renewal likelihood", "choice", "What we would bet on today", &["Likely", "Open", "Unlikely"]),
    ("Sites", "number", "Places where the client uses us", &[]),
    ("Contract signed", "date", "When the first contract was signed", &[]),
];

/// Name and words of the views that everybody sees, and who saved them.
const VIEWS: [(&str, &str, &str); 2] = [
    (
        "Renewals at risk",
        "field.renewal_likelihood=unlikely&sort=-arr_ytd&columns=name,associate,end_date,type,overall,arr_ytd,gap,field.renewal_likelihood,field.sites",
        "anouk",
    ),
    ("By geography", "group=geography", "marc"),
];

/// Sites of a client for each 100,000 of its ARR, in thousands.
const ARR_PER_SITE: i64 = 45;

pub fn found(tx: &mut Tx<'_>, by: &By, users: &HashMap<String, Uuid>) -> Result<(), Fault> {
    for (name, kind, help, choices) in FIELDS {
        let input = FieldInput {
            key: String::new(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            help: help.to_owned(),
            choices: choices.iter().map(|label| (String::new(), (*label).to_owned())).collect(),
        };
        accounts::add_field(tx, by, &NewField::check(&input).map_err(Fault::invalid)?)?;
    }
    for (position, (name, query, owner)) in (1..).zip(VIEWS) {
        let owner = users.get(owner).copied().ok_or_else(|| Fault::internal("a view of the demo is nobody's"))?;
        let view = ViewChange { name: name.to_owned(), query: query.to_owned(), shared: true, position };
        add_view(tx, by, owner, &view)?;
    }
    Ok(())
}

/// What is known of a client: what its return looks like, how large it is, since when it is one.
pub fn describe(tx: &mut Tx<'_>, by: &By, calendar: &Calendar, account: &Account, id: Uuid) -> Result<(), Fault> {
    let recognized = account.scores.courses()[2].last().map(Point::tenths);
    let renewal = recognized.map(|tenths| match tenths {
        70.. => "likely",
        40.. => "open",
        _ => "unlikely",
    });
    let first = account.contracts.first().and_then(|contract| contract.steps.first());
    let mut wanted = Vec::new();
    for field in accounts::live_fields(tx, by.workspace.id)? {
        let value = match field.key.as_str() {
            "renewal_likelihood" => renewal.map(|key| Value::Choice(key.to_owned())),
            "sites" => first.map(|step| Value::Number((step.arr / ARR_PER_SITE + 1) * 1_000_000)),
            _ => first.map(|step| Value::Date(calendar.contract_start(step.day))),
        };
        wanted.push((field, value));
    }
    accounts::put_fields(tx, by, id, &wanted)?;
    Ok(())
}
