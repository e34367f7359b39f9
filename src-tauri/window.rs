//! The window comes and goes; what closing it does depends on the desktop, on what is under way, and on the person.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::Engine;
use engine::settings::OnClose;
use tauri::{AppHandle, CloseRequestApi, Manager, Window};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::events::{Asked, emit};

/// A panel that is restarted is back before this.
const GONE: Duration = Duration::from_secs(5);
/// At login the panel may come up after us.
const LOGIN: Duration = Duration::from_secs(30);

/// What the window knows of its surroundings.
pub struct Surroundings {
    tray: watch::Receiver<bool>,
    /// The page is showing its question about quitting.
    asked: AtomicBool,
}

impl Surroundings {
    pub(crate) fn new(tray: watch::Receiver<bool>) -> Self {
        Self {
            tray,
            asked: AtomicBool::new(false),
        }
    }

    /// The desktop has a tray that shows us.
    pub(crate) fn tray(&self) -> bool {
        *self.tray.borrow()
    }

    /// The person goes on with the window open.
    pub(crate) fn keep_open(&self) {
        self.asked.store(false, Ordering::SeqCst);
    }
}

/// What closing the window does.
#[derive(Debug, PartialEq, Eq)]
enum Closing {
    Hide,
    Ask(String),
    Quit,
}

/// `asked`: the question stands on the screen already, and closing once more is its answer.
fn closing(on_close: OnClose, tray: bool, asked: bool, stops: Option<String>) -> Closing {
    match stops {
        _ if on_close == OnClose::KeepRunning && tray => Closing::Hide,
        Some(sentence) if on_close == OnClose::KeepRunning && !asked => Closing::Ask(sentence),
        _ => Closing::Quit,
    }
}

/// The person closes the window.
pub(crate) fn on_close(window: &Window, api: &CloseRequestApi) {
    let app = window.app_handle();
    let engine = app.state::<Arc<Engine>>();
    let around = app.state::<Surroundings>();
    // What cannot be read does not keep anybody from closing a window.
    let on_close = engine.settings.get().unwrap_or_default().on_close;
    let stops = engine.standing().map_or(None, |standing| standing.quitting);
    let asked = around.asked.load(Ordering::SeqCst);
    match closing(on_close, around.tray(), asked, stops) {
        Closing::Quit => {}
        Closing::Hide => {
            api.prevent_close();
            if let Err(error) = window.hide() {
                tracing::warn!(%error, "the window could not be hidden");
            }
        }
        Closing::Ask(sentence) => {
            api.prevent_close();
            around.asked.store(true, Ordering::SeqCst);
            emit(app, &Asked::Quit { sentence });
        }
    }
}

/// Brings the window to the front.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window("main") else {
        return;
    };
    for step in [window.show(), window.unminimize(), window.set_focus()] {
        if let Err(error) = step {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
    }
}

/// The person looks at it.
pub(crate) fn is_looked_at(app: &AppHandle) -> bool {
    let window = app.get_webview_window("main");
    window.is_some_and(|window| {
        window.is_visible().unwrap_or(false) && window.is_focused().unwrap_or(false)
    })
}

/// A hidden window without a tray could not be reached any more: shows it when the tray does not come (back).
pub(crate) fn stay_reachable(app: &AppHandle, mut tray: watch::Receiver<bool>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let mut patience = LOGIN;
        loop {
            if tray.wait_for(|there| !there).await.is_err() {
                return;
            }
            let back = async { tray.wait_for(|there| *there).await.is_ok() };
            let back = timeout(patience, back).await.unwrap_or(false);
            patience = GONE;
            if !back {
                let window = app.get_webview_window("main");
                if window.is_some_and(|window| !window.is_visible().unwrap_or(true)) {
                    show(&app);
                }
                if tray.wait_for(|there| *there).await.is_err() {
                    return;
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOPS: &str = "Uploads stop when Pinfold quits.";

    #[test]
    fn with_a_tray_the_window_hides_whatever_is_under_way() {
        assert_eq!(
            closing(OnClose::KeepRunning, true, false, Some(STOPS.to_owned())),
            Closing::Hide
        );
        assert_eq!(
            closing(OnClose::KeepRunning, true, false, None),
            Closing::Hide
        );
    }

    #[test]
    fn without_a_tray_it_quits_and_says_first_what_stops() {
        let asks = closing(OnClose::KeepRunning, false, false, Some(STOPS.to_owned()));
        assert_eq!(asks, Closing::Ask(STOPS.to_owned()));
        assert_eq!(
            closing(OnClose::KeepRunning, false, true, Some(STOPS.to_owned())),
            Closing::Quit
        );
        assert_eq!(
            closing(OnClose::KeepRunning, false, false, None),
            Closing::Quit
        );
    }

    #[test]
    fn whoever_chose_to_quit_is_not_asked() {
        for tray in [true, false] {
            assert_eq!(
                closing(OnClose::Quit, tray, false, Some(STOPS.to_owned())),
                Closing::Quit
            );
        }
    }
}
