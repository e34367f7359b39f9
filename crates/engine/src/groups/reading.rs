//! Reading an account's groups.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use pinning::{GroupFilter, GroupQuery, Network, PageToken, PinQuery, Priority, Service};

use super::work::{network, of_service};
use super::{Groups, rows};
use crate::accounts::AccountId;
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::paging::Pages;
use crate::store::Urgency;

/// How often a list is read anew because something was changed here meanwhile.
const READINGS: usize = 4;
/// Pages of one list of groups, or of the pins of one group.
const MOST_PAGES: usize = 10_000;

impl Groups {
    /// Reads all groups. Why it failed is told with the list.
    pub async fn refresh(&self, account: AccountId) -> Result<(), CommandError> {
        let outcome = self.read_all(account).await;
        let missing = |error: &CommandError| error.code == ErrorCode::MissingScope;
        self.offer(account, |offer| {
            offer.problem = outcome.as_ref().err().map(|error| error.message.clone());
            match &outcome {
                Ok(offered) => offer.offered = Some(*offered),
                Err(error) if missing(error) => offer.offered = Some(false),
                Err(_) => {}
            }
        });
        self.store.announcer.changed(Noun::Group, None);
        outcome.map(drop)
    }

    /// Whether the service has groups.
    async fn read_all(&self, account: AccountId) -> Result<bool, CommandError> {
        let (service, name) = self.service(account).await?;
        let Some(groups) = service.groups() else {
            return Ok(false);
        };
        for _ in 0..READINGS {
            let before = self.changes.load(Ordering::SeqCst);
            let told = self.told(account, groups, &name).await?;
            let (all, changes) = (told.clone(), self.changes.clone());
            let unchanged = move || changes.load(Ordering::SeqCst) == before;
            let still = unchanged.clone();
            let written = self.store.mirror.write(Urgency::Background, move |tx| {
                if still() {
                    rows::replace(tx, account, &all)?;
                }
                Ok(still())
            });
            if !written.await? {
                continue;
            }
            if self.pins.names_groups(account) {
                break;
            }
            let members = self
                .members(account, service.as_ref(), &name, &told)
                .await?;
            if unchanged() {
                self.pins.told_of_groups(account, &members).await?;
                break;
            }
        }
        Ok(true)
    }

    /// All groups, as the service tells them.
    async fn told(
        &self,
        account: AccountId,
        groups: &dyn pinning::Groups,
        name: &str,
    ) -> Result<Vec<rows::Told>, CommandError> {
        let mut told = Vec::new();
        for network in [Network::Public, Network::Private] {
            let query = GroupQuery {
                network,
                ..GroupQuery::default()
            };
            let mut next: Option<PageToken> = None;
            let mut pages = Pages::up_to(MOST_PAGES);
            loop {
                let page = match groups.page(&query, next.take(), Priority::Background).await {
                    Ok(page) => page,
                    // A plan without private files, or a key of the legacy API.
                    Err(error) if network == Network::Private && !error.is_transient() => break,
                    Err(error) => return Err(self.failed(account, &error, name)),
                };
                told.extend(page.groups.iter().map(of_service));
                next = page.next;
                match &next {
                    Some(token) => pages.go_on(token.as_str(), name)?,
                    None => break,
                }
            }
        }
        Ok(told)
    }

    /// The legacy list does not say which group a pin is in: each group is asked for its pins.
    async fn members(
        &self,
        account: AccountId,
        service: &dyn Service,
        name: &str,
        groups: &[rows::Told],
    ) -> Result<HashMap<String, Vec<String>>, CommandError> {
        let mut by_cid: HashMap<String, Vec<String>> = HashMap::new();
        let Some(pins) = service.pins() else {
            return Ok(by_cid);
        };
        for group in groups {
            let query = PinQuery {
                network: network(group.network),
                group: Some(GroupFilter::In(group.service_id.clone())),
                ..PinQuery::default()
            };
            let mut next: Option<PageToken> = None;
            let mut pages = Pages::up_to(MOST_PAGES);
            loop {
                let page = pins
                    .page(&query, next.take(), Priority::Background)
                    .await
                    .map_err(|error| self.failed(account, &error, name))?;
                for pin in page.pins {
                    by_cid
                        .entry(pin.cid)
                        .or_default()
                        .push(group.service_id.clone());
                }
                next = page.next;
                match &next {
                    Some(token) => pages.go_on(token.as_str(), name)?,
                    None => break,
                }
            }
        }
        Ok(by_cid)
    }
}
