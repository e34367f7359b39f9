//! Some of many uploads, in the real window: chosen with pointer and keys, paused, continued, moved and taken back, while
//! the list moves.

use std::path::PathBuf;

use sandbox::{Config, Gate, Kind, Route};
use serde_json::json;

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::driver::Driver;
use crate::window::files;

use super::states::Scene;

const TOKEN: &str = "a-token-of-this-test-only";
const SHIFT_DOWN: &str = "\u{e008}\u{e015}\u{e000}";
const SHIFT_F10: &str = "\u{e008}\u{e03a}\u{e000}";
const SPACE: &str = " ";
const DELETE: &str = "\u{e017}";
const ESCAPE: &str = "\u{e00c}";
const CTRL: &str = "\u{e009}";
const END: &str = "\u{e010}";
const ALT_END: &str = "\u{e00a}\u{e010}\u{e000}";

/// Names and states of what has not ended, as the engine has them in order.
async fn queue(driver: &Driver) -> Vec<(String, String)> {
    let asked = json!({"filter": "now", "from": 0, "n": 50});
    let page = app::invoke(driver, "uploads_rows", asked).await;
    let page = page.expect("the uploads");
    let rows = page["rows"].as_array().expect("rows").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    rows.map(|row| (text(&row["name"]), text(&row["state"])))
        .collect()
}

