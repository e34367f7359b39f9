//! Pinfold itself on a desktop: starting it, dropping on it, and what its page and its data folder tell.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::desktop::Desktop;
use super::drag::Drag;
use super::driver::{Driver, free_port};
use super::gateway;
use super::processes;
use super::wait::until;

/// The title on the window.
pub(crate) const TITLE: &str = "Pinfold";
/// The size of the window unless a test says otherwise.
pub(crate) const SIZE: (u32, u32) = (1280, 800);
/// How long an upload of a few files may take on a busy machine.
pub(crate) const UPLOADED: Duration = Duration::from_mins(2);

/// The desktop program under test: the one that was built with the tests, or the one that is measured.
pub(crate) fn program() -> PathBuf {
    match std::env::var_os("PINFOLD_BENCH") {
        Some(folder) => PathBuf::from(folder).join("pinfold-desktop"),
        None => PathBuf::from(env!("CARGO_BIN_EXE_pinfold-desktop")),
    }
}

/// The Sandbox as a program, built beside it.
pub(crate) fn sandbox_program() -> PathBuf {
    let path = program().with_file_name("pinfold-sandbox");
    assert!(
        path.is_file(),
        "{} is not built: cargo build --workspace --bins",
        path.display()
    );
    path
}

/// Starts Pinfold and waits until its page has something to say.
pub(crate) async fn start(desktop: &Desktop) -> Driver {
    let driver = Driver::start(desktop, &program(), &[]).await;
    driver
        .wait_until("the page to draw its first screen", || async {
            driver.text().await.len() > 20
        })
        .await;
    resize(desktop, &driver, SIZE).await;
    driver
}

/// Starts Pinfold for the first time and chooses the Sandbox, as a person does: one click.
pub(crate) async fn start_with_sandbox(desktop: &Desktop) -> Driver {
    let driver = start(desktop).await;
    driver.click("button", "~Try the Sandbox").await;
    wait_for_list(&driver).await;
    driver
}

/// Waits until the list of pins is on the screen.
pub(crate) async fn wait_for_list(driver: &Driver) {
    driver.wait_for("heading", "Pins").await;
}

/// Puts the window at the left top of the screen in this size.
pub(crate) async fn resize(desktop: &Desktop, driver: &Driver, size: (u32, u32)) {
    desktop.output(
        "wmctrl",
        &["-r", TITLE, "-e", &format!("0,0,0,{},{}", size.0, size.1)],
    );
    let wanted = json!([size.0, size.1]);
    let has_it = || async {
        driver
            .script("return [innerWidth, innerHeight]", Vec::new())
            .await
            == wanted
    };
    driver
        .wait_until(&format!("a window of {} x {}", size.0, size.1), has_it)
        .await;
}

/// How many windows with Pinfold's title are on the screen.
pub(crate) fn windows(desktop: &Desktop) -> usize {
    desktop
        .try_output("wmctrl", &["-l"])
        .unwrap_or_default()
        .lines()
        .filter(|line| line.ends_with(TITLE))
        .count()
}

/// Drags the files to the middle of the list and lets go. The data folder and the page tell what comes of it.
pub(crate) async fn drop_files(desktop: &Desktop, driver: &Driver, files: &[PathBuf]) {
    let drag = Drag::over(desktop, files, (640, 400)).await;
    wait_for_overlay(driver).await;
    drag.drop_here().await;
}

/// The same at an account that takes no uploads: the overlay says so, and what happens instead is asked after the drop.
pub(crate) async fn drop_where_nothing_is_uploaded(
    desktop: &Desktop,
    driver: &Driver,
    files: &[PathBuf],
) {
    let drag = Drag::over(desktop, files, (640, 400)).await;
    driver
        .wait_for_text("You choose another way after dropping")
        .await;
    drag.drop_here().await;
}

/// Calls one of the app's commands through the page's own bridge.
pub(crate) async fn invoke(
    driver: &Driver,
    command: &str,
    arguments: Value,
) -> Result<Value, String> {
    driver
        .promise(
            "return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])",
            vec![json!(command), arguments],
        )
        .await
}

/// One pin as the list has it.
#[derive(Clone, Debug)]
pub(crate) struct Pin {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) cid: String,
    pub(crate) check: String,
}

/// The question for pins that match a search, in the order of their names, narrowed by nothing else.
fn by_name(search: &str) -> Value {
    let filters = json!({"kinds": [], "keyvalues": [], "checks": [], "duplicates": false});
    json!({
        "query": {"text": search, "sort": "name", "descending": false, "filters": filters},
        "carry": null,
        "look": {"from": 0, "n": 0, "pin": null},
    })
}

