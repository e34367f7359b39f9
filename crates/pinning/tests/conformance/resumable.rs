//! Uploads in chunks arrive byte for byte, also after a break.

use std::sync::{Arc, Mutex};

use pinning::{
    Acknowledged, Placement, Priority, Resumable as _, ResumableUpload, ResumeError, UploadOptions,
    UploadPlace,
};
use tokio_util::sync::CancellationToken;

use crate::gateway::fetch;
use crate::profiles::{Ground, on_every_profile};
use crate::support::source;
use crate::{Profile, World};

#[derive(Default)]
struct Ledger {
    offsets: Mutex<Vec<u64>>,
    /// Cancels when so many bytes are safe.
    stop: Option<(u64, CancellationToken)>,
}

#[async_trait::async_trait]
impl Acknowledged for Ledger {
    async fn acknowledged(&self, offset: u64) -> std::io::Result<()> {
        self.offsets.lock().expect("one at a time").push(offset);
        if let Some((at, cancel)) = &self.stop
            && offset >= *at
        {
            cancel.cancel();
        }
        Ok(())
    }
}

fn upload(content: &[u8], ledger: &Arc<Ledger>) -> ResumableUpload {
    let cancel = ledger.stop.as_ref().map(|(_, cancel)| cancel.clone());
    ResumableUpload {
        source: source(content),
        file_name: "großes Bild 日本.bin".to_owned(),
        options: UploadOptions::default(),
        placement: Placement::default(),
        car: false,
        chunk: 300_000,
        progress: Arc::new(|_| ()),
        acknowledged: Arc::clone(ledger) as Arc<dyn Acknowledged>,
        cancel: cancel.unwrap_or_default(),
    }
}

fn content() -> Vec<u8> {
    (0..1_000_000_u32)
        .flat_map(|n| (n % 251).to_le_bytes())
        .take(1_000_000)
        .collect()
}

on_every_profile!([UploadInChunks] a_file_in_chunks_comes_back_byte_for_byte_after_a_break);

mod behaviour {
    use super::*;

    pub(super) async fn a_file_in_chunks_comes_back_byte_for_byte_after_a_break(ground: Ground) {
        let resumable = ground.service.resumable().expect("chunks");
        let content = content();
        let stopping = Arc::new(Ledger {
            stop: Some((600_000, CancellationToken::new())),
            ..Ledger::default()
        });
        let first = upload(&content, &stopping);
        let place = resumable.begin(&first).await.expect("begun");
        let broken = resumable
            .resume(&first, &place)
            .await
            .expect_err("cancelled");
        assert!(matches!(broken, ResumeError::Failed(_)), "{broken:?}");
        // Only the address and the account outlive a restart.
        let place = UploadPlace { url: place.url };
        assert_eq!(resumable.offset(&place).await, Ok(600_000));
        let ledger = Arc::new(Ledger::default());
        let arrived = resumable
            .resume(&upload(&content, &ledger), &place)
            .await
            .expect("arrived");
        let cid = arrived.cid.expect("a CID");
        assert_eq!(
            *ledger.offsets.lock().expect("ended"),
            [600_000, 900_000, 1_000_000]
        );
        assert!(fetch(&ground.sandbox.gateway_url(), &cid, &[]).await == content);
        let found = ground
            .pins()
            .find(&cid, Priority::Click)
            .await
            .expect("looked up");
        assert_eq!(found[0].name.as_deref(), Some("großes Bild 日本.bin"));
    }
}

#[tokio::test]
async fn an_upload_that_the_service_does_not_know_begins_anew() {
    let world = World::new(Profile::V3Only).await;
    let url = format!(
        "{}/v3/files/00000000-0000-0000-0000-00000000dead/x",
        world.sandbox.api_url()
    );
    let told = world.account.offset(&UploadPlace { url }).await;
    assert_eq!(told, Err(ResumeError::Expired));
}

/// A CAR of one raw block, which says "hello".
fn car() -> Vec<u8> {
    let cid: cid::Cid = HELLO.parse().expect("a CID");
    let cid = cid.to_bytes();
    let link = [&b"\x81\xd8\x2a\x58\x25\0"[..], &cid].concat();
    let header = [&b"\xa2\x65roots"[..], &link, b"\x67version\x01"].concat();
    let section = [&cid[..], b"hello"].concat();
    let length = |bytes: &[u8]| vec![u8::try_from(bytes.len()).expect("short")];
    [length(&header), header, length(&section), section].concat()
}

const HELLO: &str = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";

#[tokio::test]
async fn a_car_arrives_as_what_it_holds() {
    let key = sandbox::Key::new(crate::support::token(), Profile::V3Only.scopes());
    let paid = |config: &mut sandbox::Config| config.paid = true;
    let world = World::configured(key, pinning::Deadlines::default(), paid).await;
    let upload = ResumableUpload {
        car: true,
        chunk: 50,
        ..upload(&car(), &Arc::default())
    };
    let place = world.account.begin(&upload).await.expect("begun");
    let arrived = world.account.resume(&upload, &place).await;
    assert_eq!(arrived.expect("arrived").cid.as_deref(), Some(HELLO));
    assert_eq!(
        fetch(&world.sandbox.gateway_url(), HELLO, &[]).await,
        b"hello"
    );
    assert!(world.account.takes_cars());
}

#[tokio::test]
async fn an_account_without_a_plan_for_cars_says_so_once_and_still_takes_files() {
    let world = World::new(Profile::V3Only).await;
    let file = upload(&car(), &Arc::default());
    let car = ResumableUpload {
        car: true,
        ..file.clone()
    };
    assert!(world.account.takes_cars());
    let refused = world.account.begin(&car).await;
    assert_eq!(refused, Err(ResumeError::NoCars));
    assert!(!world.account.takes_cars());
    world.account.begin(&file).await.expect("begun");
}
