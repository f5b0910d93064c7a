//! The course of a number as a picture, with a mark where its scorecard became another version, and as a table.

use jiff::civil::Date;
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::LOW;
use maud::{Markup, html};

use crate::corridor::caller::Caller;
use crate::scorecard::api::{Course, Turn, VersionMark};
use crate::text::{explain as text, frame as words};

/// The picture's size, in tenths of its units.
const WIDTH_TENTHS: i64 = 6_400;
const HEIGHT_TENTHS: i64 = 1_200;
/// Millionths of the highest score.
const HIGHEST: i64 = 10_000_000;
/// A mark's words stand left of it beyond this place, so that they stay in the picture.
const WORDS_LEFT_FROM: i64 = WIDTH_TENTHS * 4 / 5;

/// Nothing where there is nothing to draw.
pub fn chart(caller: &Caller, name: &str, course: &Course) -> Markup {
    if course.turns.iter().all(|turn| turn.value.is_none()) {
        return html! { p.soft { (text::no_course()) } };
    }
    let place = Place { from: course.from, days: days(course.from, course.to).max(1) };
    html! {
        figure.course {
            svg.chart.wide viewBox="0 0 640 136" role="img" aria-labelledby="course-words" {
                path.mark d=(format!("M0 {}H640", tenths(height(LOW)))) {}
                path.mark.edge d="M0 120H640" {}
                path.line d=(line(&place, course)) {}
                @for mark in &course.versions { (version(&place, mark)) }
            }
            figcaption #course-words .soft { small { (text::course(name, &words::day(course.from), &words::day(course.to), course.versions.len())) } }
            details.fold {
                summary { (text::course_table()) }
                (table(caller, course))
            }
        }
    }
}

/// Where a day stands in the picture.
struct Place {
    from: Date,
    days: i64,
}

impl Place {
    fn across(&self, on: Date) -> i64 {
        (days(self.from, on) * WIDTH_TENTHS / self.days).clamp(0, WIDTH_TENTHS)
    }
}

fn days(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// Steps, since a score holds until the next one; where nothing was scored the line is broken.
fn line(place: &Place, course: &Course) -> String {
    let mut parts = Vec::new();
    let mut drawn = false;
    for (index, turn) in course.turns.iter().enumerate() {
        let until = course.turns.get(index + 1).map_or(course.to, |next| next.on);
        let Some(value) = turn.value else {
            drawn = false;
            continue;
        };
        let (x, y, end) = (tenths(place.across(turn.on)), tenths(height(value)), tenths(place.across(until)));
        let start = if drawn { format!("V{y}") } else { format!("M{x} {y}") };
        parts.push(format!("{start}H{end}"));
        drawn = true;
    }
    parts.concat()
}

fn version(place: &Place, mark: &VersionMark) -> Markup {
    let x = place.across(mark.on);
    let left = x > WORDS_LEFT_FROM;
    let anchor = if left { "end" } else { "start" };
    html! {
        path.version d=(format!("M{} 0V120", tenths(x))) {}
        text x=(tenths(if left { x - 40 } else { x + 40 })) y="132" text-anchor=(anchor) { (text::version_mark(mark.version)) }
    }
}

fn table(caller: &Caller, course: &Course) -> Markup {
    let mut rows: Vec<(Date, Markup)> = course.turns.iter().map(|turn| (turn.on, turn_row(turn))).collect();
    rows.extend(course.versions.iter().map(|mark| (mark.on, version_row(caller, mark))));
    rows.sort_by_key(|(on, _)| std::cmp::Reverse(*on));
    html! {
        div.table-box tabindex="0" role="group" aria-label=(text::course_table()) {
            table.table {
                thead { tr { th scope="col" { (text::day_word()) } th.number scope="col" { (text::score()) } th scope="col" { (text::said()) } } }
                tbody { @for (_, row) in &rows { (row) } }
            }
        }
    }
}

fn turn_row(turn: &Turn) -> Markup {
    html! {
        tr { th.nowrap scope="row" { (words::day(turn.on)) } td.number { (super::chip(turn.value, false)) } td {} }
    }
}

fn version_row(caller: &Caller, mark: &VersionMark) -> Markup {
    let page = caller.path(&format!("/settings/scorecards/{}/versions/{}", mark.template, mark.version));
    html! {
        tr {
            th.nowrap scope="row" { time datetime=(mark.at) { (words::day(mark.on)) } }
            td {}
            td.words { a href=(page) { (text::template_version(&mark.template, i64::from(mark.version))) } " " (mark.note) " " span.soft { (mark.by) } }
        }
    }
}

fn height(score: Mean) -> i64 {
    HEIGHT_TENTHS - score.millionths() * HEIGHT_TENTHS / HIGHEST
}

fn tenths(value: i64) -> String {
    format!("{}.{}", value / 10, value % 10)
}
