//! Keys, their scopes, and who may call what.
//!
//! One key can carry legacy endpoints, v3 resources or all of it (admin). A key without the scope
//! that a call needs is refused with 403 `NO_SCOPES_FOUND`, while `testAuthentication` answers 200
//! for any valid key: it proves identity only.

use crate::app::App;
use crate::error::Refusal;
use crate::links;
use crate::route::{Family, Route};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::Value;
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

    /// The `permissions` of a request that makes a key; `None` when they are not of their form:
    /// `{"admin":bool,"endpoints":{"data":{name:bool},"pinning":{…}},"resources":["org:…"]}`.
    pub(crate) fn of_permissions(permissions: &Value) -> Option<Self> {
        let given = permissions.as_object()?;
        let mut scopes = match given.get("admin") {
            None | Some(Value::Null | Value::Bool(false)) => Self::none(),
            Some(Value::Bool(true)) => Self::admin(),
            Some(_) => return None,
        };
        if let Some(endpoints) = given.get("endpoints").filter(|given| !given.is_null()) {
            for family in endpoints.as_object()?.values() {
                for (name, allowed) in family.as_object()? {
                    if allowed.as_bool()? {
                        scopes.endpoints.insert(name.clone());
                    }
                }
            }
        }
        if let Some(resources) = given.get("resources").filter(|given| !given.is_null()) {
            for resource in resources.as_array()? {
                let resource = resource.as_str().filter(|r| r.starts_with("org:"))?;
                scopes.resources.insert(resource.to_owned());
            }
        }
        Some(scopes)
    }

    fn allow(&self, need: Need) -> bool {
        let has = |scope: &str| self.resources.contains(scope);
        self.admin
            || match need {
                Need::Nothing | Need::Identity => true,
                Need::Legacy(endpoint) => self.endpoints.contains(endpoint),
                Need::Read(resource) => {
                    has(&format!("org:{resource}:read"))
                        || has("org:read")
                        || self.allow(Need::Write(resource))
                }
                Need::Write(resource) => {
                    has(&format!("org:{resource}:write")) || self.allow(Need::Organisation)
                }
                Need::Organisation => has("org:write"),
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
    /// `org:{resource}:read`.
    Read(&'static str),
    /// `org:{resource}:write`.
    Write(&'static str),
    /// `org:write`, or an admin key.
    Organisation,
}

/// What a caller shows.
enum Credentials<'a> {
    Token(&'a str),
    /// `pinata_api_key` and `pinata_secret_api_key`.
    Pair(&'a str, &'a str),
    /// An Authorization header that is no bearer token, or half a pair with something unreadable.
    Unusable,
    None,
}

impl<'a> Credentials<'a> {
    /// A token goes before the pair; v3 knows bearer tokens only.
    fn of(headers: &'a HeaderMap, family: Family) -> Self {
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            return bearer(value).map_or(Self::Unusable, Self::Token);
        }
        let text = |name: &str| headers.get(name).map(|value| value.to_str().ok());
        match (text("pinata_api_key"), text("pinata_secret_api_key")) {
            (Some(Some(key)), Some(Some(secret))) if family != Family::V3 => {
                Self::Pair(key, secret)
            }
            (Some(None), _) | (_, Some(None)) => Self::Unusable,
            _ if family == Family::V3 => Self::Unusable,
            _ => Self::None,
        }
    }
}

/// Says whether the caller may take this route.
pub(crate) async fn check(
    app: &App,
    route: Route,
    (method, uri, headers): (&Method, &Uri, &HeaderMap),
) -> Result<(), Refusal> {
    let need = route.need();
    if need == Need::Nothing {
        return Ok(());
    }
    if route == Route::PrivateFile && links::is_signed(uri) {
        return links::check(app, uri, method);
    }
    if matches!(route, Route::TusHead | Route::TusPatch) {
        // `/v3/files/{upload}/{name}`: an upload that a signed URL began is its own key.
        let upload = uri.path().split('/').nth(3).unwrap_or_default();
        if app.store.is_signed(upload.to_owned()).await? {
            return Ok(());
        }
    }
    let known = match Credentials::of(headers, route.family()) {
        Credentials::None => return Err(missing(app, route)),
        Credentials::Unusable => None,
        Credentials::Token(token) => match configured(app, |key| same(&key.token, token)) {
            Some(known) => Some(known),
            None => app.store.key_of_token(token.to_owned()).await?,
        },
        Credentials::Pair(key, secret) => match &app.settings.pair {
            Some(pair) if same(&pair.0, key) && same(&pair.1, secret) => Some(Known {
                scopes: Scopes::admin(),
                revoked: false,
                counted: None,
            }),
            _ => {
                let pair = (key.to_owned(), secret.to_owned());
                app.store.key_of_pair(pair).await?
            }
        },
    };
    let Some(known) = known else {
        return Err(invalid(app, route));
    };
    if known.revoked {
        return Err(revoked());
    }
    if !known.scopes.allow(need) {
        return Err(no_scopes());
    }
    let Some(id) = known.counted else {
        return Ok(());
    };
    if app.store.use_key(id, app.now_micros()).await? {
        return Ok(());
    }
    Err(revoked())
}

/// A caller whose credentials are those of a key.
pub(crate) struct Known {
    pub(crate) scopes: Scopes,
    pub(crate) revoked: bool,
    /// The id of a key whose uses are counted.
    pub(crate) counted: Option<String>,
}

fn configured(app: &App, is: impl Fn(&Key) -> bool) -> Option<Known> {
    app.keys.iter().find(|key| is(key)).map(|key| Known {
        scopes: key.scopes.clone(),
        revoked: key.revoked,
        counted: None,
    })
}

fn bearer(value: &header::HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim_matches(' '))
}

/// Without an Authorization header the legacy API goes on to look for its key pair, and complains
/// about that with a 400.
fn missing(app: &App, route: Route) -> Refusal {
    if strict(app, route) || route.family() == Family::Other {
        return invalid(app, route);
    }
    Refusal::reason(
        StatusCode::BAD_REQUEST,
        "KEYS_MUST_BE_STRINGS",
        "pinata_api_key and pinata_secret_api_key must both be strings",
    )
}

fn invalid(app: &App, route: Route) -> Refusal {
    if strict(app, route) {
        return Refusal::reason(
            StatusCode::UNAUTHORIZED,
            "UNAUTHORIZED",
            "Access token is missing or invalid",
        );
    }
    Refusal::reason(
        StatusCode::UNAUTHORIZED,
        "INVALID_CREDENTIALS",
        "Invalid/expired credentials",
    )
}

fn strict(app: &App, route: Route) -> bool {
    app.settings.strict_psa && matches!(route.family(), Family::Psa | Family::PsaList)
}

fn revoked() -> Refusal {
    Refusal::reason(
        StatusCode::FORBIDDEN,
        "API_KEY_REVOKED",
        "This API key has been revoked",
    )
}

fn no_scopes() -> Refusal {
    Refusal::reason(
        StatusCode::FORBIDDEN,
        "NO_SCOPES_FOUND",
        "This key does not have the required scopes associated with it",
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
