//! What is known of the key's permissions.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Error, ErrorKind};

/// A permission, by the name that Pinata shows where keys are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    FilesRead,
    FilesWrite,
    PinFile,
    PinList,
    HashMetadata,
    Unpin,
    DataTotal,
    PinJson,
    PinByHash,
    PinJobs,
    GroupsRead,
    GroupsWrite,
    GatewaysRead,
    AnalyticsRead,
    /// Keys by v3.
    Keys,
    /// Keys and groups by the legacy API, which names no scope for them.
    LegacyAdmin,
}

impl Scope {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FilesRead => "org:files:read",
            Self::FilesWrite => "org:files:write",
            Self::PinFile => "pinFileToIPFS",
            Self::PinList => "pinList",
            Self::HashMetadata => "hashMetadata",
            Self::Unpin => "unpin",
            Self::DataTotal => "userPinnedDataTotal",
            Self::PinJson => "pinJSONToIPFS",
            Self::PinByHash => "pinByHash",
            Self::PinJobs => "pinJobs",
            Self::GroupsRead => "org:groups:read",
            Self::GroupsWrite => "org:groups:write",
            Self::GatewaysRead => "org:gateways:read",
            Self::AnalyticsRead => "org:analytics:read",
            Self::Keys | Self::LegacyAdmin => "admin",
        }
    }

    /// What v3 calls ask for; the older pair of key and secret has none of them.
    pub(super) const OF_V3: [Self; 7] = [
        Self::FilesRead,
        Self::FilesWrite,
        Self::GroupsRead,
        Self::GroupsWrite,
        Self::GatewaysRead,
        Self::AnalyticsRead,
        Self::Keys,
    ];

    /// The refusal of a key that lacks it, before anything is sent.
    pub(super) fn missing(self) -> Error {
        Error::unsent(ErrorKind::MissingScope(self.name().to_owned()))
    }
}

/// Trying one scope: one call at a time, and whoever waits meanwhile is told what came of it.
#[derive(Default)]
pub(super) struct Trial {
    ended: AtomicU64,
    last: tokio::sync::Mutex<Option<Result<Option<bool>, Error>>>,
}

impl Trial {
    /// What came of the try that runs, or of this one where none does.
    pub(super) async fn run(
        &self,
        attempt: impl Future<Output = Result<Option<bool>, Error>>,
    ) -> Result<Option<bool>, Error> {
        let before = self.ended.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if self.ended.load(Ordering::SeqCst) != before
            && let Some(last) = &*last
        {
            return last.clone();
        }
        let outcome = attempt.await;
        *last = Some(outcome.clone());
        self.ended.fetch_add(1, Ordering::SeqCst);
        outcome
    }
}

/// What was learnt, kept in memory only: a key's permissions never change after it is made. Its account's plan may.
#[derive(Default)]
pub(super) struct Scopes {
    known: Mutex<HashMap<Scope, bool>>,
    trials: Mutex<HashMap<Scope, Arc<Trial>>>,
    no_cars: AtomicBool,
    no_large_pages: AtomicBool,
}

impl Scopes {
    /// Whether the key may; `None` until it was tried.
    pub(super) fn get(&self, scope: Scope) -> Option<bool> {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&scope)
            .copied()
    }

    /// The trial of this scope, shared by all who need it at once.
    pub(super) fn trial(&self, scope: Scope) -> Arc<Trial> {
        let mut trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        trials.entry(scope).or_default().clone()
    }

    /// Whether the account's plan may take CARs: so until it refused one.
    pub(super) fn takes_cars(&self) -> bool {
        !self.no_cars.load(Ordering::Relaxed)
    }

    /// The plan takes no CARs.
    pub(super) fn refused_a_car(&self) {
        self.no_cars.store(true, Ordering::Relaxed);
    }

    /// Whether v3 may give large pages: so until it refused one.
    pub(super) fn takes_large_pages(&self) -> bool {
        !self.no_large_pages.load(Ordering::Relaxed)
    }

    /// A large page was refused, and a small one was given.
    pub(super) fn refused_a_large_page(&self) {
        self.no_large_pages.store(true, Ordering::Relaxed);
    }

    pub(super) fn learn(&self, scope: Scope, may: bool) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(scope, may);
        // Write includes read.
        let included = match scope {
            Scope::FilesWrite => Some(Scope::FilesRead),
            Scope::GroupsWrite => Some(Scope::GroupsRead),
            _ => None,
        };
        if let (Some(included), true) = (included, may) {
            known.insert(included, true);
        }
    }

    /// Learns from how a call ended: refused for its scope, or let through.
    pub(super) fn learn_from<T>(&self, scope: Scope, result: &Result<T, Error>) {
        match result {
            Ok(_) => self.learn(scope, true),
            Err(error) if matches!(error.kind, ErrorKind::MissingScope(_)) => {
                self.learn(scope, false);
            }
            Err(error) if matches!(error.kind, ErrorKind::NotPinned | ErrorKind::NotFound) => {
                self.learn(scope, true);
            }
            Err(_) => {}
        }
    }
}
