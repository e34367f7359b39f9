//! What an account can do, deed by deed, and what no account of a profile can: a list that is tried, so that nothing is
//! passed over in silence.

use std::sync::Arc;

use pinning::{
    Error, ErrorKind, GroupFilter, JobQuery, JsonUpload, KeyQuery, LegacyCall, Network, NewGroup,
    NewJob, NewKey, Order, Permissions, PinEdit, PinQuery, PinRef, PinState, Placement, Priority,
    RequestQuery, ResumableUpload, ResumeError, Service, UploadOptions,
};
use tokio_util::sync::CancellationToken;

use crate::hostile::{CID, Nothing};
use crate::support::{NOON, file, file_with, folder, source};

/// One thing that is done with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    UploadFile,
    UploadFolder,
    UploadWrapped,
    UploadJson,
    UploadPrivate,
    UploadInChunks,
    List,
    ListOldestFirst,
    ListUnpinned,
    ListPrivate,
    ListGroup,
    Edit,
    Unpin,
    Expire,
    PinByCid,
    ListJobs,
    CancelJob,
    ListGroups,
    MakeGroup,
    ListKeys,
    MakeKey,
    Totals,
    Swap,
    ListGateways,
    ListRequests,
}

/// Why an account cannot do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lack {
    /// The service has nothing of the kind: its noun is not there.
    NotOffered,
    /// The key lacks this scope.
    Scope(String),
    /// Refused before anything is sent, by this name.
    Refused(String),
}

impl Deed {
    pub(crate) const ALL: [Self; 25] = [
        Self::UploadFile,
        Self::UploadFolder,
        Self::UploadWrapped,
        Self::UploadJson,
        Self::UploadPrivate,
        Self::UploadInChunks,
        Self::List,
        Self::ListOldestFirst,
        Self::ListUnpinned,
        Self::ListPrivate,
        Self::ListGroup,
        Self::Edit,
        Self::Unpin,
        Self::Expire,
        Self::PinByCid,
        Self::ListJobs,
        Self::CancelJob,
        Self::ListGroups,
        Self::MakeGroup,
        Self::ListKeys,
        Self::MakeKey,
        Self::Totals,
        Self::Swap,
        Self::ListGateways,
        Self::ListRequests,
    ];
}

/// Does it once, to something that is not there where that is enough to be heard.
pub(crate) async fn tried(service: &dyn Service, deed: Deed) -> Result<(), Lack> {
    let ended = match deed {
        Deed::UploadFile
        | Deed::UploadFolder
        | Deed::UploadWrapped
        | Deed::UploadJson
        | Deed::UploadPrivate => upload(service, deed).await?,
        Deed::UploadInChunks => chunks(service).await?,
        Deed::List
        | Deed::ListOldestFirst
        | Deed::ListUnpinned
        | Deed::ListPrivate
        | Deed::ListGroup => list(service, deed).await?,
        Deed::Edit | Deed::Unpin | Deed::Expire => change(service, deed).await?,
        Deed::PinByCid | Deed::ListJobs | Deed::CancelJob => job(service, deed).await?,
        Deed::ListGroups | Deed::MakeGroup | Deed::ListKeys | Deed::MakeKey => {
            manage(service, deed).await?
        }
        Deed::Totals | Deed::Swap | Deed::ListGateways | Deed::ListRequests => {
            other(service, deed).await?
        }
    };
    match ended {
        Ok(()) => Ok(()),
        Err(error) => match error.kind {
            // It was heard: there is nothing there.
            ErrorKind::NotFound | ErrorKind::NotPinned => Ok(()),
            ErrorKind::MissingScope(scope) => Err(Lack::Scope(scope)),
            ErrorKind::Rejected { reason, .. } => Err(Lack::Refused(reason)),
            other => panic!("{deed:?}: {other:?}"),
        },
    }
}

type Ended = Result<Result<(), Error>, Lack>;

/// The noun, or that it is not there.
fn noun<T>(noun: Option<T>) -> Result<T, Lack> {
    noun.ok_or(Lack::NotOffered)
}

