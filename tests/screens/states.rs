//! Each state that an upload can be in, and what holds a whole account, as a person sees it: a service that waits at gates and
//! fails when it is told to.

use std::path::{Path, PathBuf};

use sandbox::{Config, Fault, Gate, Kind, Route, Sandbox};
use serde_json::json;

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::driver::Driver;
use crate::window::walk::{Walk, walk};
use crate::window::{files, gateway};

const TOKEN: &str = "a-token-of-this-test-only";
/// Holes only: it takes no room and some seconds to hash.
const HUGE: u64 = 22 * 1024 * 1024 * 1024;
/// The same of what is hashed first, and looked at when it is read once more.
const INDEXED: u64 = 2 * 1024 * 1024 * 1024;

/// The window, with an account at a service of the test's own.
pub(crate) struct Scene<'desktop> {
    pub(crate) desktop: &'desktop Desktop,
    pub(crate) driver: Driver,
    pub(crate) service: Sandbox,
    pub(crate) walk: Walk<'desktop>,
    files: u64,
}

impl<'desktop> Scene<'desktop> {
    async fn set(desktop: &'desktop Desktop, data: PathBuf) -> Self {
        Self::with_key(desktop, Config::new(data, TOKEN), TOKEN, "states").await
    }

    /// At a service that knows this key.
    pub(crate) async fn with_key(
        desktop: &'desktop Desktop,
        config: Config,
        key: &str,
        screens: &'static str,
    ) -> Self {
        let service = Sandbox::start(config).await;
        let service = service.expect("a service");
        let driver = app::start_with_sandbox(desktop).await;
        let api = service.api_url();
        let addresses = json!({"api": api, "uploads": api, "gateway": service.gateway_url()});
        let chosen = json!({"kind": "pinata", "addresses": addresses});
        let asked = json!({"chosen": chosen, "token": key, "key": null});
        let tested = app::invoke(&driver, "accounts_test", asked).await;
        let handle = tested.expect("a good token")["handle"].clone();
        let kept = json!({"handle": handle, "keep": "until_quit"});
        let connected = app::invoke(&driver, "accounts_connect", kept).await;
        connected.expect("an account");
        app::go(&driver, "Settings").await;
        driver.click("button", "Accounts").await;
        driver.click("button", "More for Pinata").await;
        driver.click("menuitem", "Switch to it").await;
        app::go(&driver, "Uploads").await;
        Self {
            desktop,
            driver,
            service,
            walk: walk(desktop, screens),
            files: 0,
        }
    }

    pub(crate) fn fault(&self, route: Route, kind: Kind) {
        let times = usize::MAX;
        self.service.faults().push(Fault { route, times, kind });
    }

    /// Drops a new file of so many bytes.
    pub(crate) async fn drop_file(&mut self, name: &str, bytes: usize) {
        self.files += 1;
        let content = files::noise(self.files, bytes);
        let file = files::write(&self.desktop.path("files"), name, &content);
        app::drop_files(self.desktop, &self.driver, &[file]).await;
    }

    /// Drops the same bytes under another name.
    async fn drop_copy(&self, of: &str, name: &str) {
        let folder = self.desktop.path("files");
        std::fs::copy(folder.join(of), folder.join(name)).expect("a copy");
        app::drop_files(self.desktop, &self.driver, &[folder.join(name)]).await;
    }

    /// Waits until the page says so, and looks at it in the smallest window.
    pub(crate) async fn glance(&mut self, words: &str, screen: &str) {
        self.driver.wait_for_text(words).await;
        self.walk.glance(&self.driver, screen).await;
    }

    /// Waits until a row says so, and looks at it in every size and theme.
    async fn look(&mut self, words: &str, screen: &str) {
        self.driver.wait_for_text(words).await;
        self.walk.stop(&self.driver, screen).await;
    }

    /// What the strip at the window's lower edge says of the uploads.
    pub(crate) async fn strip_says(&self, words: &str) {
        let says = || async { self.strip().await == words };
        self.driver
            .wait_until(&format!("\"{words}\" in the strip"), says)
            .await;
    }

