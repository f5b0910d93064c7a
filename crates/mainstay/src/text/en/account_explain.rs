//! Words of a number about money, opened: how it is worked out, and from what.

use mainstay_rules::currency::Currency;
use mainstay_rules::ledger::End;
use mainstay_rules::money;

use super::frame::day;
use crate::account::api::{MoneyExplained, MoneyFigure, MoneyPart, MoneyValue};
use crate::text::texts;

texts! {
    nothing_behind = "Nothing stands behind it: no contract counts on this day.";
    input = "Input";
    amount = "Amount";
    counts_from = "Counts from";
    counts_until = "until";
    open_end = "open";
    recorded = "Recorded";
    by = "By";
    note = "Note";
    sum = "Sum";
    back = "Back to the money";
    typed = "As it was typed";
}

pub fn name(figure: MoneyFigure) -> &'static str {
    match figure {
        MoneyFigure::ArrNow => "ARR YTD",
        MoneyFigure::ArrLastYear => "ARR last year",
        MoneyFigure::DeltaTarget => "Delta target",
        MoneyFigure::Progress => "Progress",
        MoneyFigure::EndDate => "End date",
    }
}

pub fn part_name(part: &MoneyPart) -> String {
    match part {
        MoneyPart::Contract { name, .. } => name.clone(),
        MoneyPart::Figure { figure, .. } => name(*figure).to_owned(),
        MoneyPart::Typed { .. } => typed().to_owned(),
    }
}

/// Hundredths of a percent with two decimals: "44.00".
pub fn percent(hundredths: i64) -> String {
    let (sign, size) = (if hundredths < 0 { "-" } else { "" }, hundredths.unsigned_abs());
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// The number as large as a page shows it.
pub fn value(value: MoneyValue, currency: Currency) -> String {
    match value {
        MoneyValue::Minor(minor) => money::exact(minor, currency),
        MoneyValue::Percent(hundredths) => format!("{} %", percent(hundredths)),
        MoneyValue::Day(on) => day(on),
        MoneyValue::Nothing => "–".to_owned(),
    }
}

pub fn source(explained: &MoneyExplained) -> &'static str {
    match (explained.figure, explained.end) {
        (MoneyFigure::DeltaTarget, _) => "The target that somebody set for the fiscal year.",
        (MoneyFigure::EndDate, None) => "The date in the account's details; no contract ends.",
        _ => "The contracts of this account, at the exchange rates of this fiscal year.",
    }
}

pub fn formula(explained: &MoneyExplained, currency: Currency) -> String {
    let (exact, on) = (|minor| money::exact(minor, currency), day(explained.on));
    let year = explained.fiscal_year;
    match explained.figure {
        MoneyFigure::ArrNow => format!("What the contracts bring a year on {on}: of each, the amendment in force."),
        MoneyFigure::ArrLastYear => format!(
            "What the contracts brought a year on {on}, the last day of the fiscal year before: of each, the amendment in force."
        ),
        MoneyFigure::DeltaTarget => match explained.delta_target {
            Some(_) => format!("The wanted increase of ARR in the fiscal year {year}."),
            None => format!("Nobody set a target for the fiscal year {year}."),
        },
        MoneyFigure::Progress => progress(explained, &exact),
        MoneyFigure::EndDate => match explained.end {
            Some(end) => end_words(end, explained, &exact),
            None => "No contract has an end: the date that was typed stands.".to_owned(),
        },
    }
}

fn progress(explained: &MoneyExplained, exact: &dyn Fn(i64) -> String) -> String {
    let (now, before) = (exact(explained.arr_now), exact(explained.arr_last_year));
    let Some(target) = explained.delta_target.map(exact) else {
        return format!("({now} - {before}) by the delta target, and there is none.");
    };
    match explained.value {
        MoneyValue::Percent(hundredths) => {
            let pace = explained.pace.map_or_else(String::new, |pace| {
                format!(" By the share of the year that has passed that is {} % of what is due.", percent(pace))
            });
            format!("({now} - {before}) / {target} = {} %.{pace}", percent(hundredths))
        }
        MoneyValue::Minor(gained) => format!(
            "{now} - {before} = {}. A target that is negative, zero or under 5 % of the ARR ({target}) makes no percentage.",
            exact(gained)
        ),
        MoneyValue::Day(_) | MoneyValue::Nothing => String::new(),
    }
}

fn end_words(end: End, explained: &MoneyExplained, exact: &dyn Fn(i64) -> String) -> String {
    let notice = explained.notice_by.map_or_else(
        || " No days of notice were agreed.".to_owned(),
        |by| format!(" Notice can be given until {}.", day(by)),
    );
    format!(
        "The next day on which contracts with at least a tenth of the ARR of {} end: {} of it.{notice}",
        exact(explained.arr_now),
        exact(end.arr_minor)
    )
}

/// "USD 1,000.00 at 0.92 (2026)"
pub fn converted(original: &str, rate: &str, year: i64) -> String {
    format!("{original} at {rate} ({year})")
}
