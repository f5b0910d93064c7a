//! People over the wire: users, tokens, the workspace; and the verbs of signing in that pages use too.

pub mod password;
pub mod sign_in;
