//! Native dialogs, the clipboard and the browser: everything that shows or takes something outside the window.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use engine::error::{CommandError, ErrorCode};
use tauri::WebviewWindow;

/// Asks for files; empty when the person cancelled.
pub(crate) async fn pick_files(window: &WebviewWindow) -> Vec<PathBuf> {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Upload files")
        .set_parent(window);
    paths(dialog.pick_files().await)
}

/// Asks for folders; empty when the person cancelled.
pub(crate) async fn pick_folders(window: &WebviewWindow) -> Vec<PathBuf> {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Upload a folder")
        .set_parent(window);
    paths(dialog.pick_folders().await)
}

fn paths(picked: Option<Vec<rfd::FileHandle>>) -> Vec<PathBuf> {
    picked
        .unwrap_or_default()
        .into_iter()
        .map(|handle| handle.path().to_owned())
        .collect()
}

/// The system's clipboard. Kept open, since on X11 its owner must be there when somebody pastes.
#[derive(Default)]
pub struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl Clipboard {
    pub(crate) fn put(&self, text: String) -> Result<(), CommandError> {
        let refused = |error: arboard::Error| {
            CommandError::new(
                ErrorCode::Internal,
                "The clipboard could not be reached. Nothing was copied.",
            )
            .with_detail(error.to_string())
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut clipboard = match kept.take() {
            Some(clipboard) => clipboard,
            None => arboard::Clipboard::new().map_err(refused)?,
        };
        clipboard.set_text(text).map_err(refused)?;
        *kept = Some(clipboard);
        Ok(())
    }
}

/// Opens an address of ours in the person's browser.
pub(crate) fn open_in_browser(address: &str) -> Result<(), CommandError> {
    open::that_detached(address).map_err(|error| {
        CommandError::new(ErrorCode::Internal, "No browser could be opened.")
            .with_detail(error.to_string())
    })
}
