//! The legacy API: `/data`, `/pinning` and `/groups`.

mod by_hash;
mod edit;
mod groups;
mod javascript;
mod keyvalues;
mod pin_file;
mod pin_json;
mod pin_list;

pub(crate) use by_hash::host_nodes;

use crate::app::App;
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/data/testAuthentication", get(test_authentication))
        .route("/data/pinList", get(pin_list::pin_list))
        .route("/data/userPinnedDataTotal", get(edit::data_total))
        .route("/pinning/pinFileToIPFS", post(pin_file::pin_file))
        .route("/pinning/pinJSONToIPFS", post(pin_json::pin_json))
        .route("/pinning/hashPinPolicy", put(edit::hash_pin_policy))
        .route("/pinning/userPinPolicy", put(edit::user_pin_policy))
        .route("/groups", get(groups::list).post(groups::create))
        .route(
            "/groups/{id}",
            get(groups::get).put(groups::rename).delete(groups::delete),
        )
        .route(
            "/groups/{id}/cids",
            put(groups::members).delete(groups::members),
        )
        .route("/pinning/pinByHash", post(by_hash::pin_by_hash))
        .route("/pinning/pinJobs", get(by_hash::pin_jobs))
        .route("/pinning/hashMetadata", put(edit::hash_metadata))
        .route("/pinning/unpin/{cid}", delete(edit::unpin))
}

async fn test_authentication() -> Json<Value> {
    Json(json!({ "message": "Congratulations! You are communicating with the Pinata API!" }))
}
