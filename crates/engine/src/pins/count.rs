//! All pins of an account in one pass over memory, for whoever adds them up.

use super::kind::FileKind;
use super::{Pins, rows};
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::CommandError;

/// What can be added up of a pin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted<'a> {
    /// Its number in the mirror.
    pub(crate) id: i64,
    /// What sort of file it is.
    pub(crate) kind: FileKind,
    /// Cumulative DAG size, where the service told it.
    pub(crate) bytes: Option<u64>,
    /// When it was pinned, where the service told it.
    pub(crate) pinned: Option<Millis>,
    /// The ids of its groups.
    pub(crate) groups: &'a [Box<str>],
}

/// How far the list of an account can be trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ListAge {
    /// When it was last read to its end.
    pub(crate) as_of: Option<Millis>,
    /// It is being read now.
    pub(crate) refreshing: bool,
    /// Why the last reading failed.
    pub(crate) problem: Option<String>,
}

impl Pins {
    /// Shows every pin of an account once, in no order.
    pub(crate) fn each(
        &self,
        account: AccountId,
        visit: impl FnMut(Counted<'_>),
    ) -> Result<(), CommandError> {
        self.with_catalogue(account, |catalogue| catalogue.each(visit))
    }

    /// How old the list of an account is.
    pub(crate) fn list_age(&self, account: AccountId) -> Result<ListAge, CommandError> {
        let (_, as_of) = self.store.mirror.read(|tx| rows::reading(tx, account))?;
        let readings = self
            .readings
            .lock()
            .expect("nothing panics while it holds this lock");
        let reading = readings.get(&account);
        Ok(ListAge {
            as_of,
            refreshing: reading.is_some_and(|reading| reading.running),
            problem: reading.and_then(|reading| reading.problem.clone()),
        })
    }

    /// The rows of these numbers, in their order; those that are gone are left out.
    pub(crate) fn named(&self, ids: &[i64]) -> Result<Vec<rows::Mirrored>, CommandError> {
        Ok(self.store.mirror.read(|tx| rows::by_ids(tx, ids))?)
    }
}
