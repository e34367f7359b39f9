//! The list narrowed by a filter, kept as a search, put in groups; and what the usage screen counts.

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::drag::Drag;
use crate::window::files;
use crate::window::walk::walk;

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_narrowed_kept_as_a_search_and_files_are_dropped_on_a_group() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "narrowed");
    let folder = desktop.path("files");
    let plain: Vec<_> = ["plan.txt", "harbour.png"]
        .iter()
        .enumerate()
        .map(|(number, name)| files::write(&folder, name, &files::noise(number as u64, 30_000)))
        .collect();
    app::drop_files(&desktop, &driver, &plain).await;
    app::wait_finished(&driver, 2).await;

    driver.click("button", "New group").await;
    driver.wait_for("dialog", "~group").await;
    driver.type_into("Name", "Prints").await;
    walk.stop(&driver, "new group").await;
    driver.click("button", "Make the group").await;
    driver.wait_gone("dialog", "~group").await;
    driver.wait_for("button", "~Prints").await;

    let printed = files::write(&folder, "print.tif", &files::noise(9, 40_000));
    let place = "const box = byRole('button', '~Prints')[0].getBoundingClientRect(); return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)]";
    let place = driver.read(place, Vec::new()).await;
    let at = |index: usize| i32::try_from(place[index].as_i64().expect("a place")).expect("small");
    let drag = Drag::over(&desktop, std::slice::from_ref(&printed), (640, 400)).await;
    app::wait_for_overlay(&driver).await;
    let drag = drag.carry_to((at(0), at(1))).await;
    driver.wait_for_text("to the group Prints").await;
    drag.drop_here().await;
    app::wait_finished(&driver, 3).await;
    driver.click("button", "~Prints").await;
    app::wait_verified(&driver, &["print.tif"]).await;
    walk.stop(&driver, "a group").await;
    let told = driver.text().await;
    assert!(!told.contains("plan.txt"), "only the group's:\n{told}");
    driver.click("button", "~Remove the filter").await;

    driver.click("button", "Filter").await;
    driver.click("menuitem", "Type").await;
    driver.wait_for("dialog", "Type filter").await;
    walk.stop(&driver, "filter").await;
    driver.click("checkbox", "Texts").await;
    driver.press("\u{e00c}").await;
    driver.wait_gone("dialog", "Type filter").await;
    app::wait_verified(&driver, &["plan.txt"]).await;
    driver.click("button", "Save this search").await;
    driver.type_into("Name of the search", "Only texts").await;
    driver.press("\u{e007}").await;
    driver.wait_for("button", "~Only texts").await;
    walk.stop(&driver, "saved").await;

    app::go(&driver, "Usage").await;
    driver.wait_for_text("Stored over time").await;
    walk.stop(&driver, "usage").await;
    driver.quit().await;
    walk.end();
}
