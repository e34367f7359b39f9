//! Reading an account's list into the mirror.

use pinning::{ErrorKind, Network, PageToken, Priority};

use super::work::{listed, missing};
use super::{Pins, Reading, rows};
use crate::accounts::{AccountId, service_name};
use crate::announce::{Noun, heard};
use crate::error::{CommandError, ErrorCode};
use crate::paging::Pages;
use crate::store::Urgency;

/// Pages of one network's list, of 10 to 1,000 pins each.
const MOST_PAGES: usize = 100_000;
/// How often in a row a service may ask to wait before the next page.
const MOST_WAITS: u32 = 20;

impl Pins {
    /// Reads the whole list once. A second call while one runs does nothing.
    pub async fn refresh(&self, account: AccountId) -> Result<(), CommandError> {
        self.read_list(account).await.map(drop)
    }

    /// Reads the whole list from its beginning; where a reading runs already, after that one.
    pub(crate) async fn refresh_anew(&self, account: AccountId) -> Result<(), CommandError> {
        let mut changes = self.store.announcer.listen();
        while !self.read_list(account).await? {
            heard(&mut changes, Noun::Pin).await;
        }
        Ok(())
    }

    /// Reads the whole list, or waits for whoever is reading it; where that comes to nothing, it is read after all.
    pub(crate) async fn refresh_or_wait(&self, account: AccountId) -> Result<(), CommandError> {
        let mut changes = self.store.announcer.listen();
        let before = self.list_age(account)?.as_of;
        while !self.read_list(account).await? {
            let mut age = self.list_age(account)?;
            while age.refreshing {
                heard(&mut changes, Noun::Pin).await;
                age = self.list_age(account)?;
            }
            if age.as_of != before {
                break;
            }
        }
        Ok(())
    }

    /// Reads the whole list once. Answers whether it did: not where a reading runs already.
    async fn read_list(&self, account: AccountId) -> Result<bool, CommandError> {
        let Some(running) = Running::begin(self, account) else {
            return Ok(false);
        };
        let outcome = self.read_all(account).await;
        self.reading_of(account, |reading| {
            reading.problem = outcome.as_ref().err().map(|error| error.message.clone());
        });
        self.accounts
            .remember(account, outcome.as_ref().err())
            .await;
        drop(running);
        outcome.map(|()| true)
    }

    pub(super) fn reading_of<T>(
        &self,
        account: AccountId,
        look: impl FnOnce(&mut Reading) -> T,
    ) -> T {
        let mut readings = self
            .readings
            .lock()
            .expect("nothing panics while it holds this lock");
        look(readings.entry(account).or_default())
    }

    /// As long as the account is held: what was read of a long list is not read again.
    async fn wait_for(&self, account: AccountId) {
        if let Some(until) = self.accounts.hold(account).and_then(|hold| hold.until) {
            self.clock.sleep_until(until).await;
        }
    }

    async fn read_all(&self, account: AccountId) -> Result<(), CommandError> {
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let list = service.pins().ok_or_else(|| missing(&name))?;
        let reading = self
            .store
            .mirror
            .write(Urgency::Background, move |tx| {
                rows::begin_reading(tx, account)
            })
            .await?;
        for network in [Network::Public, Network::Private] {
            let query = pinning::PinQuery {
                network,
                ..pinning::PinQuery::default()
            };
            let mut next: Option<PageToken> = None;
            let (mut pages, mut waits) = (Pages::up_to(MOST_PAGES), 0);
            loop {
                let asked = self.clock.now();
                let page = match list.page(&query, next.clone(), Priority::Background).await {
                    Ok(page) => page,
                    Err(error) if network == Network::Private && has_no_private(&error) => break,
                    Err(error) => {
                        let told = self.failed(account, &error, &name);
                        waits += 1;
                        if told.code != ErrorCode::RateLimited || waits > MOST_WAITS {
                            return Err(told);
                        }
                        self.wait_for(account).await;
                        continue;
                    }
                };
                waits = 0;
                self.accounts.answered(account);
                if network == Network::Public {
                    self.reading_of(account, |reading| reading.names_groups = page.names_groups);
                }
                let pins = page.pins.into_iter().map(listed);
                let pins = pins.map(|mut pin| {
                    if page.names_groups {
                        pin.groups.get_or_insert_default();
                    }
                    pin
                });
                self.mirror(account, pins.collect(), reading, asked).await?;
                next = page.next;
                match &next {
                    Some(token) => pages.go_on(token.as_str(), &name)?,
                    None => break,
                }
            }
        }
        let now = self.clock.now();
        let gone = self
            .store
            .mirror
            .write(Urgency::Background, move |tx| {
                rows::finish_reading(tx, account, reading, now)
            })
            .await?;
        self.with_catalogue(account, |catalogue| catalogue.remove(&gone))
    }
}

/// A reading that runs. When it is dropped, ended or given up, another may begin.
struct Running<'a> {
    pins: &'a Pins,
    account: AccountId,
}

impl<'a> Running<'a> {
    /// `None` where one runs already.
    fn begin(pins: &'a Pins, account: AccountId) -> Option<Self> {
        let runs = pins.reading_of(account, |reading| {
            std::mem::replace(&mut reading.running, true)
        });
        if runs {
            return None;
        }
        pins.store.announcer.changed(Noun::Pin, None);
        Some(Self { pins, account })
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.pins
            .reading_of(self.account, |reading| reading.running = false);
        self.pins.store.announcer.changed(Noun::Pin, None);
    }
}

/// There is nothing private to list: not for this plan, key or service. What the public list says counts for the account.
fn has_no_private(error: &pinning::Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::MissingScope(_)
            | ErrorKind::NotFound
            | ErrorKind::QuotaExceeded
            | ErrorKind::Rejected { .. }
    )
}
