//! A walk over every screen, size, theme and amount of data: nothing overflows, overlaps or is cut, no target is too
//! small, and axe has nothing to say, contrast included. A picture of each stop stays under `target/walk/`.

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::drag::Drag;
use crate::window::walk::walk;
use crate::window::{files, filled};

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
async fn one_pin_and_its_details_hold_in_every_size_and_theme() {
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
async fn the_overlay_the_sheets_the_dock_and_the_dialogs_hold_in_every_size_and_theme() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "a few");
    let folder = desktop.path("files");
    let names = [
        "a name that goes on and on, as names from scanners and cameras do when nobody shortens them, 2026-11-21.tif",
        "short.txt",
        ".env",
    ];
    let few: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(number, name)| files::write(&folder, name, &files::noise(number as u64, 9_000)))
        .collect();

    let drag = Drag::over(&desktop, &few, (640, 400)).await;
    app::wait_for_overlay(&driver).await;
    walk.stop(&driver, "overlay").await;
    let options = "const box = document.querySelector('.options').getBoundingClientRect(); return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)]";
    let place = driver.script(options, Vec::new()).await;
    let at = |index: usize| i32::try_from(place[index].as_i64().expect("a place")).expect("small");
    drag.carry_to((at(0), at(1))).await.drop_here().await;
    driver.wait_for("dialog", "~Upload 3 items").await;
    walk.stop(&driver, "upload sheet").await;
    driver.click("button", "Upload 2 files").await;
    driver.wait_gone("dialog", "~Upload").await;
    app::wait_verified(&driver, &["short.txt"]).await;

    driver.press_on_grid("\u{e009}j\u{e000}").await;
    driver.wait_for("region", "Uploads dock").await;
    walk.stop(&driver, "dock").await;
    driver.press_on_grid("\u{e009}a\u{e000}").await;
    driver.wait_for("toolbar", "Selected pins").await;
    walk.stop(&driver, "selection").await;
    driver.click("button", "Set").await;
    driver.wait_for("dialog", "~expire").await;
    walk.stop(&driver, "end of many").await;
    driver.press("\u{e00c}").await;
    driver.wait_gone("dialog", "~expire").await;
    driver.press_on_grid("\u{e017}").await;
    driver.wait_for("alertdialog", "~Unpin").await;
    walk.stop(&driver, "unpin").await;
    driver.press("\u{e00c}").await;
    driver.wait_gone("alertdialog", "~Unpin").await;
    driver.press_on_grid("?").await;
    driver.wait_for("dialog", "Keyboard shortcuts").await;
    walk.stop(&driver, "keys").await;
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
    filled::with_hostile_strings(&desktop).await;
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
