//! `/v3/groups/{network}`.

use super::{bad_request, network, token};
use crate::app::App;
use crate::error::Refusal;
use crate::moment;
use crate::store::{GroupQuery, GroupRow, Joined, Members};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

/// Groups of a page that does not say; the service documents none.
const PAGE: usize = 10;
/// Groups of the largest page.
const LARGEST_PAGE: usize = 1000;

pub(super) async fn create(
    State(app): State<App>,
    Path(on): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let (name, is_public) = parse(&body)?;
    let name = name.ok_or_else(|| bad_request("name is required"))?;
    let now = app.now();
    let group = GroupRow::new(
        moment::file_id(now),
        network(&on)?,
        name,
        is_public.unwrap_or(false),
        moment::micros(now),
    );
    Ok(answer(&app.store.add_group(group).await?))
}

/// `name` and `is_public`, where they are given.
fn parse(body: &[u8]) -> Result<(Option<String>, Option<bool>), Refusal> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| bad_request("The body is not valid JSON"))?;
    let name = match &body["name"] {
        Value::Null => None,
        Value::String(name) if !name.is_empty() => Some(name.clone()),
        _ => return Err(bad_request("name must be a string")),
    };
    let is_public = match &body["is_public"] {
        Value::Null => None,
        Value::Bool(is_public) => Some(*is_public),
        _ => return Err(bad_request("is_public must be a boolean")),
    };
    Ok((name, is_public))
}

pub(super) async fn list(
    State(app): State<App>,
    Path(on): Path<String>,
    RawQuery(text): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let mut query = GroupQuery {
        network: network(&on)?,
        name: None,
        is_public: None,
        limit: PAGE,
        offset: 0,
        after: None,
    };
    for (key, value) in url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()) {
        match key.as_ref() {
            "name" => query.name = Some(value.into_owned()),
            "isPublic" => {
                let is_public = value.parse();
                let wrong = |_| bad_request("isPublic must be true or false");
                query.is_public = Some(is_public.map_err(wrong)?);
            }
            "limit" => {
                let limit = value.parse::<usize>();
                let limit = limit.map_err(|_| bad_request("limit must be a number"))?;
                query.limit = limit.clamp(1, LARGEST_PAGE);
            }
            "pageToken" if !value.is_empty() => query.after = Some(token(&value)?),
            _ => {}
        }
    }
    let limit = query.limit;
    query.limit += 1;
    let Some(mut groups) = app.store.groups(query).await? else {
        return Err(bad_request("Invalid pageToken"));
    };
    let more = groups.len() > limit;
    groups.truncate(limit);
    let last = groups.last().filter(|_| more);
    let next = last.map(|group| STANDARD.encode(&group.id));
    let groups: Vec<Value> = groups.iter().map(json).collect();
    Ok(Json(
        json!({ "data": { "groups": groups, "next_page_token": next } }),
    ))
}

pub(super) async fn get(
    State(app): State<App>,
    Path((on, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let group = app.store.group(network(&on)?, id).await?;
    Ok(answer(&group.ok_or_else(not_found)?))
}

pub(super) async fn update(
    State(app): State<App>,
    Path((on, id)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let (name, is_public) = parse(&body)?;
    let now = app.now_micros();
    let store = &app.store;
    let group = store.change_group(network(&on)?, id, name, is_public, now);
    Ok(answer(&group.await?.ok_or_else(not_found)?))
}

pub(super) async fn delete(
    State(app): State<App>,
    Path((on, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    if app.store.delete_group(network(&on)?, id).await? {
        return Ok(Json(json!({ "data": null })));
    }
    Err(not_found())
}

/// PUT adds the file, DELETE takes it out.
pub(super) async fn member(
    State(app): State<App>,
    Path((on, id, file)): Path<(String, String, String)>,
    method: Method,
) -> Result<Json<Value>, Refusal> {
    let members = Members::File(file);
    let join = method == Method::PUT;
    let joined = app.store.change_members(network(&on)?, id, members, join);
    match joined.await? {
        Joined::Done => Ok(Json(json!({ "data": null }))),
        Joined::NoGroup => Err(not_found()),
        Joined::NoMember(_) => Err(Refusal::v3(StatusCode::NOT_FOUND, "File not found")),
    }
}

fn answer(group: &GroupRow) -> Json<Value> {
    Json(json!({ "data": json(group) }))
}

fn json(group: &GroupRow) -> Value {
    json!({
        "id": group.id,
        "name": group.name,
        "is_public": group.is_public,
        "created_at": moment::v3(group.created_at),
    })
}

fn not_found() -> Refusal {
    Refusal::v3(StatusCode::NOT_FOUND, "Group not found")
}
