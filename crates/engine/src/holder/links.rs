//! Links to pins, and the service's own records of them, as other processes ask for them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::answer::Say;
use super::lines::time;
use super::{Reply, meant};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};

/// A link to a pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkLine {
    /// The pin's CID.
    pub cid: String,
    /// Its name.
    pub name: Option<String>,
    /// The link. A private file's opens it for whoever has the link.
    pub link: String,
    /// When it stops working, RFC 3339; `None`: not by itself.
    pub until: Option<String>,
}

/// A link that others can open: of a private file for so many seconds.
pub(super) async fn link(
    engine: &Engine,
    account: AccountId,
    which: &str,
    (seconds, named): (Option<u64>, bool),
    say: &Say,
) -> Result<(), CommandError> {
    let id = meant::the_one(engine, account, which).await?;
    let pin = engine.pins.mirrored(id)?.pin;
    if pin.public && seconds.is_some() {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            format!(
                "“{which}” is public: its link works for everyone, and for good. Leave --for out."
            ),
        ));
    }
    let lasts = seconds.map(Duration::from_secs);
    let made = engine.pins.link_for_others(id, lasts, named).await?;
    say.line(Reply::Link(LinkLine {
        cid: pin.cid,
        name: pin.name,
        link: made.link,
        until: made.until.map(time),
    }))
    .await
}

/// The service's own record of a pin.
pub(super) async fn record(
    engine: &Engine,
    account: AccountId,
    which: &str,
    say: &Say,
) -> Result<(), CommandError> {
    let id = meant::the_one(engine, account, which).await?;
    let text = engine.pins.record(id).await?;
    say.line(Reply::Record { text }).await
}