/// The pins that match a search, in the order of their names; at most 200.
pub(crate) async fn pins(driver: &Driver, search: &str) -> Vec<Pin> {
    let set = invoke(driver, "pins_open", by_name(search))
        .await
        .expect("a result set");
    let rows = json!({"set": set["set"], "from": 0, "n": 200});
    let rows = invoke(driver, "pins_rows", rows).await.expect("its rows");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = rows.as_array().cloned().unwrap_or_default();
    rows.iter()
        .map(|row| Pin {
            id: row["id"].as_i64().unwrap_or_default(),
            name: text(row, "name"),
            cid: text(row, "cid"),
            check: text(row, "check"),
        })
        .collect()
}

/// Waits until the visible list shows a row whose text holds each of these, with the word "Verified" in it.
pub(crate) async fn wait_verified(driver: &Driver, names: &[&str]) {
    const BODY: &str = r#"
        const flat = (words) => words.replace(/[\s\u2423\u240a\u2028]+/g, " ").replace(/…/g, " ");
        const rows = [...document.querySelectorAll("main [role=grid] [role=row]")];
        const told = rows.map((row) => flat((row.getAttribute("aria-label") ?? "") + " " + row.textContent + " " + [...row.querySelectorAll("[title], [aria-label]")].map((part) => `${part.title ?? ""} ${part.getAttribute("aria-label") ?? ""}`).join(" ")));
        return arguments[0].filter((name) => !told.some((row) => row.includes(flat(name)) && row.includes("Verified")));
    "#;
    let missing = || async { driver.read(BODY, vec![json!(names)]).await };
    let none_missing = || async { missing().await == json!([]) };
    driver
        .wait_within(
            UPLOADED,
            &format!("verified rows for {names:?}"),
            none_missing,
        )
        .await;
}

/// How many uploads are on their way, need the person, and are finished.
pub(crate) async fn uploads(driver: &Driver) -> (u64, u64, u64) {
    let head = invoke(driver, "uploads_head", json!({}))
        .await
        .expect("the uploads' head");
    let number = |name: &str| head[name].as_u64().unwrap_or_default();
    (number("now"), number("needsYou"), number("finished"))
}

/// The state of the first upload on its way, or "none".
pub(crate) async fn state(driver: &Driver) -> String {
    let page = json!({"filter": "now", "from": 0, "n": 1});
    let page = invoke(driver, "uploads_rows", page)
        .await
        .expect("the uploads");
    page["rows"][0]["state"]
        .as_str()
        .unwrap_or("none")
        .to_owned()
}

/// Waits until nothing is on its way any more and `finished` uploads are done.
pub(crate) async fn wait_finished(driver: &Driver, finished: u64) {
    let done = || async { uploads(driver).await == (0, 0, finished) };
    driver
        .wait_within(UPLOADED, &format!("{finished} finished uploads"), done)
        .await;
}

/// Where the built-in Sandbox answers.
pub(crate) struct Addresses {
    pub(crate) api: String,
    pub(crate) gateway: String,
}

/// Read from the data folder while the app runs; what an earlier run left there is passed over.
pub(crate) async fn addresses(desktop: &Desktop) -> Addresses {
    let path = desktop.path("data/pinfold/sandbox/address.json");
    let running = || async {
        let value: Value = serde_json::from_str(&std::fs::read_to_string(&path).ok()?).ok()?;
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let addresses = Addresses {
            api: text("api")?,
            gateway: text("gateway")?,
        };
        let host = addresses
            .gateway
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        std::net::TcpStream::connect(host).ok().map(|_| addresses)
    };
    until(Duration::from_secs(20), "the Sandbox's gateway", running).await
}

/// A Sandbox of the test's own: a service that is not the built-in one.
pub(crate) struct Service {
    pub(crate) api: String,
    pub(crate) gateway: String,
    pub(crate) process: i32,
}

impl Service {
    /// Starts it on free ports and waits until its gateway answers.
    pub(crate) async fn start(desktop: &Desktop, data: &std::path::Path, token: &str) -> Self {
        Self::start_with(desktop, data, token, &[]).await
    }

