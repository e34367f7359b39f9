//! Files and folders arrive byte for byte.

use std::sync::Arc;

use pinning::{
    CidVersion, ErrorKind, FileUpload, MULTIPART_LIMIT, Pieces, Pins as _, Priority, Source,
    UploadOptions, Uploads as _,
};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use crate::gateway::fetch;
use crate::support::{file, file_with, folder};
use crate::{Profile, World, for_each_profile};

for_each_profile!(
    files_of_every_size_come_back_byte_for_byte,
    a_name_is_kept_whole,
    the_second_upload_of_the_same_bytes_is_a_duplicate,
    cids_are_of_the_version_asked_for,
    a_folder_comes_back_file_by_file_or_is_refused_unsent,
    a_wrapped_file_resolves_by_its_name_or_is_refused_unsent,
);

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

    pub(super) async fn files_of_every_size_come_back_byte_for_byte(profile: Profile) {
        let world = World::new(profile).await;
        for size in [0, 1, 262_144, 262_145, 1_500_000] {
            let content = noise(size);
            let receipt = world
                .account
                .file(file("some file.bin", &content))
                .await
                .expect("stored");
            assert!(!receipt.is_duplicate, "{size}");
            assert!(
                receipt.dag_size.is_some_and(|bytes| bytes >= size as u64),
                "{receipt:?}"
            );
            let fetched = fetch(&world.sandbox.gateway_url(), &receipt.cid, &[]).await;
            assert!(fetched == content, "{size} bytes differ");
            let found = world
                .account
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

    pub(super) async fn a_name_is_kept_whole(profile: Profile) {
        let world = World::new(profile).await;
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
            let receipt = world
                .account
                .file(file(name, format!("content {at}").as_bytes()))
                .await
                .expect("stored");
            let found = world
                .account
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
        let receipt = world
            .account
            .file(file_with("own.txt", b"chosen", options))
            .await
            .expect("stored");
        let found = world
            .account
            .find(&receipt.cid, Priority::Click)
            .await
            .expect("looked up");
        assert_eq!(found[0].name.as_deref(), Some("chosen"));
        assert_eq!(
            found[0].keyvalues["k"],
            pinning::Value::Text("v \"1\"".to_owned())
        );
    }

    pub(super) async fn the_second_upload_of_the_same_bytes_is_a_duplicate(profile: Profile) {
        let world = World::new(profile).await;
        let first = world
            .account
            .file(file("a", b"the same"))
            .await
            .expect("stored");
        let second = world
            .account
            .file(file("b", b"the same"))
            .await
            .expect("stored");
        assert_eq!((first.is_duplicate, second.is_duplicate), (false, true));
        assert_eq!(first.cid, second.cid);
    }

    pub(super) async fn cids_are_of_the_version_asked_for(profile: Profile) {
        let world = World::new(profile).await;
        // Both are from Pinata's own documentation.
        let one = world
            .account
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
        let zero = world
            .account
            .file(file_with("a", b"Hello World!", options))
            .await
            .expect("stored");
        assert_eq!(zero.cid, "Qmf1rtki74jvYmGeqaaV51hzeiaa6DyWc98fzDiuPatzyy");
    }

    pub(super) async fn a_folder_comes_back_file_by_file_or_is_refused_unsent(profile: Profile) {
        let world = World::new(profile).await;
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
        let result = world.account.folder(folder("my folder", &files)).await;
        if profile == Profile::V3Only {
            assert_eq!(
                result.expect_err("refused").kind,
                ErrorKind::MissingScope("pinFileToIPFS".to_owned())
            );
            // One try without any content, and nothing more.
            assert!(
                world
                    .received("/pinning/pinFileToIPFS")
                    .iter()
                    .all(|&bytes| bytes < 300)
            );
            return;
        }
        let receipt = result.expect("stored");
        for (path, content) in files {
            let path: Vec<&str> = path.split('/').collect();
            let fetched = fetch(&world.sandbox.gateway_url(), &receipt.cid, &path).await;
            assert!(fetched == content, "{path:?} differs");
        }
        let found = world
            .account
            .find(&receipt.cid, Priority::Click)
            .await
            .expect("looked up");
        assert_eq!(found[0].name.as_deref(), Some("my folder"));
    }

    pub(super) async fn a_wrapped_file_resolves_by_its_name_or_is_refused_unsent(profile: Profile) {
        let world = World::new(profile).await;
        let options = UploadOptions {
            wrap: true,
            ..UploadOptions::default()
        };
        let result = world
            .account
            .file(file_with("in it \"x\".txt", b"wrapped", options))
            .await;
        if profile == Profile::V3Only {
            assert_eq!(
                result.expect_err("refused").kind,
                ErrorKind::MissingScope("pinFileToIPFS".to_owned())
            );
            return;
        }
        let cid = result.expect("stored").cid;
        assert_eq!(
            fetch(&world.sandbox.gateway_url(), &cid, &["in it \"x\".txt"]).await,
            b"wrapped"
        );
    }
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
