//! What a v3 upload says of itself: the fields of a form, or the pairs of `Upload-Metadata`.

use super::{bad_request, keyvalues, network};
use crate::error::Refusal;
use crate::store::Network;
use cid::Version;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The options of one upload.
pub(crate) struct Options {
    /// Private when nothing is said.
    pub(crate) network: Network,
    pub(crate) version: Version,
    /// The bytes are a CAR, to be stored as the DAG that it holds.
    pub(crate) car: bool,
    pub(crate) name: Option<String>,
    pub(crate) keyvalues: Option<Map<String, Value>>,
    pub(crate) group_id: Option<String>,
    /// Microseconds since 1970.
    pub(crate) expires_at: Option<i64>,
}

impl Options {
    /// `paid`: the account's plan takes CARs.
    pub(crate) fn parse(fields: &BTreeMap<String, String>, paid: bool) -> Result<Self, Refusal> {
        let field = |name: &str| fields.get(name).filter(|value| !value.is_empty()).cloned();
        let car = field("car").as_deref() == Some("true");
        if car && !paid {
            return Err(bad_request("CAR uploads need a paid plan"));
        }
        let version = match field("cid_version").as_deref() {
            None | Some("v1" | "1") => Version::V1,
            Some("v0" | "0") => Version::V0,
            Some(_) => return Err(bad_request("cid_version must be v0 or v1")),
        };
        let pairs = match field("keyvalues") {
            None => Value::Null,
            Some(text) => serde_json::from_str(&text)
                .map_err(|_| bad_request("keyvalues is not valid JSON"))?,
        };
        let expires_at = field("expires_at")
            .map(|text| text.parse().ok().and_then(from_seconds))
            .map(|time| time.ok_or_else(|| bad_request("expires_at must be a Unix time")))
            .transpose()?;
        let network = field("network").map_or(Ok(Network::Private), |text| network(&text))?;
        if car && network != Network::Public {
            return Err(bad_request("A CAR can only go to the public network"));
        }
        Ok(Self {
            network,
            version,
            car,
            name: field("name"),
            keyvalues: keyvalues(&pairs, false)?,
            // Documentation and the official client differ in the field's name.
            group_id: field("group_id").or_else(|| field("group")),
            expires_at,
        })
    }
}

/// Unix seconds to microseconds.
pub(super) fn from_seconds(seconds: i64) -> Option<i64> {
    (seconds > 0)
        .then(|| seconds.checked_mul(1_000_000))
        .flatten()
}
