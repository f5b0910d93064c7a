//! Writes rows to the SQLite file named by the first argument and prints a line after each acknowledged write, so that
//! a trace of system calls shows whether the answer came after the data was on disk.

use std::io::Write;

use mainstay_db::{Config, Database, Db, Error, Migration, Scope};

const SET: [Migration; 1] = [Migration { name: "0001_row", sql: "CREATE TABLE row (number BIGINT NOT NULL){strict};" }];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args_os().nth(1).ok_or("usage: acknowledge <file> [rows]")?;
    let rows: i64 = std::env::args().nth(2).map_or(Ok(5), |text| text.parse())?;
    let db = Db::open(Config::new(Database::Sqlite { file: file.into() })).await?;
    db.migrate(&SET, None).await?;
    let mut out = std::io::stdout();
    for number in 1..=rows {
        writeln!(out, "sending {number}")?;
        out.flush()?;
        db.write::<_, Error>(Scope::System, move |tx| tx.exec("INSERT INTO row (number) VALUES ($1)", &[&number]))
            .await?;
        writeln!(out, "acknowledged {number}")?;
        out.flush()?;
    }
    Ok(())
}
