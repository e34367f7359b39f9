//! Drop a file and it stays pinned: real drags of real files on the real window, to bytes fetched from the gateway.

use std::path::Path;

use crate::window::app::{self, Pin};
use crate::window::desktop::Desktop;
use crate::window::{files, gateway};

const MEGABYTE: usize = 1_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn dropped_files_are_verified_and_the_gateway_serves_their_bytes_also_after_a_restart() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let dropped = files::awkward(&desktop.path("files"));

    app::drop_files(&desktop, &driver, &dropped).await;

    app::wait_finished(&driver, dropped.len() as u64).await;
    let names: Vec<_> = dropped.iter().map(|path| name_of(path)).collect();
    app::wait_verified(
        &driver,
        &[
            "two spaces",
            "Übermut",
            "#1 100",
            "she said",
            "a line",
            "nothing in it",
            "several chunks",
        ],
    )
    .await;
    let pins = app::pins(&driver, "").await;
    gateway_serves(&desktop, &pins, &dropped).await;
    driver.quit().await;

    let driver = app::start(&desktop).await;
    app::wait_for_list(&driver).await;
    app::wait_verified(&driver, &["several chunks"]).await;
    let again = app::pins(&driver, "").await;
    let mut listed: Vec<_> = again.iter().map(|pin| pin.name.clone()).collect();
    let mut wanted = names;
    listed.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(listed, wanted);
    gateway_serves(&desktop, &again, &dropped).await;
    driver.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_a_thousand_files_becomes_one_pin_whose_files_can_be_fetched() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let folder = files::folder_of(&desktop.path("files"), "a thousand", 1_000);

    app::drop_files(&desktop, &driver, std::slice::from_ref(&folder)).await;

    app::wait_finished(&driver, 1).await;
    app::wait_verified(&driver, &["a thousand"]).await;
    let pins = app::pins(&driver, "").await;
    assert_eq!(pins.len(), 1, "{pins:?}");
    let addresses = app::addresses(&desktop).await;
    for number in 0..1_000 {
        let (part, file) = (
            format!("part {}", number % 10),
            format!("file {number:04} é.txt"),
        );
        let path = format!(
            "{}/{}/{}",
            pins[0].cid,
            gateway::url_part(&part),
            gateway::url_part(&file)
        );
        app::same_bytes(&addresses, &path, &folder.join(part).join(file)).await;
    }
    driver.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_in_the_middle_of_an_upload_of_50_mb_still_ends_pinned() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let file = files::write(
        &desktop.path("files"),
        "fifty megabytes.bin",
        &files::noise(50, 50 * MEGABYTE),
    );

    app::drop_files(&desktop, &driver, std::slice::from_ref(&file)).await;
    let mut seen = String::new();
    while seen != "sending" {
        seen = app::state(&driver).await;
        assert_eq!(
            app::uploads(&driver).await.2,
            0,
            "it was sent before it could be seen on its way"
        );
    }
    driver.crash().await;

    let driver = app::start(&desktop).await;
    app::wait_finished(&driver, 1).await;
    app::wait_verified(&driver, &["fifty megabytes.bin"]).await;
    let pins = app::pins(&driver, "").await;
    assert_eq!(pins.len(), 1, "sent twice: {pins:?}");
    gateway_serves(&desktop, &pins, &[file]).await;
    driver.quit().await;
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

async fn gateway_serves(desktop: &Desktop, pins: &[Pin], dropped: &[std::path::PathBuf]) {
    let addresses = app::addresses(desktop).await;
    for path in dropped {
        let name = name_of(path);
        let pin = pins
            .iter()
            .find(|pin| pin.name == name)
            .unwrap_or_else(|| panic!("no pin {name:?} in {pins:?}"));
        assert_eq!(pin.check, "verified", "{pin:?}");
        app::same_bytes(&addresses, &pin.cid, path).await;
    }
}
