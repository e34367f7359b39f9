//! Sending a large file in chunks, so that a break or a restart costs one chunk at most. The upload's address and the bytes
//! that are safe are in the row before the next chunk is sent; after any break the service says where to go on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pinning::{
    Acknowledged, Arrived, CHUNK, ErrorKind, Placement, Progress, Receipt, Resumable,
    ResumableUpload, ResumeError, Route, Service, Source, UploadPlace,
};
use tokio_util::sync::CancellationToken;

use super::Uploads;
use super::progress::Running;
use super::rows::{Facts, Place, Upload};
use super::state::{Active, Event, State};
use super::work::Outcome;
use crate::error::{CommandError, ErrorCode};
use crate::planted::planted;
use crate::store::Urgency;

/// Bytes above which a file goes in chunks: what the service takes as one request at most.
const ONE_REQUEST: u64 = 90 * 1024 * 1024;

/// Which files go in chunks, and how large these are.
pub(super) struct Cutting {
    above: AtomicU64,
    chunk: AtomicU64,
}

impl Default for Cutting {
    fn default() -> Self {
        Self {
            above: AtomicU64::new(ONE_REQUEST),
            chunk: AtomicU64::new(CHUNK),
        }
    }
}

/// One file or CAR, with all that sending it takes but the chunks.
pub(super) struct Parcel {
    pub(super) source: Arc<dyn Source>,
    pub(super) car: bool,
    pub(super) file_name: String,
    pub(super) options: pinning::UploadOptions,
    pub(super) placement: Placement,
    pub(super) progress: Progress,
    pub(super) cancel: CancellationToken,
}

/// The service's way to send in chunks, where this account's key may use it.
pub(super) fn way_of_chunks(service: &dyn Service) -> Option<&dyn Resumable> {
    // The older API takes no chunks; where only that one takes the key, this one is asked for nothing.
    let newer = service.uploads()?.route(1) == Route::V3Multipart;
    service.resumable().filter(|_| newer)
}

impl Uploads {
    /// Sends files, and folders as CARs, of more than `above` bytes in chunks of `chunk` bytes from now on. For tests,
    /// which need not move as much as people do.
    pub fn cut(&self, above: u64, chunk: u64) {
        self.cutting.above.store(above, Ordering::Relaxed);
        self.cutting.chunk.store(chunk, Ordering::Relaxed);
    }

