//! Files dropped on the window. The paths stay in Rust; the page hears what was dropped and how much it is.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use engine::error::{CommandError, ErrorCode};
use engine::uploads::{Drop, Looking};
use tauri::{AppHandle, DragDropEvent, Manager, Window, WindowEvent};

use crate::events::{Dragging, emit};

/// Time between two tellings of how far counting is.
const BEAT: Duration = Duration::from_millis(250);

pub(crate) fn on_window_event(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(event) = event else {
        return;
    };
    let scale = window.scale_factor().unwrap_or(1.0);
    let app = window.app_handle();
    match event {
        DragDropEvent::Enter { paths, position } => {
            let (x, y) = (position.x / scale, position.y / scale);
            emit(
                app,
                &Dragging::Enter {
                    count: paths.len(),
                    x,
                    y,
                },
            );
        }
        DragDropEvent::Over { position } => emit(
            app,
            &Dragging::Over {
                x: position.x / scale,
                y: position.y / scale,
            },
        ),
        DragDropEvent::Drop { paths, position } => dropped(
            window,
            paths.clone(),
            position.x / scale,
            position.y / scale,
        ),
        DragDropEvent::Leave => emit(app, &Dragging::Leave {}),
        _ => {}
    }
}

fn dropped(window: &Window, paths: Vec<PathBuf>, x: f64, y: f64) {
    let app = window.app_handle().clone();
    emit(&app, &Dragging::Reading { x, y });
    tauri::async_runtime::spawn(async move {
        match look(&app, paths).await {
            Ok(Some(drop)) => {
                let drop = Box::new(drop);
                emit(&app, &Dragging::Dropped { drop, x, y });
            }
            Ok(None) => emit(&app, &Dragging::Leave {}),
            Err(error) => {
                tracing::error!(%error, "a drop could not be looked at");
                emit(&app, &Dragging::Leave {});
            }
        }
    });
}

/// Looks at what was dropped, picked or handed over. Where that takes long, the page hears how far it is and may stop it:
/// nothing comes of it then.
pub(crate) async fn look(
    app: &AppHandle,
    paths: Vec<PathBuf>,
) -> Result<Option<Drop>, CommandError> {
    let engine = app.state::<Arc<Engine>>().inner().clone();
    let looking = engine.uploads.begin_looking();
    let looked = engine.uploads.look(looking.clone(), paths, String::new());
    follow(app, &looking, looked).await
}

/// The same of a drop that was looked at before, without what these patterns leave out.
pub(crate) async fn look_again(
    app: &AppHandle,
    drop: &str,
    patterns: String,
) -> Result<Option<Drop>, CommandError> {
    let engine = app.state::<Arc<Engine>>().inner().clone();
    let looking = engine.uploads.begin_looking();
    let looked = engine.uploads.look_again(looking.clone(), drop, patterns);
    follow(app, &looking, looked).await
}

async fn follow(
    app: &AppHandle,
    looking: &Looking,
    looked: impl Future<Output = Result<Drop, CommandError>>,
) -> Result<Option<Drop>, CommandError> {
    let drop = looking.name().to_owned();
    let mut looked = std::pin::pin!(looked);
    let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + BEAT, BEAT);
    let mut told = false;
    let looked = loop {
        tokio::select! {
            looked = &mut looked => break looked,
            _ = beat.tick() => {
                told = true;
                emit(app, &Dragging::Counting { drop: drop.clone(), seen: looking.seen() });
            }
        }
    };
    if told {
        emit(app, &Dragging::Counted { drop });
    }
    match looked {
        Err(error) if error.code == ErrorCode::Cancelled => Ok(None),
        looked => looked.map(Some),
    }
}
