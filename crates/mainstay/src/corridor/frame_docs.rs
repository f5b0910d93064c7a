//! The pages that explain the API: its operations, and the closed table of problems.

use mainstay_rules::problem::Problem;
use maud::{Markup, html};

use super::frame;
use crate::openapi::{operations, tags};
use crate::text::api as text;

/// `GET /api/docs`
pub async fn operations_page() -> Markup {
    frame::gate(
        text::title(),
        true,
        &html! {
            div {
                h1 { (text::title()) }
                p.soft { (text::version()) " " a href="/api/v1/openapi.json" { "openapi.json" } " (OpenAPI 3.1)" }
            }
            p { (text::how()) " " a href="/docs/errors" { (text::errors()) } }
            @for tag in tags() {
                section.section aria-labelledby=(format!("t-{tag}")) {
                    h2 id=(format!("t-{tag}")) { (tag) }
                    @for operation in operations(tag) {
                        details.fold {
                            summary { span.method { (operation.method.to_uppercase()) } code { (operation.path) } " " (operation.summary) }
                            dl.facts { div { dt { (text::answers()) } dd { (operation.answers.join(", ")) } } }
                        }
                    }
                }
            }
        },
    )
}

/// `GET /docs/errors`: the closed table of problems, where every `type` points.
pub async fn errors_page() -> Markup {
    frame::gate(
        text::errors(),
        true,
        &html! {
            div { h1 { (text::errors()) } p.soft { (text::errors_what()) } }
            @for problem in Problem::ALL {
                section.section id=(problem.code()) aria-labelledby=(format!("h-{}", problem.code())) {
                    h2 id=(format!("h-{}", problem.code())) { code { (problem.code()) } " · " (problem.status()) }
                    p { (problem.title()) ". " (text::problem_help(*problem)) }
                }
            }
        },
    )
}
