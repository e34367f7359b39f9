//! What the engine announces, on its way to the page.

use std::sync::Arc;

use engine::Engine;
use engine::notices::About;
use engine::uploads::Drop;
use serde::Serialize;
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;
use tokio::sync::broadcast::error::RecvError;

/// Rows changed, after the commit.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct Changed(engine::announce::Changed);

/// How far uploads are; at most ten times a second.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct Progress(engine::uploads::Progress);

/// A drag over the window. `x` and `y` are CSS pixels of the page.
#[derive(Debug, Clone, Serialize, Type, Event)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs, reason = "x and y are said above")]
pub(crate) enum Dragging {
    /// It came in.
    Enter {
        /// Things dragged.
        #[specta(type = u32)]
        count: usize,
        #[specta(type = u32)]
        x: f64,
        #[specta(type = u32)]
        y: f64,
    },
    /// It moves.
    Over {
        #[specta(type = u32)]
        x: f64,
        #[specta(type = u32)]
        y: f64,
    },
    /// It left.
    Leave {},
    /// It was dropped and is being looked at.
    Reading {
        #[specta(type = u32)]
        x: f64,
        #[specta(type = u32)]
        y: f64,
    },
    /// What was dropped, picked or handed over is being counted, and that takes a while.
    Counting {
        /// Names it.
        drop: String,
        /// Files and folders seen so far.
        #[specta(type = u32)]
        seen: u64,
    },
    /// It is counted, or counting was stopped.
    Counted {
        /// Names it.
        drop: String,
    },
    /// It was dropped, and this is what it is.
    Dropped {
        /// Counted; no path.
        drop: Box<Drop>,
        #[specta(type = u32)]
        x: f64,
        #[specta(type = u32)]
        y: f64,
    },
    /// A start of the program brought files along: `uploads_handed` has them.
    Handed {},
}

/// What is asked of the page from outside the window.
#[derive(Debug, Clone, Serialize, Type, Event)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Asked {
    /// The window is being closed, and there is no tray to go on in.
    Quit {
        /// What stops.
        sentence: String,
    },
    /// A notification of the queue was clicked.
    Uploads {},
    /// A notification of a watched folder was clicked.
    Watch {
        /// Which.
        #[specta(type = u32)]
        id: i64,
    },
}

impl Asked {
    pub(crate) fn open(about: About) -> Self {
        match about {
            About::Uploads => Self::Uploads {},
            About::Watch(id) => Self::Watch { id },
        }
    }
}

/// Forwards until the engine is gone.
pub(crate) fn forward(app: &AppHandle, engine: &Arc<Engine>) {
    let (handle, mut changes) = (app.clone(), engine.store.announcer.listen());
    tauri::async_runtime::spawn(async move {
        loop {
            match changes.recv().await {
                Ok(changed) => emit(&handle, &Changed(changed)),
                // The gap in the revisions tells the page to fetch again.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
    let (handle, mut progress) = (app.clone(), engine.uploads.progress());
    tauri::async_runtime::spawn(async move {
        loop {
            match progress.recv().await {
                Ok(progress) => emit(&handle, &Progress(progress)),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
}

pub(crate) fn emit(app: &AppHandle, event: &(impl Event + Serialize + Clone)) {
    if let Err(error) = event.emit(app) {
        tracing::warn!(%error, "an event did not reach the page");
    }
}
