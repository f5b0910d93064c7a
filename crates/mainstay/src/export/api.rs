//! The report as a file over the wire.

use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use mainstay_db::Scope;
use mainstay_rules::field::{FieldCode, FieldError};
use serde::Deserialize;

use super::store::{self, Report};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::portfolio::api::{Asked, Beside, Columns, Courses, heads, viewed};
use crate::portfolio::store::{Totals, totals};
use crate::text::export as text;

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
}

impl Format {
    fn parse(word: Option<&str>) -> Result<Self, Fault> {
        match word.unwrap_or("csv") {
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            _ => {
                let message = "format is csv or xlsx; the rows as JSON are at GET /api/v1/portfolio.";
                Err(Fault::field(FieldError::new("/format", FieldCode::Unknown, message)))
            }
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wished {
    /// `csv` or `xlsx`.
    #[param(example = "xlsx")]
    pub format: Option<String>,
}

/// The progress report as a file: every account that matches, not only a page of them.
#[utoipa::path(get, path = "/api/v1/portfolio/export", tag = "portfolio", params(Wished, Asked),
    responses((status = 200, description = "The file, as CSV or as a workbook", content_type = "text/csv")))]
pub async fn export(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(wished): Query<Wished>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let asked = Asked::of_query(query.as_deref().unwrap_or_default());
    file(&app, &caller, wished.format.as_deref(), &asked).await
}

/// The file as an attachment.
pub async fn file(app: &App, caller: &Caller, format: Option<&str>, asked: &Asked) -> Result<Response, Fault> {
    let format = Format::parse(format)?;
    // A file has every column of the lines and none of those that tell of other days: what a spreadsheet computes on
    // are numbers of one day.
    let asked = Asked { columns: Some("name".to_owned()), ..asked.clone() };
    let report = report(app, caller, &asked).await?;
    let name = text::file_name(&report.day.to_string(), format.ending());
    // Thousands of rows are seconds of work for a core: not on a thread that answers others.
    let bytes = tokio::task::spawn_blocking(move || written(&report, format)).await.map_err(Fault::internal)??;
    Ok((headers(format, &name), bytes).into_response())
}

fn written(report: &Report, format: Format) -> Result<Vec<u8>, Fault> {
    match format {
        Format::Csv => {
            let mut bytes = Vec::new();
            store::csv(report, &mut bytes).map_err(Fault::internal)?;
            Ok(bytes)
        }
        Format::Xlsx => store::xlsx(report).map_err(Fault::internal),
    }
}

fn headers(format: Format, name: &str) -> [(HeaderName, HeaderValue); 2] {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or_else(|_| HeaderValue::from_static("attachment"))),
    ]
}

/// Every line that matches, in the asked order.
pub async fn report(app: &App, caller: &Caller, asked: &Asked) -> Result<Report, Fault> {
    let (wanted, acting) = (asked.clone(), caller.clone());
    let (workspace, today) = (caller.workspace.id, caller.today(app));
    let frame = asked.frame(today)?;
    let (asked, heads, (columns, courses), lines) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let heads = heads(tx, &acting.workspace, frame, today)?;
            let known = heads.known();
            let mut asked = viewed(tx, &acting, wanted.clone())?;
            asked.tidy(known.heads);
            let columns = Columns::chosen(asked.columns.as_deref(), known.heads, &heads.fields)?;
            let (filter, sort) = (asked.filter(&acting, &known)?, asked.sort(&known)?);
            let lines = store::lines(tx, (workspace, frame), &filter, sort)?;
            let beside =
                Beside { workspace, heads: &heads, columns: &columns, filter: &filter, group: None, actions: None };
            let courses = Courses::read(tx, &beside, &lines, |tx, frame| totals(tx, workspace, frame, &filter))?;
            Ok::<_, Fault>((asked, heads, (columns, courses), lines))
        })
        .await?;
    let (currency, day) = (heads.currency, heads.day);
    let mut about = store::about(&caller.workspace, day, Some((&caller.name, app.source.now())));
    let matching = asked.words();
    if !matching.is_empty() {
        about.push(text::only_matching(&matching));
    }
    Ok(Report { totals: Totals::of(&lines), heads, columns, courses, lines, currency, day, about })
}
