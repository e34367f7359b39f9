//! A watched folder in the real window: watched by a drop, fed by another program, stopped by its brake, and gone.

use std::path::{Path, PathBuf};

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::drag::Drag;
use crate::window::driver::Driver;
use crate::window::walk::walk;
use crate::window::{files, gateway};
use serde_json::json;

/// Enough of them, gone at once, make the folder ask.
const MANY: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_pins_what_lands_in_it_asks_before_many_go_and_stops_when_it_is_gone() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let folder = desktop.path("prints");
    let scans: Vec<PathBuf> = (0..MANY).map(|number| scan(&folder, number)).collect();
    let mut walk = walk(&desktop, "watched");

    app::go(&driver, "Watched folders").await;
    walk.stop(&driver, "no folders").await;
    let drag = Drag::over(&desktop, std::slice::from_ref(&folder), (640, 300)).await;
    driver.wait_for_text("Watch this folder").await;
    drag.drop_here().await;
    driver.wait_for("dialog", "~Watch").await;
    driver.wait_for_text("this computer only").await;
    walk.stop(&driver, "adding").await;
    driver.click("button", &format!("~{MANY} file")).await;
    wait_pinned(&driver, MANY).await;

    let landed = files::write(&folder, "landed later.tif", &files::noise(77, 150_000));
    wait_pinned(&driver, MANY + 1).await;
    app::go(&driver, "Pins").await;
    driver.click("textbox", "~Search").await;
    driver.press("landed").await;
    app::wait_verified(&driver, &["landed later.tif"]).await;
    let pin = app::pins(&driver, "landed later").await.remove(0);
    gateway::same_as_file(&app::addresses(&desktop).await.gateway, &pin.cid, &landed).await;
    app::go(&driver, "Watched folders").await;
    walk.stop(&driver, "a folder").await;

    unpin_what_disappears(&driver).await;
    for path in &scans {
        std::fs::remove_file(path).expect("it was there");
    }
    driver.wait_for_text("disappeared").await;
    driver.click("button", "~prints").await;
    driver.wait_for_text("Nothing was unpinned").await;
    walk.stop(&driver, "brake").await;
    assert_eq!(app::pins(&driver, "").await.len(), MANY + 1);
    driver.click("button", "Keep pins and continue").await;
    driver.wait_gone("button", "Keep pins and continue").await;
    walk.stop(&driver, "ledger").await;

    std::fs::rename(&folder, desktop.path("elsewhere")).expect("it moves");
    driver.wait_for_text("is not there").await;
    walk.stop(&driver, "gone").await;
    assert_eq!(app::pins(&driver, "").await.len(), MANY + 1);
    driver.quit().await;
    walk.end();
}

fn scan(folder: &Path, number: usize) -> PathBuf {
    files::write(
        folder,
        &format!("scan {number:02}.tif"),
        &files::noise(number as u64, 20_000),
    )
}

async fn rows(driver: &Driver) -> serde_json::Value {
    app::invoke(driver, "watches_list", json!({}))
        .await
        .expect("the folders")
}

async fn wait_pinned(driver: &Driver, count: usize) {
    let pinned = || async { rows(driver).await[0]["counts"]["pinned"] == json!(count) };
    driver
        .wait_within(app::UPLOADED, &format!("{count} pinned files"), pinned)
        .await;
}

/// As if the person had chosen it in the folder's rules.
async fn unpin_what_disappears(driver: &Driver) {
    let id = rows(driver).await[0]["id"].clone();
    let mut rules = app::invoke(driver, "watches_rules", json!({ "id": id }))
        .await
        .expect("its rules");
    rules["onDelete"] = json!({"kind": "unpin", "days": 0});
    let edit = json!({"id": id, "account": null, "rules": rules});
    app::invoke(driver, "watches_edit", edit)
        .await
        .expect("other rules");
}
