//! One remote service: its presence of nouns is its capability.

use async_trait::async_trait;

use crate::{Error, KeyReport, Pins, Uploads, Usage};

/// A remote pinning service with one account's key in it.
#[async_trait]
pub trait Service: Send + Sync {
    /// Whose key this is and what works with it; nothing is stored or changed by asking.
    async fn check(&self) -> Result<KeyReport, Error>;

    /// Lists and edits of pins, where the service has them.
    fn pins(&self) -> Option<&dyn Pins>;

    /// Uploads, where the service takes them.
    fn uploads(&self) -> Option<&dyn Uploads>;

    /// Totals, where the service counts.
    fn usage(&self) -> Option<&dyn Usage>;
}
