//! Each house looks for its tokens at its end. Here is that it finds them where a process that was killed left them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::Arc;

use engine::clock::SystemClock;
use engine::store::{StoreError, Tx, Urgency};

use super::house::{House, TOKEN, child};

const NAME: &str = "leaks::a_token_is_found_in_every_form_in_what_a_killed_process_left";

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_found_in_every_form_in_what_a_killed_process_left() {
    child::lives_here(Arc::new(SystemClock)).await;
    let mut house = House::new().await;
    house.stop();
    house.drop_in(&[house.file("a.txt", b"a")]).await;
    let mut child = house.start_child(NAME);
    house.until_stored("it is sent", 1).await;
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    // The ledger, the mirror, what their last changes are in, and what the process told.
    let clean = house.ends_clean();
    assert!(clean > 5, "{clean} files");

    let planted = house.data().join("planted");
    for (form, bytes) in leak::forms(TOKEN) {
        std::fs::write(&planted, bytes).expect("writes");
        let found = house.scanned().leaks;
        let is = |leak: &leak::Leak| leak.path == planted && leak.form == form;
        assert!(found.iter().any(is), "{form}: {found:?}");
    }
    std::fs::remove_file(&planted).expect("removes");
    house.ends_clean();

    // Told by a process.
    let mut tells = Command::new("echo");
    tells.arg(TOKEN).stdout(house.keeps("stderr"));
    assert!(tells.status().expect("starts").success());
    let found = house.scanned().leaks;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].path.ends_with("told/stderr"), "{found:?}");

    // In a row, which stands in what was changed last.
    let run = |tx: &Tx| -> Result<(), StoreError> {
        let sql = format!("UPDATE upload SET name = hex('{TOKEN}');");
        Ok(tx.execute_batch(&sql)?)
    };
    let ledger = &house.engine.store.ledger;
    ledger.write(Urgency::Click, run).await.expect("writes");
    let found = house.scanned().leaks;
    let is = |leak: &leak::Leak| leak.path.ends_with("data/ledger.db-wal");
    assert!(found.iter().any(is), "{found:?}");
    catch_unwind(AssertUnwindSafe(|| drop(house))).expect_err("a house fails by it");
}
