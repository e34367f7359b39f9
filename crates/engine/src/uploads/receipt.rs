//! What an upload says once the service has answered: its CIDs, how they compare, and its addresses.

use serde::Serialize;
use specta::Type;

use super::rows::{self, Upload};
use super::state::Verdict;
use super::{State, Uploads};
use crate::accounts::service_name;
use crate::error::CommandError;
use crate::pins::{CopyWhat, lower_article};

/// Both CIDs of an upload, and what it means when they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Comparison {
    /// Computed here, from the bytes that were sent.
    pub ours: Option<String>,
    /// What the service answered.
    pub theirs: Option<String>,
    /// What this means.
    pub sentence: String,
}

impl Uploads {
    /// How the CIDs of an upload compare.
    pub fn comparison(&self, id: i64) -> Result<Comparison, CommandError> {
        let upload = self.upload(id)?;
        let service = service_name(&self.accounts.get(upload.account)?);
        Ok(Comparison {
            sentence: meaning(upload.verdict, &service),
            ours: upload.cid,
            theirs: upload.service_cid,
        })
    }

    /// A pinned upload's CID in one of its forms; `None` before it is pinned, and for links that others cannot use.
    pub fn line(&self, id: i64, what: CopyWhat) -> Result<Option<String>, CommandError> {
        let upload = self.upload(id)?;
        if upload.job.state != State::Pinned {
            return Ok(None);
        }
        let cid = upload.service_cid.or(upload.cid);
        Ok(cid.and_then(|cid| self.pins.form_of(upload.account, &cid, what)))
    }

    fn upload(&self, id: i64) -> Result<Upload, CommandError> {
        Ok(self.store.ledger.read(|tx| rows::get(tx, id))?)
    }
}

fn meaning(verdict: Option<Verdict>, service: &str) -> String {
    let there = lower_article(service);
    match verdict {
        None => format!("Not compared yet: {there} has not answered with a CID."),
        Some(Verdict::Verified) => format!("The same: {there} keeps exactly the bytes sent."),
        Some(Verdict::OtherLayout) => {
            format!("The same bytes, which {there} lays out in another way. Both CIDs are right.")
        }
        Some(Verdict::Unproven) => format!(
            "The layout of {there} is not one Pinfold knows, so the CIDs cannot be compared. Nothing proves a difference."
        ),
        Some(Verdict::Different) => format!(
            "These are two different contents: what {there} keeps is not what is on this computer. Retry sends it again; Cancel leaves both as they are."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proved_differences_are_called_different() {
        let verdicts = [
            Verdict::Verified,
            Verdict::OtherLayout,
            Verdict::Unproven,
            Verdict::Different,
        ];
        for verdict in verdicts {
            let said = meaning(Some(verdict), "The Sandbox").contains("different contents");
            assert_eq!(said, verdict == Verdict::Different, "{verdict:?}");
        }
    }
}
