//! Where Pinfold keeps its things: one data folder, a runtime folder for the socket, a log.

use std::path::PathBuf;
use std::process::ExitCode;

use rfd::{MessageButtons, MessageDialog, MessageDialogResult, MessageLevel};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The folders of this user.
pub(crate) struct Places {
    pub(crate) data: PathBuf,
    pub(crate) runtime: PathBuf,
}

impl Places {
    pub(crate) fn of_this_user() -> Self {
        let data = dirs::data_dir()
            .unwrap_or_else(std::env::temp_dir)
            .join("pinfold");
        let runtime = dirs::runtime_dir().unwrap_or_else(|| data.clone());
        Self { data, runtime }
    }

    /// Logs to a file a day, seven of them, in the data folder. Nothing is ever sent anywhere.
    pub(crate) fn start_log(&self) -> Option<tracing_appender::non_blocking::WorkerGuard> {
        let file = tracing_appender::rolling::Builder::new()
            .rotation(tracing_appender::rolling::Rotation::DAILY)
            .filename_prefix("pinfold")
            .filename_suffix("log")
            .max_log_files(7)
            .build(self.data.join("logs"))
            .ok()?;
        // Room for lines that wait to be written is taken at once: by default for 128,000 of them, 4 MB. Lines beyond these are
        // left out of the log: nobody waits for it.
        let (writer, guard) = tracing_appender::non_blocking::NonBlockingBuilder::default()
            .buffered_lines_limit(1_024)
            .finish(file);
        tracing_subscriber::registry()
            .with(tracing_subscriber::filter::LevelFilter::INFO)
            .with(
                tracing_subscriber::fmt::layer()
                    .with_ansi(false)
                    .with_writer(writer),
            )
            .init();
        Some(guard)
    }
}

/// Says why the window cannot open, in a dialog and on the terminal.
pub(crate) fn give_up(why: &str) -> ExitCode {
    cannot_start(why).show();
    ExitCode::FAILURE
}

/// Says that the ledger is damaged, and asks whether it is to be kept under another name. Closing the dialog is a no.
pub(crate) fn asks_to_begin_anew(why: &str) -> bool {
    let yes = "Do That and Start".to_owned();
    let no = "Quit".to_owned();
    let asked = cannot_start(why).set_buttons(MessageButtons::OkCancelCustom(yes.clone(), no));
    asked.show() == MessageDialogResult::Custom(yes)
}

#[allow(clippy::print_stderr, reason = "there is no window yet to say it in")]
fn cannot_start(why: &str) -> MessageDialog {
    eprintln!("Pinfold cannot start: {why}");
    tracing::error!(why, "cannot start");
    MessageDialog::new()
        .set_level(MessageLevel::Error)
        .set_title("Pinfold cannot start")
        .set_description(why)
}
