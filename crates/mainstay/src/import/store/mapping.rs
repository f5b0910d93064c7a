//! Which field each column is: asked for, saved under a name, known from a program's export, or guessed.

use mainstay_db::{Tx, sql};
use mainstay_rules::custom_field::Field as OwnField;
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::import::{
    DateOrder, DecimalMark, EndIs, Field, SheetKind, column_letters, guess, guess_kind, guess_own, ready, same_headers,
};
use mainstay_rules::limits::{IMPORT_MAPPINGS_MAX, NAME_CHARS_MAX};
use mainstay_rules::problem::Problem;
use uuid::Uuid;

use super::model::{Import, Settings};
use super::sheet::SheetRow;
use super::staged::{as_json, json_at};
use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// Rows that are looked at to guess what a column holds.
const SAMPLE_ROWS: usize = 50;

/// What the sender says about a file.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub kind: Option<SheetKind>,
    /// The name of a saved mapping.
    pub saved: String,
    /// Field to column.
    pub mapping: Vec<(Field, String)>,
    pub decimal: Option<DecimalMark>,
    pub dates: Option<DateOrder>,
    pub end_is: Option<EndIs>,
    pub dry_run: bool,
}

/// A mapping that people gave a name.
#[derive(Clone, Debug)]
pub struct Saved {
    pub id: Uuid,
    pub name: String,
    pub kind: SheetKind,
    pub headers: Vec<String>,
    pub settings: Settings,
}

/// What a file is recognised by beside its cells.
pub struct Known {
    pub saved: Vec<Saved>,
    /// The workspace's own fields.
    pub own: Vec<OwnField>,
}

impl Known {
    pub fn load(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Self, Fault> {
        Ok(Self { saved: mappings(tx, workspace)?, own: accounts::live_fields(tx, workspace)? })
    }
}

pub fn mappings(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<Saved>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT id, name, kind, headers, settings FROM import_mapping WHERE workspace_id = $1
             ORDER BY created_at DESC, id DESC LIMIT $2"
        ),
        &[&workspace, &IMPORT_MAPPINGS_MAX],
        |row| {
            let kind: String = row.get(2)?;
            Ok(Saved {
                id: row.get(0)?,
                name: row.get(1)?,
                kind: SheetKind::parse(&kind).unwrap_or_default(),
                headers: json_at(row, 3)?,
                settings: json_at(row, 4)?,
            })
        },
    )?)
}

/// Keeps what was chosen for a file under a name; the same name again means the new choice.
pub fn save_mapping(tx: &mut Tx<'_>, by: &By, import: &Import, name: &str) -> Result<(), Fault> {
    let name = field::text("/save_as", name, NAME_CHARS_MAX).map_err(Fault::field)?;
    let held = mappings(tx, by.workspace.id)?;
    if i64::try_from(held.len()).unwrap_or(0) >= IMPORT_MAPPINGS_MAX && held.iter().all(|saved| saved.name != name) {
        let message = format!("{IMPORT_MAPPINGS_MAX} mappings are saved already. Use the name of one of them.");
        return Err(Fault::new(Problem::Conflict, message));
    }
    let settings = Settings { known_as: Some(name.clone()), ..import.settings.clone() };
    tx.exec(
        sql!(
            "INSERT INTO import_mapping (id, workspace_id, name, kind, headers, settings, created_at, created_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (workspace_id, name) DO UPDATE SET kind = $4, headers = $5, settings = $6, created_at = $7,
               created_by = $8"
        ),
        &[
            &by.id(),
            &by.workspace.id,
            &name,
            &import.kind.key(),
            &as_json(&import.headers)?,
            &as_json(&settings)?,
            &by.at,
            &by.user,
        ],
    )?;
    Ok(())
}

fn unknown(pointer: &str, message: String) -> Fault {
    Fault::field(FieldError::new(pointer, FieldCode::Unknown, message))
}

/// What the file is about and what its columns are, with what the sender named put over it.
pub fn recognise(
    headers: &[String],
    first: &[SheetRow],
    known: &Known,
    asked: &Asked,
) -> Result<(SheetKind, Settings), Fault> {
    let (kind, mut settings) = found(headers, first, known, asked)?;
    for (field, column) in &asked.mapping {
        expect_field(*field, &known.own)?;
        put(headers, &mut settings.fields, *field, column)?;
    }
    settings.decimal = asked.decimal.or(settings.decimal);
    settings.dates = asked.dates.or(settings.dates);
    settings.end_is = asked.end_is.unwrap_or(settings.end_is);
    // Whoever names the columns has said what the file is about.
    settings.kind_unclear &= kind.missing(&settings.fields).is_some();
    Ok((kind, settings))
}

