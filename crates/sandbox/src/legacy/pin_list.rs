//! `GET /data/pinList`: the account's public pins, with history rows unless `status` says otherwise.

use super::keyvalues;
use crate::app::{App, USER_ID};
use crate::dag::block_key;
use crate::error::Refusal;
use crate::moment;
use crate::store::{FileRow, LegacyQuery, Status};
use axum::Json;
use axum::extract::{RawQuery, State};
use cid::Cid;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Rows of a page that does not say.
const PAGE: usize = 10;
/// Rows of the largest page.
const LARGEST_PAGE: usize = 1000;

pub(super) async fn pin_list(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let query = parse(query.as_deref().unwrap_or_default())?;
    let (rows, count) = app.store.legacy_page(query).await?;
    let mut answer = json!({ "rows": rows.iter().map(row).collect::<Vec<_>>() });
    if let Some(count) = count {
        answer["count"] = count.into();
    }
    Ok(Json(answer))
}

fn parse(text: &str) -> Result<LegacyQuery, Refusal> {
    let mut query = LegacyQuery {
        status: Status::All,
        cid: None,
        hash_contains: None,
        group: None,
        name: None,
        pinned: (None, None),
        unpinned: (None, None),
        size: (None, None),
        keyvalues: None,
        limit: PAGE,
        offset: 0,
        count: true,
    };
    let mut conditions = Map::new();
    for (key, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let value = value.into_owned();
        match key.as_ref() {
            "status" => query.status = status(&value)?,
            // An unreadable CID matches nothing: its text is no block's key.
            "cid" => {
                query.cid = Some(Cid::try_from(value.as_str()).map_or(value, |c| block_key(&c)));
            }
            "hashContains" => query.hash_contains = Some(value),
            "groupId" => query.group = Some(value),
            "pinStart" => query.pinned.0 = Some(date(&key, &value)?),
            "pinEnd" => query.pinned.1 = Some(date(&key, &value)? + 999),
            "unpinStart" => query.unpinned.0 = Some(date(&key, &value)?),
            "unpinEnd" => query.unpinned.1 = Some(date(&key, &value)? + 999),
            "pinSizeMin" => query.size.0 = Some(number(&key, &value)?),
            "pinSizeMax" => query.size.1 = Some(number(&key, &value)?),
            "pageLimit" => query.limit = number::<usize>(&key, &value)?.clamp(1, LARGEST_PAGE),
            "pageOffset" => query.offset = number(&key, &value)?,
            "includeCount" | "includesCount" => query.count &= value != "false",
            "metadata[name]" => query.name = Some(value),
            "metadata[keyvalues]" => conditions.append(&mut object(&value)?),
            "metadata" => {
                let mut metadata = object(&value)?;
                if let Some(Value::String(name)) = metadata.remove("name") {
                    query.name = Some(name);
                }
                if let Some(Value::Object(mut map)) = metadata.remove("keyvalues") {
                    conditions.append(&mut map);
                }
            }
            other => {
                let named = other
                    .strip_prefix("metadata[keyvalues][")
                    .and_then(|rest| rest.strip_suffix(']'));
                if let Some(name) = named {
                    conditions.insert(name.to_owned(), Value::Object(object(&value)?));
                }
            }
        }
    }
    if !conditions.is_empty() {
        query.keyvalues = Some(keyvalues::predicate(&conditions)?);
    }
    Ok(query)
}

fn status(text: &str) -> Result<Status, Refusal> {
    match text {
        "all" => Ok(Status::All),
        "pinned" => Ok(Status::Pinned),
        "unpinned" => Ok(Status::Unpinned),
        _ => Err(Refusal::text("status must be all, pinned or unpinned")),
    }
}

fn date(key: &str, value: &str) -> Result<i64, Refusal> {
    value
        .parse::<Timestamp>()
        .map(moment::micros)
        .map_err(|_| Refusal::text(format!("{key} must be an ISO 8601 date")))
}

fn number<T: std::str::FromStr>(key: &str, value: &str) -> Result<T, Refusal> {
    value
        .parse()
        .map_err(|_| Refusal::text(format!("{key} must be a number")))
}

fn object(text: &str) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_str(text).map_err(|_| Refusal::text("Invalid JSON provided"))
}

fn row(row: &FileRow) -> Value {
    json!({
        "id": row.id,
        "ipfs_pin_hash": row.cid,
        "size": row.size,
        "user_id": USER_ID,
        "date_pinned": moment::legacy(row.created_at),
        "date_unpinned": row.unpinned_at.map(moment::legacy),
        "metadata": { "name": row.name, "keyvalues": row.keyvalues },
        "regions": [{
            "regionId": "LOCAL1",
            "currentReplicationCount": 1,
            "desiredReplicationCount": 1,
        }],
        "mime_type": row.mime_type,
        "number_of_files": row.number_of_files,
    })
}
