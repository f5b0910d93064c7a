//! The report's conditions as words of an address: `industry=Food`, `overall=low`, `end_date=..2026-12-31`, `field.sites=10..`.

use jiff::ToSpan;
use jiff::civil::Date;
use mainstay_rules::custom_field::{self, Field, Kind, Typed, Value};
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::money::{self, Currency};
use mainstay_rules::scorecard::{self, Template};

use crate::corridor::fault::Fault;
use crate::portfolio::store::{Attention, TENURE_MONTHS, Term, Test};

/// What the words are read against.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub fields: &'a [Field],
    /// The default template: its steps' keys are words, beside `step_1` to `step_5`.
    pub heads: &'a Template,
    pub currency: Currency,
    pub today: Date,
    /// The report is of another time than now.
    pub is_past: bool,
}

/// Words beside the steps' keys and the workspace's own fields.
pub const WORDS: [&str; 12] = [
    "industry",
    "vertical",
    "geography",
    "external_id",
    "end_date",
    "since",
    "tenure",
    "overall",
    "gap_step",
    "arr_last_year",
    "arr_delta_target",
    "arr_ytd",
];
/// What stands before the key of one of the workspace's own fields.
pub const OWN: &str = "field.";
/// Nothing stands there.
pub const MISSING: &str = "-";
/// A score under this, in millionths, is low.
const LOW: i64 = scorecard::LOW.millionths();
const HIGH: i64 = 7_000_000;

/// Whether a word of an address is one of the report's conditions.
pub fn is_condition(word: &str, heads: Option<&Template>) -> bool {
    WORDS.contains(&word)
        || word.starts_with(OWN)
        || word.starts_with("step_")
        || heads.is_some_and(|heads| heads.steps.iter().any(|step| step.key == word))
}

fn bad(word: &str, message: impl Into<String>) -> Fault {
    let short: String = word.chars().take(60).collect();
    Fault::field(FieldError::new(&format!("/{short}"), FieldCode::Invalid, message))
}

