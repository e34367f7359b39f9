//! Files that are none of a disk: the system makes up what is read of them, and their size is not what they say.

#![expect(
    clippy::disallowed_methods,
    reason = "a file of the system's, not people's"
)]

use engine::error::ErrorCode;
use engine::uploads::{Event, UploadState};

use super::house::House;

/// A path, a name in what is refused, and whether it says less than it gives.
const MADE_UP: [(&str, &str, bool); 4] = [
    ("/proc/version", "version", true),
    ("/proc/cpuinfo", "cpuinfo", true),
    // A folder.
    ("/proc/sys/fs/inotify", "max_", true),
    ("/sys/devices/system/cpu/online", "online", false),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_size_is_not_what_it_says_is_refused_with_that_reason_and_never_pinned_as_empty()
 {
    let house = House::new().await;
    for (path, name, gives_more) in MADE_UP {
        let said = std::fs::metadata(path).expect("is there");
        assert!(said.is_dir() || (said.len() == 0) == gives_more, "{path}");
        let id = house.drop_in(&[path.into()]).await[0];
        for _ in 0..2 {
            let refused = house
                .until(|row| row.id == id && row.state == UploadState::NeedsYou)
                .await;
            let words = &refused.sentence;
            assert_eq!(refused.reason, Some(ErrorCode::Unreadable), "{words}");
            assert!(words.contains("is not the size that it says"), "{words}");
            assert!(words.contains(name), "{words}");
            let uploads = &house.engine.uploads;
            uploads.ask(id, Event::Retry).await.expect("retries");
        }
    }
    // What is copied to a disk is a file like any other.
    let version = std::fs::read("/proc/version").expect("reads");
    house.drop_in(&[house.file("version", &version)]).await;
    let row = house.until(|row| row.state == UploadState::Pinned).await;
    assert_eq!(
        house.service.served(&row.cid.expect("a CID")).await,
        version
    );
    assert_eq!(house.uploads_received(), 1);
}
