//! A folder as one CAR in chunks, where the account takes it: what is sent of it stays sent when the connection or the
//! program ends. The CAR stands nowhere: each chunk is made again from the files, and compared with their CIDs.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use content::car::{self, Archive, Plan};
use pinning::{Pieces, Resumable, Service, Source};

use super::Uploads;
use super::ahead::read_ahead;
use super::bytes::{self, Contents, Stopped};
use super::chunks::{Parcel, way_of_chunks};
use super::pace::{Pace, paced};
use super::progress::Running;
use super::rows::Upload;
use super::state::Event;
use super::work::Outcome;
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::walk::{Files, Found, Place, Stamp};

/// Files above which a folder goes as a CAR however few bytes they have: services lose requests with so many at their end.
const MANY: usize = 10_000;

/// What was found out of the folder whose sending broke last: going on does not read all of it once more.
#[derive(Default)]
pub(super) struct Packed(Mutex<Option<(i64, Arc<Plan>)>>);

impl Packed {
    fn take(&self, upload: &Upload) -> Option<Arc<Plan>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, plan) = kept.take_if(|(id, _)| *id == upload.id)?;
        is_of(&plan, upload).then_some(plan)
    }

    fn keep(&self, upload: &Upload, plan: Arc<Plan>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((upload.id, plan));
    }
}

/// Whether a CAR holds what was hashed for a row.
fn is_of(plan: &Plan, upload: &Upload) -> bool {
    upload.cid == Some(plan.root().cid.to_string())
}

impl Uploads {
    /// The service's way to send this folder as a CAR, where it has one and the folder is worth it: what goes as one request
    /// is read once less, and as long as it is no more than a large file's two chunks, a break costs little.
    fn as_car<'a>(
        &self,
        service: &'a dyn Service,
        upload: &Upload,
        contents: &Contents,
    ) -> Option<&'a dyn Resumable> {
        let public = upload.wish.target.network.is_public();
        let begun = upload.place.is_some();
        let large = self.is_large(contents.bytes) || contents.files.len() > MANY;
        let way = way_of_chunks(service)?;
        let taken = begun || (large && way.takes_cars());
        (public && taken).then_some(way)
    }

    /// Sends a folder as a CAR. `None`: it goes as one request.
    pub(super) async fn send_as_car(
        self: &Arc<Self>,
        service: &dyn Service,
        upload: &Upload,
        contents: &Contents,
        running: &Arc<Running>,
        parcel: impl FnOnce(Arc<dyn Source>) -> Parcel,
    ) -> Result<Option<Outcome>, CommandError> {
        let Some(way) = self.as_car(service, upload, contents) else {
            return Ok(None);
        };
        let plan = match self.pack(upload, contents, running).await {
            Ok(plan) => plan,
            Err(Stopped::Cancelled) => return Ok(Some(Outcome::none())),
            Err(Stopped::Changed) => return Ok(Some(Event::SourceChanged.into())),
            Err(Stopped::Refused(refusal)) => {
                return Ok(Some(Outcome::from(refusal)));
            }
        };
        let begun = upload.place.as_ref();
        if begun.is_some_and(|place| place.length != Some(plan.size())) {
            // Begun by a version that made another CAR of it.
            return Ok(Some(Event::Forgotten { maybe: false }.into()));
        }
        running.begin(plan.size(), true);
        self.store
            .announcer
            .changed(Noun::Upload, Some(vec![upload.id]));
        running.goes_on_from(begun.map_or(0, |place| place.offset));
        let source = Arc::new(CarSource {
            plan: plan.clone(),
            pace: self.pace.clone(),
        });
        let sent = self
            .send_in_chunks(way, upload, parcel(source), running)
            .await?;
        match &sent {
            Some(outcome) if goes_on(outcome) => self.packed.keep(upload, plan),
            Some(_) => {}
            None => running.begin(contents.bytes, true),
        }
        Ok(sent)
    }

    /// Finds out where each block lies. Reads every file.
    async fn pack(
        &self,
        upload: &Upload,
        contents: &Contents,
        running: &Arc<Running>,
    ) -> Result<Arc<Plan>, Stopped> {
        if let Some(plan) = self.packed.take(upload) {
            return Ok(plan);
        }
        let reading = Arc::new(Reading {
            running: running.clone(),
            packed: AtomicBool::new(false),
        });
        let mut archive = Archive::folder(bytes::profile(upload));
        for (segments, found) in &contents.files {
            let file = PackedFile::of(&self.files, found, &reading);
            let added = archive.add_file(segments, file);
            added.map_err(|error| {
                Stopped::Refused(bytes::Refusal::new(ErrorCode::BadInput, error.to_string()))
            })?;
        }
        // Hashing uses every core by itself.
        let _alone = tokio::select! {
            turn = self.hashing.acquire() => turn.map_err(|_| Stopped::Cancelled)?,
            () = running.cancel.cancelled() => return Err(Stopped::Cancelled),
        };
        running.index(contents.bytes);
        self.store
            .announcer
            .changed(Noun::Upload, Some(vec![upload.id]));
        let planned = bytes::off_thread(move || archive.plan()).await;
        reading.packed.store(true, Ordering::Relaxed);
        match planned {
            Ok(Ok(plan)) if is_of(&plan, upload) => Ok(Arc::new(plan)),
            _ if running.cancel.is_cancelled() => Err(Stopped::Cancelled),
            // Another root, or a file that cannot be read any more: looked at again, which tells what it is.
            _ => Err(Stopped::Changed),
        }
    }
}

