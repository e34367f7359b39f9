//! A walk over every screen, size, theme and amount of data: nothing overflows, overlaps or is cut, no target is too
//! small, and axe has nothing to say, contrast included. A picture of each stop stays under `target/walk/`.

mod window;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use window::app::{self, Service};
use window::desktop::Desktop;
use window::driver::Driver;
use window::{files, hostile};

const SIZES: [(u32, u32); 3] = [(900, 600), (1280, 800), (1680, 1050)];
const THEMES: [&str; 2] = ["light", "dark"];
const HELPERS: &str = include_str!("window/page.js");
const FAULTS: &str = include_str!("window/walk.js");

/// One walk: what it saw wrong, with where.
struct Walk<'desktop> {
    desktop: &'desktop Desktop,
    data: &'static str,
    faults: Vec<String>,
    stops: usize,
}

impl Walk<'_> {
    /// Looks at what is on the screen in every size and theme.
    async fn stop(&mut self, driver: &Driver, screen: &str) {
        for size in SIZES {
            app::resize(self.desktop, driver, size).await;
            for theme in THEMES {
                driver.set_theme(theme).await;
                let place = format!("{screen}, {}, {}x{}, {theme}", self.data, size.0, size.1);
                let found = driver
                    .script(&format!("{HELPERS}\n{FAULTS}"), Vec::new())
                    .await;
                let found = found.as_array().expect("a list of faults").clone();
                self.faults.extend(
                    found
                        .iter()
                        .map(|fault| format!("{place}: {}", fault.as_str().unwrap_or_default())),
                );
                let accessible = size != SIZES[1] || self.data == "100,000 rows";
                if !accessible {
                    let found = violations(driver).await;
                    self.faults.extend(
                        found
                            .into_iter()
                            .map(|fault| format!("{place}: axe: {fault}")),
                    );
                }
                let picture = format!("{screen}-{}-{}x{}-{theme}.png", self.data, size.0, size.1)
                    .replace([' ', ','], "-");
                self.desktop.picture(Some(size), &folder().join(picture));
                self.stops += 1;
            }
        }
        driver.set_theme("light").await;
        app::resize(self.desktop, driver, app::SIZE).await;
    }

    /// The screens that every amount of data has.
    async fn screens(&mut self, driver: &Driver) {
        self.stop(driver, "pins").await;
        app::go(driver, "Uploads").await;
        self.stop(driver, "uploads").await;
        app::go(driver, "Settings").await;
        self.stop(driver, "settings").await;
        app::go(driver, "Pins").await;
    }

    fn end(self) {
        assert!(
            self.faults.is_empty(),
            "{} faults at {} stops:\n{}",
            self.faults.len(),
            self.stops,
            self.faults.join("\n")
        );
    }
}

fn walk<'desktop>(desktop: &'desktop Desktop, data: &'static str) -> Walk<'desktop> {
    Walk {
        desktop,
        data,
        faults: Vec::new(),
        stops: 0,
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("walk")
}

/// Runs axe and gives one line for each element that it has something against.
const RUN: &str = r#"
    const told = await axe.run(document, { resultTypes: ["violations"], rules: { "color-contrast": { enabled: true } } });
    return told.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")} ${node.any.concat(node.all, node.none).map((check) => check.message).join("; ")}`)).slice(0, 20);
"#;

/// What axe finds in the page as it is drawn by the web view, contrast included.
async fn violations(driver: &Driver) -> Vec<String> {
    if driver.script("return typeof axe", Vec::new()).await != json!("object") {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        driver
            .script(
                &format!("{source}; window.axe = axe; return null"),
                Vec::new(),
            )
            .await;
    }
    let found = driver
        .promise(RUN, Vec::new())
        .await
        .expect("axe runs in the page");
    found
        .as_array()
        .expect("its violations")
        .iter()
        .map(|one| one.as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_run_and_the_empty_screens_hold_in_every_size_and_theme() {
    let desktop = Desktop::start();
    let driver = app::start(&desktop).await;
    let mut walk = walk(&desktop, "empty");
    driver.wait_for("button", "~Try the Sandbox").await;
    walk.stop(&driver, "first run").await;
    driver.click("button", "~Connect Pinata").await;
    driver.open_details("Another service address").await;
    walk.stop(&driver, "connect").await;
    driver.click("button", "Back").await;
    driver.click("button", "~Try the Sandbox").await;
    app::wait_for_list(&driver).await;
    walk.screens(&driver).await;
    driver.quit().await;
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_pin_its_details_and_the_overlay_hold_in_every_size_and_theme() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "one");
    let file = files::write(
        &desktop.path("files"),
        "the only one.txt",
        &files::noise(4, 40_000),
    );
    app::drop_files(&desktop, &driver, std::slice::from_ref(&file)).await;
    app::wait_finished(&driver, 1).await;
    app::wait_verified(&driver, &["the only one"]).await;
    walk.stop(&driver, "toast").await;
    walk.screens(&driver).await;
    app::open_details(&driver, "the only one").await;
    walk.stop(&driver, "details").await;
    driver.quit().await;
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_pins_hold_in_every_size_and_theme() {
    let desktop = Desktop::start();
    app::seed_sandbox(&desktop, 100_000).await;
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "100,000 rows");
    app::wait_for_total(&driver, 100_000).await;
    walk.screens(&driver).await;
    driver.quit().await;
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_hostile_strings_in_every_field_stay_text_and_hold_in_every_size_and_theme() {
    let desktop = Desktop::start();
    fill_with_hostile_strings(&desktop).await;
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "hostile names");
    app::wait_for_total(&driver, 200).await;
    walk.screens(&driver).await;
    let ids: Vec<_> = app::pins(&driver, "")
        .await
        .iter()
        .map(|pin| pin.id)
        .collect();
    assert_eq!(ids.len(), 200);
    app::open_details(&driver, "").await;
    for _ in 0..ids.len() {
        driver.press_on_grid("\u{e015}").await;
    }
    walk.stop(&driver, "details").await;
    let pwned = driver.script("return [typeof window.pwned, document.querySelectorAll('iframe, script:not([src]), main b b, main h1 h1').length]", Vec::new()).await;
    assert_eq!(pwned[0], "undefined", "a string was run");
    driver.quit().await;
    walk.end();
}

/// Uploads 200 files to the Sandbox's folder before the app runs: each with a hostile name, key and value.
async fn fill_with_hostile_strings(desktop: &Desktop) {
    let folder = desktop.path("data/pinfold/sandbox");
    std::fs::create_dir_all(&folder).expect("the Sandbox's folder");
    let service = Service::start(desktop, &folder, "fill").await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(
        clippy::disallowed_methods,
        reason = "a stranger's client, not the one under test"
    )]
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    for (number, text) in hostile::strings().into_iter().enumerate() {
        let keyvalues: Value = json!({ format!("{number} {text}"): text, "plain": text });
        let form = reqwest::multipart::Form::new()
            .text("network", "public")
            .text("name", text)
            .text("keyvalues", keyvalues.to_string())
            .part(
                "file",
                reqwest::multipart::Part::bytes(format!("file {number}").into_bytes())
                    .file_name("file.txt"),
            );
        let answer = client
            .post(format!("{}/v3/files", service.api))
            .bearer_auth("fill")
            .multipart(form)
            .send()
            .await
            .expect("an answer");
        assert!(
            answer.status().is_success(),
            "{number}: {} {}",
            answer.status(),
            answer.text().await.unwrap_or_default()
        );
    }
    service.stop().await;
}
