//! Every row that belongs to a workspace, table by table: the way out, without loss.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Dialect, Param, Row, Tx, statements};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::corridor::fault::Fault;

/// Rows of one page.
const PAGE_ROWS: i64 = 1_000;

/// How a column is read on both databases.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Id,
    Text,
    Number,
    Bool,
    Time,
    Date,
    Json,
}
use Kind::{Bool, Date as Day, Id, Json, Number, Text, Time};

/// A table: its name, its workspace column, the columns that order its pages, and all that leave with it.
/// Secrets (hashes of passwords, sessions, tokens, links) stay.
#[derive(Debug)]
pub struct Table {
    name: &'static str,
    workspace: &'static str,
    /// Together unique.
    key: &'static [&'static str],
    columns: &'static [(&'static str, Kind)],
}

#[rustfmt::skip]
pub static TABLES: &[Table] = &[
    Table { name: "workspace", workspace: "id", key: &["id"], columns: &[
        ("id", Id), ("slug", Text), ("name", Text), ("currency", Text), ("zone", Text), ("fiscal_year_start_month", Number),
        ("created_at", Time)] },
    Table { name: "workspace_user", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("name", Text), ("email", Text), ("role", Text), ("function", Text), ("active", Bool), ("created_at", Time)] },
    Table { name: "account", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("name", Text), ("external_id", Text), ("type", Number), ("associate_id", Id), ("industry", Text),
        ("vertical", Text), ("geography", Text), ("end_on", Day), ("confidential", Bool), ("archived_at", Time), ("created_at", Time),
        ("parent_id", Id), ("merged_into", Id)] },
    Table { name: "account_merge", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("source_id", Id), ("target_id", Id), ("reason", Text), ("merged_at", Time), ("merged_by", Id)] },
    Table { name: "account_type_change", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("account_id", Id), ("type_before", Number), ("type_after", Number), ("reason", Text),
        ("changed_at", Time), ("changed_by", Id)] },
    Table { name: "account_field", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("key", Text), ("kind", Text), ("name", Text), ("help", Text), ("position", Number),
        ("created_at", Time), ("archived_at", Time)] },
    Table { name: "account_field_choice", workspace: "workspace_id", key: &["field_id", "key"], columns: &[
        ("field_id", Id), ("key", Text), ("label", Text), ("position", Number), ("removed_at", Time)] },
    Table { name: "account_field_value", workspace: "workspace_id", key: &["account_id", "field_id"], columns: &[
        ("account_id", Id), ("field_id", Id), ("words", Text), ("number", Number), ("day", Day), ("choice", Text),
        ("person_id", Id), ("recorded_at", Time), ("recorded_by", Id)] },
    Table { name: "portfolio_view", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("owner_id", Id), ("name", Text), ("query", Text), ("shared", Bool), ("position", Number), ("created_at", Time)] },
    Table { name: "scope", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("account_id", Id), ("parent_id", Id), ("kind", Text), ("name", Text), ("owner_id", Id),
        ("expected_users", Number), ("created_at", Time), ("archived_at", Time)] },
    Table { name: "bulk_edit", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("field", Text), ("value", Text), ("reason", Text), ("created_at", Time), ("created_by", Id),
        ("undone_at", Time), ("undone_by", Id)] },
    Table { name: "bulk_edit_row", workspace: "workspace_id", key: &["bulk_edit_id", "account_id"], columns: &[
        ("bulk_edit_id", Id), ("account_id", Id), ("before_value", Text), ("before_words", Text), ("version", Number),
        ("undone", Bool)] },
    Table { name: "contract", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("account_id", Id), ("name", Text), ("external_id", Text), ("notice_days", Number), ("auto_renew", Bool),
        ("created_at", Time), ("scope_id", Id)] },
    Table { name: "contract_amendment", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("account_id", Id), ("contract_id", Id), ("start_on", Day), ("end_on", Day), ("arr_minor", Number),
        ("currency", Text), ("note", Text), ("recorded_at", Time), ("recorded_by", Id), ("withdrawn_at", Time),
        ("is_price", Bool)] },
    Table { name: "movement_kind", workspace: "workspace_id", key: &["contract_id", "moved_on"], columns: &[
        ("account_id", Id), ("contract_id", Id), ("moved_on", Day), ("kind", Text), ("reason", Text), ("decided_at", Time),
        ("decided_by", Id)] },
    Table { name: "usage_revenue", workspace: "workspace_id", key: &["account_id", "month"], columns: &[
        ("account_id", Id), ("month", Day), ("minor", Number), ("currency", Text)] },
    Table { name: "exchange_rate", workspace: "workspace_id", key: &["fiscal_year", "currency"], columns: &[
        ("fiscal_year", Number), ("currency", Text), ("rate_millionths", Number)] },
    Table { name: "arr_target", workspace: "workspace_id", key: &["account_id", "fiscal_year"], columns: &[
        ("account_id", Id), ("fiscal_year", Number), ("delta_minor", Number), ("currency", Text)] },
    Table { name: "pod", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("kind", Text), ("name", Text), ("created_at", Time)] },
    Table { name: "pod_account", workspace: "workspace_id", key: &["pod_id", "account_id", "since"], columns: &[
        ("pod_id", Id), ("account_id", Id), ("since", Day), ("until", Day)] },
    Table { name: "pod_member", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("pod_id", Id), ("user_id", Id), ("role", Text), ("function", Text), ("since", Day), ("until", Day)] },
    Table { name: "score", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("account_id", Id), ("metric", Text), ("value", Number), ("note", Text), ("evidence_url", Text),
        ("effective_at", Time), ("recorded_at", Time), ("recorded_by", Id), ("template", Text), ("template_version", Number),
        ("import_id", Id)] },
    Table { name: "step_activity", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("account_id", Id), ("step", Text), ("activity", Text), ("done_at", Time), ("done_by", Id)] },
    Table { name: "scope_score", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("account_id", Id), ("scope_id", Id), ("metric", Text), ("value", Number), ("note", Text),
        ("evidence_url", Text), ("effective_at", Time), ("recorded_at", Time), ("recorded_by", Id), ("template", Text),
        ("template_version", Number)] },
    Table { name: "data_point", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("account_id", Id), ("name", Text), ("at", Time), ("value", Number), ("source", Text),
        ("recorded_at", Time), ("recorded_by", Id), ("subject_kind", Text), ("subject_id", Id), ("actor", Id),
        ("sent", Bool)] },
    Table { name: "signal", workspace: "workspace_id", key: &["name"], columns: &[
        ("name", Text), ("title", Text), ("unit", Text), ("direction", Text), ("created_at", Time)] },
    Table { name: "signal_day", workspace: "workspace_id", key: &["account_id", "name", "subject_id", "day"], columns: &[
        ("account_id", Id), ("subject_id", Id), ("name", Text), ("day", Day), ("points", Number), ("total", Number),
        ("least", Number), ("most", Number), ("last", Number), ("last_at", Time), ("thinned", Bool)] },
    Table { name: "signal_actor", workspace: "workspace_id", key: &["account_id", "name", "subject_id", "day", "actor"],
        columns: &[("account_id", Id), ("subject_id", Id), ("name", Text), ("day", Day), ("actor", Id)] },
    Table { name: "signal_person", workspace: "workspace_id", key: &["person"], columns: &[
        ("person", Id), ("account_id", Id), ("seen_at", Time)] },
    Table { name: "signal_unmatched", workspace: "workspace_id", key: &["group_id"], columns: &[
        ("group_id", Text), ("calls", Number), ("first_at", Time), ("last_at", Time)] },
    Table { name: "signal_threshold", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("signal", Text), ("measure", Text), ("days", Number), ("side", Text), ("level", Number),
        ("back_by", Number), ("rest_days", Number), ("account_types", Number), ("enabled", Bool), ("created_at", Time),
        ("created_by", Id), ("removed_at", Time)] },
    Table { name: "signal_standing", workspace: "workspace_id", key: &["threshold_id", "account_id"], columns: &[
        ("threshold_id", Id), ("account_id", Id), ("armed", Bool), ("fired_on", Day)] },
    Table { name: "scorecard_template", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("key", Text), ("version", Number), ("is_default", Bool), ("draft", Text), ("draft_at", Time),
        ("draft_by", Id), ("created_at", Time)] },
    Table { name: "scorecard_version", workspace: "workspace_id", key: &["template_id", "version"], columns: &[
        ("template_id", Id), ("version", Number), ("text", Text), ("note", Text), ("published_at", Time),
        ("published_by", Id)] },
    Table { name: "task", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("account_id", Id), ("title", Text), ("note", Text), ("owner_id", Id), ("due_on", Day), ("status", Text),
        ("source", Text), ("source_step", Text), ("source_metric", Text), ("source_score", Number), ("moved", Bool),
        ("version", Number), ("created_at", Time), ("created_by", Id), ("closed_at", Time), ("closed_by", Id)] },
    Table { name: "import", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("kind", Text), ("file_name", Text), ("status", Text), ("headers", Json), ("settings", Json), ("summary", Json),
        ("created_at", Time), ("created_by", Id), ("applied_at", Time), ("undone_at", Time)] },
    Table { name: "job_schedule", workspace: "workspace_id", key: &["kind"], columns: &[
        ("kind", Text), ("schedule", Json), ("enabled", Bool), ("since", Time), ("planned_until", Time)] },
    Table { name: "holiday", workspace: "workspace_id", key: &["day"], columns: &[("day", Day), ("name", Text)] },
    Table { name: "job", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("kind", Text), ("key", Text), ("due_on", Day), ("due_at", Time), ("state", Text), ("attempts", Number),
        ("next_try_at", Time), ("problem", Text), ("payload", Json), ("created_at", Time), ("finished_at", Time)] },
    Table { name: "import_mapping", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("name", Text), ("kind", Text), ("headers", Json), ("settings", Json), ("created_at", Time), ("created_by", Id)] },
    Table { name: "snapshot", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("kind", Text), ("as_of", Day), ("taken_at", Time), ("taken_by_id", Id), ("taken_by", Text), ("note", Text),
        ("accounts", Number), ("heads", Json)] },
    Table { name: "snapshot_line", workspace: "workspace_id", key: &["snapshot_id", "account_id"], columns: &[
        ("snapshot_id", Id), ("account_id", Id), ("name", Text), ("external_id", Text), ("type", Number), ("associate_id", Id),
        ("associate", Text), ("industry", Text), ("vertical", Text), ("geography", Text), ("end_on", Day), ("archived", Bool),
        ("steps", Text), ("overall", Number), ("gap_step", Number), ("gap_metric", Text), ("fiscal_year", Number),
        ("arr_last_year", Number), ("arr_delta_target", Number), ("arr_now", Number), ("details", Text)] },
    Table { name: "event", workspace: "workspace_id", key: &["id"], columns: &[
        ("id", Id), ("seq", Number), ("account_id", Id), ("account_version", Number), ("kind", Text), ("v", Number),
        ("effective_at", Time), ("recorded_at", Time), ("actor_id", Id), ("cause_id", Id), ("subject_kind", Text),
        ("subject_id", Id), ("data", Json)] },
];

