//! The report in groups, over the wire and as words of an address.

use mainstay_rules::custom_field::{Field, Kind};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::money::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::TotalsOut;
use super::words::{Known, MISSING, OWN};
use crate::corridor::fault::Fault;
use crate::portfolio::store::{Group, GroupBy, TENURE_MONTHS};
use crate::text::portfolio_view as text;

/// Words of what the report can be grouped by, beside the steps and own fields.
pub const WORDS: [&str; 9] =
    ["type", "associate", "industry", "vertical", "geography", "overall", "gap", "end_quarter", "tenure"];

/// Accounts that are alike, with their totals.
#[derive(Serialize, ToSchema)]
#[schema(as = PortfolioGroup)]
pub struct GroupOut {
    /// Null where nothing stands in the field.
    pub key: Option<String>,
    pub label: String,
    /// The condition that gives the rows of this group: a word and its value.
    #[schema(value_type = Vec<String>, example = json!(["industry", "Food"]))]
    pub filter: (String, String),
    pub totals: TotalsOut,
}

impl Known<'_> {
    pub fn group(&self, word: &str) -> Result<GroupBy, Fault> {
        if let Some(step) = self.step(word).and_then(|step| u8::try_from(step).ok()) {
            return Ok(GroupBy::Step(step));
        }
        if let Some(field) = self.own(word).filter(|field| !field.kind.is_number()) {
            return Ok(GroupBy::Own { key: field.key.clone(), by_year: field.kind == Kind::Date });
        }
        Ok(match word {
            "type" => GroupBy::Type,
            "associate" => GroupBy::Associate,
            "industry" => GroupBy::Industry,
            "vertical" => GroupBy::Vertical,
            "geography" => GroupBy::Geography,
            "overall" => GroupBy::Overall,
            "gap" => GroupBy::Gap,
            "end_quarter" => GroupBy::EndQuarter,
            "tenure" => GroupBy::Tenure,
            _ => {
                let message = format!(
                    "group is one of {}, a step's key, or field. and the key of an own field that is no number",
                    WORDS.join(", ")
                );
                return Err(Fault::field(FieldError::new("/group", FieldCode::Unknown, message)));
            }
        })
    }

    /// The groups in the order in which people read them: by size of what they say, what says nothing last.
    pub fn ordered(&self, by: &GroupBy, mut groups: Vec<Group>, labels: impl Fn(&str) -> String) -> Vec<Group> {
        let own = if let GroupBy::Own { key, .. } = by { self.fields.iter().find(|f| f.key == *key) } else { None };
        groups.sort_by_cached_key(|group| {
            let key = group.key.as_deref().unwrap_or_default();
            let number = key.parse::<i64>().unwrap_or(0);
            let place = own.and_then(|field| field.choices.iter().position(|choice| choice.key == key)).unwrap_or(0);
            (group.key.is_none(), place, number, labels(key).to_lowercase())
        });
        groups
    }

    /// What a group is called.
    pub fn label(&self, by: &GroupBy, key: Option<&str>, person: impl Fn(&str) -> Option<String>) -> String {
        let Some(key) = key else { return text::no_value().to_owned() };
        match by {
            GroupBy::Type => text::type_of(key),
            GroupBy::Overall | GroupBy::Step(_) => text::band(key).to_owned(),
            GroupBy::Gap => key
                .parse::<usize>()
                .ok()
                .and_then(|index| self.heads.steps.get(index))
                .map_or_else(|| key.to_owned(), |step| step.name.clone()),
            GroupBy::Tenure => text::tenure(key).to_owned(),
            GroupBy::EndQuarter => key.replace("-Q", " Q"),
            GroupBy::Own { key: own, .. } => match self.fields.iter().find(|field| field.key == *own) {
                Some(field) if field.kind == Kind::Choice => label_of(field, key),
                Some(field) if field.kind == Kind::Person => person(key).unwrap_or_else(|| text::somebody().to_owned()),
                _ => key.to_owned(),
            },
            _ => key.to_owned(),
        }
    }
}

fn label_of(field: &Field, key: &str) -> String {
    field.choice(key).map_or_else(|| key.to_owned(), |choice| choice.label.clone())
}

/// The condition that gives the rows of a group.
pub fn condition(by: &GroupBy, key: Option<&str>, kind: Option<Kind>) -> (String, String) {
    let value = key.unwrap_or(MISSING);
    let is = |word: &str, value: &str| (word.to_owned(), value.to_owned());
    match by {
        GroupBy::Type => is("type", value),
        GroupBy::Associate => is("associate", value),
        GroupBy::Industry => is("industry", value),
        GroupBy::Vertical => is("vertical", value),
        GroupBy::Geography => is("geography", value),
        GroupBy::Overall => is("overall", band(value)),
        GroupBy::Step(step) => (format!("step_{}", step + 1), band(value).to_owned()),
        GroupBy::Gap => {
            let step = key.and_then(|key| key.parse::<usize>().ok()).map(|index| format!("step_{}", index + 1));
            is("gap_step", step.as_deref().unwrap_or(MISSING))
        }
        GroupBy::EndQuarter => is("end_date", &key.and_then(quarter).unwrap_or_else(|| MISSING.to_owned())),
        GroupBy::Tenure | GroupBy::Heat => is("tenure", tenure(value)),
        GroupBy::Own { key: own, by_year } => {
            let value = match (key, by_year, kind) {
                (Some(year), true, _) => format!("{year}-01-01..{year}-12-31"),
                (Some(text), _, Some(Kind::Text)) => format!("={text}"),
                _ => value.to_owned(),
            };
            (format!("{OWN}{own}"), value)
        }
    }
}

fn band(value: &str) -> &str {
    match value {
        "0" => "low",
        "4" => "middle",
        "7" => "high",
        other => other,
    }
}

/// The word of a band of tenure that begins with so many months.
pub fn tenure(months: &str) -> &'static str {
    let [half, year, two] = TENURE_MONTHS.map(|months| months.to_string());
    match months {
        "0" => "0-6",
        other if other == half => "6-12",
        other if other == year => "12-24",
        other if other == two => "24",
        _ => MISSING,
    }
}

/// `2026-Q1` is `2026-01-01..2026-03-31`.
fn quarter(key: &str) -> Option<String> {
    let (year, quarter) = key.split_once("-Q")?;
    let (from, to) = match quarter {
        "1" => ("01-01", "03-31"),
        "2" => ("04-01", "06-30"),
        "3" => ("07-01", "09-30"),
        _ => ("10-01", "12-31"),
    };
    Some(format!("{year}-{from}..{year}-{to}"))
}

impl GroupOut {
    pub fn of(group: &Group, label: String, filter: (String, String), currency: Currency) -> Self {
        Self { key: group.key.clone(), label, filter, totals: TotalsOut::of(&group.totals, currency) }
    }
}
