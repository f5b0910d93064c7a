//! The demo company as it is written down: tables in `demo/*.toml`, read into these shapes.

use serde::Deserialize;

const TASKS: &str = include_str!("../../../demo/tasks.toml");
const PEOPLE: &str = include_str!("../../../demo/people.toml");
/// The clients, one file for each sales pod.
const CLIENTS: [(&str, &str); 3] = [
    ("food.toml", include_str!("../../../demo/food.toml")),
    ("homes.toml", include_str!("../../../demo/homes.toml")),
    ("north_and_gulf.toml", include_str!("../../../demo/north_and_gulf.toml")),
];

/// Everything that is told about Snapwright.
pub struct Story {
    pub people: Vec<Person>,
    pub accounts: Vec<Account>,
    pub tasks: Vec<Promise>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeopleFile {
    people: Vec<Person>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The part of the address before the @.
    pub key: String,
    pub name: String,
    pub function: String,
    pub role: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TasksFile {
    tasks: Vec<Promise>,
}

/// A task that somebody was given, and perhaps has done.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// The account's id.
    pub account: String,
    /// Empty for one on a gap, whose title says the gap.
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub note: String,
    /// It is an action on the account's gap of that day.
    #[serde(default)]
    pub gap: bool,
    #[serde(default)]
    pub source: String,
    pub by: String,
    pub owner: String,
    pub day: i32,
    pub due: Option<i32>,
    pub done: Option<i32>,
    /// The answer whether the score has moved.
    pub moved: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientsFile {
    vertical: String,
    /// Who signs the contracts.
    seller: String,
    accounts: Vec<Account>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    pub id: String,
    pub name: String,
    /// Its type when it came.
    #[serde(rename = "type")]
    pub kind: i64,
    /// A change of type on the way.
    pub becomes: Option<Becomes>,
    pub industry: String,
    #[serde(default)]
    pub vertical: String,
    pub geography: String,
    /// The day on which it entered the book; the first is that of the import.
    pub since: i32,
    pub associate: String,
    #[serde(default)]
    pub seller: String,
    pub owner: String,
    pub team: Vec<String>,
    /// Thousands of euro wanted in the current fiscal year.
    pub delta_target: Option<i64>,
    pub contracts: Vec<Contract>,
    /// The day on which it was divided among several account managers.
    pub divided: Option<i32>,
    /// The day on which each of them scores the own part.
    pub divided_scores: Option<i32>,
    #[serde(default)]
    pub regions: Vec<Region>,
    pub scores: Scores,
    pub archived: Option<i32>,
    /// The id of the account of which it is a subsidiary; that one comes earlier in the book.
    pub parent: Option<String>,
    /// Usage revenue in euro of the last full months, the newest last.
    #[serde(default)]
    pub usage: Vec<i64>,
    /// What was counted of its shoots.
    #[serde(default)]
    pub measured: Vec<Measured>,
    /// Days on which the order system sent how many tenths of a hundred shoots failed.
    #[serde(default)]
    pub failed_shoots: Vec<(i32, i64)>,
}

/// Shoots of a month as they were counted on a day.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    pub day: i32,
    pub done: i64,
    pub planned: i64,
}

/// A region of the mega account, with the contract that is about it and its product lines.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    pub name: String,
    /// Place of the contract in the list.
    pub contract: usize,
    pub lines: Vec<ProductLine>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductLine {
    pub name: String,
    pub owner: String,
    pub expected_users: i64,
    /// The five steps in tenths, as its account manager sees them.
    pub steps: [i64; 5],
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Becomes {
    pub day: i32,
    #[serde(rename = "type")]
    pub kind: i64,
    pub reason: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    pub name: String,
    /// Last day, unless a step says another; none is open.
    pub ends: Option<i32>,
    pub notice_days: Option<i64>,
    #[serde(default)]
    pub auto_renew: bool,
    /// Euro when left out.
    pub currency: Option<String>,
    pub steps: Vec<ContractStep>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractStep {
    pub day: i32,
    /// Thousands a year, in the contract's currency.
    pub arr: i64,
    pub ends: Option<i32>,
    /// It changes the price alone.
    #[serde(default)]
    pub is_price: bool,
    #[serde(default)]
    pub note: String,
}

/// The course of each of the five steps; one without points was never scored.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    #[serde(default)]
    launched: Vec<Point>,
    #[serde(default)]
    roi_generated: Vec<Point>,
    #[serde(default)]
    roi_recognized: Vec<Point>,
    #[serde(default)]
    monetizes: Vec<Point>,
    #[serde(default)]
    strategic_partner: Vec<Point>,
}

/// A score in tenths that somebody typed on a day, perhaps with a reason.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub enum Point {
    Plain(i32, i64),
    Said(i32, i64, String),
    SaidBy(i32, i64, String, String),
}

impl Scores {
    /// In the order of the template's steps.
    pub fn courses(&self) -> [&[Point]; 5] {
        [&self.launched, &self.roi_generated, &self.roi_recognized, &self.monetizes, &self.strategic_partner]
    }
}

impl Point {
    pub fn day(&self) -> i32 {
        match self {
            Self::Plain(day, _) | Self::Said(day, ..) | Self::SaidBy(day, ..) => *day,
        }
    }

    pub fn tenths(&self) -> i64 {
        match self {
            Self::Plain(_, tenths) | Self::Said(_, tenths, _) | Self::SaidBy(_, tenths, ..) => *tenths,
        }
    }

    pub fn note(&self) -> &str {
        match self {
            Self::Plain(..) => "",
            Self::Said(.., note) | Self::SaidBy(_, _, note, _) => note,
        }
    }

    pub fn by(&self) -> Option<&str> {
        match self {
            Self::SaidBy(.., by) => Some(by),
            _ => None,
        }
    }
}

impl Account {
    /// The type it has today.
    pub fn type_today(&self) -> i64 {
        self.becomes.as_ref().map_or(self.kind, |becomes| becomes.kind)
    }

    /// A type that the weekly call speaks about.
    pub fn is_key(&self) -> bool {
        self.type_today() <= 2
    }
}

/// Reads the tables that are part of the binary.
pub fn read() -> Result<Story, String> {
    let people: PeopleFile = toml::from_str(PEOPLE).map_err(|e| format!("demo/people.toml: {e}"))?;
    let mut accounts = Vec::new();
    for (name, text) in CLIENTS {
        let file: ClientsFile = toml::from_str(text).map_err(|e| format!("demo/{name}: {e}"))?;
        accounts.extend(file.accounts.into_iter().map(|mut account| {
            if account.vertical.is_empty() {
                account.vertical.clone_from(&file.vertical);
            }
            account.seller.clone_from(&file.seller);
            account
        }));
    }
    let tasks: TasksFile = toml::from_str(TASKS).map_err(|e| format!("demo/tasks.toml: {e}"))?;
    Ok(Story { people: people.people, accounts, tasks: tasks.tasks })
}
