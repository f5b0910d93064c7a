//! Lists over the wire: `limit`, an opaque `cursor`, and no offsets.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits;
use mainstay_rules::problem::Problem;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// One page of a list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct List<T> {
    pub data: Vec<T>,
    /// Send it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many, 1 to 200.
    #[param(example = 50, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Paging {
    pub fn limit(&self) -> Result<i64, Fault> {
        let Some(text) = &self.limit else { return Ok(limits::LIST_LIMIT_DEFAULT) };
        match text.parse::<i64>() {
            Ok(n) if (1..=limits::LIST_LIMIT_MAX).contains(&n) => Ok(n),
            _ => Err(Fault::field(FieldError {
                pointer: "/limit".to_owned(),
                code: FieldCode::OutOfRange,
                message: format!("limit is a number from 1 to {}.", limits::LIST_LIMIT_MAX),
            })),
        }
    }

    /// The place after which the page begins, as the list wrote it.
    pub fn after<T: DeserializeOwned>(&self) -> Result<Option<T>, Fault> {
        self.cursor.as_deref().map(open_cursor).transpose()
    }
}

/// Makes a cursor of the last row's place.
pub fn seal_cursor(place: &impl Serialize) -> Result<String, Fault> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).map_err(Fault::internal)?))
}

pub fn open_cursor<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let bad =
        || Fault::new(Problem::BadCursor, "Use next_cursor of an earlier answer, with the same sort and filters.");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
    serde_json::from_slice(&bytes).map_err(|_| bad())
}

impl<T> List<T> {
    /// `rows` holds one more than the limit when there is a next page.
    pub fn page<P: Serialize>(mut rows: Vec<T>, limit: i64, place: impl Fn(&T) -> P) -> Result<Self, Fault> {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => Some(seal_cursor(&place(last))?),
            _ => None,
        };
        Ok(Self { data: rows, next_cursor })
    }
}