    async fn start_with(
        desktop: &Desktop,
        data: &std::path::Path,
        token: &str,
        more: &[&str],
    ) -> Self {
        let (api, gateway) = (free_port(), free_port());
        let mut command = desktop.command(sandbox_program());
        command
            .args([
                "--listen",
                &format!("127.0.0.1:{api}"),
                "--gateway",
                &format!("127.0.0.1:{gateway}"),
                "--token",
                token,
                "--data",
            ])
            .arg(data)
            .args(more);
        let process = desktop.leave_running(command);
        let service = Self {
            api: format!("http://127.0.0.1:{api}"),
            gateway: format!("http://127.0.0.1:{gateway}"),
            process,
        };
        // It says where it answers when it is ready; a port may be open before that.
        let log = desktop.path("logs/pinfold-sandbox");
        let said = format!("gateway {}", service.gateway);
        let ready = || async {
            std::fs::read_to_string(&log)
                .is_ok_and(|text| text.contains(&said))
                .then_some(())
        };
        until(UPLOADED, "the Sandbox to be ready", ready).await;
        service
    }

    /// Asks it to end and waits until it has.
    pub(crate) async fn stop(self) {
        processes::terminate(self.process);
        let gone = || async { (!processes::is_alive(self.process)).then_some(()) };
        until(Duration::from_secs(20), "the Sandbox to end", gone).await;
    }
}

/// Fills the built-in Sandbox's folder before the app has ever run, so that its account opens with these pins.
pub(crate) async fn seed_sandbox(desktop: &Desktop, count: usize) {
    let folder = desktop.path("data/pinfold/sandbox");
    std::fs::create_dir_all(&folder).expect("the Sandbox's folder");
    let service =
        Service::start_with(desktop, &folder, "seed", &["--seed", &count.to_string()]).await;
    service.stop().await;
}

/// Compares what the gateway serves under a CID with a file.
pub(crate) async fn same_bytes(addresses: &Addresses, path: &str, file: &std::path::Path) {
    gateway::same_as_file(&addresses.gateway, path, file).await;
}

/// Waits until the overlay says what a drop does.
pub(crate) async fn wait_for_overlay(driver: &Driver) {
    driver.wait_for_text("Drop here for name and more").await;
}

/// Moves a drag once more after the page was looked at, so that the window still knows of it.
pub(crate) async fn over_again<'desktop>(driver: &Driver, drag: Drag<'desktop>) -> Drag<'desktop> {
    drag.move_to((650, 410)).await;
    wait_for_overlay(driver).await;
    drag
}

/// Goes to a screen by the main navigation.
pub(crate) async fn go(driver: &Driver, screen: &str) {
    const OPEN: &str = r#"
        const nav = byRole("navigation", "Main")[0];
        const link = nav && [...nav.querySelectorAll("a, button")].find((one) => name(one).startsWith(arguments[0]));
        link?.click();
        return Boolean(link);
    "#;
    driver
        .wait_until(&format!("{screen} in the navigation"), || async {
            driver.read(OPEN, vec![json!(screen)]).await == json!(true)
        })
        .await;
    driver.wait_for("heading", screen).await;
}

/// Opens the details of the pin whose name is found by these words.
pub(crate) async fn open_details(driver: &Driver, words: &str) {
    const ROW: &str = r#"
        const row = [...document.querySelectorAll("[role=grid] [role=row][data-row]")].find((one) => one.textContent.includes(arguments[0]));
        return row?.querySelector(".name") ?? row ?? null;
    "#;
    driver.click_found(ROW, words).await;
    if !driver.shows("complementary", "Details").await {
        driver.press("\u{e007}").await;
    }
    driver.wait_for("complementary", "Details").await;
}

/// Gives the pin in the details another name.
pub(crate) async fn rename(driver: &Driver, name: &str) {
    if !driver.shows("textbox", "Name").await {
        driver.click("button", "Edit the name").await;
    }
    driver.type_into("Name", name).await;
    driver.press("\u{e007}").await;
    driver.wait_gone("textbox", "Name").await;
}

/// Adds a key-value to the pin in the details.
pub(crate) async fn add_keyvalue(driver: &Driver, key: &str, value: &str) {
    driver.click("button", "Add").await;
    driver.type_into("Key 1", key).await;
    driver.type_into("~Value of", value).await;
    driver.press("\u{e007}").await;
}

/// The list is read by itself; waits until it has been read to its end and holds this many pins.
pub(crate) async fn wait_for_total(driver: &Driver, total: usize) {
    let all = || async {
        invoke(driver, "pins_open", by_name(""))
            .await
            .is_ok_and(|set| set["total"] == json!(total) && set["refreshing"] == json!(false))
    };
    driver
        .wait_within(
            Duration::from_mins(4),
            &format!("{total} pins to be listed"),
            all,
        )
        .await;
}