/// By id where there is one, so that its index is used; the key of the small tables without is read as one text.
fn statement(table: &Table, dialect: Dialect) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let (columns, name, workspace) = (columns.join(", "), table.name, table.workspace);
    let key = if table.key == ["id"] { "id".to_owned() } else { text_key(table, dialect) };
    format!(
        "SELECT {key}, {columns} FROM {name} WHERE {workspace} = $1 AND {key} > $2 ORDER BY {key} LIMIT {PAGE_ROWS}"
    )
}

/// Ids are bytes on SQLite.
fn text_key(table: &Table, dialect: Dialect) -> String {
    let parts = table.key.iter().map(|column| {
        let is_id = table.columns.iter().any(|(name, kind)| name == column && matches!(kind, Kind::Id));
        match (dialect, is_id) {
            (Dialect::Sqlite, true) => format!("hex({column})"),
            _ => format!("CAST({column} AS TEXT)"),
        }
    });
    parts.collect::<Vec<_>>().join(" || '/' || ")
}

fn sqlite_statements() -> Vec<String> {
    TABLES.iter().map(|table| statement(table, Dialect::Sqlite)).collect()
}

fn postgres_statements() -> Vec<String> {
    TABLES.iter().map(|table| statement(table, Dialect::Postgres)).collect()
}

