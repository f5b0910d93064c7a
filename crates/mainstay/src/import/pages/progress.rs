//! An import at work: how far it is. The page may be left; it looks again by itself.

use maud::{Markup, html};

use super::path_of;
use crate::corridor::caller::Caller;
use crate::corridor::frame;
use crate::import::store::{Import, Work};
use crate::text::import as text;

pub(super) fn body(caller: &Caller, import: &Import, work: Work) -> Markup {
    let job = &import.job;
    let may_cancel = matches!(work, Work::Checking | Work::Preparing | Work::Applying);
    html! {
        div.page-head { div { h1 { (text::working(work.as_str())) } p { (import.file_name) } } }
        section.section aria-labelledby="far" {
            h2 #far { (text::how_far()) }
            @if job.of > 0 {
                p { progress value=(job.done) max=(job.of) { } }
                p role="status" { (text::far(work.as_str(), job.done, job.of)) }
            } @else {
                p { progress { } }
                p role="status" { (text::beginning()) }
            }
            p.soft { (text::may_be_left()) }
            @if work == Work::Applying { p.soft { (text::shown_one_by_one()) } }
            div.row {
                @if may_cancel {
                    form method="post" action=(format!("{}/cancel", path_of(caller, import.id))) {
                        (frame::csrf(caller)) button { (text::cancel()) }
                    }
                }
                a.button.quiet href=(caller.path("/import")) { (text::all_imports()) }
            }
        }
    }
}
