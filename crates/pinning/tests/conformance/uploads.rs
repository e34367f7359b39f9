//! Files and folders arrive byte for byte.

use std::sync::Arc;

use pinning::{
    CidVersion, Deadlines, ErrorKind, FileUpload, MULTIPART_LIMIT, Network, Pieces, PinQuery,
    Priority, Source, UploadOptions, Uploads as _,
};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use crate::gateway::{fetch, get};
use crate::profiles::{Ground, on_every_profile};
use crate::support::{file, file_with, folder};
use crate::{Profile, World, account_of};

on_every_profile!([UploadFile]
    files_of_every_size_come_back_byte_for_byte,
    a_name_is_kept_whole,
    the_second_upload_of_the_same_bytes_is_a_duplicate,
    cids_are_of_the_version_asked_for,
);
on_every_profile!([UploadFolder] a_folder_comes_back_file_by_file);
on_every_profile!([UploadWrapped] a_wrapped_file_resolves_by_its_name);
on_every_profile!([UploadJson] json_is_stored_byte_for_byte);
on_every_profile!([UploadPrivate, ListPrivate] what_is_private_is_listed_apart_and_not_served);

/// Bytes that repeat nowhere near.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next)
        .flatten()
        .take(length)
        .collect()
}

mod behaviour {
    use super::*;

    pub(super) async fn files_of_every_size_come_back_byte_for_byte(ground: Ground) {
        for size in [0, 1, 262_144, 262_145, 1_500_000] {
            let content = noise(size);
            let receipt = ground
                .uploads()
                .file(file("some file.bin", &content))
                .await
                .expect("stored");
            assert!(!receipt.is_duplicate, "{size}");
            assert!(
                receipt.dag_size.is_some_and(|bytes| bytes >= size as u64),
                "{receipt:?}"
            );
            let fetched = fetch(&ground.sandbox.gateway_url(), &receipt.cid, &[]).await;
            assert!(fetched == content, "{size} bytes differ");
            let found = ground
                .pins()
                .find(&receipt.cid, Priority::Click)
                .await
                .expect("looked up");
            assert_eq!(found.len(), 1);
            assert_eq!(
                (found[0].cid.as_str(), found[0].dag_size),
                (receipt.cid.as_str(), receipt.dag_size)
            );
        }
    }

    pub(super) async fn a_name_is_kept_whole(ground: Ground) {
        let long = "n".repeat(251) + ".txt";
        for (at, name) in [
            "a b.txt",
            "é#?&.txt",
            "a\"b.txt",
            "a\r\nb.txt",
            "a\\b.txt",
            "100%25.txt",
            "日本 🎉",
            &long,
        ]
        .into_iter()
        .enumerate()
        {
            let receipt = ground
                .uploads()
                .file(file(name, format!("content {at}").as_bytes()))
                .await
                .expect("stored");
            let found = ground
                .pins()
                .find(&receipt.cid, Priority::Click)
                .await
                .expect("looked up");
            assert_eq!(found[0].name.as_deref(), Some(name));
        }
        let options = UploadOptions {
            name: Some("chosen".to_owned()),
            keyvalues: [("k".to_owned(), "v \"1\"".into())].into(),
            ..UploadOptions::default()
        };
        let receipt = ground
            .uploads()
            .file(file_with("own.txt", b"chosen", options))
            .await
            .expect("stored");
        let found = ground
            .pins()
            .find(&receipt.cid, Priority::Click)
            .await
            .expect("looked up");
        assert_eq!(found[0].name.as_deref(), Some("chosen"));
        assert_eq!(
            found[0].keyvalues["k"],
            pinning::Value::Text("v \"1\"".to_owned())
        );
    }

    pub(super) async fn the_second_upload_of_the_same_bytes_is_a_duplicate(ground: Ground) {
        let first = ground
            .uploads()
            .file(file("a", b"the same"))
            .await
            .expect("stored");
        let second = ground
            .uploads()
            .file(file("b", b"the same"))
            .await
            .expect("stored");
        assert_eq!((first.is_duplicate, second.is_duplicate), (false, true));
        assert_eq!(first.cid, second.cid);
    }

    pub(super) async fn cids_are_of_the_version_asked_for(ground: Ground) {
        // Both are from Pinata's own documentation.
        let one = ground
            .uploads()
            .file(file("a", b"hello"))
            .await
            .expect("stored");
        assert_eq!(
            one.cid,
            "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"
        );
        let options = UploadOptions {
            cid_version: CidVersion::V0,
            ..UploadOptions::default()
        };
        let zero = ground
            .uploads()
            .file(file_with("a", b"Hello World!", options))
            .await
            .expect("stored");
        assert_eq!(zero.cid, "Qmf1rtki74jvYmGeqaaV51hzeiaa6DyWc98fzDiuPatzyy");
    }

