//! The whole page: head, filters, the sheet's frame, pages.

use mainstay_rules::account::AccountType;
use mainstay_rules::custom_field::{Field, Kind};
use mainstay_rules::money;
use mainstay_rules::permission::Deed;
use mainstay_rules::score::Mean;
use maud::{Markup, html};

use super::tabs::{Tab, tabs};
use super::{Report, View};
use crate::portfolio::api::{Asked, mean, sort_word};
use crate::portfolio::store::{Sort, SortKey};
use crate::text::{export as out, frame as words, portfolio as text};

impl View<'_> {
    pub(super) fn report(&self, report: &Report, asked: &Asked, sort: Sort) -> Markup {
        html! {
            (self.page_head(report, asked))
            (tabs(self.caller, Tab::Report))
            @if report.all == 0 && !self.heads.is_past() { (self.nothing_yet()) }
            @else {
                (self.past_notice())
                (self.views(asked, &report.views))
                (self.filters(asked, report))
                (self.choices(asked, self.columns))
                @if report.totals.accounts == 0 { (self.nothing_matches(report.all, asked)) }
                @else {
                    (self.since_notice(&report.totals, asked))
                    @if matches!(sort.key, SortKey::Attention(_)) { (self.call_notice()) }
                    div.sheet-box { (self.sheet(report, asked, sort)) }
                    @if !self.heads.is_past() {
                        datalist #people { @for name in &report.people { option value=(name) {} } }
                        (self.offered_choices())
                    }
                    (self.pager(report, asked))
                    @if !self.heads.is_past() { (text::hints()) }
                }
            }
        }
    }

    fn page_head(&self, report: &Report, asked: &Asked) -> Markup {
        let totals = &report.totals;
        let overall = mean(totals.overall, totals.accounts).map(Mean::one_decimal);
        html! {
            div.page-head {
                div {
                    h1 { (text::title()) }
                    p {
                        @if report.all == 0 { (text::no_accounts()) }
                        @else if totals.accounts < report.all { (text::so_many_match(totals.accounts, report.all)) }
                        @else {
                            (text::summary(
                                totals.accounts, &money::short(totals.arr_now, self.heads.currency),
                                overall.as_deref().unwrap_or("–"), totals.with_gap, &words::long_day(self.heads.day),
                            ))
                        }
                    }
                }
                @if report.all > 0 && self.heads.is_past() { div.row { (self.ways_out(asked)) } }
                @else if report.all > 0 {
                    div.row {
                        (self.ways_out(asked))
                        @if self.caller.may(Deed::Import) { a.button href=(self.caller.path("/import/new")) { (text::import()) } }
                        a.button.primary href=(self.caller.path("/accounts/new")) { (text::add_account()) }
                    }
                }
            }
        }
    }

    /// What is shown leaves as a file or on paper, with the same filter and order.
    fn ways_out(&self, asked: &Asked) -> Markup {
        let to = |path: &str, format: Option<&str>| {
            let address = self.address(path, asked, &[("cursor", None)]);
            let joint = if address.contains('?') { '&' } else { '?' };
            format.map_or(address.clone(), |format| format!("{address}{joint}format={format}"))
        };
        html! {
            details.menu {
                summary.button { (out::export()) }
                div.menu-box {
                    a href=(to("/portfolio/export", Some("xlsx"))) download { (out::as_workbook()) }
                    a href=(to("/portfolio/export", Some("csv"))) download { (out::as_csv()) }
                    a href=(to("/portfolio/print", None)) { (out::on_paper()) }
                }
            }
        }
    }

    fn nothing_yet(&self) -> Markup {
        html! {
            section.empty aria-labelledby="empty-head" {
                h2 #empty-head { (text::empty_title()) }
                p { (text::empty_what()) }
                p { (text::empty_how()) }
                div.row {
                    @if self.caller.may(Deed::Import) {
                        a.button.primary href=(self.caller.path("/import/new")) { (text::import_spreadsheet()) }
                    }
                    a.button href=(self.caller.path("/accounts/new")) { (text::add_an_account()) }
                }
            }
        }
    }

    fn nothing_matches(&self, all: i64, asked: &Asked) -> Markup {
        html! {
            section.empty aria-labelledby="none-head" {
                h2 #none-head { @if all == 0 { (text::nothing_then()) } @else { (text::none_match()) } }
                @if all > 0 { a.button href=(self.address("/portfolio", &asked.past(), &[])) { (text::show_all(all)) } }
            }
        }
    }

    fn filters(&self, asked: &Asked, report: &Report) -> Markup {
        let associate = asked.associate.as_deref().unwrap_or_default();
        let filtered = asked.q.is_some() || asked.r#type.is_some() || asked.associate.is_some() || asked.gap.is_some();
        html! {
            form.filters method="get" action=(self.caller.path("/portfolio")) data-autosubmit aria-label=(text::filter_label()) {
                (Self::carried(asked, &["q", "type", "associate", "gap"]))
                label.sr for="filter-q" { (text::account_name()) }
                input #filter-q type="search" name="q" placeholder=(text::account_name()) value=(asked.q.as_deref().unwrap_or_default());
                @for kind in AccountType::ALL {
                    @let number = kind.number().to_string();
                    label.chip title=(kind.label()) {
                        input type="checkbox" name="type" value=(number)
                            checked[asked.r#type.as_deref().is_some_and(|types| types.split(',').any(|t| t == number))];
                        (text::type_chip(&number))
                    }
                }
                label.sr for="filter-associate" { (text::sales_associate()) }
                select #filter-associate name="associate" {
                    option value="" { (text::every_associate()) }
                    @for name in &report.people { option selected[name == associate] { (name) } }
                }
                label.chip { input type="checkbox" name="gap" value="1" checked[asked.gap.is_some()]; (text::with_gap()) }
                button { (text::filter()) }
                @if filtered { a.button.quiet href=(self.address("/portfolio", &asked.past(), &[])) { (text::clear()) } }
            }
        }
    }

    fn sheet(&self, report: &Report, asked: &Asked, sort: Sort) -> Markup {
        // Whatever comes back later has the totals of the same filter.
        let of_view = [("cursor", None)];
        html! {
            table id=[report.grouped.is_none().then_some("sheet")] .sheet aria-label=(text::title()) data-cells-url=(self.address("/portfolio/cells", asked, &of_view))
                data-rows-url=(self.address("/portfolio/rows", asked, &of_view)) data-csrf=(self.caller.csrf())
                data-text-read-only=(text::read_only()) data-text-cleared=(text::cleared()) data-text-signed-out=(text::signed_out()) data-text-pasted=(text::pasted())
                data-text-copied=(text::copied()) data-text-undone=(text::undone()) data-text-redone=(text::redone())
                data-text-nothing-undo=(text::nothing_to_undo()) data-text-conflict=(text::conflict())
                data-text-offline=(text::offline()) data-text-retry=(text::retry())
                data-text-refused-many=(text::refused_many()) data-text-fixed=(text::fixed()) {
                thead { tr {
                    @let (left, right) = self.columns.sides();
                    @for key in left { (self.column_head(*key, asked, sort)) }
                    @for course in self.columns.courses() { (self.course_head(*course)) }
                    @for key in right { (self.column_head(*key, asked, sort)) }
                    @for field in self.columns.own() { (self.own_head(field, asked, sort)) }
                } }
                @if report.grouped.is_some() { (self.grouped_body(report, asked)) }
                @else { tbody { @for line in &report.lines { (self.row(line)) } } }
                (self.foot(&report.totals))
            }
        }
    }

    fn column_head(&self, key: SortKey, asked: &Asked, sort: Sort) -> Markup {
        let class = match key {
            SortKey::Type | SortKey::Step(_) => Some("c"),
            SortKey::EndOn | SortKey::Progress | SortKey::Since => Some("n"),
            key if in_currency(key) => Some("n"),
            _ => None,
        };
        let heads = self.heads.templates.default();
        let (word, words) = (sort_word(key, heads), text::column(key, heads));
        self.head(word, words, class, in_currency(key), sort.key == key, (asked, sort))
    }

    fn own_head(&self, field: &Field, asked: &Asked, sort: Sort) -> Markup {
        let class = matches!(field.kind, Kind::Date | Kind::Money | Kind::Number).then_some("n");
        let is_current = asked.sort.as_deref().is_some_and(|sort| sort.trim_start_matches('-') == field.word());
        self.head(&field.word(), &field.name, class, field.kind == Kind::Money, is_current, (asked, sort))
    }

    fn head(
        &self,
        word: &str,
        words: &str,
        class: Option<&str>,
        is_money: bool,
        is_current: bool,
        (asked, sort): (&Asked, Sort),
    ) -> Markup {
        let direction = if sort.descending { "descending" } else { "ascending" };
        let next = if is_current && !sort.descending { format!("-{word}") } else { word.to_owned() };
        let address = self.address("/portfolio", asked, &[("sort", Some(&next)), ("cursor", None)]);
        html! {
            th scope="col" class=[class] aria-sort=[is_current.then_some(direction)] {
                a href=(address) { (words) }
                @if is_money { " " small { (self.heads.currency.code()) } }
            }
        }
    }

    /// An address of the report with some of its words replaced.
    pub(super) fn address(&self, path: &str, asked: &Asked, replaced: &[(&str, Option<&str>)]) -> String {
        let named = [("open", &asked.open), ("of", &asked.of), ("cursor", &asked.cursor)];
        let named = named.into_iter().filter_map(|(word, value)| value.as_deref().map(|value| (word, value)));
        let mut words: Vec<(&str, &str)> = asked.pairs();
        words.extend(asked.past_pairs());
        words.extend(named);
        words.retain(|(word, _)| !replaced.iter().any(|(replaced, _)| replaced == word));
        words.extend(replaced.iter().filter_map(|(word, value)| value.map(|value| (*word, value))));
        let query = serde_urlencoded::to_string(words).unwrap_or_default();
        self.caller.path(&if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
    }

    fn pager(&self, report: &Report, asked: &Asked) -> Markup {
        html! {
            @if report.next_cursor.is_some() || asked.cursor.is_some() {
                nav.pager aria-label=(text::pages()) {
                    @if asked.cursor.is_some() {
                        a.button rel="first" href=(self.address("/portfolio", asked, &[("cursor", None)])) { (words::previous()) }
                    }
                    @if let Some(cursor) = &report.next_cursor {
                        a.button rel="next" href=(self.address("/portfolio", asked, &[("cursor", Some(cursor))])) { (words::next()) }
                    }
                }
            }
        }
    }
}

/// The currency stands in the head of these columns, once.
pub(super) fn in_currency(key: SortKey) -> bool {
    matches!(key, SortKey::ArrLastYear | SortKey::ArrDeltaTarget | SortKey::ArrYtd)
}
