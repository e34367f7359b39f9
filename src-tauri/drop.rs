//! Files dropped on the window. The paths stay in Rust; the page hears what was dropped and how much it is.

use std::path::PathBuf;
use std::sync::Arc;

use engine::Engine;
use tauri::{DragDropEvent, Manager, Window, WindowEvent};

use crate::events::{Dragging, emit};

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
        let engine = app.state::<Arc<Engine>>().inner().clone();
        match engine.uploads.look_at(paths).await {
            Ok(drop) => emit(&app, &Dragging::Dropped { drop, x, y }),
            Err(error) => {
                tracing::error!(%error, "a drop could not be looked at");
                emit(&app, &Dragging::Leave {});
            }
        }
    });
}