    async fn nothing_under_way(&self) {
        let none = || async { app::uploads(&self.driver).await.0 == 0 };
        self.driver.wait_until("nothing on its way", none).await;
    }

    /// The same of what it begins with.
    pub(crate) async fn strip_begins(&self, words: &str) {
        let says = || async { self.strip().await.starts_with(words) };
        self.driver
            .wait_until(&format!("\"{words}\" in the strip"), says)
            .await;
    }

    async fn strip(&self) -> String {
        const STRIP: &str = "return text(document.querySelector('footer .strip'))";
        let told = self.driver.read(STRIP, Vec::new()).await;
        told.as_str().unwrap_or_default().to_owned()
    }

    pub(crate) async fn state_is(&self, state: &str) {
        let is = || async { app::state(&self.driver).await == state };
        self.driver
            .wait_until(&format!("a row that is {state}"), is)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_state_of_an_upload_is_told_in_words_and_nothing_of_it_is_cut() {
    let desktop = Desktop::start();
    let data = tempfile::tempdir().expect("the service's own folder");
    let mut scene = Scene::set(&desktop, data.path().join("service")).await;

    let sending = Gate::new();
    scene.fault(
        Route::V3Upload,
        Kind::HoldAfterBytes(1_000_000, sending.clone()),
    );
    scene.drop_file("survey.csv", 8_000_000).await;
    sending.arrived().await;
    scene.look("Sending to", "sending").await;
    scene.service.faults().clear();
    sending.open();
    app::wait_finished(&scene.driver, 1).await;

    let asked = Gate::new();
    scene.fault(Route::V3Upload, Kind::CutBeforeAnswer);
    scene.fault(Route::V3List, Kind::HoldAnswer(asked.clone()));
    scene.drop_file("harbour.png", 40_000).await;
    scene.state_is("confirming").await;
    scene.look("whether it arrived", "confirming").await;
    assert!(scene.driver.text().await.contains("99%"), "all is sent");
    scene.service.faults().clear();
    asked.open();
    app::wait_finished(&scene.driver, 2).await;

    let known = Gate::new();
    scene.fault(Route::V3List, Kind::HoldAnswer(known.clone()));
    scene.drop_copy("harbour.png", "harbour again.png").await;
    scene.state_is("checking").await;
    scene
        .glance("whether it has these bytes already", "checking")
        .await;
    scene.service.faults().clear();
    known.open();
    app::wait_finished(&scene.driver, 3).await;

    let (sending, kept) = (Gate::new(), Gate::new());
    scene.fault(
        Route::V3Upload,
        Kind::HoldAfterBytes(1_000_000, sending.clone()),
    );
    scene.fault(Route::V3List, Kind::HoldAnswer(kept.clone()));
    scene.drop_file("not this one.mov", 8_000_000).await;
    sending.arrived().await;
    scene.state_is("sending").await;
    scene.driver.click("button", "Cancel").await;
    scene
        .glance("asking Pinata what it kept", "taken back")
        .await;
    scene.strip_says("Waiting, 1 item").await;
    scene.service.faults().clear();
    sending.open();
    kept.open();
    app::wait_finished(&scene.driver, 4).await;
    scene.driver.click("tab", "~Finished").await;
    scene
        .glance("Nothing of it is pinned by this upload", "cancelled")
        .await;
    scene.driver.click("tab", "~Now").await;

    scene.fault(Route::V3Upload, Kind::WrongCid);
    scene.drop_file("plan.txt", 40_000).await;
    scene
        .look("holds a CID that is not ours", "needs you")
        .await;
    scene.strip_says("No uploads under way 1 needs you").await;
    scene.service.faults().clear();

    scene.fault(Route::V3Upload, Kind::status(500));
    scene.drop_file("notes.md", 40_000).await;
    scene.driver.wait_for_text("Next try at ").await;
    scene.look("fails at what it is asked", "waiting").await;
    scene.service.faults().clear();
    scene.fault(Route::Any, Kind::status(401));
    scene.driver.click("button", "Try again").await;
    scene
        .look("no longer accepts this key", "refused key")
        .await;
    scene.service.faults().clear();

    let Scene { driver, walk, .. } = scene;
    driver.quit().await;
    walk.end();
}

/// A file of so many bytes that are not on the disk.
fn holes(folder: &Path, name: &str, bytes: u64) -> PathBuf {
    let path = files::write(folder, name, b"");
    let file = std::fs::File::options().write(true).open(&path);
    file.and_then(|file| file.set_len(bytes)).expect("holes");
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hashed_or_indexed_says_so_in_its_row_and_can_be_taken_back() {
    let desktop = Desktop::start();
    let data = tempfile::tempdir().expect("the service's own folder");
    let mut config = Config::new(data.path().join("service"), TOKEN);
    config.paid = true;
    let mut scene = Scene::with_key(&desktop, config, TOKEN, "states").await;
    let huge = holes(&desktop.path("files"), "film.mov", HUGE);
    app::drop_files(&desktop, &scene.driver, &[huge]).await;
    scene.state_is("hashing").await;
    scene
        .look("Computing the CID before sending", "hashing")
        .await;
    scene.driver.click("button", "Cancel").await;
    scene.nothing_under_way().await;

    app::resize(&desktop, &scene.driver, (900, 600)).await;
    let begun = Gate::new();
    scene.fault(Route::TusCreate, Kind::Hold(begun.clone()));
    let films = desktop.path("files").join("films");
    holes(&films, "film.mov", INDEXED);
    app::drop_files(&desktop, &scene.driver, &[films]).await;
    let indexing = "Indexing it, so that a break while it is sent costs little.";
    let is_said = || async { scene.driver.text().await.contains(indexing) };
    scene
        .driver
        .wait_within(app::UPLOADED, indexing, is_said)
        .await;
    scene.glance(indexing, "indexing").await;
    begun.arrived().await;
    scene.driver.click("button", "Cancel").await;
    scene.service.faults().clear();
    begun.open();
    scene.nothing_under_way().await;
    assert!(
        scene
            .service
            .requests()
            .iter()
            .all(|asked| asked.method != "PATCH")
    );
    let Scene { driver, walk, .. } = scene;
    driver.quit().await;
    walk.end();
}

/// Under a plain name, what a private key begins with.
fn key(of: &str) -> Vec<u8> {
    let begin = ["-----BEGIN OPENSSH ", "PRIVATE KEY-----\n"].concat();
    (begin + of).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_folder_that_look_like_secrets_inside_are_asked_about_one_by_one() {
    const LONG: &str = "notes of a very long meeting that somebody gave a very long name, so that it does not fit anywhere.txt";
    let desktop = Desktop::start();
    let data = tempfile::tempdir().expect("the service's own folder");
    let mut scene = Scene::set(&desktop, data.path().join("service")).await;
    let site = desktop.path("files").join("site");
    files::write(&site, "index.html", b"<h1>Open</h1>");
    let wanted = files::write(&site, "for everyone.txt", &key("wanted"));
    files::write(&site, LONG, &key("not wanted"));
    app::drop_files(&desktop, &scene.driver, &[site]).await;
    scene.state_is("needs_you").await;
    scene.driver.click("button", "Choose files…").await;
    scene
        .look("Tick what is to be uploaded", "secrets inside")
        .await;
    let driver = &scene.driver;
    driver.click("checkbox", "Upload for everyone.txt").await;
    driver.click("button", "Upload with 1 of 2").await;
    app::wait_finished(driver, 1).await;
    let cid = app::pins(driver, "site").await[0].cid.clone();
    let gateway = scene.service.gateway_url();
    let name = gateway::url_part("for everyone.txt");
    gateway::same_as_file(&gateway, &format!("{cid}/{name}"), &wanted).await;
    let other = format!("{gateway}/ipfs/{cid}/{}", gateway::url_part(LONG));
    assert_eq!(gateway::answer(&other).await.0, 404);
    let Scene { driver, walk, .. } = scene;
    driver.quit().await;
    walk.end();
}
