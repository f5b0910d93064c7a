//! The fields that a file can have, and the mapping of its columns to them.

use serde::{Deserialize, Serialize};

use super::kind::SheetKind;
use crate::limits::{IMPORT_COLUMNS_MAX, IMPORT_HEADER_CHARS_MAX};

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $label:literal;)*) => {
        /// What a column of the sheet holds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field { $($(#[$doc])* $name),* }

        impl Field {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word of the API and of `--map`.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }

            /// The name for people.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label),* }
            }

            pub fn parse(key: &str) -> Option<Self> {
                match key { $($key => Some(Self::$name),)* _ => None }
            }
        }
    };
}

fields! {
    Name = "name", "Account";
    ExternalId = "external_id", "External id";
    /// Name or e-mail address of the sales associate.
    Associate = "associate", "Sales associate";
    /// Last day of the agreement.
    EndOn = "end_on", "End date";
    Type = "type", "Type";
    Launched = "launched", "Effectively launched";
    RoiGenerated = "roi_generated", "Generate ROI";
    RoiRecognized = "roi_recognized", "ROI recognized";
    Monetizes = "monetizes", "Customer monetizes";
    StrategicPartner = "strategic_partner", "Valued strategic partner";
    /// Compared with our own, never stored.
    Overall = "overall", "Overall score (compared only)";
    ArrLastYear = "arr_last_year", "ARR of last year";
    ArrDeltaTarget = "arr_delta_target", "Delta ARR target";
    ArrYtd = "arr_ytd", "ARR year to date";
    /// Read so that a wrong cell is seen, never stored.
    Progress = "progress", "Progress (not stored)";
    Industry = "industry", "Industry";
    Vertical = "vertical", "Vertical";
    Geography = "geography", "Geography";
    Note = "note", "Note";
    /// The id that another system gave to the contract.
    ContractId = "contract_id", "Contract id";
    ContractName = "contract_name", "Contract name";
    StartOn = "start_on", "Start date";
    Arr = "arr", "ARR";
    /// Twelve of it are the ARR.
    Mrr = "mrr", "MRR (x 12)";
    Currency = "currency", "Currency";
    /// A trial, a test, a deleted row: true keeps the row out.
    LeaveOut = "leave_out", "Leave the row out where true";
    /// Key or name of a step or of a sub-metric.
    Metric = "metric", "Step or metric";
    Score = "score", "Score";
    ScoredOn = "scored_on", "Date of the score";
    Evidence = "evidence", "Link to the evidence";
    /// Name or e-mail address of whoever scored.
    By = "by", "Scored by";
    Ignore = "ignore", "Leave out";
}

impl Field {
    /// The fields of the five steps, in their order.
    pub const STEPS: [Self; 5] =
        [Self::Launched, Self::RoiGenerated, Self::RoiRecognized, Self::Monetizes, Self::StrategicPartner];

    pub fn is_score(self) -> bool {
        matches!(self, Self::Overall | Self::Score) || Self::STEPS.contains(&self)
    }

    pub const fn is_money(self) -> bool {
        matches!(self, Self::ArrLastYear | Self::ArrDeltaTarget | Self::ArrYtd | Self::Arr | Self::Mrr)
    }

    pub const fn is_date(self) -> bool {
        matches!(self, Self::EndOn | Self::StartOn | Self::ScoredOn)
    }
}

/// Which field each column of a sheet holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    columns: Vec<MappingColumn>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingColumn {
    pub header: String,
    pub field: Field,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("The sheet has {0} columns; at most {IMPORT_COLUMNS_MAX} are read")]
    TooManyColumns(usize),
    #[error("{headers} headers, but {fields} fields; name one field per column")]
    Uneven { headers: usize, fields: usize },
    #[error("No column holds {0}; say which one does")]
    Missing(&'static str),
    #[error("“{label}” is given by the columns {first} and {second}; leave one of them out", label = field.label())]
    Twice { field: Field, first: String, second: String },
}

impl Mapping {
    /// One field per column; each but [`Field::Ignore`] at most once, and what the kind cannot do without must be there.
    pub fn new(kind: SheetKind, headers: &[String], fields: &[Field]) -> Result<Self, MappingError> {
        if headers.len() > IMPORT_COLUMNS_MAX {
            return Err(MappingError::TooManyColumns(headers.len()));
        }
        if headers.len() != fields.len() {
            return Err(MappingError::Uneven { headers: headers.len(), fields: fields.len() });
        }
        for (index, field) in fields.iter().enumerate().filter(|(_, f)| **f != Field::Ignore) {
            if let Some(earlier) = fields[..index].iter().position(|other| other == field) {
                let (first, second) = (column_letters(earlier), column_letters(index));
                return Err(MappingError::Twice { field: *field, first, second });
            }
        }
        if let Some(what) = kind.missing(fields) {
            return Err(MappingError::Missing(what));
        }
        let columns = headers
            .iter()
            .zip(fields)
            .map(|(header, field)| MappingColumn { header: header_text(header), field: *field })
            .collect();
        Ok(Self { columns })
    }

    pub fn columns(&self) -> &[MappingColumn] {
        &self.columns
    }

    /// Index of the column that holds `field`.
    pub fn column_of(&self, field: Field) -> Option<usize> {
        self.columns.iter().position(|column| column.field == field)
    }
}

/// A header as it is kept and shown: one line, and short, because every problem repeats it.
pub(super) fn header_text(header: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let short = header.trim().chars().take(IMPORT_HEADER_CHARS_MAX);
    short.map(clean).collect()
}

/// The letters that a spreadsheet shows above a column: A for 0, AA for 26.
pub fn column_letters(index: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = index;
    loop {
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    letters.iter().rev().collect()
}
