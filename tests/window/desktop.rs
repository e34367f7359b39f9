//! A display, a window manager, a session bus, a keychain and a home, all of the test's own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::processes;

/// Wide enough for the widest window of the walk and the drag source beside it.
const SCREEN: &str = "2000x1200x24";
/// How long a part of the desktop may take to start.
const START: Duration = Duration::from_secs(30);
/// Without decorations, so that a window's size is its page's size.
const OPENBOX: &str = r#"<?xml version="1.0"?><openbox_config xmlns="http://openbox.org/3.4/rc"><theme><keepBorder>no</keepBorder></theme><focus><focusNew>yes</focusNew></focus><applications><application class="*"><decor>no</decor></application></applications></openbox_config>"#;

/// What the keychain does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keychain {
    Unlocked,
    /// a session bus on which nobody offers a keychain
    Absent,
}

/// Everything that a program with a window wants around it. It ends, with every process on it, when it is dropped.
pub(crate) struct Desktop {
    home: TempDir,
    mark: String,
    environment: Vec<(String, String)>,
    children: Mutex<Vec<Child>>,
}

impl Desktop {
    /// A desktop with an unlocked keychain.
    pub(crate) fn start() -> Self {
        Self::with_keychain(Keychain::Unlocked)
    }

    pub(crate) fn with_keychain(keychain: Keychain) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        processes::end_orphans();
        let home = tempfile::Builder::new()
            .prefix("pinfold-desktop-")
            .tempdir()
            .expect("a home");
        let mark = format!(
            "{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let mut desktop = Self {
            home,
            mark,
            environment: Vec::new(),
            children: Mutex::new(Vec::new()),
        };
        desktop.make_home();
        let mut xvfb = desktop.command("Xvfb");
        xvfb.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            SCREEN,
            "-nolisten",
            "tcp",
            "-noreset",
        ]);
        let display = desktop.first_line(xvfb);
        desktop.set("DISPLAY", &format!(":{display}"));
        desktop.start_bus(keychain);
        let configuration = desktop.path("config/openbox.xml");
        fs::write(&configuration, OPENBOX).expect("openbox's configuration");
        let mut openbox = desktop.command("openbox");
        openbox.arg("--config-file").arg(configuration);
        desktop.leave_running(openbox);
        if keychain == Keychain::Unlocked {
            desktop.start_keychain();
        }
        desktop
    }

    /// A program that sees this desktop and nothing of the surrounding one.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for name in [
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
            "XDG_SESSION_TYPE",
            "XDG_CURRENT_DESKTOP",
            "XAUTHORITY",
        ] {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
            .env(processes::MARK, &self.mark)
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a program to its end and gives what it printed; panics when it fails.
    pub(crate) fn output(&self, program: &str, arguments: &[&str]) -> String {
        self.try_output(program, arguments)
            .unwrap_or_else(|problem| panic!("{problem}"))
    }

    pub(crate) fn try_output(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let output = self
            .command(program)
            .args(arguments)
            .output()
            .map_err(|error| format!("{program}: {error}"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(format!(
            "{program} {arguments:?}: {} {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ))
    }

    /// Starts a program whose output goes into a log in the home.
    pub(crate) fn leave_running(&self, mut command: Command) -> i32 {
        let log = self.log(&command.get_program().to_string_lossy());
        let errors = log.try_clone().expect("the log once more");
        let child = command
            .stdout(log)
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let id = i32::try_from(child.id()).expect("a process id");
        self.keep(child);
        id
    }

    /// Starts a program and waits for the first line that it prints.
    pub(crate) fn first_line(&self, mut command: Command) -> String {
        let errors = self.log(&command.get_program().to_string_lossy());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = child.stdout.take().expect("its output");
        self.keep(child);
        let (sender, first) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(output).read_line(&mut line);
            let _ = sender.send(read.map(|_| line.trim().to_owned()));
        });
        match first.recv_timeout(START) {
            Ok(Ok(line)) if !line.is_empty() => line,
            other => panic!("{command:?} did not start: {other:?}\n{}", self.logs()),
        }
    }

    /// A path under the desktop's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// All that was written by anything on this desktop stands under it.
    pub(crate) fn folder(&self) -> &Path {
        self.home.path()
    }

    /// The mark of its processes.
    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }

    /// The address of its session bus.
    pub(crate) fn bus(&self) -> &str {
        let address = self
            .environment
            .iter()
            .find(|(name, _)| name == "DBUS_SESSION_BUS_ADDRESS");
        address
            .map(|(_, address)| address.as_str())
            .expect("the bus was started")
    }

    /// A picture of the whole screen, or of the part of it at the left top of this size.
    pub(crate) fn picture(&self, part: Option<(u32, u32)>, to: &Path) {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).expect("the folder for pictures");
        }
        let crop = part.map_or_else(
            || "100%x100%+0+0".to_owned(),
            |(width, height)| format!("{width}x{height}+0+0"),
        );
        self.output(
            "import",
            &[
                "-window",
                "root",
                "-crop",
                &crop,
                "+repage",
                &to.display().to_string(),
            ],
        );
    }

    /// Everything that the programs on it printed.
    pub(crate) fn logs(&self) -> String {
        let folder = self.path("logs");
        #[expect(
            clippy::disallowed_methods,
            reason = "the test's own logs, not people's files"
        )]
        let entries = fs::read_dir(folder).expect("the logs");
        entries
            .flatten()
            .filter_map(|entry| {
                fs::read_to_string(entry.path())
                    .ok()
                    .map(|text| format!("--- {}\n{text}", entry.file_name().display()))
            })
            .collect()
    }

    fn make_home(&mut self) {
        for (name, folder) in [
            ("HOME", "home"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "runtime"),
            ("TMPDIR", "tmp"),
        ] {
            let path = self.path(folder);
            fs::create_dir_all(&path).expect("a folder of the home");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("its mode");
            self.set(name, &path.display().to_string());
        }
        fs::create_dir_all(self.path("logs")).expect("the logs' folder");
        for (name, value) in [
            ("GDK_BACKEND", "x11"),
            ("NO_AT_BRIDGE", "1"),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "UTC"),
            ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
        ] {
            self.set(name, value);
        }
    }

    fn start_bus(&mut self, keychain: Keychain) {
        let mut bus = self.command("dbus-daemon");
        bus.args(["--nofork", "--print-address"]);
        if keychain == Keychain::Absent {
            let configuration = self.path("config/bus.xml");
            let text = format!(
                r#"<busconfig><type>session</type><listen>unix:dir={}</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#,
                self.path("runtime").display()
            );
            fs::write(&configuration, text).expect("the bus's configuration");
            bus.arg(format!("--config-file={}", configuration.display()));
        } else {
            bus.arg("--session");
        }
        let address = self.first_line(bus);
        self.set("DBUS_SESSION_BUS_ADDRESS", &address);
    }

    /// The keychain as it is after a login that did not unlock it: what it keeps is there, and cannot be read.
    pub(crate) fn lock_keychain(&self) {
        self.keychain(&["--replace", "--components=secrets"], b"");
    }

    /// Whether the keychain's own question for its password is on the screen; it has the keyboard then.
    pub(crate) fn is_prompting(&self) -> bool {
        self.try_output("wmctrl", &["-x", "-a", "gcr-prompter"])
            .is_ok()
    }

    fn keychain(&self, arguments: &[&str], password: &[u8]) {
        let log = self.log("gnome-keyring-daemon");
        let mut daemon = self.command("gnome-keyring-daemon");
        daemon.args(arguments).stdin(Stdio::piped());
        daemon.stdout(log.try_clone().expect("the log")).stderr(log);
        // It goes into the background by itself once it is on the bus.
        self.answer(daemon, password);
    }

    fn start_keychain(&self) {
        self.keychain(&["--unlock", "--components=secrets"], b"test");
        let mut store = self.command("secret-tool");
        store
            .args(["store", "--label=ready", "pinfold-test", "ready"])
            .stdin(Stdio::piped());
        self.answer(store, b"ready");
    }

    /// Runs a program that reads its input, and panics when it fails.
    fn answer(&self, mut command: Command, input: &[u8]) {
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        child
            .stdin
            .take()
            .expect("its input")
            .write_all(input)
            .expect("it reads its input");
        let status = child.wait().expect("its end");
        assert!(status.success(), "{command:?}: {status}\n{}", self.logs());
    }

    fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    fn keep(&self, child: Child) {
        self.children
            .lock()
            .expect("no other test panicked here")
            .push(child);
    }

    fn log(&self, program: &str) -> fs::File {
        let name = Path::new(program)
            .file_name()
            .unwrap_or_default()
            .display()
            .to_string();
        fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path("logs").join(name))
            .expect("a log")
    }
}

impl Desktop {
    /// It takes its file system away when it is asked to end; killed, it would leave the home's folder mounted.
    fn end_document_portal(&self) {
        let portals = processes::of_program(&self.mark, "xdg-document-portal");
        portals.iter().copied().for_each(processes::terminate);
        let looks = 100;
        for _ in 0..looks {
            if !portals.iter().copied().any(processes::is_alive) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.end_document_portal();
        // Twice: a process may have been starting another one.
        for _ in 0..2 {
            processes::marked(&self.mark)
                .into_iter()
                .for_each(processes::kill);
        }
        for child in self.children.get_mut().into_iter().flatten() {
            let _ = child.wait();
        }
    }
}
