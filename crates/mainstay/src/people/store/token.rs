//! API tokens: kept as hashes, scoped, revocable, with their last use.

use jiff::Timestamp;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::limits::TOKENS_PER_USER_MAX;
use mainstay_rules::permission::{Deed, TokenScope};
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use super::session::caller;
use super::workspace::{columns, read};
use crate::corridor::access::Guarded;
use crate::corridor::caller::{Caller, Via, hash_secret};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// Every token begins with it, so that a leaked one can be recognised.
pub const TOKEN_PREFIX: &str = "mst_";

pub struct TokenFound {
    pub caller: Caller,
    pub token: Uuid,
    pub last_used_at: Option<Timestamp>,
}

pub fn token_caller(tx: &mut Tx<'_>, hash: &str) -> Result<Option<TokenFound>, Fault> {
    Ok(tx.one(
        sql!(concat!(
            "SELECT t.id, t.scope, t.last_used_at, u.id, u.name, u.role, ",
            columns!(),
            " FROM token t
              JOIN workspace_user u ON u.id = t.user_id AND u.active
              JOIN workspace w ON w.id = t.workspace_id
              WHERE t.hash = $1 AND t.revoked_at IS NULL"
        )),
        &[&hash],
        |row| {
            let token: Uuid = row.get(0)?;
            let scope = TokenScope::parse(&row.get::<String>(1)?).unwrap_or(TokenScope::Read);
            let (user, name, role): (Uuid, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
            let caller = caller(user, name, &role, read(row, 6)?, Via::Token { id: token, scope });
            Ok(TokenFound { caller, token, last_used_at: row.get(2)? })
        },
    )?)
}

#[derive(Clone, Debug)]
pub struct Token {
    pub id: Uuid,
    pub user_id: Uuid,
    pub name: String,
    pub scope: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl Guarded for Token {
    const PARAMETER: &'static str = "token";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        Ok(tx.one(
            sql!(
                "SELECT id, user_id, name, scope, created_at, last_used_at FROM token
                 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL"
            ),
            &[&caller.workspace.id, &id],
            read_token,
        )?)
    }

    /// Nobody sees another person's tokens.
    fn readable(&self, caller: &Caller) -> bool {
        self.user_id == caller.user
    }

    fn writable(&self, caller: &Caller) -> bool {
        self.readable(caller) && caller.may(Deed::ManageOwn)
    }
}

fn read_token(row: &Row<'_>) -> mainstay_db::Result<Token> {
    Ok(Token {
        id: row.get(0)?,
        user_id: row.get(1)?,
        name: row.get(2)?,
        scope: row.get(3)?,
        created_at: row.get(4)?,
        last_used_at: row.get(5)?,
    })
}

/// Makes a token; the second value is the secret, known only now.
pub fn create_token(
    tx: &mut Tx<'_>,
    by: &By,
    user: Uuid,
    name: &str,
    scope: TokenScope,
) -> Result<(Token, String), Fault> {
    tx.lock(&[by.workspace.id])?;
    if list_tokens(tx, by.workspace.id, user)?.len() >= TOKENS_PER_USER_MAX {
        let detail = format!("A user has {TOKENS_PER_USER_MAX} tokens at most. Revoke one that is not used any more.");
        return Err(Fault::new(Problem::Conflict, detail));
    }
    let secret = format!("{TOKEN_PREFIX}{}", by.secret());
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO token (id, workspace_id, user_id, name, hash, scope, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        &[&id, &by.workspace.id, &user, &name, &hash_secret(&secret), &scope.as_str(), &by.at],
    )?;
    by.happened(tx, Kind::TokenCreated, ("token", id), json!({ "user_id": user, "scope": scope.as_str() }))?;
    let token = Token {
        id,
        user_id: user,
        name: name.to_owned(),
        scope: scope.as_str().to_owned(),
        created_at: by.at,
        last_used_at: None,
    };
    Ok((token, secret))
}

/// The tokens of a user that work, newest first.
pub fn list_tokens(tx: &mut Tx<'_>, workspace: Uuid, user: Uuid) -> Result<Vec<Token>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT id, user_id, name, scope, created_at, last_used_at FROM token
             WHERE workspace_id = $1 AND user_id = $2 AND revoked_at IS NULL ORDER BY created_at DESC, id LIMIT 200"
        ),
        &[&workspace, &user],
        read_token,
    )?)
}

/// Revokes one of the user's own tokens.
pub fn revoke_token(tx: &mut Tx<'_>, by: &By, user: Uuid, id: Uuid) -> Result<(), Fault> {
    tx.lock(&[by.workspace.id])?;
    let revoked = tx.exec(
        sql!(
            "UPDATE token SET revoked_at = $4
             WHERE workspace_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL"
        ),
        &[&by.workspace.id, &user, &id, &by.at],
    )?;
    if revoked == 0 {
        return Err(Fault::not_found());
    }
    by.happened(tx, Kind::TokenRevoked, ("token", id), json!({}))
}

/// Whose token it is, while it works.
pub fn token_owner(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<Uuid>, Fault> {
    Ok(tx.one(
        sql!("SELECT user_id FROM token WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL"),
        &[&workspace, &id],
        |row| row.get(0),
    )?)
}
