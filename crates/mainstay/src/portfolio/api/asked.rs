//! What the report is asked for, as words of an address; the page, the API and saved views read the same.

use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::scorecard::{Template, step_number};
use serde::Deserialize;

use super::columns::{all, own_sort};
use super::words::{Known, MISSING, OWN, is_condition};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::Paging;
use crate::portfolio::store::{Filter, Sort, SortKey, TERMS_MAX, Term, Test};
use crate::text::{portfolio as text, portfolio_view as view_text};

/// Beside these words: `industry`, `vertical`, `geography`, `external_id` as they stand; `end_date`, `since` as a range
/// of days (`2026-01-01..2026-03-31`); `overall`, a step's key or `step_1` to `step_5` as a range of scores (`..3.9`) or
/// `low`, `middle`, `high`; `arr_last_year`, `arr_delta_target`, `arr_ytd` as a range of amounts; `gap_step` as a step's
/// key; `tenure` as `0-6`, `6-12`, `12-24` or `24` months; and `field.` with an own field's key: part of a text, a range,
/// a choice or a person. `-` is none.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `name`, `associate`, `end_date`, `type`, a step's key, `overall`, `arr_last_year`, `arr_delta_target`, `arr_ytd`,
    /// `progress`, `gap`, `external_id`, `industry`, `vertical`, `geography`, `since`, or `field.` and the key of an own
    /// field; `-` in front turns it round. `attention` is the order of the weekly call: what fell within 7 days, by how
    /// far; then notice deadlines and ends within 120 days, by day; then late actions on a gap; then all others. Ties are ordered by name.
    #[param(example = "-overall")]
    pub sort: Option<String>,
    /// Part of the account's name.
    pub q: Option<String>,
    /// Types 1 to 4, separated by commas.
    #[param(example = "1,2")]
    pub r#type: Option<String>,
    /// The sales associate's name; `-` for accounts without one.
    pub associate: Option<String>,
    /// `1`: only accounts with a gap.
    pub gap: Option<String>,
    /// `1`: only accounts whose Overall is under 4 or fell within 7 days, whose notice deadline (or end, where no notice
    /// is agreed) is within 120 days, or that have a gap with a late action.
    pub attention: Option<String>,
    /// `1`: the archived accounts instead of the others.
    pub archived: Option<String>,
    /// What the page shows of each account, separated by commas: the words of `sort`, `steps` for the five, and
    /// `report` for all of the progress report. The API answers all of them; `trend` (the Overall at the end of each of the last twelve
    /// weeks) is answered when it is asked for, and what moved since a snapshot (`since_snapshot` on the page) by
    /// `GET /api/v1/compare`.
    #[param(example = "report,trend")]
    pub columns: Option<String>,
    /// `type`, `associate`, `industry`, `vertical`, `geography`, `overall`, a step's key, `gap`, `end_quarter`, `tenure`,
    /// or `field.` and the key of an own field that is no number: also answers the groups with their totals.
    #[param(example = "type")]
    pub group: Option<String>,
    /// A saved view whose words hold where these say nothing: its id, `weekly-call` or `board`.
    pub view: Option<String>,
    /// A past day: the rows as they were at its end, by what is known today.
    #[param(example = "2026-06-30")]
    pub as_of: Option<String>,
    /// A snapshot's id: the rows as they were known when it was taken.
    pub snapshot: Option<String>,
    /// How many rows, 1 to 200.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Conditions, each a word and its value.
    #[serde(skip)]
    #[param(ignore)]
    pub conditions: Vec<(String, String)>,
    /// The view that these words come from, as the page marks it.
    #[serde(skip)]
    #[param(ignore)]
    pub of: Option<String>,
    /// The group whose accounts the page shows.
    #[serde(skip)]
    #[param(ignore)]
    pub open: Option<String>,
}

/// The order of the weekly call.
const ATTENTION: &str = "attention";

fn bad(pointer: &str, message: impl Into<String>) -> Fault {
    Fault::field(FieldError::new(pointer, FieldCode::Unknown, message))
}

/// The word of each order and column, in the report's order.
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
        SortKey::ExternalId => "external_id",
        SortKey::Industry => "industry",
        SortKey::Vertical => "vertical",
        SortKey::Geography => "geography",
        SortKey::Since => "since",
        SortKey::OwnText(_) | SortKey::OwnNumber(_) => OWN,
        SortKey::Attention(_) => ATTENTION,
    }
}

impl Asked {
    /// Reads an address. A form sends `type` once for each box that is ticked, and a new condition as `add` and `is`.
    pub fn of_query(query: &str) -> Self {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let mut asked = Self::default();
        let mut new = (None, None);
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.trim().is_empty()) {
            match name.as_str() {
                "add" => new.0 = Some(value),
                "is" => new.1 = Some(value),
                "type" | "columns" => {
                    let list = if name == "type" { &mut asked.r#type } else { &mut asked.columns };
                    *list = Some(list.take().map_or(value.clone(), |before| format!("{before},{value}")));
                }
                other => match asked.place(other) {
                    Some(place) => *place = Some(value),
                    None => asked.conditions.push((name, value)),
                },
            }
        }
        if let (Some(word), Some(value)) = new {
            match asked.place(&word) {
                Some(place) => *place = Some(value),
                None => asked.conditions.push((word, value)),
            }
        }
        asked
    }

