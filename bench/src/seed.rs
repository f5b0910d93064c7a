//! The data of the benchmark: accounts, contracts and scores by the product's verbs, the rest of the log in bulk.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use mainstay::account::store::{self as accounts, AccountChange, NewAmendment, NewContract};
use mainstay::app::{self, App};
use mainstay::corridor::caller::{Workspace, hash_secret};
use mainstay::corridor::fault::Fault;
use mainstay::corridor::source::Source;
use mainstay::corridor::verb::By;
use mainstay::people::api::sign_in::{Founder, found_workspace};
use mainstay::people::store::{self as people, NewSession, NewWorkspace};
use mainstay::pod::store as pods;
use mainstay::scorecard::store::{self as scores, ScoreIn};
use mainstay_db::{Db, Param, Scope, Tx};
use mainstay_rules::account::{AccountType, NewAccount};
use mainstay_rules::custom_field::{Field, Kind as FieldKind, NewField, Value};
use mainstay_rules::money::Currency;
use mainstay_rules::permission::PodRole;
use mainstay_rules::score::Score;
use tokio::sync::watch;
use uuid::Uuid;

use crate::data::Data;

pub const ACCOUNTS: usize = 10_000;
const SCORES_EACH: i64 = 20;
const EVENTS_EACH: i64 = 100;
const STEPS: [&str; 5] = ["launched", "roi_generated", "roi_recognized", "monetizes", "strategic_partner"];
const PER_TRANSACTION: usize = 20;
/// Half-years: three years of history.
const ROUNDS: i64 = 6;
const ROUND_DAYS: i64 = 182;
/// The key of the workspace's own field.
pub const OWN_FIELD: &str = "region";

pub struct Seeded {
    pub slug: &'static str,
    /// The secret of a signed-in session.
    pub session: String,
    pub csrf: String,
    pub accounts: Vec<Uuid>,
    pub today: Date,
}

pub fn seed(data: &Data, count: usize) -> Result<Seeded, String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    let db = runtime.block_on(data.open())?;
    runtime.block_on(fill(db, data.url.is_none(), count)).map_err(|fault| fault.to_string())
}

async fn fill(db: Db, migrate: bool, count: usize) -> Result<Seeded, Fault> {
    if migrate {
        db.migrate(mainstay::migrations::SET, None).await?;
    }
    let (_stop, stopping) = watch::channel(false);
    let now = Source::system().now();
    let mut app = App::new(db, Source::system(), "http://bench", stopping);
    let (workspace, user, session, csrf) = found(&app).await?;
    // What happened is written in its own time, half a year after half a year.
    app.source = Source::simulated(now);
    let field = app.verb(Arc::clone(&workspace), Some(user), add_field).await?;
    let ids: Vec<Uuid> = (0..count).map(|_| app.source.id()).collect();
    for (chunk, part) in ids.chunks(PER_TRANSACTION).enumerate() {
        for round in 0..ROUNDS {
            app.source.set(now - jiff::SignedDuration::from_hours(24 * ROUND_DAYS * (ROUNDS - round)));
            let (part, field) = (part.to_vec(), field.clone());
            app.verb(Arc::clone(&workspace), Some(user), move |tx, by| {
                tx.lock(&part)?;
                part.iter().enumerate().try_for_each(|(i, id)| {
                    let number = chunk * PER_TRANSACTION + i;
                    if round == 0 {
                        account(tx, by, *id, user, number, &field)?;
                    }
                    half_year(tx, by, *id, number, round)
                })
            })
            .await?;
        }
    }
    app.source.set(now);
    for part in ids.chunks(PER_TRANSACTION) {
        let part = part.to_vec();
        app.verb(Arc::clone(&workspace), Some(user), move |tx, by| part.iter().try_for_each(|id| pad_log(tx, by, *id)))
            .await?;
    }
    // Or the server would write the months that began since the last half-year while it is measured.
    app::housekeep(&app).await?;
    Ok(Seeded { slug: "bench", session, csrf, accounts: ids, today: workspace.day_of(now) })
}

/// A field of the workspace's own, by which the report can be grouped.
fn add_field(tx: &mut Tx<'_>, by: &By) -> Result<Field, Fault> {
    let new = NewField {
        key: OWN_FIELD.into(),
        kind: FieldKind::Text,
        name: "Region".into(),
        help: String::new(),
        choices: Vec::new(),
    };
    let id = accounts::add_field(tx, by, &new)?;
    accounts::field(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)
}

