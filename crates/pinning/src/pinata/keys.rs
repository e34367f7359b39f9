//! Keys: `/v3/api_keys` (documented), `/v3/pinata/keys` (official clients), or the legacy `/users` calls.

use async_trait::async_trait;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Map, Value as Json, json};

use super::Pinata;
use super::calls::{Ask, data, pairs, unreadable};
use super::place::{Place, bad_token};
use super::scopes::Scope;
use crate::{
    CreatedKey, Error, ErrorKind, Key, KeyPage, KeyQuery, Keys, LegacyCall, NewKey, PageToken,
    Permissions, Priority, ResourceScope, json as read,
};

/// Where v3 keeps keys: the reference's path, then the one that official clients use.
const V3_PATHS: [&[&str]; 2] = [&["api_keys"], &["pinata", "keys"]];

#[async_trait]
impl Keys for Pinata {
    async fn create(&self, wish: &NewKey) -> Result<CreatedKey, Error> {
        check(wish)?;
        let newer = async {
            let body = new_key(wish);
            self.v3_keys(Method::POST, &[], Some(&body), Priority::Click)
                .await
        };
        let answer = if wish.permissions.resources.is_empty() {
            let older = async {
                let body = new_key(wish);
                let url = self.api_url(&["users", "generateApiKey"]);
                let ask = Ask::change(Method::POST, url, Some(&body), Scope::LegacyAdmin);
                self.legacy_json(ask).await
            };
            self.either((Scope::Keys, newer), (Scope::LegacyAdmin, older))
                .await
        } else {
            // The legacy API knows nothing of resources.
            self.only_v3(Scope::Keys, crate::Network::Public, newer)
                .await
        };
        created(&answer.map_err(without_body)?)
    }

    async fn page(
        &self,
        query: &KeyQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<KeyPage, Error> {
        let (row, before) = match after.as_ref().map(Place::of).transpose()? {
            None => (0, None),
            Some(Place::Row { row, before }) => (row, before),
            Some(Place::V3(_)) => return Err(bad_token()),
        };
        let filter = filter(query, row);
        let newer = self.v3_keys(Method::GET, &filter, None, priority);
        let older = async {
            let mut url = self.api_url(&["users", "apiKeys"]);
            pairs(&mut url, &filter);
            self.legacy_json(Ask::get(url, Scope::LegacyAdmin, priority))
                .await
        };
        let answer = self
            .either((Scope::Keys, newer), (Scope::LegacyAdmin, older))
            .await?;
        let listed = data(&answer);
        let rows = match listed.get("keys").or_else(|| listed.get("rows")) {
            Some(Json::Array(rows)) => rows.as_slice(),
            Some(Json::Null) => &[],
            // The rows hold ciphertexts of secrets: they are not shown even in an error.
            _ => return Err(unreadable("a list without keys".to_owned())),
        };
        let first = rows.first().and_then(|row| read::text(row, "id"));
        let next = Place::after_rows(row, rows.len(), first.as_deref(), before.as_deref());
        let again = first.is_some() && first == before;
        // A server that does not know a filter gives every key.
        let keys = rows.iter().filter_map(key).filter(|key| query.wants(key));
        Ok(KeyPage {
            keys: if again { Vec::new() } else { keys.collect() },
            next: next.map(|place| place.token()),
        })
    }

    async fn revoke(&self, key: &str) -> Result<(), Error> {
        let newer = async {
            let mut gone = None;
            for path in V3_PATHS {
                let url = self.v3_url(&[path, &[key]].concat());
                let ask = Ask::change(Method::DELETE, url, None, Scope::Keys);
                match self.v3_done(ask).await {
                    Err(error) if is_elsewhere(&error) => gone = gone.or(Some(error)),
                    result => return result,
                }
            }
            gone.map_or(Ok(()), Err)
        };
        let older = async {
            let body = json!({"apiKey": key});
            let url = self.api_url(&["users", "revokeApiKey"]);
            let ask = Ask::change(Method::PUT, url, Some(&body), Scope::LegacyAdmin);
            self.legacy_done(ask).await
        };
        self.either((Scope::Keys, newer), (Scope::LegacyAdmin, older))
            .await
    }
}

impl Pinata {
    /// A v3 call on keys, at the second path where the first is not there.
    async fn v3_keys(
        &self,
        method: Method,
        filter: &[(&str, Option<String>)],
        json: Option<&Json>,
        priority: Priority,
    ) -> Result<Json, Error> {
        let ask = |path: &[&str]| {
            let mut url = self.v3_url(path);
            pairs(&mut url, filter);
            Ask {
                method: method.clone(),
                url,
                json,
                scope: Scope::Keys,
                priority,
            }
        };
        match self.v3_json(ask(V3_PATHS[0])).await {
            Err(error) if is_elsewhere(&error) => self.v3_json(ask(V3_PATHS[1])).await,
            result => result,
        }
    }

