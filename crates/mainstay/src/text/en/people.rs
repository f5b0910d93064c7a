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
    choose_password = "Choose a new password";
    save_password = "Save password";
    settings_label = "Settings";
    workspace = "Workspace";
    people = "People";
    currencies = "Currencies";
    fields = "Fields";
    tokens = "API tokens";
    jobs = "Jobs";
    my_account = "My account";
    workspace_what = "Changes are seen by everyone at once";
    workspace_closed = "Administrators change it.";
    currency_fixed = "Fixed when the workspace was made: all its money is in it.";
    save_workspace = "Save workspace";
    add_person = "Add someone";
    add_button = "Add";
    email_hint = "They get a link to join. Leave it empty for someone who only appears by name.";
    role = "Role";
    function = "Function";
    role_and_function = "Role and function";
    roles_what = "Members edit the accounts of their pods. Leaders edit every account. Admins also change settings and people.";
    name = "Name";
    last_seen = "Last seen";
    actions = "Actions";
    deactivated = "deactivated";
    not_invited = "not invited";
    signed_out = "signed out";
    change = "Change";
    deactivate = "Deactivate";
    reactivate = "Reactivate";
    invite = "Invite";
    new_link = "New link";
    make_link = "Make the link";
    copy = "Copy";
    copied = "Copied";
    next_people = "Next";
    first_people = "First page";
    pages = "Pages";
    tokens_what = "For scripts and other systems. A token acts as you, within its scope.";
    create_token_head = "Create a token";
    create_token = "Create token";
    token_name = "What it is for";
    token_name_hint = "For example: nightly import";
    scope = "Scope";
    scope_read = "Read everything you may see";
    scope_write = "Also change what you may change: accounts, scores, imports";
    scope_admin = "Also settings, people and your own tokens, as far as your role goes";
    token_once = "Copy it now: it is stored only as a hash and cannot be shown again.";
    token = "Token";
    created = "Created";
    last_use = "Last use";
    never = "never";
    revoke = "Revoke";
    no_tokens = "You have no tokens.";
    how_to_use = "How to use it:";
    api_reference = "API reference";
    save_name = "Save name";
    current_password = "Current password";
    new_password = "New password";
    password_ends = "Changing it signs you out everywhere else.";
    change_password = "Change password";
    sessions = "Where you are signed in";
    browser = "Browser";
    signed_in = "Signed in";
    this_one = "this one";
    sign_out_one = "Sign out";
    sign_out_others = "Sign out everywhere else";
}

pub fn role_word(role: &str) -> &'static str {
    match role {
        "admin" => "Admin",
        "leader" => "Leader",
        _ => "Member",
    }
}

/// `customer_success` reads "Customer success".
pub fn function_word(function: &str) -> String {
    let mut letters = function.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + &letters.as_str().replace('_', " ")
}

pub fn invited_known(role: &str) -> String {
    let role = with_article(role);
    format!("You are invited as {role}. You sign in here already: give the password that you have.")
}

pub fn choose_password_what(workspace: &str) -> String {
    format!("For {workspace}. Everywhere you are signed in now, you are signed out.")
}

pub fn invitation_for(who: &str) -> String {
    format!("Invitation for {who}")
}

pub fn link_once(until: &str) -> String {
    format!("Send this link yourself. It works once, until {until}, and is not shown again.")
}

pub fn added(name: &str) -> String {
    format!("{name} was added.")
}

pub fn role_of(name: &str) -> String {
    format!("Role of {name}")
}

pub fn function_of(name: &str) -> String {
    format!("Function of {name}")
}

pub fn email_of(name: &str) -> String {
    format!("E-mail of {name}")
}

/// What follows a short button for those who only hear it.
pub fn of_whom(name: &str) -> String {
    format!(" {name}")
}

pub fn invited_until(day: &str) -> String {
    format!("invited until {day}")
}

pub fn token_head(name: &str) -> String {
    format!("Token “{name}”")
}

/// "Firefox on Linux", from what the browser says of itself; other programs by their own first word.
pub fn browser_name(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let program =
        first(&[("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} on {system}"),
        (Some(program), None) => program.to_owned(),
        (None, _) => match user_agent.split(['/', ' ']).next() {
            Some(word) if !word.is_empty() => word.to_owned(),
            _ => "Unknown program".to_owned(),
        },
    }
}

pub fn join(workspace: &str) -> String {
    format!("Join {workspace}")
}

fn with_article(role: &str) -> String {
    if role == "admin" { format!("an {role}") } else { format!("a {role}") }
}

pub fn invited_as(role: &str) -> String {
    format!("You are invited as {}.", with_article(role))
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
