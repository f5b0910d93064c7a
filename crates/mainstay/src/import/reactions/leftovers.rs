//! Uploads whose server died before it had read them: their files stay behind and are taken away later.

use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;

use super::stage::TIME_MAX;
use crate::app::App;

/// Where files wait while they are read, in the data folder.
pub const FOLDER: &str = "uploads";

/// Takes away what is older than any upload that can still be going on.
pub async fn sweep(app: &App) {
    let Some(folder) = app.folder.as_ref().map(|folder| folder.join(FOLDER)) else { return };
    let now = app.source.now();
    match tokio::task::spawn_blocking(move || sweep_folder(&folder, now)).await {
        Ok(Ok(0)) => {}
        Ok(Ok(count)) => tracing::info!(count, "files of uploads that never ended are gone"),
        Ok(Err(error)) => tracing::warn!(%error, "leftover uploads could not be taken away"),
        Err(error) => tracing::warn!(%error, "leftover uploads could not be taken away"),
    }
}

fn sweep_folder(folder: &Path, now: Timestamp) -> std::io::Result<usize> {
    if !folder.is_dir() {
        return Ok(0);
    }
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let held = entry.metadata()?;
        if held.is_file() && is_over(held.modified()?, now) {
            std::fs::remove_file(entry.path())?;
            count += 1;
        }
    }
    Ok(count)
}

fn is_over(modified: SystemTime, now: Timestamp) -> bool {
    Timestamp::try_from(modified).is_ok_and(|at| now.duration_since(at) > TIME_MAX)
}
