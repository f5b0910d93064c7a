//! Cells of the columns that tell of other days: the trend as a small picture.

use mainstay_rules::attention::horizon;
use mainstay_rules::score::Mean;
use maud::{Markup, html};

use super::View;
use crate::portfolio::api::{Course, Trend};
use crate::portfolio::store::Line;
use crate::text::{frame as words, portfolio_course as text};

/// The picture's size, in tenths of its units.
const WIDTH_TENTHS: i64 = 560;
const HEIGHT_TENTHS: i64 = 200;
/// Room for the dot at its end.
const EDGE_TENTHS: i64 = 25;
/// Millionths that the picture's height stands for at least: small waves stay small.
const SPAN_MIN: i64 = 1_000_000;

impl View<'_> {
    /// Why the weekly call speaks about the account, below its name.
    pub(super) fn reason(&self, line: &Line) -> Markup {
        let reason = self.courses.and_then(|courses| courses.reasons.get(&line.account_id));
        html! { @if let Some(reason) = reason { small.reason { (text::reason(*reason, line.scored_steps == 0, self.heads.day)) } } }
    }

    /// In which order the call goes through the accounts.
    pub(super) fn call_notice(&self) -> Markup {
        let until = words::day(horizon(self.heads.day));
        html! { p.since { (text::call_order(&until, self.heads.is_past())) } }
    }

    /// Behind the Overall.
    pub(super) fn course_cells(&self, line: &Line, page: &str) -> Markup {
        html! { @for course in self.columns.courses() { @match course { Course::Trend => (self.trend_cell(line, page)), Course::Since => (self.since_cell(line)) } } }
    }

    fn trend_cell(&self, line: &Line, page: &str) -> Markup {
        let trend = self.courses.and_then(|courses| courses.trends.get(&line.account_id));
        let Some((trend, ((weeks, first), now))) = trend.and_then(|trend| Some((trend, trend.ends()?))) else {
            return html! { td.c data-field="trend" data-value="" { "–" span.sr { (text::never_scored()) } } };
        };
        let change = now.millionths() - first.millionths();
        let words = text::trend(weeks, &first.one_decimal(), &now.one_decimal(), self.heads.is_past());
        html! {
            td.c data-field="trend" data-value=(Mean::from_millionths(change).two_places()) {
                @match trend.0.first().filter(|_| weeks > 0 && self.is_live()) {
                    Some(oldest) => {
                        @let why = format!("{page}/explain/overall?from={}&to={}#moved-head", oldest.on, self.heads.day);
                        a.plain href=(why) { (spark(trend, &words)) }
                    }
                    None => (spark(trend, &words)),
                }
            }
        }
    }
}

/// A line through the weeks that are known, with a dot where it stands now.
fn spark(trend: &Trend, words: &str) -> Markup {
    let known =
        trend.0.iter().enumerate().filter_map(|(week, point)| point.overall.map(|mean| (week, mean.millionths())));
    let known: Vec<(usize, i64)> = known.collect();
    let heights = || known.iter().map(|(_, height)| *height);
    let (low, high) = (heights().min().unwrap_or(0), heights().max().unwrap_or(0));
    let span = (high - low).max(SPAN_MIN);
    let top = i64::midpoint(low, high) + span / 2;
    let steps = i64::try_from(trend.0.len().saturating_sub(1)).unwrap_or(1).max(1);
    let place = |(week, height): &(usize, i64)| {
        let week = i64::try_from(*week).unwrap_or(0);
        let across = EDGE_TENTHS + week * (WIDTH_TENTHS - 2 * EDGE_TENTHS) / steps;
        let down = EDGE_TENTHS + (top - height) * (HEIGHT_TENTHS - 2 * EDGE_TENTHS) / span;
        (tenths(across), tenths(down))
    };
    let places: Vec<(String, String)> = known.iter().map(place).collect();
    let line: Vec<String> = places.iter().map(|(across, down)| format!("{across} {down}")).collect();
    html! {
        svg.spark viewBox="0 0 56 20" role="img" {
            title { (words) }
            path d=(format!("M{}", line.join("L"))) {}
            @if let Some((across, down)) = places.last() { circle cx=(across) cy=(down) r="2.2" {} }
        }
    }
}

fn tenths(value: i64) -> String {
    format!("{}.{}", value / 10, value % 10)
}
