//! ARR between two days as a page: the bridge, retention with its formulas, concentration, and every movement.

use axum::extract::{Query, State};
use jiff::civil::Date;
use mainstay_db::Scope;
use mainstay_rules::ledger::{Bridge, MovementKind, fraction};
use mainstay_rules::money;
use mainstay_rules::progress::{last_year_end, year_start};
use maud::{Markup, html};

use super::tabs::{Tab, tabs};
use super::waterfall::{Step, waterfall};
use crate::account::pages::kind_tag;
use crate::account::store::{ListedMovement, MovementPlace, Rates};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::corridor::frame_form::{Field, notice_bad};
use crate::corridor::list::List;
use crate::portfolio::api::arr::{MovementsAsked, amount_of, span};
use crate::portfolio::store::{Arr, Span};
use crate::text::{arr as text, frame as words, signed};

/// Movements of one page.
const PAGE_ROWS: i64 = 100;
/// Before every contract.
const EARLIEST: Date = jiff::civil::date(1990, 1, 1);

/// What is shown.
struct Shown {
    arr: Arr,
    movements: List<ListedMovement>,
    rates: Rates,
}

/// `GET /w/{workspace}/portfolio/arr`
pub async fn show(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(asked): Query<MovementsAsked>,
) -> Result<Markup, Fault> {
    let today = caller.today(&app);
    // A day that cannot be read brings the usual days and says so.
    let (days, fault) = match span(&caller, today, asked.from.as_ref(), asked.to.as_ref()) {
        Ok(days) => (days, None),
        Err(fault) => (span(&caller, today, None, None)?, Some(fault)),
    };
    let (wanted, part) = asked.wanted()?;
    let after: Option<MovementPlace> = asked.paging().after()?;
    let reading = days.clone();
    let shown = app
        .db
        .read(Scope::Workspace(caller.workspace.id), move |tx| {
            let arr = reading.report(tx)?;
            let (found, rates) = reading.movements(tx, &wanted, part, after.as_ref(), PAGE_ROWS + 1)?;
            let movements = List::page(found, PAGE_ROWS, MovementPlace::of)?;
            Ok::<_, Fault>(Shown { arr, movements, rates })
        })
        .await?;
    let view = View { caller: &caller, asked: &asked, days: &days, today };
    Ok(frame::page(&caller, Menu::Portfolio, text::title(), &view.page(&shown, fault.as_ref())))
}

/// Who looks at which days.
struct View<'a> {
    caller: &'a Caller,
    asked: &'a MovementsAsked,
    days: &'a Span,
    today: Date,
}

