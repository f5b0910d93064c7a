//! A filter's further terms: one SQL text for every field of the report, which field it is being a parameter.

use std::fmt::Write as _;

use jiff::civil::Date;
use mainstay_db::Param;

use super::attention;
use super::facets::{FOLDED, SINCE};

/// What a field must be like.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// Holds this text, case aside.
    Contains(String),
    Is(String),
    /// Nothing stands there.
    Missing,
    /// From and to, both included; none is open.
    Between(Option<i64>, Option<i64>),
    Within(Option<Date>, Option<Date>),
}

/// A word of [`WORDS`], or the facet of an own field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    pub field: String,
    pub test: Test,
}

/// What a term can be about beside the facets.
const WORDS: [&str; 17] = [
    "associate",
    "external_id",
    "industry",
    "vertical",
    "geography",
    "end_date",
    "since",
    "overall",
    "step_1",
    "step_2",
    "step_3",
    "step_4",
    "step_5",
    "arr_last_year",
    "arr_delta_target",
    "arr_ytd",
    "gap_step",
];

/// Terms of one filter.
pub const TERMS_MAX: usize = 8;

/// The value of the field `$n` as text, never spliced: what is no column is a facet.
fn text(field: &str) -> String {
    format!(
        "CASE {field} WHEN 'industry' THEN l.industry WHEN 'vertical' THEN l.vertical WHEN 'geography' THEN l.geography
           WHEN 'external_id' THEN l.external_id WHEN 'associate' THEN l.associate WHEN 'end_date' THEN CAST(l.end_on AS TEXT)
           ELSE l.facets ->> {field} END"
    )
}

fn number(field: &str) -> String {
    format!(
        "CASE {field} WHEN 'overall' THEN l.overall WHEN 'step_1' THEN l.step_1 WHEN 'step_2' THEN l.step_2
           WHEN 'step_3' THEN l.step_3 WHEN 'step_4' THEN l.step_4 WHEN 'step_5' THEN l.step_5
           WHEN 'gap_step' THEN l.gap_step
           WHEN 'arr_last_year' THEN l.arr_last_year WHEN 'arr_delta_target' THEN l.arr_delta_target
           WHEN 'arr_ytd' THEN l.arr_now ELSE CAST(l.facets ->> {field} AS BIGINT) END"
    )
}

/// Which further conditions a statement has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub terms: usize,
    /// Only lines that the weekly call speaks about.
    pub attention: bool,
}

impl Shape {
    /// Each kind once, for composing every statement; each further term is the same text again.
    pub(super) const KINDS: [Self; 3] =
        [Self { terms: 0, attention: false }, Self { terms: 2, attention: false }, Self { terms: 1, attention: true }];

    /// How many parameters it has.
    pub(super) fn parameters(self) -> usize {
        self.terms * PARAMETERS + if self.attention { attention::PARAMETERS } else { 0 }
    }
}

/// The further conditions, whose parameters begin with number `first`.
pub(super) fn conditions(shape: Shape, first: usize) -> String {
    let mut sql = String::new();
    for term in 0..shape.terms {
        let at = |place: usize, kind: &str| format!("CAST(${} AS {kind})", first + term * PARAMETERS + place);
        let (field, question) = (at(0, "TEXT"), at(1, "TEXT"));
        let (text, number) = (text(&field), number(&field));
        let (low, high) = (at(4, "BIGINT"), at(5, "BIGINT"));
        let _ = write!(
            sql,
            " AND CASE {question}
               WHEN 'contains' THEN lower({text}) LIKE {words} ESCAPE '\\'
               WHEN 'is' THEN {text} = {words}
               WHEN 'missing' THEN COALESCE({text}, '') = ''
               WHEN 'empty' THEN {number} IS NULL
               WHEN 'within' THEN {text} >= {words} AND {text} <= {until}
               WHEN 'between' THEN {number} >= {low} AND {number} <= {high}
               END",
            words = at(2, "TEXT"),
            until = at(3, "TEXT"),
        );
    }
    if shape.attention {
        let _ = write!(sql, " AND {}", attention::wanted(first + shape.terms * PARAMETERS));
    }
    sql
}

/// Parameters of one term.
const PARAMETERS: usize = 6;
const FIRST_DAY: &str = "0001-01-01";
const LAST_DAY: &str = "9999-12-31";

impl Term {
    pub(super) fn parameters(&self) -> [Box<dyn Param>; PARAMETERS] {
        let day = |day: &Option<Date>, open: &str| day.map_or_else(|| open.to_owned(), |day| day.to_string());
        let (mut field, none) = (self.field.clone(), String::new);
        if field == "since" {
            SINCE.clone_into(&mut field);
        }
        let (test, words, until, low, high) = match &self.test {
            Test::Contains(part) => {
                if !WORDS.contains(&field.as_str()) {
                    field.push(FOLDED);
                }
                ("contains", pattern(part), none(), 0, 0)
            }
            Test::Is(text) => ("is", text.clone(), none(), 0, 0),
            Test::Missing if is_number(&field) => ("empty", none(), none(), 0, 0),
            Test::Missing => ("missing", none(), none(), 0, 0),
            Test::Between(low, high) => ("between", none(), none(), low.unwrap_or(i64::MIN), high.unwrap_or(i64::MAX)),
            Test::Within(from, to) => ("within", day(from, FIRST_DAY), day(to, LAST_DAY), 0, 0),
        };
        [Box::new(field), Box::new(test.to_owned()), Box::new(words), Box::new(until), Box::new(low), Box::new(high)]
    }
}

/// Columns whose value is a number; facets compare as text when they are missing.
fn is_number(field: &str) -> bool {
    WORDS.iter().skip_while(|word| **word != "overall").any(|word| *word == field)
}

/// Part of a text as a pattern, its own wildcards taken literally.
pub(super) fn pattern(part: &str) -> String {
    let part = part.trim().to_lowercase();
    if part.is_empty() {
        return part;
    }
    format!("%{}%", part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}
