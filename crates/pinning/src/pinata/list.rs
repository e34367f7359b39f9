//! Listing: v3 where the key may, else the legacy list.

use async_trait::async_trait;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::Pinata;
use super::calls::{lacks_scope, unreadable};
use super::place::{Place, bad_token};
use super::scopes::Scope;
use super::v3::{FileFilter, pending};
use crate::{
    Error, ErrorKind, Network, Order, PageToken, PendingPage, Pin, PinEdit, PinPage, PinQuery,
    PinRef, Pins, Priority, json as read,
};

/// The most to ask for; v3's own limit is not documented.
const V3_PAGE: u32 = 1000;
/// What third parties ask for, where a server refuses more.
const V3_SMALL_PAGE: u32 = 100;
/// Pages of what has one CID: a list of more never ends.
const MOST_PAGES: usize = 300;

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
            Some(Place::Row { row, before }) => {
                self.legacy_page(query, row, before.as_deref(), priority)
                    .await
            }
            None => self.first_page(query, priority).await,
        }
    }

    /// v3 only.
    async fn pending(
        &self,
        query: &PinQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<PendingPage, Error> {
        let place = match after.as_ref().map(Place::of).transpose()? {
            Some(Place::Row { .. }) => return Err(bad_token()),
            Some(Place::V3(place)) => Some(place),
            None => None,
        };
        self.v3_pending(query, place.as_deref(), priority).await
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
        let query = PinQuery::default();
        let (pins, ..) = self.legacy_list(&query, Some(cid), 0, priority).await?;
        Ok(pins.into_iter().filter(|pin| pin.cid == cid).collect())
    }

    async fn get(&self, pin: &PinRef, priority: Priority) -> Result<Pin, Error> {
        if let Some(id) = &pin.service_id
            && self.scopes.get(Scope::FilesRead) != Some(false)
        {
            match self.v3_get(pin.network, id, priority).await {
                // A legacy row's id, or a key of the legacy API.
                Err(error) if error.kind == ErrorKind::NotFound => {}
                result if lacks_scope(&result) => {}
                result => return result,
            }
        }
        let found = self.find(&pin.cid, priority).await?;
        let mut here = found.into_iter().filter(|row| row.network == pin.network);
        let one = match &pin.service_id {
            Some(id) => here.clone().find(|row| row.service_id == *id),
            None => None,
        };
        one.or_else(|| here.next())
            .ok_or_else(|| Error::unsent(ErrorKind::NotPinned))
    }

    async fn record(&self, pin: &PinRef, priority: Priority) -> Result<Json, Error> {
        if let Some(id) = &pin.service_id
            && self.scopes.get(Scope::FilesRead) != Some(false)
        {
            match self.v3_record(pin.network, id, priority).await {
                // A legacy row's id, or a key of the legacy API.
                Err(error) if error.kind == ErrorKind::NotFound => {}
                result if lacks_scope(&result) => {}
                result => return result,
            }
        }
        let rows = self.legacy_records(&pin.cid, priority).await?;
        let id = |row: &Json| read::text(row, "id");
        let named = rows.iter().find(|row| id(row) == pin.service_id);
        let one = named.or_else(|| rows.first()).cloned();
        one.ok_or_else(|| Error::unsent(ErrorKind::NotPinned))
    }

    async fn edit(&self, pin: &PinRef, edit: &PinEdit) -> Result<Option<String>, Error> {
        self.edit_pin(pin, edit).await.map(|()| None)
    }

    async fn keeps_kinds(&self, pin: &PinRef) -> Result<bool, Error> {
        self.edits_keep_kinds(pin).await
    }

    async fn unpin(&self, pin: &PinRef) -> Result<(), Error> {
        self.unpin_pin(pin).await
    }

    /// v3 only.
    async fn delete(&self, network: Network, service_id: &str) -> Result<(), Error> {
        if self.scopes.get(Scope::FilesWrite) == Some(false) {
            return Err(Scope::FilesWrite.missing());
        }
        self.v3_delete(network, service_id).await
    }

    /// v3 only.
    async fn expire(&self, pin: &PinRef, at: Option<Timestamp>) -> Result<(), Error> {
        self.expire_pin(pin, at).await
    }
}

