//! What the key may do, found out without storing or changing anything.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::Pinata;
use super::scopes::Scope;
use super::v3::FileFilter;
use crate::budget::Family;
use crate::multipart::Form;
use crate::{
    Access, Error, ErrorKind, Feature, KeyReport, Network, PinEdit, PinQuery, Priority, Totals,
    Traffic, TrafficQuery, Usage, Value,
};

/// A file that does not exist: the id of all zeros.
pub(super) const NO_FILE: &str = "00000000-0000-0000-0000-000000000000";

/// A CID that nobody can have pinned: its digest is all zeros.
const NO_CID: &str = "bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

#[async_trait]
impl Usage for Pinata {
    async fn totals(&self) -> Result<Totals, Error> {
        self.legacy_totals(Priority::Click).await
    }

    async fn traffic(&self, query: &TrafficQuery) -> Result<Traffic, Error> {
        self.gateway_traffic(query).await
    }
}

impl Pinata {
    /// Tests the token, then tries each scope.
    pub(super) async fn report(&self) -> Result<KeyReport, Error> {
        self.legacy_test().await?;
        let totals = self.legacy_totals(Priority::Click);
        let (totals, read, write, file, list, edit, unpin) = futures::join!(
            totals,
            self.may(Scope::FilesRead),
            self.may(Scope::FilesWrite),
            self.may(Scope::PinFile),
            self.may(Scope::PinList),
            self.may(Scope::HashMetadata),
            self.may(Scope::Unpin),
        );
        let usage = match &totals {
            Ok(_) => Ok(Some(true)),
            Err(error) if matches!(error.kind, ErrorKind::MissingScope(_)) => Ok(Some(false)),
            Err(error) => Err(error.clone()),
        };
        let (read, write) = ((Scope::FilesRead, read), (Scope::FilesWrite, write));
        let (file, list) = ((Scope::PinFile, file), (Scope::PinList, list));
        let features = vec![
            (Feature::Upload, access(&[&write, &file])),
            (Feature::UploadFolders, access(&[&file])),
            (Feature::List, access(&[&read, &list])),
            (
                Feature::Edit,
                access(&[&write, &(Scope::HashMetadata, edit)]),
            ),
            (Feature::Unpin, access(&[&write, &(Scope::Unpin, unpin)])),
            (Feature::Usage, access(&[&(Scope::DataTotal, usage)])),
        ];
        let (owner_email, key_id) = self.http.token().claims();
        let totals = totals.unwrap_or_default();
        Ok(KeyReport {
            owner_email,
            key_id,
            pins: totals.pins,
            bytes: totals.bytes,
            features,
        })
    }

    /// Whether the key has the scope, by what is known or by one try that changes nothing; `None` where the try
    /// did not tell. An error is one that the real call would meet as well.
    pub(super) async fn may(&self, scope: Scope) -> Result<Option<bool>, Error> {
        if let Some(known) = self.scopes.get(scope) {
            return Ok(Some(known));
        }
        self.scopes.trial(scope).run(self.try_scope(scope)).await
    }

    async fn try_scope(&self, scope: Scope) -> Result<Option<bool>, Error> {
        let tried = match scope {
            Scope::FilesRead => self.try_read().await,
            Scope::FilesWrite => {
                self.v3_update(Network::Public, NO_FILE, &PinEdit::default())
                    .await
            }
            Scope::PinFile => self.try_pin_file().await,
            Scope::PinList => self
                .legacy_list(&PinQuery::default(), Some(NO_CID), 0, Priority::Click)
                .await
                .map(drop),
            Scope::HashMetadata => self.legacy_edit(NO_CID, &edit_of_nothing()).await,
            Scope::Unpin => self.legacy_unpin(NO_CID).await,
            Scope::DataTotal => self.legacy_totals(Priority::Click).await.map(drop),
            other => self.try_more(other).await,
        };
        let may = match tried {
            Ok(()) => Some(true),
            Err(error) => match error.kind {
                ErrorKind::MissingScope(_) => Some(false),
                // The call was let in and found nothing to do.
                ErrorKind::NotPinned | ErrorKind::NotFound | ErrorKind::Rejected { .. } => {
                    Some(true)
                }
                ErrorKind::Unexpected { .. } => None,
                _ => return Err(error),
            },
        };
        if let Some(may) = may {
            self.scopes.learn(scope, may);
        }
        Ok(may)
    }

    async fn try_read(&self) -> Result<(), Error> {
        let filter = FileFilter {
            query: &PinQuery::default(),
            cid: None,
            page_token: None,
            limit: 1,
            pending: false,
        };
        self.v3_list(&filter, Priority::Click).await.map(drop)
    }

    /// `pinFileToIPFS` with a CID version that does not exist and without a file: a key with the scope gets a 400,
    /// one without a 401 or 403, and there is nothing that could be stored.
    async fn try_pin_file(&self) -> Result<(), Error> {
        let mut form = Form::new(Arc::new(|_| ()));
        form.text("pinataOptions", &json!({"cidVersion": 99}).to_string());
        let url = self.pinning_url(&["pinFileToIPFS"]);
        let answer = self
            .http
            .upload(&url, Family::Pinning, form, &CancellationToken::new())
            .await?;
        answer.done(&self.http.question(&url, Scope::PinFile.name()))
    }

    /// A 401 or 403 of v3 may mean "this key is for the legacy API only"; if the token itself is good, it does.
    pub(super) async fn v3_refusal<T>(
        &self,
        scope: Scope,
        result: Result<T, Error>,
    ) -> Result<T, Error> {
        match result {
            Err(error)
                if error.kind == ErrorKind::Unauthorized
                    && !Scope::OF_V3
                        .iter()
                        .any(|&scope| self.scopes.get(scope) == Some(true)) =>
            {
                self.legacy_test().await?;
                Err(Error {
                    kind: ErrorKind::MissingScope(scope.name().to_owned()),
                    ..error
                })
            }
            other => other,
        }
    }
}

/// An edit that would be harmless even if the CID existed.
fn edit_of_nothing() -> PinEdit {
    PinEdit {
        name: None,
        keyvalues: [("pinfold-probe".to_owned(), None::<Value>)].into(),
    }
}

/// One of several ways is enough; without any, the first one's scope is the one to ask for.
pub(super) fn access(ways: &[&(Scope, Result<Option<bool>, Error>)]) -> Access {
    if ways.iter().any(|(_, may)| *may == Ok(Some(true))) {
        return Access::Yes;
    }
    if ways.iter().any(|(_, may)| *may != Ok(Some(false))) {
        return Access::Unknown;
    }
    match ways.first() {
        Some((scope, _)) => Access::No {
            missing_scope: scope.name().to_owned(),
        },
        None => Access::Unknown,
    }
}
