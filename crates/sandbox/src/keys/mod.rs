//! API keys: `/users` of the legacy API, `/v3/api_keys` as the OpenAPI file has it and
//! `/v3/pinata/keys` as the official SDK calls it. All three answer alike.

mod token;

use crate::app::{App, USER_ID};
use crate::auth::Scopes;
use crate::error::Refusal;
use crate::moment;
use crate::store::{KeyQuery, KeyRow, NewKey};
use axum::extract::{Path, RawQuery, State};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Keys of a page.
const PAGE: usize = 10;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/users/generateApiKey", post(create))
        .route("/users/apiKeys", get(list))
        .route("/users/revokeApiKey", put(revoke_named))
        .route("/v3/api_keys", get(list).post(create))
        .route("/v3/api_keys/{key}", put(revoke).delete(revoke))
        .route("/v3/pinata/keys", get(list).post(create))
        .route("/v3/pinata/keys/{key}", put(revoke).delete(revoke))
}

/// Key, secret and token are told here and never again.
async fn create(State(app): State<App>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal::text("Invalid JSON provided"))?;
    let Some(name) = body["keyName"].as_str().filter(|name| !name.is_empty()) else {
        return Err(Refusal::text("keyName is required and must be a string"));
    };
    let Some(_) = Scopes::of_permissions(&body["permissions"]) else {
        return Err(Refusal::text(
            "permissions must be an object with admin, endpoints or resources",
        ));
    };
    let max_uses = match &body["maxUses"] {
        Value::Null => None,
        // The documentation's own example has 0 for a key without a limit.
        given => match given.as_u64().and_then(|uses| u32::try_from(uses).ok()) {
            Some(uses) => Some(uses.into()).filter(|uses| *uses > 0),
            None => return Err(Refusal::text("maxUses must be a number")),
        },
    };
    let now = app.now();
    let made = token::Made::new(&app.settings.signing, now);
    app.log.hide([made.secret.clone(), made.token.clone()]);
    let answer = json!({
        "pinata_api_key": made.key,
        "pinata_api_secret": made.secret,
        "JWT": made.token,
    });
    let new = NewKey {
        id: Uuid::new_v4().to_string(),
        name: name.to_owned(),
        key: made.key,
        secret: made.secret,
        token: made.token,
        ciphertext: made.ciphertext,
        max_uses,
        scopes: shown(&body["permissions"]),
        created_at: moment::micros(now),
    };
    app.store.add_key(new).await?;
    Ok(Json(answer))
}

/// An admin key is shown as just that; others as they were asked for.
fn shown(permissions: &Value) -> Value {
    if permissions["admin"] == true {
        return json!({ "admin": true });
    }
    let given = permissions.as_object().cloned().unwrap_or_default();
    let known = given
        .into_iter()
        .filter(|(name, value)| {
            matches!(name.as_str(), "admin" | "endpoints" | "resources") && !value.is_null()
        })
        .collect::<Map<_, _>>();
    Value::Object(known)
}

async fn list(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    let query = parse(query.as_deref().unwrap_or_default())?;
    let (rows, count) = app.store.keys(query).await?;
    let keys: Vec<Value> = rows.iter().map(row).collect();
    Ok(Json(json!({ "keys": keys, "count": count })))
}

fn parse(text: &str) -> Result<KeyQuery, Refusal> {
    let mut query = KeyQuery {
        limit: PAGE,
        ..KeyQuery::default()
    };
    for (key, value) in url::form_urlencoded::parse(text.as_bytes()) {
        match key.as_ref() {
            "revoked" => query.revoked = Some(boolean(&key, &value)?),
            "limitedUse" => query.limited = boolean(&key, &value)?,
            "exhausted" => query.exhausted = boolean(&key, &value)?,
            "name" => query.name = Some(value.into_owned()),
            "offset" => {
                query.offset = value
                    .parse()
                    .map_err(|_| Refusal::text("offset must be a number"))?;
            }
            _ => {}
        }
    }
    if query.exhausted && !query.limited {
        return Err(Refusal::text("exhausted can only be used with limitedUse"));
    }
    Ok(query)
}

fn boolean(key: &str, value: &str) -> Result<bool, Refusal> {
    value
        .parse()
        .map_err(|_| Refusal::text(format!("{key} must be true or false")))
}

fn row(row: &KeyRow) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "key": row.key,
        "secret": row.ciphertext,
        "max_uses": row.max_uses,
        "uses": row.uses,
        "user_id": USER_ID,
        "scopes": row.scopes,
        "revoked": row.revoked,
        "createdAt": moment::legacy(row.created_at),
        "updatedAt": moment::legacy(row.updated_at),
    })
}

/// `PUT /users/revokeApiKey` with `{"apiKey"}`.
async fn revoke_named(State(app): State<App>, body: Bytes) -> Result<Json<&'static str>, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal::text("Invalid JSON provided"))?;
    let Some(key) = body["apiKey"].as_str() else {
        return Err(Refusal::text("apiKey is required and must be a string"));
    };
    revoke(State(app), Path(key.to_owned())).await
}

/// A key that there is not is `Revoked` too, as a third party's client found.
async fn revoke(
    State(app): State<App>,
    Path(key): Path<String>,
) -> Result<Json<&'static str>, Refusal> {
    app.store.revoke_key(key, app.now_micros()).await?;
    Ok(Json("Revoked"))
}
