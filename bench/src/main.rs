//! The figures of docs/performance.md: a server of its own for each database, seeded by the product's verbs, asked over HTTP.
//!
//! `cargo xtask bench` builds and runs it. Loads are bounded and every figure is a median or a percentile of one run.

mod data;
mod load;
mod seed;
mod server;
mod sizes;

use std::process::ExitCode;

use data::On;

/// What one database's run found, as rows of the table.
pub type Rows = Vec<(String, String, String)>;

fn main() -> ExitCode {
    let databases: &[On] =
        if std::env::args().any(|word| word == "--sqlite-only") { &[On::Sqlite] } else { &[On::Sqlite, On::Postgres] };
    let mut rows = Rows::new();
    for on in databases {
        match run(*on) {
            Ok(found) => rows.extend(found),
            Err(message) => {
                eprintln!("bench: {message}");
                return ExitCode::FAILURE;
            }
        }
    }
    rows.push(sizes::binary_size());
    println!("| what | target | measured |\n|---|---|---|");
    for (what, target, measured) in rows {
        println!("| {what} | {target} | {measured} |");
    }
    ExitCode::SUCCESS
}

fn run(on: On) -> Result<Rows, String> {
    let mut rows = Rows::new();
    // The curve first: the same writes with few accounts and with many, on the same machine in the same run.
    for accounts in [100, seed::ACCOUNTS] {
        let data = data::Data::new(on)?;
        let seeded = seed::seed(&data, accounts)?;
        let server = server::Server::start(&data)?;
        if accounts == seed::ACCOUNTS {
            rows.push((
                format!("{on}: start to first page"),
                "<= 500 ms".into(),
                format!("{} ms", server.first_page_ms),
            ));
            rows.push((format!("{on}: idle memory"), "<= 60 MB".into(), format!("{:.0} MB", server.resident_mb()?)));
            rows.extend(load::pages(on, &server, &seeded)?);
            rows.push(sizes::report_html(on, &server, &seeded));
            if on == On::Sqlite {
                rows.push(sizes::scripts(on, &server));
            }
        }
        rows.extend(load::scores(on, &server, &seeded, accounts)?);
    }
    Ok(rows)
}
