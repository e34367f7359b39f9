//! A drop at an account that takes no uploads: what is said, and the ways to a pin all the same.

use std::time::Duration;

use engine::accounts::{Addresses, Chosen, Keep};
use engine::jobs::{DropCidKind, JobRow, JobState, JobsQuery};
use engine::uploads::{Event, Secrets, UploadOptions, UploadState};
use sandbox::{Config, Fault, Kind, Route, Sandbox};

use super::{connect_psa, token};
use crate::house::{House, options};

const OTHER_TOKEN: &str = "token-of-the-other-service";

/// A house whose pinning service keeps to the specification, and fetches from another service's gateway.
struct Street {
    house: House,
    /// Where uploads can go.
    other: Sandbox,
    _folder: tempfile::TempDir,
    psa: i64,
    through: i64,
}

impl Street {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = Config::new(folder.path().join("other"), OTHER_TOKEN);
        let other = Sandbox::start(config).await.expect("starts");
        let gateway = other.gateway_url();
        let house = House::configured(|config| {
            let at_once = Duration::ZERO;
            config.strict_psa = true;
            config.jobs.add_peer(gateway);
            config
                .jobs
                .set_times(at_once, at_once, at_once, Duration::from_hours(24));
        })
        .await;
        let (psa, _) = connect_psa(&house).await;
        let chosen = Chosen::Pinata {
            addresses: Some(Addresses {
                api: other.api_url(),
                uploads: other.api_url(),
                gateway: other.gateway_url(),
            }),
        };
        let accounts = &house.engine.accounts;
        let tested = accounts.test(&chosen, token(OTHER_TOKEN)).await;
        let tested = tested.expect("tested");
        let row = accounts.connect(&tested.handle, Keep::Keychain).await;
        let through = row.expect("connected").id.parse().expect("a number");
        Self {
            house,
            other,
            _folder: folder,
            psa,
            through,
        }
    }

    fn jobs(&self) -> Vec<JobRow> {
        let page = self
            .house
            .engine
            .jobs
            .page(self.psa, &JobsQuery::default(), 0, 200);
        page.expect("a page").rows
    }

    /// The account's jobs, once they are as asked; the service's list is read meanwhile.
    async fn until(&self, asked: impl Fn(&[JobRow]) -> bool) -> Vec<JobRow> {
        let found = |rows: Vec<JobRow>| asked(&rows).then_some(rows);
        let refresh = async || {
            let _ = self.house.engine.jobs.refresh(self.psa).await;
        };
        self.house.once(|| self.jobs(), found, refresh).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_where_no_uploads_are_taken_is_uploaded_elsewhere_and_then_pinned_here() {
    let street = Street::new().await;
    let house = &street.house;
    let jobs = &house.engine.jobs;
    let ways = jobs.ways(street.psa).await.expect("the ways");
    assert_eq!(
        ways.why,
        "IPFS Cluster takes no uploads. It keeps what is on IPFS already, by its CID."
    );
    let labels: Vec<&str> = ways.through.iter().map(|way| way.label.as_str()).collect();
    assert_eq!(labels.len(), 1, "the Sandbox is no way: {labels:?}");
    assert_eq!(ways.through[0].id, street.through.to_string());
    assert_eq!((ways.no_through, ways.no_cid), (None, None));

    let paths = [house.file("one.txt", b"one"), house.file("two.txt", b"two")];
    let drop = house.look_at(&paths).await;
    let wish = UploadOptions {
        keyvalues: vec![("colour".to_owned(), "blue".into())],
        ..options(Secrets::Hold)
    };
    assert!(
        jobs.upload_through(street.psa, house.account, &drop, wish.clone())
            .await
            .expect_err("the Sandbox")
            .message
            .contains("on this computer only")
    );
    let uploads = jobs
        .upload_through(street.psa, street.through, &drop, wish)
        .await
        .expect("queued");
    assert_eq!(uploads.len(), 2);
    let rows = street
        .until(|rows| rows.len() == 2 && rows.iter().all(|row| row.state == JobState::Pinned))
        .await;
    let mut names: Vec<Option<&str>> = rows.iter().map(|row| row.name.as_deref()).collect();
    names.sort_unstable();
    assert_eq!(names, [Some("one.txt"), Some("two.txt")]);
    let listed = super::pins_of(house, street.psa).await.1;
    assert_eq!(listed.len(), 2);
    for pin in &listed {
        assert_eq!(pin.keyvalues, [("colour".to_owned(), "blue".into())]);
        // It has the bytes, and not only the claim.
        let bytes = house.service.served(&pin.cid).await;
        assert!(bytes == b"one" || bytes == b"two", "{} bytes", bytes.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_through_another_account_survives_a_restart_and_may_be_taken_back() {
    let mut street = Street::new().await;
    let accounts = street.house.engine.accounts.clone();
    let quota = engine::error::ErrorCode::QuotaExceeded;
    accounts.set_hold(street.through, quota, None);
    let paths = [
        street.house.file("one.txt", b"one"),
        street.house.file("two.txt", b"two"),
    ];
    let drop = street.house.look_at(&paths).await;
    let jobs = street.house.engine.jobs.clone();
    let queued = jobs
        .upload_through(street.psa, street.through, &drop, options(Secrets::Hold))
        .await
        .expect("queued");
    let row = street.house.until(|row| row.id == queued[0]).await;
    assert!(
        row.sentence
            .ends_with("Then IPFS Cluster is asked to pin it."),
        "{}",
        row.sentence
    );
    let leaving = accounts.leaving(street.psa).expect("sentences");
    assert!(
        leaving.here.contains(
            &"2 uploads through another account go on, but are not pinned here afterwards."
                .to_owned()
        ),
        "{leaving:?}"
    );
    let uploads = street.house.engine.uploads.clone();
    uploads
        .ask(queued[1], Event::Cancel)
        .await
        .expect("taken back");

    // The keys of both are in the keychain of the run before: only when they are back may this one ask.
    street.house.restart();
    let accounts = street.house.engine.accounts.clone();
    for (account, text) in [
        (street.through, OTHER_TOKEN),
        (street.psa, crate::house::TOKEN),
    ] {
        let chosen = Chosen::Account {
            id: account.to_string(),
        };
        let tested = accounts.test(&chosen, token(text)).await.expect("tested");
        accounts
            .replace_key(account, &tested.handle, Keep::Keychain)
            .await
            .expect("replaced");
    }
    let rows = street
        .until(|rows| rows.iter().any(|row| row.state == JobState::Pinned))
        .await;
    assert_eq!(
        rows.len(),
        1,
        "the one taken back is not asked for: {rows:?}"
    );
    assert_eq!(rows[0].name.as_deref(), Some("one.txt"));
    let ended = street.house.ended().await;
    let of = |id| ended.iter().find(|row| row.id == id).map(|row| row.state);
    assert_eq!(of(queued[0]), Some(UploadState::Pinned));
    assert_eq!(of(queued[1]), Some(UploadState::Cancelled));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cid_alone_is_computed_here_and_asked_for_where_others_provide_it() {
    let street = Street::new().await;
    let house = &street.house;
    let paths = [
        house.file("known.txt", b"somebody has this"),
        house.file("unknown.txt", b"nobody has this"),
    ];
    // Another account has one of the two.
    let drop = house.look_at(&paths[..1]).await;
    house
        .engine
        .uploads
        .enqueue(street.through, &drop, options(Secrets::Hold))
        .await
        .expect("queued");
    house.ended().await;
    let before = street.other.requests().len() + house.sandbox.requests().len();

    let jobs = &house.engine.jobs;
    let gone = house.path("gone.txt");
    std::fs::write(&gone, b"gone").expect("writes");
    let all = [paths[0].clone(), paths[1].clone(), gone.clone()];
    let drop = house.look_at(&all).await;
    std::fs::remove_file(&gone).expect("removes");
    let cids = jobs
        .compute(street.psa, &drop, options(Secrets::Hold))
        .await
        .expect("computes");
    assert_eq!((cids.total, cids.ready), (3, 2));
    let of = |name: &str| {
        cids.rows
            .iter()
            .find(|row| row.name == name)
            .expect("a row")
    };
    assert_eq!(of("gone.txt").kind, DropCidKind::Wrong);
    assert_eq!(
        (
            of("known.txt").kind,
            of("known.txt").sentence.contains("has it")
        ),
        (DropCidKind::Provided, true)
    );
    assert_eq!(of("unknown.txt").kind, DropCidKind::Ready);
    assert_eq!(
        street.other.requests().len() + house.sandbox.requests().len(),
        before,
        "nothing is sent for that"
    );

    let cid = of("known.txt").cid.clone().expect("a CID");
    assert_eq!(jobs.import_drop(street.psa, &drop).await.expect("asks"), 2);
    let rows = street
        .until(|rows| {
            rows.iter()
                .any(|row| row.cid == cid && row.state == JobState::Pinned)
        })
        .await;
    assert_eq!(rows.len(), 2);
    assert_eq!(house.service.served(&cid).await, b"somebody has this");
    assert!(jobs.import_drop(street.psa, &drop).await.is_err(), "once");
    let drop = house.look_at(&paths[..1]).await;
    let again = jobs.compute(street.psa, &drop, options(Secrets::Hold));
    let again = again.await.expect("computes");
    assert_eq!(
        (again.ready, again.rows[0].sentence.as_str()),
        (0, "Pinned here already.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_the_request_that_follows_an_upload_asks_once_only() {
    let street = Street::new().await;
    let house = &street.house;
    house.sandbox.faults().push(Fault {
        route: Route::PsaAdd,
        times: 1,
        kind: Kind::CutBeforeAnswer,
    });
    let drop = house.look_at(&[house.file("one.txt", b"one")]).await;
    house
        .engine
        .jobs
        .upload_through(street.psa, street.through, &drop, options(Secrets::Hold))
        .await
        .expect("queued");
    street
        .until(|rows| rows.len() == 1 && rows[0].state == JobState::Pinned)
        .await;
    let asked = house.sandbox.requests();
    let asked = asked
        .iter()
        .filter(|entry| entry.method == "POST" && entry.path.ends_with("/psa/pins"));
    assert_eq!(asked.count(), 1);
}
