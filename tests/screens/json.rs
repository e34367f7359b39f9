//! JSON typed in the real window: its fault is named, and what is pinned is just what was typed.

use serde_json::json;

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::walk::walk;
use crate::window::{files, gateway};

/// What is pinned is just this.
const JSON: &str = "{ \"name\": \"Harbour\", \"edition\": 3 }";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_checked_as_it_is_typed_and_pinned_byte_by_byte() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "JSON");
    app::go(&driver, "Uploads").await;
    driver.click("button", "Pin JSON").await;
    driver.wait_for("dialog", "~Pin JSON").await;
    driver.type_into("Text", "{\"name\" 1}").await;
    driver.wait_for_text("a colon is missing").await;
    walk.stop(&driver, "JSON with a fault").await;
    driver.type_into("Text", JSON).await;
    driver.type_into("Name", "harbour.json").await;
    let ready = "return byRole('button', 'Pin JSON').some((one) => one.closest('[role=dialog]') && !one.disabled)";
    driver
        .wait_until("JSON that can be pinned", || async {
            driver.read(ready, Vec::new()).await == json!(true)
        })
        .await;
    walk.stop(&driver, "JSON").await;
    let pin = "return byRole('button', 'Pin JSON').find((one) => one.closest('[role=dialog]'))";
    driver.click_found(pin, "Pin JSON").await;
    driver.wait_gone("dialog", "~Pin JSON").await;
    app::wait_finished(&driver, 1).await;
    let pin = app::pins(&driver, "harbour.json").await.remove(0);
    let gateway = app::addresses(&desktop).await.gateway;
    let typed = files::write(&desktop.path("files"), "typed.json", JSON.as_bytes());
    gateway::same_as_file(&gateway, &pin.cid, &typed).await;
    driver.quit().await;
    walk.end();
}
