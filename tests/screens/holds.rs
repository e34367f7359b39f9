//! What holds a whole account or the whole queue, as a person sees it: why, until when, and what helps.

use sandbox::{Config, Gate, Kind, Route};
use serde_json::json;

use crate::states::Scene;
use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::driver::Driver;
use crate::window::files;

const TOKEN: &str = "a-token-of-this-test-only";

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_all_uploads_says_why_and_until_when_and_nothing_of_it_is_cut() {
    let desktop = Desktop::start();
    let data = tempfile::tempdir().expect("the service's own folder");
    let config = Config::new(data.path().join("service"), TOKEN);
    let mut scene = Scene::with_key(&desktop, config, TOKEN, "holds").await;
    app::resize(&desktop, &scene.driver, (900, 600)).await;

    let sending = Gate::new();
    scene.fault(
        Route::V3Upload,
        Kind::HoldAfterBytes(1_000_000, sending.clone()),
    );
    let names = ["plate-1.tif", "plate-2.tif", "the whole survey of 2026.csv"];
    let dropped: Vec<_> = (1..)
        .zip(names)
        .map(|(seed, name)| {
            let bytes = files::noise(seed, 3_000_000);
            files::write(&desktop.path("files"), name, &bytes)
        })
        .collect();
    app::drop_files(&desktop, &scene.driver, &dropped).await;
    sending.arrived().await;
    scene.driver.click("button", "Pause all").await;
    scene.driver.click("menuitem", "Pause for an hour").await;
    scene.glance("Paused until", "a rest").await;
    let until = resting_until(&scene).await;
    scene
        .strip_begins(&format!("Paused until {until}, 3 items"))
        .await;
    each_row_says(&scene.driver, &format!("Paused until {until}.")).await;

    scene.service.faults().clear();
    scene.fault(Route::V3Upload, Kind::status(402));
    scene.driver.click("button", "Continue all").await;
    sending.open();
    let full = "Pinata takes no more files: the plan’s space is used up. Uploads wait until there is room.";
    each_row_says(&scene.driver, full).await;
    scene.driver.wait_for_text("Next try in about ").await;
    scene.strip_begins("Waiting, 3 items").await;
    scene.glance(full, "the plan used up").await;

    scene.service.faults().clear();
    scene.fault(Route::V3Upload, Kind::rate_limited(600));
    scene.driver.click("button", "Try again").await;
    let asked = "Pinata asked to wait between requests. Uploads go on by themselves.";
    each_row_says(&scene.driver, asked).await;
    scene.driver.wait_for_text("Continuing in about ").await;
    scene.strip_begins("Waiting, 3 items").await;
    scene.glance(asked, "a pause asked for").await;

    scene.service.faults().clear();
    scene.fault(Route::Any, Kind::CaptivePortal);
    scene.driver.click("button", "Try again").await;
    let portal = "This network answers with a page of its own. Sign in to it in a browser. Uploads go on by themselves.";
    scene.driver.wait_for_text(portal).await;
    each_row_says(&scene.driver, portal).await;
    scene.glance(portal, "a network of its own").await;
    scene.driver.wait_for_text("Next try in ").await;

    let Scene {
        driver,
        mut walk,
        service,
        ..
    } = scene;
    service.stop().await;
    driver.click("button", "Try again").await;
    let offline = "Pinata cannot be reached. Uploads wait and go on by themselves.";
    driver.wait_for_text(offline).await;
    each_row_says(&driver, offline).await;
    walk.glance(&driver, "offline").await;
    driver.wait_for_text("Next try in ").await;
    driver.quit().await;
    walk.end();
}

/// When the queue goes on, as the engine has it, in the page's words.
async fn resting_until(scene: &Scene<'_>) -> String {
    let time = "const head = await window.__TAURI_INTERNALS__.invoke('uploads_head'); const at = new Date(head.restingUntil); return (at.getUTCDate() === new Date().getUTCDate() ? '' : 'tomorrow, ') + at.toISOString().slice(11, 16)";
    let told = scene.driver.promise(time, Vec::new()).await;
    told.expect("a time")
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Waits until the second line of all three rows is this.
async fn each_row_says(driver: &Driver, words: &str) {
    const LINES: &str =
        r#"return [...document.querySelectorAll("[role=treegrid] .sentence")].map(text)"#;
    let said = || async { driver.read(LINES, Vec::new()).await == json!([words, words, words]) };
    driver
        .wait_until(&format!("three rows that say {words}"), said)
        .await;
}
