//! A display, a window manager and a session bus for `bundle --check`; all of it ends when it is dropped.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::process::Run;

const POLL: Duration = Duration::from_millis(100);

/// A virtual desktop with a home of its own.
pub(crate) struct Desktop {
    children: Vec<Child>,
    environment: Vec<(&'static str, String)>,
    home: PathBuf,
}

impl Desktop {
    pub(crate) fn start(home: &Path) -> Outcome<Self> {
        let _ = std::fs::remove_dir_all(home);
        let runtime = home.join("runtime");
        std::fs::create_dir_all(&runtime)
            .map_err(|error| format!("{}: {error}", runtime.display()))?;
        Run::new("chmod")
            .args(["700"])
            .args([&runtime])
            .quiet()
            .output()?;
        let text = |path: &Path| path.display().to_string();
        let environment = vec![
            ("HOME", text(home)),
            ("XDG_RUNTIME_DIR", text(&runtime)),
            ("XDG_DATA_HOME", text(&home.join("data"))),
            ("XDG_CONFIG_HOME", text(&home.join("config"))),
            ("XDG_CACHE_HOME", text(&home.join("cache"))),
        ];
        let mut desktop = Self {
            children: Vec::new(),
            environment,
            home: home.to_owned(),
        };
        let display = desktop.first_line(desktop.program("Xvfb").args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
        ]))?;
        desktop.environment.push(("DISPLAY", format!(":{display}")));
        let bus = desktop.first_line(desktop.program("dbus-daemon").args([
            "--session",
            "--nofork",
            "--print-address",
        ]))?;
        desktop.environment.push(("DBUS_SESSION_BUS_ADDRESS", bus));
        let manager = desktop.program("openbox").spawn()?;
        desktop.children.push(manager);
        Ok(desktop)
    }

    /// A program with this desktop as its surroundings.
    pub(crate) fn program(&self, name: &str) -> Run {
        self.environment
            .iter()
            .fold(Run::new(name), |run, (name, value)| run.env(name, value))
            .within(&self.home)
    }

    /// The id of the window with this title, once it is on the screen.
    pub(crate) fn window(&self, title: &str, within: Duration) -> Outcome<String> {
        let pattern = format!("^{title}$");
        until(within, &format!("a window with the title {title}"), || {
            let found = self
                .program("xdotool")
                .args(["search", "--onlyvisible", "--name", &pattern])
                .quiet()
                .finish()
                .ok()?;
            found
                .output
                .lines()
                .next()
                .filter(|_| found.success)
                .map(str::to_owned)
        })
    }

    fn first_line(&mut self, run: Run) -> Outcome<String> {
        let mut child = run.spawn()?;
        let mut line = String::new();
        let read = child
            .stdout
            .take()
            .map(|pipe| BufReader::new(pipe).read_line(&mut line));
        self.children.push(child);
        if !matches!(read, Some(Ok(_))) || line.trim().is_empty() {
            return Err(
                "a part of the virtual desktop did not start; its words stand above".to_owned(),
            );
        }
        Ok(line.trim().to_owned())
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Asks again and again until there is an answer or the time is over.
pub(crate) fn until<T>(
    within: Duration,
    what: &str,
    mut ask: impl FnMut() -> Option<T>,
) -> Outcome<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if start.elapsed() > within {
            return Err(format!("waited {} s for {what} in vain", within.as_secs()));
        }
        thread::sleep(POLL);
    }
}