    fn place(&mut self, word: &str) -> Option<&mut Option<String>> {
        Some(match word {
            "sort" => &mut self.sort,
            "q" => &mut self.q,
            "type" => &mut self.r#type,
            "associate" => &mut self.associate,
            "gap" => &mut self.gap,
            "attention" => &mut self.attention,
            "archived" => &mut self.archived,
            "columns" => &mut self.columns,
            "group" => &mut self.group,
            "view" => &mut self.view,
            "as_of" => &mut self.as_of,
            "snapshot" => &mut self.snapshot,
            "limit" => &mut self.limit,
            "cursor" => &mut self.cursor,
            "of" => &mut self.of,
            "open" => &mut self.open,
            _ => return None,
        })
    }

    /// Every word that says which accounts, which columns, in which order and groups: what a view keeps.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let named = [
            ("q", &self.q),
            ("type", &self.r#type),
            ("associate", &self.associate),
            ("gap", &self.gap),
            ("attention", &self.attention),
            ("archived", &self.archived),
            ("sort", &self.sort),
            ("group", &self.group),
            ("columns", &self.columns),
        ];
        let named = named.into_iter().filter_map(|(word, value)| value.as_deref().map(|value| (word, value)));
        named.chain(self.conditions.iter().map(|(word, value)| (word.as_str(), value.as_str()))).collect()
    }

    /// The words that say which accounts.
    pub fn filter_pairs(&self) -> Vec<(&str, &str)> {
        let mut pairs = self.pairs();
        pairs.retain(|(word, _)| !matches!(*word, "sort" | "group" | "columns"));
        pairs
    }

    /// The report with one condition more, or with another value of it.
    #[must_use]
    pub fn with(mut self, word: &str, value: &str) -> Self {
        match self.place(word) {
            Some(place) => *place = Some(value.to_owned()),
            None => self.conditions.push((word.to_owned(), value.to_owned())),
        }
        self
    }

    /// Leaves out words that are none of the report's.
    pub fn tidy(&mut self, heads: &Template) {
        self.conditions.retain(|(word, _)| is_condition(word, Some(heads)));
    }

    /// The words of a view hold where these say nothing.
    #[must_use]
    pub fn within(mut self, view: &str) -> Self {
        let kept = Self::of_query(view);
        for (word, value) in kept.pairs() {
            if let Some(place) = self.place(word) {
                if place.is_none() {
                    *place = Some(value.to_owned());
                }
            } else if !self.conditions.iter().any(|(own, _)| own == word) {
                self.conditions.push((word.to_owned(), value.to_owned()));
            }
        }
        self
    }

    pub fn sort(&self, known: &Known<'_>) -> Result<Sort, Fault> {
        let text = self.sort.as_deref().filter(|text| !text.is_empty()).unwrap_or("name");
        // "-overall,name": ties are ordered by name anyway, so only that second word can follow.
        let text = text.strip_suffix(",name").unwrap_or(text);
        let (word, descending) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
        let numbered = step_number(word).and_then(|index| u8::try_from(index).ok()).map(SortKey::Step);
        let named = || all().find(|key| sort_word(*key, known.heads) == word);
        let call = || (word == ATTENTION).then(|| SortKey::Attention(known.attention()));
        let key = numbered.or_else(named).or_else(call).or_else(|| own_sort(word, known.fields)).ok_or_else(|| {
            let words: Vec<&str> = all().map(|key| sort_word(key, known.heads)).collect();
            let words = words.join(", ");
            bad(
                "/sort",
                format!("sort is one of {words}, {ATTENTION}, or field. and an own field's key, with - in front to turn it round."),
            )
        })?;
        Ok(Sort { key, descending })
    }

    pub fn filter(&self, caller: &Caller, known: &Known<'_>) -> Result<Filter, Fault> {
        let mut terms = Vec::new();
        for (word, value) in &self.conditions {
            // Words of other questions to the same address, and of older versions, are no conditions.
            if is_condition(word, Some(known.heads)) {
                terms.push(known.term(word, value)?);
            }
        }
        let associate = self.associate.as_deref().unwrap_or_default();
        if associate == MISSING {
            terms.push(Term { field: "associate".to_owned(), test: Test::Missing });
        }
        if terms.len() > TERMS_MAX {
            return Err(bad("/filter", format!("A report has at most {TERMS_MAX} further conditions.")));
        }
        Ok(Filter {
            viewer: caller.user,
            text: self.q.clone().unwrap_or_default(),
            types: types(self.r#type.as_deref())?,
            associate: if associate == MISSING { String::new() } else { associate.to_owned() },
            gap_only: self.gap.as_deref() == Some("1"),
            archived: self.archived.as_deref() == Some("1"),
            terms,
            attention: self.attention.as_deref().filter(|word| *word == "1").map(|_| known.attention()),
        })
    }

    /// The filter as a person reads it; empty when there is none.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.q.as_ref().map(|part| text::name_contains(part)));
        words.extend(self.r#type.as_ref().map(|types| text::type_chip(types)));
        words.extend(self.associate.clone());
        words.extend(self.gap.as_ref().map(|_| text::with_gap().to_owned()));
        words.extend(self.attention.as_ref().map(|_| view_text::attention().to_owned()));
        words.extend(self.archived.as_ref().map(|_| text::archived().to_owned()));
        let conditions = self.conditions.iter();
        words.extend(conditions.map(|(word, value)| view_text::chip(word, &view_text::condition(value))));
        words.join(", ")
    }

    pub fn paging(&self) -> Paging {
        Paging { limit: self.limit.clone(), cursor: self.cursor.clone() }
    }
}

fn types(words: Option<&str>) -> Result<i64, Fault> {
    let mut types = 0;
    for word in words.unwrap_or_default().split(',').filter(|word| !word.is_empty()) {
        types |= match word {
            "1" => 2,
            "2" => 4,
            "3" => 8,
            "4" => 16,
            _ => return Err(bad("/type", "type is 1, 2, 3 or 4, or several of them separated by commas.")),
        };
    }
    Ok(types)
}
