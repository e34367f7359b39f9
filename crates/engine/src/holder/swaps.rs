//! Other content for the address of a pin, as other processes ask for it.

use serde::{Deserialize, Serialize};

use super::answer::Say;
use super::lines::{time, word};
use super::{Reply, meant};
use crate::Engine;
use crate::accounts::{AccountId, service_name};
use crate::error::{CommandError, ErrorCode};
use crate::swaps::{PinSwaps, SwapWay};

/// What is asked of the address of a pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapAsked {
    /// Where it leads.
    Show,
    /// The account's gateway shows the content of this CID there.
    Set(String),
    /// The pin itself gets this CID, and what it kept is let go.
    Replace(String),
    /// It shows its own content again.
    Clear,
}

/// Where the address of a pin leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapLine {
    /// The pin's CID.
    pub cid: String,
    /// Its name.
    pub name: Option<String>,
    /// `gateway`: the account's gateway redirects; `pin`: the pin itself can get another CID.
    pub way: String,
    /// The name of the gateway.
    pub gateway: Option<String>,
    /// The CID whose content is shown now, then those before it; empty where it shows its own.
    pub shows: Vec<ShownLine>,
}

/// What an address shows or showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownLine {
    /// The CID.
    pub cid: String,
    /// What its pin is called here.
    pub name: Option<String>,
    /// Since when, RFC 3339.
    pub since: Option<String>,
}

/// Shows or changes where it leads, and tells how that is then.
pub(super) async fn asked(
    engine: &Engine,
    account: AccountId,
    which: &str,
    what: SwapAsked,
    say: &Say,
) -> Result<(), CommandError> {
    let id = meant::the_one(engine, account, which).await?;
    let pin = engine.pins.mirrored(id)?.pin;
    let swaps = match what {
        SwapAsked::Show => engine.swaps.of(id).await?,
        SwapAsked::Set(cid) => {
            by_the_gateway(engine, account, id).await?;
            engine.swaps.set(id, &cid).await?
        }
        SwapAsked::Clear => {
            by_the_gateway(engine, account, id).await?;
            engine.swaps.clear(id).await?
        }
        SwapAsked::Replace(cid) => {
            if engine.swaps.of(id).await?.way == SwapWay::Gateway {
                let sentence = "This account’s gateway shows other content and lets nothing go. Leave --replace out.";
                return Err(CommandError::new(ErrorCode::BadInput, sentence));
            }
            engine.swaps.replace(id, &cid).await?;
            return say
                .note(format!(
                    "{which} has another CID now; it is among pins or imports."
                ))
                .await;
        }
    };
    let PinSwaps { way, gateway, rows } = swaps;
    let shows = rows.into_iter().map(|row| ShownLine {
        cid: row.cid,
        name: row.name,
        since: row.since.map(time),
    });
    say.line(Reply::Swap(SwapLine {
        cid: pin.cid,
        name: pin.name,
        way: word(way),
        gateway,
        shows: shows.collect(),
    }))
    .await
}

/// Fails where the pin itself would change.
async fn by_the_gateway(engine: &Engine, account: AccountId, id: i64) -> Result<(), CommandError> {
    if engine.swaps.of(id).await?.way == SwapWay::Gateway {
        return Ok(());
    }
    let name = service_name(&engine.accounts.get(account)?);
    Err(CommandError::new(
        ErrorCode::BadInput,
        format!(
            "At {name} the pin itself gets the other CID, and what it keeps now is let go. Say --replace for that."
        ),
    ))
}
