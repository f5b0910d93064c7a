//! One line of the sheet, and the line of totals.

use mainstay_rules::money;
use mainstay_rules::progress::{Progress, year_start};
use mainstay_rules::score::Mean;
use maud::{Markup, html};

use super::View;
use crate::portfolio::store::{Line, SortKey, Totals};
use crate::text::account::notice_by;
use crate::text::{frame as words, portfolio as text, signed};

impl View<'_> {
    /// Rows and totals alone: what an edit answers and a live page fetches.
    pub(super) fn fragment(&self, lines: &[Line], totals: &Totals) -> Markup {
        html! { table { tbody { @for line in lines { (self.row(line)) } } (self.foot(totals)) } }
    }

    pub(super) fn row(&self, line: &Line) -> Markup {
        let currency = self.heads.currency;
        let page = self.caller.path(&format!("/accounts/{}", line.account_id));
        let delta = line.arr_delta_target.map(|minor| money::format_amount(minor, currency)).unwrap_or_default();
        html! {
            tr id=(format!("account-{}", line.account_id)) data-account=(line.account_id) data-version=(line.version) {
                th scope="row" data-field="name" data-value=(line.name) { a href=(page) { (line.name) } (self.reason(line)) }
                @if self.columns.shows(SortKey::Associate) { td data-field="associate" data-value=(line.associate) data-edit=[self.editable("person")] { (line.associate) } }
                @if self.columns.shows(SortKey::EndOn) { td.n data-field="end_date" data-value=[line.end_on.map(|d| d.to_string())] data-edit=[self.editable("date")] title=[self.at_stake(line)] {
                    @if let Some(end) = line.end_on { (words::day(end)) }
                    @if line.details.notice_by.is_some_and(|by| by < self.heads.day) { " " small.low { (text::notice_overdue()) } }
                    (self.why(&page, "end_date"))
                } }
                @if self.columns.shows(SortKey::Type) { td.c data-field="type" data-value=(line.account_type.number()) { (self.type_of(line, &page)) } }
                @for (index, step) in self.heads.templates.default().steps.iter().enumerate() {
                    @if u8::try_from(index).is_ok_and(|index| self.columns.shows(SortKey::Step(index))) { (self.step_cell(line, index, &step.key, &page)) }
                }
                @if self.columns.shows(SortKey::Overall) { (overall_cell(line, &page)) }
                (self.course_cells(line, &page))
                @if self.columns.shows(SortKey::ArrLastYear) { (self.money_cell("arr_last_year", line.arr_last_year, &page)) }
                @if self.columns.shows(SortKey::ArrDeltaTarget) { td.n data-field="arr_delta_target" data-value=(delta) data-edit=[self.editable("money")]
                    title=[line.arr_delta_target.map(|minor| money::exact(minor, currency))] {
                    @if let Some(minor) = line.arr_delta_target { (text::short_amount(minor, currency)) }
                    (self.why(&page, "arr_delta_target"))
                } }
                @if self.columns.shows(SortKey::ArrYtd) { (self.money_cell("arr_ytd", line.arr_now, &page)) }
                @if self.columns.shows(SortKey::Progress) { td.n data-field="progress" { (self.opened(&page, "progress", &self.progress(line.progress()))) } }
                @if self.columns.shows(SortKey::Gap) { td data-field="gap" { (self.gap(line, &page)) } }
                (self.further_cells(line))
            }
        }
    }

    /// What ends on the end date, and until when notice can be given.
    fn at_stake(&self, line: &Line) -> Option<String> {
        let end_arr = money::exact(line.details.end_arr?, self.heads.currency);
        let notice = line.details.notice_by.map(|by| notice_by(&words::day(by), by < self.heads.day));
        Some(text::at_stake(&end_arr, notice.as_deref()))
    }

    /// Whether cells are typed into and opened: not on paper, and not on a past day, which is not explained by what
    /// stands there today.
    pub(super) fn is_live(&self) -> bool {
        self.actions.is_some()
    }

    /// Another type asks for the reason.
    fn type_of(&self, line: &Line, page: &str) -> Markup {
        let number = line.account_type.number();
        if !self.is_live() {
            return html! { (number) };
        }
        html! { a.plain data-dialog href=(format!("{page}/type")) title=(line.account_type.meaning()) { (number) } }
    }

    /// How the cell is typed into.
    pub(super) fn editable(&self, how: &'static str) -> Option<&'static str> {
        self.is_live().then_some(how)
    }

    /// The way from a cell that is typed to what stands behind it; its keyboard way is the question mark.
    fn why(&self, page: &str, what: &str) -> Markup {
        html! {
            @if self.is_live() {
                a.why href=(format!("{page}/explain/{what}")) title=(text::why()) { "?" span.sr { " " (text::why()) } }
            }
        }
    }

    /// A number that is worked out, which opens into what stands behind it.
    fn opened(&self, page: &str, what: &str, number: &Markup) -> Markup {
        html! {
            @if !self.is_live() { (number) }
            @else { a.plain href=(format!("{page}/explain/{what}")) { (number) } }
        }
    }

    fn money_cell(&self, field: &str, minor: i64, page: &str) -> Markup {
        let currency = self.heads.currency;
        html! {
            td.n data-field=(field) data-value=(money::format_amount(minor, currency)) title=(money::exact(minor, currency)) {
                (self.opened(page, field, &html! { (text::short_amount(minor, currency)) }))
            }
        }
    }

    fn step_cell(&self, line: &Line, index: usize, key: &str, page: &str) -> Markup {
        let Some(step) = line.steps.get(index) else { return html! { td {} } };
        let score = line.step_score(index);
        let raw = score.map(|mean| mean.two_decimals().to_string());
        // Undo of a first judgement takes it back instead of typing what was measured.
        let undo = (!step.is_judged).then_some("");
        html! {
            td.c data-field=(key) data-value=(raw.as_deref().unwrap_or_default()) data-undo=[undo] data-edit=[self.editable("score")] {
                @match score {
                    None => b.score.none { "–" },
                    Some(mean) => {
                        @let other = step.measured.map(Mean::from_millionths).filter(|measured| step.is_judged && *measured != mean);
                        @let typed = step.judged_at.filter(|_| step.is_judged && other.is_some()).map(|at| self.caller.workspace.day_of(at));
                        b class=(chip(mean, typed.is_some())) title=[typed.map(|day| text::typed_on(&words::day(day)))] { (mean.one_decimal()) }
                        @if let Some(measured) = other {
                            small title=(text::measured_title()) { span.sr { (text::measured()) " " } (measured.one_decimal()) }
                        }
                    }
                }
                (self.why(page, key))
            }
        }
    }

    pub(super) fn progress(&self, progress: Progress) -> Markup {
        let currency = self.heads.currency;
        match progress {
            Progress::None => html! { small { (text::no_target()) } },
            Progress::Money(minor) => {
                html! { span title=(money::exact(minor, currency)) { (signed::money(minor, currency)) } }
            }
            Progress::Percent(hundredths) => {
                let percent = hundredths / 100;
                let tick = self.year_share();
                html! {
                    (percent) " %"
                    svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                        rect width=(percent.clamp(0, 100)) height="4" {}
                        path d=(format!("M{tick} 0v4")) {}
                    }
                }
            }
        }
    }

    /// How much of the fiscal year is over, in percent.
    fn year_share(&self) -> i64 {
        let start = year_start(self.heads.day, self.heads.fiscal_year_start_month);
        let days = self.heads.day.since(start).map_or(0, |span| i64::from(span.get_days()));
        (days * 100 / 365).clamp(0, 100)
    }

    pub(super) fn foot(&self, totals: &Totals) -> Markup {
        html! { tfoot { tr { th scope="row" { (text::accounts(totals.accounts)) } (self.sums(totals, &self.since_all(totals))) } } }
    }
}

fn overall_cell(line: &Line, page: &str) -> Markup {
    let overall = Mean::from_millionths(line.overall);
    html! {
        td data-field="overall" data-value=(overall.one_decimal()) {
            @if line.scored_steps == 0 { b.score.overall.none { "–" } }
            @else {
                a.plain href=(format!("{page}/explain/overall")) {
                    b class={ "overall " (chip(overall, false)) } { (overall.one_decimal()) }
                }
                @if !line.ranked { small { (text::not_ranked()) } }
                @else if line.scored_steps < 5 { small { (line.scored_steps) "/5" } }
            }
        }
    }
}

/// The classes of a score chip: one of 101 colours.
pub fn chip(mean: Mean, typed: bool) -> String {
    format!("score s{}{}", mean.tenths(), if typed { " typed" } else { "" })
}