impl Pinata {
    /// The list that can answer: history is the legacy API's alone, the private network and oldest first are v3's;
    /// what both can answer goes to v3, and what only the legacy API filters by itself goes there where the key may.
    async fn first_page(&self, query: &PinQuery, priority: Priority) -> Result<PinPage, Error> {
        if query.needs_history() && !query.fits_legacy() {
            return Err(Error::refused(
                "HISTORY_IS_PUBLIC_AND_NEWEST_FIRST",
                "what was unpinned is listed for the public network only, newest first",
            ));
        }
        if query.needs_history() {
            if self.scopes.get(Scope::PinList) == Some(false) {
                return Err(Scope::PinList.missing());
            }
            return self.legacy_page(query, 0, None, priority).await;
        }
        if !query.fits_v3() && query.fits_legacy() && self.scopes.get(Scope::PinList) != Some(false)
        {
            let page = self.legacy_page(query, 0, None, priority).await;
            if !lacks_scope(&page) || self.scopes.get(Scope::FilesRead) == Some(false) {
                return page;
            }
        }
        if self.scopes.get(Scope::FilesRead) != Some(false) {
            let page = self.v3_page(query, None, priority).await;
            if !lacks_scope(&page) || !query.fits_legacy() {
                return page;
            }
        }
        if !query.fits_legacy() || self.scopes.get(Scope::PinList) == Some(false) {
            return Err(Scope::FilesRead.missing());
        }
        self.legacy_page(query, 0, None, priority).await
    }

    async fn v3_page(
        &self,
        query: &PinQuery,
        place: Option<&str>,
        priority: Priority,
    ) -> Result<PinPage, Error> {
        let most = if self.scopes.takes_large_pages() {
            V3_PAGE
        } else {
            V3_SMALL_PAGE
        };
        let wanted = query.limit.unwrap_or(most).clamp(1, most);
        let mut filter = FileFilter {
            query,
            cid: None,
            page_token: place,
            limit: wanted,
            pending: false,
        };
        let mut result = self.v3_list(&filter, priority).await;
        if matches!(&result, Err(error) if matches!(error.kind, ErrorKind::Rejected { .. }) && error.status == Some(400))
            && wanted > V3_SMALL_PAGE
        {
            filter.limit = V3_SMALL_PAGE;
            result = self.v3_list(&filter, priority).await;
            if result.is_ok() {
                self.scopes.refused_a_large_page();
            }
        }
        self.learn_read(query.network, &result);
        let (pins, next) = result?;
        // A token that leads to itself would never end.
        let next = next.filter(|next| Some(next.as_str()) != place);
        Ok(PinPage {
            pins,
            names_groups: true,
            next: next.map(|next| Place::V3(next).token()),
        })
    }

    /// Few files wait for their CID at once: small pages do.
    async fn v3_pending(
        &self,
        query: &PinQuery,
        place: Option<&str>,
        priority: Priority,
    ) -> Result<PendingPage, Error> {
        if self.scopes.get(Scope::FilesRead) == Some(false) {
            return Err(Scope::FilesRead.missing());
        }
        let filter = FileFilter {
            query,
            cid: None,
            page_token: place,
            limit: V3_SMALL_PAGE,
            pending: true,
        };
        let each = |file: &Json| pending(file, query.network);
        let result = self.v3_files(&filter, priority, each).await;
        self.learn_read(query.network, &result);
        let (files, next) = result?;
        let next = next.filter(|next| Some(next.as_str()) != place);
        Ok(PendingPage {
            files,
            next: next.map(|next| Place::V3(next).token()),
        })
    }

    async fn legacy_page(
        &self,
        query: &PinQuery,
        row: usize,
        before: Option<&str>,
        priority: Priority,
    ) -> Result<PinPage, Error> {
        let (pins, rows, first) = self.legacy_list(query, None, row, priority).await?;
        let again = first.is_some() && first.as_deref() == before;
        let next = Place::after_rows(row, rows, first.as_deref(), before);
        Ok(PinPage {
            pins: if again { Vec::new() } else { pins },
            names_groups: false,
            next: next.map(|place| place.token()),
        })
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
        let query = PinQuery {
            network,
            order: Order::NewestFirst,
            ..PinQuery::default()
        };
        for _ in 0..MOST_PAGES {
            let page_token = place.as_deref();
            let filter = FileFilter {
                query: &query,
                cid: Some(cid),
                page_token,
                limit: V3_SMALL_PAGE,
                pending: false,
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
        Err(unreadable("a list that never ends".to_owned()))
    }

    /// A refusal of the private network may be the plan's: only the public one says what the key may.
    fn learn_read<T>(&self, network: Network, result: &Result<T, Error>) {
        if network == Network::Public || result.is_ok() {
            self.scopes.learn_from(Scope::FilesRead, result);
        }
    }
}
