//! Sending: one streamed request, and what its answer means.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio_util::sync::{CancellationToken, DropGuard};

use pinning::{CidVersion, Delivered, ErrorKind, FileUpload, FolderUpload, Receipt, Source};

use super::Uploads;
use super::bytes::{self, Contents};
use super::chunks::Parcel;
use super::from_watch;
use super::progress::Running;
use super::rows::{Facts, Upload};
use super::source::{FileSource, decode};
use super::state::{Active, Event, Job, State, Verdict};
use super::work::Outcome;
use crate::accounts::Hold;
use crate::clock::date_words;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::pins::{Listed, values};
use crate::walk::{Changes, Found};

/// How often in a row a service may fail before that counts for its rows: more than an hour.
const PASSING: u32 = 12;
/// Bytes above which it is worth hearing of a change before everything is sent.
const LONG: u64 = 16 * 1024 * 1024;

impl Uploads {
    pub(super) async fn send(
        self: &Arc<Self>,
        upload: &Upload,
        running: &Arc<Running>,
    ) -> Result<Outcome, CommandError> {
        let service = self.accounts.service(upload.account).await?;
        let Some(uploads) = service.uploads() else {
            return Ok(Outcome::refused(
                ErrorCode::MissingScope,
                "This account takes no uploads.".into(),
            ));
        };
        if let Some(end) = upload
            .wish
            .target
            .expires
            .filter(|end| *end <= self.clock.now())
        {
            let over = format!(
                "It was to be kept until {}, and that is over. Drop it again with another time.",
                date_words(end)
            );
            return Ok(Outcome::refused(ErrorCode::BadInput, over));
        }
        running.begin(upload.bytes.unwrap_or_default(), true);
        running.goes_on_from(upload.place.as_ref().map_or(0, |place| place.offset));
        let (files, copy, stop) = (self.files.clone(), upload.clone(), running.cancel.clone());
        let looked = bytes::off_thread(move || {
            bytes::contents(files.as_ref(), &copy, &|| stop.is_cancelled())
        })
        .await;
        let contents = match looked {
            Ok(Ok(contents)) if Some(&contents.stamp) == upload.stamp.as_ref() => contents,
            Ok(Err(refusal)) if refusal.code == ErrorCode::Cancelled => return Ok(Outcome::none()),
            Ok(Err(refusal)) => return Ok(Outcome::from(refusal)),
            _ => return Ok(Event::SourceChanged.into()),
        };
        // Looking took its time, and another row may have met what holds the account.
        if self.accounts.hold(upload.account).is_some() {
            return Ok(Event::Held { maybe: false }.into());
        }
        running.begin(contents.bytes, true);
        let source = |found: Found| -> Arc<dyn Source> {
            Arc::new(FileSource {
                files: self.files.clone(),
                place: found.place,
                stamp: found.stamp,
                pace: self.pace.clone(),
            })
        };
        let count = running.clone();
        let progress: pinning::Progress =
            Arc::new(move |sent| count.done.store(sent, Ordering::Relaxed));
        let cancel = running.cancel.child_token();
        let (options, placement) = (options(upload), upload.wish.placement());
        let _listening = self.stop_on_change(upload, &contents, &cancel);
        if let Some(place) = &upload.place {
            running.goes_on_from(place.offset);
        }
        let parcel = |source, car, file_name: &str| Parcel {
            source,
            car,
            file_name: file_name.to_owned(),
            options: options.clone(),
            placement: placement.clone(),
            progress: progress.clone(),
            cancel: cancel.clone(),
        };
        let answer = if upload.wish.folder {
            let as_car = |source| parcel(source, true, &upload.wish.name);
            let sent = self
                .send_as_car(service.as_ref(), upload, &contents, running, as_car)
                .await?;
            if let Some(outcome) = sent {
                return Ok(outcome);
            }
            // Each goes over into what is sent: of very many files the list does not stand there twice.
            let files = contents.files.into_iter();
            let files = files.map(|(segments, found)| (path(&segments), source(found)));
            let files = files.collect();
            let root_name = upload.wish.name.replace('/', "_");
            let folder = FolderUpload {
                root_name,
                files,
                options,
                progress,
                cancel,
            };
            uploads.folder_placed(folder, &placement).await
        } else {
            let Some((_, found)) = contents.files.first() else {
                return Ok(Event::SourceChanged.into());
            };
            if let Some(json) = self
                .as_json(uploads, upload, found, &placement, &cancel)
                .await
            {
                return match uploads.json(json).await {
                    Ok(receipt) => self.answered(upload, running, receipt).await,
                    Err(error) => Ok(self.not_sent(upload, &error).await),
                };
            }
            let file_name = bytes::wrapped_name(upload);
            if let Some(way) = self.in_chunks(service.as_ref(), upload, contents.bytes) {
                let parcel = parcel(source(found.clone()), false, &file_name);
                let sent = self.send_in_chunks(way, upload, parcel, running).await?;
                if let Some(outcome) = sent {
                    return Ok(outcome);
                }
            }
            let file = FileUpload {
                source: source(found.clone()),
                file_name,
                options,
                progress,
                cancel,
            };
            uploads.file_placed(file, &placement).await
        };
        match answer {
            Ok(receipt) => self.answered(upload, running, receipt).await,
            Err(error) => Ok(self.not_sent(upload, &error).await),
        }
    }

