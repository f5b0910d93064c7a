//! The house as a whole: what every handler is given, and the projectors that write read models with each change.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{Db, IDS_AT_ONCE, Scope, Tx};
use mainstay_rules::permission::PodRole;
use mainstay_rules::score::Score;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinHandle;

use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::live;
use crate::corridor::source::Source;
use crate::corridor::verb::By;
use crate::{account, import, job, people, pod, portfolio, scorecard, signal, task};

/// argon2 takes 19 MiB and a core for a while: so many at once, the others wait their turn.
const PASSWORDS_AT_ONCE: usize = 2;

/// Files of an import are read into memory: so many at once, the others wait their turn.
const FILES_AT_ONCE: usize = 2;

/// Cheap to clone; one for each process.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub source: Source,
    pub live: live::Sender,
    pub totals: Arc<portfolio::store::KeptTotals>,
    pub streams: live::Streams,
    pub passwords: Arc<Semaphore>,
    pub reading: Arc<Semaphore>,
    /// Tells this process from others that work on the same data.
    pub process: uuid::Uuid,
    /// Rings when an import is to be worked on in the background.
    pub imports: Arc<Notify>,
    /// Ring when data points arrived: thresholds are to be looked at, and scores may follow.
    pub thresholds: Arc<Notify>,
    pub measured: Arc<Notify>,
    /// Rings when much was written whose history waits for the housekeeping.
    pub behind: Arc<Notify>,
    /// Where people reach this server, for links that are handed out.
    pub base_url: Arc<str>,
    /// Turns true when the server begins to stop; long answers end then.
    pub stopping: watch::Receiver<bool>,
    /// The data folder and what readyz looks at.
    pub folder: Option<Arc<std::path::Path>>,
    /// The kinds of machine work that this server does.
    pub jobs: job::Kinds,
}

impl App {
    pub fn new(db: Db, source: Source, base_url: &str, stopping: watch::Receiver<bool>) -> Self {
        let process = source.id();
        Self {
            db,
            source,
            live: live::channel(),
            totals: Arc::default(),
            streams: live::Streams::default(),
            passwords: Arc::new(Semaphore::new(PASSWORDS_AT_ONCE)),
            reading: Arc::new(Semaphore::new(FILES_AT_ONCE)),
            process,
            imports: Arc::default(),
            thresholds: Arc::default(),
            measured: Arc::default(),
            behind: Arc::default(),
            base_url: base_url.into(),
            stopping,
            folder: None,
            jobs: JOB_KINDS,
        }
    }

    /// Data points arrived: what follows them is told.
    pub fn ring_signals(&self) {
        self.thresholds.notify_one();
        self.measured.notify_one();
    }

    /// Writes down, later and outside the request, that a session or token was used.
    pub fn note_use(&self, used: people::store::Used) {
        if !used.is_due() {
            return;
        }
        let db = self.db.clone();
        tokio::spawn(async move {
            let noted = db.write_bulk(Scope::System, move |tx| people::store::note_use(tx, &used)).await;
            if let Err(fault) = noted {
                tracing::warn!(%fault, "last use was not noted");
            }
        });
    }
}