async fn names(driver: &Driver) -> String {
    let rows = queue(driver).await.into_iter();
    rows.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

async fn wait_states(driver: &Driver, names: &[&str], state: &str) {
    let all_are = || async {
        let rows = queue(driver).await;
        names.iter().all(|name| {
            rows.iter()
                .any(|(other, its)| other == name && its == state)
        })
    };
    driver
        .wait_until(&format!("{names:?} to be {state}"), all_are)
        .await;
}

/// The names in the window's own list, from top to bottom.
async fn listed(driver: &Driver) -> String {
    let script = r#"
        const rows = [...document.querySelectorAll("[role=treegrid] [role=row][data-row]")];
        return rows.sort((a, b) => a.dataset.row - b.dataset.row).map((row) => text(row.querySelector(".name"))).join(" ");
    "#;
    let names = driver.read(script, Vec::new()).await;
    names.as_str().unwrap_or_default().to_owned()
}

/// Clicks the name in a row, or its box.
async fn click_row(driver: &Driver, name: &str, part: &str) {
    let script = format!(
        r#"
        const rows = [...document.querySelectorAll("[role=treegrid] [role=row][data-row]")];
        return rows.find((row) => text(row.querySelector(".name")) === arguments[0])?.querySelector("{part}") ?? null;
    "#
    );
    driver.click_found(&script, name).await;
}

/// A scene in which one large and one small upload are held on their way, and eight wait.
async fn held(desktop: &Desktop, data: PathBuf) -> (Scene<'_>, Gate, Gate) {
    let config = Config::new(data, TOKEN);
    let mut scene = Scene::with_key(desktop, config, TOKEN, "some").await;
    let limits = app::invoke(&scene.driver, "uploads_limits", json!({})).await;
    let mut limits = limits.expect("the limits");
    limits["atOnce"] = json!(1);
    let set = json!({ "limits": limits });
    let set = app::invoke(&scene.driver, "uploads_set_limits", set).await;
    set.expect("one at a time");
    let (large, small) = (Gate::new(), Gate::new());
    scene.fault(
        Route::V3Upload,
        Kind::HoldAfterBytes(1_000_000, large.clone()),
    );
    scene.drop_file("survey.csv", 8_000_000).await;
    large.arrived().await;
    scene.service.faults().clear();
    scene.fault(Route::V3Upload, Kind::HoldAnswer(small.clone()));
    scene.drop_file("first.txt", 900).await;
    small.arrived().await;
    let waiting: Vec<PathBuf> = (1..=8)
        .map(|n| {
            let name = format!("plate-{n}.png");
            files::write(&desktop.path("files"), &name, &files::noise(70 + n, 40_000))
        })
        .collect();
    app::drop_files(desktop, &scene.driver, &waiting).await;
    scene
        .driver
        .wait_until("ten uploads", || async {
            queue(&scene.driver).await.len() == 10
        })
        .await;
    (scene, large, small)
}

#[tokio::test(flavor = "multi_thread")]
async fn some_uploads_are_chosen_paused_continued_moved_and_taken_back() {
    let desktop = Desktop::start();
    let data = tempfile::tempdir().expect("the service's own folder");
    let (mut scene, large, small) = held(&desktop, data.path().join("service")).await;
    let driver = &scene.driver;
    let three = ["plate-3.png", "plate-4.png", "plate-5.png"];

    click_row(driver, "plate-3.png", ".name").await;
    driver.press(SHIFT_DOWN).await;
    driver.press(SHIFT_DOWN).await;
    driver.wait_for("toolbar", "Selected uploads").await;
    driver.wait_for_text("3 selected").await;
    scene.walk.stop(driver, "three of ten").await;
    driver.press(SHIFT_F10).await;
    driver.wait_for("menu", "Actions").await;
    scene.walk.glance(driver, "menu of three").await;
    driver.press(ESCAPE).await;
    driver.wait_gone("menu", "Actions").await;

    driver.press(SPACE).await;
    wait_states(driver, &three, "paused").await;
    driver.wait_for_text("Paused by you").await;
    scene.walk.stop(driver, "three paused").await;
    driver.press(SPACE).await;
    wait_states(driver, &three, "queued").await;

    driver.press(ALT_END).await;
    let behind = "survey.csv first.txt plate-1.png plate-2.png plate-6.png plate-7.png plate-8.png plate-3.png plate-4.png plate-5.png";
    driver
        .wait_until("the three behind all", || async {
            listed(driver).await == behind
        })
        .await;
    assert_eq!(names(driver).await, behind);
    // They are selected wherever they are, and one more with them: the one that is being sent.
    click_row(driver, "survey.csv", "[data-tick]").await;
    driver.wait_for_text("4 selected").await;
    driver.press(DELETE).await;
    driver.wait_for("alertdialog", "Cancel 4 uploads?").await;
    driver.wait_for_text("1 of them was being sent").await;
    scene.walk.stop(driver, "cancel four").await;
    driver.press(ESCAPE).await;
    driver.wait_gone("alertdialog", "Cancel 4 uploads?").await;
    click_row(driver, "survey.csv", "[data-tick]").await;
    driver.wait_for_text("3 selected").await;
    driver.press(DELETE).await;
    driver.click("button", "Cancel 3 uploads").await;
    driver.wait_gone("toolbar", "Selected uploads").await;
    // What the pointer rests on stays in sight.
    let left = "survey.csv first.txt plate-1.png plate-2.png plate-6.png plate-7.png plate-8.png";
    assert_eq!(names(driver).await, left);

    app::go(driver, "Pins").await;
    driver.click("button", "~Uploading").await;
    driver.wait_for("region", "Uploads dock").await;
    click_row(driver, "first.txt", ".name").await;
    driver.press(&format!("{CTRL}a\u{e000}")).await;
    driver.wait_for_text("7 selected").await;
    scene.walk.stop(driver, "all in the dock").await;
    let height = driver.element("separator", "Height of the dock").await;
    height.send_keys(END).await.expect("the dock is low");
    scene.walk.stop(driver, "all in a low dock").await;
    click_row(driver, "first.txt", "[data-tick]").await;
    driver.wait_for_text("6 selected").await;
    driver.press(ESCAPE).await;
    driver.wait_gone("toolbar", "Selected uploads").await;

    scene.service.faults().clear();
    large.open();
    small.open();
    app::wait_finished(driver, 10).await;
    let pins = app::pins(driver, "").await;
    let mut names: Vec<&str> = pins.iter().map(|pin| pin.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "first.txt",
            "plate-1.png",
            "plate-2.png",
            "plate-6.png",
            "plate-7.png",
            "plate-8.png",
            "survey.csv"
        ]
    );
    let Scene { driver, walk, .. } = scene;
    driver.quit().await;
    walk.end();
}
