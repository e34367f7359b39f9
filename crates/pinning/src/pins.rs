//! What an account has pinned.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{Error, PinQuery, Priority};

/// Which of Pinata's two networks a pin is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Network {
    /// The public IPFS network.
    #[default]
    Public,
    /// The account's private network.
    Private,
}

impl Network {
    /// The word that Pinata's v3 API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "public" => Some(Self::Public),
            "private" => Some(Self::Private),
            _ => None,
        }
    }
}

/// A key-value's value. The legacy API also knows numbers and booleans; v3 and pinning services have text only. A date is
/// text of a certain form: JSON has no other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Text.
    Text(String),
    /// A number, as it was written: 5 is sent back as 5 and 5.0 as 5.0.
    Number(serde_json::Number),
    /// True or false.
    Bool(bool),
}

impl Value {
    /// A number; `None` for what JSON cannot hold, such as infinity.
    pub fn number(number: f64) -> Option<Self> {
        serde_json::Number::from_f64(number).map(Self::Number)
    }

    /// The value as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => number.clone().into(),
            Self::Bool(truth) => (*truth).into(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => out.write_str(text),
            Self::Number(number) => write!(out, "{number}"),
            Self::Bool(truth) => write!(out, "{truth}"),
        }
    }
}

/// One pin as the service lists it now.
#[derive(Debug, Clone, PartialEq)]
pub struct Pin {
    /// The service's id of this row or file.
    pub service_id: String,
    /// The CID, as the service writes it.
    pub cid: String,
    /// Its name.
    pub name: Option<String>,
    /// Cumulative size of the DAG in bytes (a little more than the file).
    pub dag_size: Option<u64>,
    /// How many files it holds.
    pub files: Option<u64>,
    /// Its MIME type as the service says; "directory" for folders.
    pub mime: Option<String>,
    /// Its key-values.
    pub keyvalues: BTreeMap<String, Value>,
    /// The id of its group.
    pub group: Option<String>,
    /// The network that it is on.
    pub network: Network,
    /// When it was pinned.
    pub pinned_at: Option<Timestamp>,
    /// When it was unpinned: a row of history.
    pub unpinned_at: Option<Timestamp>,
    /// When the service will remove it by itself.
    pub expires_at: Option<Timestamp>,
    /// Where it is kept, where the service says.
    pub regions: Vec<Region>,
}

/// A place where a service keeps a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// The service's name for it.
    pub id: String,
    /// Replicas that are there now.
    pub replicas: Option<u64>,
    /// Replicas that are to be there.
    pub wanted: Option<u64>,
}

impl Region {
    /// A member of `regions` in a list of pins, or of a job's pin policy.
    pub(crate) fn read(row: &serde_json::Value) -> Option<Self> {
        use crate::json as read;
        Some(Self {
            id: read::text(row, "regionId").or_else(|| read::text(row, "id"))?,
            replicas: read::count(row, "currentReplicationCount"),
            wanted: read::count(row, "desiredReplicationCount"),
        })
    }
}

/// Where the next page begins: opaque, and worth nothing for another query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The place of a row in a list that counts rows (the legacy API's lists do), 0 being the first.
    pub fn at_row(row: usize) -> Self {
        Self(format!("legacy:{row}"))
    }

    /// The text to keep where a listing is continued later.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PageToken {
    /// Takes back what [`PageToken::as_str`] gave.
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// One page of pins.
#[derive(Debug, Clone, PartialEq)]
pub struct PinPage {
    /// At most 1,000 pins; may be empty although more follow (rows of history are left out).
    pub pins: Vec<Pin>,
    /// Whether its rows name their group, so that one without is in none. The legacy list's do not.
    pub names_groups: bool,
    /// Where the next page begins; `None` at the end.
    pub next: Option<PageToken>,
}

/// A file that the service has taken in, and whose CID it has not told yet: large uploads are looked through afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingFile {
    /// The service's id of it.
    pub service_id: String,
    /// Its name.
    pub name: Option<String>,
    /// Bytes, as far as the service says.
    pub bytes: Option<u64>,
    /// Its MIME type as the service says.
    pub mime: Option<String>,
    /// Its key-values.
    pub keyvalues: BTreeMap<String, Value>,
    /// The id of its group.
    pub group: Option<String>,
    /// The network that it is on.
    pub network: Network,
    /// Since when the service has it.
    pub created_at: Option<Timestamp>,
}

