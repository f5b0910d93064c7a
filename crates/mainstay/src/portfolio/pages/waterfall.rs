//! The bridge as a picture: balances at both ends, what came and went in between.

use mainstay_rules::money::{self, Currency};
use maud::{Markup, html};

use crate::text::{arr as text, signed};

/// One column of the picture and one row of the table beside it.
pub struct Step {
    pub label: &'static str,
    /// Its word in addresses.
    pub part: &'static str,
    pub amount_minor: i64,
    /// Stands on the ground instead of where the one before ended.
    pub is_balance: bool,
    pub what: String,
}

const COLUMN: i64 = 100;
const BAR: i64 = 64;
const HEIGHT: i64 = 200;
/// Room above for amounts and below for labels.
const ABOVE: i64 = 22;
const BELOW: i64 = 24;
/// What is there is seen.
const BAR_MIN: i64 = 1;

/// A bar between two levels, both in units of the picture.
struct Bar {
    top: i64,
    height: i64,
    /// Where the next one begins.
    level: i64,
}

fn bars(steps: &[Step]) -> Vec<Bar> {
    let mut level = 0_i64;
    let mut spans = Vec::new();
    for step in steps {
        let from = if step.is_balance { 0 } else { level };
        level = from.saturating_add(step.amount_minor);
        spans.push((from, level));
    }
    let highest = spans.iter().map(|(from, to)| *from.max(to)).max().unwrap_or(0).max(1);
    let place = |minor: i64| {
        let share = i128::from(minor.max(0)) * i128::from(HEIGHT) / i128::from(highest);
        ABOVE + HEIGHT - i64::try_from(share).unwrap_or(HEIGHT)
    };
    spans
        .into_iter()
        .map(|(from, to)| {
            let (top, bottom) = (place(from.max(to)), place(from.min(to)));
            Bar { top, height: (bottom - top).max(if from == to { 0 } else { BAR_MIN }), level: place(to) }
        })
        .collect()
}

pub fn waterfall(steps: &[Step], currency: Currency) -> Markup {
    let bars = bars(steps);
    let columns = i64::try_from(steps.len()).unwrap_or(0);
    let (width, height) = (columns * COLUMN, ABOVE + HEIGHT + BELOW);
    html! {
        div.table-box.waterfall-box tabindex="0" role="group" aria-label=(text::picture()) {
            svg.waterfall viewBox=(format!("0 0 {width} {height}")) role="img" aria-label=(described(steps, currency)) {
                @for (place, (step, bar)) in (0..columns).zip(steps.iter().zip(&bars)) {
                    @let left = place * COLUMN + (COLUMN - BAR) / 2;
                    @let middle = place * COLUMN + COLUMN / 2;
                    rect class=(class(step)) x=(left) y=(bar.top) width=(BAR) height=(bar.height) rx="2" {}
                    @if place + 1 < columns {
                        path.thread d=(format!("M{} {}h{}", left + BAR, bar.level, COLUMN - BAR)) {}
                    }
                    text x=(middle) y=(bar.top - 6) text-anchor="middle" { (amount(step, currency)) }
                    text.label x=(middle) y=(height - 6) text-anchor="middle" { (step.label) }
                }
            }
        }
    }
}

fn class(step: &Step) -> &'static str {
    if step.is_balance {
        "balance"
    } else if step.amount_minor < 0 {
        "loss"
    } else {
        "gain"
    }
}

fn amount(step: &Step, currency: Currency) -> String {
    if step.is_balance {
        money::short(step.amount_minor, currency)
    } else {
        signed::in_currency(step.amount_minor, currency)
    }
}

fn described(steps: &[Step], currency: Currency) -> String {
    let said: Vec<String> = steps.iter().map(|step| format!("{} {}", step.label, amount(step, currency))).collect();
    said.join(", ")
}
