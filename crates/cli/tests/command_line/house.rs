//! A house of the test's own: folders for Pinfold, a token in a file, and a real service. At its end everything that was
//! written and told in it is looked through for the token.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use leak::{Scanned, Secrets};
use sandbox::{Config, Sandbox};
use serde_json::Value;

use crate::processes::{Pinfold, Running, Told};

pub(crate) const TOKEN: &str = "token-of-the-command-line-test";
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) server: Sandbox,
    /// What every process of this house told, on both of its ways out.
    pub(crate) told: Told,
    /// Files of the test's own that hold the token.
    may_hold: Mutex<Vec<PathBuf>>,
}

impl Drop for House {
    /// Whatever a test is about, the token stands nowhere when it ends.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.scanned().assert_clean();
        }
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Sandbox::start(Config::new(folder.path().join("service"), TOKEN))
            .await
            .expect("starts");
        for name in ["data", "run", "home", "tmp"] {
            std::fs::create_dir(folder.path().join(name)).expect("creates");
        }
        let house = Self {
            folder,
            server,
            told: Told::default(),
            may_hold: Mutex::default(),
        };
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

    /// The service, as a stranger sees it.
    pub(crate) fn service(&self) -> oracle::Service {
        oracle::Service {
            api: self.server.api_url(),
            gateway: self.server.gateway_url(),
            token: TOKEN.to_owned(),
            log: self.path("service/requests.log"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn token_file(&self, mode: u32) -> PathBuf {
        let path = self.path("token");
        self.may_hold("token");
        std::fs::write(&path, format!("{TOKEN}\n")).expect("writes");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("sets");
        path
    }

    /// The test itself writes the token into this file.
    pub(crate) fn may_hold(&self, name: &str) {
        let path = self.path(name);
        let mut all = self.may_hold.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(path);
    }

    /// Another service, at other addresses, and nobody at those of the first.
    pub(crate) async fn moves_elsewhere(&mut self, token: &str) {
        let config = Config::new(self.path("elsewhere"), token);
        let server = Sandbox::start(config).await.expect("starts");
        std::mem::replace(&mut self.server, server).stop().await;
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path("home").join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("creates");
        std::fs::write(&path, bytes).expect("writes");
        path.to_str().expect("text").to_owned()
    }

    pub(crate) fn pinfold<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Pinfold {
        Pinfold::new(self.told.clone(), arguments)
            .current_dir(self.path("home"))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("PINFOLD_TOKEN_FILE", self.path("token"))
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("CREDENTIALS_DIRECTORY")
    }

    pub(crate) fn output<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Output {
        self.pinfold(arguments).output()
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
    pub(crate) fn stays(&self, arguments: &[&str]) -> (Running, String) {
        let mut running = self.pinfold(arguments).spawn();
        let line = running.line();
        (running, line)
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

    /// Where the token stands in what was written and told here, in any form.
    pub(crate) fn scanned(&self) -> Scanned {
        let secrets = Secrets::new(&[TOKEN]);
        let may_hold = self.may_hold.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scanned = secrets.scan(self.folder.path(), &may_hold);
        scanned.leaks.extend(self.told.leaks(&secrets));
        scanned
    }

    /// No file that Pinfold wrote holds this in any form, but for these of the test's own.
    pub(crate) fn was_not_written(&self, secret: &str, but: &[&Path]) {
        let may_hold: Vec<_> = but.iter().map(|path| (*path).to_owned()).collect();
        let scanned = Secrets::new(&[secret]).scan(self.folder.path(), &may_hold);
        scanned.assert_clean();
        assert!(scanned.files > 4, "{} files", scanned.files);
    }

    /// The same, and nobody told it either.
    pub(crate) fn was_not_written_or_told(&self, secret: &str, but: &[&Path]) {
        self.was_not_written(secret, but);
        assert_eq!(self.told.leaks(&Secrets::new(&[secret])), []);
    }
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
