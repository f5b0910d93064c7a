//! People over the wire: users, tokens, the workspace, oneself; and the verbs of signing in that pages use too.

pub mod input;
pub mod invitation;
pub mod me;
pub mod password;
pub mod sign_in;
pub mod token;
pub mod user;
pub mod workspace;
