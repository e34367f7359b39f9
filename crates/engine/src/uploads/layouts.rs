//! How services lay out the same bytes: comparing a CID of theirs with ours, and the other CIDs under which they may keep
//! what was sent.

use std::sync::Arc;

use content::{Cid, Profile};

use super::Uploads;
use super::bytes::{self, Stopped};
use super::progress::Running;
use super::rows::{self, Upload};
use super::state::Verdict;
use crate::error::CommandError;
use crate::planted::planted;

/// Codec of a raw block.
const RAW: u64 = 0x55;
/// The largest file that is a single block under every profile that cuts at 256 KiB.
const ONE_BLOCK: u64 = 262_144;
/// Codec of a block with links: the only one that a CIDv0 has.
const DAG_PB: u64 = 0x70;

impl Uploads {
    /// How the service's CID compares with the bytes; `None` when the source is not what was hashed any more.
    pub(super) async fn compare(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
        theirs: &str,
    ) -> Option<Verdict> {
        let ours = upload.cid.as_deref();
        if ours.is_some_and(|ours| same_hash(ours, theirs)) || planted("cid") {
            return Some(Verdict::Verified);
        }
        // The answer is there, whatever is asked of the row meanwhile: this is not cut short.
        let quiet = Running::new(false, running.begun);
        let mut verdict = Verdict::Unproven;
        for profile in Profile::ALL {
            match self.root_under(upload, &quiet, profile).await {
                Ok(root) if same_hash(&root, theirs) && profile == bytes::profile(upload) => {
                    return Some(Verdict::Verified);
                }
                Ok(root) if same_hash(&root, theirs) => verdict = Verdict::OtherLayout,
                Ok(_) => {}
                Err(_) => return None,
            }
        }
        let raw = theirs.parse::<Cid>().is_ok_and(|cid| cid.codec() == RAW);
        Some(
            if verdict == Verdict::Unproven && raw && is_one_block(upload) {
                Verdict::Different
            } else {
                verdict
            },
        )
    }

    /// Whether the service's CID of this is none that can be computed here. One block has no layout that could differ.
    pub(super) fn is_strange(&self, upload: &Upload) -> Result<bool, CommandError> {
        if is_one_block(upload) {
            return Ok(false);
        }
        let (account, version) = (upload.account, upload.wish.cid_version);
        let read = |tx: &_| rows::was_unproven(tx, account, version);
        Ok(self.store.ledger.read(read)?)
    }

    /// The CIDs besides ours under which a service may keep these bytes, and how they compare with it. None where the source
    /// is not what was sent any more.
    pub(super) async fn other_names(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
    ) -> Vec<(String, Verdict)> {
        let Some(ours) = upload.cid.clone() else {
            return Vec::new();
        };
        let quiet = running.unseen();
        let mut names = vec![(ours.clone(), Verdict::Verified)];
        names.extend(other_version(&ours).map(|cid| (cid, Verdict::Verified)));
        let _alone = tokio::select! {
            taken = self.hashing.acquire() => taken,
            () = quiet.cancel.cancelled() => return Vec::new(),
        };
        let own = bytes::profile(upload);
        for profile in Profile::ALL.into_iter().filter(|profile| *profile != own) {
            let Ok(root) = self.root_under(upload, &quiet, profile).await else {
                break;
            };
            for cid in std::iter::once(root.clone()).chain(other_version(&root)) {
                if names.iter().all(|(known, _)| *known != cid) {
                    names.push((cid, Verdict::OtherLayout));
                }
            }
        }
        names.remove(0);
        names
    }

    async fn root_under(
        &self,
        upload: &Upload,
        quiet: &Arc<Running>,
        profile: Profile,
    ) -> Result<String, Stopped> {
        let (files, upload, quiet) = (self.files.clone(), upload.clone(), quiet.clone());
        let hashed = bytes::off_thread(move || {
            let contents =
                bytes::contents(files.as_ref(), &upload, &|| quiet.cancel.is_cancelled())
                    .map_err(Stopped::Refused)?;
            if Some(&contents.stamp) != upload.stamp.as_ref() {
                return Err(Stopped::Changed);
            }
            let root = bytes::root(files.as_ref(), &upload, &contents, profile, &quiet)?;
            Ok(root.cid.to_string())
        });
        hashed.await.unwrap_or(Err(Stopped::Changed))
    }
}

/// One raw block under every profile: another hash of one is other bytes.
fn is_one_block(upload: &Upload) -> bool {
    let single = !upload.wish.folder && !upload.wish.wrap;
    single && upload.bytes.is_some_and(|size| size <= ONE_BLOCK)
}

fn same_hash(ours: &str, theirs: &str) -> bool {
    let parsed = ours.parse::<Cid>().ok().zip(theirs.parse::<Cid>().ok());
    parsed.is_some_and(|(ours, theirs)| ours.hash() == theirs.hash())
}

/// The same block named in the other version, where both can name it.
pub(super) fn other_version(cid: &str) -> Option<String> {
    let cid = cid.parse::<Cid>().ok()?;
    let other = match cid.version() {
        cid::Version::V0 => Cid::new_v1(DAG_PB, *cid.hash()),
        cid::Version::V1 if cid.codec() == DAG_PB => Cid::new_v0(*cid.hash()).ok()?,
        cid::Version::V1 => return None,
    };
    Some(other.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_its_other_name_only_where_both_versions_can_name_it() {
        let older = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn";
        let newer = other_version(older).expect("an empty folder in version 1");
        assert_eq!(
            newer,
            "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"
        );
        assert_eq!(other_version(&newer).as_deref(), Some(older));
        assert!(same_hash(older, &newer));
        let raw = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
        assert_eq!(other_version(raw), None);
        assert_eq!(other_version("no CID"), None);
    }
}
