//! A drop at an account that takes no uploads: the ways that exist, in words.

use serde::Serialize;
use specta::Type;

use super::Jobs;
use crate::accounts::{AccountId, AccountKind, AccountRow, service_name};
use crate::error::{CommandError, ErrorCode};
use crate::pins::lower_article;

/// How a drop can become a pin of an account that takes no uploads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DropWays {
    /// The account's service, as a sentence calls it.
    pub service: String,
    /// Why nothing can be uploaded to it.
    pub why: String,
    /// Accounts that take uploads, from which the service can fetch.
    pub through: Vec<Through>,
    /// Why there is none.
    pub no_through: Option<String>,
    /// Why it cannot pin by CID, which both ways end with.
    pub no_cid: Option<String>,
}

/// An account that takes the upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Through {
    /// Its number, as text.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Where the bytes go, in words.
    pub place: String,
    /// What holds it now: uploads wait.
    pub held: Option<String>,
}

impl Jobs {
    /// The ways from a drop to a pin of this account. Asks nobody.
    pub async fn ways(&self, account: AccountId) -> Result<DropWays, CommandError> {
        let stored = self.accounts.get(account)?;
        let row = self.accounts.row_of(account)?;
        let others = self.accounts.list()?;
        let takes = |other: &&AccountRow| other.id != row.id && other.no_uploads.is_none();
        let (sandbox, open): (Vec<_>, Vec<_>) = others
            .iter()
            .filter(takes)
            .partition(|other| other.kind == AccountKind::Sandbox);
        let service = service_name(&stored);
        let through: Vec<Through> = open.into_iter().map(through).collect();
        let no_through = through.is_empty().then(|| {
            if sandbox.is_empty() {
                "No other account here takes uploads. Add one under Settings.".to_owned()
            } else {
                format!(
                    "Only the Sandbox takes uploads here. It is on this computer only, so {} could not fetch from it.",
                    lower_article(&service)
                )
            }
        });
        Ok(DropWays {
            why: row.no_uploads.unwrap_or_default(),
            through,
            no_through,
            no_cid: self
                .require_jobs(account)
                .await
                .err()
                .map(|error| error.message),
            service,
        })
    }

    /// Fails with the reason where an account cannot be asked to pin a CID.
    pub(super) async fn require_jobs(&self, account: AccountId) -> Result<(), CommandError> {
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        if service.jobs().is_none() {
            return Err(CommandError::new(
                ErrorCode::MissingScope,
                format!("{name} cannot pin by CID. Choose another account."),
            ));
        }
        Ok(())
    }

    /// Fails where the account's service could not fetch what goes to `through`.
    pub(super) fn require_reach(
        &self,
        account: AccountId,
        through: AccountId,
    ) -> Result<(), CommandError> {
        if account == through {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "An account cannot be its own way. Choose another one.",
            ));
        }
        if self.accounts.get(through)?.kind == AccountKind::Sandbox {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "The Sandbox is on this computer only: no service could fetch from it.",
            ));
        }
        Ok(())
    }
}

fn through(row: &AccountRow) -> Through {
    Through {
        id: row.id.clone(),
        label: row.label.clone(),
        place: row.place.clone(),
        held: row.hold.as_ref().map(|hold| hold.sentence.clone()),
    }
}
