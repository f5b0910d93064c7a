//! One data point as a program sends it: read leniently, so that one bad point does not keep the others out.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use mainstay_db::Tx;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::{
    EXTERNAL_ID_CHARS_MAX, NAME_CHARS_MAX, SIGNAL_AHEAD_MINUTES_MAX, SIGNAL_ID_CHARS_MAX, SIGNAL_RAW_DAYS,
    SIGNALS_PER_WORKSPACE_MAX,
};
use mainstay_rules::signal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::store::{self as accounts, Addressed};
use crate::corridor::caller::Caller;
use crate::corridor::fault::{Fault, FieldBody};
use crate::signal::store::{Arrived, Refusal, Taken};

/// A data point.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignalPoint)]
pub struct PointSent {
    /// The account's id; or `account_external_id`.
    pub account: Option<Uuid>,
    /// The id that another system gave to the account.
    #[schema(max_length = 100, example = "crm-4711")]
    pub account_external_id: Option<String>,
    /// The scope of the account that it is about; left out, it is about the account as a whole.
    pub scope: Option<Uuid>,
    /// The contract of the account that it is about.
    pub contract: Option<Uuid>,
    #[schema(example = "seats_used")]
    pub name: String,
    /// A number with at most six decimals.
    #[schema(example = 85)]
    pub value: f64,
    /// When it was so, as RFC 3339; now when left out.
    pub at: Option<String>,
    /// The sender's own id of this point: sent again with it, the point is known. Without one, a point of the same
    /// account, name, time and actor is the same point.
    #[schema(max_length = 200)]
    pub id: Option<String>,
    /// Who it came from, for counting how many different ones there are; only a digest is kept.
    #[schema(max_length = 200)]
    pub actor: Option<String>,
    /// Where it comes from, in a few words.
    #[schema(max_length = 200, example = "product telemetry")]
    pub source: Option<String>,
}

/// A point that reads well; whether its account is there is not known yet.
pub struct Draft {
    place: usize,
    sent: PointSent,
    name: String,
    value: Decimal,
    at: Timestamp,
    source: String,
}

/// A field of the n-th point.
fn at(place: usize, error: FieldError) -> FieldError {
    FieldError { pointer: format!("/signals/{place}{}", error.pointer), ..error }
}

fn short(pointer: &str, text: Option<&String>, max: usize) -> Result<(), FieldError> {
    match text {
        Some(text) if text.is_empty() => {
            Err(FieldError::new(pointer, FieldCode::Required, "Leave it out, or write something"))
        }
        Some(text) if text.chars().count() > max => {
            Err(FieldError::new(pointer, FieldCode::TooLong, format!("At most {max} characters")))
        }
        _ => Ok(()),
    }
}

fn moment(text: Option<&str>, now: Timestamp) -> Result<Timestamp, FieldError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(now) };
    let Ok(at) = text.trim().parse::<Timestamp>() else {
        let message = "Write an instant as 2026-11-18T14:05:00Z.";
        return Err(FieldError::new("/at", FieldCode::NotADate, message));
    };
    if at > now + jiff::SignedDuration::from_mins(SIGNAL_AHEAD_MINUTES_MAX) {
        let message = format!(
            "It lies more than {SIGNAL_AHEAD_MINUTES_MAX} minutes in the future; look at the clock of the sender."
        );
        return Err(FieldError::new("/at", FieldCode::OutOfRange, message));
    }
    let at = at.min(now);
    field::year_in_range("/at", jiff::tz::Offset::UTC.to_datetime(at).date()).map(|_| at)
}

impl Draft {
    /// Reads the n-th point.
    pub fn read(place: usize, text: &str, now: Timestamp) -> Result<Self, FieldError> {
        let sent: PointSent = serde_json::from_str(text).map_err(|error| {
            let message: String = format!("It is no data point: {error}.").chars().take(NAME_CHARS_MAX).collect();
            at(place, FieldError::new("", FieldCode::Invalid, message))
        })?;
        Self::check(place, sent, now).map_err(|error| at(place, error))
    }

    pub fn check(place: usize, sent: PointSent, now: Timestamp) -> Result<Self, FieldError> {
        let name = signal::name("/name", &sent.name)?;
        let value = Decimal::from_f64(sent.value).map_err(|error| error.at("/value"))?;
        let at = moment(sent.at.as_deref(), now)?;
        let source = sent.source.as_deref().unwrap_or_default();
        let source = field::optional_text("/source", source, NAME_CHARS_MAX)?.unwrap_or_default();
        short("/id", sent.id.as_ref(), SIGNAL_ID_CHARS_MAX)?;
        short("/actor", sent.actor.as_ref(), SIGNAL_ID_CHARS_MAX)?;
        short("/account_external_id", sent.account_external_id.as_ref(), EXTERNAL_ID_CHARS_MAX)?;
        if sent.account.is_some() == sent.account_external_id.is_some() {
            let message = "Name the account by account or by account_external_id";
            return Err(FieldError::new("/account", FieldCode::Required, message));
        }
        if sent.scope.is_some() && sent.contract.is_some() {
            let message = "A point is about a scope or about a contract";
            return Err(FieldError::new("/contract", FieldCode::Conflict, message));
        }
        Ok(Self { place, sent, name, value, at, source })
    }

    fn part(&self) -> Option<(&'static str, Uuid)> {
        let scope = self.sent.scope.map(|id| ("scope", id));
        scope.or_else(|| self.sent.contract.map(|id| ("contract", id)))
    }

