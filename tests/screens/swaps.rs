//! Other content for the address of a pin, chosen in the real window and fetched by a plain client.

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::walk::walk;
use crate::window::{files, gateway};

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_pin_shows_other_content_and_then_its_own_again() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "other content");
    let folder = desktop.path("site");
    let first = files::write(&folder, "site 1.html", &files::noise(1, 9_000));
    let second = files::write(&folder, "site 2.html", &files::noise(2, 9_000));
    app::drop_files(&desktop, &driver, &[first.clone(), second.clone()]).await;
    app::wait_verified(&driver, &["site 1.html", "site 2.html"]).await;
    let pins = app::pins(&driver, "site").await;
    let gateway = app::addresses(&desktop).await.gateway;

    driver.press_on_grid("\u{e011}").await;
    let row = "return byRole('row', arguments[0])[0]";
    driver.click_found(row, "~site 1.html").await;
    driver.click("button", "Show other content").await;
    driver.wait_for_text("It shows its own content.").await;
    walk.stop(&driver, "own content").await;
    driver.type_into("CID", &pins[1].cid).await;
    driver.click("button", "Show this content").await;
    driver.wait_for_text("Shown now").await;
    walk.stop(&driver, "other content").await;
    gateway::same_as_file(&gateway, &pins[0].cid, &second).await;

    driver.click("button", "Show its own content").await;
    driver.wait_for_text("It shows its own content.").await;
    gateway::same_as_file(&gateway, &pins[0].cid, &first).await;
    driver.quit().await;
    walk.end();
}
