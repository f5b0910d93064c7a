//! Words of the API's own pages.

use mainstay_rules::problem::Problem;

use crate::text::texts;

texts! {
    title = "API reference";
    version = "Version 1 · the whole description as";
    how = "Send Authorization: Bearer mst_… with a token from Settings, API tokens.";
    errors = "Errors";
    errors_what = "Every error is application/problem+json (RFC 9457) with one of these codes; errors[] names each field that is not acceptable.";
    answers = "Answers";
}

/// What whoever gets the problem can do.
pub fn problem_help(problem: Problem) -> &'static str {
    match problem {
        Problem::Moved => "Send it to the address in Location, and remember that one.",
        Problem::Malformed => "Check the syntax of the body, the headers and the parameters.",
        Problem::BadCursor => "Use next_cursor of an earlier answer to the same question.",
        Problem::NotSignedIn => "Send a token, or sign in again.",
        Problem::WrongPassword => "Check e-mail and password; an administrator can send a new invitation.",
        Problem::NotAllowed => "Ask the pod's owner or an administrator; for a token, use one with more scope.",
        Problem::BadCsrf => "Load the page again; a script sends the session's x-csrf-token.",
        Problem::NotFound => "It does not exist or may not be seen: both look the same.",
        Problem::MethodNotAllowed => "See the API reference for the methods of this address.",
        Problem::Timeout => "Send it again; with an Idempotency-Key that is safe for writes too.",
        Problem::AlreadyExists => "Change the existing one, or choose another name or external id.",
        Problem::Conflict => "Read the thing again; the detail says what stands in the way.",
        Problem::StillRunning => "Wait for the first answer, then send the request again with the same key.",
        Problem::SecretNotReplayed => "Revoke what was made and make a new one.",
        Problem::LinkGone => "Ask for a new link.",
        Problem::Changed => "Read the current version, decide, and send its ETag in If-Match.",
        Problem::TooLarge => "Send less at once; the detail names the limit.",
        Problem::UnsupportedMediaType => "Send the content type that the detail names.",
        Problem::Invalid => "Mend the fields named in errors and send again; nothing was saved.",
        Problem::KeyReused => "Use a new Idempotency-Key for a new request.",
        Problem::TooManyRequests => "Wait as long as Retry-After says.",
        Problem::Internal => "Tell the administrator; the log has the reason.",
        Problem::Unavailable => "Try again in a moment.",
        Problem::StorageFull => "The administrator frees space on the server's disk; nothing acknowledged is lost.",
    }
}
