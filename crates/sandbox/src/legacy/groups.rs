//! `/groups` of the legacy API: the groups of the public network.

use super::edit::{not_pinned, parsed};
use crate::app::{App, USER_ID};
use crate::error::Refusal;
use crate::moment;
use crate::store::{GroupQuery, GroupRow, Joined, Members, Network};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};

/// Groups of a page that does not say.
const PAGE: usize = 10;
/// Groups of the largest page.
const LARGEST_PAGE: usize = 1000;

pub(super) async fn create(State(app): State<App>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let name = name(&body)?;
    let now = app.now();
    let id = moment::file_id(now);
    let group = GroupRow::new(id, Network::Public, name, true, moment::micros(now));
    Ok(Json(row(&app.store.add_group(group).await?)))
}

fn name(body: &[u8]) -> Result<String, Refusal> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| Refusal::text("Invalid JSON provided"))?;
    let name = body["name"].as_str().filter(|name| !name.is_empty());
    name.map(str::to_owned)
        .ok_or_else(|| Refusal::text("name is required and must be a string"))
}

/// A bare array.
pub(super) async fn list(
    State(app): State<App>,
    RawQuery(text): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let mut query = GroupQuery {
        network: Network::Public,
        name: None,
        is_public: None,
        limit: PAGE,
        offset: 0,
        after: None,
    };
    for (key, value) in url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()) {
        let number = || {
            let number = value.parse::<u32>();
            number.map_err(|_| Refusal::text(format!("{key} must be a number")))
        };
        match key.as_ref() {
            "nameContains" => query.name = Some(value.into_owned()),
            "limit" => query.limit = (number()? as usize).clamp(1, LARGEST_PAGE),
            "offset" => query.offset = number()?,
            _ => {}
        }
    }
    let groups = app.store.groups(query).await?.unwrap_or_default();
    Ok(Json(groups.iter().map(row).collect()))
}

pub(super) async fn get(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let group = app.store.group(Network::Public, id).await?;
    Ok(Json(row(&group.ok_or_else(not_found)?)))
}

pub(super) async fn rename(
    State(app): State<App>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let name = Some(name(&body)?);
    let now = app.now_micros();
    let group = app.store.change_group(Network::Public, id, name, None, now);
    Ok(Json(row(&group.await?.ok_or_else(not_found)?)))
}

pub(super) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<&'static str, Refusal> {
    if app.store.delete_group(Network::Public, id).await? {
        return Ok("OK");
    }
    Err(not_found())
}

/// PUT adds pins by their CIDs, DELETE takes them out; both with `{"cids":[…]}`.
pub(super) async fn members(
    State(app): State<App>,
    Path(id): Path<String>,
    method: Method,
    body: Bytes,
) -> Result<&'static str, Refusal> {
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| Refusal::text("Invalid JSON provided"))?;
    let Some(cids) = body["cids"].as_array() else {
        return Err(Refusal::text("cids must be an array"));
    };
    let nodes = cids
        .iter()
        .map(|cid| parsed(cid.as_str().unwrap_or_default()))
        .collect::<Result<Vec<_>, _>>()?;
    let members = Members::Pins(nodes);
    let join = method == Method::PUT;
    let joined = app.store.change_members(Network::Public, id, members, join);
    match joined.await? {
        Joined::Done => Ok("OK"),
        Joined::NoGroup => Err(not_found()),
        Joined::NoMember(cid) => Err(not_pinned(&cid)),
    }
}

fn row(group: &GroupRow) -> Value {
    json!({
        "id": group.id,
        "user_id": USER_ID,
        "name": group.name,
        "createdAt": moment::legacy(group.created_at),
        "updatedAt": moment::legacy(group.updated_at),
    })
}

fn not_found() -> Refusal {
    Refusal::reason(
        StatusCode::NOT_FOUND,
        "OBJECT_NOT_FOUND",
        "Your account does not currently have any record associated with this ID",
    )
}
