//! Editing and unpinning: v3 by id, legacy by CID.

use jiff::Timestamp;

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

    /// Only the legacy call takes anything but text.
    pub(super) async fn edits_keep_kinds(&self, pin: &PinRef) -> Result<bool, Error> {
        let route = self.change_route(pin, Scope::HashMetadata).await?;
        Ok(matches!(route, Change::ByCid))
    }

    pub(super) async fn unpin_pin(&self, pin: &PinRef) -> Result<(), Error> {
        match self.change_route(pin, Scope::Unpin).await? {
            Change::ById => self.by_id(pin, Act::Delete).await,
            Change::ByCid => self.legacy_unpin(&pin.cid).await,
        }
    }

    /// v3 only: the legacy API keeps pins until they are unpinned.
    pub(super) async fn expire_pin(
        &self,
        pin: &PinRef,
        at: Option<Timestamp>,
    ) -> Result<(), Error> {
        if self.may(Scope::FilesWrite).await? == Some(false) {
            return Err(Scope::FilesWrite.missing());
        }
        self.by_id(pin, Act::Expire(at)).await
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

    /// Acts on the file's id. Where the id is missing or names nothing (a legacy row's id, say), the file is looked up
    /// by CID once, and acted on only if it can be no other: several files may have the same CID, and removing one
    /// that nobody named would lose it.
    async fn by_id(&self, pin: &PinRef, act: Act<'_>) -> Result<(), Error> {
        let gone = match &pin.service_id {
            None => None,
            Some(id) => match self.act(pin.network, id, act).await {
                Err(error) if is_gone(&error) => Some(error),
                result => return result,
            },
        };
        let found = self
            .v3_find_on(pin.network, &pin.cid, Priority::Click)
            .await?;
        match (found.as_slice(), gone) {
            ([], _) => Err(Error::unsent(ErrorKind::NotPinned)),
            (_, Some(gone)) if matches!(act, Act::Delete) => Err(gone),
            ([only], _) => self
                .act(pin.network, &only.service_id, act)
                .await
                .map_err(not_pinned),
            (several, _) => Err(Error::refused(
                "SEVERAL_PINS",
                &format!("{} pins have this CID, and none was named", several.len()),
            )),
        }
    }

    async fn act(&self, network: Network, id: &str, act: Act<'_>) -> Result<(), Error> {
        match act {
            Act::Update(edit) => self.v3_update(network, id, edit).await,
            Act::Expire(at) => self.v3_expire(network, id, at).await,
            Act::Delete => self.v3_delete(network, id).await,
        }
    }
}

/// What to do with a file of v3.
#[derive(Clone, Copy)]
enum Act<'a> {
    Update(&'a PinEdit),
    Expire(Option<Timestamp>),
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
