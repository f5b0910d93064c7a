//! The money of an account: the fiscal year and its target, the contracts and their dated amendments.

use axum::extract::State;
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::currency::Currency;
use mainstay_rules::field::FieldError;
use mainstay_rules::ledger::{Amendment, arr_on};
use mainstay_rules::limits::{NAME_CHARS_MAX, NOTE_CHARS_MAX};
use mainstay_rules::money::{self, format_amount};
use mainstay_rules::progress::fiscal_year;
use maud::{Markup, html};
use uuid::Uuid;

use super::{Heading, MoneyForm, Tab, frame as account_frame, path, scope_names};
use crate::account::Account;
use crate::account::api::{Used, last_day, notice_by, used};
use crate::account::store::{self, Contract, Judgement, StoredAmendment, StoredMovement};
use crate::app::App;
use crate::corridor::access::{Guarded, Readable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame;
use crate::corridor::frame_form::{Field, notice_bad};
use crate::text::{account as text, frame as words, scope as scope_text, signed};

/// Characters of an amount as typed.
const AMOUNT_CHARS_MAX: usize = 20;

/// One of the page's forms, which comes back open when something in it is not acceptable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    None,
    Target,
    Contract,
    Amendment(Uuid),
    /// Name, notice and renewal of a contract.
    Terms(Uuid),
    /// The kind of a movement.
    Judgement(Uuid, Date),
    Usage,
}

/// What was typed, in which form, and what is wrong with it.
pub struct Typed<'a> {
    pub form: Form,
    pub fields: &'a MoneyForm,
    pub errors: &'a [FieldError],
}

impl Typed<'_> {
    pub(super) fn of(&self, form: Form) -> (MoneyForm, &[FieldError]) {
        if self.form == form { (self.fields.clone(), self.errors) } else { (MoneyForm::default(), &[]) }
    }
}

/// What the page shows.
pub(super) struct Shown {
    pub account: Account,
    pub heading: Heading,
    pub contracts: Vec<Contract>,
    pub stored: Vec<StoredAmendment>,
    /// In the workspace's currency.
    pub ledger: Vec<Amendment>,
    pub movements: Vec<StoredMovement>,
    pub judgements: Vec<Judgement>,
    pub used: Used,
    /// Ids and whole names of the living scopes.
    pub scopes: Vec<(String, String)>,
}

fn find(tx: &mut Tx<'_>, caller: &Caller, id: Uuid, today: Date) -> Result<Shown, Fault> {
    let workspace = caller.workspace.id;
    let stored = store::amendments(tx, workspace, id)?;
    let rates = store::rates_for(tx, &caller.workspace, &stored, today)?;
    Ok(Shown {
        ledger: store::in_home_currency(&stored, &rates)?,
        movements: store::account_movements(tx, workspace, id)?,
        judgements: store::judgements(tx, workspace, id)?,
        used: used(tx, &caller.workspace, id, today)?,
        account: store::account(tx, workspace, id, caller.user)?.ok_or_else(Fault::not_found)?,
        heading: crate::app::heading(tx, workspace, id, today)?,
        contracts: store::contracts(tx, workspace, id)?,
        stored,
        scopes: scope_names(&store::scopes(tx, workspace, id)?),
    })
}

/// `GET /w/{workspace}/accounts/{account}/money`
pub async fn money(State(app): State<App>, account: Readable<Account>) -> Result<Markup, Fault> {
    let typed = Typed { form: Form::None, fields: &MoneyForm::default(), errors: &[] };
    page(&app, &account.caller, account.id, &typed).await
}

pub async fn page(app: &App, caller: &Caller, id: Uuid, typed: &Typed<'_>) -> Result<Markup, Fault> {
    let (today, asking) = (caller.today(app), caller.clone());
    let shown = app.db.read(Scope::Workspace(caller.workspace.id), move |tx| find(tx, &asking, id, today)).await?;
    let view = View { caller, shown: &shown, typed, writable: shown.account.writable(caller) };
    let body = html! { (view.year()) (view.contracts()) (view.movements()) (view.usage()) };
    Ok(account_frame(caller, &shown.account, &shown.heading, Tab::Money, &body))
}

/// Who looks at what.
pub(super) struct View<'a> {
    pub caller: &'a Caller,
    pub shown: &'a Shown,
    pub typed: &'a Typed<'a>,
    pub writable: bool,
}

