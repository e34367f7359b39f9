//! Other content for a pin's address: on the account's gateway, where its service redirects CIDs ("hot swaps"), or in the
//! pin's place, where a pinning service replaces its requests.

use std::sync::Arc;

use pinning::{Delivered, ErrorKind, Network, PinRequest, Priority, Service, Swap};
use serde::Serialize;
use specta::Type;

use crate::accounts::{AccountId, Accounts, service_name};
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::jobs::{Jobs, one_cid, same_content};
use crate::message::shortened;
use crate::pins::{Mirrored, Pins};
use crate::store::Urgency;

/// Redirections that are told of a pin.
const MOST_ROWS: usize = 10;
/// The most characters that are shown of what a service calls a CID.
const LONGEST_CID: usize = 128;

/// How a service gives a pin's address other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SwapWay {
    /// The account's gateway shows other content for the CID; the pin stays as it is.
    Gateway,
    /// The pin gets another CID and keeps its name and key-values.
    Pin,
}

/// One redirection.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SwapRow {
    /// Whose content is shown.
    pub cid: String,
    /// What the pin of that CID is called here, where there is one.
    pub name: Option<String>,
    /// Since when, milliseconds since 1970.
    #[specta(type = Option<u32>)]
    pub since: Option<Millis>,
}

/// Where the address of a pin leads.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PinSwaps {
    /// How that can be changed.
    pub way: SwapWay,
    /// The name of the gateway that redirects.
    pub gateway: Option<String>,
    /// The redirection that holds, then those before it, as the service remembers them.
    pub rows: Vec<SwapRow>,
}

/// Redirections of all accounts.
pub struct Swaps {
    accounts: Arc<Accounts>,
    pins: Arc<Pins>,
    jobs: Arc<Jobs>,
}

impl Swaps {
    /// Takes its neighbours in.
    pub fn new(accounts: Arc<Accounts>, pins: Arc<Pins>, jobs: Arc<Jobs>) -> Self {
        Self {
            accounts,
            pins,
            jobs,
        }
    }

    /// Where the address of a pin leads now. Asks the service.
    pub async fn of(&self, id: i64) -> Result<PinSwaps, CommandError> {
        let at = self.at(id).await?;
        self.told(&at).await
    }

    /// Shows the content of another CID (or of a link that names one) at the pin's address on the account's gateway.
    pub async fn set(&self, id: i64, other: &str) -> Result<PinSwaps, CommandError> {
        let at = self.at(id).await?;
        let cid = another(&at.row, other)?;
        let swaps = at.service.swaps().ok_or_else(|| at.cannot())?;
        let swap = swaps
            .set(at.network(), &at.row.pin.cid, &cid)
            .await
            .map_err(|error| self.pins.change_failed(at.account, &error, &at.name))?;
        Ok(self.told_or(&at, Some(swap)).await)
    }

    /// The pin's address shows its own content again.
    pub async fn clear(&self, id: i64) -> Result<PinSwaps, CommandError> {
        let at = self.at(id).await?;
        let swaps = at.service.swaps().ok_or_else(|| at.cannot())?;
        match swaps.clear(at.network(), &at.row.pin.cid).await {
            // Not redirected is what was wanted.
            Err(error) if error.kind != ErrorKind::NotFound => {
                Err(self.pins.change_failed(at.account, &error, &at.name))
            }
            _ => Ok(self.told_or(&at, None).await),
        }
    }

