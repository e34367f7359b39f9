//! What an upload says once the service has answered: its CIDs, how they compare, and its addresses.

use serde::Serialize;
use specta::Type;

use super::rows::{self, Upload};
use super::source::whole_path;
use super::state::Verdict;
use super::view::UploadRow;
use super::{State, UploadNetwork, Uploads};
use crate::accounts::service_name;
use crate::clock::Millis;
use crate::error::CommandError;
use crate::message::Room;
use crate::pins::{CopyWhat, lower_article};

/// Bytes of a receipt that its sources may have.
const ROOM_FOR_SOURCES: usize = 64 * 1024;

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

/// What is known of an upload, to be kept or shown to somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UploadReceipt {
    /// The row as in the list.
    pub row: UploadRow,
    /// What was sent: its path, for people.
    pub source: String,
    /// The account's name.
    pub account: String,
    /// Computed here, from the bytes that were sent.
    pub ours: Option<String>,
    /// What the service answered.
    pub theirs: Option<String>,
    /// What the comparison of the two means.
    pub meaning: String,
    /// The service's own name of the record.
    pub service_id: Option<String>,
    /// When it was put into the queue.
    #[specta(type = u32)]
    pub queued_at: Millis,
}

/// The only upload that a drop became.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SingleUpload {
    /// As in the list.
    pub row: UploadRow,
    /// It is pinned, and there is a link that others can open.
    pub link: bool,
}

impl Uploads {
    /// The upload that a drop became; `None` where these were several, or nothing is known of it any more.
    pub fn single_of(&self, drop: &str) -> Result<Option<SingleUpload>, CommandError> {
        let Some(id) = self.drops().single(drop) else {
            return Ok(None);
        };
        Ok(Some(SingleUpload {
            row: self.row_of(id)?,
            link: self.line(id, CopyWhat::Link)?.is_some(),
        }))
    }

    /// The receipt of an upload.
    pub fn receipt(&self, id: i64) -> Result<UploadReceipt, CommandError> {
        let upload = self.upload(id)?;
        let account = self.accounts.get(upload.account)?;
        Ok(UploadReceipt {
            row: self.row(&upload)?,
            source: sources(&upload.wish.paths),
            meaning: meaning(upload.verdict, &service_name(&account)),
            account: account.label,
            ours: upload.cid,
            theirs: upload.service_cid,
            service_id: upload.service_id,
            queued_at: upload.created,
        })
    }

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
        // A gateway serves nobody a private file by its CID.
        if what.is_link() && upload.wish.target.network == UploadNetwork::Private {
            return Ok(None);
        }
        let cid = upload.service_cid.or(upload.cid);
        Ok(cid.and_then(|cid| self.pins.form_of(upload.account, &cid, what)))
    }

    fn upload(&self, id: i64) -> Result<Upload, CommandError> {
        Ok(self.store.ledger.read(|tx| rows::get(tx, id))?)
    }
}

/// The paths of what was sent, one a line. Of very many the first are named.
fn sources(paths: &[String]) -> String {
    let mut room = Room::of(ROOM_FOR_SOURCES);
    let mut lines: Vec<String> = paths
        .iter()
        .map(|text| whole_path(text))
        .take_while(|path| room.takes(path))
        .collect();
    let more = paths.len() - lines.len();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
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
