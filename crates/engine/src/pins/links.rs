//! Ways to a pin's bytes: the gateway for public ones, a link that works for a while for private ones.

use std::time::Duration;

use pinning::{GatewayAddress, Gateways, Priority, PrivateFile, SignedLink};

use super::work::pin_ref;
use super::{Pins, rows};
use crate::accounts::{AccountId, AccountKind, service_name};
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};

/// How long a link to a private file works.
const LASTS: Duration = Duration::from_mins(10);
/// The host that serves everyone's public files, and nobody's private ones.
const SHARED_GATEWAY: &str = "gateway.pinata.cloud";
/// The longest record that is shown, in bytes.
const LONGEST_RECORD: usize = 128 * 1024;

/// A link to a pin for somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinLink {
    /// The link.
    pub link: String,
    /// When it stops working; `None` for a public pin's, which does not.
    pub until: Option<Millis>,
}

impl Pins {
    /// A link to a pin that others can open: of a private one for so long, or for ten minutes. `named`: a download is called
    /// as the pin is; a private file's always is.
    pub async fn link_for_others(
        &self,
        id: i64,
        lasts: Option<Duration>,
        named: bool,
    ) -> Result<PinLink, CommandError> {
        let row = self.mirrored(id)?;
        if self.accounts.get(row.account)?.kind == AccountKind::Sandbox {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "The Sandbox is on this computer only: nobody else can open a link to it.",
            ));
        }
        if !row.pin.public {
            let signed = self.signed_link(&row, lasts.unwrap_or(LASTS)).await?;
            return Ok(PinLink {
                link: signed.url().to_string(),
                until: Some(signed.expires_at.as_millisecond()),
            });
        }
        let link = self.public_link(&row, named);
        let link = link.ok_or_else(|| CommandError::gone("The gateway of this account"))?;
        Ok(PinLink { link, until: None })
    }

    /// Where a pin can be opened in a browser on this computer. For a private one the service is asked for a link
    /// that opens it for ten minutes: whoever has it may open the file, so it goes to the browser or the clipboard only.
    pub async fn browser_address(&self, id: i64) -> Result<String, CommandError> {
        let row = self.mirrored(id)?;
        // Making the service starts the Sandbox, whose gateway would not answer otherwise.
        self.accounts.service(row.account).await?;
        if !row.pin.public {
            let signed = self.signed_link(&row, LASTS).await?;
            return Ok(signed.url().to_string());
        }
        self.address(&row)
            .ok_or_else(|| CommandError::gone("The gateway of this account"))
    }

    async fn signed_link(
        &self,
        row: &rows::Mirrored,
        lasts: Duration,
    ) -> Result<SignedLink, CommandError> {
        let service = self.accounts.service(row.account).await?;
        let name = service_name(&self.accounts.get(row.account)?);
        let gateways = service.gateways().ok_or_else(|| {
            CommandError::new(
                ErrorCode::MissingScope,
                format!("{name} makes no links to private files."),
            )
        })?;
        let file = PrivateFile {
            gateway: self.own_gateway(row.account, gateways, &name).await?,
            cid: row.pin.cid.clone(),
            path: Vec::new(),
            file_name: row.pin.name.clone(),
            lasts,
        };
        let signed = gateways.signed_link(&file).await;
        signed.map_err(|error| self.failed(row.account, &error, &name))
    }

    /// A gateway of the account's own, the chosen one where it is such: only these serve its private files.
    pub(crate) async fn own_gateway(
        &self,
        account: AccountId,
        gateways: &dyn Gateways,
        service: &str,
    ) -> Result<GatewayAddress, CommandError> {
        let known = self.accounts.gateway_base(account);
        let sandbox = self.accounts.get(account)?.kind == AccountKind::Sandbox;
        // The Sandbox has one gateway, whatever was chosen to make links with.
        if !sandbox && let Some(chosen) = self.accounts.chosen_own_gateway(account).await {
            return Ok(chosen);
        }
        if let Some(known) = known.filter(|known| sandbox || !known.contains(SHARED_GATEWAY)) {
            return GatewayAddress::new(&known)
                .map_err(|_| CommandError::gone("The gateway of this account"));
        }
        let page = gateways
            .page(None, Priority::Click)
            .await
            .map_err(|error| self.failed(account, &error, service))?;
        let first = page.gateways.first();
        first
            .and_then(|gateway| gateway.address().ok())
            .ok_or_else(|| {
                CommandError::new(
                    ErrorCode::NotFound,
                    format!("This account has no gateway of its own, and private files open through one only. Make one at {service}."),
                )
            })
    }

    /// The record of a pin as the service gives it now, as text to read. It holds no key.
    pub async fn record(&self, id: i64) -> Result<String, CommandError> {
        let row = self.mirrored(id)?;
        let service = self.accounts.service(row.account).await?;
        let name = service_name(&self.accounts.get(row.account)?);
        let pins = service.pins().ok_or_else(|| super::work::missing(&name))?;
        let record = pins
            .record(&pin_ref(&row), Priority::Click)
            .await
            .map_err(|error| self.failed(row.account, &error, &name))?;
        let mut text = serde_json::to_string_pretty(&record).unwrap_or_default();
        if text.len() > LONGEST_RECORD {
            text.truncate(text.floor_char_boundary(LONGEST_RECORD));
            text.push_str("\n…");
        }
        Ok(text)
    }
}
