//! `mainstay serve`: the server, from the lock on its folder to the last answer.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use clap::Args;
use mainstay_db::{Db, Scope};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Outcome, house};
use crate::app::{self, App};
use crate::config::{DataOptions, ServeOptions};
use crate::corridor::fault::Fault;
use crate::corridor::source::Source;
use crate::people::store::{self as people, LinkKind};
use crate::routes;

/// How long answers may take to finish once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    pub options: ServeOptions,
}

impl Serve {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        start_log();
        house::make_folder(&data.data_dir)?;
        // Several servers may share a PostgreSQL database, but never a SQLite folder.
        let _lock = match data.database_url {
            None => Some(house::lock_folder(&data.data_dir)?),
            Some(_) => None,
        };
        let db = house::open(data).await?;
        serve(db, &self.options, &data.data_dir, |app| async move {
            if let Some(link) = set_up_link(&app).await? {
                println!("Mainstay is empty. Set it up here (works once):\n  {link}");
            }
            Ok(())
        })
        .await
    }
}

const LOG_FILTER: &str = "info,memory_serve=warn";

/// Structured lines on standard error; `MAINSTAY_LOG` takes the usual filter words.
pub fn start_log() {
    start_log_with(LOG_FILTER);
}

/// The same with other filter words where `MAINSTAY_LOG` says nothing.
pub fn start_log_with(filter: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MAINSTAY_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(filter));
    let started = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
}

/// Serves until a signal comes or the database's writer is gone; `ready` runs once the address is open.
pub async fn serve<F, R>(db: Db, options: &ServeOptions, folder: &Path, ready: F) -> Outcome
where
    F: FnOnce(App) -> R,
    R: Future<Output = Outcome>,
{
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|e| format!("cannot listen on {}: {e}. Choose another address with --listen", options.listen))?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    let base_url = options.base_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let (stop, stopping) = watch::channel(false);
    let mut app = App::new(db.clone(), Source::system(), base_url.trim_end_matches('/'), stopping.clone());
    app.folder = Some(folder.into());
    // Lines of days that began while no server ran, before anybody sees them.
    crate::portfolio::reactions::refresh_lines_due(&app).await?;
    let jobs = app::start_readers(&app);
    println!("Listening on {}", app.base_url);
    tracing::info!(address = %address, version = env!("CARGO_PKG_VERSION"), "serving");
    let service = routes::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let mut until = stopping.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = until.wait_for(|stop| *stop).await;
    });
    let running = tokio::spawn(server.into_future());
    ready(app).await?;
    let outcome = tokio::select! {
        () = signal() => Ok(()),
        () = db.died() => Err("the database's writer ended; the log has the reason".to_owned()),
    };
    let _ = stop.send(true);
    if tokio::time::timeout(GRACE, running).await.is_err() {
        tracing::warn!("some answers did not finish in time and were cut off");
    }
    if tokio::time::timeout(GRACE, jobs).await.is_err() {
        tracing::warn!("some jobs did not end in time; their leases will run out");
    }
    tracing::info!("stopped");
    outcome
}

async fn signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = interrupted => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}

/// A fresh link for the first run, while nobody can sign in yet.
async fn set_up_link(app: &App) -> Result<Option<String>, Fault> {
    let (secret, now) = (app.source.secret(), app.source.now());
    let kept = secret.clone();
    let is_empty = app
        .db
        .write(Scope::System, move |tx| {
            if people::identity_exists(tx)? {
                return Ok::<_, Fault>(false);
            }
            people::create_link(tx, LinkKind::Setup, &kept, None, None, now)?;
            Ok(true)
        })
        .await?;
    Ok(is_empty.then(|| format!("{}/set-up/{secret}", app.base_url)))
}
