//! `pinfold run`: the queue and the watched folders on a machine where nobody opens a window.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::Failure;
use crate::house::Alone;
use crate::places::Places;
use crate::print::Out;

/// How often the holder is looked for while another process is it.
const LOOK: Duration = Duration::from_secs(1);

pub(crate) async fn run(out: &Out) -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        // It would say on standard error that standard error takes nothing, and panic.
        .log_internal_errors(false)
        .with_ansi(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .init();
    let mut ending = Ending::listen();
    let places = Places::of_this_user();
    let alone = tokio::select! {
        alone = hold(&places, out) => alone?,
        () = ending.comes() => return Ok(()),
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
    ending.comes().await;
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

/// The service manager, or the terminal, ends it: heard from the moment this is made.
pub(crate) struct Ending([Option<Signal>; 2]);

impl Ending {
    /// Without a handler the signal ends the process by itself.
    pub(crate) fn listen() -> Self {
        Self([SignalKind::terminate(), SignalKind::interrupt()].map(|kind| signal(kind).ok()))
    }

    pub(crate) async fn comes(&mut self) {
        let [terminate, interrupt] = &mut self.0;
        tokio::select! {
            () = heard(terminate) => {}
            () = heard(interrupt) => {}
        }
    }
}

async fn heard(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// The person at the terminal stops the command.
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
