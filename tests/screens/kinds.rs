//! Key-values of more kinds than text, at a service that keeps them.

use fantoccini::Locator;
use sandbox::{Config, Key, Scopes};
use serde_json::Value;

use crate::states::Scene;
use crate::window::app;
use crate::window::desktop::Desktop;

/// May use the older API alone, which keeps numbers.
const OLDER: &str = "an-older-key-of-this-test";

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_made_a_number_in_the_details_and_is_one_at_the_service() {
    let desktop = Desktop::start();
    let data = tempfile::tempdir().expect("the service's own folder");
    let mut config = Config::new(data.path().join("service"), "the-owner-of-this-test");
    config.keys = vec![Key::new(OLDER, Scopes::legacy_all())];
    let mut scene = Scene::with_key(&desktop, config, OLDER, "kinds").await;
    scene.drop_file("print.tif", 40_000).await;
    app::wait_finished(&scene.driver, 1).await;
    app::go(&scene.driver, "Pins").await;
    app::open_details(&scene.driver, "print.tif").await;
    let driver = &scene.driver;
    driver.click("button", "Add").await;
    driver.type_into("Key 1", "edition").await;
    driver.type_into("~Value of", "5").await;
    let kind = Locator::Css("select[aria-label='Kind of edition']");
    let kind = driver.client().find(kind).await.expect("its kind");
    kind.select_by_value("number").await.expect("is chosen");
    scene.driver.click("button", "Save").await;
    let saved = || async { is_kept(&scene.service).await == 5 };
    scene
        .driver
        .wait_until("a number at the service", saved)
        .await;
    scene.walk.stop(&scene.driver, "kinds").await;
    let Scene { driver, walk, .. } = scene;
    driver.quit().await;
    walk.end();
}

/// The value as the service lists it.
async fn is_kept(service: &sandbox::Sandbox) -> Value {
    let list = format!("{}/data/pinList?status=pinned", service.api_url());
    let list = oracle::client().get(list);
    let list = list.bearer_auth(OLDER).send().await.expect("an answer");
    let list: Value = list.json().await.expect("JSON");
    list["rows"][0]["metadata"]["keyvalues"]["edition"].clone()
}
