//! API keys: making, listing, revoking.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::{Error, PageToken, Priority};

/// A call of the legacy API that a key can be allowed (Pinata's API reference, "Generate API Key").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LegacyCall {
    /// `data.pinList`
    PinList,
    /// `data.userPinnedDataTotal`
    UserPinnedDataTotal,
    /// `pinning.hashMetadata`
    HashMetadata,
    /// `pinning.hashPinPolicy`
    HashPinPolicy,
    /// `pinning.pinByHash`
    PinByHash,
    /// `pinning.pinFileToIPFS`
    PinFileToIpfs,
    /// `pinning.pinJSONToIPFS`
    PinJsonToIpfs,
    /// `pinning.pinJobs`
    PinJobs,
    /// `pinning.unpin`
    Unpin,
    /// `pinning.userPinPolicy`
    UserPinPolicy,
}

impl LegacyCall {
    /// Every one, in the order of the reference.
    pub const ALL: [Self; 10] = [
        Self::PinList,
        Self::UserPinnedDataTotal,
        Self::HashMetadata,
        Self::HashPinPolicy,
        Self::PinByHash,
        Self::PinFileToIpfs,
        Self::PinJsonToIpfs,
        Self::PinJobs,
        Self::Unpin,
        Self::UserPinPolicy,
    ];

    /// The name that the service uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PinList => "pinList",
            Self::UserPinnedDataTotal => "userPinnedDataTotal",
            Self::HashMetadata => "hashMetadata",
            Self::HashPinPolicy => "hashPinPolicy",
            Self::PinByHash => "pinByHash",
            Self::PinFileToIpfs => "pinFileToIPFS",
            Self::PinJsonToIpfs => "pinJSONToIPFS",
            Self::PinJobs => "pinJobs",
            Self::Unpin => "unpin",
            Self::UserPinPolicy => "userPinPolicy",
        }
    }

    /// The call of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.as_str() == name)
    }

    /// Whether it stands under `data`; the others stand under `pinning`.
    pub(crate) fn is_data(self) -> bool {
        matches!(self, Self::PinList | Self::UserPinnedDataTotal)
    }
}

/// What a v3 permission is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// Everything of the account: `org:read`, `org:write`.
    Org,
    /// Files.
    Files,
    /// Groups.
    Groups,
    /// Gateways.
    Gateways,
    /// Analytics.
    Analytics,
}

/// How far a v3 permission goes; writing includes reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Looking.
    Read,
    /// Changing.
    Write,
}

/// A v3 permission: `org:files:write`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceScope {
    /// What it is about.
    pub resource: Resource,
    /// How far it goes.
    pub level: Level,
}

impl ResourceScope {
    /// The permission of this name.
    pub fn named(name: &str) -> Option<Self> {
        let (resource, level) = name.rsplit_once(':')?;
        let resource = match resource {
            "org" => Resource::Org,
            "org:files" => Resource::Files,
            "org:groups" => Resource::Groups,
            "org:gateways" => Resource::Gateways,
            "org:analytics" => Resource::Analytics,
            _ => return None,
        };
        let level = match level {
            "read" => Level::Read,
            "write" => Level::Write,
            _ => return None,
        };
        Some(Self { resource, level })
    }
}

impl std::fmt::Display for ResourceScope {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let resource = match self.resource {
            Resource::Org => "org",
            Resource::Files => "org:files",
            Resource::Groups => "org:groups",
            Resource::Gateways => "org:gateways",
            Resource::Analytics => "org:analytics",
        };
        let level = match self.level {
            Level::Read => "read",
            Level::Write => "write",
        };
        write!(out, "{resource}:{level}")
    }
}

/// What a key may do. The legacy calls and the v3 permissions are two families on one key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permissions {
    /// Everything, on both APIs.
    pub admin: bool,
    /// Calls of the legacy API.
    pub legacy: BTreeSet<LegacyCall>,
    /// Permissions of v3.
    pub resources: BTreeSet<ResourceScope>,
    /// What a listed key may do besides, by the service's names; never sent.
    pub others: BTreeSet<String>,
}

/// A key to make.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewKey {
    /// Its name; not empty.
    pub name: String,
    /// How often it may be used; without end where it is missing.
    pub max_uses: Option<u64>,
    /// What it may do; not nothing.
    pub permissions: Permissions,
}

/// A key that was just made: the one time that its secrets are told. Neither `Debug`, `Clone` nor `Serialize`.
pub struct CreatedKey {
    key: String,
    secret: Option<SecretString>,
    jwt: SecretString,
}

impl CreatedKey {
    pub(crate) fn new(key: String, secret: Option<SecretString>, jwt: SecretString) -> Self {
        Self { key, secret, jwt }
    }

    /// The key's public id, as the list shows it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The API secret, which goes with the key in the older pair of headers.
    pub fn secret(&self) -> Option<&SecretString> {
        self.secret.as_ref()
    }

    /// The JWT.
    pub fn jwt(&self) -> &SecretString {
        &self.jwt
    }
}

/// A key as the service lists it. The ciphertext that some lists give as `secret` is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The service's id of this row.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The key's public id: what a JWT names as `scopedKeyKey`, and what revoking takes.
    pub key: String,
    /// How often it may be used; `None` for no limit.
    pub max_uses: Option<u64>,
    /// How often it was used.
    pub uses: Option<u64>,
    /// What it may do.
    pub permissions: Permissions,
    /// Whether it was revoked.
    pub revoked: bool,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    pub updated_at: Option<Timestamp>,
}

/// Which keys to list; the default is all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyQuery {
    /// Revoked ones only, or those still good only.
    pub revoked: Option<bool>,
    /// Those with a number of uses only.
    pub limited_use: bool,
    /// Those whose uses are all spent only; implies `limited_use`.
    pub exhausted: bool,
    /// Part of the name, whatever the case of its letters.
    pub name_contains: Option<String>,
}

impl KeyQuery {
    /// Whether this key is asked for.
    pub fn wants(&self, key: &Key) -> bool {
        let name = key.name.as_deref().unwrap_or_default().to_lowercase();
        let spent = key
            .max_uses
            .is_some_and(|most| key.uses.is_some_and(|uses| uses >= most));
        self.revoked.is_none_or(|revoked| revoked == key.revoked)
            && (!self.limited_use || key.max_uses.is_some())
            && (!self.exhausted || spent)
            && self
                .name_contains
                .as_ref()
                .is_none_or(|part| name.contains(&part.to_lowercase()))
    }
}

/// One page of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPage {
    /// The keys, newest first; may be empty although more follow.
    pub keys: Vec<Key>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<PageToken>,
}

/// Makes, lists and revokes keys. Needs an admin key.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Makes a key. It is not repeated: an error that says `Maybe` may have left a key that the list shows.
    async fn create(&self, wish: &NewKey) -> Result<CreatedKey, Error>;

    /// One page of the account's keys, newest first.
    async fn page(
        &self,
        query: &KeyQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<KeyPage, Error>;

    /// Revokes a key by its public id ([`Key::key`]). `NotFound` where there is none.
    async fn revoke(&self, key: &str) -> Result<(), Error>;
}
