//! What a file is about, which fields it can have, and which it cannot do without.

use serde::{Deserialize, Serialize};

use super::field::Field;

/// What a row of the file is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetKind {
    /// An account, with what the progress report says of it.
    #[default]
    Accounts,
    /// An amendment of a contract: from a day on it is worth so much, until an end.
    Contracts,
    /// A score of one account on a day.
    Scores,
}

const ACCOUNT_FIELDS: &[Field] = &[
    Field::Name,
    Field::ExternalId,
    Field::Associate,
    Field::EndOn,
    Field::Type,
    Field::Launched,
    Field::RoiGenerated,
    Field::RoiRecognized,
    Field::Monetizes,
    Field::StrategicPartner,
    Field::Overall,
    Field::ArrLastYear,
    Field::ArrDeltaTarget,
    Field::ArrYtd,
    Field::Mrr,
    Field::Progress,
    Field::Industry,
    Field::Vertical,
    Field::Geography,
    Field::Note,
];

const CONTRACT_FIELDS: &[Field] = &[
    Field::Name,
    Field::ExternalId,
    Field::ContractId,
    Field::ContractName,
    Field::StartOn,
    Field::EndOn,
    Field::Arr,
    Field::Mrr,
    Field::Currency,
    Field::LeaveOut,
    Field::Note,
];

const SCORE_FIELDS: &[Field] = &[
    Field::Name,
    Field::ExternalId,
    Field::Metric,
    Field::Score,
    Field::ScoredOn,
    Field::Note,
    Field::Evidence,
    Field::By,
];

impl SheetKind {
    pub const ALL: [Self; 3] = [Self::Accounts, Self::Contracts, Self::Scores];

    /// The word of the API and of `--kind`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Contracts => "contracts",
            Self::Scores => "scores",
        }
    }

    /// `progress_report` is a file of accounts too.
    pub fn parse(word: &str) -> Option<Self> {
        if word == "progress_report" {
            return Some(Self::Accounts);
        }
        Self::ALL.into_iter().find(|kind| kind.key() == word)
    }

    /// The fields that a file of this kind can have; a column of another one is left out.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Accounts => ACCOUNT_FIELDS,
            Self::Contracts => CONTRACT_FIELDS,
            Self::Scores => SCORE_FIELDS,
        }
    }

    /// Whether its columns can hold the workspace's own fields: they are fields of accounts.
    pub const fn takes_own(self) -> bool {
        matches!(self, Self::Accounts)
    }

    /// What a file of this kind cannot do without and these fields do not hold.
    pub fn missing(self, fields: &[Field]) -> Option<&'static str> {
        let held = |wanted: &[Field]| fields.iter().any(|field| wanted.contains(field));
        let needs: &[(&[Field], &str)] = match self {
            Self::Accounts => &[(&[Field::Name], "the account's name")],
            Self::Contracts => &[
                (&[Field::Name, Field::ExternalId], "the account's name or external id"),
                (&[Field::ContractId, Field::ContractName], "the contract's id or name"),
                (&[Field::StartOn], "the start date"),
                (&[Field::Arr, Field::Mrr], "the ARR or the MRR"),
            ],
            Self::Scores => &[
                (&[Field::Name, Field::ExternalId], "the account's name or external id"),
                (&[Field::Metric], "the step or metric"),
                (&[Field::Score], "the score"),
                (&[Field::ScoredOn], "the date of the score"),
            ],
        };
        needs.iter().find(|(wanted, _)| !held(wanted)).map(|(_, what)| *what)
    }
}