    pub(super) async fn a_folder_comes_back_file_by_file(ground: Ground) {
        let large = noise(300_000);
        let names = [
            "plain.txt",
            "with space #1.txt",
            "q\"uote.txt",
            "line\nbreak.txt",
            "back\\slash",
            "ünï/cödé.txt",
            "deep/er/x",
        ];
        let files: Vec<(&str, &[u8])> = names
            .iter()
            .map(|name| (*name, name.as_bytes()))
            .chain([("large.bin", large.as_slice()), ("empty", b"")])
            .collect();
        let result = ground.uploads().folder(folder("my folder", &files)).await;
        let receipt = result.expect("stored");
        for (path, content) in files {
            let path: Vec<&str> = path.split('/').collect();
            let fetched = fetch(&ground.sandbox.gateway_url(), &receipt.cid, &path).await;
            assert!(fetched == content, "{path:?} differs");
        }
        let found = ground
            .pins()
            .find(&receipt.cid, Priority::Click)
            .await
            .expect("looked up");
        assert_eq!(found[0].name.as_deref(), Some("my folder"));
    }

    pub(super) async fn a_wrapped_file_resolves_by_its_name(ground: Ground) {
        let options = UploadOptions {
            wrap: true,
            ..UploadOptions::default()
        };
        let result = ground
            .uploads()
            .file(file_with("in it \"x\".txt", b"wrapped", options))
            .await;
        let cid = result.expect("stored").cid;
        assert_eq!(
            fetch(&ground.sandbox.gateway_url(), &cid, &["in it \"x\".txt"]).await,
            b"wrapped"
        );
    }

    pub(super) async fn what_is_private_is_listed_apart_and_not_served(ground: Ground) {
        let options = UploadOptions {
            network: Network::Private,
            ..UploadOptions::default()
        };
        let upload = file_with("own", b"between us", options);
        let cid = ground.uploads().file(upload).await.expect("stored").cid;
        for (network, pins) in [(Network::Private, 1), (Network::Public, 0)] {
            let query = PinQuery {
                network,
                ..PinQuery::default()
            };
            let page = ground.pins().page(&query, None, Priority::Click).await;
            assert_eq!(page.expect("a page").pins.len(), pins, "{network:?}");
        }
        let served = get(&ground.sandbox.gateway_url(), &cid, &[]).await;
        assert_ne!(served.0, 200);
    }

    pub(super) async fn json_is_stored_byte_for_byte(ground: Ground) {
        let text = "{\"z\": 1.0,\n \"a\": [true]}";
        let json = pinning::JsonUpload {
            text: text.to_owned(),
            file_name: "data".to_owned(),
            options: UploadOptions::default(),
            placement: pinning::Placement::default(),
            cancel: tokio_util::sync::CancellationToken::new(),
        };
        let cid = ground.uploads().json(json).await.expect("stored").cid;
        let fetched = fetch(&ground.sandbox.gateway_url(), &cid, &[]).await;
        assert_eq!(fetched, text.as_bytes());
    }
}

#[tokio::test]
async fn a_folder_that_the_key_may_not_send_is_refused_before_its_content_is_sent() {
    let world = World::new(Profile::V3Only).await;
    let large = noise(300_000);
    let result = world.account.folder(folder("f", &[("large.bin", &large)]));
    assert_eq!(
        result.await.expect_err("refused").kind,
        ErrorKind::MissingScope("pinFileToIPFS".to_owned())
    );
    // One try without any content, and nothing more.
    let received = world.received("/pinning/pinFileToIPFS");
    assert!(received.iter().all(|&bytes| bytes < 300), "{received:?}");
}

/// As many zeros as asked for, held nowhere.
struct Zeros(u64);

#[async_trait::async_trait]
impl Source for Zeros {
    fn size(&self) -> u64 {
        self.0
    }

    async fn open(&self) -> std::io::Result<Pieces> {
        Ok(Box::pin(ReaderStream::new(
            tokio::io::repeat(0).take(self.0),
        )))
    }
}

#[tokio::test]
async fn over_ninety_mebibytes_go_by_the_legacy_api_and_up_to_it_by_v3() {
    let world = World::new(Profile::Everything).await;
    let (sent, progress) = crate::support::counted();
    for (size, path) in [
        (MULTIPART_LIMIT, "/v3/files"),
        (MULTIPART_LIMIT + 1, "/pinning/pinFileToIPFS"),
    ] {
        let upload = FileUpload {
            source: Arc::new(Zeros(size)),
            progress: Arc::clone(&progress),
            ..file("zeros", b"")
        };
        let receipt = world.account.file(upload).await.expect("stored");
        assert_eq!(sent.load(std::sync::atomic::Ordering::SeqCst), size);
        let arrived = world.received(path).last().copied().expect("a request");
        assert!(
            (size..size + 2000).contains(&arrived),
            "{arrived} bytes at {path}"
        );
        let fetched = fetch(&world.sandbox.gateway_url(), &receipt.cid, &[]).await;
        assert!(fetched.len() as u64 == size && fetched.iter().all(|&byte| byte == 0));
    }
}

#[tokio::test]
async fn uploads_that_begin_at_once_find_out_once_what_the_key_may() {
    let world = World::new(Profile::V3Only).await;
    let wrong = account_of(&world.sandbox, "nobodys-token", Deadlines::default());
    for (account, works) in [(&world.account, true), (&wrong, false)] {
        let before = world.sandbox.requests().len();
        let files = ["a", "b", "c"].map(|name| account.file(file(name, name.as_bytes())));
        for ended in futures::future::join_all(files).await {
            assert_eq!(ended.is_ok(), works);
        }
        let requests = world.sandbox.requests();
        let tried = requests[before..]
            .iter()
            .filter(|entry| entry.method == "PUT");
        assert_eq!(tried.count(), 1);
    }
}
