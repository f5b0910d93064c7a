//! The progress report as JSON: rows, totals, and edits of many cells at once.

pub mod arr;
mod edit;
mod shape;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use mainstay_db::Scope;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::scorecard::{Template, step_number};
use serde::Deserialize;

pub use edit::{EditIn, EditsIn, apply, set_associate};
pub use shape::{MoneyOut, PortfolioOut, RowOut, RowsOut, TotalsOut, mean, progress_of};

use super::store::{self, Filter, Frame, Place, Sort, SortKey};
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::{Paging, seal_cursor};
use crate::corridor::request::Sent;
use crate::scorecard::store::templates;
use crate::text::portfolio as text;

/// What the report is asked for; the page and the API read the same words.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `name`, `associate`, `end_date`, `type`, a step's key, `overall`, `arr_last_year`, `arr_delta_target`, `arr_ytd`,
    /// `progress` or `gap`; `-` in front turns it round. Ties are ordered by name.
    #[param(example = "-overall")]
    pub sort: Option<String>,
    /// Part of the account's name.
    pub q: Option<String>,
    /// Types 1 to 4, separated by commas.
    #[param(example = "1,2")]
    pub r#type: Option<String>,
    /// The sales associate's name.
    pub associate: Option<String>,
    /// `1`: only accounts with a gap.
    pub gap: Option<String>,
    /// `1`: the archived accounts instead of the others.
    pub archived: Option<String>,
    /// How many rows, 1 to 200.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

fn bad(pointer: &str, message: String) -> Fault {
    Fault::field(FieldError { pointer: pointer.to_owned(), code: FieldCode::Unknown, message })
}

/// The word of each order, in the report's order of columns.
pub fn sort_word(key: SortKey, heads: &Template) -> &str {
    match key {
        SortKey::Name => "name",
        SortKey::Associate => "associate",
        SortKey::EndOn => "end_date",
        SortKey::Type => "type",
        SortKey::Step(index) => heads.steps.get(usize::from(index)).map_or("", |step| step.key.as_str()),
        SortKey::Overall => "overall",
        SortKey::ArrLastYear => "arr_last_year",
        SortKey::ArrDeltaTarget => "arr_delta_target",
        SortKey::ArrYtd => "arr_ytd",
        SortKey::Progress => "progress",
        SortKey::Gap => "gap",
    }
}

impl Asked {
    /// `heads` is the default template: its steps' keys are words of the report, beside `step_1` to `step_5`.
    pub fn sort(&self, heads: &Template) -> Result<Sort, Fault> {
        let text = self.sort.as_deref().filter(|text| !text.is_empty()).unwrap_or("name");
        // "-overall,name": ties are ordered by name anyway, so only that second word can follow.
        let text = text.strip_suffix(",name").unwrap_or(text);
        let (word, descending) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
        let numbered = step_number(word).and_then(|index| u8::try_from(index).ok()).map(SortKey::Step);
        let named = || SortKey::ALL.into_iter().find(|key| sort_word(*key, heads) == word);
        let key = numbered.or_else(named).ok_or_else(|| {
            let words: Vec<&str> = SortKey::ALL.into_iter().map(|key| sort_word(key, heads)).collect();
            bad("/sort", format!("sort is one of {}, with - in front to turn it round.", words.join(", ")))
        })?;
        Ok(Sort { key, descending })
    }

