//! Words of the page frame, of empty and error pages, and how dates are said.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::text::texts;

texts! {
    product = "Mainstay";
    skip = "Skip to content";
    menu_label = "Main";
    today = "Today";
    portfolio = "Portfolio";
    accounts = "Accounts";
    import = "Import";
    settings = "Settings";
    search_label = "Search accounts";
    live_on = "Live";
    live_off = "Reconnecting";
    live_on_title = "Live: what others change appears here at once";
    live_off_title = "The connection is lost; trying again. What you see may be out of date";
    theme = "Theme";
    theme_auto = "Auto";
    theme_light = "Light";
    theme_dark = "Dark";
    my_account = "My account";
    sign_out = "Sign out";
    cancel = "Cancel";
    back_to_start = "Go to the start page";
    sign_in = "Sign in";
    next = "Next";
    previous = "First page";
    refused = "The request could not be read or is not supported here. Nothing was changed.";
}

pub fn your_menu(name: &str) -> String {
    format!("{name}, your menu")
}

/// "21 Nov 2026"
pub fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// "Fri 4 Dec", with the year when it is another one than today's.
pub fn short_day(date: Date, today: Date) -> String {
    let form = if date.year() == today.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
    date.strftime(form).to_string()
}

/// "Saturday 21 November 2026"
pub fn long_day(date: Date) -> String {
    date.strftime("%A %-d %B %Y").to_string()
}

/// "21 Nov 2026, 14:05" in the workspace's zone.
pub fn moment(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %b %Y, %H:%M").to_string()
}
