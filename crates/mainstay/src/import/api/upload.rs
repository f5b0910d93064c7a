//! A file as it comes in by multipart, with what its sender says about it.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::import::{DateOrder, DecimalMark, Field, column_letters};
use mainstay_rules::limits::IMPORT_BYTES_MAX;
use mainstay_rules::problem::Problem;
use utoipa::ToSchema;

use super::guessed;
use crate::app::App;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::request::{CSRF_FIELD, CSRF_HEADER, Care, body_of, check_csrf};
use crate::import::store::{Settings, Sheet};

/// What multipart adds around the file: boundaries, headers, the other fields.
const AROUND_BYTES_MAX: usize = 256 * 1024;
/// Characters of a field beside the file.
const WORD_BYTES_MAX: usize = 64 * 1024;

/// The parts of an upload, for the API's description.
#[derive(ToSchema)]
#[schema(as = ImportUpload)]
#[expect(dead_code, reason = "described only: the parts are read one by one")]
pub struct UploadIn {
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// `progress_report`
    kind: Option<String>,
    /// JSON: field to column (its header or its letter), the others are guessed.
    #[schema(example = r#"{"name": "Customer", "arr_ytd": "L"}"#)]
    mapping: Option<String>,
    /// `dot` or `comma`
    decimal: Option<String>,
    /// `day_first`, `month_first` or `iso`
    dates: Option<String>,
    /// `true`: check only, keep nothing.
    dry_run: Option<String>,
}

/// An upload whose session proof was checked.
pub struct Upload {
    pub caller: Caller,
    pub file_name: String,
    pub file: Vec<u8>,
    pub words: BTreeMap<String, String>,
    pub care: Care,
}

/// What the sender says about a file.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Field to column.
    pub mapping: Vec<(Field, String)>,
    pub decimal: Option<DecimalMark>,
    pub dates: Option<DateOrder>,
    pub dry_run: bool,
}

fn unreadable(error: &impl std::fmt::Display) -> Fault {
    Fault::new(Problem::Malformed, format!("The upload could not be read: {error}. Send it as multipart/form-data."))
}

fn unknown(pointer: &str, message: String) -> Fault {
    Fault::field(FieldError::new(pointer, FieldCode::Unknown, message))
}

impl FromRequest<App> for Upload {
    type Rejection = Fault;

    async fn from_request(request: Request<Body>, app: &App) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, app).await?;
        let from_header = parts.headers.get(CSRF_HEADER).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
            return Err(Fault::new(
                Problem::UnsupportedMediaType,
                "Send the file as multipart/form-data, in the part “file”.",
            ));
        }
        let (headers, method, path) = (parts.headers.clone(), parts.method.clone(), parts.uri.path().to_owned());
        let body = body_of(Request::from_parts(parts.clone(), body), IMPORT_BYTES_MAX + AROUND_BYTES_MAX).await?;
        let care = Care::read(&headers, method.as_str(), &path, &body)?;
        let mut whole = Request::from_parts(parts, Body::from(body));
        // The body has been measured already.
        DefaultBodyLimit::disable().apply(&mut whole);
        let multipart = Multipart::from_request(whole, app).await.map_err(|e| unreadable(&e))?;
        let mut upload = Self { caller, file_name: String::new(), file: Vec::new(), words: BTreeMap::new(), care };
        let has_file = upload.fill(multipart).await?;
        let proof = from_header.or_else(|| upload.words.get(CSRF_FIELD).cloned());
        check_csrf(&upload.caller, proof.as_deref())?;
        if !has_file || (upload.file.is_empty() && upload.file_name.is_empty()) {
            let message = "Choose a file: .csv or .xlsx, in the part “file”.";
            return Err(Fault::field(FieldError::new("/file", FieldCode::Required, message)));
        }
        Ok(upload)
    }
}

