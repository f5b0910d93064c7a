//! The closed table of problems: every error answer of the API, a page or the command line is one of these.

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// A kind of problem; `docs/errors.md` has a section for each code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Problem { $($(#[$doc])* $name),* }

        impl Problem {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable word that programs compare.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// A short sentence for people.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

problems! {
    /// It is found at another address from now on, for example because its account was merged.
    Moved = "moved", 308, "It is found at another address";
    /// The body is not what its content type says, or a parameter cannot be read.
    Malformed = "malformed", 400, "The request could not be read";
    /// A list's cursor was not made by this server.
    BadCursor = "bad_cursor", 400, "The cursor is not valid";
    /// No session and no token, or one that is over.
    NotSignedIn = "not_signed_in", 401, "Sign in first";
    /// E-mail and password do not match.
    WrongPassword = "wrong_password", 401, "The e-mail or the password is wrong";
    /// The caller may see the thing but not do this to it.
    NotAllowed = "not_allowed", 403, "You may not do this";
    /// The form or script did not carry the session's proof.
    BadCsrf = "bad_csrf", 403, "This page is out of date";
    /// It does not exist, or the caller may not know that it does.
    NotFound = "not_found", 404, "Not found";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "This method is not supported here";
    /// The request did not arrive, or was not answered, in time.
    Timeout = "timeout", 408, "The request took too long";
    /// Something with this name or external id is there already.
    AlreadyExists = "already_exists", 409, "It exists already";
    /// The state of the thing does not permit this.
    Conflict = "conflict", 409, "This is not possible now";
    /// The same Idempotency-Key is being answered at this moment.
    StillRunning = "still_running", 409, "The first request with this key is still running";
    /// The first answer held a secret, which is never kept.
    SecretNotReplayed = "secret_not_replayed", 409, "The first answer held a secret and is not repeated";
    /// A one-time link was used or is over.
    LinkGone = "link_gone", 410, "This link is no longer valid";
    /// If-Match names another version than the current one.
    Changed = "changed", 412, "It was changed in the meantime";
    /// The body is larger than the named limit.
    TooLarge = "too_large", 413, "The request is too large";
    /// The body's content type is not one that this address takes.
    UnsupportedMediaType = "unsupported_media_type", 415, "This content type is not supported here";
    /// One or more fields are not acceptable; `errors` names each.
    Invalid = "invalid", 422, "Some values are not acceptable";
    /// The same Idempotency-Key came with another body.
    KeyReused = "key_reused", 422, "This key was used for another request";
    /// Too many attempts; `Retry-After` says when to come back.
    TooManyRequests = "too_many_requests", 429, "Too many attempts";
    /// A fault of ours; the log has it under the request's id.
    Internal = "internal", 500, "Something went wrong on our side";
    /// The database cannot be reached.
    Unavailable = "unavailable", 503, "The database cannot be reached";
    /// The disk is full; nothing was saved.
    StorageFull = "storage_full", 507, "The disk is full";
}