    pub fn filter(&self, caller: &Caller) -> Result<Filter, Fault> {
        let mut types = 0;
        for word in self.r#type.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty()) {
            let bit = match word {
                "1" => 2,
                "2" => 4,
                "3" => 8,
                "4" => 16,
                _ => {
                    return Err(bad(
                        "/type",
                        "type is 1, 2, 3 or 4, or several of them separated by commas.".to_owned(),
                    ));
                }
            };
            types |= bit;
        }
        Ok(Filter {
            viewer: caller.user,
            text: self.q.clone().unwrap_or_default(),
            types,
            associate: self.associate.clone().unwrap_or_default(),
            gap_only: self.gap.as_deref() == Some("1"),
            archived: self.archived.as_deref() == Some("1"),
        })
    }

    /// A form sends `type` once for each box that is ticked; the words are those of the address.
    pub fn of_query(query: &str) -> Self {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let mut words: HashMap<String, String> = HashMap::new();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            words.entry(name).and_modify(|before| *before = format!("{before},{value}")).or_insert(value);
        }
        let mut take = |name: &str| words.remove(name);
        Self {
            sort: take("sort"),
            q: take("q"),
            r#type: take("type"),
            associate: take("associate"),
            gap: take("gap"),
            archived: take("archived"),
            limit: None,
            cursor: take("cursor"),
        }
    }

    /// The filter as a person reads it; empty when there is none.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.q.as_ref().map(|part| text::name_contains(part)));
        words.extend(self.r#type.as_ref().map(|types| text::type_chip(types)));
        words.extend(self.associate.clone());
        words.extend(self.gap.as_ref().map(|_| text::with_gap().to_owned()));
        words.extend(self.archived.as_ref().map(|_| text::archived().to_owned()));
        words.join(", ")
    }

    pub fn paging(&self) -> Paging {
        Paging { limit: self.limit.clone(), cursor: self.cursor.clone() }
    }
}

/// The progress report.
#[utoipa::path(get, path = "/api/v1/portfolio", tag = "portfolio", params(Asked),
    responses((status = 200, body = PortfolioOut)))]
pub async fn list(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(asked): Query<Asked>,
) -> Result<Json<PortfolioOut>, Fault> {
    let (filter, limit) = (asked.filter(&caller)?, asked.paging().limit()?);
    let after: Option<Place> = asked.paging().after()?;
    let (workspace, today, kept) = (caller.workspace.id, caller.today(&app), Arc::clone(&app.totals));
    let (templates, fields, mut lines, totals) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let templates = templates(tx, workspace)?;
            let sort = asked.sort(templates.default())?;
            let lines = store::page(tx, (workspace, Frame::Now), &filter, sort, after.as_ref(), limit + 1)?;
            let totals = kept.of(tx, (workspace, Frame::Now), &filter, today)?;
            Ok::<_, Fault>((templates, accounts::live_fields(tx, workspace)?, lines, totals))
        })
        .await?;
    let next_cursor = cut(&mut lines, limit)?;
    let currency = caller.workspace.currency;
    Ok(Json(PortfolioOut {
        data: lines.iter().map(|line| RowOut::of(line, currency, &templates, &fields)).collect(),
        next_cursor,
        totals: TotalsOut::of(&totals, currency),
    }))
}

/// Leaves `limit` lines and says where the next page begins.
pub fn cut(lines: &mut Vec<store::Line>, limit: i64) -> Result<Option<String>, Fault> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = lines.len() > limit;
    lines.truncate(limit);
    match lines.last() {
        Some(last) if more => Ok(Some(seal_cursor(&Place::of(last))?)),
        _ => Ok(None),
    }
}

/// Edits many cells at once: all of them or none.
#[utoipa::path(patch, path = "/api/v1/portfolio", tag = "portfolio", request_body = EditsIn,
    responses((status = 200, description = "The changed rows", body = RowsOut)))]
pub async fn edit(
    State(app): State<App>,
    caller: Allowed<Read>,
    Sent(edits, care): Sent<EditsIn>,
) -> Result<Answer, Fault> {
    let who = caller.into_caller();
    let acting = who.clone();
    app.commit(&who, care, move |tx, by| {
        let changed = apply(tx, by, &acting, &edits.edits)?;
        crate::app::project(tx, by)?;
        let lines = store::lines(tx, by.workspace.id, acting.user, &changed)?;
        let currency = by.workspace.currency;
        let (templates, fields) = (templates(tx, by.workspace.id)?, accounts::live_fields(tx, by.workspace.id)?);
        let data = lines.iter().map(|line| RowOut::of(line, currency, &templates, &fields)).collect();
        Answer::ok(&RowsOut { data })
    })
    .await
}