/// One read model's share of a change: rewrites what it shows of these accounts.
type Projector = fn(&mut Tx<'_>, &By, &[uuid::Uuid]) -> Result<(), Fault>;

/// Every read model that is written in the transaction of the change.
const PROJECTORS: &[Projector] = &[
    scorecard::store::follow_signals,
    scorecard::store::follow_scopes,
    account::store::project_movements,
    portfolio::store::project,
];

/// Every kind of machine work; recipe: docs/how-to/add-a-job.md.
pub static JOB_KINDS: job::Kinds = &[
    &job::reactions::HOUSEKEEPING,
    &signal::reactions::SIGNALS,
    &portfolio::reactions::SNAPSHOT_WEEKLY,
    &portfolio::reactions::SNAPSHOT_MONTHLY,
];

/// Runs the projectors once for the accounts that the verb touched and each person it renamed.
pub fn project(tx: &mut Tx<'_>, by: &By) -> Result<(), Fault> {
    project_accounts(tx, by, &by.touched())?;
    for user in by.renamed_users() {
        portfolio::store::project_name(tx, by, user)?;
    }
    if let Some(from) = by.every_line_reach() {
        // Too many for one transaction: the next housekeeping writes them anew.
        portfolio::store::make_due(tx, by.workspace.id, from)?;
        job::store::replan(tx, by.workspace.id, by.at)?;
    }
    Ok(())
}

/// Every read model of some accounts, from what it is computed of.
pub fn project_accounts(tx: &mut Tx<'_>, by: &By, accounts: &[uuid::Uuid]) -> Result<(), Fault> {
    let mut once = accounts.to_vec();
    once.sort_unstable();
    once.dedup();
    for some in once.chunks(IDS_AT_ONCE) {
        PROJECTORS.iter().try_for_each(|projector| projector(tx, by, some))?;
    }
    Ok(())
}

/// The pod room's share when an account is made or gets another associate: these people work on it from now on.
pub fn staff(
    tx: &mut Tx<'_>,
    by: &By,
    account: (uuid::Uuid, &str),
    associate: Option<uuid::Uuid>,
    creator: Option<uuid::Uuid>,
) -> Result<(), Fault> {
    pod::store::staff(tx, by, account, associate, creator)
}

/// What the other rooms would take along when an account is merged: open work, and people who join the pod.
pub fn merge_takes(
    tx: &mut Tx<'_>,
    workspace: uuid::Uuid,
    source: uuid::Uuid,
    target: uuid::Uuid,
) -> Result<(i64, Vec<String>), Fault> {
    let joining = joining(tx, workspace, source, target)?;
    let names = joining.into_iter().map(|member| member.name).collect();
    Ok((task::store::open_on(tx, workspace, source)?, names))
}

fn joining(
    tx: &mut Tx<'_>,
    workspace: uuid::Uuid,
    source: uuid::Uuid,
    target: uuid::Uuid,
) -> Result<Vec<pod::store::Member>, Fault> {
    let own = pod::store::members(tx, workspace, target)?;
    let mut joining = pod::store::members(tx, workspace, source)?;
    joining.retain(|member| own.iter().all(|known| known.user_id != member.user_id));
    Ok(joining)
}

/// The other rooms' share of a merge: people of the one pod join the other, open work follows.
pub fn follow_merge(tx: &mut Tx<'_>, by: &By, source: uuid::Uuid, target: (uuid::Uuid, &str)) -> Result<(), Fault> {
    for member in joining(tx, by.workspace.id, source, target.0)? {
        // The account that stays has its owner already.
        let role = if member.role == PodRole::Owner { PodRole::Team } else { member.role };
        pod::store::put_member(tx, by, target, member.user_id, role, &member.function)?;
    }
    scorecard::store::move_scope_scores(tx, by.workspace.id, source, target.0)?;
    task::store::move_open(tx, by, source, target.0)
}

/// What stands at the head of every page of an account, from the rooms that know it.
pub fn heading(
    tx: &mut Tx<'_>,
    workspace: uuid::Uuid,
    account: uuid::Uuid,
    today: jiff::civil::Date,
) -> Result<account::pages::Heading, Fault> {
    let line = portfolio::store::line(tx, workspace, account)?.ok_or_else(Fault::not_found)?;
    Ok(account::pages::Heading {
        today,
        owner: pod::store::owner(tx, workspace, account)?,
        arr_now: line.arr_now,
        arr_last_year: line.arr_last_year,
        delta_target: line.arr_delta_target,
        end_on: line.end_on,
        overall: (line.scored_steps > 0).then(|| mainstay_rules::score::Mean::from_millionths(line.overall)),
        trend: scorecard::pages::trend(tx, workspace, account, today)?,
        has_scopes: account::store::scopes(tx, workspace, account)?.iter().any(account::AccountScope::is_living),
    })
}

/// The names of the data points that the account's scorecard is worked out from.
pub fn data_points_wanted(tx: &mut Tx<'_>, workspace: uuid::Uuid, account: uuid::Uuid) -> Result<Vec<String>, Fault> {
    let template = scorecard::store::template_of(tx, workspace, account)?;
    Ok(template.points().into_iter().map(str::to_owned).collect())
}

/// The names of the data points that any scorecard of the workspace is worked out from.
pub fn points_scored(tx: &mut Tx<'_>, workspace: uuid::Uuid) -> Result<std::collections::BTreeSet<String>, Fault> {
    let templates = scorecard::store::templates(tx, workspace)?;
    Ok(templates.all().flat_map(|template| template.points()).map(str::to_owned).collect())
}

/// What an account and its scopes are scored today.
pub fn scope_scores(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: uuid::Uuid,
    today: jiff::civil::Date,
) -> Result<account::pages::ScopeScores, Fault> {
    let cards = scorecard::store::scope_cards(tx, workspace, account, today)?;
    let scored = |card: &mainstay_rules::scorecard::Scorecard| account::pages::Scored {
        steps: card.steps.iter().map(|step| step.score).collect(),
        overall: (card.scored_steps > 0).then_some(card.overall),
    };
    let whole = scorecard::api::read_card(tx, workspace.id, account, today)?;
    Ok(account::pages::ScopeScores {
        step_names: cards.template.steps.iter().map(|step| step.name.clone()).collect(),
        account: scored(&whole.result),
        of: cards.tree.parents.keys().map(|scope| (*scope, scored(&cards.card(*scope).result))).collect(),
    })
}

/// The gap of an account in the words of its scorecard; none when it has none, or is archived.
pub fn gap(tx: &mut Tx<'_>, workspace: uuid::Uuid, account: uuid::Uuid) -> Result<Option<task::Gap>, Fault> {
    let Some(line) = portfolio::store::line(tx, workspace, account)? else { return Ok(None) };
    let answers = if let Some(associate) = line.associate_id {
        Some(associate)
    } else {
        let members = pod::store::members(tx, workspace, account)?;
        members.into_iter().find(|member| member.role == PodRole::Owner).map(|owner| owner.user_id)
    };
    let templates = scorecard::store::templates(tx, workspace)?;
    Ok(portfolio::gap(&line, templates.governing(line.segment())).map(|gap| task::Gap { answers, ..gap }))
}

/// What the step that a task was to lift reads today.
pub fn step_now(tx: &mut Tx<'_>, workspace: uuid::Uuid, task: &task::Task) -> Result<Option<task::StepNow>, Fault> {
    let (Some(account), Some(step)) = (&task.account, &task.step) else { return Ok(None) };
    let Some(line) = portfolio::store::line(tx, workspace, account.id)? else { return Ok(None) };
    let templates = scorecard::store::templates(tx, workspace)?;
    Ok(portfolio::step_now(&line, templates.governing(line.segment()), step, task.metric.as_deref()))
}

/// Accounts that a person answers for, with a gap and nothing being done about it; those with the most ARR first.
pub fn gaps_without_action(
    tx: &mut Tx<'_>,
    workspace: uuid::Uuid,
    user: uuid::Uuid,
) -> Result<Vec<task::OpenGap>, Fault> {
    let gaps = portfolio::store::gaps_of(tx, workspace, user)?;
    let ids: Vec<uuid::Uuid> = gaps.iter().map(|gap| gap.account).collect();
    let busy = task::store::actions(tx, workspace, &ids)?;
    Ok(gaps.into_iter().filter(|gap| !busy.contains_key(&gap.account)).collect())
}

/// A new score for what a done task was to lift, as it is asked beside the task.
pub fn record_score(tx: &mut Tx<'_>, by: &By, account: uuid::Uuid, metric: &str, value: Score) -> Result<(), Fault> {
    let new = scorecard::store::ScoreIn {
        metric: metric.to_owned(),
        value: Some(value),
        note: String::new(),
        evidence_url: String::new(),
        effective_at: None,
        confirms: true,
    };
    scorecard::store::record(tx, by, account, &new)
}

/// Whether a file is at work at this time: its rows come one after another, and share the writer with everything else.
pub fn is_importing(tx: &mut Tx<'_>, workspace: uuid::Uuid) -> Result<bool, Fault> {
    import::store::is_any_at_work(tx, workspace)
}

/// How often the clock of the house is looked at.
const TICK: Duration = Duration::from_secs(30);

/// What runs beside the requests: the live tail, the midnight lines, the sweeping of what is over, and the jobs, whose
/// end is worth waiting for when the server stops.
pub fn start_readers(app: &App) -> JoinHandle<()> {
    tokio::spawn(crate::timeline::reactions::tail(app.clone()));
    let jobs = tokio::spawn(job::reactions::run(app.clone()));
    tokio::spawn(import::reactions::run(app.clone()));
    tokio::spawn(signal::reactions::watch(app.clone()));
    tokio::spawn(scorecard::reactions::follow(app.clone()));
    let app = app.clone();
    tokio::spawn(async move {
        let mut stopping = app.stopping.clone();
        loop {
            if let Err(fault) = housekeep(&app).await {
                tracing::warn!(%fault, "housekeeping failed and will be tried again");
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = app.behind.notified() => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
    });
    jobs
}

/// Brings lines up to date whose numbers changed because a day began, and forgets what is past its time.
pub async fn housekeep(app: &App) -> Result<(), Fault> {
    portfolio::reactions::refresh_due(app).await?;
    let now = app.source.now();
    app.db
        .write_bulk(Scope::System, move |tx| {
            crate::corridor::store::forget(tx, now)?;
            people::store::forget_expired(tx, now)
        })
        .await
}
