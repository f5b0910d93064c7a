//! The JSON shapes of scorecard templates.

use jiff::Timestamp;
use mainstay_rules::score::Mean;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::template::Tested;
use crate::scorecard::store::Version;

/// A template of the workspace.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateSummary)]
pub struct TemplateOut {
    #[schema(example = "software")]
    pub key: String,
    pub name: String,
    /// The newest published version; 0 while there is only a draft.
    pub version: i64,
    /// It governs every account that no other template names.
    pub is_default: bool,
    pub has_draft: bool,
}

/// A template with its draft and its history.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateWhole)]
pub struct TemplateWhole {
    #[schema(example = "software")]
    pub key: String,
    pub name: String,
    pub version: i64,
    pub is_default: bool,
    /// The text that is not published yet.
    pub draft: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub draft_at: Option<Timestamp>,
    pub draft_by: Option<String>,
    /// Newest first.
    pub versions: Vec<VersionOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TemplateVersion)]
pub struct VersionOut {
    pub number: i64,
    /// What changed, and what was expected of it.
    pub note: String,
    /// Null: it came with Mainstay.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub published_at: Option<Timestamp>,
    pub published_by: Option<String>,
}

impl VersionOut {
    pub fn of(version: &Version) -> Self {
        Self {
            number: version.number,
            note: version.note.clone(),
            published_at: version.published_at,
            published_by: filled(&version.published_by),
        }
    }
}

pub fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A template as TOML text.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateText {
    /// The format is described in docs/guide/scorecard-template.md.
    #[schema(max_length = 65536)]
    pub text: String,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateTest {
    pub account: Uuid,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplatePublication {
    /// What changed, and what you expect of it.
    #[schema(max_length = 4000)]
    pub note: String,
    /// Make it the template of every account that no other names.
    #[serde(default)]
    pub default: bool,
}

/// One step before and after.
#[derive(Serialize, ToSchema)]
pub struct TemplateTestStep {
    pub number: usize,
    pub before: Option<f64>,
    pub after: Option<f64>,
    pub name_before: String,
    pub name_after: String,
}

/// What the draft would make of an account.
#[derive(Serialize, ToSchema)]
pub struct TemplateTestOut {
    pub account: Uuid,
    pub template_before: String,
    pub version_before: u32,
    pub overall_before: f64,
    pub overall_after: f64,
    pub steps: Vec<TemplateTestStep>,
}

impl TemplateTestOut {
    pub fn of(account: Uuid, tested: &Tested) -> Self {
        let ((old, before), (new, after)) = (&tested.before, &tested.after);
        let pairs = before.steps.iter().zip(&after.steps).enumerate();
        let steps = pairs.map(|(index, (was, will))| TemplateTestStep {
            number: index + 1,
            before: was.score.map(Mean::two_decimals),
            after: will.score.map(Mean::two_decimals),
            name_before: old.steps[index].name.clone(),
            name_after: new.steps[index].name.clone(),
        });
        Self {
            account,
            template_before: old.key.clone(),
            version_before: old.version,
            overall_before: before.overall.two_decimals(),
            overall_after: after.overall.two_decimals(),
            steps: steps.collect(),
        }
    }
}
