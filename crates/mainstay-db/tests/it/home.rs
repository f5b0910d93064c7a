//! A fresh database per test: a SQLite file in a folder of its own, or a PostgreSQL database with a role of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mainstay_db::{Config, Database, Db, Migration};
use uuid::Uuid;

pub const SPINE: Migration =
    Migration { name: "0001_spine", sql: include_str!("../../../mainstay/migrations/0001_spine.sql") };

/// A word that no other test of any run has.
pub fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("t{}_{}_{count}", std::process::id(), now.as_nanos())
}

/// The n-th id of a test.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The role that the application runs under: it owns nothing and is no superuser.
pub const APP_ROLE: &str = "mainstay_test_app";

/// One database with its two ways in.
pub struct Home {
    /// As `mainstay serve` opens it.
    pub db: Db,
    /// As `mainstay migrate` opens it: the owner.
    pub owner: Db,
    /// The settings of `db`.
    pub config: Config,
    folder: Option<PathBuf>,
}

impl Home {
    pub async fn sqlite() -> Home {
        Home::sqlite_with(|_| {}).await
    }

    pub async fn sqlite_with(change: impl Fn(&mut Config)) -> Home {
        let folder = std::env::temp_dir().join(format!("mainstay-db-{}", unique()));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let mut config = Config::new(Database::Sqlite { file: folder.join("test.db") });
        change(&mut config);
        let db = Db::open(config.clone()).await.expect("SQLite opens");
        Home { owner: db.clone(), db, config, folder: Some(folder) }
    }

    pub async fn postgres() -> Home {
        Home::postgres_with(|_| {}).await
    }

    pub async fn postgres_with(change: impl Fn(&mut Config)) -> Home {
        let maintenance = maintenance_url();
        let name = unique();
        let made = name.clone();
        let setup = tokio::task::spawn_blocking(move || create_database(&maintenance, &made));
        setup.await.expect("the test database is created");
        let at = |role: &str| Database::Postgres { url: url_of(&name, role) };
        let mut config = Config::new(at(APP_ROLE));
        change(&mut config);
        let mut owner = config.clone();
        owner.database = Database::Postgres { url: url_of(&name, "") };
        owner.pool = 2;
        let owner = Db::open(owner).await.expect("PostgreSQL opens for the owner");
        let db = Db::open(config.clone()).await.expect("PostgreSQL opens for the application");
        Home { db, owner, config, folder: None }
    }

    /// The same database under the role that owns it.
    pub fn as_owner(url: &str) -> String {
        let (_, database) = url.rsplit_once('/').expect("an address with a database");
        url_of(database.split('?').next().unwrap_or(database), "")
    }

    /// With the spine, and the tables of the test.
    pub async fn with(self, tables: &'static str) -> Home {
        let set = [SPINE, Migration { name: "0002_test", sql: tables }];
        self.owner.migrate(&set, Some(APP_ROLE)).await.expect("the test's tables");
        self
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
        if let Database::Postgres { url } = &self.config.database {
            let (_, database) = url.rsplit_once('/').expect("an address with a database");
            let drop_it =
                format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", database.split('?').next().unwrap_or(database));
            // a thread: the driver blocks, which an async test must not
            let dropping = std::thread::spawn(move || {
                let mut client = postgres::Client::connect(&maintenance_url(), postgres::NoTls)?;
                client.batch_execute(&drop_it)
            });
            let _ = dropping.join();
        }
    }
}

fn create_database(maintenance: &str, name: &str) {
    let mut client = postgres::Client::connect(maintenance, postgres::NoTls).expect("the test cluster answers");
    let role = format!(
        "DO $$ BEGIN CREATE ROLE {APP_ROLE} LOGIN PASSWORD 'test'; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    client.batch_execute(&role).expect("the application's role");
    client.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database for the test");
}

/// The address that bin/test gives; a run without PostgreSQL must not look like a passed one.
pub fn maintenance_url() -> String {
    std::env::var("MAINSTAY_TEST_POSTGRES").expect(
        "MAINSTAY_TEST_POSTGRES must name a PostgreSQL maintenance database (postgres://role@host:port/postgres) \
         under a role that may create databases and roles; bin/test starts one",
    )
}

/// The maintenance address with another database, and another role when one is named.
fn url_of(database: &str, role: &str) -> String {
    let url = maintenance_url();
    let (base, options) = url.split_once('?').map_or((url.as_str(), String::new()), |(b, o)| (b, format!("?{o}")));
    let (server, _) = base.rsplit_once('/').expect("an address with a database");
    let server = match (role, server.split_once("://")) {
        ("", _) | (_, None) => server.to_owned(),
        (role, Some((scheme, rest))) => {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            format!("{scheme}://{role}:test@{host}")
        }
    };
    format!("{server}/{database}{options}")
}

/// Waits for something that happens soon; fails the test when it does not. Generous, because on a PostgreSQL server
/// that is shared any open transaction (such as another test's DROP DATABASE) holds the visible mark back.
pub async fn eventually<F: Future<Output = bool>>(what: &str, check: impl Fn() -> F) {
    for _ in 0..1_200 {
        if check().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not within thirty seconds: {what}");
}

/// One test body, as one test per database.
macro_rules! on_both {
    ($($name:ident)*) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$name(crate::home::Home::sqlite().await).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                super::$name(crate::home::Home::postgres().await).await;
            }
        }
    )*};
}
pub(crate) use on_both;
