//! Native dialogs, the clipboard and the browser: everything that shows or takes something outside the window.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::error::{CommandError, ErrorCode};
use secrecy::{ExposeSecret as _, SecretString};
use tauri::{AppHandle, Manager as _, WebviewWindow};

/// How long a copied secret stays in the clipboard; the page says so.
const SECRET_STAYS: Duration = Duration::from_mins(1);

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

/// Asks for one folder to watch; `None` when the person cancelled.
pub(crate) async fn pick_folder_to_watch(window: &WebviewWindow) -> Option<PathBuf> {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Watch a folder")
        .set_parent(window);
    let picked = dialog.pick_folder().await;
    picked.map(|handle| handle.path().to_owned())
}

/// Asks for a list of CIDs; `None` when the person cancelled.
pub(crate) async fn pick_list(window: &WebviewWindow) -> Option<PathBuf> {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Import a list of CIDs")
        .add_filter("Lists", &["txt", "csv", "tsv", "md", "list"])
        .add_filter("All files", &["*"])
        .set_parent(window);
    let picked = dialog.pick_file().await;
    picked.map(|handle| handle.path().to_owned())
}

/// Asks for a file of JSON; `None` when the person cancelled.
pub(crate) async fn pick_json(window: &WebviewWindow) -> Option<PathBuf> {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Open JSON")
        .add_filter("JSON", &["json", "geojson", "jsonld", "webmanifest"])
        .add_filter("All files", &["*"])
        .set_parent(window);
    let picked = dialog.pick_file().await;
    picked.map(|handle| handle.path().to_owned())
}

/// Asks where to save; `None` when the person cancelled.
pub(crate) async fn pick_save(window: &WebviewWindow, name: &str, end: &str) -> Option<PathBuf> {
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Save as")
        .set_file_name(format!("{name}.{end}"))
        .add_filter(end, &[end])
        .set_parent(window);
    let picked = dialog.save_file().await;
    picked.map(|handle| handle.path().to_owned())
}

/// Shows a folder in the system's file manager.
pub(crate) fn show_on_disk(folder: &std::path::Path) -> Result<(), CommandError> {
    open::that_detached(folder).map_err(|error| {
        CommandError::new(ErrorCode::Internal, "No file manager could be opened.")
            .with_detail(error.to_string())
    })
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
        self.set(text, |set| set)
    }

    fn set(
        &self,
        text: String,
        how: impl for<'c> FnOnce(arboard::Set<'c>) -> arboard::Set<'c>,
    ) -> Result<(), CommandError> {
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
        how(clipboard.set()).text(text).map_err(refused)?;
        *kept = Some(clipboard);
        Ok(())
    }

    /// Empties it where this is still what it holds.
    fn forget(&self, text: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(clipboard) = kept.as_mut() else {
            return;
        };
        if clipboard.get_text().is_ok_and(|held| held == text)
            && let Err(error) = clipboard.clear()
        {
            tracing::warn!(%error, "a secret could not be taken out of the clipboard");
        }
    }
}

/// Asks histories of the clipboard to leave this out.
fn unremembered(set: arboard::Set<'_>) -> arboard::Set<'_> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple as _;
    #[cfg(target_os = "linux")]
    use arboard::SetExtLinux as _;
    #[cfg(windows)]
    use arboard::SetExtWindows as _;
    set.exclude_from_history()
}

/// Copies a secret, and takes it out of the clipboard again after a minute.
pub(crate) fn copy_secret(app: &AppHandle, secret: SecretString) -> Result<(), CommandError> {
    app.state::<Clipboard>()
        .set(secret.expose_secret().to_owned(), unremembered)?;
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SECRET_STAYS).await;
        app.state::<Clipboard>().forget(secret.expose_secret());
    });
    Ok(())
}

/// Opens an address of ours in the person's browser.
pub(crate) fn open_in_browser(address: &str) -> Result<(), CommandError> {
    open::that_detached(address).map_err(|error| {
        CommandError::new(ErrorCode::Internal, "No browser could be opened.")
            .with_detail(error.to_string())
    })
}
