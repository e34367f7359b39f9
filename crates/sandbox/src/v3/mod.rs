//! The v3 API: files by id on the public and the private network.

mod by_cid;
mod files;
mod gateways;
mod groups;
mod options;
mod signatures;
mod signed;
mod swaps;
mod upload;

pub(crate) use options::Options;
pub(crate) use upload::store;

use crate::app::{App, USER_ID};
use crate::error::Refusal;
use crate::moment;
use crate::store::{FileRow, Network};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, delete, get, post, put};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route(
            "/v3/files",
            post(upload::upload).options(crate::tus::options),
        )
        .route(
            "/v3/files/public/pin_by_cid",
            get(by_cid::list).post(by_cid::add),
        )
        .route("/v3/files/public/pin_by_cid/{id}", delete(by_cid::cancel))
        .route("/v3/files/sign", post(signed::sign))
        .route(
            "/v3/files/private/download_link",
            post(signed::download_link),
        )
        .route(
            "/v3/files/{network}",
            get(files::list).post(signed::upload_to),
        )
        .route("/v3/files/{network}/swap/{cid}", swap())
        .route("/v3/ipfs/swap/{cid}", swap())
        .route(
            "/v3/files/{network}/signature/{cid}",
            get(signatures::get)
                .post(signatures::add)
                .delete(signatures::delete),
        )
        .route(
            "/v3/groups/{network}",
            get(groups::list).post(groups::create),
        )
        .route(
            "/v3/groups/{network}/{id}",
            get(groups::get).put(groups::update).delete(groups::delete),
        )
        .route(
            "/v3/groups/{network}/{id}/ids/{file}",
            put(groups::member).delete(groups::member),
        )
        .route("/v3/gateways", get(gateways::list))
        .route("/v3/gateways/{id}", get(gateways::get))
        .route("/v3/gateways/exists/{domain}", get(gateways::exists))
        .route("/v3/ipfs/gateways", get(gateways::list))
        .route(
            "/v3/files/{network}/{id}",
            get(files::get)
                .head(crate::tus::head)
                .patch(crate::tus::patch)
                .put(files::update)
                .delete(files::delete),
        )
}

fn swap() -> MethodRouter<App> {
    get(swaps::get).put(swaps::put).delete(swaps::delete)
}

fn network(text: &str) -> Result<Network, Refusal> {
    Network::parse(text).ok_or_else(|| bad_request("network must be public or private"))
}

fn bad_request(message: &str) -> Refusal {
    Refusal::v3(StatusCode::BAD_REQUEST, message)
}

/// The id that a page token stands for.
fn token(value: &str) -> Result<String, Refusal> {
    STANDARD
        .decode(value)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| bad_request("Invalid pageToken"))
}

/// A file as lists and single calls show it. v3 values are strings, whatever a legacy call stored.
fn file(row: &FileRow) -> Value {
    let keyvalues: Map<String, Value> = row
        .keyvalues
        .iter()
        .flatten()
        .map(|(key, value)| (key.clone(), Value::String(text(value))))
        .collect();
    json!({
        "id": row.id,
        "name": row.name,
        "cid": if row.pending { "pending" } else { &row.cid },
        "size": row.size,
        "number_of_files": row.number_of_files,
        "mime_type": row.mime_type,
        "group_id": row.group_id,
        "keyvalues": keyvalues,
        "created_at": moment::v3(row.created_at),
        "expires_at": row.expires_at.map(moment::v3),
    })
}

/// A file as an upload answers it.
fn uploaded(row: &FileRow, duplicate: bool) -> Value {
    let mut answer = file(row);
    answer["network"] = row.network.name().into();
    answer["user_id"] = USER_ID.into();
    answer["vectorized"] = false.into();
    if duplicate {
        answer["is_duplicate"] = true.into();
    }
    answer
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Key-values of a request. v3 takes strings; numbers and booleans are kept as they are written.
fn keyvalues(value: &Value, null_deletes: bool) -> Result<Option<Map<String, Value>>, Refusal> {
    let given = match value {
        Value::Null => return Ok(None),
        Value::Object(map) => map,
        _ => return Err(bad_request("keyvalues must be an object")),
    };
    // Some documentation wraps the map once more.
    let given = match given.get("keyvalues") {
        Some(Value::Object(inner)) if given.len() == 1 => inner,
        _ => given,
    };
    let mut map = Map::new();
    for (key, value) in given {
        let value = match value {
            Value::Null if null_deletes => Value::Null,
            Value::Null | Value::Array(_) | Value::Object(_) => {
                return Err(bad_request("keyvalues can only have strings as values"));
            }
            other => Value::String(text(other)),
        };
        map.insert(key.clone(), value);
    }
    if map.len() > MOST_KEYVALUES {
        return Err(too_many());
    }
    Ok(Some(map))
}

/// Pairs that a file may have.
const MOST_KEYVALUES: usize = 10;

fn too_many() -> Refusal {
    bad_request("A maximum of 10 keyvalues can be provided for one file")
}
