//! The walk over all that lists what others named: hostile names and very many rows on every screen and in the sheets.

use serde_json::{Value, json};

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::drag::Drag;
use crate::window::driver::Driver;
use crate::window::walk::{Walk, walk};
use crate::window::{filled, hostile};

/// Rows of the lists that are drawn in windows.
const MANY: usize = 3_000;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_and_very_many_rows_hold_on_every_screen_and_in_the_sheets() {
    let desktop = Desktop::start();
    filled::with_hostile_strings(&desktop).await;
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "strange");
    app::wait_for_total(&driver, 200).await;
    // Everything that was queued stays where it is seen.
    ask(&driver, "uploads_rest", json!({"rest": "hour"})).await;
    name_everything(&driver).await;
    let folder = desktop.path("<script> watched \u{202e}gpj.exe");
    let strange = filled::folder(&folder, MANY);
    let pinfold = app::program().with_file_name("pinfold");
    let (pinfold, path) = (pinfold.to_string_lossy(), folder.to_string_lossy());
    desktop.output(&pinfold, &["watch", "add", "--settle", "1", &path]);

    walk.stop(&driver, "pins").await;
    driver.click("radio", "Unpinned").await;
    driver.wait_for("button", "~Pin again").await;
    walk.stop(&driver, "unpinned").await;
    driver.click("radio", "Pinned").await;
    sheets_of_groups(&driver, &mut walk).await;
    for (screen, name) in [("API keys", "keys"), ("Usage", "usage")] {
        app::go(&driver, screen).await;
        walk.stop(&driver, name).await;
    }
    app::go(&driver, "Import from IPFS").await;
    driver.wait_for("grid", "Import jobs").await;
    walk.stop(&driver, "jobs").await;
    app::go(&driver, "Settings").await;
    driver.click("button", "Accounts").await;
    walk.stop(&driver, "accounts").await;

    wait_queued(&driver).await;
    app::go(&driver, "Uploads").await;
    walk.stop(&driver, "uploads").await;
    app::go(&driver, "Watched folders").await;
    walk.stop(&driver, "folders").await;
    driver.click("button", "~<script> watched").await;
    driver.wait_for("grid", "~").await;
    walk.stop(&driver, "ledger").await;

    app::go(&driver, "Pins").await;
    driver.press_on_grid("\u{e009}k\u{e000}").await;
    driver.wait_for("dialog", "~").await;
    driver.press("script").await;
    driver.wait_for_text("Groups and searches").await;
    walk.stop(&driver, "palette").await;
    driver.press("\u{e00c}").await;

    let few: Vec<_> = strange
        .into_iter()
        .skip(40)
        .take(30)
        .chain([folder.clone()])
        .collect();
    let drag = Drag::over(&desktop, &few, (640, 400)).await;
    app::wait_for_overlay(&driver).await;
    walk.stop(&driver, "overlay").await;
    let box_ = "const box = document.querySelector('.options').getBoundingClientRect(); return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)]";
    let place = driver.script(box_, Vec::new()).await;
    let at = |index: usize| i32::try_from(place[index].as_i64().expect("a place")).expect("small");
    drag.carry_to((at(0), at(1))).await.drop_here().await;
    driver.wait_for("dialog", "~Upload").await;
    walk.stop(&driver, "sheet").await;

    let pwned = "return [typeof window.pwned, document.querySelectorAll('iframe, script:not([src]), main b b, main h1 h1').length]";
    let pwned = driver.script(pwned, Vec::new()).await;
    assert_eq!(pwned[0], "undefined", "a string was run");
    driver.quit().await;
    walk.end();
}

/// What opens over the list of pins and names groups.
async fn sheets_of_groups(driver: &Driver, walk: &mut Walk<'_>) {
    // Pins still come in: a row would move from under the pointer.
    driver.press_on_grid("\u{e015}").await;
    driver.press_on_grid("\u{e009}m\u{e000}").await;
    driver.wait_for("dialog", "~to a group").await;
    walk.stop(driver, "add to a group").await;
    driver.press("\u{e00c}").await;
    driver.wait_gone("dialog", "~to a group").await;
    driver.click("button", "Filter").await;
    driver.click("menuitem", "Group").await;
    driver.wait_for("dialog", "Group filter").await;
    walk.stop(driver, "group filter").await;
    driver.press("\u{e00c}").await;
    driver.wait_gone("dialog", "Group filter").await;
}

async fn ask(driver: &Driver, command: &str, arguments: Value) -> Value {
    app::invoke(driver, command, arguments)
        .await
        .unwrap_or_else(|problem| panic!("{command}: {problem}"))
}

/// The account, the saved searches and the imports: what a person, or a list from somebody else, names.
async fn name_everything(driver: &Driver) {
    let names: Vec<String> = hostile::strings()
        .into_iter()
        .filter(|name| !name.trim().is_empty())
        .collect();
    let accounts = ask(driver, "accounts_list", json!({})).await;
    let sandbox = accounts[0]["id"].clone();
    let label = "</b><img src=x> \u{202e}WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";
    ask(
        driver,
        "accounts_rename",
        json!({"id": sandbox, "label": label}),
    )
    .await;
    let filters = json!({"kinds": [], "keyvalues": [], "checks": [], "duplicates": false});
    for name in names.iter().step_by(10) {
        let query = json!({"text": name, "sort": "name", "descending": false, "filters": filters});
        let search: String = name.chars().take(60).collect();
        ask(driver, "pins_save", json!({"name": search, "query": query})).await;
    }
    let import = async |text: String, name: Option<&String>| {
        let options = json!({"name": name, "keyvalues": [], "group": null, "hostNodes": []});
        let import = json!({"text": text, "list": null, "options": options});
        ask(driver, "jobs_import", import).await;
    };
    let cids = filled::unknown_cids(MANY);
    let (few, many) = cids.split_at(60);
    import(many.join("\n"), None).await;
    for (cid, name) in few.iter().zip(&names) {
        import(cid.clone(), Some(name)).await;
    }
}

async fn wait_queued(driver: &Driver) {
    let queued = || async {
        let rows = ask(driver, "watches_list", json!({})).await;
        rows[0]["counts"]["waiting"].as_u64() > Some(MANY as u64 / 2)
    };
    driver
        .wait_within(app::UPLOADED, "the folder's files to be queued", queued)
        .await;
}
