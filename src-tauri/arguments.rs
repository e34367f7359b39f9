//! What a further start of Pinfold was asked for, done by the one that runs.

use std::ffi::OsString;
use std::path::PathBuf;

use tauri::Manager;

/// Shows the window.
pub(crate) fn open(app: &tauri::AppHandle, _args: Vec<OsString>, _cwd: PathBuf) {
    let Some(window) = app.get_webview_window("main") else {
        return;
    };
    for step in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = step {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
    }
}