    /// Stops the request when a source is written to, as long as the stamps agree that it was. Ends with the guard.
    fn stop_on_change(
        &self,
        upload: &Upload,
        contents: &Contents,
        cancel: &CancellationToken,
    ) -> Option<DropGuard> {
        // A watched folder hears by itself, and its files must look as they did.
        let watched = |path: &String| from_watch::source(path).1.is_some();
        if contents.bytes < LONG || upload.wish.paths.first().is_some_and(watched) {
            return None;
        }
        let listening = CancellationToken::new();
        let (ended, cancel) = (listening.clone(), cancel.clone());
        let (files, upload) = (self.files.clone(), upload.clone());
        let changes: Vec<Changes> = upload
            .wish
            .paths
            .iter()
            .map(|path| Changes::of(&decode(path)))
            .collect();
        tokio::spawn(async move {
            let heard = futures::future::select_all(
                changes.iter().map(|changes| Box::pin(changes.heard())),
            );
            tokio::select! {
                _ = heard => {
                    if !bytes::still_unchanged(files, upload).await {
                        cancel.cancel();
                    }
                }
                () = ended.cancelled() => {}
            }
        });
        Some(listening.drop_guard())
    }

    /// The service gave a CID: is it what these bytes have?
    pub(super) async fn answered(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
        receipt: Receipt,
    ) -> Result<Outcome, CommandError> {
        let Some(verdict) = self.compare(upload, running, &receipt.cid).await else {
            return Ok(Event::SourceChanged.into());
        };
        let chosen = upload.wish.pin_name.is_some()
            || !upload.wish.keyvalues.is_empty()
            || upload.wish.target.group.is_some()
            || upload.wish.target.expires.is_some();
        let owes_end = upload.wish.ends_afterwards() && !receipt.is_duplicate;
        let facts = Facts {
            service_cid: Some(receipt.cid.clone()),
            service_id: receipt.service_id.clone(),
            verdict: Some(verdict),
            amended: (owes_end || receipt.is_duplicate && chosen).then_some(true),
            owes_end: owes_end.then_some(true),
            detail: (verdict == Verdict::Different).then(|| receipt.cid.clone()),
            ..Facts::default()
        };
        if verdict != Verdict::Different {
            self.accounts.took_bytes(upload.account, running.begun);
            let mut pin = listed(upload, &receipt, self.clock.now());
            if receipt.is_duplicate {
                let (its, public) = (
                    receipt.service_id.as_deref(),
                    upload.wish.target.network.is_public(),
                );
                let known = self
                    .pins
                    .find_copy(upload.account, &receipt.cid, its, public)?;
                pin.expires = known.and_then(|known| known.pin.expires);
            }
            self.pins.add(upload.account, pin).await?;
        }
        Ok(Outcome {
            events: vec![Event::Answered(verdict)],
            facts,
        })
    }

