//! The people room's tables, one file for each.

mod link;
mod session;
mod token;
mod user;
mod workspace;

pub use link::{Link, LinkKind, create_link, find_link, use_link};
pub use session::{
    NewSession, SESSION_LASTS, Session, SessionFound, Used, clear_failures, create_identity, create_session,
    end_other_sessions, end_session, failures, forget_expired, identity_by_email, identity_exists, note_failure,
    note_use, password_hash, session_callers, sessions_of, set_password,
};
pub use token::{Token, create_token, list_tokens, revoke_token, token_caller};
pub use user::{
    NewUser, User, UserEdit, add_user, change_user, deactivate_user, join, list_users, reactivate_user, user,
    user_by_email, user_by_name, workspaces_of,
};
pub use workspace::{
    NewWorkspace, WorkspaceEdit, change_workspace, create_workspace, workspace, workspace_by_slug, workspaces,
};
