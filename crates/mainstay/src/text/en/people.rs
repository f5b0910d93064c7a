//! Words of the people room: signing in, setting up, invitations, settings.

use maud::{Markup, html};

use crate::text::texts;

texts! {
    email = "E-mail";
    password = "Password";
    password_hint = "At least 12 characters. A few words are better than one with symbols.";
    no_password = "No password yet, or forgotten? Ask an administrator of your workspace for an invitation link.";
    no_workspace = "You belong to no workspace";
    no_workspace_what = "Your access was ended, or you were never invited. Ask an administrator for an invitation link.";
    choose_workspace = "Choose a workspace";
    set_up = "Set up Mainstay";
    set_up_what = "Two minutes. You become the first administrator; this link works once.";
    your_workspace = "Your workspace";
    workspace_name = "Workspace name";
    workspace_name_hint = "Usually your company. It can be changed later.";
    currency = "Currency of the reports";
    zone = "Time zone";
    fiscal_year = "Fiscal year starts in";
    you = "You";
    your_name = "Your name";
    create_workspace = "Create workspace";
    join_workspace = "Join workspace";
}

pub fn join(workspace: &str) -> String {
    format!("Join {workspace}")
}

pub fn invited_as(role: &str) -> String {
    format!("You are invited as {role}.")
}

pub fn months() -> [(&'static str, &'static str); 12] {
    [
        ("1", "January"),
        ("2", "February"),
        ("3", "March"),
        ("4", "April"),
        ("5", "May"),
        ("6", "June"),
        ("7", "July"),
        ("8", "August"),
        ("9", "September"),
        ("10", "October"),
        ("11", "November"),
        ("12", "December"),
    ]
}

/// Zones offered while typing; any other of the zone database can be typed.
pub fn zones() -> Markup {
    const OFFERED: [&str; 16] = [
        "UTC",
        "Europe/London",
        "Europe/Lisbon",
        "Europe/Madrid",
        "Europe/Paris",
        "Europe/Berlin",
        "Europe/Rome",
        "Europe/Oslo",
        "Europe/Athens",
        "Asia/Dubai",
        "Asia/Kolkata",
        "Asia/Singapore",
        "Asia/Tokyo",
        "America/New_York",
        "America/Chicago",
        "America/Los_Angeles",
    ];
    html! { datalist #zones { @for zone in OFFERED { option value=(zone) {} } } }
}
