//! The desktop shell: builds the app out of the engine, commands and events. Nothing here that a test without a window would want.

mod arguments;
pub mod commands;
mod dialogs;
mod drop;
mod events;
mod places;
mod sandbox;

use std::process::ExitCode;
use std::sync::Arc;

use engine::holder::{self, Asked};
use engine::lock::{self, Start};
use engine::{Engine, Parts};

pub use commands::builder;

/// Runs the app until its window is closed. A second start shows the first one's window instead.
pub fn run() -> ExitCode {
    let places = places::Places::of_this_user();
    let _log = places.start_log();
    let asked = Asked::of_this_process();
    let owner = match lock::start(&places.data, &places.runtime, &asked) {
        Ok(Start::Owner(owner)) => owner,
        Ok(Start::Shown) => return ExitCode::SUCCESS,
        Err(error) => return places::give_up(&error.to_string()),
    };
    let engine = match tauri::async_runtime::block_on(async { open(&places) }) {
        Ok(engine) => engine,
        Err(error) => return places::give_up(&error.message),
    };
    let builder = builder();
    let app = tauri::Builder::default()
        .invoke_handler(builder.invoke_handler())
        .manage(engine.clone())
        .manage(dialogs::Clipboard::default())
        .on_window_event(drop::on_window_event)
        .setup(move |app| {
            builder.mount_events(app);
            events::forward(app.handle(), &engine);
            tauri::async_runtime::spawn(engine.uploads.clone().run());
            tauri::async_runtime::spawn(engine.watches.clone().run());
            tauri::async_runtime::spawn(engine.jobs.clone().run());
            let reader = engine.clone();
            tauri::async_runtime::spawn(async move {
                if let Ok(Some(active)) = reader.active() {
                    reader.read_list(active);
                }
            });
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(async move {
                let open = move |asked: Asked| arguments::open(&handle, asked.args, asked.cwd);
                if let Err(error) = holder::listen(&owner, open).await {
                    tracing::error!(%error, "other processes cannot be answered");
                }
            });
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|_, _| {});
            ExitCode::SUCCESS
        }
        Err(error) => places::give_up(&error.to_string()),
    }
}

fn open(places: &places::Places) -> Result<Arc<Engine>, engine::error::CommandError> {
    let parts = Parts {
        clock: Arc::new(engine::clock::SystemClock),
        files: Arc::new(engine::walk::Disk),
        keychain: Arc::new(secrets::Keychain::new()),
        connect: Arc::new(engine::accounts::Services),
        sandbox: Arc::new(sandbox::Host::new(places.data.join("sandbox"))),
        jitter: Arc::new(rand::random::<f64>),
        watching: Arc::new(engine::walk::SystemWatching),
        home: dirs::home_dir(),
    };
    Ok(Arc::new(Engine::open(&places.data, parts)?))
}
