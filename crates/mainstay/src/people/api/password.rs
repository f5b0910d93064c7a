//! Passwords: argon2id on its own threads, so many at once, the others wait.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::app::App;
use crate::corridor::fault::Fault;

/// What a made-up hash is compared with when the e-mail is unknown, so that both take as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9i$Cbsa+gH2WgXw2PQa8rHkYnJmQZ7qH3l3M9i2zq1oPxg";

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

/// Whether the password is right; an unknown person's takes as long to refuse.
pub async fn verify(app: &App, password: String, stored: Option<String>) -> Result<bool, Fault> {
    run(app, move || {
        let known = stored.is_some();
        let text = stored.unwrap_or_else(|| NOBODY.to_owned());
        let hash = PasswordHash::new(&text).map_err(Fault::internal)?;
        let right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok(right && known)
    })
    .await
}

async fn run<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let _place = app.passwords.acquire().await.map_err(Fault::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Fault::internal)?
}
