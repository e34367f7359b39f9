//! `pinfold run`: the queue and the watched folders on a machine where nobody opens a window.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::exit::Failure;
use crate::house::Alone;
use crate::places::Places;
use crate::print::Out;

/// How often the holder is looked for while another process is it.
const LOOK: Duration = Duration::from_secs(1);

pub(crate) async fn run(out: &Out) -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .init();
    let places = Places::of_this_user();
    let alone = tokio::select! {
        alone = hold(&places, out) => alone?,
        () = terminated() => return Ok(()),
    };
    let engine = &alone.desk.engine;
    alone.desk.keep_going();
    for account in engine.accounts.list()? {
        if let Ok(id) = account.id.parse() {
            engine.read_list(id);
        }
    }
    let folders = engine.watches.list()?.len();
    let open = engine.uploads.head()?.now;
    out.line(&format!(
        "Running: {open} in the queue, {folders} watched folders."
    ))?;
    out.object(&serde_json::json!({ "kind": "running", "queue": open, "folders": folders }))?;
    terminated().await;
    alone.leave().await;
    out.line("Stopped. What was under way goes on at the next start.")
}

/// Holds the data folder as soon as nobody else does.
async fn hold(places: &Places, out: &Out) -> Result<Alone, Failure> {
    let mut told = false;
    loop {
        if let Some(alone) = Alone::hold(places)? {
            return Ok(alone);
        }
        if !told {
            out.line("Another Pinfold keeps queue and folders going. Waiting to take over.")?;
            told = true;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The service manager, or the terminal, ends it.
pub(crate) async fn terminated() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Without the handler the signal ends the process by itself.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// The person at the terminal stops the command.
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
