//! Opening the data for a command: the folder, its lock, the database at this version's schema.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;

use mainstay_db::{Config, Database, Db, Scope};
use tokio::sync::watch;

use crate::app::App;
use crate::config::DataOptions;
use crate::corridor::caller::Workspace;
use crate::corridor::source::Source;
use crate::migrations;
use crate::people::store as people;

/// The file whose lock says that a server runs on the folder.
const LOCK_FILE: &str = "server.lock";

/// Makes the data folder when it is not there, readable by its owner only.
pub fn make_folder(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|e| format!("the data folder {} cannot be made: {e}", folder.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    }
    Ok(())
}

/// Holds the folder for one server; the lock goes with the process, however it ends.
pub fn lock_folder(folder: &Path) -> Result<File, String> {
    let path = folder.join(LOCK_FILE);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| format!("{} cannot be opened: {e}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(format!(
            "another server is running on {}. Stop it first, give this one another --data-dir, or use PostgreSQL for several servers",
            folder.display()
        )),
        Err(TryLockError::Error(error)) => Err(format!("{} cannot be locked: {error}", path.display())),
    }
}

/// Opens the database and brings its schema up to date where this process may.
pub async fn open(data: &DataOptions) -> Result<Db, String> {
    make_folder(&data.data_dir)?;
    if let Some(owner) = &data.owner_database_url {
        let role = role_of(data.database_url.as_deref());
        let db = Db::open(Config::new(Database::Postgres { url: owner.clone() })).await.map_err(|e| e.to_string())?;
        db.migrate(migrations::SET, role.as_deref()).await.map_err(|e| e.to_string())?;
    }
    let db = Db::open(data.config()).await.map_err(|e| e.to_string())?;
    let pending = db.pending(migrations::SET).await.map_err(|e| e.to_string())?;
    if !pending.is_empty() {
        db.migrate(migrations::SET, None).await.map_err(|e| {
            format!(
                "the database is not at this version's schema ({} to go) and could not be brought there: {e}",
                pending.len()
            )
        })?;
    }
    Ok(db)
}

/// The role that the application signs in as: `postgres://role:…@host/…`.
pub fn role_of(url: Option<&str>) -> Option<String> {
    let after = url?.split_once("://")?.1;
    let (user, _) = after.split_once('@')?;
    let role = user.split_once(':').map_or(user, |(role, _)| role);
    (!role.is_empty()).then(|| role.to_owned())
}

/// The house without its listener, for a verb on the data folder; a server may run on it at the same time.
pub async fn app(data: &DataOptions, base_url: &str) -> Result<App, String> {
    let db = open(data).await?;
    let (_, stopping) = watch::channel(false);
    let mut app = App::new(db, Source::system(), base_url.trim_end_matches('/'), stopping);
    app.folder = Some(data.data_dir.as_path().into());
    Ok(app)
}

/// The workspace of this address; the only one when none is named.
pub async fn workspace(app: &App, slug: Option<&str>) -> Result<Arc<Workspace>, String> {
    let mut all = app.db.read(Scope::System, people::workspaces).await?;
    if let Some(slug) = slug {
        all.retain(|workspace| workspace.slug == slug);
        return all.pop().map(Arc::new).ok_or_else(|| format!("there is no workspace with the address {slug}"));
    }
    match (all.pop(), all.as_slice()) {
        (Some(only), []) => Ok(Arc::new(only)),
        (Some(last), others) => {
            let slugs: Vec<&str> = others.iter().chain([&last]).map(|workspace| workspace.slug.as_str()).collect();
            Err(format!("there are several workspaces: name one by --workspace {}", slugs.join(" or ")))
        }
        (None, _) => Err("there is no workspace yet. Start the server and open the link that it prints, \
             or make one by mainstay workspace add"
            .to_owned()),
    }
}

/// The user of this e-mail in the workspace.
pub async fn user(app: &App, workspace: &Workspace, email: &str) -> Result<people::User, String> {
    let (id, asked) = (workspace.id, email.trim().to_lowercase());
    let found = app.db.read(Scope::Workspace(id), move |tx| people::user_by_email(tx, id, &asked)).await?;
    found.ok_or_else(|| format!("{email} is no user of {}. See mainstay user list", workspace.slug))
}
