//! The fields that a file can have, and the mapping of its columns to them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::kind::SheetKind;
use super::own::{OwnKey, PREFIX};
use crate::custom_field::{Field as OwnField, Kind};
use crate::limits::{IMPORT_COLUMNS_MAX, IMPORT_HEADER_CHARS_MAX};

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $label:literal;)*) => {
        /// What a column of the sheet holds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub enum Field {
            $($(#[$doc])* $name,)*
            /// One of the workspace's own; which of them there are is not known here.
            Own(OwnKey),
        }

        impl Field {
            /// Those that every workspace has.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word of the API, of `--map` and of kept mappings: `arr_ytd`, or `field.sites` of an own field.
            pub fn key(self) -> Cow<'static, str> {
                match self {
                    $(Self::$name => Cow::Borrowed($key),)*
                    Self::Own(key) => Cow::Owned(format!("{PREFIX}{}", key.as_str())),
                }
            }

            /// The name for people; an own field has the name that it was given.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)*
                    Self::Own(_) => "A field of yours",
                }
            }

            /// Of an own field only that it could be one.
            pub fn parse(key: &str) -> Option<Self> {
                match key {
                    $($key => Some(Self::$name),)*
                    _ => OwnKey::parse(key.strip_prefix(PREFIX)?).map(Self::Own),
                }
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

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.key().into_owned()
    }
}

impl TryFrom<String> for Field {
    type Error = String;

    fn try_from(key: String) -> Result<Self, String> {
        Self::parse(&key).ok_or_else(|| format!("{key} is no field of a file"))
    }
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    columns: Vec<MappingColumn>,
    /// The workspace's own fields that columns hold.
    own: Vec<OwnField>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
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
    #[error("“{label}” is given by the columns {first} and {second}; leave one of them out")]
    Twice { label: String, first: String, second: String },
    #[error(
        "Column {column} is to hold the field {key}, which is not among yours; choose another one, or leave the column out"
    )]
    NoSuchField { key: String, column: String },
}

impl Mapping {
    /// One field per column; each but [`Field::Ignore`] at most once, and what the kind cannot do without must be there.
    ///
    /// `own` are the fields that the workspace has now: one that a kept mapping names may be gone.
    pub fn new(kind: SheetKind, headers: &[String], fields: &[Field], own: &[OwnField]) -> Result<Self, MappingError> {
        if headers.len() > IMPORT_COLUMNS_MAX {
            return Err(MappingError::TooManyColumns(headers.len()));
        }
        if headers.len() != fields.len() {
            return Err(MappingError::Uneven { headers: headers.len(), fields: fields.len() });
        }
        for (index, field) in fields.iter().enumerate().filter(|(_, f)| **f != Field::Ignore) {
            if let Some(earlier) = fields[..index].iter().position(|other| other == field) {
                let (first, second) = (column_letters(earlier), column_letters(index));
                return Err(MappingError::Twice { label: name(*field, own).to_owned(), first, second });
            }
        }
        let own = if kind.takes_own() { held_own(fields, own)? } else { Vec::new() };
        if let Some(what) = kind.missing(fields) {
            return Err(MappingError::Missing(what));
        }
        let columns = headers
            .iter()
            .zip(fields)
            .map(|(header, field)| MappingColumn { header: header_text(header), field: *field })
            .collect();
        Ok(Self { columns, own })
    }

    pub fn columns(&self) -> &[MappingColumn] {
        &self.columns
    }

    /// The workspace's own field that `field` is, where it is one that is read.
    pub fn own(&self, field: Field) -> Option<&OwnField> {
        own_of(field, &self.own)
    }

    pub fn has_own(&self) -> bool {
        !self.own.is_empty()
    }

    /// Whether the column's cells are dates.
    pub(super) fn is_date(&self, field: Field) -> bool {
        field.is_date() || self.own(field).is_some_and(|own| own.kind == Kind::Date)
    }

    /// Whether the column's cells are numbers, of whatever unit.
    pub(super) fn is_number(&self, field: Field) -> bool {
        let own = || self.own(field).is_some_and(|own| own.kind.is_number());
        field == Field::Progress || field.is_score() || field.is_money() || own()
    }

    /// Index of the column that holds `field`.
    pub fn column_of(&self, field: Field) -> Option<usize> {
        self.columns.iter().position(|column| column.field == field)
    }
}

fn own_of(field: Field, own: &[OwnField]) -> Option<&OwnField> {
    let Field::Own(key) = field else { return None };
    own.iter().find(|known| known.key == key.as_str())
}

fn name(field: Field, own: &[OwnField]) -> &str {
    own_of(field, own).map_or_else(|| field.label(), |known| known.name.as_str())
}

/// The own fields that the columns hold; each must be there.
fn held_own(fields: &[Field], own: &[OwnField]) -> Result<Vec<OwnField>, MappingError> {
    let mut held = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let Field::Own(key) = field else { continue };
        let Some(known) = own_of(*field, own) else {
            let (key, column) = (key.as_str().to_owned(), column_letters(index));
            return Err(MappingError::NoSuchField { key, column });
        };
        held.push(known.clone());
    }
    Ok(held)
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