statements!(Sqlite, sqlite_statements);
statements!(Postgres, postgres_statements);

/// A page of a table: the key of each row, and the row with its table's name. `after` is the last key before.
pub fn dump(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    table: &Table,
    after: Option<&str>,
) -> Result<Vec<(String, Value)>, Fault> {
    let text = statement(table, tx.dialect());
    let by_id = table.key == ["id"];
    let (after_text, after_id) =
        (after.unwrap_or_default(), after.and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_default());
    let after: &dyn Param = if by_id { &after_id } else { &after_text };
    Ok(tx.rows(&text, &[&workspace, after], |row| {
        let mut fields = Map::new();
        fields.insert("table".to_owned(), json!(table.name));
        for (index, (name, kind)) in table.columns.iter().enumerate() {
            fields.insert((*name).to_owned(), value(row, index + 1, *kind)?);
        }
        let key = if by_id { row.get::<Uuid>(0)?.to_string() } else { row.get(0)? };
        Ok((key, Value::Object(fields)))
    })?)
}

fn value(row: &Row<'_>, column: usize, kind: Kind) -> mainstay_db::Result<Value> {
    Ok(match kind {
        Id => json!(row.get::<Option<Uuid>>(column)?),
        Text => json!(row.get::<Option<String>>(column)?),
        Number => json!(row.get::<Option<i64>>(column)?),
        Bool => json!(row.get::<Option<bool>>(column)?),
        Time => json!(row.get::<Option<Timestamp>>(column)?),
        Day => json!(row.get::<Option<Date>>(column)?),
        Json => row.get::<Option<Value>>(column)?.unwrap_or_default(),
    })
}
