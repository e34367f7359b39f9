//! Another service beside the Sandbox: added, tested, dropped on, renamed, switched and removed. And what was unpinned.

use crate::window::app::{self, Service};
use crate::window::desktop::Desktop;
use crate::window::driver::Driver;
use crate::window::files;
use crate::window::walk::walk;

const TOKEN: &str = "a-token-of-this-test-only";

/// Adds the service by its pinning service API.
async fn add(driver: &Driver, service: &Service) {
    driver.click("button", "Add account").await;
    driver.click("radio", "Another service").await;
    driver.click("radio", "~Anything that speaks").await;
    driver
        .type_into("Address", &format!("{}/psa", service.api))
        .await;
    driver.type_into("Token", TOKEN).await;
    // Enter, since a button of the same name stands behind the sheet.
    driver.press("\u{e007}").await;
}

/// The requests that the service itself noted down, one a line.
fn asked(data: &std::path::Path) -> String {
    std::fs::read_to_string(data.join("requests.log")).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_service_is_added_is_asked_for_what_is_dropped_and_is_removed_again() {
    let desktop = Desktop::start();
    let data = tempfile::tempdir().expect("the service's own folder");
    let service = Service::start(&desktop, data.path(), TOKEN).await;
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "services");

    app::go(&driver, "Settings").await;
    driver.click("button", "Accounts").await;
    add(&driver, &service).await;
    driver.wait_for("button", "Start").await;
    walk.stop(&driver, "tested").await;
    driver.click("button", "Start").await;
    driver.wait_gone("dialog", "Add account").await;
    driver.wait_for_text("no uploads, in use").await;
    walk.stop(&driver, "accounts").await;

    app::go(&driver, "Pins").await;
    let file = files::write(
        &desktop.path("files"),
        "survey.csv",
        &files::noise(4, 70_000),
    );
    app::drop_where_nothing_is_uploaded(&desktop, &driver, std::slice::from_ref(&file)).await;
    driver
        .wait_for("radio", "~Upload through another account")
        .await;
    walk.stop(&driver, "ways").await;
    // The Sandbox alone takes uploads here, and nobody could fetch from it.
    driver.click("button", "Compute the CID").await;
    driver.wait_for("button", "Ask for 1 CID").await;
    walk.stop(&driver, "computed").await;
    driver.click("button", "Ask for 1 CID").await;
    driver.wait_gone("dialog", "~CIDs for").await;
    app::go(&driver, "Import from IPFS").await;
    let pinned = || async { driver.text().await.contains("Pinned.") };
    driver
        .wait_within(app::UPLOADED, "the service to have pinned it", pinned)
        .await;
    let pins = app::pins(&driver, "survey").await;
    assert_eq!(pins.len(), 1, "it is in the list of pins");
    assert!(
        asked(data.path())
            .lines()
            .any(|line| line.contains("\"POST\"") && line.contains("/psa/pins")),
        "the service was asked for it:\n{}",
        asked(data.path())
    );

    app::go(&driver, "Settings").await;
    driver.click("button", "Accounts").await;
    driver.click("button", "~More for 127.0.0.1").await;
    driver.click("menuitem", "Rename…").await;
    driver.type_into("Name", "Archive").await;
    driver.click("button", "Rename").await;
    driver.wait_for("listitem", "Archive").await;
    driver.click("button", "More for Sandbox").await;
    driver.click("menuitem", "Switch to it").await;
    driver.click("button", "More for Archive").await;
    driver.click("menuitem", "Remove account…").await;
    driver.wait_for("alertdialog", "Remove Archive?").await;
    walk.stop(&driver, "removing").await;
    driver.click("button", "Remove account").await;
    driver.wait_gone("listitem", "Archive").await;
    driver.quit().await;
    walk.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_unpinned_stands_in_the_history_and_is_pinned_again_from_there() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "history");
    let file = files::write(
        &desktop.path("files"),
        "kept once.txt",
        &files::noise(5, 9_000),
    );
    app::drop_files(&desktop, &driver, std::slice::from_ref(&file)).await;
    app::wait_finished(&driver, 1).await;
    app::wait_verified(&driver, &["kept once.txt"]).await;
    app::open_details(&driver, "kept once.txt").await;
    walk.stop(&driver, "details").await;
    driver.click("button", "Unpin").await;
    driver.wait_for("alertdialog", "~Unpin").await;
    driver.click("button", "Unpin 1").await;
    driver.wait_gone("alertdialog", "~Unpin").await;
    driver.wait_for_text("Unpinned kept once.txt").await;

    driver.click("radio", "Unpinned").await;
    driver.wait_for("button", "Pin again, kept once.txt").await;
    walk.stop(&driver, "unpinned").await;
    driver.click("button", "Pin again, kept once.txt").await;
    driver.wait_for_text("Asked for").await;
    driver.click("radio", "Pinned").await;
    app::wait_for_total(&driver, 1).await;
    let pins = app::pins(&driver, "").await;
    app::same_bytes(&app::addresses(&desktop).await, &pins[0].cid, &file).await;
    driver.quit().await;
    walk.end();
}
