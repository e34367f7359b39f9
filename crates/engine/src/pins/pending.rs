//! Files that the service has and has not told the CID of: asked for when somebody wants to see them, and kept nowhere.

use pinning::{ErrorKind, Network, PendingFile, PinQuery, Priority};

use super::filters::Ready;
use super::kind::FileKind;
use super::scalar::Scalar;
use super::work::missing;
use super::{InGroup, PinFilters, PinNetwork, Pins};
use crate::accounts::{AccountId, service_name};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::paging::Pages;

/// Pages of one network.
const MOST_PAGES: usize = 1_000;

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PendingRow {
    /// The service's id of it.
    pub(crate) service_id: String,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Bytes, as far as the service says.
    pub(crate) size: Option<u64>,
    /// Media type.
    pub(crate) mime: Option<String>,
    /// By key.
    pub(crate) keyvalues: Vec<(String, Scalar)>,
    /// The service's id of its group.
    pub(crate) group: Option<String>,
    /// On which network.
    pub(crate) network: PinNetwork,
    /// Since when the service has it.
    pub(crate) since: Option<Millis>,
}

impl Pins {
    /// All of them, of what the list of pins can be narrowed to; a check and duplicates need a CID and are not asked for.
    pub(crate) async fn pending(
        &self,
        account: AccountId,
        text: &str,
        filters: &PinFilters,
    ) -> Result<Vec<PendingRow>, CommandError> {
        let wanted = filters.ready()?;
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let pins = service.pins().ok_or_else(|| missing(&name))?;
        let mut rows = Vec::new();
        for network in networks(filters.network) {
            let query = PinQuery {
                network,
                mime: filters.mime.clone(),
                ..PinQuery::default()
            };
            let (mut pages, mut next) = (Pages::up_to(MOST_PAGES), None);
            loop {
                let page = match pins.pending(&query, next, Priority::Click).await {
                    Ok(page) => page,
                    // Private IPFS is for some plans only: without it there is nothing private.
                    Err(error)
                        if filters.network.is_none()
                            && network == Network::Private
                            && not_there(&error.kind) =>
                    {
                        break;
                    }
                    Err(error) => return Err(self.failed(account, &error, &name)),
                };
                let found = page.files.into_iter().map(PendingRow::of);
                rows.extend(found.filter(|row| row.is_wanted(text, filters, &wanted)));
                let Some(token) = page.next else { break };
                pages.go_on(token.as_str(), &name)?;
                next = Some(token);
            }
        }
        Ok(rows)
    }
}

fn networks(wanted: Option<PinNetwork>) -> Vec<Network> {
    match wanted {
        Some(PinNetwork::Public) => vec![Network::Public],
        Some(PinNetwork::Private) => vec![Network::Private],
        None => vec![Network::Public, Network::Private],
    }
}

fn not_there(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::MissingScope(_)
            | ErrorKind::NotFound
            | ErrorKind::QuotaExceeded
            | ErrorKind::Rejected { .. }
    )
}

impl PendingRow {
    fn of(file: PendingFile) -> Self {
        let keyvalues = file.keyvalues.into_iter();
        Self {
            service_id: file.service_id,
            name: file.name,
            size: file.bytes,
            mime: file.mime,
            keyvalues: keyvalues.map(|(key, value)| (key, value.into())).collect(),
            group: file.group,
            network: match file.network {
                Network::Public => PinNetwork::Public,
                Network::Private => PinNetwork::Private,
            },
            since: file.created_at.map(jiff::Timestamp::as_millisecond),
        }
    }

    /// It is a folder, as far as the service tells.
    pub(crate) fn folder(&self) -> bool {
        self.mime.as_deref() == Some("directory")
    }

    fn is_wanted(&self, text: &str, filters: &PinFilters, wanted: &Ready<'_>) -> bool {
        let name = self.name.as_deref().unwrap_or_default().to_lowercase();
        let told = |(key, value): &(String, Scalar)| (key.clone(), value.to_string());
        let pairs: Vec<_> = self.keyvalues.iter().map(told).collect();
        let says = |word: &str| {
            let said = |(key, value): &(String, String)| {
                key.to_lowercase().contains(word) || value.to_lowercase().contains(word)
            };
            name.contains(word) || pairs.iter().any(said)
        };
        let kind = FileKind::of(&name, self.folder(), self.mime.as_deref());
        let size = |fits: &dyn Fn(u64) -> bool| self.size.is_some_and(fits);
        let time = |fits: &dyn Fn(Millis) -> bool| self.since.is_some_and(fits);
        let group = match &filters.group {
            None => true,
            Some(InGroup::None) => self.group.is_none(),
            Some(InGroup::Group(id)) => self.group.as_ref() == Some(id),
        };
        group
            && text.to_lowercase().split_whitespace().all(says)
            && filters.size_min.is_none_or(|min| size(&|size| size >= min))
            && filters.size_max.is_none_or(|max| size(&|size| size <= max))
            && filters
                .pinned_from
                .is_none_or(|from| time(&|at| at >= from))
            && filters
                .pinned_until
                .is_none_or(|until| time(&|at| at < until))
            && wanted.wants_kind_and_pairs(kind, self.mime.as_deref(), &pairs)
    }
}
