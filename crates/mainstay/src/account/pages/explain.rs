//! The page that opens a number about money: how it is worked out, and from which contracts.

use mainstay_db::Scope;
use mainstay_rules::money;
use maud::{Markup, html};

use super::{Heading, Tab, frame as account_frame, path};
use crate::account::Account;
use crate::account::api::{MoneyExplained, MoneyFigure, MoneyPart, explain_money};
use crate::app::App;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::text::{account_explain as text, explain as words_of_explain, frame as words};

/// What the address of an explanation shows when it names a number about money.
pub async fn money_explanation(
    app: &App,
    caller: &Caller,
    account: &Account,
    figure: MoneyFigure,
) -> Result<Markup, Fault> {
    let (asking, of, today) = (caller.clone(), account.clone(), caller.today(app));
    let read = app.db.read(Scope::Workspace(caller.workspace.id), move |tx| {
        let heading: Heading = crate::app::heading(tx, asking.workspace.id, of.id, today)?;
        Ok::<_, Fault>((heading, explain_money(tx, &asking.workspace, &of, figure, today)?))
    });
    let (heading, explained) = read.await?;
    let body = View { caller, account, explained: &explained }.page();
    Ok(account_frame(caller, account, &heading, Tab::Money, &body))
}

struct View<'a> {
    caller: &'a Caller,
    account: &'a Account,
    explained: &'a MoneyExplained,
}

impl View<'_> {
    fn page(&self) -> Markup {
        let (explained, home) = (self.explained, self.caller.workspace.currency);
        html! {
            section.stack.explain aria-labelledby="explain-head" {
                div.row.between {
                    h2 #explain-head { (words_of_explain::title(text::name(explained.figure))) }
                    a href=(path(self.caller, self.account, "/money")) { (text::back()) }
                }
                div.panel.answer {
                    b.figure { (text::value(explained.value, home)) }
                    div {
                        p { (text::formula(explained, home)) }
                        p.soft { (text::source(explained)) }
                    }
                }
                (self.parts())
            }
        }
    }

    fn parts(&self) -> Markup {
        let parts = &self.explained.parts;
        let sums = parts.iter().all(|part| matches!(part, MoneyPart::Contract { .. }));
        let sum: i64 = parts.iter().filter_map(MoneyPart::minor).sum();
        html! {
            section aria-labelledby="inputs-head" {
                h3 #inputs-head { (words_of_explain::inputs()) }
                @if parts.is_empty() { p.soft { (text::nothing_behind()) } }
                @else {
                    div.table-box tabindex="0" role="group" aria-labelledby="inputs-head" {
                        table.table {
                            thead { tr {
                                th scope="col" { (text::input()) }
                                th.number scope="col" { (text::amount()) }
                                th scope="col" { (text::counts_from()) }
                                th scope="col" { (text::recorded()) }
                                th scope="col" { (text::by()) }
                                th scope="col" { (text::note()) }
                            } }
                            tbody { @for part in parts { (self.part(part)) } }
                            @if sums && parts.len() > 1 {
                                tfoot { tr { th scope="row" { (text::sum()) } td.number { (self.money(sum)) } td {} td {} td {} td {} } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn money(&self, minor: i64) -> String {
        money::exact(minor, self.caller.workspace.currency)
    }

    fn part(&self, part: &MoneyPart) -> Markup {
        let original = part.original(self.caller.workspace.currency);
        html! {
            tr {
                th scope="row" { (self.name(part)) }
                td.number {
                    @if let Some(minor) = part.minor() { (self.money(minor)) }
                    @if let (Some((minor, currency)), MoneyPart::Contract { rate, rate_year: Some(year), .. }) = (original, part) {
                        br; small.soft { (text::converted(&money::exact(minor, currency), &rate.decimal(), *year)) }
                    }
                }
                td { (days(part)) }
                (self.who(part))
            }
        }
    }

    fn name(&self, part: &MoneyPart) -> Markup {
        let link = match part {
            MoneyPart::Contract { contract, .. } => {
                path(self.caller, self.account, &format!("/money#contract-{contract}"))
            }
            MoneyPart::Figure { figure, .. } => path(self.caller, self.account, &format!("/explain/{}", figure.word())),
            MoneyPart::Typed { .. } => return html! { (text::typed()) },
        };
        html! { a href=(link) { (text::part_name(part)) } }
    }

    fn who(&self, part: &MoneyPart) -> Markup {
        let (at, by, note) = match part {
            MoneyPart::Contract { amendment, .. } => {
                (Some(amendment.amendment.recorded_at), amendment.recorder.as_str(), amendment.note.as_str())
            }
            MoneyPart::Typed { at, by, .. } => (*at, by.as_str(), ""),
            MoneyPart::Figure { .. } => (None, "", ""),
        };
        html! {
            td.nowrap {
                @if let Some(at) = at {
                    time datetime=(at) title=(words::moment(at, &self.caller.workspace.zone)) {
                        (words::day(self.caller.workspace.day_of(at)))
                    }
                }
            }
            td { (by) }
            td.words { (note) }
        }
    }
}

/// From and until when it counts.
fn days(part: &MoneyPart) -> Markup {
    html! {
        @match part {
            MoneyPart::Contract { amendment, .. } => {
                span.nowrap { (words::day(amendment.amendment.start_on)) } " " (text::counts_until()) " "
                span.nowrap { @match part.until() { Some(day) => (words::day(day)), None => (text::open_end()) } }
            }
            MoneyPart::Typed { day: Some(day), .. } => (words::day(*day)),
            MoneyPart::Figure { .. } | MoneyPart::Typed { .. } => {}
        }
    }
}