    pub(super) async fn not_sent(&self, upload: &Upload, error: &pinning::Error) -> Outcome {
        let stopped_here = matches!(error.kind, ErrorKind::Source(_) | ErrorKind::Cancelled);
        if stopped_here && !bytes::still_unchanged(self.files.clone(), upload.clone()).await {
            return Event::SourceChanged.into();
        }
        self.failed(upload, error)
    }

    /// What a failed call means for a row; a failure of the whole account holds the account instead.
    pub(super) fn failed(&self, upload: &Upload, error: &pinning::Error) -> Outcome {
        let code = failure::code(error);
        let maybe = error.delivered == Delivered::Maybe && sends_at_once(&upload.job);
        let detail = failure::detail(error);
        let retry_after = failure::retry_after(error);
        if code == ErrorCode::Cancelled {
            return Outcome {
                events: Vec::new(),
                facts: Facts::default(),
            };
        }
        // A page of the network's own came instead of an answer: so it would for all others.
        if Hold::is_for(code) && (!maybe || code == ErrorCode::CaptivePortal) {
            self.accounts.set_hold(upload.account, code, retry_after);
            return Event::Held { maybe }.into();
        }
        // Where nothing succeeded since the last failure, it is the service, and no row is to blame; but not for ever: this row
        // may be what it fails at, and the only one that is left.
        if code == ErrorCode::Unavailable && !maybe {
            let times = self.accounts.set_hold(upload.account, code, None);
            if (2..=PASSING).contains(&times) {
                return Event::Held { maybe }.into();
            }
        }
        let facts = Facts {
            detail,
            ..Facts::default()
        };
        let event = if error.is_transient() || maybe {
            Event::Failed {
                reason: code,
                maybe,
                retry_after,
            }
        } else {
            Event::Refused(code)
        };
        Outcome {
            events: vec![event],
            facts,
        }
    }
}

/// One request has all of it, so that where its answer is lost, it may have arrived.
fn sends_at_once(job: &Job) -> bool {
    job.state == State::Active(Active::Sending) && !job.resumable
}

fn path(segments: &[Vec<u8>]) -> String {
    segments
        .iter()
        .map(|name| String::from_utf8_lossy(name))
        .collect::<Vec<_>>()
        .join("/")
}

pub(super) fn options(upload: &Upload) -> pinning::UploadOptions {
    pinning::UploadOptions {
        name: Some(pin_name(upload)),
        keyvalues: values(&upload.wish.keyvalues),
        cid_version: if upload.wish.cid_version == 0 {
            CidVersion::V0
        } else {
            CidVersion::V1
        },
        wrap: upload.wish.wrap,
        network: upload.wish.target.network.network(),
    }
}

fn pin_name(upload: &Upload) -> String {
    upload
        .wish
        .pin_name
        .clone()
        .unwrap_or_else(|| upload.wish.name.clone())
}

/// The group that sending put it in. Bytes that were there before stay in theirs, and are put into it afterwards.
fn put_in_by(upload: &Upload, receipt: &Receipt) -> Option<Vec<String>> {
    let group = upload.wish.target.group.as_ref()?;
    (!receipt.is_duplicate).then(|| vec![group.id.clone()])
}

/// The pin that a receipt tells of, as a row of the list.
pub(super) fn listed(upload: &Upload, receipt: &Receipt, now: i64) -> Listed {
    Listed {
        service_id: receipt
            .service_id
            .clone()
            .unwrap_or_else(|| format!("cid:{}", receipt.cid)),
        cid: receipt.cid.clone(),
        name: Some(pin_name(upload)),
        bytes: receipt.dag_size.or(upload.bytes),
        files: Some(upload.files),
        mime: (upload.wish.folder || upload.wish.wrap).then(|| "directory".to_owned()),
        public: upload.wish.target.network.is_public(),
        keyvalues: BTreeMap::clone(&upload.wish.keyvalues),
        groups: put_in_by(upload, receipt),
        pinned: Some(
            receipt
                .pinned_at
                .map_or(now, jiff::Timestamp::as_millisecond),
        ),
        expires: upload
            .wish
            .placement()
            .expires_at
            .map(jiff::Timestamp::as_millisecond),
    }
}
