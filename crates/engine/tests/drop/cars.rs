//! Folders as one CAR in chunks: where the account takes it, cut, restarted, changed; and where it does not.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use engine::uploads::{Event, UploadRow, UploadState, UploadsFilter};
use engine::walk::{Disk, Files, Identity, Node, Place, Problem, Stamp};
use sandbox::{Fault, Gate, Kind, Route};

use super::chunks::{bytes_received, noise, uploads_begun};
use super::house::House;

const KIB: u64 = 1024;
const CHUNK: u64 = 256 * KIB;

/// An account that takes CARs, and one that does not; folders above 512 KiB are large.
async fn house(paid: bool) -> House {
    let mut house = House::configured(|config| config.paid = paid).await;
    house.cut(512 * KIB, CHUNK);
    house
}

type Folder = BTreeMap<String, Vec<u8>>;

/// Large and small files, an empty one, one that is there twice, names in other letters.
fn folder(seed: u64) -> Folder {
    let files = [
        ("film.mov", noise(3 * CHUNK + 1_000, seed)),
        ("deep/er/again.mov", noise(3 * CHUNK + 1_000, seed)),
        ("deep/er/\u{fc}n\u{ef} \"1\" %41.txt", b"hello".to_vec()),
        ("deep/empty", Vec::new()),
        ("zoom.bin", noise(5 * CHUNK, seed + 1)),
    ];
    files.map(|(name, bytes)| (name.to_owned(), bytes)).into()
}

fn written(house: &House, name: &str, files: &Folder) -> PathBuf {
    for (path, bytes) in files {
        house.file(&format!("{name}/{path}"), bytes);
    }
    house.path(name)
}

fn encoded(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    path.bytes().map(byte).collect()
}

async fn arrived_whole(house: &House, files: &Folder) -> UploadRow {
    let row = house.verified().await;
    let cid = row.cid.clone().expect("a CID");
    for (path, bytes) in files {
        let served = house
            .service
            .served(&format!("{cid}/{}", encoded(path)))
            .await;
        assert!(served == *bytes, "other bytes are served for {path}");
    }
    row
}

/// How many folders went as one request.
fn by_multipart(house: &House) -> usize {
    let requests = house.sandbox.requests();
    let stored = |entry: &&sandbox::LoggedRequest| {
        entry.path.ends_with("/pinFileToIPFS") && entry.cid.is_some()
    };
    requests.iter().filter(stored).count()
}

/// How many CARs were refused before a byte was sent.
fn refused(house: &House) -> usize {
    let requests = house.sandbox.requests();
    let refused = |entry: &&sandbox::LoggedRequest| {
        entry.method == "POST" && entry.path.ends_with("/v3/files") && entry.status == 400
    };
    requests.iter().filter(refused).count()
}

