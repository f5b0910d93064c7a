//! The types that both databases can bind and read, converted in one place so that they agree to the microsecond.

use std::fmt;

use jiff::civil::Date;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql as PgToSql, Type};
use rusqlite::types::{ToSql as SqliteToSql, ToSqlOutput, Value as SqliteValue, ValueRef};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::error::{Error, Result};

/// Microseconds always written out: so that text order is time order on SQLite.
const TIMESTAMP: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

/// Years before have another length as text, so they would sort wrongly.
const YEAR_ONE: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// A parameter on its way into a statement.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Null,
    Integer(i64),
    Float(f64),
    Bool(bool),
    Text(&'a str),
    Bytes(&'a [u8]),
    Uuid(Uuid),
    Json(&'a Json),
    Timestamp(Timestamp),
    Date(Date),
}

/// Anything that can be a parameter.
pub trait Param: Send + Sync {
    fn value(&self) -> Value<'_>;
}

impl<T: Param + ?Sized> Param for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Param> Param for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Param::value)
    }
}

macro_rules! param {
    ($($type:ty => |$self:ident| $value:expr;)*) => {$(
        impl Param for $type {
            fn value(&self) -> Value<'_> {
                let $self = self;
                $value
            }
        }
    )*};
}

param! {
    i64 => |it| Value::Integer(*it);
    f64 => |it| Value::Float(*it);
    bool => |it| Value::Bool(*it);
    str => |it| Value::Text(it);
    String => |it| Value::Text(it);
    [u8] => |it| Value::Bytes(it);
    Vec<u8> => |it| Value::Bytes(it);
    Uuid => |it| Value::Uuid(*it);
    Json => |it| Value::Json(it);
    Timestamp => |it| Value::Timestamp(*it);
    Date => |it| Value::Date(*it);
}

/// Without the content: drivers print parameters into debug logs, and parameters are personal data.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Value::Null => "null",
            Value::Integer(_) => "integer",
            Value::Float(_) => "float",
            Value::Bool(_) => "bool",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::Uuid(_) => "uuid",
            Value::Json(_) => "json",
            Value::Timestamp(_) => "timestamp",
            Value::Date(_) => "date",
        })
    }
}

impl<'a> Value<'a> {
    /// Refuses what one of the databases would refuse or bend, and cuts time to whole microseconds (downwards).
    pub(crate) fn checked(self) -> Result<Value<'a>> {
        let refuse = |what: &str| Err(Error::Check { constraint: what.to_owned() });
        match self {
            Value::Float(number) if !number.is_finite() => refuse("a number must be finite"),
            Value::Text(text) if text.contains('\0') => refuse("text must not contain the NUL character"),
            Value::Json(json) if holds_nul(json) => refuse("JSON text must not contain the NUL character"),
            Value::Date(date) if date.year() < 1 => refuse("a date must lie in the years 1 to 9999"),
            Value::Timestamp(at) => {
                let whole = TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Floor);
                let rounded = at.round(whole).map_err(|error| Error::other(error.to_string()))?;
                if rounded < YEAR_ONE {
                    refuse("a time must lie in the years 1 to 9999")
                } else {
                    Ok(Value::Timestamp(rounded))
                }
            }
            fine => Ok(fine),
        }
    }
}

fn holds_nul(json: &Json) -> bool {
    match json {
        Json::String(text) => text.contains('\0'),
        Json::Array(items) => items.iter().any(holds_nul),
        Json::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

impl SqliteToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let owned_text = |text: String| ToSqlOutput::Owned(SqliteValue::Text(text));
        Ok(match self {
            Value::Null => ToSqlOutput::Owned(SqliteValue::Null),
            Value::Integer(number) => ToSqlOutput::Owned(SqliteValue::Integer(*number)),
            Value::Float(number) => ToSqlOutput::Owned(SqliteValue::Real(*number)),
            Value::Bool(yes) => ToSqlOutput::Owned(SqliteValue::Integer(i64::from(*yes))),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Value::Uuid(id) => ToSqlOutput::Owned(SqliteValue::Blob(id.as_bytes().to_vec())),
            Value::Json(json) => owned_text(json.to_string()),
            Value::Timestamp(at) => owned_text(TIMESTAMP.timestamp_to_string(at)),
            Value::Date(date) => owned_text(date.to_string()),
        })
    }
}