impl View<'_> {
    fn page(&self, shown: &Shown, fault: Option<&Fault>) -> Markup {
        let bridge = &shown.arr.bridge;
        let is_empty = shown.arr.covered == 0;
        html! {
            div.page-head { div { h1 { (text::title()) } p { (self.summary(&shown.arr)) } } }
            (tabs(self.caller, Tab::Arr))
            (self.period())
            @if let Some(fault) = fault { (notice_bad(&fault.detail)) }
            @if is_empty && shown.movements.data.is_empty() { (self.nothing_yet()) }
            @else {
                (self.bridge(bridge))
                (self.retention(bridge))
                (self.concentration(&shown.arr))
                (self.movements(shown))
            }
        }
    }

    fn summary(&self, arr: &Arr) -> String {
        let (from, to) = (words::day(self.days.from), words::day(self.days.to));
        text::summary(&from, &to, arr.covered, arr.bridge.accounts_end)
    }

    fn money(&self, minor: i64) -> Markup {
        let currency = self.caller.workspace.currency;
        html! { span title=(money::exact(minor, currency)) { (money::short(minor, currency)) } }
    }

    /// The page's address with other words in it.
    fn address(&self, from: Date, to: Date, more: &[(&str, &str)]) -> String {
        let (from, to) = (from.to_string(), to.to_string());
        let mut pairs = vec![("from", from.as_str()), ("to", to.as_str())];
        pairs.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        self.caller.path(&format!("/portfolio/arr?{query}"))
    }

    fn period(&self) -> Markup {
        let (from, to) = (self.days.from.to_string(), self.days.to.to_string());
        html! {
            div.row.between {
                nav.filters aria-label=(text::periods()) {
                    @for (label, from, to) in self.usual_periods() {
                        @let current = from == self.days.from && to == self.days.to;
                        a.chip href=(self.address(from, to, &[])) aria-current=[current.then_some("true")] { (label) }
                    }
                }
                form.row method="get" action=(self.caller.path("/portfolio/arr")) {
                    (Field::text("from", text::from(), &from).kind("date", "off").required().show(&[]))
                    (Field::text("to", text::to(), &to).kind("date", "off").required().show(&[]))
                    button { (text::show()) }
                }
            }
        }
    }

    /// Each from the last day before the period, whose ARR is the opening balance.
    fn usual_periods(&self) -> [(&'static str, Date, Date); 3] {
        let month = self.caller.workspace.fiscal_year_start_month;
        let opening = last_year_end(self.today, month);
        let start = year_start(self.today, month);
        let months = (12 + i32::from(self.today.month()) - i32::from(start.month())) % 12;
        let quarter = start.saturating_add(jiff::Span::new().months(months - months % 3));
        let eve = quarter.yesterday().unwrap_or(quarter);
        [
            (text::this_year(), opening, self.today),
            (text::last_year(), last_year_end(opening, month), opening),
            (text::this_quarter(), eve, self.today),
        ]
    }

    fn nothing_yet(&self) -> Markup {
        html! {
            div.empty {
                h2 { (text::empty_title()) }
                p { (text::empty_what()) }
                a.button.primary href=(self.caller.path("/accounts")) { (text::empty_button()) }
            }
        }
    }

    fn bridge(&self, bridge: &Bridge) -> Markup {
        let steps = steps(bridge);
        let currency = self.caller.workspace.currency;
        html! {
            section.section aria-labelledby="bridge-head" {
                h2 #bridge-head { (text::bridge()) }
                (waterfall(&steps, currency))
                div.table-box tabindex="0" role="group" aria-label=(text::bridge()) { table.table {
                    caption.sr { (text::bridge_what()) }
                    thead { tr { th scope="col" { (text::part()) } th.number scope="col" { (text::amount()) } th scope="col" { (text::what()) } } }
                    tbody { @for step in &steps { tr {
                        th scope="row" { a href=(self.behind(step)) { (step.label) } }
                        td.number { (money::exact(step.amount_minor, currency)) }
                        td.soft {
                            (step.what)
                            @if step.part == "new" && bridge.reactivation_minor > 0 {
                                " " (text::of_it_back(&money::exact(bridge.reactivation_minor, currency)))
                            }
                        }
                    } } }
                } }
            }
        }
    }

    /// The movements behind a part: of a balance all until its day.
    fn behind(&self, step: &Step) -> String {
        let (from, to) = (self.days.from, self.days.to);
        let address = match step.part {
            "start" => self.address(EARLIEST, from, &[]),
            "end" => self.address(EARLIEST, to, &[]),
            "price" => self.address(from, to, &[("kind", "price")]),
            part => self.address(from, to, &[("part", part)]),
        };
        format!("{address}#movements")
    }

    fn retention(&self, bridge: &Bridge) -> Markup {
        let currency = self.caller.workspace.currency;
        let exact = |minor: i64| money::exact(minor, currency);
        let figures = [
            (text::grr(), bridge.grr(), text::grr_what(&exact(bridge.kept_minor), &exact(bridge.start_minor))),
            (text::nrr(), bridge.nrr(), text::nrr_what(&exact(bridge.stayed_minor), &exact(bridge.start_minor))),
            (text::logo_churn(), bridge.logo_churn(), text::logo_churn_what(bridge.lost_logos, bridge.accounts)),
        ];
        html! {
            section.section aria-labelledby="retention-head" {
                h2 #retention-head { (text::retention()) }
                div.figures { @for (label, value, formula) in figures {
                    div.panel {
                        h3 { (label) }
                        p.figure { (percent(value)) }
                        details { summary { (text::formula()) } p.soft { (formula) } }
                    }
                } }
            }
        }
    }

    fn concentration(&self, arr: &Arr) -> Markup {
        let Some(found) = arr.concentration else { return html! {} };
        html! {
            section.section aria-labelledby="concentration-head" {
                h2 #concentration-head { (text::concentration_on(&words::day(self.days.to))) }
                dl.facts {
                    div { dt { (text::top_1()) } dd { (percent(Some(found.top_1))) } }
                    div { dt { (text::top_5()) } dd { (percent(Some(found.top_5))) } }
                    div { dt { abbr title=(text::hhi_what()) { (text::hhi()) } } dd { (text::decimal(found.hhi)) } }
                }
                ol.list { @for one in &arr.largest {
                    li.row.between {
                        a href=(self.caller.path(&format!("/accounts/{}/money", one.id))) { (one.name) }
                        span { (self.money(one.arr_minor)) " " span.soft { (percent(fraction(one.arr_minor, arr.bridge.end_minor))) } }
                    }
                } }
            }
        }
    }

    fn movements(&self, shown: &Shown) -> Markup {
        let kind = self.asked.kind.as_deref().unwrap_or_default();
        let part = self.asked.part.as_deref().unwrap_or_default();
        let account = self.asked.account.as_deref().unwrap_or_default();
        let to = |kind: &str| {
            self.address(self.days.from, self.days.to, &[("part", part), ("kind", kind), ("account", account)])
        };
        html! {
            section.section #movements aria-labelledby="movements-head" {
                h2 #movements-head { (text::movements()) @if !part.is_empty() { ": " (text::part_word(part)) } }
                nav.filters aria-label=(text::kinds()) {
                    a.chip href=(to("")) aria-current=[kind.is_empty().then_some("true")] { (text::every_kind()) }
                    @for one in MovementKind::ALL {
                        a.chip href=(to(one.as_str())) aria-current=[(kind == one.as_str()).then_some("true")] { (text::kind(*one)) }
                    }
                    @if !part.is_empty() || !account.is_empty() {
                        a.button.small.quiet href=(self.address(self.days.from, self.days.to, &[])) { (text::every_account()) }
                    }
                }
                @if shown.movements.data.is_empty() { p.soft { (text::no_movements()) } }
                @else { (self.table(shown)) }
                @if let Some(cursor) = &shown.movements.next_cursor {
                    a href=(self.address(self.days.from, self.days.to,
                        &[("part", part), ("kind", kind), ("account", account), ("cursor", cursor)])) { (text::older()) }
                }
            }
        }
    }

    fn table(&self, shown: &Shown) -> Markup {
        html! {
            div.table-box tabindex="0" role="group" aria-label=(text::movements()) { table.table {
                thead { tr {
                    th scope="col" { (text::day()) }
                    th scope="col" { (text::account()) }
                    th scope="col" { (text::kind_head()) }
                    th.number scope="col" { (text::amount()) }
                    th scope="col" { (text::contract()) }
                } }
                tbody { @for one in &shown.movements.data { (self.movement(one, &shown.rates)) } }
            } }
        }
    }

    fn movement(&self, one: &ListedMovement, rates: &Rates) -> Markup {
        let movement = &one.stored.movement;
        let amount = amount_of(one, rates).unwrap_or_default();
        let currency = self.caller.workspace.currency;
        html! {
            tr {
                td.nowrap { (words::day(movement.on)) }
                th scope="row" { a href=(self.caller.path(&format!("/accounts/{}/money#movements", one.account_id))) { (one.account) } }
                td { (kind_tag(movement.kind)) @if let Some((reason, by)) = &one.decided { br; small.soft { (text::decided(by, reason)) } } }
                td.number title=(money::exact(amount, currency)) { (signed::in_currency(amount, currency)) }
                td.soft { (one.contract) }
            }
        }
    }
}

/// "98.6 %", or a dash where there is nothing to divide by.
fn percent(ten_thousandths: Option<i64>) -> String {
    ten_thousandths.map_or_else(|| "–".to_owned(), text::percent)
}

fn steps(bridge: &Bridge) -> Vec<Step> {
    let step = |label, part, amount_minor, is_balance, what| Step { label, part, amount_minor, is_balance, what };
    vec![
        step(text::start(), "start", bridge.start_minor, true, text::clients(bridge.accounts)),
        step(text::new(), "new", bridge.new_minor, false, text::new_what().to_owned()),
        step(text::expansion(), "expansion", bridge.expansion_minor, false, text::expansion_what().to_owned()),
        step(text::price(), "price", bridge.price_minor, false, text::price_what().to_owned()),
        step(text::contraction(), "contraction", -bridge.contraction_minor, false, text::contraction_what().to_owned()),
        step(text::churn(), "churn", -bridge.churn_minor, false, text::lost(bridge.lost_logos)),
        step(text::end(), "end", bridge.end_minor, true, text::clients(bridge.accounts_end)),
    ]
}
