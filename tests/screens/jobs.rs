//! Import from IPFS in the real window: what is pasted is read, asked for, and followed to its end.

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::walk::walk;

/// Nobody's: the CID of a text that is nowhere but here would be as good.
const UNKNOWN: &str = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_is_read_line_by_line_asked_for_and_pinned() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let mut walk = walk(&desktop, "import");
    app::go(&driver, "Import from IPFS").await;
    driver.wait_for_text("No imports under way").await;
    walk.stop(&driver, "jobs none").await;

    let pasted = format!("https://gateway.example/ipfs/{UNKNOWN}/a/path?x=1\nnot a CID\n{UNKNOWN}");
    let field = "CIDs, gateway links or ipfs addresses";
    driver.type_into(field, &pasted).await;
    driver.wait_for("button", "Pin 1").await;
    walk.stop(&driver, "jobs pasted").await;
    driver.type_into(field, UNKNOWN).await;
    driver.wait_for("button", "Pin 1").await;
    driver.click("button", "Pin 1").await;
    driver.wait_for("grid", "Import jobs").await;
    let pinned = || async { driver.text().await.contains("Pinned.") };
    driver
        .wait_within(app::UPLOADED, "the job to end", pinned)
        .await;
    walk.stop(&driver, "jobs one").await;
    driver.click("button", "Clear pinned").await;
    driver.wait_for_text("No imports under way").await;
    let pins = app::pins(&driver, UNKNOWN).await;
    assert_eq!(pins.len(), 1, "it is in the list of pins");
    driver.quit().await;
    walk.end();
}
