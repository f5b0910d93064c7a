//! A file as it comes in by multipart, with what its sender says about it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::{HeaderMap, header};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::import::{DateOrder, DecimalMark, EndIs, Field, SheetKind};
use mainstay_rules::limits::IMPORT_BYTES_MAX;
use mainstay_rules::problem::Problem;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use utoipa::ToSchema;

use crate::app::App;
use crate::corridor::caller::{Caller, hex};
use crate::corridor::fault::Fault;
use crate::corridor::request::{CSRF_FIELD, CSRF_HEADER, Care, check_csrf};
use crate::import::reactions::UPLOADS;
use crate::import::store::Asked;

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
    /// `accounts`, `contracts` or `scores`; told from the column names where it is not given.
    kind: Option<String>,
    /// The name of a saved mapping.
    saved: Option<String>,
    /// JSON: field to column (its header or its letter), the others are guessed.
    #[schema(example = r#"{"name": "Customer", "arr_ytd": "L", "field.sites": "Sites"}"#)]
    mapping: Option<String>,
    /// `dot` or `comma`
    decimal: Option<String>,
    /// `day_first`, `month_first` or `iso`
    dates: Option<String>,
    /// What the end date of a contract is: `last_day` with it, or `first_day_without` it.
    end_is: Option<String>,
    /// `true`: check only, keep nothing.
    dry_run: Option<String>,
}

/// A file on its way in; it goes with the value.
pub struct Kept {
    pub path: PathBuf,
}

impl Kept {
    /// A place in the data folder, where there is one.
    fn new(app: &App) -> Result<Self, Fault> {
        let folder = app.folder.as_ref().map_or_else(std::env::temp_dir, |folder| folder.join(UPLOADS));
        std::fs::create_dir_all(&folder).map_err(Fault::internal)?;
        Ok(Self { path: folder.join(app.source.id().to_string()) })
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// An upload whose session proof was checked.
pub struct Upload {
    pub caller: Caller,
    pub file_name: String,
    pub file: Kept,
    pub words: BTreeMap<String, String>,
    pub care: Care,
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
        check_length(&parts.headers)?;
        let (headers, method, path) = (parts.headers.clone(), parts.method.clone(), parts.uri.path().to_owned());
        let mut whole = Request::from_parts(parts, body);
        // The parts are measured as they come.
        DefaultBodyLimit::disable().apply(&mut whole);
        let multipart = Multipart::from_request(whole, app).await.map_err(|e| unreadable(&e))?;
        let mut upload = Self {
            caller,
            file_name: String::new(),
            file: Kept::new(app)?,
            words: BTreeMap::new(),
            care: Care::default(),
        };
        let print = upload.fill(multipart, from_header.as_deref()).await?;
        let proof = from_header.or_else(|| upload.words.get(CSRF_FIELD).cloned());
        check_csrf(&upload.caller, proof.as_deref())?;
        let Some(print) = print else {
            let message = "Choose a file: .csv or .xlsx, in the part “file”.";
            return Err(Fault::field(FieldError::new("/file", FieldCode::Required, message)));
        };
        upload.care = Care::read(&headers, method.as_str(), &path, print.as_bytes())?;
        Ok(upload)
    }
}

fn check_length(headers: &HeaderMap) -> Result<(), Fault> {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > IMPORT_BYTES_MAX + AROUND_BYTES_MAX) {
        return Err(too_large());
    }
    Ok(())
}

fn too_large() -> Fault {
    let message = format!("The file has more than {} MiB; at most these are read. Split it.", IMPORT_BYTES_MAX >> 20);
    Fault::new(Problem::TooLarge, message)
}

