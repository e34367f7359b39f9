//! One walk over what is on the screen: every size and theme, the layout's faults, axe, and a picture of each stop.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::app;
use super::desktop::Desktop;
use super::driver::Driver;

const SIZES: [(u32, u32); 3] = [(900, 600), (1280, 800), (1680, 1050)];
const THEMES: [&str; 2] = ["light", "dark"];
const HELPERS: &str = include_str!("page.js");
const FAULTS: &str = include_str!("walk.js");

/// One walk: what it saw wrong, with where.
pub(crate) struct Walk<'desktop> {
    desktop: &'desktop Desktop,
    data: &'static str,
    faults: Vec<String>,
    stops: usize,
}

impl Walk<'_> {
    /// Looks at what is on the screen in every size and theme.
    pub(crate) async fn stop(&mut self, driver: &Driver, screen: &str) {
        for size in SIZES {
            self.look(driver, screen, size).await;
        }
        driver.set_theme("light").await;
        app::resize(self.desktop, driver, app::SIZE).await;
    }

    /// Looks at it in the smallest window alone, where a sentence has the least room: for one more state of a screen
    /// that the walk has been to.
    pub(crate) async fn glance(&mut self, driver: &Driver, screen: &str) {
        self.look(driver, screen, SIZES[0]).await;
        driver.set_theme("light").await;
    }

    /// The window keeps that size.
    async fn look(&mut self, driver: &Driver, screen: &str, size: (u32, u32)) {
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
            // What axe looks at does not depend on the window's size.
            if size == app::SIZE {
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

    /// The screens that every amount of data has.
    pub(crate) async fn screens(&mut self, driver: &Driver) {
        self.stop(driver, "pins").await;
        app::go(driver, "Uploads").await;
        self.stop(driver, "uploads").await;
        app::go(driver, "Settings").await;
        self.stop(driver, "settings").await;
        app::go(driver, "Pins").await;
    }

    pub(crate) fn end(self) {
        assert!(
            self.faults.is_empty(),
            "{} faults at {} stops:\n{}",
            self.faults.len(),
            self.stops,
            self.faults.join("\n")
        );
    }
}

pub(crate) fn walk<'desktop>(desktop: &'desktop Desktop, data: &'static str) -> Walk<'desktop> {
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
