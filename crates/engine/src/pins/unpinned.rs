//! What was unpinned once, as the service remembers it: asked for page by page, and kept nowhere.

use pinning::{PageToken, PinQuery, PinState, Priority};
use serde::Serialize;
use specta::Type;

use super::Pins;
use super::from_watch::PinText;
use super::work::{listed, missing};
use crate::accounts::{AccountId, service_name};
use crate::clock::Millis;
use crate::error::CommandError;

/// Rows of one page.
const PAGE: u32 = 100;
/// Pages that are asked for before an answer is given: some are short or empty although more follow.
const MOST_ASKED: usize = 5;

/// A pin that is no more.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnpinnedRow {
    /// The service's id of this record.
    pub service_id: String,
    /// Its CID.
    pub cid: String,
    /// Its name.
    pub name: Option<String>,
    /// Bytes, as the service counted them.
    #[specta(type = Option<u32>)]
    pub size: Option<u64>,
    /// All of them, by key.
    pub keyvalues: Vec<(String, String)>,
    /// When it was pinned.
    #[specta(type = Option<u32>)]
    pub pinned_at: Option<Millis>,
    /// When it was unpinned.
    #[specta(type = Option<u32>)]
    pub unpinned_at: Option<Millis>,
    /// It was a folder.
    pub folder: bool,
    /// Media type.
    pub mime: Option<String>,
    /// The same CID is pinned now.
    pub pinned_now: bool,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct UnpinnedPage {
    /// Newest first.
    pub rows: Vec<UnpinnedRow>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

impl Pins {
    /// One page of what was unpinned. `text`: part of the name, matched by the service; empty for all.
    pub async fn unpinned(
        &self,
        account: AccountId,
        text: &str,
        after: Option<String>,
    ) -> Result<UnpinnedPage, CommandError> {
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let pins = service.pins().ok_or_else(|| missing(&name))?;
        let text = text.trim();
        let query = PinQuery {
            state: PinState::Unpinned,
            name_contains: (!text.is_empty()).then(|| text.to_owned()),
            limit: Some(PAGE),
            ..PinQuery::default()
        };
        let mut next = after.map(PageToken::from);
        let mut rows = Vec::new();
        for _ in 0..MOST_ASKED {
            let page = pins
                .page(&query, next.take(), Priority::Click)
                .await
                .map_err(|error| self.failed(account, &error, &name))?;
            next = page.next;
            for pin in page.pins {
                rows.push(self.row_of(account, pin)?);
            }
            if rows.len() >= PAGE as usize || next.is_none() {
                break;
            }
        }
        Ok(UnpinnedPage {
            rows,
            next: next.map(|next| next.as_str().to_owned()),
        })
    }

    fn row_of(&self, account: AccountId, pin: pinning::Pin) -> Result<UnpinnedRow, CommandError> {
        // A date that could not be read stands for the beginning of all dates, and is not shown.
        let unpinned = pin.unpinned_at.map(jiff::Timestamp::as_millisecond);
        let pin = listed(pin);
        Ok(UnpinnedRow {
            pinned_now: self.find(account, &pin.cid)?.is_some(),
            folder: pin.folder(),
            service_id: pin.service_id,
            cid: pin.cid,
            name: pin.name,
            size: pin.bytes,
            keyvalues: pin.keyvalues.into_iter().collect(),
            pinned_at: pin.pinned,
            unpinned_at: unpinned.filter(|at| *at > 0),
            mime: pin.mime,
        })
    }

    /// Asks the service to keep a CID again; it looks for the content by itself, which may take long.
    pub async fn pin_once_more(
        &self,
        account: AccountId,
        cid: &str,
        name: Option<String>,
        keyvalues: Vec<(String, String)>,
    ) -> Result<(), CommandError> {
        let keyvalues = keyvalues.into_iter().collect();
        self.pin_again(account, cid, PinText { name, keyvalues })
            .await
    }
}
