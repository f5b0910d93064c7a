//! Passwords: argon2id on its own threads, so many at once, the others wait.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use mainstay_db::Scope;
use mainstay_rules::limits::PASSWORD_CHARS_MAX;
use mainstay_rules::problem::Problem;
use uuid::Uuid;

use crate::app::App;
use crate::corridor::fault::Fault;
use crate::people::store;

/// Failed attempts for one e-mail, or from one address, before it has to wait out the window of 15 minutes.
pub const FAILURES_PER_EMAIL_MAX: i64 = 10;
pub const FAILURES_PER_ADDRESS_MAX: i64 = 50;

/// What a made-up hash is compared with when the e-mail is unknown, so that both take as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$Cbsa+gH2WgXw2PQa8rHkYnJmQZ7qH3l3M9i2zq1oPxg";

/// Hashes a password that the rules accepted.
pub async fn hash(app: &App, password: String) -> Result<String, Fault> {
    run(app, move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash: PasswordHash| hash.to_string())
            .map_err(Fault::internal)
    })
    .await
}

/// Whose e-mail and password these are; every wrong guess is counted, wherever it is made.
pub async fn prove(app: &App, email: &str, address: &str, password: String) -> Result<Uuid, Fault> {
    let email = email.trim().to_lowercase();
    // Nobody has so long a password, but refusing it takes as long as any other.
    let password = if password.chars().count() > PASSWORD_CHARS_MAX { String::new() } else { password };
    let keys = Keys { email: format!("email:{email}"), address: format!("address:{address}") };
    // Whoever has to wait is told at once, without a turn.
    keys.check(app).await?;
    let turn = turn(app).await?;
    // Guesses that came all at once stood before that check together; their failures are counted by now.
    keys.check(app).await?;
    let stored = app.db.read(Scope::System, move |tx| store::identity_by_email(tx, &email)).await?;
    let (identity, hash) = stored.map_or((None, None), |(id, hash)| (Some(id), hash));
    let right = tokio::task::spawn_blocking(move || matches(&password, hash)).await.map_err(Fault::internal)??;
    let proven = identity.filter(|_| right);
    keys.note(app, proven.is_some()).await?;
    drop(turn);
    proven.ok_or_else(|| {
        Fault::new(
            Problem::WrongPassword,
            format!("E-mail and password do not match. After {FAILURES_PER_EMAIL_MAX} failed attempts this address has to wait 15 minutes."),
        )
    })
}

/// What failures are counted under.
#[derive(Clone)]
struct Keys {
    email: String,
    address: String,
}

impl Keys {
    async fn check(&self, app: &App) -> Result<(), Fault> {
        let (keys, now) = (self.clone(), app.source.now());
        app.db
            .read(Scope::System, move |tx| {
                for (key, most) in [(&keys.email, FAILURES_PER_EMAIL_MAX), (&keys.address, FAILURES_PER_ADDRESS_MAX)] {
                    let (failures, first_at) = store::failures(tx, key, now)?;
                    if failures >= most {
                        return Err(too_many(first_at, now));
                    }
                }
                Ok(())
            })
            .await
    }

    async fn note(&self, app: &App, right: bool) -> Result<(), Fault> {
        let (keys, now) = (self.clone(), app.source.now());
        app.db
            .write(Scope::System, move |tx| {
                if right {
                    return store::clear_failures(tx, &keys.email);
                }
                store::note_failure(tx, &keys.email, now)?;
                store::note_failure(tx, &keys.address, now)
            })
            .await
    }
}

fn too_many(first_at: jiff::Timestamp, now: jiff::Timestamp) -> Fault {
    let over_at = first_at + store::FAILURE_WINDOW;
    let seconds = u64::try_from(over_at.duration_since(now).as_secs()).unwrap_or(0) + 1;
    Fault {
        retry_after_seconds: Some(seconds),
        ..Fault::new(
            Problem::TooManyRequests,
            format!("Too many failed attempts. Try again in {} minutes.", seconds.div_ceil(60)),
        )
    }
}

/// Whether the password is right; an unknown person's takes as long to refuse.
fn matches(password: &str, stored: Option<String>) -> Result<bool, Fault> {
    let known = stored.is_some();
    let text = stored.unwrap_or_else(|| NOBODY.to_owned());
    let hash = PasswordHash::new(&text).map_err(Fault::internal)?;
    let right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    Ok(right && known)
}

async fn turn(app: &App) -> Result<tokio::sync::SemaphorePermit<'_>, Fault> {
    app.passwords.acquire().await.map_err(Fault::internal)
}

async fn run<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let _turn = turn(app).await?;
    tokio::task::spawn_blocking(work).await.map_err(Fault::internal)?
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordHasher;
    use argon2::password_hash::phc::Output;

    use super::*;

    /// An unknown e-mail must cost what a known one costs: same algorithm, version, parameters and lengths.
    #[test]
    fn nobody_costs_as_much_as_somebody() {
        let real: PasswordHash = Argon2::default().hash_password(b"correct horse battery").expect("a hash");
        let nobody = PasswordHash::new(NOBODY).expect("a valid PHC string");
        assert_eq!(nobody.algorithm, real.algorithm);
        assert_eq!(nobody.version, real.version);
        assert_eq!(nobody.params.to_string(), real.params.to_string());
        let lengths = |hash: &PasswordHash| {
            (hash.salt.as_ref().map(|salt| salt.as_ref().len()), hash.hash.as_ref().map(Output::len))
        };
        assert_eq!(lengths(&nobody), lengths(&real));
        assert!(!matches("whatever it is", None).expect("the work is done"));
    }
}