async fn upload(service: &dyn Service, deed: Deed) -> Ended {
    let uploads = noun(service.uploads())?;
    let options = |wrap, network| UploadOptions {
        wrap,
        network,
        ..UploadOptions::default()
    };
    let stored = match deed {
        Deed::UploadFolder => uploads.folder(folder("f", &[("a", b"a")])).await,
        Deed::UploadWrapped => {
            let options = options(true, Network::Public);
            uploads.file(file_with("a", b"a", options)).await
        }
        Deed::UploadPrivate => {
            let options = options(false, Network::Private);
            uploads.file(file_with("a", b"a", options)).await
        }
        Deed::UploadJson => {
            let json = JsonUpload {
                text: "{}".to_owned(),
                file_name: "a.json".to_owned(),
                options: UploadOptions::default(),
                placement: Placement::default(),
                cancel: CancellationToken::new(),
            };
            uploads.json(json).await
        }
        _ => uploads.file(file("a", b"a")).await,
    };
    Ok(stored.map(drop))
}

async fn chunks(service: &dyn Service) -> Ended {
    let resumable = noun(service.resumable())?;
    let upload = ResumableUpload {
        source: source(&[7; 100]),
        file_name: "a".to_owned(),
        options: UploadOptions::default(),
        placement: Placement::default(),
        car: false,
        chunk: 50,
        progress: Arc::new(|_| ()),
        acknowledged: Arc::new(Nothing),
        cancel: CancellationToken::new(),
    };
    Ok(match resumable.begin(&upload).await {
        Ok(_) => Ok(()),
        Err(ResumeError::Failed(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    })
}

async fn list(service: &dyn Service, deed: Deed) -> Ended {
    let pins = noun(service.pins())?;
    let mut query = PinQuery::default();
    match deed {
        Deed::ListOldestFirst => query.order = Order::OldestFirst,
        Deed::ListUnpinned => query.state = PinState::Unpinned,
        Deed::ListPrivate => query.network = Network::Private,
        Deed::ListGroup => query.group = Some(GroupFilter::In(NO_ID.to_owned())),
        _ => {}
    }
    Ok(pins.page(&query, None, Priority::Click).await.map(drop))
}

/// An id of the right form, which nothing has.
const NO_ID: &str = "00000000-0000-4000-8000-000000000000";

async fn change(service: &dyn Service, deed: Deed) -> Ended {
    let pins = noun(service.pins())?;
    let pin = PinRef {
        service_id: Some(NO_ID.to_owned()),
        cid: CID.to_owned(),
        network: Network::Public,
    };
    let edit = PinEdit {
        name: Some("n".to_owned()),
        ..PinEdit::default()
    };
    Ok(match deed {
        Deed::Edit => pins.edit(&pin, &edit).await.map(drop),
        Deed::Expire => pins.expire(&pin, NOON.parse().ok()).await,
        _ => pins.unpin(&pin).await,
    })
}

async fn job(service: &dyn Service, deed: Deed) -> Ended {
    let jobs = noun(service.jobs())?;
    let wish = NewJob {
        cid: CID.to_owned(),
        ..NewJob::default()
    };
    Ok(match deed {
        Deed::PinByCid => jobs.add(&wish).await.map(drop),
        Deed::CancelJob => jobs.cancel(NO_ID).await,
        _ => {
            let all = JobQuery::default();
            jobs.page(&all, None, Priority::Click).await.map(drop)
        }
    })
}

async fn manage(service: &dyn Service, deed: Deed) -> Ended {
    let click = Priority::Click;
    Ok(match deed {
        Deed::ListGroups => {
            let groups = noun(service.groups())?;
            groups
                .page(&pinning::GroupQuery::default(), None, click)
                .await
                .map(drop)
        }
        Deed::MakeGroup => {
            let wish = NewGroup {
                name: "g".to_owned(),
                ..NewGroup::default()
            };
            noun(service.groups())?.create(&wish).await.map(drop)
        }
        Deed::ListKeys => {
            let keys = noun(service.keys())?;
            keys.page(&KeyQuery::default(), None, click).await.map(drop)
        }
        _ => {
            let wish = NewKey {
                name: "k".to_owned(),
                max_uses: None,
                permissions: Permissions {
                    legacy: [LegacyCall::PinList].into(),
                    ..Permissions::default()
                },
            };
            noun(service.keys())?.create(&wish).await.map(drop)
        }
    })
}

async fn other(service: &dyn Service, deed: Deed) -> Ended {
    let click = Priority::Click;
    Ok(match deed {
        Deed::Totals => noun(service.usage())?.totals().await.map(drop),
        Deed::Swap => {
            let swaps = noun(service.swaps())?;
            swaps.clear(Network::Public, CID).await
        }
        Deed::ListGateways => noun(service.gateways())?.page(None, click).await.map(drop),
        _ => {
            let requests = noun(service.requests())?;
            requests
                .list(&RequestQuery::default(), None, click)
                .await
                .map(drop)
        }
    })
}
