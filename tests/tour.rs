//! The tour: what a new user does first, on the real window, with a picture of each step in both themes under
//! `target/tour/`. It prints what it saw and succeeds only when all of it happened.
#![expect(clippy::print_stdout, reason = "what it prints is its result")]

mod window;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use window::app;
use window::desktop::Desktop;
use window::drag::Drag;
use window::driver::Driver;
use window::files;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let steps = runtime.block_on(tour());
    // The line that counts tests reads like every other test program's.
    println!("test result: ok. {steps} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}

/// Pictures and steps of one tour.
struct Tour {
    folder: PathBuf,
    steps: usize,
}

impl Tour {
    /// Something that was seen.
    fn saw(&mut self, what: &str) {
        self.steps += 1;
        println!("{:>2}. {what}", self.steps);
    }

    /// A picture of the window in both themes.
    async fn picture(&self, desktop: &Desktop, driver: &Driver, name: &str) {
        for theme in ["light", "dark"] {
            driver.set_theme(theme).await;
            desktop.picture(
                Some(app::SIZE),
                &self
                    .folder
                    .join(format!("{:02}-{name}-{theme}.png", self.steps)),
            );
        }
        driver.set_theme("light").await;
    }
}

async fn tour() -> usize {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tour");
    let mut tour = Tour { folder, steps: 0 };
    let desktop = Desktop::start();

    let driver = app::start(&desktop).await;
    driver.wait_for("button", "~Try the Sandbox").await;
    tour.saw("The window opened and offers Pinata or the Sandbox.");
    tour.picture(&desktop, &driver, "first-run").await;

    driver.click("button", "~Try the Sandbox").await;
    app::wait_for_list(&driver).await;
    tour.saw("One click: the Sandbox runs, and the list of pins is empty.");
    tour.picture(&desktop, &driver, "empty").await;

    let (file, dropped) = (
        desktop.path("files/sunrise over the harbour.txt"),
        desktop.path("files/a folder"),
    );
    files::write(
        &desktop.path("files"),
        "sunrise over the harbour.txt",
        &files::noise(7, 400_000),
    );
    files::folder_of(&desktop.path("files"), "a folder", 12);
    let drag = Drag::over(&desktop, &[file.clone(), dropped.clone()], (640, 400)).await;
    app::wait_for_overlay(&driver).await;
    tour.saw("A file and a folder hang over the window; it says where they would go.");
    tour.picture(&desktop, &driver, "drop").await;
    let drag = app::over_again(&driver, drag).await;
    drag.drop_here().await;
    app::wait_finished(&driver, 2).await;
    app::wait_verified(&driver, &["sunrise", "a folder"]).await;
    tour.saw("One drop: both were hashed here, sent, checked, and are verified.");
    tour.picture(&desktop, &driver, "verified").await;

    let pins = app::pins(&driver, "sunrise").await;
    let folders = app::pins(&driver, "a folder").await;
    let addresses = app::addresses(&desktop).await;
    app::same_bytes(&addresses, &pins[0].cid, &file).await;
    app::same_bytes(
        &addresses,
        &format!("{}/part%203/file%200003%20%C3%A9.txt", folders[0].cid),
        &dropped.join("part 3/file 0003 é.txt"),
    )
    .await;
    tour.saw("The gateway serves the same bytes, fetched by a plain HTTP client.");

    app::open_details(&driver, "sunrise").await;
    tour.saw("The details are open beside the list.");
    tour.picture(&desktop, &driver, "details").await;

    app::rename(&driver, "Harbour at dawn.txt").await;
    app::add_keyvalue(&driver, "place", "harbour").await;
    let edited = || async {
        let details = app::invoke(&driver, "pins_details", json!({"id": pins[0].id})).await;
        details.is_ok_and(|details| {
            details["row"]["name"] == "Harbour at dawn.txt"
                && details["keyvalues"] == json!([["place", "harbour"]])
        })
    };
    driver
        .wait_within(
            Duration::from_secs(30),
            "the new name and key-value at the service",
            edited,
        )
        .await;
    app::wait_verified(&driver, &["Harbour at dawn"]).await;
    tour.saw("Its name and a key-value were edited; the service has them.");
    tour.picture(&desktop, &driver, "edited").await;

    app::go(&driver, "Uploads").await;
    tour.saw("Uploads lists what was sent.");
    tour.picture(&desktop, &driver, "uploads").await;
    app::go(&driver, "Settings").await;
    tour.saw("Settings are there.");
    tour.picture(&desktop, &driver, "settings").await;
    driver.quit().await;

    let driver = app::start(&desktop).await;
    app::wait_for_list(&driver).await;
    app::wait_verified(&driver, &["Harbour at dawn", "a folder"]).await;
    tour.saw("After a restart everything is still there.");
    tour.picture(&desktop, &driver, "restarted").await;
    driver.quit().await;
    tour.steps
}