type PgResult = Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl PgToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> PgResult {
        match self {
            Value::Null => Ok(IsNull::Yes),
            // an integer goes where PostgreSQL inferred a narrower one, and fails when it does not fit
            Value::Integer(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql_checked(ty, out),
            Value::Integer(number) if *ty == Type::INT2 => i16::try_from(*number)?.to_sql_checked(ty, out),
            Value::Integer(number) => number.to_sql_checked(ty, out),
            Value::Float(number) => number.to_sql_checked(ty, out),
            Value::Bool(yes) => yes.to_sql_checked(ty, out),
            Value::Text(text) => text.to_sql_checked(ty, out),
            Value::Bytes(bytes) => bytes.to_sql_checked(ty, out),
            Value::Uuid(id) => id.to_sql_checked(ty, out),
            Value::Json(json) => json.to_sql_checked(ty, out),
            Value::Timestamp(at) => at.to_sql_checked(ty, out),
            Value::Date(date) => date.to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true // each arm above checks with the type it wraps
    }

    postgres::types::to_sql_checked!();
}

/// Anything that can be read from a column.
pub trait Col: Sized {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self, String>;
    fn from_postgres(row: &postgres::Row, column: usize) -> Result<Self, String>;
}

impl<T: Col> Col for Option<T> {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self, String> {
        match value {
            ValueRef::Null => Ok(None),
            some => T::from_sqlite(some).map(Some),
        }
    }

    fn from_postgres(row: &postgres::Row, column: usize) -> Result<Self, String> {
        match row.try_get::<_, IsNullCell>(column).map_err(|error| describe(&error))? {
            IsNullCell(true) => Ok(None),
            IsNullCell(false) => T::from_postgres(row, column).map(Some),
        }
    }
}

/// Reads only whether a cell of any type is NULL.
struct IsNullCell(bool);

impl<'a> postgres::types::FromSql<'a> for IsNullCell {
    fn from_sql(_: &Type, _: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(IsNullCell(false))
    }
    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(IsNullCell(true))
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}

fn describe(error: &postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn unfit<T>(wanted: &str, value: ValueRef<'_>) -> Result<T, String> {
    Err(format!("expected {wanted}, found {}", value.data_type()))
}

fn sqlite_text<'a>(wanted: &str, value: ValueRef<'a>) -> Result<&'a str, String> {
    match value {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map_err(|error| error.to_string()),
        other => unfit(wanted, other),
    }
}

macro_rules! col {
    ($($type:ty => |$value:ident| $sqlite:expr;)*) => {$(
        impl Col for $type {
            fn from_sqlite($value: ValueRef<'_>) -> Result<Self, String> {
                $sqlite
            }
            fn from_postgres(row: &postgres::Row, column: usize) -> Result<Self, String> {
                row.try_get(column).map_err(|error| describe(&error))
            }
        }
    )*};
}

col! {
    bool => |value| match value {
        ValueRef::Integer(number @ (0 | 1)) => Ok(number == 1),
        other => unfit("a truth value (0 or 1)", other),
    };
    String => |value| sqlite_text("text", value).map(str::to_owned);
    Vec<u8> => |value| match value {
        ValueRef::Blob(bytes) => Ok(bytes.to_vec()),
        other => unfit("bytes", other),
    };
    Uuid => |value| match value {
        ValueRef::Blob(bytes) => Uuid::from_slice(bytes).map_err(|error| error.to_string()),
        other => unfit("a UUID", other),
    };
    Json => |value| serde_json::from_str(sqlite_text("JSON", value)?).map_err(|error| error.to_string());
    Timestamp => |value| sqlite_text("a time", value)?.parse().map_err(|error: jiff::Error| error.to_string());
    Date => |value| sqlite_text("a date", value)?.parse().map_err(|error: jiff::Error| error.to_string());
}

impl Col for i64 {
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self, String> {
        match value {
            ValueRef::Integer(number) => Ok(number),
            other => unfit("an integer", other),
        }
    }

    /// A literal or CASE is a 32-bit integer on PostgreSQL.
    fn from_postgres(row: &postgres::Row, column: usize) -> Result<Self, String> {
        let narrow = row.columns().get(column).map(|column| column.type_().clone());
        match narrow {
            Some(Type::INT4) => row.try_get::<_, i32>(column).map(i64::from),
            Some(Type::INT2) => row.try_get::<_, i16>(column).map(i64::from),
            _ => row.try_get(column),
        }
        .map_err(|error| describe(&error))
    }
}

impl Col for f64 {
    #[expect(clippy::cast_precision_loss, reason = "SQLite answers a whole REAL expression as an integer at times")]
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self, String> {
        match value {
            ValueRef::Real(number) => Ok(number),
            ValueRef::Integer(number) => Ok(number as f64),
            other => unfit("a number", other),
        }
    }

    fn from_postgres(row: &postgres::Row, column: usize) -> Result<Self, String> {
        match row.columns().get(column).map(|column| column.type_().clone()) {
            Some(Type::FLOAT4) => row.try_get::<_, f32>(column).map(f64::from),
            _ => row.try_get(column),
        }
        .map_err(|error| describe(&error))
    }
}
