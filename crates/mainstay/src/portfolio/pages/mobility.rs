//! The mobility list as a page: who rises, who falls, why, and the way to another type.

use axum::extract::State;
use jiff::civil::Date;
use mainstay_db::Scope;
use mainstay_rules::mobility::Direction;
use mainstay_rules::money;
use maud::{Markup, html};

use super::tabs::{Tab, tabs};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::portfolio::api::{Mover, compared_with, movers};
use crate::scorecard::pages::chip;
use crate::text::portfolio_mobility as text;
use crate::text::{frame as words, portfolio, signed};

/// `GET /w/{workspace}/portfolio/mobility`
pub async fn show(State(app): State<App>, caller: Allowed<Read>) -> Result<Markup, Fault> {
    let (today, acting) = (caller.today(&app), caller.into_caller());
    let asking = acting.clone();
    let movers = app.db.read(Scope::Workspace(acting.workspace.id), move |tx| movers(tx, &asking, today)).await?;
    let view = View { caller: &acting, today };
    let of =
        |direction: Direction| -> Vec<&Mover> { movers.iter().filter(|mover| mover.direction == direction).collect() };
    let body = html! {
        div.page-head { div { h1 { (portfolio::title()) } p { (text::what(&words::day(compared_with(today)))) } } }
        (tabs(&acting, Tab::Mobility))
        @if movers.is_empty() {
            section.empty aria-labelledby="none-head" { h2 #none-head { (text::nobody()) } p { (text::nobody_what()) } }
        }
        (view.list("rise", text::rise(), text::rise_what(), &of(Direction::Rises)))
        (view.list("fall", text::fall(), text::fall_what(), &of(Direction::Falls)))
    };
    Ok(frame::page(&acting, Menu::Portfolio, text::title(), &body))
}

/// Who looks, and on which day.
struct View<'a> {
    caller: &'a Caller,
    today: Date,
}

impl View<'_> {
    fn list(&self, id: &str, title: &str, what: &str, movers: &[&Mover]) -> Markup {
        let head = format!("{id}-head");
        html! {
            @if !movers.is_empty() {
                section.stack aria-labelledby=(head) {
                    div { h2 id=(head) { (title) } p.soft { (what) } }
                    div.table-box tabindex="0" role="group" aria-labelledby=(head) {
                        table.table {
                            thead { tr {
                                th scope="col" { (text::account()) }
                                th scope="col" { (text::kind()) }
                                th scope="col" { (text::associate()) }
                                th.number scope="col" { (text::before()) }
                                th.number scope="col" { (text::now()) }
                                th.number scope="col" { (text::change()) }
                                th.number scope="col" { (text::arr()) }
                                th scope="col" { span.sr { (text::actions()) } }
                            } }
                            tbody { @for mover in movers { (self.row(mover)) } }
                        }
                    }
                }
            }
        }
    }

    fn row(&self, mover: &Mover) -> Markup {
        let line = &mover.line;
        let page = self.caller.path(&format!("/accounts/{}", line.account_id));
        let why = format!("{page}/explain/overall?from={}&to={}", compared_with(self.today), self.today);
        let currency = self.caller.workspace.currency;
        html! {
            tr {
                th scope="row" { a href=(page) { (line.name) } }
                td.nowrap title=(line.account_type.meaning()) { (line.account_type.number()) " → " b { (mover.suggested.number()) } "?" }
                td { (line.associate) }
                td.number { (chip(Some(mover.before), false)) }
                td.number { (chip(Some(mover.now()), false)) }
                td.number { a href=(why) { (signed::score(mover.change())) } }
                td.number title=(money::exact(line.arr_now, currency)) { (money::short(line.arr_now, currency)) }
                td.actions { a.button.small data-dialog href=(format!("{page}/type")) { (text::change_type()) span.sr { " " (line.name) } } }
            }
        }
    }
}