/// Whether a folder's sending broke, and goes on later.
fn goes_on(outcome: &Outcome) -> bool {
    let passing = |event: &Event| matches!(event, Event::Failed { .. } | Event::Held { .. });
    outcome.events.iter().all(passing)
}

/// The reading of a folder: counted, and ended when the person took it back. Once all is read, chunks have their own
/// figures and their own end.
struct Reading {
    running: Arc<Running>,
    packed: AtomicBool,
}

/// A file of the folder, which must still look as it did when it was hashed.
struct PackedFile {
    files: Arc<dyn Files>,
    place: Place,
    stamp: Stamp,
    reading: Arc<Reading>,
}

impl PackedFile {
    fn of(files: &Arc<dyn Files>, found: &Found, reading: &Arc<Reading>) -> Self {
        Self {
            files: files.clone(),
            place: found.place.clone(),
            stamp: found.stamp,
            reading: reading.clone(),
        }
    }
}

impl car::Source for PackedFile {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self.open_at(0)
    }

    fn open_at(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let opened = self.files.open(&self.place);
        let (mut file, stamp) = opened.map_err(|problem| io::Error::other(problem.words))?;
        if stamp != self.stamp {
            return Err(io::Error::other("changed since its CID was computed"));
        }
        file.seek(SeekFrom::Start(offset))?;
        Ok(Box::new(Followed {
            file,
            reading: self.reading.clone(),
        }))
    }
}

struct Followed<R> {
    file: R,
    reading: Arc<Reading>,
}

impl<R: Read> Read for Followed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Reading { running, packed } = self.reading.as_ref();
        if packed.load(Ordering::Relaxed) {
            return self.file.read(buffer);
        }
        if running.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let read = self.file.read(buffer)?;
        running.done.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The CAR as the service's client reads it.
struct CarSource {
    plan: Arc<Plan>,
    pace: Arc<Pace>,
}

#[async_trait]
impl Source for CarSource {
    fn size(&self) -> u64 {
        self.plan.size()
    }

    async fn open(&self) -> io::Result<Pieces> {
        self.open_at(0).await
    }

    async fn open_at(&self, offset: u64) -> io::Result<Pieces> {
        let plan = self.plan.clone();
        let left = plan.size().saturating_sub(offset);
        let pieces = read_ahead(left, move || Ok(Plan::reader(plan, offset)));
        Ok(paced(pieces, self.pace.clone()))
    }
}
