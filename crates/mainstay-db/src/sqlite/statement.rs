//! One statement on a SQLite connection: values bound by their numbers, rows read one by one.

use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::transaction::{Row, within_limit};
use crate::value::Value;

fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value<'_>]) -> Result<()> {
    for index in 1..=statement.parameter_count() {
        // "$3" -> 3: SQLite numbers names by their first appearance
        let number = statement.parameter_name(index).and_then(|name| name.get(1..)?.parse().ok()).unwrap_or(index);
        let value = number.checked_sub(1).and_then(|at: usize| values.get(at));
        let value = value.ok_or_else(|| Error::other(format!("the statement has no value for ${number}")))?;
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

pub(crate) fn exec(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Result<u64> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    if statement.column_count() == 0 {
        return Ok(statement.raw_execute()? as u64);
    }
    let (mut rows, mut count) = (statement.raw_query(), 0);
    while rows.next()?.is_some() {
        count += 1;
    }
    Ok(count)
}

pub(crate) fn rows<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
    read: &impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    let (mut rows, mut out) = (statement.raw_query(), Vec::new());
    while let Some(row) = rows.next()? {
        out.push(read(&Row::Sqlite(row))?);
        within_limit(out.len())?;
    }
    Ok(out)
}
