//! Several pins of one CID, as a service keeps them that gives each record an id, or has two networks: which one is meant.

use super::{Mirrored, Pins, rows};
use crate::accounts::AccountId;
use crate::error::CommandError;

impl Pins {
    /// The row of a CID in the mirror, where there is one; of several a public one, and of these the newest.
    pub fn find(&self, account: AccountId, cid: &str) -> Result<Option<Mirrored>, CommandError> {
        self.find_near(account, cid, true)
    }

    /// The pin of a CID that everyone may read.
    pub(crate) fn find_public(
        &self,
        account: AccountId,
        cid: &str,
    ) -> Result<Option<Mirrored>, CommandError> {
        self.find_copy(account, cid, None, true)
    }

    /// The pin of a CID in this network, the newest of several; one in the other network where there is none.
    pub(crate) fn find_near(
        &self,
        account: AccountId,
        cid: &str,
        public: bool,
    ) -> Result<Option<Mirrored>, CommandError> {
        let all = self.alike(account, cid)?;
        Ok(all
            .into_iter()
            .max_by_key(|row| (row.pin.public == public, row.id)))
    }

    /// The pin that the service knows by this id, else the newest of the CID in this network.
    pub(crate) fn find_copy(
        &self,
        account: AccountId,
        cid: &str,
        service_id: Option<&str>,
        public: bool,
    ) -> Result<Option<Mirrored>, CommandError> {
        let all = self.alike(account, cid)?;
        Ok(all
            .into_iter()
            .filter(|row| row.pin.public == public)
            .max_by_key(|row| (row.service_id() == service_id, row.id)))
    }

    /// All pins of a CID.
    pub(crate) fn alike(
        &self,
        account: AccountId,
        cid: &str,
    ) -> Result<Vec<Mirrored>, CommandError> {
        Ok(self
            .store
            .mirror
            .read(|tx| rows::by_cid(tx, account, cid))?)
    }

    /// The pin that the service knows by this id.
    pub(crate) fn of_service_id(
        &self,
        account: AccountId,
        service_id: &str,
    ) -> Result<Option<Mirrored>, CommandError> {
        Ok(self
            .store
            .mirror
            .read(|tx| rows::by_service_id(tx, account, service_id))?)
    }
}