/// A field that the sender names has to be there.
pub fn expect_field(field: Field, own: &[OwnField]) -> Result<(), Fault> {
    let Field::Own(key) = field else { return Ok(()) };
    if own.iter().any(|known| known.key == key.as_str()) {
        return Ok(());
    }
    let yours: Vec<String> = own.iter().map(OwnField::word).collect();
    let message = format!("There is no field {}. Fields of yours: {}.", key.as_str(), yours.join(", "));
    Err(unknown("/mapping", message.chars().take(600).collect()))
}

fn found(
    headers: &[String],
    first: &[SheetRow],
    Known { saved, own }: &Known,
    asked: &Asked,
) -> Result<(SheetKind, Settings), Fault> {
    let is_asked = |kind: SheetKind| asked.kind.is_none_or(|wanted| wanted == kind);
    if !asked.saved.is_empty() {
        let named = saved.iter().find(|mapping| mapping.name == asked.saved);
        let Some(named) = named else {
            return Err(unknown("/saved", format!("No mapping is saved as “{}”.", asked.saved)));
        };
        let mut settings = named.settings.clone();
        settings.fields = by_header(&named.headers, &named.settings.fields, headers);
        return Ok((named.kind, settings));
    }
    let known = saved.iter().find(|mapping| is_asked(mapping.kind) && same_headers(&mapping.headers, headers));
    if let Some(known) = known {
        return Ok((known.kind, known.settings.clone()));
    }
    let sample: Vec<Vec<String>> = first
        .iter()
        .take(SAMPLE_ROWS)
        .map(|row| row.cells.iter().map(|cell| cell.written(DecimalMark::Dot)).collect())
        .collect();
    if let Some(ready) = ready(headers).filter(|ready| is_asked(ready.kind)) {
        let explained = || {
            let mut fields = ready.fields(headers);
            guess_own(ready.kind, headers, own, &mut fields);
            fields
        };
        let settings = Settings {
            fields: if ready.is_guessed() { guessed(ready.kind, headers, &sample, own) } else { explained() },
            end_is: ready.end_is,
            known_as: Some(ready.label.to_owned()),
            ..Settings::default()
        };
        return Ok((ready.kind, settings));
    }
    let told = asked.kind.or_else(|| guess_kind(headers, &sample));
    let kind = told.unwrap_or_default();
    Ok((
        kind,
        Settings { fields: guessed(kind, headers, &sample, own), kind_unclear: told.is_none(), ..Settings::default() },
    ))
}

fn guessed(kind: SheetKind, headers: &[String], sample: &[Vec<String>], own: &[OwnField]) -> Vec<Field> {
    guess(kind, headers, sample, own).into_iter().map(|guess| guess.field).collect()
}

/// The fields of a file of another kind than was thought.
pub fn guess_again(kind: SheetKind, headers: &[String], rows: &[SheetRow], own: &[OwnField]) -> Vec<Field> {
    let written = |row: &SheetRow| row.cells.iter().map(|cell| cell.written(DecimalMark::Dot)).collect();
    guessed(kind, headers, &rows.iter().take(SAMPLE_ROWS).map(written).collect::<Vec<_>>(), own)
}

/// A saved mapping put on a file whose columns may stand in another order.
fn by_header(known: &[String], fields: &[Field], headers: &[String]) -> Vec<Field> {
    let field = |header: &String| {
        let place = known.iter().position(|other| other.eq_ignore_ascii_case(header))?;
        fields.get(place).copied()
    };
    headers.iter().map(|header| field(header).unwrap_or(Field::Ignore)).collect()
}

fn put(headers: &[String], fields: &mut [Field], field: Field, column: &str) -> Result<(), Fault> {
    let wanted = column.trim();
    let by_header = headers.iter().position(|header| header.eq_ignore_ascii_case(wanted));
    let by_letter = || (0..headers.len()).find(|index| column_letters(*index).eq_ignore_ascii_case(wanted));
    let Some(index) = by_header.or_else(by_letter) else {
        let wanted: String = wanted.chars().take(40).collect();
        let message = format!("The file has no column “{wanted}”. Its columns are {}.", headers.join(", "));
        return Err(unknown(&format!("/mapping/{}", field.key()), message.chars().take(600).collect()));
    };
    if field != Field::Ignore {
        fields.iter_mut().filter(|other| **other == field).for_each(|other| *other = Field::Ignore);
    }
    if let Some(place) = fields.get_mut(index) {
        *place = field;
    }
    Ok(())
}
