//! `POST`, `HEAD` and `PATCH` below `{uploads}/v3/files`: one file in chunks.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use url::Url;

use super::scopes::Scope;
use super::{Pinata, UPLOAD_LIMIT, check_keyvalues};
use crate::answer::{Answer, Question};
use crate::budget::Family;
use crate::chunk::Chunk;
use crate::endpoints::join;
use crate::http::{Call, Transfer};
use crate::redact::excerpt;
use crate::{
    Arrived, CidVersion, Error, ErrorKind, LARGEST_CHUNK, Network, Priority, Resumable,
    ResumableUpload, ResumeError, UploadPlace, json as read,
};

/// The version of the protocol.
const VERSION: (&str, &str) = ("tus-resumable", "1.0.0");

/// What a HEAD or a PATCH says.
struct Told {
    offset: Option<u64>,
    cid: Option<String>,
}

#[async_trait]
impl Resumable for Pinata {
    fn takes_cars(&self) -> bool {
        self.scopes.takes_cars()
    }

    async fn begin(&self, upload: &ResumableUpload) -> Result<UploadPlace, ResumeError> {
        check(upload)?;
        if self.may(Scope::FilesWrite).await? == Some(false) {
            return Err(Scope::FilesWrite.missing().into());
        }
        if upload.cancel.is_cancelled() {
            return Err(Error::unsent(ErrorKind::Cancelled).into());
        }
        let mut url = join(self.endpoints.uploads(), &["v3", "files"]);
        url.query_pairs_mut()
            .append_pair("X-Upload-Option-Cid-Version", version(upload));
        let at = (Family::V3, Priority::Background);
        let call = Call::new(Method::POST, url.clone(), at, Scope::FilesWrite.name())
            .header(VERSION.0, VERSION.1)
            .header("upload-length", upload.source.size().to_string())
            .header("upload-metadata", metadata(upload))
            .header("content-length", "0");
        let read = |answer: &Answer, question: &Question<'_>| {
            Ok(meant(answer, question).and_then(|()| place(answer, question)))
        };
        let begun = self.http.with_retries(&call, read).await?;
        begun.map_err(|error| self.refusal(upload, error))
    }

    async fn offset(&self, place: &UploadPlace) -> Result<u64, ResumeError> {
        Ok(self.head(place).await?.0)
    }

    async fn finished(&self, place: &UploadPlace) -> Result<Arrived, ResumeError> {
        let (_, cid) = self.head(place).await?;
        let service_id = service_id(place);
        Ok(Arrived { cid, service_id })
    }

    async fn resume(
        &self,
        upload: &ResumableUpload,
        place: &UploadPlace,
    ) -> Result<Arrived, ResumeError> {
        check(upload)?;
        let size = upload.source.size();
        let head = self.head(place).await;
        let (mut offset, mut cid) = head.map_err(|error| self.refusal(upload, error))?;
        // A service that disagrees is asked again only where more than ever was safe since it did so last: one that takes
        // a chunk and loses it each time would be sent that chunk for ever.
        let (mut farthest, mut disagreed_at) = (0, None);
        loop {
            if offset > size {
                // Another file's upload, or one whose file has become shorter: never to be completed.
                return Err(ResumeError::Expired);
            }
            self.acknowledge(upload, offset).await?;
            farthest = farthest.max(offset);
            // An empty file is complete before its first chunk.
            if offset == size {
                let service_id = service_id(place);
                return Ok(Arrived { cid, service_id });
            }
            match self.patch(upload, place, offset).await {
                Ok(told) => (offset, cid) = (told.offset.unwrap_or(offset), told.cid),
                Err(ResumeError::Conflict) if disagreed_at.is_none_or(|at| farthest > at) => {
                    disagreed_at = Some(farthest);
                    (offset, cid) = self.head(place).await?;
                }
                // It is looked into when all of it is there.
                Err(error) if upload.chunk >= size - offset => {
                    return Err(self.refusal(upload, error));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Pinata {
    /// A refusal by the service that a file would not have met: the account's plan takes no CARs. Which words it has
    /// for that is not documented, so every refusal of the request itself counts.
    fn refusal(&self, upload: &ResumableUpload, error: ResumeError) -> ResumeError {
        let ResumeError::Failed(failed) = &error else {
            return error;
        };
        let refused = match &failed.kind {
            ErrorKind::Rejected { .. } | ErrorKind::QuotaExceeded => true,
            ErrorKind::MissingScope(_) => self.scopes.get(Scope::FilesWrite) == Some(true),
            ErrorKind::Unexpected { status, .. } => (400..500).contains(status),
            _ => false,
        };
        let by_service = failed.status.is_some() && !failed.is_transient();
        if !(upload.car && refused && by_service) {
            return error;
        }
        self.scopes.refused_a_car();
        ResumeError::NoCars
    }

    async fn acknowledge(&self, upload: &ResumableUpload, offset: u64) -> Result<(), ResumeError> {
        upload
            .acknowledged
            .acknowledged(offset)
            .await
            .map_err(|fault| {
                let why = format!("how far it came could not be saved: {fault}");
                Error::unsent(ErrorKind::Source(why)).into()
            })
    }

    async fn head(&self, place: &UploadPlace) -> Result<(u64, Option<String>), ResumeError> {
        let url = self.upload_url(place)?;
        let at = (Family::V3, Priority::Background);
        let call =
            Call::new(Method::HEAD, url, at, Scope::FilesWrite.name()).header(VERSION.0, VERSION.1);
        let read = |answer: &Answer, question: &Question<'_>| {
            // A 5xx is a look-up's to repeat; what the protocol means is not.
            if answer.status >= 500 {
                return Err(answer.failure(question));
            }
            Ok(meant(answer, question).and_then(|()| {
                let told = told(answer, question);
                let offset = told.offset.ok_or_else(|| answer.unreadable(question))?;
                Ok((offset, told.cid))
            }))
        };
        self.http.with_retries(&call, read).await?
    }

    /// Sends one chunk from `offset` on.
    async fn patch(
        &self,
        upload: &ResumableUpload,
        place: &UploadPlace,
        offset: u64,
    ) -> Result<Told, ResumeError> {
        let url = self.upload_url(place)?;
        let left = upload.source.size() - offset;
        let length = upload.chunk.clamp(1, LARGEST_CHUNK).min(left);
        let chunk = Chunk {
            source: upload.source.clone(),
            offset,
            length,
            progress: upload.progress.clone(),
        };
        let (body, watch) = chunk.into_body();
        let transfer = Transfer {
            method: Method::PATCH,
            url: url.clone(),
            family: Family::V3,
            headers: vec![
                (VERSION.0, VERSION.1.to_owned()),
                ("content-type", "application/offset+octet-stream".to_owned()),
                ("upload-offset", offset.to_string()),
            ],
            length,
            body,
            watch,
        };
        let answer = self.http.transfer(transfer, &upload.cancel).await?;
        let question = self.http.question(&url, Scope::FilesWrite.name());
        meant(&answer, &question)?;
        let mut told = told(&answer, &question);
        let sent = offset + length;
        match told.offset {
            // Some answers name no offset: all of the chunk is safe then.
            None => told.offset = Some(sent),
            // One that does not go on, or goes beyond what was sent, is no answer to this chunk.
            Some(now) if now <= offset || now > sent => return Err(ResumeError::Conflict),
            Some(_) => {}
        }
        Ok(told)
    }

    /// The saved address, which must be on the origin of uploads: the token goes nowhere else.
    fn upload_url(&self, place: &UploadPlace) -> Result<Url, Error> {
        let uploads = self.endpoints.uploads();
        Url::parse(&place.url)
            .ok()
            .filter(|url| url.origin() == uploads.origin() && url.username().is_empty())
            .ok_or_else(|| {
                Error::refused(
                    "UPLOAD_ELSEWHERE",
                    "this upload belongs to another server than the account's",
                )
            })
    }
}

/// What a status means in this protocol; everything else is as everywhere.
fn meant(answer: &Answer, question: &Question<'_>) -> Result<(), ResumeError> {
    match answer.status {
        404 | 410 => Err(ResumeError::Expired),
        409 => Err(ResumeError::Conflict),
        412 => Err(ResumeError::OtherVersion),
        413 => Err(ResumeError::TooLarge),
        423 => Err(ResumeError::Locked),
        460 => Err(ResumeError::Damaged),
        _ => Ok(answer.done(question)?),
    }
}

fn told(answer: &Answer, question: &Question<'_>) -> Told {
    let number = |name| {
        answer
            .header(name)
            .and_then(|text| text.trim().parse().ok())
    };
    let cid = answer.header("upload-cid").map(str::trim);
    Told {
        offset: number("upload-offset"),
        cid: cid
            .filter(|cid| !cid.is_empty() && *cid != "pending")
            .map(|cid| excerpt(cid, question.token)),
    }
}

/// The address of a new upload: absolute or relative, on the same origin only.
fn place(answer: &Answer, question: &Question<'_>) -> Result<UploadPlace, ResumeError> {
    let location = answer
        .header("location")
        .and_then(|location| question.url.join(location).ok())
        .ok_or_else(|| answer.unreadable(question))?;
    if location.origin() != question.url.origin() {
        let kind = ErrorKind::Unexpected {
            status: answer.status,
            excerpt: "the service wants the upload to go to another server".to_owned(),
        };
        return Err(Error {
            status: Some(answer.status),
            ..Error::maybe(kind)
        }
        .into());
    }
    Ok(UploadPlace {
        url: location.into(),
    })
}

/// The segment after `files`: the id of the file, as the official client takes it.
fn service_id(place: &UploadPlace) -> Option<String> {
    let url = Url::parse(&place.url).ok()?;
    let mut segments = url.path_segments()?;
    segments.find(|segment| *segment == "files")?;
    segments
        .next()
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
}

fn check(upload: &ResumableUpload) -> Result<(), Error> {
    check_keyvalues(upload.options.keyvalues.len())?;
    if upload.source.size() > UPLOAD_LIMIT {
        return Err(Error::unsent(ErrorKind::TooLarge));
    }
    if upload.options.wrap {
        let why = "a file that is sent in chunks cannot be wrapped in a folder";
        return Err(Error::refused("NO_WRAPPING", why));
    }
    if upload.car && upload.options.network == Network::Private {
        let why = "a CAR can only go to the public network";
        return Err(Error::refused("PUBLIC_ONLY", why));
    }
    Ok(())
}

fn version(upload: &ResumableUpload) -> &'static str {
    match upload.options.cid_version {
        CidVersion::V0 => "v0",
        CidVersion::V1 => "v1",
    }
}

/// `key base64` pairs. The values are UTF-8, whatever the letters. `network` always goes along: without it the file
/// is stored privately.
fn metadata(upload: &ResumableUpload) -> String {
    let options = &upload.options;
    let kind = if upload.car {
        "application/vnd.ipld.car".to_owned()
    } else {
        let guess = mime_guess::from_path(&upload.file_name);
        guess.first_or_octet_stream().to_string()
    };
    let name = options.name.as_ref().unwrap_or(&upload.file_name);
    let mut pairs = vec![
        ("filename", name.clone()),
        ("filetype", kind),
        ("network", options.network.as_str().to_owned()),
    ];
    if let Some(group) = &upload.placement.group {
        pairs.push(("group_id", group.clone()));
    }
    if !options.keyvalues.is_empty() {
        pairs.push(("keyvalues", read::as_text(&options.keyvalues).to_string()));
    }
    if upload.car {
        pairs.push(("car", "true".to_owned()));
    }
    pairs.push(("cid_version", version(upload).to_owned()));
    if let Some(at) = upload.placement.expires_at {
        pairs.push(("expires_at", at.as_second().to_string()));
    }
    let encoded = pairs
        .iter()
        .map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
    encoded.collect::<Vec<_>>().join(",")
}
