//! What goes on without the window: the tray, starting at login, quitting.

use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, State};

use super::Answer;
use crate::login::{Autostart, Login};
use crate::window::Surroundings;

/// The desktop around Pinfold, as it is now.
#[derive(Debug, Serialize, Type)]
pub struct Background {
    /// It has a tray that shows Pinfold.
    pub tray: bool,
    /// Whether Pinfold is started at login.
    pub login: Login,
}

fn now(around: &Surroundings) -> Answer<Background> {
    Ok(Background {
        tray: around.tray(),
        login: Autostart::of_this_user()?.read(),
    })
}

/// The desktop around Pinfold, as it is now.
#[tauri::command]
#[specta::specta]
pub async fn background_now(around: State<'_, Surroundings>) -> Answer<Background> {
    now(&around)
}

/// Starts Pinfold at login, hidden, or no more.
#[tauri::command]
#[specta::specta]
pub async fn background_start_at_login(
    around: State<'_, Surroundings>,
    on: bool,
) -> Answer<Background> {
    Autostart::of_this_user()?.set(on)?;
    now(&around)
}

/// Quits. Everything that is kept has been committed.
#[tauri::command]
#[specta::specta]
pub async fn background_quit(app: AppHandle) -> Answer<()> {
    app.exit(0);
    Ok(())
}

/// The person was asked about quitting, and does not.
#[tauri::command]
#[specta::specta]
pub async fn background_keep_open(around: State<'_, Surroundings>) -> Answer<()> {
    around.keep_open();
    Ok(())
}
