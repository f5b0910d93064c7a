//! Words of the page about ARR, and of movements wherever they are shown.

use mainstay_rules::ledger::MovementKind;

use crate::text::texts;

texts! {
    title = "ARR";
    periods = "Usual periods";
    this_year = "This fiscal year";
    last_year = "Last fiscal year";
    this_quarter = "This quarter";
    from = "From";
    to = "To";
    show = "Show";
    empty_title = "ARR follows from contracts";
    empty_what = "Add the contracts of your accounts, with their first day and what they bring a year. This page then shows what came, grew, shrank and went between any two days, and how much hangs on your largest clients.";
    empty_button = "Go to the accounts";
    bridge = "From one day to the other";
    bridge_what = "The parts of the change, with the clients they come from";
    picture = "The bridge as a picture";
    part = "Part";
    amount = "Amount";
    what = "What it is";
    start = "Start";
    end = "End";
    new = "New";
    expansion = "Expansion";
    price = "Price";
    contraction = "Contraction";
    churn = "Churn";
    new_what = "Clients without ARR on the first day.";
    expansion_what = "Clients who stayed and have more, price aside.";
    price_what = "Amendments of price alone, of clients who stayed.";
    contraction_what = "Clients who stayed and have less, price aside.";
    retention = "Retention";
    formula = "How it is worked out";
    grr = "Gross retention (GRR)";
    nrr = "Net retention (NRR)";
    logo_churn = "Logo churn";
    top_1 = "Largest client";
    top_5 = "Five largest";
    hhi = "HHI";
    hhi_what = "Herfindahl-Hirschman index: the sum of the squared shares; 1 is one client alone";
    movements = "Movements";
    kinds = "Kinds of movement";
    every_kind = "Every kind";
    every_account = "Every account";
    no_movements = "Nothing moved.";
    older = "Older";
    day = "Day";
    account = "Account";
    kind_head = "Kind";
    contract = "Contract";
}

/// "31 Dec 2025 to 21 Nov 2026 · 26 accounts that you may see · 24 clients with ARR now"
pub fn summary(from: &str, to: &str, covered: i64, clients_end: i64) -> String {
    let accounts = if covered == 1 { "1 account".to_owned() } else { format!("{covered} accounts") };
    format!("{from} to {to} · over the {accounts} with ARR that you may see · {} at the end", clients(clients_end))
}

/// "1 client", "24 clients": an account with its subsidiaries.
pub fn clients(count: i64) -> String {
    if count == 1 { "1 client".to_owned() } else { format!("{count} clients") }
}

pub fn lost(count: i64) -> String {
    format!("{} with nothing left on the last day.", clients(count))
}

pub fn of_it_back(amount: &str) -> String {
    format!("Of it {amount} from clients who came back.")
}

/// "98.60 %" of ten-thousandths.
pub fn percent(ten_thousandths: i64) -> String {
    let (whole, rest) = (ten_thousandths / 100, (ten_thousandths % 100).abs());
    format!("{whole}.{rest:02} %")
}

/// "0.1234" of ten-thousandths.
pub fn decimal(ten_thousandths: i64) -> String {
    format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000)
}

pub fn grr_what(kept: &str, start: &str) -> String {
    format!(
        "Of each client with ARR on the first day: what is left on the last, price effects taken off, at most what there was. All of it by the ARR of the first day: {kept} / {start}."
    )
}

pub fn nrr_what(stayed: &str, start: &str) -> String {
    format!(
        "ARR on the last day of the clients that had some on the first, by their ARR of the first day: {stayed} / {start}."
    )
}

pub fn logo_churn_what(lost: i64, clients: i64) -> String {
    format!("Clients with nothing left, by the clients with ARR on the first day: {lost} / {clients}.")
}

pub fn concentration_on(day: &str) -> String {
    format!("Concentration on {day}")
}

pub fn kind(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::New => new(),
        MovementKind::Expansion => expansion(),
        MovementKind::Contraction => contraction(),
        MovementKind::Churn => churn(),
        MovementKind::Reactivation => "Reactivation",
        MovementKind::Price => price(),
    }
}

/// Of which clients the movements are.
pub fn part_word(part: &str) -> &'static str {
    match part {
        "new" => "new clients",
        "expansion" => "clients who grew",
        "contraction" => "clients who shrank",
        "churn" => "lost clients",
        _ => "unchanged clients",
    }
}

/// "decided by Ada: the price list of 2026"
pub fn decided(by: &str, reason: &str) -> String {
    if by.is_empty() { format!("decided: {reason}") } else { format!("decided by {by}: {reason}") }
}