impl View<'_> {
    pub(super) fn money(&self, minor: i64) -> Markup {
        let currency = self.caller.workspace.currency;
        html! { span title=(money::exact(minor, currency)) { (money::short(minor, currency)) } }
    }

    fn fiscal_year(&self) -> i64 {
        i64::from(fiscal_year(self.shown.heading.today, self.caller.workspace.fiscal_year_start_month))
    }

    fn year(&self) -> Markup {
        let heading = &self.shown.heading;
        let currency = self.caller.workspace.currency;
        html! {
            section.section aria-labelledby="year-head" {
                h2 #year-head { (text::fiscal_year(self.fiscal_year())) }
                dl.facts {
                    div { dt { (text::last_year_arr()) } dd { (self.money(heading.arr_last_year)) } }
                    div { dt { (text::arr_now()) } dd { (self.money(heading.arr_now)) } }
                    div {
                        dt { (text::delta_target()) }
                        dd { @match heading.delta_target { Some(minor) => (self.money(minor)), None => (text::none()) } }
                    }
                    div { dt { (text::progress()) } dd { (text::progress_words(heading.progress(), currency)) } }
                    (self.ends())
                }
                @if self.writable { (self.target_form()) }
            }
        }
    }

    fn target_form(&self) -> Markup {
        let (form, errors) = self.typed.of(Form::Target);
        let currency = self.caller.workspace.currency;
        let target = self.shown.heading.delta_target;
        let open = self.typed.form == Form::Target;
        let value = if open { form.delta } else { target.map(|m| format_amount(m, currency)).unwrap_or_default() };
        html! {
            details.fold #target open[open] {
                summary { (if target.is_some() { text::change_target() } else { text::set_target() }) }
                form.form method="post" action=(path(self.caller, &self.shown.account, "/target")) {
                    (frame::csrf(self.caller))
                    (Field::text("delta", &text::wanted_increase(self.fiscal_year(), currency), &value)
                        .max(AMOUNT_CHARS_MAX).hint(text::target_hint()).show(errors))
                    div.row { button.primary { (text::save_target()) } }
                }
            }
        }
    }

    fn contracts(&self) -> Markup {
        html! {
            section.section aria-labelledby="contracts-head" {
                h2 #contracts-head { (text::contracts()) }
                @if self.shown.contracts.is_empty() { p.soft { (text::no_contracts()) } }
                @for contract in &self.shown.contracts { (self.contract(contract)) }
                @if self.writable { (self.contract_form()) }
            }
        }
    }

    fn contract(&self, contract: &Contract) -> Markup {
        let own: Vec<&StoredAmendment> =
            self.shown.stored.iter().filter(|one| one.amendment.contract == contract.id).collect();
        let rows: Vec<Amendment> = own.iter().map(|one| one.amendment).collect();
        let head = format!("contract-{}", contract.id);
        html! {
            article.contract.stack aria-labelledby=(head) {
                header { h3 id=(head) { (contract.name) } span.soft { (self.summary(contract, &rows)) } }
                @if own.is_empty() { p.soft { (text::withdrawn_all()) } }
                @else {
                    div.table-box tabindex="0" role="group" aria-label=(text::amendments()) {
                        table.table {
                            caption.sr { (text::amendments_what()) }
                            (self.columns())
                            tbody { @for one in &own { (self.amendment(contract, one, &rows)) } }
                        }
                    }
                }
                (self.scope_of(contract))
                @if self.writable { (self.amendment_form(contract)) (self.terms_form(contract)) }
            }
        }
    }

    /// The part of the account that the contract belongs to, where there are parts.
    fn scope_of(&self, contract: &Contract) -> Markup {
        let named = contract.scope_id.map(|id| id.to_string()).unwrap_or_default();
        let id = format!("scope-of-{}", contract.id);
        html! {
            @if self.shown.scopes.is_empty() {}
            @else if self.writable {
                form.row method="post" action=(path(self.caller, &self.shown.account, &format!("/contracts/{}/scope", contract.id))) {
                    (frame::csrf(self.caller))
                    label for=(id) { (scope_text::contract_scope()) }
                    select id=(id) name="scope_id" {
                        option value="" { (scope_text::the_account()) }
                        @for (scope, name) in &self.shown.scopes { option value=(scope) selected[*scope == named] { (name) } }
                    }
                    button.small { (scope_text::assign_button()) span.sr { ": " (contract.name) } }
                }
            } @else if let Some((_, name)) = self.shown.scopes.iter().find(|(scope, _)| *scope == named) {
                p.soft { (scope_text::contract_scope()) ": " (name) }
            }
        }
    }

    /// "EUR 1.7M until 12 Apr 2027": what the contract brings today and until when.
    fn summary(&self, contract: &Contract, rows: &[Amendment]) -> String {
        let Some(last) = rows.last() else { return String::new() };
        let today = self.shown.heading.today;
        let until = last.end_on.map(last_day);
        match until {
            Some(day) if day < today => text::ended(&words::day(day)),
            until => {
                let arr = money::short(arr_on(rows, today), self.currency_of(contract));
                let said = text::contract_summary(&arr, until.map(words::day).as_deref());
                let notice = notice_by(contract, rows).map(|by| text::notice_by(&words::day(by), by < today));
                let renews = contract.auto_renew.then(|| text::renews().to_owned());
                [Some(said), notice, renews].into_iter().flatten().collect::<Vec<String>>().join(" · ")
            }
        }
    }

    fn columns(&self) -> Markup {
        html! {
            thead { tr {
                th scope="col" { (text::from()) }
                th scope="col" { (text::until()) }
                th.number scope="col" { (text::arr()) }
                th.number scope="col" { (text::change()) }
                th scope="col" { (text::note()) }
                th scope="col" { (text::recorded()) }
                @if self.writable { th scope="col" { span.sr { (text::actions()) } } }
            } }
        }
    }

    fn amendment(&self, contract: &Contract, one: &StoredAmendment, rows: &[Amendment]) -> Markup {
        let row = &one.amendment;
        let currency = one.currency;
        let eve = row.start_on.yesterday().unwrap_or(row.start_on);
        let change = arr_on(rows, row.start_on).saturating_sub(arr_on(rows, eve));
        let recorded = words::day(self.caller.workspace.day_of(row.recorded_at));
        html! {
            tr {
                td.nowrap { (words::day(row.start_on)) }
                td.nowrap { @match row.end_on { Some(end) => (words::day(last_day(end))), None => (text::none()) } }
                td.number title=(money::exact(row.arr_minor, currency)) { (money::short(row.arr_minor, currency)) }
                td.number title=(money::exact(change, currency)) { (signed::in_currency(change, currency)) }
                td.words { @if one.is_price { span.tag { (text::price_tag()) } " " } (one.note) }
                td.soft { (text::recorded_by(&one.recorder, &recorded)) }
                @if self.writable {
                    @let action = format!("/contracts/{}/amendments/{}/withdraw", contract.id, one.id);
                    td.actions {
                        form method="post" action=(path(self.caller, &self.shown.account, &action)) {
                            (frame::csrf(self.caller))
                            button.small.quiet {
                                (text::withdraw())
                                span.sr { (text::withdraw_from(&words::day(row.start_on))) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn amendment_form(&self, contract: &Contract) -> Markup {
        let place = Form::Amendment(contract.id);
        let (form, errors) = self.typed.of(place);
        let action = format!("/contracts/{}/amendments", contract.id);
        html! {
            details.fold id=(format!("amend-{}", contract.id)) open[self.typed.form == place] {
                summary { (text::add_amendment()) span.sr { ": " (contract.name) } }
                form.form method="post" action=(path(self.caller, &self.shown.account, &action)) {
                    (frame::csrf(self.caller))
                    @for error in on_the_whole(errors) { (notice_bad(&error.message)) }
                    p.soft { (text::amendment_what()) }
                    (Self::amendment_fields(&contract.id.to_string(), &form, errors, self.currency_of(contract)))
                    label.check {
                        input type="checkbox" name="is_price" value="1" checked[!form.is_price.is_empty()];
                        span { (text::is_price()) }
                    }
                    div.row { button.primary { (text::amendment_button()) } }
                }
            }
        }
    }

    fn contract_form(&self) -> Markup {
        let (form, errors) = self.typed.of(Form::Contract);
        html! {
            details.fold #new-contract open[self.typed.form == Form::Contract] {
                summary { (text::add_contract()) }
                form.form method="post" action=(path(self.caller, &self.shown.account, "/contracts")) {
                    (frame::csrf(self.caller))
                    @for error in on_the_whole(errors) { (notice_bad(&error.message)) }
                    div.pair {
                        (Field::text("name", text::contract_name(), &form.name).id("new-name").required()
                            .max(NAME_CHARS_MAX).show(errors))
                        (Field::text("external_id", text::external_id(), &form.external_id).id("new-external-id").show(errors))
                    }
                    (Self::amendment_fields("new", &form, errors, self.caller.workspace.currency))
                    (self.terms_fields("new", &form, errors, true))
                    div.row { button.primary { (text::contract_button()) } }
                }
            }
        }
    }

    fn amendment_fields(prefix: &str, form: &MoneyForm, errors: &[FieldError], usual: Currency) -> Markup {
        let id = |name: &str| format!("{prefix}-{name}");
        html! {
            div.pair {
                (Field::text("start", text::from(), &form.start).id(&id("start")).kind("date", "off").required().show(errors))
                (Field::text("end", text::until(), &form.end).id(&id("end")).kind("date", "off").hint(text::until_hint()).show(errors))
            }
            div.pair {
                (Field::text("arr", text::arr_a_year(), &form.arr).id(&id("arr")).required().max(AMOUNT_CHARS_MAX)
                    .hint(&text::arr_hint(usual)).show(errors))
                (Field::text("note", text::note(), &form.note).id(&id("note")).max(NOTE_CHARS_MAX).show(errors))
            }
        }
    }
}

fn on_the_whole(errors: &[FieldError]) -> impl Iterator<Item = &FieldError> {
    errors.iter().filter(|error| error.pointer.is_empty())
}