    /// The point for its account. Its id is a digest of what makes it the same point.
    pub fn arrived(&self, workspace: Uuid, account: Uuid) -> Arrived {
        let part = self.part();
        let actor = self.sent.actor.as_deref().map(|actor| digest(&[b"actor", workspace.as_bytes(), actor.as_bytes()]));
        let subject = part.map_or(account, |(_, id)| id);
        let key: &[&[u8]] = match &self.sent.id {
            Some(id) => &[b"id", workspace.as_bytes(), subject.as_bytes(), self.name.as_bytes(), id.as_bytes()],
            None => &[
                b"at",
                workspace.as_bytes(),
                subject.as_bytes(),
                self.name.as_bytes(),
                &self.at.as_microsecond().to_be_bytes(),
                actor.as_ref().map_or(&[][..], |actor| actor.as_bytes()),
            ],
        };
        Arrived {
            place: self.place,
            id: digest(key),
            account,
            part,
            name: self.name.clone(),
            value: self.value,
            at: self.at,
            actor,
            source: self.source.clone(),
        }
    }
}

/// 122 bits of a digest, in the form of an id of our own making (version 8).
pub fn digest(parts: &[&[u8]]) -> Uuid {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Finds the accounts that the drafts name, with the caller's right to write them.
pub fn resolve(tx: &mut Tx<'_>, caller: &Caller, drafts: &[Draft]) -> Result<(Vec<Arrived>, Vec<FieldError>), Fault> {
    let ids: BTreeSet<Uuid> = drafts.iter().filter_map(|draft| draft.sent.account).collect();
    let names: BTreeSet<&String> = drafts.iter().filter_map(|draft| draft.sent.account_external_id.as_ref()).collect();
    let (ids, names) = (ids.into_iter().collect::<Vec<_>>(), names.into_iter().cloned().collect::<Vec<_>>());
    let (by_id, by_name) = accounts::addressed(tx, caller, &ids, &names)?;
    let parts = parts(tx, caller.workspace.id, drafts)?;
    let (mut arrived, mut errors) = (Vec::with_capacity(drafts.len()), Vec::new());
    for draft in drafts {
        let found = match (&draft.sent.account, &draft.sent.account_external_id) {
            (Some(id), _) => by_id.get(id),
            (None, Some(name)) => by_name.get(name),
            (None, None) => None,
        };
        match account_of(draft, found, &parts) {
            Ok(account) => arrived.push(draft.arrived(caller.workspace.id, account)),
            Err(error) => errors.push(at(draft.place, error)),
        }
    }
    Ok((arrived, errors))
}

fn parts(tx: &mut Tx<'_>, workspace: Uuid, drafts: &[Draft]) -> Result<HashMap<Uuid, Uuid>, Fault> {
    let of = |part: fn(&PointSent) -> Option<Uuid>| -> Vec<Uuid> {
        drafts.iter().filter_map(|draft| part(&draft.sent)).collect::<BTreeSet<_>>().into_iter().collect()
    };
    accounts::accounts_of_parts(tx, workspace, &of(|sent| sent.scope), &of(|sent| sent.contract))
}

fn account_of(draft: &Draft, found: Option<&Addressed>, parts: &HashMap<Uuid, Uuid>) -> Result<Uuid, FieldError> {
    let named = if draft.sent.account.is_some() { "/account" } else { "/account_external_id" };
    let Some(account) = found else {
        return Err(FieldError::new(named, FieldCode::Unknown, "No such account"));
    };
    if !account.writable {
        return Err(FieldError::new(named, FieldCode::ReadOnly, "You may see this account but not change it"));
    }
    match draft.part() {
        Some((kind, part)) if parts.get(&part) != Some(&account.id) => {
            Err(FieldError::new(&format!("/{kind}"), FieldCode::Unknown, format!("No such {kind} of this account")))
        }
        _ => Ok(account.id),
    }
}

/// What became of what was sent.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = SignalsTaken)]
pub struct TakenOut {
    /// Points that are new.
    pub recorded: usize,
    /// Points that were there already.
    pub repeated: usize,
    /// Points that were there with another value, which is overwritten.
    pub corrected: usize,
    /// Points that were not taken.
    pub refused: usize,
    /// Why, of the first hundred; the pointer has the point's place, beginning with 0.
    #[schema(value_type = Vec<FieldBody>)]
    pub errors: Vec<FieldError>,
}

impl TakenOut {
    pub fn refuse(&mut self, errors: Vec<FieldError>) {
        self.refused += errors.len();
        let room = mainstay_rules::limits::SIGNAL_ERRORS_MAX.saturating_sub(self.errors.len());
        self.errors.extend(errors.into_iter().take(room));
    }

    pub fn add(&mut self, taken: Taken) {
        self.recorded += taken.recorded;
        self.repeated += taken.repeated;
        self.corrected += taken.corrected;
        self.refuse(taken.refused.into_iter().map(|(place, refusal)| at(place, refused(refusal))).collect());
    }

    /// When all of it was refused it is a problem, and says so by its status.
    pub fn told(self) -> Result<Self, Fault> {
        let is_refused = self.refused > 0 && self.recorded + self.repeated + self.corrected == 0;
        if is_refused { Err(Fault::invalid(self.errors)) } else { Ok(self) }
    }
}

fn refused(refusal: Refusal) -> FieldError {
    match refusal {
        Refusal::TooManySignals => {
            let message =
                format!("The workspace has {SIGNALS_PER_WORKSPACE_MAX} signals, and this name is none of them");
            FieldError::new("/name", FieldCode::TooMany, message)
        }
        Refusal::TooLate => {
            let message =
                format!("Of days more than {SIGNAL_RAW_DAYS} ago only the sums are kept, and this one is closed");
            FieldError::new("/at", FieldCode::OutOfRange, message)
        }
    }
}