async fn found(app: &App) -> Result<(Arc<Workspace>, Uuid, String, String), Fault> {
    let (id, session, csrf) = (app.source.id(), app.source.secret(), app.source.secret());
    let (seeding, secret, proof) = (app.clone(), session.clone(), csrf.clone());
    let (workspace, user) = app
        .db
        .write(Scope::System, move |tx| {
            let new = NewWorkspace {
                id,
                slug: "bench".into(),
                name: "Bench".into(),
                currency: Currency::parse("EUR").map_err(|e| Fault::internal(e.to_string()))?,
                zone: "Europe/Madrid".into(),
                fiscal_year_start_month: 1,
            };
            let founder = Founder { name: "Bea Bench".into(), email: "bea@bench.example".into(), hash: String::new() };
            let identity = found_workspace(tx, &seeding, &new, &founder)?;
            let kept =
                NewSession { hash: hash_secret(&secret), identity, csrf: proof.clone(), user_agent: "bench".into() };
            people::create_session(tx, &kept, seeding.source.now())?;
            let workspace = people::workspace(tx, id)?.ok_or_else(Fault::not_found)?;
            let user = people::user_by_email(tx, id, "bea@bench.example")?.ok_or_else(Fault::not_found)?;
            Ok::<_, Fault>((workspace, user.id))
        })
        .await?;
    Ok((Arc::new(workspace), user, session, csrf))
}

fn account(tx: &mut Tx<'_>, by: &By, id: Uuid, user: Uuid, number: usize, field: &Field) -> Result<(), Fault> {
    let n = i64::try_from(number).unwrap_or(0);
    let name = format!("Account {number:05}");
    let fields = NewAccount {
        name: name.clone(),
        external_id: Some(format!("A{number}")),
        account_type: AccountType::ALL[number % 4],
        industry: Some(format!("Industry {}", number % 12)),
        vertical: None,
        geography: Some(format!("Country {}", number % 30)),
        end_on: None,
        confidential: false,
    };
    accounts::create_account(tx, by, id, &AccountChange { associate_id: Some(user), ..AccountChange::new(fields) })?;
    pods::put_member(tx, by, (id, &name), user, PodRole::Owner, "account_manager")?;
    accounts::put_fields(tx, by, id, &[(field.clone(), Some(Value::Text(format!("Region {}", number % 20))))])?;
    let contract = NewContract { name: "Contract".into(), external_id: None, notice_days: None, auto_renew: false };
    // Some leave again: the ARR has movements of every kind.
    let end_on = (number % 10 == 9).then(|| by.today().saturating_add(27_i32.months()));
    accounts::add_contract(tx, by, id, &contract, &worth(by.today(), end_on, 1_000_000 + n * 7_919 % 90_000_000))?;
    let year = i64::from(by.today().year()) + 3;
    accounts::set_target(tx, by, id, year, Some(500_000 + n * 31 % 1_000_000))
}

fn worth(start_on: Date, end_on: Option<Date>, arr_minor: i64) -> NewAmendment {
    NewAmendment { start_on, end_on, arr_minor, note: String::new(), currency: None, is_price: false }
}

/// Some scores, and from time to time another ARR.
fn half_year(tx: &mut Tx<'_>, by: &By, id: Uuid, number: usize, round: i64) -> Result<(), Fault> {
    let n = i64::try_from(number).unwrap_or(0);
    if round > 0 && (n + round) % 3 == 0 && number % 10 != 9 {
        let found = accounts::contracts(tx, by.workspace.id, id)?;
        let contract = found.first().ok_or_else(Fault::not_found)?;
        let arr_minor = 1_000_000 + (n * 7_919 + round * 40_000) % 90_000_000;
        accounts::amend_contract(tx, by, id, contract.id, &worth(by.today(), None, arr_minor))?;
    }
    let (first, next) = (SCORES_EACH * round / ROUNDS, SCORES_EACH * (round + 1) / ROUNDS);
    for turn in first..next {
        let metric = STEPS[usize::try_from(turn).unwrap_or(0) % STEPS.len()];
        let new = ScoreIn {
            metric: metric.to_owned(),
            value: Score::from_hundredths((n * 37 + turn * 53) % 1000).ok(),
            note: String::new(),
            evidence_url: String::new(),
            effective_at: None,
            confirms: true,
        };
        scores::record(tx, by, id, &new)?;
    }
    Ok(())
}

/// Brings the account's log to its share of the million, as years of edits would have.
fn pad_log(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<(), Fault> {
    let version = tx.one(
        "SELECT version FROM stream WHERE workspace_id = $1 AND account_id = $2",
        &[&by.workspace.id, &id],
        |row| row.get::<i64>(0),
    )?;
    let from = version.unwrap_or(0);
    let (kind, data, subject) = ("account_edited", serde_json::json!({ "fields": ["industry"] }), "account");
    let numbered: Vec<(Uuid, i64)> = (from + 1..=EVENTS_EACH).map(|version| (by.id(), version)).collect();
    let one = 1_i64;
    let rows: Vec<Vec<&dyn Param>> = numbered
        .iter()
        .map(|(event, version)| -> Vec<&dyn Param> {
            vec![event, &by.workspace.id, &id, version, &kind, &one, &by.at, &by.at, &subject, &id, &data]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO event (id, workspace_id, account_id, account_version, kind, v, effective_at, recorded_at, subject_kind, subject_id, data)",
        "",
        &rows,
    )?;
    tx.exec(
        "UPDATE stream SET version = $3 WHERE workspace_id = $1 AND account_id = $2",
        &[&by.workspace.id, &id, &EVENTS_EACH],
    )?;
    app::project(tx, by)
}
