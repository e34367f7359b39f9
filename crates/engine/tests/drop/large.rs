//! Drops of very many things: what crosses to the page stays small, and counting can be stopped.

use engine::error::ErrorCode;
use engine::message;
use engine::uploads::{RestFor, Secrets, UploadOptions, UploadsFilter};
use serde::Serialize;

use super::house::{self, House};

fn fits(what: &str, message: &impl Serialize) {
    let bytes = serde_json::to_string(message).expect("JSON").len();
    assert!(bytes < message::MOST, "{what} has {bytes} bytes");
}

/// As long as a name may be on a disk, in letters of three bytes, with quotes and controls that JSON makes longer.
fn long(number: usize) -> String {
    let name = format!("{number} \u{1}\"\\{}", "漢".repeat(85));
    name.chars()
        .scan(0, |bytes, letter| {
            *bytes += letter.len_utf8();
            (*bytes <= 251).then_some(letter)
        })
        .chain(".key".chars())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_forty_five_thousand_things_no_message_passes_what_a_message_may_hold() {
    let house = House::new().await;
    let uploads = &house.engine.uploads;
    uploads.rest(RestFor::Hour).await.expect("rests");
    // They went away before they were looked at: each has a reason that names it once more. 300 are there, and look like
    // secrets; so does all of a deep folder.
    let mut paths: Vec<_> = (0..45_000)
        .map(|number| house.path(&long(number)))
        .collect();
    for number in 0..300 {
        house.file(&long(number), b"key");
    }
    let deep = format!("deep/{0}/{0}/{0}/{0}", "漢".repeat(80));
    for number in 0..300 {
        house.file(&format!("{deep}/{}", long(number)), b"key");
        std::fs::create_dir_all(house.path(&format!("deep/empty/{}", long(number))))
            .expect("creates");
    }
    paths.push(house.path("deep"));

    let drop = uploads.look_at(paths).await.expect("looks");
    fits("the drop", &drop);
    assert_eq!((drop.item_count, drop.files), (45_001, 600));
    assert_eq!(drop.secret_count, 600);
    assert!(!drop.items.is_empty() && !drop.secrets.is_empty());
    let all = uploads
        .enqueue(house.account, &drop.id, house::options(Secrets::Send))
        .await
        .expect("enqueues");
    assert_eq!(all.len(), 45_001);
    fits(
        "a window of the queue",
        &uploads.rows(UploadsFilter::Now, 0, 100).expect("rows"),
    );
    // The page never has the numbers of these: it changes them by the drop's name.
    let paper = vec![("paper".to_owned(), "Hahnemühle".into())];
    uploads
        .amend_drop(&drop.id, None, &paper)
        .await
        .expect("amends");
    let amended: u64 = house
        .engine
        .store
        .ledger
        .read(|tx| {
            let count = "SELECT count(*) FROM upload WHERE keyvalues LIKE '%Hahnemühle%'";
            Ok(tx.query_row(count, [], |row| row.get(0))?)
        })
        .expect("counts");
    assert_eq!(amended, 45_001);
    let unknown = uploads.amend_drop("unknown", None, &paper).await;
    assert_eq!(unknown.expect_err("nothing").code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_of_very_many_files_in_one_folder_names_the_first_of_them() {
    let house = House::new().await;
    let uploads = &house.engine.uploads;
    uploads.rest(RestFor::Hour).await.expect("rests");
    let paths = (0..1_000).map(|number| house.path(&long(number))).collect();
    let drop = uploads.look_at(paths).await.expect("looks");
    let options = UploadOptions {
        together: Some("all".into()),
        ..house::options(Secrets::Send)
    };
    let one = uploads.enqueue(house.account, &drop.id, options).await;
    let receipt = uploads
        .receipt(one.expect("enqueues")[0])
        .expect("a receipt");
    fits("the receipt", &receipt);
    assert!(receipt.source.contains("\nand 7"), "{}", receipt.source);
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_says_how_far_it_is_and_a_drop_that_was_stopped_is_not_there() {
    let house = House::new().await;
    let uploads = &house.engine.uploads;
    for number in 0..30 {
        house.file(&format!("box/{number}.txt"), b"x");
    }
    let counted = uploads.begin_looking();
    let drop = uploads
        .look(counted.clone(), vec![house.path("box")], String::new())
        .await;
    assert_eq!(drop.expect("looks").id, counted.name());
    assert_eq!(counted.seen(), 31, "the folder, and what is in it");

    let stopped = uploads.begin_looking();
    uploads.stop_looking(stopped.name());
    let drop = uploads
        .look(stopped.clone(), vec![house.path("box")], String::new())
        .await;
    assert_eq!(drop.expect_err("it was stopped").code, ErrorCode::Cancelled);
    let enqueued = uploads
        .enqueue(house.account, stopped.name(), house::options(Secrets::Hold))
        .await;
    assert_eq!(enqueued.expect_err("nothing is kept").code, ErrorCode::Gone);
}