    /// The service's way to send this row in chunks, where it has one and the row needs it.
    pub(super) fn in_chunks<'a>(
        &self,
        service: &'a dyn Service,
        upload: &Upload,
        bytes: u64,
    ) -> Option<&'a dyn Resumable> {
        if !self.is_large(bytes) || upload.wish.folder || upload.wish.wrap {
            return None;
        }
        way_of_chunks(service)
    }

    /// More than goes as one request.
    pub(super) fn is_large(&self, bytes: u64) -> bool {
        bytes > self.cutting.above.load(Ordering::Relaxed)
    }

    /// Begins, or goes on where the service says. `None`: this account's key may not send in chunks, or its plan takes no
    /// CAR; as one request then.
    pub(super) async fn send_in_chunks(
        self: &Arc<Self>,
        way: &dyn Resumable,
        upload: &Upload,
        parcel: Parcel,
        running: &Arc<Running>,
    ) -> Result<Option<Outcome>, CommandError> {
        let saving = Arc::new(Saving {
            uploads: self.clone(),
            id: upload.id,
            running: running.clone(),
            failed: Mutex::default(),
        });
        let parcel = ResumableUpload {
            source: parcel.source,
            file_name: parcel.file_name,
            options: parcel.options,
            placement: parcel.placement,
            car: parcel.car,
            chunk: self.cutting.chunk.load(Ordering::Relaxed),
            progress: parcel.progress,
            acknowledged: saving.clone(),
            cancel: parcel.cancel,
        };
        let place = match upload.place.as_ref().filter(|_| !planted("resume")) {
            Some(place) => place.url.clone(),
            None => match way.begin(&parcel).await {
                Ok(place) => {
                    let length = parcel.car.then(|| parcel.source.size());
                    self.begun(upload, &place, length).await?;
                    place.url
                }
                Err(ResumeError::Failed(error))
                    if matches!(error.kind, ErrorKind::MissingScope(_)) =>
                {
                    return Ok(None);
                }
                Err(ResumeError::NoCars) => return Ok(None),
                Err(error) => return Ok(Some(self.broke(upload, error).await)),
            },
        };
        let sent = way.resume(&parcel, &UploadPlace { url: place }).await;
        if let Some(error) = saving.take_failure() {
            return Err(error);
        }
        match sent {
            Ok(arrived) => {
                let arrived = proving(upload, arrived, parcel.car);
                self.arrived(upload, running, arrived).await.map(Some)
            }
            Err(error) => Ok(Some(self.broke(upload, error).await)),
        }
    }

    /// The upload's address is in the row before anything is sent to it.
    async fn begun(
        &self,
        upload: &Upload,
        place: &UploadPlace,
        length: Option<u64>,
    ) -> Result<(), CommandError> {
        let facts = Facts {
            place: Some(Place {
                url: place.url.clone(),
                offset: 0,
                length,
            }),
            ..Facts::default()
        };
        let outcome = Outcome {
            events: vec![Event::Begun],
            facts,
        };
        self.apply(upload.id, outcome, Urgency::Background)
            .await
            .map(|_| ())
    }

    /// The last byte is there. The CID may follow later.
    async fn arrived(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
        arrived: Arrived,
    ) -> Result<Outcome, CommandError> {
        let Some(cid) = arrived.cid else {
            let facts = Facts {
                service_id: arrived.service_id,
                ..Facts::default()
            };
            return Ok(Outcome {
                events: vec![Event::Arrived],
                facts,
            });
        };
        let receipt = Receipt {
            cid,
            service_id: arrived.service_id,
            ..Receipt::default()
        };
        self.answered(upload, running, receipt).await
    }

    /// What a break means: nearly always that it goes on from where it is.
    async fn broke(&self, upload: &Upload, error: ResumeError) -> Outcome {
        let passing = |words: &str| Outcome {
            events: vec![Event::Failed {
                reason: ErrorCode::Unexpected,
                maybe: false,
                retry_after: None,
            }],
            facts: Facts {
                detail: Some(words.to_owned()),
                ..Facts::default()
            },
        };
        match error {
            ResumeError::Expired => self.forgotten(upload),
            // Only now that all of it is there: as one request next time.
            ResumeError::NoCars => Event::Forgotten { maybe: false }.into(),
            ResumeError::Conflict => passing("other bytes of this upload are there"),
            ResumeError::Locked => passing("another connection still holds this upload"),
            ResumeError::Damaged => passing("a part was damaged on its way"),
            ResumeError::OtherVersion => Outcome::refused(
                ErrorCode::Unexpected,
                "another version of resumable uploads is spoken here".into(),
            ),
            ResumeError::TooLarge => Outcome::refused(ErrorCode::TooLarge, String::new()),
            ResumeError::Failed(error) => self.not_sent(upload, &error).await,
        }
    }

    /// The service does not know the upload any more. If its last chunk was never sent, it certainly has not arrived.
    fn forgotten(&self, upload: &Upload) -> Outcome {
        let now = self.store.ledger.read(|tx| super::rows::get(tx, upload.id));
        let (safe, length) = now.map_or((0, None), |row| {
            let offset = row.place.as_ref().map_or(0, |place| place.offset);
            (offset, row.length())
        });
        let chunk = self.cutting.chunk.load(Ordering::Relaxed);
        let maybe = length.is_none_or(|size| safe + chunk >= size);
        Outcome {
            events: vec![Event::Forgotten { maybe }],
            facts: Facts {
                detail: Some("this upload is not known here any more".to_owned()),
                ..Facts::default()
            },
        }
    }

    /// Everything is at the service and no list tells the CID yet: the upload itself is asked, and then the file by its id.
    /// `None`: the service knows of neither.
    pub(super) async fn ask_the_upload(
        self: &Arc<Self>,
        upload: &Upload,
        running: &Arc<Running>,
    ) -> Result<Option<Outcome>, CommandError> {
        let Some(place) = upload
            .place
            .as_ref()
            .filter(|place| Some(place.offset) == upload.length())
        else {
            return Ok(None);
        };
        let service = self.accounts.service(upload.account).await?;
        let (Some(way), Some(pins)) = (service.resumable(), service.pins()) else {
            return Ok(None);
        };
        let car = place.length.is_some();
        let place = UploadPlace {
            url: place.url.clone(),
        };
        let cid = match way.finished(&place).await {
            Ok(arrived) => proving(upload, arrived, car).cid,
            Err(ResumeError::Expired) => {
                let named = pinning::PinRef {
                    service_id: upload.service_id.clone(),
                    cid: upload.cid.clone().unwrap_or_default(),
                    network: upload.wish.target.network.network(),
                };
                match pins.get(&named, pinning::Priority::Background).await {
                    Ok(pin) => Some(pin.cid).filter(|cid| cid != "pending"),
                    Err(error)
                        if matches!(error.kind, ErrorKind::NotPinned | ErrorKind::NotFound) =>
                    {
                        return Ok(None);
                    }
                    Err(error) => return Ok(Some(self.failed(upload, &error))),
                }
            }
            Err(error) => return Ok(Some(self.broke(upload, error).await)),
        };
        let Some(cid) = cid else {
            let late = Event::Failed {
                reason: ErrorCode::Unconfirmed,
                maybe: false,
                retry_after: None,
            };
            return Ok(Some(late.into()));
        };
        let arrived = Arrived {
            cid: Some(cid),
            service_id: upload.service_id.clone(),
        };
        self.arrived(upload, running, arrived).await.map(Some)
    }
}

