//! Editing and unpinning: v3 by id, legacy by CID.

use super::scopes::Scope;
use super::{Pinata, check_keyvalues};
use crate::{Error, ErrorKind, Network, PinEdit, PinRef, Priority};

impl Pinata {
    pub(super) async fn edit_pin(&self, pin: &PinRef, edit: &PinEdit) -> Result<(), Error> {
        check_keyvalues(edit.keyvalues.len())?;
        let route = self.change_route(pin, Scope::HashMetadata).await?;
        match route {
            Change::ById => self.by_id(pin, Act::Update(edit)).await,
            Change::ByCid => self.legacy_edit(&pin.cid, edit).await,
        }
    }

    pub(super) async fn unpin_pin(&self, pin: &PinRef) -> Result<(), Error> {
        match self.change_route(pin, Scope::Unpin).await? {
            Change::ById => self.by_id(pin, Act::Delete).await,
            Change::ByCid => self.legacy_unpin(&pin.cid).await,
        }
    }

    /// v3 where the key may write, else the legacy call of this scope.
    async fn change_route(&self, pin: &PinRef, legacy: Scope) -> Result<Change, Error> {
        if self.may(Scope::FilesWrite).await? != Some(false) {
            return Ok(Change::ById);
        }
        if pin.network == Network::Private {
            return Err(Scope::FilesWrite.missing());
        }
        if self.may(legacy).await? == Some(false) {
            return Err(legacy.missing());
        }
        Ok(Change::ByCid)
    }

    /// Acts on the file's id; where the id is missing or names nothing (a legacy row's id), looks it up by CID once.
    async fn by_id(&self, pin: &PinRef, act: Act<'_>) -> Result<(), Error> {
        if let Some(id) = &pin.service_id {
            let result = self.act(pin.network, id, act).await;
            if !matches!(&result, Err(error) if is_gone(error)) {
                return result;
            }
        }
        let found = self
            .v3_find_on(pin.network, &pin.cid, Priority::Click)
            .await?;
        let other = found
            .into_iter()
            .find(|found| Some(&found.service_id) != pin.service_id.as_ref());
        match other {
            Some(found) => self
                .act(pin.network, &found.service_id, act)
                .await
                .map_err(not_pinned),
            None => Err(Error::unsent(ErrorKind::NotPinned)),
        }
    }

    async fn act(&self, network: Network, id: &str, act: Act<'_>) -> Result<(), Error> {
        match act {
            Act::Update(edit) => self.v3_update(network, id, edit).await,
            Act::Delete => self.v3_delete(network, id).await,
        }
    }
}

/// What to do with a file of v3.
#[derive(Clone, Copy)]
enum Act<'a> {
    Update(&'a PinEdit),
    Delete,
}

enum Change {
    ById,
    ByCid,
}

fn is_gone(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::NotFound | ErrorKind::NotPinned)
}

fn not_pinned(mut error: Error) -> Error {
    if is_gone(&error) {
        error.kind = ErrorKind::NotPinned;
    }
    error
}
