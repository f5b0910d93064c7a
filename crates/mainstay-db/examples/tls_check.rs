//! temporary
use mainstay_db::{Config, Database, Db};
#[tokio::main]
async fn main() {
    for url in std::env::args().skip(1) {
        let r = Db::open(Config::new(Database::Postgres { url: url.clone() })).await;
        match r { Ok(db) => println!("OK {url} {:?}", db.read::<_, mainstay_db::Error>(mainstay_db::Scope::System, |tx| tx.one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[], |r| r.get::<bool>(0))).await), Err(e) => println!("ERR {url} {e}") }
    }
}
