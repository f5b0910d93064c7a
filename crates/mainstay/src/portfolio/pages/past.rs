//! Which time the report is of: how another day is asked for, and the line that says so and leads back.

use jiff::civil::Date;
use maud::{Markup, html};

use super::View;
use crate::portfolio::api::Asked;
use crate::portfolio::store::{Frame, Snapshot};
use crate::text::{frame as words, portfolio as text};

impl View<'_> {
    /// Asks for another day; `path` is the page's own, whose other words stay.
    pub(super) fn time(&self, path: &str, asked: &Asked, today: Date) -> Markup {
        let now = self.address(path, asked, &[("as_of", None), ("snapshot", None), ("cursor", None)]);
        html! {
            form.time method="get" action=(self.caller.path(path)) data-autosubmit {
                (Self::carried(asked, &["as_of", "snapshot"]))
                label for="as-of" { (text::as_of()) }
                input #as-of type="date" name="as_of" max=(today) value=(self.heads.day);
                button.quiet { (text::show()) }
                @if self.heads.is_past() { a href=(now) { (text::back_to_today()) } }
            }
        }
    }

    /// Says which time is shown, unless it is now.
    pub(super) fn past_notice(&self) -> Markup {
        html! {
            @match (self.heads.frame, &self.heads.snapshot) {
                (_, Some(snapshot)) => (self.of_snapshot(snapshot)),
                (Frame::AsOf(day), None) => div.notice role="status" {
                    p { b { (text::report_as_of(&words::long_day(day))) } " " (text::as_of_what()) }
                },
                _ => {}
            }
        }
    }

    fn of_snapshot(&self, snapshot: &Snapshot) -> Markup {
        let taken = text::taken(&words::moment(snapshot.taken_at, &self.caller.workspace.zone), &snapshot.taken_by);
        html! {
            div.notice role="status" {
                p {
                    b { (text::snapshot_of(&words::long_day(snapshot.as_of))) }
                    @if !snapshot.note.is_empty() { " “" (snapshot.note) "”" }
                }
                p { (taken) " " (text::snapshot_what()) " " a href=(self.caller.path("/portfolio/snapshots")) { (text::all_snapshots()) } }
            }
        }
    }
}
