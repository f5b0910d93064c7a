//! Files for the import: as many rows as are asked for, each unlike the others.

use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::Date;

const STEPS: [&str; 5] = ["launched", "roi_generated", "roi_recognized", "monetizes", "strategic_partner"];

/// A row for each account with its fields and money, so that each has a contract.
pub fn accounts(count: usize) -> Vec<u8> {
    let mut file = String::from("Id,Account,Sales Associate,Type,Industry,End date,Last Year ARR,Delta ARR,YTD\n");
    for n in 0..count {
        let arr = 10_000 + n * 7_919 % 900_000;
        let line = format!(
            "A{n},Account {n:05},Person {:02},{},Industry {},2028-{:02}-28,{arr},{},{}",
            n % 40,
            n % 4 + 1,
            n % 12,
            n % 12 + 1,
            n * 31 % 100_000,
            arr + n % 5_000,
        );
        let _ = writeln!(file, "{line}");
    }
    file.into_bytes()
}

/// A contract of its own for each account; an account that is not there is made.
pub fn contracts(count: usize) -> Vec<u8> {
    let mut file = String::from("Account id,Account,Contract id,Contract,Start,End,ARR\n");
    for n in 0..count {
        let arr = 10_000 + n * 7_919 % 900_000;
        let line = format!("A{n},Account {n:05},C{n},Frame,2024-{:02}-01,2028-12-31,{arr}", n % 12 + 1);
        let _ = writeln!(file, "{line}");
    }
    file.into_bytes()
}

/// Scores of all steps, back from a day, week by week: `each` for every account.
pub fn scores(accounts: usize, each: usize, today: Date) -> Vec<u8> {
    let mut file = String::with_capacity(accounts * each * 48);
    file.push_str("Account id,Step,Score,Date,Note\n");
    for n in 0..accounts {
        for turn in 0..each {
            let weeks = i64::try_from(turn / STEPS.len()).unwrap_or(0);
            let day = today.saturating_sub(weeks.weeks());
            let (step, score) = (STEPS[turn % STEPS.len()], (n * 37 + turn * 53) % 100);
            let _ = writeln!(file, "A{n},{step},{}.{},{day},", score / 10, score % 10);
        }
    }
    file.into_bytes()
}
