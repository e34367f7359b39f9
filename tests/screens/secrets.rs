//! The token: in the keychain and in memory, and nowhere else. And what the page may call, and what not.

use std::path::Path;

use crate::window::app::{self, Service};
use crate::window::desktop::{Desktop, Keychain};
use crate::window::driver::Driver;
use crate::window::files;
use leak::{Leak, Secrets, forms};
use serde_json::json;

/// Looks like a token of Pinata's in length and alphabet; made here, so that none stands in the sources.
fn token() -> String {
    let letters = |seed: u64, length: usize| -> String {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        files::noise(seed, length)
            .into_iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte & 63)]))
            .collect()
    };
    format!(
        "eyJ{}.eyJ{}.{}",
        letters(1, 33),
        letters(2, 700),
        letters(3, 43)
    )
}

/// Where the token stands in what this desktop's programs wrote.
fn leaks(desktop: &Desktop, token: &str) -> Vec<Leak> {
    Secrets::new(&[token]).scan(desktop.folder(), &[]).leaks
}

async fn connect(driver: &Driver, service: &Service, token: &str) {
    driver.click("button", "~Connect Pinata").await;
    driver.type_into("~Token", token).await;
    driver.open_details("Another service address").await;
    for (field, address) in [
        ("API", &service.api),
        ("Uploads", &service.api),
        ("Gateway", &service.gateway),
    ] {
        driver.type_into(field, address).await;
    }
    driver.click("button", "Test").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_whole_run_the_token_stands_nowhere_but_in_the_keychain_and_a_planted_leak_is_found()
 {
    let desktop = Desktop::start();
    let token = token();
    let data = tempfile::tempdir().expect("the service's own folder, which may hold the token");
    let service = Service::start(&desktop, data.path(), &token).await;
    let driver = app::start(&desktop).await;

    connect(&driver, &service, &format!("  {token}\n")).await;
    driver.click("button", "Start").await;
    app::wait_for_list(&driver).await;
    let file = files::write(
        &desktop.path("files"),
        "sent with a token.txt",
        &files::noise(9, 300_000),
    );
    app::drop_files(&desktop, &driver, std::slice::from_ref(&file)).await;
    app::wait_finished(&driver, 1).await;
    app::wait_verified(&driver, &["sent with a token.txt"]).await;
    let pins = app::pins(&driver, "").await;
    crate::window::gateway::same_as_file(&service.gateway, &pins[0].cid, &file).await;
    driver.quit().await;

    let driver = app::start(&desktop).await;
    app::wait_for_list(&driver).await;
    app::wait_verified(&driver, &["sent with a token.txt"]).await;
    let page = driver
        .script(
            "return document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)",
            Vec::new(),
        )
        .await;
    assert!(
        !page.to_string().contains(&token),
        "the page holds the token"
    );
    driver.crash().await;

    let secrets = Secrets::new(&[&token]);
    let scanned = secrets.scan(desktop.folder(), &[]);
    assert!(scanned.files > 20, "there was little to scan: {scanned:?}");
    assert_eq!(scanned.leaks, []);
    for (form, bytes) in forms(&token) {
        let planted = files::write(
            &desktop.path("home/.cache"),
            "planted",
            &[b"before ", &bytes[..], b" after"].concat(),
        );
        let found = secrets.scan(desktop.folder(), &[]).leaks;
        assert!(
            found
                .iter()
                .any(|leak| leak.path == planted && leak.form == form),
            "a planted leak ({form}) was not found: {found:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_the_token_is_kept_until_quit_and_never_written() {
    let desktop = Desktop::with_keychain(Keychain::Absent);
    let token = token();
    let data = tempfile::tempdir().expect("the service's own folder, which may hold the token");
    let service = Service::start(&desktop, data.path(), &token).await;
    let driver = app::start(&desktop).await;

    connect(&driver, &service, &token).await;
    driver.click("button", "Start").await;
    driver.click("button", "Keep it until Pinfold quits").await;
    app::wait_for_list(&driver).await;
    driver.quit().await;

    assert_eq!(leaks(&desktop, &token), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keychain_is_said_and_after_unlocking_try_again_works_without_a_restart() {
    let desktop = Desktop::start();
    let token = token();
    let data = tempfile::tempdir().expect("the service's own folder, which may hold the token");
    let service = Service::start(&desktop, data.path(), &token).await;
    let driver = app::start(&desktop).await;
    connect(&driver, &service, &token).await;
    driver.click("button", "Start").await;
    app::wait_for_list(&driver).await;
    driver.quit().await;

    desktop.lock_keychain();
    let driver = app::start(&desktop).await;
    app::wait_for_list(&driver).await;
    answer_prompts(&desktop, &driver, &["Escape"], "keychain is locked").await;
    let file = files::write(
        &desktop.path("files"),
        "dropped while locked.txt",
        &files::noise(8, 5_000),
    );
    app::drop_files(&desktop, &driver, std::slice::from_ref(&file)).await;

    driver.click("button", "Try again").await;
    let password = ["t", "e", "s", "t", "Return"];
    answer_prompts(&desktop, &driver, &password, "dropped while locked").await;
    app::wait_verified(&driver, &["dropped while locked.txt"]).await;
    let pins = app::pins(&driver, "").await;
    crate::window::gateway::same_as_file(&service.gateway, &pins[0].cid, &file).await;
    driver.quit().await;
    assert_eq!(leaks(&desktop, &token), []);
}

/// The system asks for the keychain's password, perhaps more than once; the person answers each question with these
/// keys, until the page shows what is wanted.
async fn answer_prompts(desktop: &Desktop, driver: &Driver, keys: &[&str], wanted: &str) {
    let answered = std::cell::Cell::new(false);
    let shown = || async {
        let prompting = desktop.is_prompting();
        if prompting && !answered.get() {
            // The question may have gone by itself.
            let _ = desktop.try_output("xdotool", &[&["key", "--delay", "60"], keys].concat());
        }
        answered.set(prompting);
        driver.text().await.contains(wanted)
    };
    driver.wait_within(app::UPLOADED, wanted, shown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_can_call_nothing_outside_the_list() {
    let desktop = Desktop::start();
    let driver = app::start(&desktop).await;
    let outside = [
        "accounts_token",
        "secrets_get",
        "read_file",
        "plugin:fs|read_text_file",
        "plugin:shell|execute",
        "plugin:shell|open",
        "plugin:http|fetch",
        "plugin:dialog|open",
        "plugin:path|resolve_directory",
        "plugin:window|create",
        "plugin:webview|create_webview_window",
        "plugin:window|set_title",
        "plugin:app|hide",
        "plugin:resources|close",
        "plugin:menu|new",
        "plugin:tray|new",
        "plugin:image|from_path",
    ];
    for command in outside {
        let answer = app::invoke(
            &driver,
            command,
            json!({"path": "/etc/passwd", "url": "https://example.com"}),
        )
        .await;
        let refusal = answer.expect_err(&format!("{command} was answered"));
        assert!(
            refusal.contains("not allowed") || refusal.contains("not found"),
            "{command}: {refusal}"
        );
    }
    assert!(
        app::invoke(&driver, "app_start", json!({})).await.is_ok(),
        "a command of the list is answered"
    );
    driver.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_reaches_no_address_outside_the_app() {
    let desktop = Desktop::start();
    let data = tempfile::tempdir().expect("a folder");
    let service = Service::start(&desktop, data.path(), "t").await;
    let driver = app::start(&desktop).await;
    for address in [
        service.gateway.as_str(),
        "https://example.com/",
        "file:///etc/passwd",
    ] {
        let fetched = driver
            .promise(
                "await fetch(arguments[0]); return 'reached'",
                vec![json!(address)],
            )
            .await;
        assert!(fetched.is_err(), "{address}: {fetched:?}");
    }
    assert!(Path::new("/etc/passwd").exists());
    driver.quit().await;
}
