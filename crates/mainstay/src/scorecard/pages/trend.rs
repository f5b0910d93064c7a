//! The overall score of the last twelve months as a line, worked out anew from the scores by the rules.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mainstay_db::Tx;
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::{LOW, Latest, Template, evaluate};
use maud::{Markup, html};
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::people;
use crate::scorecard::api::end_of;
use crate::scorecard::store;
use crate::text::{frame as words, scorecard as text};

const MONTHS: i64 = 12;
/// The picture's size, in tenths of its units.
const WIDTH_TENTHS: i64 = 1_760;
const HEIGHT_TENTHS: i64 = 480;
/// Millionths of the highest score.
const HIGHEST: i64 = 10_000_000;

/// The overall score at the end of a day.
struct Point {
    month: i64,
    day: Date,
    overall: Mean,
}

/// The trend of an account as a figure; nothing when there is no past to compare with.
pub fn trend(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, today: Date) -> Result<Markup, Fault> {
    let zone = people::store::workspace(tx, workspace)?.map_or(TimeZone::UTC, |workspace| workspace.zone);
    let since = end_of(month_back(today, MONTHS), &zone);
    let before = store::as_of(tx, workspace, account, since)?;
    let later = store::scores_since(tx, workspace, account, since)?;
    let template = store::template_of(tx, workspace, account)?;
    Ok(figure(&points(&template, before, later, today, &zone)))
}

fn month_back(today: Date, months: i64) -> Date {
    today.saturating_sub(Span::new().months(months))
}

/// One point for each month in which something was scored already.
fn points(template: &Template, before: Vec<Latest>, later: Vec<Latest>, today: Date, zone: &TimeZone) -> Vec<Point> {
    let mut facts: BTreeMap<String, Latest> = before.into_iter().map(|fact| (fact.metric.clone(), fact)).collect();
    let mut later = later.into_iter().peekable();
    let mut points = Vec::new();
    for month in 0..=MONTHS {
        let day = month_back(today, MONTHS - month);
        let until = end_of(day, zone);
        while let Some(fact) = later.next_if(|fact| fact.effective_at <= until) {
            facts.insert(fact.metric.clone(), fact);
        }
        let known: Vec<Latest> = facts.values().cloned().collect();
        let card = evaluate(template, &known);
        if card.scored_steps > 0 {
            points.push(Point { month, day, overall: card.overall });
        }
    }
    points
}

fn figure(points: &[Point]) -> Markup {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return html! {} };
    if points.len() < 2 {
        return html! {};
    }
    let highest = points.iter().map(|point| point.overall).max().unwrap_or(last.overall);
    let line: Vec<String> = points.iter().map(Point::place).collect();
    let caption = text::trend(
        points.len() - 1,
        &first.overall.one_decimal(),
        &last.overall.one_decimal(),
        &highest.one_decimal(),
    );
    html! {
        figure {
            svg.chart viewBox="0 0 176 48" role="img" aria-labelledby="trend-words" {
                path.mark d=(format!("M0 {}H176", tenths(height(LOW)))) {}
                path.line d=(format!("M{}", line.join("L"))) {}
                circle cx=(tenths(last.across())) cy=(tenths(height(last.overall))) r="3" {}
            }
            figcaption #trend-words .soft { small { (caption) } }
            div.sr {
                table {
                    caption { (text::trend_table()) }
                    thead { tr { th scope="col" { (text::month()) } th scope="col" { (text::overall()) } } }
                    tbody {
                        @for point in points { tr { th scope="row" { (words::day(point.day)) } td { (point.overall.one_decimal()) } } }
                    }
                }
            }
        }
    }
}

impl Point {
    fn across(&self) -> i64 {
        self.month * WIDTH_TENTHS / MONTHS
    }

    fn place(&self) -> String {
        format!("{} {}", tenths(self.across()), tenths(height(self.overall)))
    }
}

fn height(score: Mean) -> i64 {
    HEIGHT_TENTHS - score.millionths() * HEIGHT_TENTHS / HIGHEST
}

fn tenths(value: i64) -> String {
    format!("{}.{}", value / 10, value % 10)
}
