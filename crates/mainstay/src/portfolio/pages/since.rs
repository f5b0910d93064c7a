//! What moved since the last snapshot of a board: in each line, each group, and above the sheet in total.

use mainstay_rules::money;
use mainstay_rules::permission::Deed;
use mainstay_rules::score::Mean;
use maud::{Markup, html};

use super::View;
use crate::portfolio::api::{Asked, Course, Since, mean};
use crate::portfolio::store::{Kept, Line, Totals};
use crate::text::{frame as words, portfolio_course as text, signed};

impl View<'_> {
    fn since(&self) -> Option<&Since> {
        self.courses.and_then(|courses| courses.since.as_ref())
    }

    /// What stands above a column of other days.
    pub(super) fn course_head(&self, course: Course) -> Markup {
        let since = self.since().filter(|_| course == Course::Since);
        let head = since.map(|since| text::since(&words::day(since.mark.as_of)));
        html! {
            th.c scope="col" title=(text::column(course)) { (head.as_deref().unwrap_or(text::head(course))) }
        }
    }

    /// The comparison of the same two reports; `more` are words of the report's filter.
    fn compared(&self, since: &Since, more: &[(&str, &str)]) -> String {
        let days = since.compared(self.heads);
        let words = days.iter().map(|(word, value)| (*word, value.as_str())).chain(more.iter().copied());
        let query = serde_urlencoded::to_string(words.collect::<Vec<_>>()).unwrap_or_default();
        self.caller.path(&format!("/portfolio/compare?{query}"))
    }

    pub(super) fn since_cell(&self, line: &Line) -> Markup {
        let Some(since) = self.since() else { return html! { td.n data-field="since_snapshot" {} } };
        let Some(kept) = since.line(line.account_id) else {
            return html! { td.n data-field="since_snapshot" { small { (text::came()) } } };
        };
        let now = Kept { overall: line.overall, arr_now: line.arr_now };
        let why = self.is_live().then(|| self.compared(since, &[("q", &line.name)]));
        html! {
            td.n data-field="since_snapshot" title=(self.then_and_now(kept, now)) {
                @match why {
                    Some(why) => a.plain href=(why) { (self.moved(kept, now)) },
                    None => (self.moved(kept, now)),
                }
            }
        }
    }

    fn then_and_now(&self, then: Kept, now: Kept) -> String {
        let overall = |kept: Kept| Mean::from_millionths(kept.overall).two_places();
        let arr = |kept: Kept| money::exact(kept.arr_now, self.heads.currency);
        text::then_and_now((&overall(then), &overall(now)), (&arr(then), &arr(now)))
    }

    /// The change of the Overall and of the ARR, as far as there is one.
    fn moved(&self, then: Kept, now: Kept) -> Markup {
        let (overall, arr) = (now.overall - then.overall, now.arr_now - then.arr_now);
        let fell = |change: i64| (change < 0).then_some("low");
        html! {
            @if overall == 0 && arr == 0 { span.soft { "–" span.sr { (text::no_change()) } } }
            // What rounds to nothing is no fall.
            @if overall != 0 { span class=[fell(Mean::from_millionths(overall).hundredths())] { (signed::score(overall)) } }
            @if overall != 0 && arr != 0 { " " }
            @if arr != 0 { small class=[fell(arr)] { (signed::money(arr, self.heads.currency)) } }
        }
    }

    /// The same of a group, or of all.
    pub(super) fn since_sum(&self, then: Option<&Totals>, now: &Totals) -> Markup {
        let kept = |totals: &Totals| {
            let overall = mean(totals.overall, totals.accounts)?;
            Some(Kept { overall: overall.millionths(), arr_now: totals.arr_now })
        };
        let both = then.and_then(|then| Some((kept(then)?, kept(now)?)));
        html! {
            @match both {
                Some((then, now)) => td.n title=(self.then_and_now(then, now)) { (self.moved(then, now)) },
                None => td {},
            }
        }
    }

    /// Of everything, below the sheet.
    pub(super) fn since_all(&self, now: &Totals) -> Markup {
        self.since_sum(self.since().map(|since| &since.totals), now)
    }

    /// Of a group.
    pub(super) fn since_group(&self, key: Option<&str>, now: &Totals) -> Markup {
        self.since_sum(self.since().and_then(|since| since.group(key)), now)
    }

    /// Above the sheet: what moved in total, and where each movement is told.
    pub(super) fn since_notice(&self, now: &Totals, asked: &Asked) -> Markup {
        if !self.columns.tells(Course::Since) {
            return html! {};
        }
        html! {
            p.since {
                @match self.since() {
                    Some(since) => {
                        (self.since_words(since, now)) " "
                        a href=(self.compared(since, &asked.filter_pairs())) { (text::what_moved()) }
                    }
                    None => {
                        (text::no_snapshot()) " "
                        @if self.caller.may(Deed::TakeSnapshot) {
                            a href=(self.caller.path("/portfolio/snapshots")) { (text::take_one()) }
                        }
                    }
                }
            }
        }
    }

    /// The same on paper.
    pub(super) fn since_on_paper(&self, now: &Totals) -> Markup {
        html! { @if let Some(since) = self.since() { p.since { (self.since_words(since, now)) } } }
    }

    fn since_words(&self, since: &Since, now: &Totals) -> String {
        let then = &since.totals;
        let overall = |totals: &Totals| mean(totals.overall, totals.accounts).map_or(0, Mean::millionths);
        text::since_then(
            &words::day(since.mark.as_of),
            &signed::score(overall(now) - overall(then)),
            &signed::in_currency(now.arr_now - then.arr_now, self.heads.currency),
            now.accounts - then.accounts,
        )
    }
}
