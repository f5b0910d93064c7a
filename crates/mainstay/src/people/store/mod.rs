//! The people room's tables, one file for each.

mod link;
mod presence;
mod session;
mod token;
mod user;
mod workspace;

pub use link::{
    Link, LinkKind, NewInvitation, create_link, find_link, invite_user, refuse_shared, use_link, withdraw_links,
};
pub use presence::{Presence, presences};
pub use session::{
    FAILURE_WINDOW, NewSession, SESSION_LASTS, Session, SessionFound, Used, clear_failures, create_identity,
    create_session, end_other_sessions, end_session, end_session_named, failures, forget_expired, identity_by_email,
    identity_exists, identity_of, note_failure, note_use, session_callers, sessions_of, set_password,
};
pub use token::{Token, create_token, list_tokens, revoke_token, token_caller, token_owner};
pub use user::{
    NewUser, User, UserEdit, add_user, change_user, deactivate_user, join, list_users, reactivate_user, user,
    user_by_email, user_by_name, workspaces_of,
};
pub use workspace::{NewWorkspace, WorkspaceEdit, change_workspace, create_workspace, workspace, workspaces};
