//! Pinfold without its window: in the tray, at login, and by the desktop's notifications.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::window::app;
use crate::window::bus::{Notifications, Tray};
use crate::window::desktop::Desktop;
use crate::window::drag::Drag;
use crate::window::driver::Driver;
use crate::window::wait::until;
use crate::window::{files, processes};
use serde_json::json;

const SOON: Duration = Duration::from_secs(40);
const PROGRAM: &str = "pinfold-desktop";

#[tokio::test(flavor = "multi_thread")]
async fn closing_hides_to_the_tray_and_the_window_comes_back_by_its_menu_by_a_notification_and_when_the_tray_goes()
 {
    let desktop = Desktop::start();
    let (tray, notifications) = (
        Tray::start(&desktop).await,
        Notifications::start(&desktop).await,
    );
    let driver = app::start_with_sandbox(&desktop).await;
    // What went well is told as well otherwise, and whether somebody still looks by then is a matter of speed.
    let about = json!({"settings": {"notifyAbout": "needs_you"}});
    let set = app::invoke(&driver, "settings_set", about).await;
    assert_eq!(set.expect("it is set")["notifyAbout"], json!("needs_you"));
    let folder = desktop.path("prints <b>");
    files::write(&folder, "one.tif", &files::noise(1, 20_000));
    watch(&desktop, &driver, &folder).await;
    wait_for_tray(&driver, true).await;

    close(&desktop);
    wait_for_windows(&desktop, 0).await;
    let says = async |words: &str| tray.menu().await.iter().any(|line| line.1 == words);
    let at_rest = || async { says("Watching 1 folder").await.then_some(()) };
    until(SOON, "the folder to be at rest in the menu", at_rest).await;
    assert!(says("Pause all").await);
    tray.choose("Open Pinfold").await;
    wait_for_windows(&desktop, 1).await;

    close(&desktop);
    wait_for_windows(&desktop, 0).await;
    std::fs::remove_dir_all(&folder).expect("it was there");
    let gone = || async { notifications.shown().pop() };
    let told = until(SOON, "a notification of the folder that is gone", gone).await;
    assert!(told.title.starts_with("prints <b>"), "{told:?}");
    assert!(!told.body.contains('<'), "{told:?}");
    notifications.click().await;
    wait_for_windows(&desktop, 1).await;
    driver.wait_for_text("is not there").await;

    close(&desktop);
    wait_for_windows(&desktop, 0).await;
    tray.stop().await;
    wait_for_windows(&desktop, 1).await;

    let tray = Tray::start(&desktop).await;
    tray.sign().await;
    tray.choose("Quit Pinfold").await;
    wait_for_end(&desktop).await;
    assert_eq!(notifications.shown().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tray_closing_quits_and_says_first_what_stops() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    close(&desktop);
    wait_for_end(&desktop).await;
    drop(driver);

    let driver = app::start(&desktop).await;
    app::wait_for_list(&driver).await;
    let folder = desktop.path("prints");
    files::write(&folder, "one.tif", &files::noise(1, 20_000));
    watch(&desktop, &driver, &folder).await;
    wait_for_tray(&driver, false).await;
    close(&desktop);
    driver
        .wait_for_text("Watched folders stop when Pinfold quits")
        .await;
    driver.click("button", "Keep open").await;
    driver.wait_gone("alertdialog", "~Quit").await;
    close(&desktop);
    driver.wait_for("alertdialog", "~Quit").await;
    driver.click_last("Quit").await;
    wait_for_end(&desktop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_login_it_starts_in_the_tray_and_a_second_start_with_a_file_asks_about_it() {
    let desktop = Desktop::start();
    let tray = Tray::start(&desktop).await;
    let driver = app::start_with_sandbox(&desktop).await;
    let login = app::invoke(&driver, "background_start_at_login", json!({"on": true})).await;
    assert_eq!(login.expect("it is set")["login"]["on"], json!(true));
    driver.quit().await;

    // As the desktop's session does it: the entry is read and its command run.
    let entry = desktop.path("config/autostart/pinfold.desktop");
    // What it starts would keep its pipes open.
    let launched = desktop
        .command("gio")
        .arg("launch")
        .arg(&entry)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(launched.expect("it starts").success());
    let started =
        || async { (!processes::of_program(desktop.mark(), PROGRAM).is_empty()).then_some(()) };
    until(SOON, "the program of the autostart entry", started).await;
    tray.choose("Quit Pinfold").await;
    wait_for_end(&desktop).await;
    assert_eq!(app::windows(&desktop), 0);

    let driver = Driver::start(&desktop, &app::program(), &["--hidden"]).await;
    wait_for_tray(&driver, true).await;
    assert_eq!(app::windows(&desktop), 0);
    let file = files::write(
        &desktop.path("files"),
        "a scan.tif",
        &files::noise(3, 20_000),
    );
    let mut second = desktop.command(app::program());
    second.current_dir(file.parent().unwrap_or(Path::new("/")));
    second.stdout(Stdio::null()).stderr(Stdio::null());
    let ended = second.arg("a scan.tif").status().expect("it starts");
    assert!(ended.success());
    wait_for_windows(&desktop, 1).await;
    driver.wait_for("dialog", "~Upload").await;
    driver.wait_for_text("a scan.tif").await;
    assert_eq!(app::uploads(&driver).await, (0, 0, 0));
    driver.quit().await;
}

/// Drags the folder to the screen of watched folders, and says yes.
async fn watch(desktop: &Desktop, driver: &Driver, folder: &Path) {
    app::go(driver, "Watched folders").await;
    let drag = Drag::over(desktop, &[folder.to_owned()], (640, 300)).await;
    driver.wait_for_text("Watch this folder").await;
    drag.drop_here().await;
    driver.wait_for("dialog", "~Watch").await;
    driver.click("button", "~1 file").await;
    let pinned = || async {
        let rows = app::invoke(driver, "watches_list", json!({})).await;
        rows.is_ok_and(|rows| rows[0]["counts"]["pinned"] == json!(1))
    };
    driver
        .wait_within(app::UPLOADED, "the file to be pinned", pinned)
        .await;
}

async fn wait_for_tray(driver: &Driver, there: bool) {
    let told = || async {
        let now = app::invoke(driver, "background_now", json!({})).await;
        now.is_ok_and(|now| now["tray"] == json!(there))
    };
    driver.wait_until("the tray", told).await;
}

fn close(desktop: &Desktop) {
    desktop.output("wmctrl", &["-c", app::TITLE]);
}

async fn wait_for_windows(desktop: &Desktop, count: usize) {
    let there = || async { (app::windows(desktop) == count).then_some(()) };
    until(SOON, &format!("{count} windows"), there).await;
}

async fn wait_for_end(desktop: &Desktop) {
    let gone = || async {
        processes::of_program(desktop.mark(), PROGRAM)
            .is_empty()
            .then_some(())
    };
    until(SOON, "the program to end", gone).await;
}
