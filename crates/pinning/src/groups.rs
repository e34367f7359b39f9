//! Groups of pins.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{Error, Network, PageToken, PinRef, Priority};

/// A group as the service lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The service's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The network that its pins are on; the legacy API knows the public one only.
    pub network: Network,
    /// Whether it may be seen without a key; `None` where the service does not say.
    pub public: Option<bool>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was changed last, where the service says.
    pub updated_at: Option<Timestamp>,
}

/// Names one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRef {
    /// The service's id.
    pub id: String,
    /// The network that it is on.
    pub network: Network,
}

impl From<&Group> for GroupRef {
    fn from(group: &Group) -> Self {
        Self {
            id: group.id.clone(),
            network: group.network,
        }
    }
}

/// A group to make.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewGroup {
    /// Its name; not empty.
    pub name: String,
    /// The network that its pins are on.
    pub network: Network,
    /// Whether it may be seen without a key; the service's choice where it is missing.
    pub public: Option<bool>,
}

/// Changes to a group; what is not named stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupEdit {
    /// A new name.
    pub name: Option<String>,
    /// Whether it may be seen without a key; v3 only.
    pub public: Option<bool>,
}

/// Which groups to list; the default is all on the public network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupQuery {
    /// The network.
    pub network: Network,
    /// Part of the name, matched by the service.
    pub name_contains: Option<String>,
    /// Those that may be seen without a key, or the others only; v3 only.
    pub public: Option<bool>,
}

/// One page of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPage {
    /// The groups.
    pub groups: Vec<Group>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<PageToken>,
}

/// Makes, lists and changes groups.
#[async_trait]
pub trait Groups: Send + Sync {
    /// Makes a group. It is not repeated: an error that says `Maybe` may have left one that the list shows.
    async fn create(&self, wish: &NewGroup) -> Result<Group, Error>;

    /// One page of the account's groups.
    async fn page(
        &self,
        query: &GroupQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<GroupPage, Error>;

    /// One group as it is now. `NotFound` where it is gone.
    async fn get(&self, group: &GroupRef, priority: Priority) -> Result<Group, Error>;

    /// Renames a group or changes who may see it.
    async fn edit(&self, group: &GroupRef, edit: &GroupEdit) -> Result<Group, Error>;

    /// Removes the group; its pins stay.
    async fn delete(&self, group: &GroupRef) -> Result<(), Error>;

    /// Puts pins into the group: one result a pin, in their order. After a failure that would meet every other pin
    /// as well (no connection, a refused key, a limit) the rest is not tried and fails as unsent.
    async fn add(&self, group: &GroupRef, pins: &[PinRef]) -> Vec<Result<(), Error>>;

    /// Takes pins out of the group, with results as for [`Groups::add`]. The pins stay.
    async fn remove(&self, group: &GroupRef, pins: &[PinRef]) -> Vec<Result<(), Error>>;
}
