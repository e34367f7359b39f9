//! What a watched folder's rules ask of single pins: let go, or rename. Each unpin is in the journal first, as a person's is.

use std::collections::BTreeMap;

use pinning::{NewJob, Priority};

use super::scalar::{Scalar, values};
use super::work::{listed, missing};
use super::{PinEdit, Pins, rows};
use crate::accounts::{AccountId, service_name};
use crate::error::{CommandError, ErrorCode};
use crate::store::Urgency;

/// What is remembered of a pin that is let go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PinText {
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its key-values.
    pub(crate) keyvalues: BTreeMap<String, Scalar>,
}

impl Pins {
    /// Name and key-values, as far as they are known here.
    pub(crate) fn text_of(&self, account: AccountId, cid: &str) -> PinText {
        match self.find(account, cid) {
            Ok(Some(row)) => PinText {
                name: row.pin.name,
                keyvalues: row.pin.keyvalues,
            },
            _ => PinText::default(),
        }
    }

    /// Asks the service to stop keeping one CID, of several the one in this network. Not pinned any more is what was wanted.
    pub(crate) async fn unpin_one(
        &self,
        account: AccountId,
        cid: &str,
        public: bool,
    ) -> Result<(), CommandError> {
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let pins = service.pins().ok_or_else(|| missing(&name))?;
        let Some(row) = self.found_near(account, cid, public).await? else {
            return Ok(());
        };
        match self.let_go(pins, &row, Urgency::Background).await? {
            Ok(()) => Ok(()),
            Err(error) => Err(self.change_failed(account, &error, &name)),
        }
    }

    /// Gives a pin another name, of several of a CID the one in this network. One that is not there needs none.
    pub(crate) async fn rename_one(
        &self,
        account: AccountId,
        cid: &str,
        public: bool,
        name: String,
    ) -> Result<(), CommandError> {
        let known = self.found_near(account, cid, public).await?;
        let Some(row) = known.filter(|row| row.pin.name.as_ref() != Some(&name)) else {
            return Ok(());
        };
        let edit = PinEdit {
            name: Some(name),
            set: Vec::new(),
            remove: Vec::new(),
        };
        self.edit(row.id, edit).await.map(|_| ())
    }

    /// Asks the service to keep a CID again: it looks for the content by itself.
    pub(crate) async fn pin_again(
        &self,
        account: AccountId,
        cid: &str,
        text: PinText,
    ) -> Result<(), CommandError> {
        if self.look_for(account, cid).await?.is_some() {
            return Ok(());
        }
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let jobs = service.jobs().ok_or_else(|| {
            CommandError::new(
                ErrorCode::MissingScope,
                format!("{name} cannot pin by CID with this key. Put the file back into the folder instead."),
            )
        })?;
        let wish = NewJob {
            cid: cid.to_owned(),
            name: text.name,
            keyvalues: values(&text.keyvalues),
            ..NewJob::default()
        };
        match jobs.add(&wish).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(account, &error, &name)),
        }
    }

    async fn found_near(
        &self,
        account: AccountId,
        cid: &str,
        public: bool,
    ) -> Result<Option<rows::Mirrored>, CommandError> {
        if self.alike(account, cid)?.is_empty() {
            self.look_for(account, cid).await?;
        }
        self.find_near(account, cid, public)
    }

    /// Asks the service for a CID that the mirror does not have.
    pub(super) async fn look_for(
        &self,
        account: AccountId,
        cid: &str,
    ) -> Result<Option<rows::Mirrored>, CommandError> {
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let pins = service.pins().ok_or_else(|| missing(&name))?;
        match pins.find(cid, Priority::Background).await {
            Ok(found) => {
                for pin in found {
                    self.add(account, listed(pin)).await?;
                }
                self.find(account, cid)
            }
            Err(error) => Err(self.failed(account, &error, &name)),
        }
    }
}
