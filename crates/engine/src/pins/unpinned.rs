//! What was unpinned once, as the service remembers it: asked for page by page, and kept nowhere.

use cid::Cid;
use jiff::Timestamp;
use pinning::{GroupFilter, PageToken, PinQuery, PinState, Priority};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::filters::Ready;
use super::kind::FileKind;
use super::scalar::Scalar;
use super::work::{listed, missing};
use super::{InGroup, PinFilters, Pins};
use crate::accounts::{AccountId, service_name};
use crate::clock::Millis;
use crate::error::CommandError;

/// Rows of one page: with ten long key-values each they still fit into one message.
const PAGE: u32 = 50;
/// Pages that are asked for before an answer is given: some are short or empty although more follow.
const MOST_ASKED: usize = 5;
/// Begins the place of a page of what was found elsewhere than where it was looked for first.
const ELSEWHERE: &str = "elsewhere: ";

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
    pub keyvalues: Vec<(String, Scalar)>,
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

/// What is asked of the service's memory.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnpinnedQuery {
    /// Part of the name, or of the CID where it can be no name. Matched by the service; empty for all.
    pub text: String,
    /// Of these the network, the check, the duplicates and "in no group" are not asked: the service's memory does not tell.
    pub filters: PinFilters,
    /// What is pinned now as well.
    pub also_pinned: bool,
}

impl Pins {
    /// One page of what was unpinned. What the service cannot compare as the list does (kinds, media types and key-values) is compared
    /// here, so a page may be short or empty although more follow.
    pub async fn unpinned(
        &self,
        account: AccountId,
        query: &UnpinnedQuery,
        after: Option<String>,
    ) -> Result<UnpinnedPage, CommandError> {
        let (first, elsewhere) = Within::first_of(query.text.trim());
        let is_first = after.is_none();
        if let Some(place) = after.as_deref().and_then(|it| it.strip_prefix(ELSEWHERE)) {
            let place = Some(place.to_owned());
            return self.unpinned_elsewhere(account, query, first, place).await;
        }
        let page = self.unpinned_within(account, query, first, after).await?;
        if is_first && elsewhere && page.rows.is_empty() && page.next.is_none() {
            return self.unpinned_elsewhere(account, query, first, None).await;
        }
        Ok(page)
    }

    async fn unpinned_elsewhere(
        &self,
        account: AccountId,
        query: &UnpinnedQuery,
        first: Within,
        after: Option<String>,
    ) -> Result<UnpinnedPage, CommandError> {
        let asked = self.unpinned_within(account, query, first.other(), after);
        let mut page = asked.await?;
        page.next = page.next.map(|next| format!("{ELSEWHERE}{next}"));
        Ok(page)
    }

    async fn unpinned_within(
        &self,
        account: AccountId,
        query: &UnpinnedQuery,
        within: Within,
        after: Option<String>,
    ) -> Result<UnpinnedPage, CommandError> {
        let wanted = query.filters.ready()?;
        let asked = asked(query, within);
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let pins = service.pins().ok_or_else(|| missing(&name))?;
        let mut next = after.map(PageToken::from);
        let mut rows = Vec::new();
        for _ in 0..MOST_ASKED {
            let page = pins
                .page(&asked, next.take(), Priority::Click)
                .await
                .map_err(|error| self.failed(account, &error, &name))?;
            next = page.next;
            for pin in page.pins {
                let row = self.row_of(account, pin)?;
                if row.is_wanted(&wanted) {
                    rows.push(row);
                }
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
        let unpinned = pin.unpinned_at.map(Timestamp::as_millisecond);
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
}

impl UnpinnedRow {
    fn is_wanted(&self, wanted: &Ready<'_>) -> bool {
        let name = self.name.as_deref().unwrap_or_default().to_lowercase();
        let kind = FileKind::of(&name, self.folder, self.mime.as_deref());
        let text = |(key, value): &(String, Scalar)| (key.clone(), value.to_string());
        let pairs: Vec<_> = self.keyvalues.iter().map(text).collect();
        wanted.wants_kind_and_pairs(kind, self.mime.as_deref(), &pairs)
    }
}

/// What the service compares by itself.
fn asked(query: &UnpinnedQuery, within: Within) -> PinQuery {
    let UnpinnedQuery {
        text,
        filters,
        also_pinned,
    } = query;
    let moment = |at: Option<Millis>| at.and_then(|at| Timestamp::from_millisecond(at).ok());
    // The service includes the end of a range.
    let last = |until: Option<Millis>| moment(until.map(|until| until - 1));
    let text = Some(text.trim()).filter(|text| !text.is_empty());
    let (name, cid) = match within {
        Within::Names => (text, None),
        Within::Cids => (None, text),
    };
    PinQuery {
        state: if *also_pinned {
            PinState::All
        } else {
            PinState::Unpinned
        },
        name_contains: name.map(str::to_owned),
        cid_contains: cid.map(str::to_owned),
        pinned_from: moment(filters.pinned_from),
        pinned_to: last(filters.pinned_until),
        unpinned_from: moment(filters.unpinned_from),
        unpinned_to: last(filters.unpinned_until),
        size_min: filters.size_min,
        size_max: filters.size_max,
        group: match &filters.group {
            Some(InGroup::Group(id)) => Some(GroupFilter::In(id.clone())),
            Some(InGroup::None) | None => None,
        },
        limit: Some(PAGE),
        ..PinQuery::default()
    }
}

/// Where a text is looked for: the service looks into names or into CIDs, not into both at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Names,
    Cids,
}

impl Within {
    /// Where a text is looked for first, and whether it is looked for elsewhere when nothing is there.
    fn first_of(text: &str) -> (Self, bool) {
        /// Names of so many letters and digits of a CID without a break are rare.
        const LONG: usize = 16;
        let begins = ["Qm", "bafy", "bafk"];
        if Cid::try_from(text).is_ok() {
            (Self::Cids, false)
        } else if !is_in_alphabet(text) {
            (Self::Names, false)
        } else if begins.iter().any(|begins| text.starts_with(begins)) {
            (Self::Cids, true)
        } else {
            (Self::Names, text.len() >= LONG)
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Names => Self::Cids,
            Self::Cids => Self::Names,
        }
    }
}

/// Whether a CID, as services list it, can have this in it.
fn is_in_alphabet(text: &str) -> bool {
    let base32 = |letter: char| matches!(letter, 'a'..='z' | '2'..='7');
    let base58 = |letter: char| letter.is_ascii_alphanumeric() && !"0OIl".contains(letter);
    text.chars().all(base32) || text.chars().all(base58)
}