    /// Whether the key may list keys, found out by listing them.
    pub(super) async fn try_keys(&self, scope: Scope) -> Result<(), Error> {
        if scope == Scope::Keys {
            let list = self.v3_keys(Method::GET, &[], None, Priority::Click);
            return list.await.map(drop);
        }
        let url = self.api_url(&["users", "apiKeys"]);
        let ask = Ask::get(url, Scope::LegacyAdmin, Priority::Click);
        self.legacy_json(ask).await.map(drop)
    }
}

/// A path that the server does not have. Nothing was done there.
fn is_elsewhere(error: &Error) -> bool {
    matches!(error.status, Some(404 | 405))
}

/// What no service would take.
fn check(wish: &NewKey) -> Result<(), Error> {
    let permissions = &wish.permissions;
    if wish.name.trim().is_empty() {
        return Err(Error::refused("NO_NAME", "a key needs a name"));
    }
    if wish.max_uses == Some(0) {
        return Err(Error::refused("NO_USES", "a key of no uses is no key"));
    }
    if !permissions.admin && permissions.legacy.is_empty() && permissions.resources.is_empty() {
        return Err(Error::refused(
            "NO_PERMISSION",
            "a key that may do nothing cannot be made",
        ));
    }
    Ok(())
}

/// The request. Admin goes alone; the legacy flags go all ten or not at all, as the reference asks.
fn new_key(wish: &NewKey) -> Json {
    let permissions = if wish.permissions.admin {
        json!({"admin": true})
    } else {
        let mut permissions = Map::new();
        if !wish.permissions.resources.is_empty() {
            let names = wish.permissions.resources.iter().map(ToString::to_string);
            permissions.insert("resources".to_owned(), names.collect());
        }
        if !wish.permissions.legacy.is_empty() {
            permissions.insert("endpoints".to_owned(), flags(&wish.permissions));
        }
        permissions.into()
    };
    let mut body = json!({"keyName": wish.name, "permissions": permissions});
    if let Some(most) = wish.max_uses {
        body["maxUses"] = json!(most);
    }
    body
}

fn flags(permissions: &Permissions) -> Json {
    let family = |data: bool| -> Map<String, Json> {
        let calls = LegacyCall::ALL.into_iter();
        calls
            .filter(|call| call.is_data() == data)
            .map(|call| {
                let may = permissions.legacy.contains(&call);
                (call.as_str().to_owned(), json!(may))
            })
            .collect()
    };
    json!({"data": family(true), "pinning": family(false)})
}

/// The query of either list. `exhausted` counts only beside `limitedUse`.
fn filter(query: &KeyQuery, row: usize) -> [(&'static str, Option<String>); 5] {
    let limited = query.limited_use || query.exhausted;
    [
        ("revoked", query.revoked.map(|revoked| revoked.to_string())),
        ("limitedUse", limited.then(|| "true".to_owned())),
        ("exhausted", query.exhausted.then(|| "true".to_owned())),
        ("name", query.name_contains.clone()),
        ("offset", Some(row.to_string())),
    ]
}

/// The secrets out of the answer. What cannot be read is not shown: it may be a secret.
fn created(answer: &Json) -> Result<CreatedKey, Error> {
    let made = data(answer);
    let secret = |name| read::text(made, name).map(SecretString::from);
    match (read::text(made, "pinata_api_key"), secret("JWT")) {
        (Some(key), Some(jwt)) => Ok(CreatedKey::new(key, secret("pinata_api_secret"), jwt)),
        _ => Err(unreadable("an answer without a key".to_owned())),
    }
}

/// An error whose answer may hold the new key's secrets keeps its status only.
fn without_body(mut error: Error) -> Error {
    if let ErrorKind::Unexpected { status, excerpt } = &mut error.kind
        && *status < 300
    {
        "an answer without a key".clone_into(excerpt);
    }
    error
}

/// A row of either list.
pub(super) fn key(row: &Json) -> Option<Key> {
    Some(Key {
        id: read::text(row, "id")?,
        name: read::text(row, "name"),
        key: read::text(row, "key")?,
        max_uses: read::count(row, "max_uses"),
        uses: read::count(row, "uses"),
        permissions: permissions(row.get("scopes").unwrap_or(&Json::Null)),
        revoked: read::truth(row, "revoked"),
        created_at: read::moment(row, "createdAt").or_else(|| read::moment(row, "created_at")),
        updated_at: read::moment(row, "updatedAt").or_else(|| read::moment(row, "updated_at")),
    })
}

fn permissions(scopes: &Json) -> Permissions {
    let mut permissions = Permissions {
        admin: read::truth(scopes, "admin"),
        ..Permissions::default()
    };
    let families = scopes.get("endpoints").and_then(Json::as_object);
    for calls in families.into_iter().flatten().map(|(_, calls)| calls) {
        let allowed = calls.as_object().into_iter().flatten();
        for (name, _) in allowed.filter(|(name, _)| read::truth(calls, name)) {
            match LegacyCall::named(name) {
                Some(call) => permissions.legacy.insert(call),
                None => permissions.others.insert(name.clone()),
            };
        }
    }
    let resources = scopes.get("resources").and_then(Json::as_array);
    for name in resources.into_iter().flatten().filter_map(Json::as_str) {
        match ResourceScope::named(name) {
            Some(scope) => permissions.resources.insert(scope),
            None => permissions.others.insert(name.to_owned()),
        };
    }
    permissions
}