impl Known<'_> {
    /// The call of the report's day.
    pub fn attention(&self) -> Attention {
        Attention::of(self.today, !self.is_past)
    }

    /// The place of a step among the five, by its key or its number.
    pub fn step(&self, word: &str) -> Option<usize> {
        let numbered = word.strip_prefix("step_").and_then(|n| n.parse::<usize>().ok()).filter(|n| (1..=5).contains(n));
        numbered.map(|n| n - 1).or_else(|| self.heads.steps.iter().position(|step| step.key == word))
    }

    pub fn own(&self, word: &str) -> Option<&Field> {
        let key = word.strip_prefix(OWN)?;
        self.fields.iter().find(|field| field.key == key)
    }

    /// One condition.
    pub fn term(&self, word: &str, value: &str) -> Result<Term, Fault> {
        let value = value.trim();
        let of = |field: &str, test: Test| Ok(Term { field: field.to_owned(), test });
        if let Some(field) = self.own(word) {
            return of(&field.key, self.of_own(word, field, value)?);
        }
        if let Some(step) = self.step(word) {
            return of(&format!("step_{}", step + 1), scores(word, value)?);
        }
        match word {
            "industry" | "vertical" | "geography" | "external_id" | "associate" if value == MISSING => {
                of(word, Test::Missing)
            }
            "industry" | "vertical" | "geography" | "external_id" => of(word, Test::Is(value.to_owned())),
            "end_date" | "since" => of(word, days(word, value)?),
            "tenure" => of("since", self.tenure(value)?),
            "overall" => of(word, scores(word, value)?),
            "gap_step" if value == MISSING => of(word, Test::Missing),
            "gap_step" => {
                let step = self.step(value).and_then(|step| i64::try_from(step).ok());
                let step = step.ok_or_else(|| bad(word, "gap_step is a step's key, or - for none"))?;
                of(word, Test::Between(Some(step), Some(step)))
            }
            "arr_last_year" | "arr_delta_target" | "arr_ytd" => of(word, self.amounts(word, value)?),
            _ => Err(bad(word, "This is no field of the report; see GET /api/v1/fields for the workspace's own")),
        }
    }

    fn of_own(&self, word: &str, field: &Field, value: &str) -> Result<Test, Fault> {
        if value == MISSING {
            return Ok(Test::Missing);
        }
        match field.kind {
            Kind::Text => Ok(match value.strip_prefix('=') {
                Some(whole) => Test::Is(whole.to_owned()),
                None => Test::Contains(value.to_owned()),
            }),
            Kind::Date => days(word, value),
            Kind::Money => self.amounts(word, value),
            Kind::Number => {
                range(value, |text| custom_field::parse_number("/value", text).map_err(|e| bad(word, e.message)))
                    .map(|(low, high)| Test::Between(low, high))
            }
            // A removed choice can still be asked for: accounts may have it.
            Kind::Choice if field.choice(value).is_some() => Ok(Test::Is(value.to_owned())),
            Kind::Choice => match custom_field::parse(field, value, self.currency) {
                Ok(Some(Typed::Value(Value::Choice(key)))) => Ok(Test::Is(key)),
                Ok(_) => Ok(Test::Missing),
                Err(error) => Err(bad(word, error.message)),
            },
            Kind::Person => Ok(match uuid::Uuid::parse_str(value) {
                Ok(id) => Test::Is(id.to_string()),
                Err(_) => Test::Contains(value.to_owned()),
            }),
        }
    }

    fn amounts(&self, word: &str, value: &str) -> Result<Test, Fault> {
        if value == MISSING {
            return Ok(Test::Missing);
        }
        let amount = |text: &str| money::parse_amount(text, self.currency).map_err(|e| bad(word, e.to_string()));
        range(value, amount).map(|(low, high)| Test::Between(low, high))
    }

    /// A client for so many months, by the bands of the heat map.
    fn tenure(&self, value: &str) -> Result<Test, Fault> {
        let before = |months: i32| self.today.saturating_sub(months.months());
        let [half, year, two] = TENURE_MONTHS;
        let after = |day: Date| day.tomorrow().ok();
        Ok(match value {
            "0-6" => Test::Within(after(before(half)), None),
            "6-12" => Test::Within(after(before(year)), Some(before(half))),
            "12-24" => Test::Within(after(before(two)), Some(before(year))),
            "24" => Test::Within(None, Some(before(two))),
            MISSING => Test::Missing,
            _ => return Err(bad("tenure", "tenure is 0-6, 6-12, 12-24 or 24, in months")),
        })
    }
}

fn scores(word: &str, value: &str) -> Result<Test, Fault> {
    Ok(match value {
        MISSING => Test::Missing,
        "low" => Test::Between(None, Some(LOW - 1)),
        "middle" => Test::Between(Some(LOW), Some(HIGH - 1)),
        "high" => Test::Between(Some(HIGH), None),
        other => {
            let score = |text: &str| {
                custom_field::parse_number("/value", text)
                    .map_err(|_| bad(word, "A score is low, middle, high, or a range such as ..3.9 or 4..7"))
            };
            let (low, high) = range(other, score)?;
            Test::Between(low, high)
        }
    })
}

fn days(word: &str, value: &str) -> Result<Test, Fault> {
    if value == MISSING {
        return Ok(Test::Missing);
    }
    let (from, to) = range(value, |text| field::date("/value", text).map_err(|e| bad(word, e.message)))?;
    Ok(Test::Within(from, to))
}

/// `a..b`, `a..`, `..b`, or one value alone.
fn range<T: Copy>(value: &str, read: impl Fn(&str) -> Result<T, Fault>) -> Result<(Option<T>, Option<T>), Fault> {
    let Some((low, high)) = value.split_once("..") else {
        let only = read(value)?;
        return Ok((Some(only), Some(only)));
    };
    let side = |text: &str| if text.trim().is_empty() { Ok(None) } else { read(text.trim()).map(Some) };
    Ok((side(low)?, side(high)?))
}