impl Upload {
    /// Writes the file to its place and keeps the words; gives the print of everything, none without a file.
    async fn fill(&mut self, mut multipart: Multipart, proof: Option<&str>) -> Result<Option<String>, Fault> {
        let mut digest = None;
        while let Some(mut part) = multipart.next_field().await.map_err(|e| unreadable(&e))? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" && digest.is_none() {
                // The form's proof stands before its file: nobody without one fills the disk.
                let proof = proof.or(self.words.get(CSRF_FIELD).map(String::as_str));
                check_csrf(&self.caller, proof)?;
                self.file_name = part.file_name().map(str::to_owned).unwrap_or_default();
                let (print, length) = keep(&mut part, &self.file.path).await?;
                digest = (length > 0 || !self.file_name.is_empty()).then_some(print);
                continue;
            }
            let mut bytes = Vec::new();
            while let Some(some) = part.chunk().await.map_err(|e| unreadable(&e))? {
                bytes.extend_from_slice(&some);
                if bytes.len() > WORD_BYTES_MAX {
                    return Err(Fault::new(
                        Problem::TooLarge,
                        format!("Only the part “file” may have more than {WORD_BYTES_MAX} bytes."),
                    ));
                }
            }
            self.words.insert(name, String::from_utf8_lossy(&bytes).trim().to_owned());
        }
        let words: Vec<String> = self
            .words
            .iter()
            .filter(|(name, _)| *name != CSRF_FIELD)
            .map(|(name, word)| format!("{name}={word}"))
            .collect();
        Ok(digest.map(|digest| format!("{digest} {} {}", self.file_name, words.join("&"))))
    }

    fn word(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }

    /// What the other parts say.
    pub fn asked(&self) -> Result<Asked, Fault> {
        Ok(Asked {
            kind: read_kind(self.word("kind"))?,
            saved: self.word("saved").to_owned(),
            mapping: read_mapping(self.word("mapping"))?,
            decimal: read_decimal(self.word("decimal"))?,
            dates: read_dates(self.word("dates"))?,
            end_is: read_end(self.word("end_is"))?,
            dry_run: self.word("dry_run") == "true",
        })
    }
}

/// Writes a part of an upload to a file, chunk by chunk; gives its print and its length.
async fn keep(part: &mut axum::extract::multipart::Field<'_>, path: &Path) -> Result<(String, usize), Fault> {
    let mut file = tokio::fs::File::create(path).await.map_err(|e| disk(&e))?;
    let mut digest = Sha256::new();
    let mut length = 0;
    while let Some(bytes) = part.chunk().await.map_err(|e| unreadable(&e))? {
        length += bytes.len();
        if length > IMPORT_BYTES_MAX {
            return Err(too_large());
        }
        digest.update(&bytes);
        file.write_all(&bytes).await.map_err(|e| disk(&e))?;
    }
    file.flush().await.map_err(|e| disk(&e))?;
    Ok((hex(&digest.finalize()), length))
}

fn disk(error: &std::io::Error) -> Fault {
    match error.kind() {
        std::io::ErrorKind::StorageFull => {
            Fault::new(Problem::StorageFull, "The file could not be kept: the disk of the server is full.")
        }
        _ => Fault::internal(error),
    }
}

/// The word for what a file is about; empty when it is to be told from the file.
pub fn read_kind(word: &str) -> Result<Option<SheetKind>, Fault> {
    if word.is_empty() {
        return Ok(None);
    }
    let kind = SheetKind::parse(word);
    kind.map(Some).ok_or_else(|| unknown("/kind", "kind is accounts, contracts or scores.".to_owned()))
}

pub fn read_end(word: &str) -> Result<Option<EndIs>, Fault> {
    match word {
        "" => Ok(None),
        "last_day" => Ok(Some(EndIs::LastDay)),
        "first_day_without" => Ok(Some(EndIs::FirstDayWithout)),
        _ => Err(unknown("/end_is", "end_is is last_day or first_day_without.".to_owned())),
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
        let known: Vec<_> = Field::ALL.iter().map(|field| field.key()).collect();
        let key: String = key.chars().take(40).collect();
        unknown(
            "/mapping",
            format!(
                "“{key}” is no field. Fields are {}, and field. with the key of a field of yours.",
                known.join(", ")
            ),
        )
    })
}
