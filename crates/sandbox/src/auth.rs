//! Keys, their scopes, and who may call what.
//!
//! One key can carry legacy endpoints, v3 resources or all of it (admin). A key without the scope
//! that a call needs is refused with 403 `NO_SCOPES_FOUND`, while `testAuthentication` answers 200
//! for any valid key: it proves identity only.

use crate::error::Refusal;
use crate::route::Route;
use axum::http::{HeaderMap, StatusCode, header};
use std::collections::BTreeSet;
use std::fmt;

/// A key that the service knows.
#[derive(Clone)]
pub struct Key {
    /// The bearer token.
    pub token: String,
    /// What it may do.
    pub scopes: Scopes,
    /// A revoked key is answered with 403 `API_KEY_REVOKED`.
    pub revoked: bool,
}

impl Key {
    /// A key that is valid.
    pub fn new(token: impl Into<String>, scopes: Scopes) -> Self {
        Self {
            token: token.into(),
            scopes,
            revoked: false,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("token", &"[token]")
            .field("scopes", &self.scopes)
            .field("revoked", &self.revoked)
            .finish()
    }
}

/// What a key may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes {
    admin: bool,
    endpoints: BTreeSet<String>,
    resources: BTreeSet<String>,
}

/// The endpoints that a legacy scope can name.
const LEGACY: [&str; 10] = [
    "pinList",
    "userPinnedDataTotal",
    "hashMetadata",
    "hashPinPolicy",
    "pinByHash",
    "pinFileToIPFS",
    "pinJSONToIPFS",
    "pinJobs",
    "unpin",
    "userPinPolicy",
];

impl Scopes {
    /// Everything.
    pub fn admin() -> Self {
        Self {
            admin: true,
            ..Self::default()
        }
    }

    /// A valid key that may do nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Some legacy endpoints, as `pinList` or `pinFileToIPFS`.
    pub fn legacy<'a>(endpoints: impl IntoIterator<Item = &'a str>) -> Self {
        Self::default().and_legacy(endpoints)
    }

    /// All legacy endpoints and nothing of v3.
    pub fn legacy_all() -> Self {
        Self::legacy(LEGACY)
    }

    /// Some v3 resources, as `org:files:write`. Write includes read; `org:write` includes all.
    pub fn v3<'a>(resources: impl IntoIterator<Item = &'a str>) -> Self {
        Self::default().and_v3(resources)
    }

    /// These scopes with legacy endpoints added.
    #[must_use]
    pub fn and_legacy<'a>(mut self, endpoints: impl IntoIterator<Item = &'a str>) -> Self {
        self.endpoints
            .extend(endpoints.into_iter().map(str::to_owned));
        self
    }

    /// These scopes with v3 resources added.
    #[must_use]
    pub fn and_v3<'a>(mut self, resources: impl IntoIterator<Item = &'a str>) -> Self {
        self.resources
            .extend(resources.into_iter().map(str::to_owned));
        self
    }

    fn allow(&self, need: Need) -> bool {
        let has = |scope: &str| self.resources.contains(scope);
        self.admin
            || match need {
                Need::Nothing | Need::Identity => true,
                Need::Legacy(endpoint) => self.endpoints.contains(endpoint),
                Need::FilesRead => {
                    has("org:files:read") || has("org:read") || self.allow(Need::FilesWrite)
                }
                Need::FilesWrite => has("org:files:write") || has("org:write"),
            }
    }
}

/// What a route asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Anybody may call.
    Nothing,
    /// Any valid key.
    Identity,
    /// A key with this legacy endpoint.
    Legacy(&'static str),
    /// `org:files:read`.
    FilesRead,
    /// `org:files:write`.
    FilesWrite,
}

/// Says whether the caller may take this route.
pub(crate) fn check(keys: &[Key], route: Route, headers: &HeaderMap) -> Result<(), Refusal> {
    let need = route.need();
    if need == Need::Nothing {
        return Ok(());
    }
    let Some(token) = bearer(headers) else {
        return Err(missing(route, headers));
    };
    let Some(key) = keys.iter().find(|key| same(&key.token, token)) else {
        return Err(invalid());
    };
    if key.revoked {
        return Err(Refusal::reason(
            StatusCode::FORBIDDEN,
            "API_KEY_REVOKED",
            "This API key has been revoked",
        ));
    }
    if key.scopes.allow(need) {
        return Ok(());
    }
    Err(Refusal::reason(
        StatusCode::FORBIDDEN,
        "NO_SCOPES_FOUND",
        "This key does not have the required scopes associated with it",
    ))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim_matches(' '))
}

/// Without an Authorization header the legacy API goes on to look for its key pair, and complains
/// about that with a 400. v3 knows bearer tokens only.
fn missing(route: Route, headers: &HeaderMap) -> Refusal {
    let pair =
        headers.contains_key("pinata_api_key") || headers.contains_key(header::AUTHORIZATION);
    if route.is_v3() || pair {
        return invalid();
    }
    Refusal::reason(
        StatusCode::BAD_REQUEST,
        "KEYS_MUST_BE_STRINGS",
        "pinata_api_key and pinata_secret_api_key must be strings",
    )
}

fn invalid() -> Refusal {
    Refusal::reason(
        StatusCode::UNAUTHORIZED,
        "INVALID_CREDENTIALS",
        "Invalid/expired credentials",
    )
}

/// Compares in a time that does not depend on where the two differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |acc, (a, b)| acc | (a ^ b))
            == 0
}