impl Upload {
    async fn fill(&mut self, mut multipart: Multipart) -> Result<bool, Fault> {
        let mut has_file = false;
        while let Some(part) = multipart.next_field().await.map_err(|e| unreadable(&e))? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let bytes = part.bytes().await.map_err(|e| unreadable(&e))?;
            if name == "file" && !has_file {
                has_file = true;
                self.file_name = file_name.unwrap_or_default();
                self.file = bytes.to_vec();
            } else if bytes.len() <= WORD_BYTES_MAX {
                self.words.insert(name, String::from_utf8_lossy(&bytes).trim().to_owned());
            } else {
                return Err(Fault::new(
                    Problem::TooLarge,
                    format!("Only the part “file” may have more than {WORD_BYTES_MAX} bytes."),
                ));
            }
        }
        Ok(has_file)
    }

    fn word(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }

    /// What the other parts say.
    pub fn asked(&self) -> Result<Asked, Fault> {
        if !matches!(self.word("kind"), "" | "progress_report") {
            return Err(unknown("/kind", "kind is progress_report.".to_owned()));
        }
        Ok(Asked {
            mapping: read_mapping(self.word("mapping"))?,
            decimal: read_decimal(self.word("decimal"))?,
            dates: read_dates(self.word("dates"))?,
            dry_run: self.word("dry_run") == "true",
        })
    }
}

pub fn read_decimal(word: &str) -> Result<Option<DecimalMark>, Fault> {
    match word {
        "" => Ok(None),
        "dot" => Ok(Some(DecimalMark::Dot)),
        "comma" => Ok(Some(DecimalMark::Comma)),
        _ => Err(unknown("/decimal", "decimal is dot or comma.".to_owned())),
    }
}

pub fn read_dates(word: &str) -> Result<Option<DateOrder>, Fault> {
    match word {
        "" => Ok(None),
        "day_first" => Ok(Some(DateOrder::DayFirst)),
        "month_first" => Ok(Some(DateOrder::MonthFirst)),
        "iso" => Ok(Some(DateOrder::Iso)),
        _ => Err(unknown("/dates", "dates is day_first, month_first or iso.".to_owned())),
    }
}

fn read_mapping(text: &str) -> Result<Vec<(Field, String)>, Fault> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let named: BTreeMap<String, String> = serde_json::from_str(text).map_err(|_| {
        unknown(
            "/mapping",
            "mapping is a JSON object: field to column, for example {\"name\": \"Customer\"}.".to_owned(),
        )
    })?;
    named.into_iter().map(|(field, column)| Ok((read_field(&field)?, column))).collect()
}

pub fn read_field(key: &str) -> Result<Field, Fault> {
    Field::parse(key).ok_or_else(|| {
        let known: Vec<&str> = Field::ALL.iter().map(|field| field.key()).collect();
        let key: String = key.chars().take(40).collect();
        unknown("/mapping", format!("“{key}” is no field. Fields are {}.", known.join(", ")))
    })
}

/// The guessed fields with those that the sender named put over them.
pub fn settings_of(sheet: &Sheet, asked: &Asked) -> Result<Settings, Fault> {
    let mut fields = guessed(sheet);
    for (field, column) in &asked.mapping {
        let wanted = column.trim();
        let by_header = sheet.headers.iter().position(|header| header.eq_ignore_ascii_case(wanted));
        let by_letter = || (0..sheet.headers.len()).find(|index| column_letters(*index).eq_ignore_ascii_case(wanted));
        let Some(index) = by_header.or_else(by_letter) else {
            let wanted: String = wanted.chars().take(40).collect();
            let message = format!("The file has no column “{wanted}”. Its columns are {}.", sheet.headers.join(", "));
            return Err(unknown(&format!("/mapping/{}", field.key()), message.chars().take(600).collect()));
        };
        if *field != Field::Ignore {
            fields.iter_mut().filter(|other| *other == field).for_each(|other| *other = Field::Ignore);
        }
        if let Some(place) = fields.get_mut(index) {
            *place = *field;
        }
    }
    Ok(Settings { fields, decimal: asked.decimal, dates: asked.dates })
}
