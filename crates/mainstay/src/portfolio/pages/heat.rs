//! Heat by type and tenure: how accounts of a kind stand, and how many they are.

use axum::extract::{RawQuery, State};
use mainstay_db::Scope;
use mainstay_rules::account::AccountType;
use maud::{Markup, html};

use super::tabs::{Tab, tabs};
use super::{Heads, View, heads};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::portfolio::api::{Asked, Columns, heat, tenure};
use crate::portfolio::store::{Group, TENURE_MONTHS};
use crate::text::portfolio_view as text;

/// `GET /w/{workspace}/portfolio/heat`
pub async fn show(State(app): State<App>, caller: Allowed<Read>, RawQuery(query): RawQuery) -> Result<Markup, Fault> {
    let asked = Asked::of_query(query.as_deref().unwrap_or_default());
    let past = asked.past();
    let (workspace, today, viewer) = (caller.workspace.id, caller.today(&app), caller.into_caller());
    let (acting, frame) = (viewer.clone(), asked.frame(today)?);
    let (heads, groups) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let heads: Heads = heads(tx, &acting.workspace, frame, today)?;
            let known = heads.known();
            let filter = asked.filter(&acting, &known)?;
            let groups = heat(tx, (workspace, frame), &filter, &known)?;
            Ok::<_, Fault>((heads, groups))
        })
        .await?;
    let columns = Columns::chosen(None, heads.templates.default(), &heads.fields)?;
    let view = heads.view(&viewer, &columns);
    let body = html! {
        div.page-head { div { h1 { (crate::text::portfolio::title()) } p { (text::heat_what()) } } }
        (tabs(&viewer, Tab::Heat))
        (view.time("/portfolio/heat", &past, today))
        (view.past_notice())
        (view.heat(&groups, &past))
    };
    Ok(frame::page(&viewer, Menu::Portfolio, text::heat(), &body))
}

/// The months with which the bands begin, as groups name them; the last is for accounts without a contract.
fn bands() -> Vec<String> {
    let begins = TENURE_MONTHS.map(|months| months.to_string());
    ["0".to_owned()].into_iter().chain(begins).chain([String::new()]).collect()
}

impl View<'_> {
    fn heat(&self, groups: &[Group], past: &Asked) -> Markup {
        let of = |kind: i64, band: &str| {
            let wanted = format!("{kind}/{band}");
            groups.iter().find(|group| group.key.as_deref() == Some(&wanted)).filter(|group| group.totals.accounts > 0)
        };
        let bands: Vec<String> = bands()
            .into_iter()
            .filter(|band| !band.is_empty() || (1..=4).any(|kind| of(kind, band).is_some()))
            .collect();
        html! {
            div.table-box tabindex="0" role="group" aria-label=(text::heat()) { table.table.heat {
                thead { tr {
                    th scope="col" { (text::type_word()) }
                    @for band in &bands { th scope="col" { (text::tenure(band)) } }
                } }
                tbody { @for kind in AccountType::ALL {
                    tr {
                        th scope="row" { (text::type_of(&kind.number().to_string())) " " small.soft { (crate::text::account::type_words(kind)) } }
                        @for band in &bands { td { (self.heat_cell(kind.number(), band, of(kind.number(), band), past)) } }
                    }
                } }
            } }
        }
    }

    fn heat_cell(&self, kind: i64, band: &str, group: Option<&Group>, past: &Asked) -> Markup {
        let Some(group) = group else { return html! { span.soft { "–" span.sr { (text::heat_none()) } } } };
        let asked = Asked { r#type: Some(kind.to_string()), ..past.clone() };
        html! {
            a.heat-cell href=(self.of_group(&asked, "tenure", tenure(band))) {
                (Self::mean_chip(&group.totals)) " " span { (text::so_many_accounts(group.totals.accounts)) }
            }
        }
    }
}
