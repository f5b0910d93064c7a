//! The closed catalogue of the report's columns: page, file and print choose from it, and its order is theirs.

use mainstay_rules::custom_field::Field;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::scorecard::Template;

use super::{sort_word, words::OWN};
use crate::corridor::fault::Fault;
use crate::portfolio::store::{Facet, SortKey, folded};

/// The word for the columns of the progress report, beside which others can be named.
const REPORT: &str = "report";
/// The word for the five steps, whatever their scorecard calls them.
const STEPS: &str = "steps";

/// Columns that tell of other days: they stand behind the Overall, and nothing is ordered by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    Trend,
    /// What moved since the last snapshot.
    Since,
}

impl Course {
    pub const ALL: [Self; 2] = [Self::Trend, Self::Since];

    pub fn word(self) -> &'static str {
        match self {
            Self::Trend => "trend",
            Self::Since => "since_snapshot",
        }
    }
}

/// Which columns a reader sees.
#[derive(Clone, Debug)]
pub struct Columns {
    keys: Vec<SortKey>,
    courses: Vec<Course>,
    own: Vec<Field>,
    /// Nobody has chosen: the columns of the progress report.
    pub is_default: bool,
}

impl Columns {
    /// `words` as in an address, separated by commas; the account's name is always among them.
    pub fn chosen(words: Option<&str>, heads: &Template, fields: &[Field]) -> Result<Self, Fault> {
        let Some(words) = words.filter(|words| !words.is_empty()) else {
            return Ok(Self { keys: SortKey::ALL.to_vec(), courses: Vec::new(), own: Vec::new(), is_default: true });
        };
        let wanted: Vec<&str> = words.split(',').map(str::trim).collect();
        let mut known: Vec<String> = all().map(|key| sort_word(key, heads).to_owned()).collect();
        known.extend(Course::ALL.map(|course| course.word().to_owned()));
        known.extend([REPORT, STEPS].map(str::to_owned));
        known.extend(fields.iter().map(Field::word));
        if let Some(unknown) = wanted.iter().find(|word| !known.iter().any(|known| known == *word)) {
            let short: String = unknown.chars().take(40).collect();
            let message = format!("{short} is no column; the columns are {}", known.join(", "));
            return Err(Fault::field(FieldError::new("/columns", FieldCode::Unknown, message)));
        }
        let (report, steps) = (wanted.contains(&REPORT), wanted.contains(&STEPS));
        let is_wanted = |key: &SortKey| {
            *key == SortKey::Name
                || (report && SortKey::ALL.contains(key))
                || (steps && matches!(key, SortKey::Step(_)))
                || wanted.contains(&sort_word(*key, heads))
        };
        let courses = Course::ALL.into_iter().filter(|course| wanted.contains(&course.word())).collect();
        let own = fields.iter().filter(|field| wanted.contains(&field.word().as_str())).cloned().collect();
        Ok(Self { keys: all().filter(is_wanted).collect(), courses, own, is_default: false })
    }

    pub fn shows(&self, key: SortKey) -> bool {
        self.keys.contains(&key)
    }

    pub fn keys(&self) -> &[SortKey] {
        &self.keys
    }

    /// The columns left of those that tell of other days, and those right of them.
    pub fn sides(&self) -> (&[SortKey], &[SortKey]) {
        let place = |key: &SortKey| all().position(|known| known == *key);
        let left = self.keys.partition_point(|key| place(key) <= place(&SortKey::Overall));
        self.keys.split_at(left)
    }

    pub fn courses(&self) -> &[Course] {
        &self.courses
    }

    pub fn tells(&self, course: Course) -> bool {
        self.courses.contains(&course)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.keys.len() + self.courses.len() + self.own.len()
    }

    pub fn own(&self) -> &[Field] {
        &self.own
    }

    pub fn shows_own(&self, field: &Field) -> bool {
        self.own.iter().any(|shown| shown.id == field.id)
    }
}

/// Every column that is not an own field, in the report's order.
pub fn all() -> impl Iterator<Item = SortKey> {
    SortKey::ALL.into_iter().chain(SortKey::MORE)
}

/// The order by an own field.
pub fn own_sort(word: &str, fields: &[Field]) -> Option<SortKey> {
    let key = word.strip_prefix(OWN)?;
    let field = fields.iter().find(|field| field.key == key)?;
    if field.kind.is_number() {
        return Facet::new(key).map(SortKey::OwnNumber);
    }
    let by_day = field.kind == mainstay_rules::custom_field::Kind::Date;
    Facet::new(&if by_day { key.to_owned() } else { folded(key) }).map(SortKey::OwnText)
}
