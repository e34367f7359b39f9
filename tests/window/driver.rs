//! A program's web view under `WebDriver`: WebKitGTK's own driver starts the program and speaks to its page.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::desktop::Desktop;
use super::processes;
use super::wait::{until, within_deadline};

const START: Duration = Duration::from_mins(1);

/// One start of a program.
pub(crate) struct Driver {
    client: Client,
    mark: String,
    program: PathBuf,
    webdriver: i32,
}

impl Driver {
    /// Starts the program and waits until its page can be spoken to.
    pub(crate) async fn start(desktop: &Desktop, program: &Path, arguments: &[&str]) -> Self {
        let port = free_port();
        let mut command = desktop.command("WebKitWebDriver");
        command.args(["--host=127.0.0.1", &format!("--port={port}")]);
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = desktop.leave_running(command);
        let capabilities: Capabilities = serde_json::from_value(
            json!({"webkitgtk:browserOptions": {"binary": program, "args": arguments}}),
        )
        .expect("capabilities");
        let url = format!("http://127.0.0.1:{port}");
        let listening = || async { std::net::TcpStream::connect(("127.0.0.1", port)).ok() };
        until(START, "WebKitWebDriver to listen", listening).await;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&url)
            .await;
        let client = client.unwrap_or_else(|error| {
            panic!(
                "no session with {}: {error}\n{}",
                program.display(),
                desktop.logs()
            )
        });
        Self {
            client,
            mark: desktop.mark().to_owned(),
            program: program.to_owned(),
            webdriver: driver,
        }
    }

    /// The `WebDriver` client itself.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Runs a script's body in the page and gives what it returns.
    pub(crate) async fn script(&self, body: &str, arguments: Vec<Value>) -> Value {
        self.try_script(body, arguments)
            .await
            .unwrap_or_else(|error| panic!("{error} in the script\n{body}"))
    }

    pub(crate) async fn try_script(
        &self,
        body: &str,
        arguments: Vec<Value>,
    ) -> Result<Value, String> {
        self.client
            .execute(body, arguments)
            .await
            .map_err(|error| error.to_string())
    }

    /// Runs an `async` function's body in the page and waits for what it gives: `Err` with the text of what it threw.
    pub(crate) async fn promise(&self, body: &str, arguments: Vec<Value>) -> Result<Value, String> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async (...arguments) => {{ {body} }})(...[...arguments].slice(0, -1))
               .then((value) => done({{ value: value ?? null }}), (error) => done({{ error: error && error.stack ? String(error) : JSON.stringify(error) }}));"
        );
        let mut answer = self
            .client
            .execute_async(&script, arguments)
            .await
            .map_err(|error| error.to_string())?;
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["value"].take()),
        }
    }

    /// The program's own processes: itself, and those of its web view.
    pub(crate) fn processes(&self) -> Vec<i32> {
        let name = self
            .program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let mut ids = processes::of_program(&self.mark, &name);
        for part in ["WebKitWebProcess", "WebKitNetworkProcess"] {
            ids.extend(processes::of_program(&self.mark, part));
        }
        ids
    }

    /// The program itself, without its web view's processes.
    pub(crate) fn program(&self) -> Option<i32> {
        let name = self.program.file_name()?.to_string_lossy().into_owned();
        processes::of_program(&self.mark, &name).into_iter().next()
    }

    /// Ends the session, then the program as a person's "Quit" would, by a signal where the session did not end it.
    pub(crate) async fn quit(self) {
        let _ = self.client.clone().close().await;
        let gone = || async { self.processes().is_empty().then_some(()) };
        if within_deadline(Duration::from_secs(5), gone)
            .await
            .is_none()
        {
            if let Some(id) = self.program() {
                processes::terminate(id);
            }
            if within_deadline(Duration::from_secs(10), gone)
                .await
                .is_none()
            {
                self.processes().into_iter().for_each(processes::kill);
            }
        }
        processes::kill(self.webdriver);
    }

    /// `kill -9`: nothing of the program gets a chance to tidy up.
    pub(crate) async fn crash(self) {
        self.processes().into_iter().for_each(processes::kill);
        let gone = || async { self.processes().is_empty().then_some(()) };
        until(
            Duration::from_secs(10),
            "the killed program to be gone",
            gone,
        )
        .await;
        processes::kill(self.webdriver);
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its number").port()
}
