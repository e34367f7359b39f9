//! One remote service: its presence of nouns is its capability.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    Access, Error, Gateways, Groups, Jobs, KeyReport, Keys, Pins, Requests, Resumable, Spent,
    Swaps, Uploads, Usage,
};

/// One more thing that a person does with an account, beside [`crate::Feature`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ability {
    /// Pin by CID.
    PinByCid,
    /// See the queue of what is being looked for.
    Jobs,
    /// Take a job out of the queue.
    CancelJobs,
    /// Upload JSON.
    UploadJson,
    /// Say when the service is to unpin by itself.
    Expiry,
    /// See groups.
    SeeGroups,
    /// Make and change groups.
    ChangeGroups,
    /// See the account's gateways.
    Gateways,
    /// Make links that open a private file for a while.
    PrivateLinks,
    /// See what was unpinned.
    History,
    /// Make, list and revoke keys.
    Keys,
}

/// A remote pinning service with one account's key in it.
#[async_trait]
pub trait Service: Send + Sync {
    /// Whose key this is and what works with it; nothing is stored or changed by asking.
    async fn check(&self) -> Result<KeyReport, Error>;

    /// The public id of the key in it (`scopedKeyKey`), as the token itself claims; nothing is asked.
    fn key_id(&self) -> Option<String> {
        None
    }

    /// How much of its request budget was used in the last minute, by endpoint family. Nothing is asked.
    fn spent(&self) -> Vec<Spent> {
        Vec::new()
    }

    /// The same account for work that nobody waits for: it shares the request budget and all that was learnt, and each
    /// of its calls waits behind every click, whatever it is.
    fn in_background(&self) -> Arc<dyn Service>;

    /// Lists and edits of pins, where the service has them.
    fn pins(&self) -> Option<&dyn Pins>;

    /// Uploads, where the service takes them.
    fn uploads(&self) -> Option<&dyn Uploads>;

    /// Totals, where the service counts.
    fn usage(&self) -> Option<&dyn Usage>;

    /// Pinning by CID and its queue, where the service has it.
    fn jobs(&self) -> Option<&dyn Jobs> {
        None
    }

    /// API keys, where the service manages them.
    fn keys(&self) -> Option<&dyn Keys> {
        None
    }

    /// Groups of pins, where the service has them.
    fn groups(&self) -> Option<&dyn Groups> {
        None
    }

    /// Gateways of the account's own, where the service has them.
    fn gateways(&self) -> Option<&dyn Gateways> {
        None
    }

    /// Redirections of CIDs, where the service has them.
    fn swaps(&self) -> Option<&dyn Swaps> {
        None
    }

    /// Pin requests of the pinning service API, where the service speaks it.
    fn requests(&self) -> Option<&dyn Requests> {
        None
    }

    /// Uploads in chunks that survive a broken connection, where the service has them.
    fn resumable(&self) -> Option<&dyn Resumable> {
        None
    }

    /// What the key may do beside files, each ability that the service has once; nothing is stored or changed by
    /// asking.
    async fn abilities(&self) -> Result<Vec<(Ability, Access)>, Error> {
        Ok(Vec::new())
    }
}
