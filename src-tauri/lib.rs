//! The desktop shell: builds the app out of the engine, commands and events. Nothing here that a test without a window would want.

mod arguments;
pub mod commands;
mod dialogs;
mod drop;
mod events;
mod login;
mod notices;
mod places;
mod sandbox;
mod tray;
mod window;

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use engine::clock::{Clock as _, SystemClock};
use engine::error::{CommandError, ErrorCode};
use engine::holder::{self, Asked, Desk};
use engine::lock::{self, Start};
use engine::{Engine, Parts};
use tauri::{Window, WindowEvent};
use tracing_appender::non_blocking::WorkerGuard;

use arguments::Wish;
pub use commands::builder;

/// Runs the app until it quits. A second start of the program hands its files over to the first and shows its window.
pub fn run() -> ExitCode {
    let asked = Asked::of_this_process();
    match Wish::read(asked.args.clone(), &asked.cwd) {
        Ok(Wish::Start { hidden, files }) => start(hidden, files, &asked),
        Ok(Wish::Help) => say(arguments::USAGE),
        Ok(Wish::Version) => say(concat!("pinfold-desktop ", env!("CARGO_PKG_VERSION"))),
        Err(problem) => refuse(&problem),
    }
}

#[expect(clippy::print_stdout, reason = "it was asked for on the terminal")]
fn say(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

#[expect(
    clippy::print_stderr,
    reason = "it was started with arguments that it does not know"
)]
fn refuse(problem: &str) -> ExitCode {
    eprintln!("pinfold-desktop: {problem}\n\n{}", arguments::USAGE);
    ExitCode::from(2)
}

fn start(hidden: bool, files: Vec<PathBuf>, asked: &Asked) -> ExitCode {
    let places = places::Places::of_this_user();
    let log = places.start_log();
    let owner = match lock::start(&places.data, &places.runtime, asked) {
        Ok(Start::Owner(owner)) => owner,
        Ok(Start::Shown) => return ExitCode::SUCCESS,
        Err(error) => return places::give_up(&error.to_string()),
    };
    let engine = match tauri::async_runtime::block_on(async { open(&places) }) {
        Ok(engine) => engine,
        Err(error) if error.code == ErrorCode::DamagedLedger => {
            return begin_anew(&places, &error, log);
        }
        Err(error) => return places::give_up(&error.message),
    };
    let builder = builder();
    let (present, presence) = tray::presence();
    let app = tauri::Builder::default()
        .invoke_handler(builder.invoke_handler())
        .manage(engine.clone())
        .manage(dialogs::Clipboard::default())
        .manage(arguments::Handed::default())
        .manage(window::Surroundings::new(presence.clone()))
        .on_window_event(on_window_event)
        .setup(move |app| {
            builder.mount_events(app);
            let handle = app.handle();
            events::forward(handle, &engine);
            notices::follow(handle, &engine);
            window::stay_reachable(handle, presence);
            tray::start(handle, &engine, present);
            let reader = engine.clone();
            tauri::async_runtime::spawn(async move {
                if let Ok(Some(active)) = reader.active() {
                    reader.read_list(active);
                }
            });
            arguments::hand(handle, files);
            let handle = handle.clone();
            let open = move |asked: Asked| arguments::open(&handle, asked.args, &asked.cwd);
            let desk = Arc::new(Desk::with_window(engine.clone(), open));
            tauri::async_runtime::spawn(async move {
                desk.keep_going();
                if let Err(error) = holder::listen(&owner, desk).await {
                    tracing::error!(%error, "other processes cannot be answered");
                }
            });
            Ok(())
        });
    let mut context = tauri::generate_context!();
    for window in &mut context.config_mut().app.windows {
        window.visible = !hidden;
    }
    match app.build(context) {
        Ok(app) => {
            app.run(|_, _| {});
            ExitCode::SUCCESS
        }
        Err(error) => places::give_up(&error.to_string()),
    }
}

fn on_window_event(window: &Window, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } => window::on_close(window, api),
        other => drop::on_window_event(window, other),
    }
}

/// Keeps a damaged ledger under another name, where a person says so, and starts again.
fn begin_anew(
    places: &places::Places,
    damaged: &CommandError,
    log: Option<WorkerGuard>,
) -> ExitCode {
    if !places::asks_to_begin_anew(&damaged.message) {
        return ExitCode::FAILURE;
    }
    let aside = match engine::begin_anew(&places.data, SystemClock.now()) {
        Ok(aside) => aside,
        Err(error) => return places::give_up(&error.message),
    };
    let aside = aside.display();
    tracing::warn!(%aside, "a damaged ledger was kept, and a new one is begun");
    // What is in the log's hands is written before this process becomes another one.
    drop(log);
    // The dialog's thread keeps the toolkit's loop to itself: the window cannot have it in this process any more.
    let program = std::env::current_exe();
    let problem = match program {
        Ok(program) => Command::new(program)
            .args(std::env::args_os().skip(1))
            .exec(),
        Err(problem) => problem,
    };
    places::give_up(&format!(
        "The damaged ledger is kept as {aside}. Start Pinfold again: it did not start by itself ({problem})."
    ))
}

fn open(places: &places::Places) -> Result<Arc<Engine>, CommandError> {
    let parts = Parts {
        clock: Arc::new(SystemClock),
        files: Arc::new(engine::walk::Disk),
        keychain: Arc::new(secrets::TokenFiles::before(
            secrets::Keychain::new(),
            std::env::var_os("CREDENTIALS_DIRECTORY").map(Into::into),
        )),
        connect: Arc::new(engine::accounts::Services),
        sandbox: Arc::new(sandbox::Host::new(places.data.join("sandbox"))),
        jitter: Arc::new(rand::random::<f64>),
        watching: Arc::new(engine::walk::SystemWatching),
        home: dirs::home_dir(),
    };
    Ok(Arc::new(Engine::open(&places.data, parts)?))
}
