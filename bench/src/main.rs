//! The figures of docs/performance.md: a server of its own for each database, seeded by the product's verbs, asked over HTTP.
//!
//! `cargo xtask bench` builds and runs it. Loads are bounded and every figure is a median or a percentile of one run.

mod client;
mod data;
mod files;
mod imports;
mod load;
mod report;
mod seed;
mod server;
mod signals;
mod sizes;

use std::process::ExitCode;

use data::On;

/// What one database's run found, as rows of the table.
pub type Rows = Vec<(String, String, String)>;

/// What is measured; `--only WORD` asks for one of them.
const PARTS: [&str; 5] = ["load", "report", "import", "signals", "stay"];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let said = |word: &str| words.iter().any(|given| given == word);
    let databases: &[On] = match (said("--sqlite-only"), said("--postgres-only")) {
        (true, _) => &[On::Sqlite],
        (_, true) => &[On::Postgres],
        _ => &[On::Sqlite, On::Postgres],
    };
    let only = words.iter().position(|word| word == "--only").and_then(|at| words.get(at + 1));
    if let Some(only) = only.filter(|only| !PARTS.contains(&only.as_str())) {
        eprintln!("bench: {only} is none of {}", PARTS.join(", "));
        return ExitCode::FAILURE;
    }
    println!("| what | target | measured |\n|---|---|---|");
    for on in databases {
        if let Err(message) = run(*on, only.map(String::as_str)) {
            eprintln!("bench: {message}");
            return ExitCode::FAILURE;
        }
    }
    told(vec![sizes::binary_size()]);
    ExitCode::SUCCESS
}

/// Told at once: what was measured stays known when the rest fails.
fn told(rows: Rows) {
    for (what, target, measured) in rows {
        println!("| {what} | {target} | {measured} |");
    }
}

fn run(on: On, only: Option<&str>) -> Result<(), String> {
    let is_wanted = |part: &str| only.is_none_or(|only| only == part);
    if is_wanted("import") {
        told(imports::accounts(on)?);
        told(imports::scores(on)?);
    }
    if is_wanted("load") {
        // The curve first: the same writes with few accounts and with many, on the same machine in the same run.
        let (_data, server, seeded) = begun(on, 100)?;
        told(load::scores(on, &server, &seeded, 100)?);
    }
    if is_wanted("signals") {
        told(signals::all(on)?);
    }
    if matches!(only, Some("import" | "signals")) {
        return Ok(());
    }
    let (data, server, seeded) = begun(on, seed::ACCOUNTS)?;
    if only == Some("stay") {
        return stay(&data, &server, &seeded);
    }
    if is_wanted("report") {
        report::all(on, &server, &seeded);
    }
    if is_wanted("load") {
        told(load::beginning(on, &server)?);
        told(load::pages(on, &server, &seeded)?);
        told(vec![sizes::report_html(on, &server, &seeded)]);
        if on == On::Sqlite {
            told(vec![sizes::scripts(on, &server)]);
        }
        told(load::scores(on, &server, &seeded, seed::ACCOUNTS)?);
    }
    Ok(())
}

fn begun(on: On, accounts: usize) -> Result<(data::Data, server::Server, seed::Seeded), String> {
    let data = data::Data::new(on)?;
    let seeded = seed::seed(&data, accounts)?;
    let server = server::Server::start(&data)?;
    Ok((data, server, seeded))
}

/// For a profiler or a look: the seeded server stays until its standard input ends.
fn stay(data: &data::Data, server: &server::Server, seeded: &seed::Seeded) -> Result<(), String> {
    eprintln!("{} pid {} cookie mainstay_session={}", server.url, server.pid(), seeded.session);
    eprintln!(
        "{} csrf {} account {}",
        data.options().join(" "),
        seeded.csrf,
        seeded.accounts[seeded.accounts.len() / 2]
    );
    std::io::read_to_string(std::io::stdin()).map(|_| ()).map_err(|error| error.to_string())
}
