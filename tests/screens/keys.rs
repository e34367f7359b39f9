//! API keys in the real window: made, told once, and revoked.

use serde_json::json;

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::walk::walk;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_its_token_told_once_and_never_again_and_it_is_revoked() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "keys");
    app::go(&driver, "API keys").await;
    driver.wait_for_text("No API keys").await;
    walk.stop(&driver, "keys none").await;

    driver.click("button", "New key").await;
    driver.wait_for("dialog", "~New API key").await;
    driver.type_into("Name", "kiosk in the hall").await;
    walk.stop(&driver, "key new").await;
    driver.click("button", "Make key").await;
    driver.wait_for("dialog", "~Copy the secret of").await;
    walk.stop(&driver, "key told").await;
    driver
        .click("checkbox", "~I have kept the token in a safe place")
        .await;
    driver.click("button", "Done").await;
    driver.wait_gone("dialog", "~Copy the secret of").await;
    driver.wait_for_text("kiosk in the hall").await;
    let held = "return document.documentElement.outerHTML.includes('eyJ')";
    assert_eq!(
        driver.script(held, Vec::new()).await,
        json!(false),
        "a token is in the page"
    );

    walk.stop(&driver, "keys one").await;
    driver.click("button", "More for kiosk in the hall").await;
    driver.click("menuitem", "~Revoke").await;
    driver.wait_for("alertdialog", "~Revoke").await;
    walk.stop(&driver, "key revoking").await;
    driver.click("button", "Revoke key").await;
    driver.wait_gone("alertdialog", "~Revoke").await;
    driver.wait_for_text("Revoked").await;
    driver.quit().await;
    walk.end();
}