    /// Where the address leads after a change that is done: where the service does not tell, what it answered to that.
    async fn told_or(&self, at: &At, swap: Option<Swap>) -> PinSwaps {
        self.told(at).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what a pin was redirected to could not be read");
            PinSwaps {
                way: SwapWay::Gateway,
                gateway: None,
                rows: self.rows(at, swap),
            }
        })
    }

    /// Puts another CID in the pin's place: name and key-values stay. What is not at the service yet is followed as an import;
    /// the old CID is among what was unpinned.
    pub async fn replace(&self, id: i64, other: &str) -> Result<(), CommandError> {
        let at = self.at(id).await?;
        let cid = another(&at.row, other)?;
        let requests = at.service.requests().ok_or_else(|| at.cannot())?;
        let wish = PinRequest {
            cid: cid.clone(),
            // A service calls what was pinned without a name by its CID: that is the old content's.
            name: at
                .row
                .pin
                .name
                .clone()
                .filter(|name| *name != at.row.pin.cid),
            origins: Vec::new(),
            meta: at
                .row
                .pin
                .keyvalues
                .iter()
                .map(|(key, value)| (key.clone(), value.to_string()))
                .collect(),
        };
        let request_id = at.row.service_id().ok_or_else(|| {
            CommandError::new(
                ErrorCode::Gone,
                "The service has not told the id of this pin yet. Refresh the list and try again.",
            )
        })?;
        let asking = requests.replace(request_id, &wish);
        let asked = self
            .pins
            .taken_away(&at.row, Urgency::Click, asking)
            .await?;
        let told = asked.map_err(|error| {
            let told = self.pins.change_failed(at.account, &error, &at.name);
            (error.delivered, told)
        });
        if let Err((Delivered::NotSent, told)) = told {
            return Err(told);
        }
        // What came of it is in the lists, also where no answer came. They are read again later where they cannot be now.
        if let Err(error) = self.look_for(at.account, &cid).await {
            tracing::warn!(%error, "what replaced a pin could not be looked for");
        }
        told.map(drop).map_err(|(_, told)| told)
    }

    async fn look_for(&self, account: AccountId, cid: &str) -> Result<(), CommandError> {
        if self
            .pins
            .pinned_now(account, &[cid.to_owned()])
            .await?
            .is_none()
        {
            self.jobs.refresh(account).await?;
        }
        Ok(())
    }

    async fn at(&self, id: i64) -> Result<At, CommandError> {
        let row = self.pins.mirrored(id)?;
        Ok(At {
            account: row.account,
            service: self.accounts.service(row.account).await?,
            name: service_name(&self.accounts.get(row.account)?),
            row,
        })
    }

    async fn told(&self, at: &At) -> Result<PinSwaps, CommandError> {
        let Some(swaps) = at.service.swaps() else {
            at.service.requests().ok_or_else(|| at.cannot())?;
            return Ok(PinSwaps {
                way: SwapWay::Pin,
                gateway: None,
                rows: Vec::new(),
            });
        };
        let gateways = at.service.gateways().ok_or_else(|| at.cannot())?;
        let gateway = self
            .pins
            .own_gateway(at.account, gateways, &at.name)
            .await?;
        let host = gateway.url().host_str().unwrap_or_default().to_owned();
        let history = swaps
            .history(at.network(), &at.row.pin.cid, &host, Priority::Click)
            .await;
        let history = match history {
            Ok(history) => history,
            Err(error) if error.kind == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(self.pins.failed(at.account, &error, &at.name)),
        };
        Ok(PinSwaps {
            way: SwapWay::Gateway,
            gateway: Some(host),
            rows: self.rows(at, history),
        })
    }

    fn rows(&self, at: &At, history: impl IntoIterator<Item = Swap>) -> Vec<SwapRow> {
        let row = |swap: Swap| SwapRow {
            name: self
                .pins
                .find(at.account, &swap.to)
                .ok()
                .flatten()
                .and_then(|pin| pin.pin.name),
            cid: shortened(&swap.to, LONGEST_CID),
            since: swap.created_at.map(jiff::Timestamp::as_millisecond),
        };
        history.into_iter().take(MOST_ROWS).map(row).collect()
    }
}

/// A pin and its service.
struct At {
    row: Mirrored,
    account: AccountId,
    service: Arc<dyn Service>,
    name: String,
}

impl At {
    fn network(&self) -> Network {
        if self.row.pin.public {
            Network::Public
        } else {
            Network::Private
        }
    }

    fn cannot(&self) -> CommandError {
        let name = &self.name;
        CommandError::new(
            ErrorCode::MissingScope,
            format!("{name} cannot give the address of a pin other content."),
        )
    }
}

/// The CID that a person means, which must be another one than the pin's.
fn another(row: &Mirrored, text: &str) -> Result<String, CommandError> {
    let cid = one_cid(text)?;
    if same_content(&cid, &row.pin.cid) {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            "This is the pin's own CID. Nothing was changed.",
        ));
    }
    Ok(cid)
}