/// One page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingPage {
    /// At most 1,000; may be empty although more follow.
    pub files: Vec<PendingFile>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<PageToken>,
}

/// Names one pin: by the service's id where the API has ids, else by CID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinRef {
    /// The service's id, as [`Pin::service_id`] or a receipt gave it.
    pub service_id: Option<String>,
    /// The CID, as the service writes it.
    pub cid: String,
    /// The network that it is on.
    pub network: Network,
}

impl From<&Pin> for PinRef {
    fn from(pin: &Pin) -> Self {
        Self {
            service_id: Some(pin.service_id.clone()),
            cid: pin.cid.clone(),
            network: pin.network,
        }
    }
}

/// Changes to one pin; what is not named stays.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PinEdit {
    /// A new name.
    pub name: Option<String>,
    /// Key-values to set, or to delete (`None`); at most 10.
    pub keyvalues: BTreeMap<String, Option<Value>>,
}

/// Lists and changes pins.
#[async_trait]
pub trait Pins: Send + Sync {
    /// One page, newest first.
    async fn page(
        &self,
        query: &PinQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<PinPage, Error>;

    /// One page of files that have no CID yet, of the network, the name, the group and the MIME type of `query`; of the rest
    /// nothing is asked.
    async fn pending(
        &self,
        _query: &PinQuery,
        _after: Option<PageToken>,
        _priority: Priority,
    ) -> Result<PendingPage, Error> {
        Err(Error::refused(
            "NO_PENDING",
            "this service tells of pins once they have a CID",
        ))
    }

    /// One pin as it is now. `NotPinned` where it is gone; without an id, the newest with this CID.
    async fn get(&self, pin: &PinRef, priority: Priority) -> Result<Pin, Error> {
        let found = self.find(&pin.cid, priority).await?;
        let mut here = found.into_iter().filter(|row| row.network == pin.network);
        let named = match &pin.service_id {
            Some(id) => here.find(|row| row.service_id == *id),
            None => here.next(),
        };
        named.ok_or_else(|| Error::unsent(crate::ErrorKind::NotPinned))
    }

    /// The record of a pin as the service gives it now, member for member. `NotPinned` where it is gone.
    async fn record(&self, pin: &PinRef, priority: Priority) -> Result<serde_json::Value, Error>;

    /// What is pinned now with exactly this CID, on both networks where the key may look.
    async fn find(&self, cid: &str, priority: Priority) -> Result<Vec<Pin>, Error>;

    /// Changes the name and key-values. `NotPinned` where the pin is gone. Answers the id that the pin has from now on,
    /// where the change gave it another one.
    async fn edit(&self, pin: &PinRef, edit: &PinEdit) -> Result<Option<String>, Error>;

    /// Whether an edit of this pin stores a number as a number, and not as its text. May ask what the key may do.
    async fn keeps_kinds(&self, _pin: &PinRef) -> Result<bool, Error> {
        Ok(false)
    }

    /// Removes the pin. `NotPinned` where nothing has this CID any more, `NotFound` where the id is gone and another
    /// pin has the CID (which stays). Without an id, `Rejected` (`SEVERAL_PINS`) where more than one pin has the CID.
    async fn unpin(&self, pin: &PinRef) -> Result<(), Error>;

    /// Removes the one pin of this id, whatever its CID. `NotFound` where there is none.
    async fn delete(&self, _network: Network, _service_id: &str) -> Result<(), Error> {
        Err(Error::refused(
            "NO_IDS",
            "this service removes pins by their CID only",
        ))
    }

    /// Says when the service is to remove the pin by itself; `None` for never.
    async fn expire(&self, _pin: &PinRef, _at: Option<Timestamp>) -> Result<(), Error> {
        Err(Error::refused(
            "NO_EXPIRY",
            "this service keeps pins until they are unpinned",
        ))
    }
}
