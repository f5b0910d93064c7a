//! The report in groups: a line of totals for each, opened and closed by a link, so that it works without script.

use mainstay_rules::money;
use maud::{Markup, html};

use super::{Report, View};
use crate::portfolio::api::{Asked, Course, mean, progress_of};
use crate::portfolio::store::{SortKey, Totals};
use crate::text::{portfolio as report_text, portfolio_view as text};

impl View<'_> {
    /// The body of the sheet: a row for each group, and the accounts of the one that is open.
    pub(super) fn grouped_body(&self, report: &Report, asked: &Asked) -> Markup {
        let Some(grouped) = &report.grouped else { return html! {} };
        html! {
            @for named in &grouped.groups {
                @let (word, value) = &named.condition;
                @let is_open = asked.open.as_deref() == Some(value.as_str());
                @let toggle = self.address("/portfolio", &Asked { open: (!is_open).then(|| value.clone()), ..asked.clone() }, &[("cursor", None)]);
                tbody.group {
                    tr {
                        th scope="rowgroup" {
                            a.fold-link href=(toggle) aria-expanded=(if is_open { "true" } else { "false" }) { (named.label) }
                            " " a.soft href=(self.of_group(asked, word, value)) title=(text::open_filtered()) { (text::so_many_accounts(named.group.totals.accounts)) }
                        }
                        (self.sums(&named.group.totals, &self.since_group(named.group.key.as_deref(), &named.group.totals)))
                    }
                }
                @if is_open {
                    tbody { @for line in &report.lines { (self.row(line)) } }
                    @if report.next_cursor.is_some() {
                        tbody { tr { td.wide colspan=(self.columns.count()) {
                            a href=(self.of_group(asked, word, value)) { (text::more_rows()) }
                        } } }
                    }
                }
            }
            @if grouped.more { tbody { tr { td.wide.soft colspan=(self.columns.count()) { (text::more_groups()) } } } }
        }
    }

    /// The accounts of a group as a list of their own.
    pub(super) fn of_group(&self, asked: &Asked, word: &str, value: &str) -> String {
        let alone = Asked { group: None, open: None, ..asked.clone() }.with(word, value);
        self.address("/portfolio", &alone, &[("cursor", None)])
    }

    /// The totals below the columns that have some, behind the first.
    pub(super) fn sums(&self, totals: &Totals, since: &Markup) -> Markup {
        let (left, right) = self.columns.sides();
        html! {
            @for key in left.iter().filter(|key| **key != SortKey::Name) { (self.sum_of(*key, totals)) }
            @for course in self.columns.courses() { @match course { Course::Trend => td {}, Course::Since => (since) } }
            @for key in right { (self.sum_of(*key, totals)) }
            @for _ in self.columns.own() { td {} }
        }
    }

    fn sum_of(&self, key: SortKey, totals: &Totals) -> Markup {
        let currency = self.heads.currency;
        let sum = |minor: i64| html! { td.n title=(money::exact(minor, currency)) { (report_text::short_amount(minor, currency)) } };
        html! {
                @match key {
                    SortKey::Step(index) => td.c {
                        @let (total, count) = totals.steps.get(usize::from(index)).copied().unwrap_or_default();
                        @if let Some(mean) = mean(total, count) { (mean.one_decimal()) }
                    },
                    SortKey::Overall => td {
                        @if let Some(mean) = mean(totals.overall, totals.accounts) { b.score.overall { (mean.one_decimal()) } }
                    },
                    SortKey::ArrLastYear => (sum(totals.arr_last_year)),
                    SortKey::ArrDeltaTarget => { @match totals.arr_delta_target { Some(minor) => (sum(minor)), None => td {} } },
                    SortKey::ArrYtd => (sum(totals.arr_now)),
                    SortKey::Progress => td.n { (self.progress(progress_of(totals))) },
                    SortKey::Gap => td { (report_text::so_many_gaps(totals.with_gap)) },
                    _ => td {},
                }
        }
    }

    /// How a type of accounts stands, for the heat map: the mean in its colour.
    pub(super) fn mean_chip(totals: &Totals) -> Markup {
        html! {
            @if let Some(mean) = mean(totals.overall, totals.accounts) {
                b class=(super::row::chip(mean, false)) { (mean.one_decimal()) }
            }
        }
    }
}
