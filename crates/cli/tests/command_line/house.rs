//! A house of the test's own: folders for Pinfold, a token in a file, and a real service.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use sandbox::{Config, Sandbox};
use serde_json::Value;

pub(crate) const TOKEN: &str = "token-of-the-command-line-test";
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) server: Sandbox,
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Sandbox::start(Config::new(folder.path().join("service"), TOKEN))
            .await
            .expect("starts");
        for name in ["data", "run", "home"] {
            std::fs::create_dir(folder.path().join(name)).expect("creates");
        }
        let house = Self { folder, server };
        house.token_file(0o600);
        house
    }

    pub(crate) async fn with_account() -> Self {
        let house = Self::new().await;
        house.done(&house.adding());
        house
    }

    pub(crate) fn adding(&self) -> Vec<String> {
        let (api, gateway) = (self.server.api_url(), self.server.gateway_url());
        let words = [
            "account",
            "add",
            "--name",
            "here",
            "--api",
            &api,
            "--gateway",
            &gateway,
        ];
        words.map(str::to_owned).to_vec()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn token_file(&self, mode: u32) -> PathBuf {
        let path = self.path("token");
        std::fs::write(&path, format!("{TOKEN}\n")).expect("writes");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("sets");
        path
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path("home").join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("creates");
        std::fs::write(&path, bytes).expect("writes");
        path.to_str().expect("text").to_owned()
    }

    pub(crate) fn pinfold<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinfold"));
        command
            .args(arguments)
            .current_dir(self.path("home"))
            .env("HOME", self.path("home"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("PINFOLD_TOKEN_FILE", self.path("token"))
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("CREDENTIALS_DIRECTORY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn output<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Output {
        self.pinfold(arguments).output().expect("starts")
    }

    /// What it printed; it must have done what was asked.
    pub(crate) fn done<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> String {
        let output = self.output(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(
            output.status.success(),
            "{:?}: {told}{printed}",
            output.status
        );
        printed
    }

    /// Its objects of this kind.
    pub(crate) fn objects(&self, arguments: &[&str], kind: &str) -> Vec<Value> {
        let mut all = vec!["--json"];
        all.extend(arguments);
        objects_in(&self.done(&all), kind)
    }

    pub(crate) fn code(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.output(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap_or(-1), told)
    }

    pub(crate) async fn served(&self, path: &str) -> Vec<u8> {
        let answer = oracle::client()
            .get(format!("{}/ipfs/{path}", self.server.gateway_url()))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.expect("bytes").to_vec()
    }

    /// Starts a program that stays, and waits for its first line.
    pub(crate) fn stays(&self, arguments: &[&str]) -> (Stays, String) {
        let mut child = self.pinfold(arguments).spawn().expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        (Stays { child, lines }, line)
    }

    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(
                begun.elapsed() < PATIENCE,
                "it did not come to that: {what}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// No file that Pinfold wrote holds the token.
    pub(crate) fn no_token_was_written(&self) {
        self.was_not_written(TOKEN);
    }

    /// No file that Pinfold wrote holds this.
    pub(crate) fn was_not_written(&self, secret: &str) {
        let mut open = vec![self.path("data"), self.path("run"), self.path("home")];
        let mut looked_at = 0;
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let kind = std::fs::symlink_metadata(&path).expect("looks").file_type();
                if kind.is_dir() {
                    open.push(path);
                } else if kind.is_file() {
                    let bytes = std::fs::read(&path).expect("reads");
                    let secret = secret.as_bytes();
                    let found = bytes.windows(secret.len()).any(|part| part == secret);
                    assert!(!found, "{}", path.display());
                    looked_at += 1;
                }
            }
        }
        assert!(looked_at > 2, "{looked_at} files");
    }
}

pub(crate) struct Stays {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Stays {
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kills");
        self.child.wait().expect("ends");
    }

    pub(crate) fn terminate(mut self) -> (i32, String) {
        let code = signalled(&mut self.child, rustix::process::Signal::TERM);
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.lines, &mut rest).expect("text");
        (code, rest)
    }
}

/// Sends a signal to a program and waits for its end; answers its code.
pub(crate) fn signalled(child: &mut Child, signal: rustix::process::Signal) -> i32 {
    let id = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(id, signal).expect("is there");
    child.wait().expect("ends").code().unwrap_or(-1)
}

/// The objects of this kind among lines that are all JSON.
pub(crate) fn objects_in(printed: &str, kind: &str) -> Vec<Value> {
    let lines = printed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter(|it| it["kind"] == kind).collect()
}

pub(crate) fn cid_of(printed: &str) -> String {
    let cid = printed.split_whitespace().next().expect("a CID");
    cid.to_owned()
}