fn after(house: &House, chunks: usize, kind: Kind) {
    for (times, kind) in [(chunks, Kind::Pass), (1, kind)] {
        house.sandbox.faults().push(Fault {
            route: Route::TusPatch,
            times,
            kind,
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_folder_arrives_as_a_car_with_every_byte_of_it() {
    let house = house(true).await;
    let mut files = folder(1);
    // So many long names are a folder in shards.
    for number in 0..1_000 {
        let name = format!("many/{number} {}", "n".repeat(240));
        files.insert(name, number.to_string().into_bytes());
    }
    let path = written(&house, "site", &files);
    house.drop_in(&[path]).await;
    files.retain(|path, _| !path.starts_with("many/") || path.starts_with("many/99"));
    let row = arrived_whole(&house, &files).await;
    assert_eq!((uploads_begun(&house), by_multipart(&house)), (1, 0));
    let content = 8 * CHUNK + 1_000;
    let received = bytes_received(&house);
    assert!(
        received < content + 600 * KIB,
        "what is there twice goes once: {received}"
    );
    let pin = house.pin(&row.cid.expect("a CID")).await.expect("listed");
    assert_eq!(
        (pin.name.as_deref(), pin.files),
        (Some("site"), Some(1_005))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_survives_two_cuts_and_a_restart_and_sends_at_most_one_chunk_twice_for_each() {
    let mut house = house(true).await;
    let files = folder(5);
    let path = written(&house, "site", &files);
    let gate = Gate::new();
    after(&house, 2, Kind::CutAfterBytes(100 * KIB));
    after(&house, 2, Kind::CutBeforeAnswer);
    after(&house, 1, Kind::HoldAfterBytes(CHUNK / 2, gate.clone()));
    house.drop_in(&[path]).await;
    gate.arrived().await;
    house.restart();
    gate.open();
    arrived_whole(&house, &files).await;
    assert_eq!((uploads_begun(&house), by_multipart(&house)), (1, 0));
    let (received, size) = (bytes_received(&house), 8 * CHUNK + 10 * KIB);
    assert!(
        received <= size + 3 * CHUNK,
        "{received} bytes for a folder of {size}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_car_is_pinned_once_the_service_lists_it_and_not_when_it_has_the_last_byte() {
    let house = house(true).await;
    let files = folder(29);
    let path = written(&house, "site", &files);
    let gate = Gate::new();
    let nothing = Kind::Status {
        code: 200,
        retry_after: None,
        body: r#"{"data":{"files":[],"next_page_token":""}}"#.to_owned(),
        html: false,
    };
    after(&house, 8, Kind::HoldAnswer(gate.clone()));
    house.drop_in(&[path]).await;
    gate.arrived().await;
    // Two look-ups find nothing yet.
    house.sandbox.faults().push(Fault {
        route: Route::V3List,
        times: 2,
        kind: nothing,
    });
    gate.open();
    let waits = async || {
        let page = house.engine.uploads.rows(UploadsFilter::Now, 0, 1);
        let page = page.expect("rows");
        let row = page.rows.first();
        row.is_some_and(|row| row.sentence.contains("does not list the folder yet"))
    };
    house.until_true("it waits for the list", waits).await;
    arrived_whole(&house, &files).await;
    assert_eq!((uploads_begun(&house), by_multipart(&house)), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_changes_in_the_middle_is_hashed_again_and_sent_anew() {
    let house = house(true).await;
    let path = written(&house, "site", &folder(9));
    let gate = Gate::new();
    after(&house, 2, Kind::HoldAnswer(gate.clone()));
    house.drop_in(&[path]).await;
    gate.arrived().await;
    let changed = folder(13);
    written(&house, "site", &changed);
    gate.open();
    arrived_whole(&house, &changed).await;
    assert_eq!((uploads_begun(&house), by_multipart(&house)), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_plan_takes_no_cars_folders_go_as_one_request_and_it_is_asked_once() {
    let house = house(false).await;
    for name in ["first", "second"] {
        let files = folder(if name == "first" { 17 } else { 21 });
        let path = written(&house, name, &files);
        house.drop_in(&[path]).await;
        arrived_whole(&house, &files).await;
    }
    assert_eq!((uploads_begun(&house), refused(&house)), (0, 1));
    assert_eq!(by_multipart(&house), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_car_that_is_refused_when_all_of_it_is_there_goes_as_one_request_instead() {
    let house = house(true).await;
    let files = folder(25);
    let path = written(&house, "site", &files);
    after(&house, 8, Kind::status(400));
    house.drop_in(&[path]).await;
    arrived_whole(&house, &files).await;
    assert_eq!((uploads_begun(&house), by_multipart(&house)), (1, 1));
    assert!(bytes_received(&house) > 8 * CHUNK, "it was the last chunk");
}

/// The disk, where opening `zoom.bin` a second time waits for a word.
struct Waiting {
    opened: AtomicUsize,
    word: Mutex<mpsc::Receiver<()>>,
}

impl Files for Waiting {
    fn identity(&self, folder: &Place) -> Result<Identity, Problem> {
        Disk.identity(folder)
    }
    fn look(&self, place: &Place) -> Result<Node, Problem> {
        Disk.look(place)
    }
    fn list(&self, place: &Place) -> Result<Vec<Vec<u8>>, Problem> {
        Disk.list(place)
    }
    fn open(&self, place: &Place) -> Result<(std::fs::File, Stamp), Problem> {
        if place.name() == b"zoom.bin" && self.opened.fetch_add(1, Ordering::SeqCst) == 1 {
            let word = self.word.lock().expect("nobody panics");
            let _ = word.recv();
        }
        Disk.open(place)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_indexed_says_how_far_it_is_and_is_taken_back_at_once() {
    let (say, word) = mpsc::channel();
    let files = Arc::new(Waiting {
        opened: AtomicUsize::new(0),
        word: Mutex::new(word),
    });
    let mut house = House::configured_with(files.clone(), |config| config.paid = true).await;
    house.cut(512 * KIB, CHUNK);
    let path = written(&house, "site", &folder(33));
    let id = house.drop_in(&[path]).await[0];
    // What comes before the file that is waited for.
    let read = 2 * (3 * CHUNK + 1_000) + 5;
    let indexed = |row: &UploadRow| row.sentence.starts_with("Indexing") && row.done == read;
    let row = house.until(indexed).await;
    let all = read + 5 * CHUNK;
    assert_eq!((row.state, row.bytes), (UploadState::Hashing, Some(all)));
    let mut progress = house.engine.uploads.progress();
    let told = progress.recv().await.expect("is told");
    let of_it = told.rows.iter().find(|row| row.id == id).expect("a row");
    assert_eq!((of_it.done, of_it.total, told.bytes_done), (read, all, 0));

    let ask = house.engine.uploads.ask(id, Event::Cancel);
    ask.await.expect("takes it back");
    let row = house.engine.uploads.row_of(id).expect("a row");
    assert!(row.sentence.starts_with("Taking it back"), "{row:?}");
    say.send(()).expect("it is heard");
    let row = house.ended().await.remove(0);
    assert_eq!(row.state, UploadState::Cancelled);
    assert_eq!((uploads_begun(&house), by_multipart(&house)), (0, 0));
    assert_eq!(
        files.opened.load(Ordering::SeqCst),
        2,
        "and is not read again"
    );
}