/// What an answer to the last byte proves. A CAR is taken in only after it: our own root in it says nothing, another one does.
fn proving(upload: &Upload, mut arrived: Arrived, car: bool) -> Arrived {
    if car && arrived.cid == upload.cid {
        arrived.cid = None;
    }
    arrived
}

/// Writes down what is safe, before the next chunk is sent.
struct Saving {
    uploads: Arc<Uploads>,
    id: i64,
    running: Arc<Running>,
    failed: Mutex<Option<CommandError>>,
}

impl Saving {
    fn take_failure(&self) -> Option<CommandError> {
        self.failed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

#[async_trait]
impl Acknowledged for Saving {
    async fn acknowledged(&self, offset: u64) -> std::io::Result<()> {
        self.running.done.store(offset, Ordering::Relaxed);
        let facts = Facts {
            offset: Some(offset),
            ..Facts::default()
        };
        let outcome = Outcome {
            events: vec![Event::Acknowledged { offset }],
            facts,
        };
        let saved = self
            .uploads
            .apply(self.id, outcome, Urgency::Background)
            .await;
        match saved {
            // Taken back or paused meanwhile: the row says so, and no further chunk is sent.
            Ok(row) if row.job.state != State::Active(Active::Sending) => {
                self.running.cancel.cancel();
                Ok(())
            }
            Ok(row) => {
                let before = self.running.saved.swap(offset, Ordering::Relaxed);
                // That it still knows what it had says nothing of what it takes now.
                if offset > before {
                    self.uploads
                        .accounts
                        .took_bytes(row.account, self.running.begun);
                }
                Ok(())
            }
            Err(error) => {
                let words = std::io::Error::other(error.message.clone());
                *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(words)
            }
        }
    }
}
