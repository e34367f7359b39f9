//! Listing: v3 where the key may, else the legacy list.

use async_trait::async_trait;

use super::Pinata;
use super::scopes::Scope;
use super::v3::FileFilter;
use crate::{
    Error, ErrorKind, Network, PageToken, Pin, PinEdit, PinPage, PinQuery, PinRef, Pins, Priority,
};

/// The most to ask for; v3's own limit is not documented.
const V3_PAGE: u32 = 1000;
/// What third parties ask for, where a server refuses more.
const V3_SMALL_PAGE: u32 = 100;

/// A page token that says which list it belongs to.
enum Place {
    V3(String),
    Legacy(usize),
}

impl Place {
    fn of(token: &PageToken) -> Result<Self, Error> {
        match token.as_str().split_once(':') {
            Some(("v3", place)) => Ok(Self::V3(place.to_owned())),
            Some(("legacy", row)) => row.parse().map(Self::Legacy).map_err(|_| bad_token()),
            _ => Err(bad_token()),
        }
    }

    fn token(&self) -> PageToken {
        PageToken::new(match self {
            Self::V3(place) => format!("v3:{place}"),
            Self::Legacy(row) => format!("legacy:{row}"),
        })
    }
}

fn bad_token() -> Error {
    Error::refused(
        "BAD_PAGE_TOKEN",
        "the page token is not one of this service",
    )
}

fn lacks_scope<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(error) if matches!(error.kind, ErrorKind::MissingScope(_)))
}

#[async_trait]
impl Pins for Pinata {
    async fn page(
        &self,
        query: &PinQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<PinPage, Error> {
        match after.as_ref().map(Place::of).transpose()? {
            Some(Place::V3(place)) => self.v3_page(query, Some(&place), priority).await,
            Some(Place::Legacy(row)) => self.legacy_page(query, row, priority).await,
            None => self.first_page(query, priority).await,
        }
    }

    async fn find(&self, cid: &str, priority: Priority) -> Result<Vec<Pin>, Error> {
        if self.scopes.get(Scope::FilesRead) != Some(false) {
            let found = self.v3_find(cid, priority).await;
            if !lacks_scope(&found) || self.scopes.get(Scope::PinList) == Some(false) {
                return found;
            }
        }
        if self.scopes.get(Scope::PinList) == Some(false) {
            return Err(Scope::FilesRead.missing());
        }
        let (pins, _) = self.legacy_list(None, Some(cid), 0, priority).await?;
        Ok(pins.into_iter().filter(|pin| pin.cid == cid).collect())
    }

    async fn edit(&self, pin: &PinRef, edit: &PinEdit) -> Result<(), Error> {
        self.edit_pin(pin, edit).await
    }

    async fn unpin(&self, pin: &PinRef) -> Result<(), Error> {
        self.unpin_pin(pin).await
    }
}

impl Pinata {
    async fn first_page(&self, query: &PinQuery, priority: Priority) -> Result<PinPage, Error> {
        if self.scopes.get(Scope::FilesRead) != Some(false) {
            let page = self.v3_page(query, None, priority).await;
            // Only the public network has a second list.
            if !lacks_scope(&page) || query.network == Network::Private {
                return page;
            }
        }
        if query.network == Network::Private || self.scopes.get(Scope::PinList) == Some(false) {
            return Err(Scope::FilesRead.missing());
        }
        self.legacy_page(query, 0, priority).await
    }

    async fn v3_page(
        &self,
        query: &PinQuery,
        place: Option<&str>,
        priority: Priority,
    ) -> Result<PinPage, Error> {
        let name = query.name_contains.as_deref();
        let mut filter = FileFilter {
            network: query.network,
            name,
            cid: None,
            page_token: place,
            limit: V3_PAGE,
        };
        let mut result = self.v3_list(&filter, priority).await;
        if matches!(&result, Err(error) if matches!(error.kind, ErrorKind::Rejected { .. }) && error.status == Some(400))
        {
            filter.limit = V3_SMALL_PAGE;
            result = self.v3_list(&filter, priority).await;
        }
        self.learn_read(query.network, &result);
        let (pins, next) = result?;
        // A token that leads to itself would never end.
        let next = next.filter(|next| Some(next.as_str()) != place);
        Ok(PinPage {
            pins,
            next: next.map(|next| Place::V3(next).token()),
        })
    }

    async fn legacy_page(
        &self,
        query: &PinQuery,
        row: usize,
        priority: Priority,
    ) -> Result<PinPage, Error> {
        let (pins, rows) = self
            .legacy_list(query.name_contains.as_deref(), None, row, priority)
            .await?;
        // The end is an empty page: a short one may be a server with a smaller limit.
        let next = (rows > 0).then(|| Place::Legacy(row + rows).token());
        Ok(PinPage { pins, next })
    }

    async fn v3_find(&self, cid: &str, priority: Priority) -> Result<Vec<Pin>, Error> {
        let mut pins = self.v3_find_on(Network::Public, cid, priority).await?;
        match self.v3_find_on(Network::Private, cid, priority).await {
            Ok(private) => pins.extend(private),
            // Private IPFS is for some plans only: without it there is nothing private to find.
            Err(error)
                if matches!(
                    error.kind,
                    ErrorKind::MissingScope(_) | ErrorKind::NotFound | ErrorKind::QuotaExceeded
                ) => {}
            Err(error) if matches!(error.kind, ErrorKind::Rejected { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(pins)
    }

    /// What has exactly this CID on one network, all pages of it.
    pub(super) async fn v3_find_on(
        &self,
        network: Network,
        cid: &str,
        priority: Priority,
    ) -> Result<Vec<Pin>, Error> {
        let mut pins = Vec::new();
        let mut place: Option<String> = None;
        loop {
            let page_token = place.as_deref();
            let filter = FileFilter {
                network,
                name: None,
                cid: Some(cid),
                page_token,
                limit: V3_SMALL_PAGE,
            };
            let result = self.v3_list(&filter, priority).await;
            self.learn_read(network, &result);
            let (page, next) = result?;
            let ended = next.is_none() || next == place;
            pins.extend(page.into_iter().filter(|pin| pin.cid == cid));
            if ended {
                return Ok(pins);
            }
            place = next;
        }
    }

    /// A refusal of the private network may be the plan's: only the public one says what the key may.
    fn learn_read<T>(&self, network: Network, result: &Result<T, Error>) {
        if network == Network::Public || result.is_ok() {
            self.scopes.learn_from(Scope::FilesRead, result);
        }
    }
}
