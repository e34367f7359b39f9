//! Swaps: the gateway shows other content for a CID. `/v3/files/{network}/swap/{cid}`, and
//! `/v3/ipfs/swap/{cid}`, which writes its names another way.

use super::{bad_request, network};
use crate::app::App;
use crate::dag::block_key;
use crate::error::Refusal;
use crate::moment;
use crate::store::{Network, SwapRow};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use bytes::Bytes;
use cid::Cid;
use serde_json::{Value, json};

/// The network and the content that a path names, and whether it is the older path.
struct Named {
    network: Network,
    node: String,
    old: bool,
}

impl Named {
    fn of(uri: &Uri, parts: &[(String, String)]) -> Result<Self, Refusal> {
        let part = |name: &str| {
            let part = parts.iter().find(|(key, _)| key == name);
            part.map(|(_, value)| value.as_str())
        };
        let old = uri.path().starts_with("/v3/ipfs/");
        let cid = Cid::try_from(part("cid").unwrap_or_default());
        Ok(Self {
            network: network(part("network").unwrap_or("public"))?,
            node: block_key(&cid.map_err(|_| bad_request("Invalid CID"))?),
            old,
        })
    }

    fn json(&self, swap: &SwapRow) -> Value {
        let created = moment::v3(swap.created_at);
        if self.old {
            return json!({ "mappedCid": swap.mapped_cid, "createdAt": created });
        }
        json!({ "mapped_cid": swap.mapped_cid, "created_at": created })
    }
}

pub(super) async fn put(
    State(app): State<App>,
    uri: Uri,
    Path(parts): Path<Vec<(String, String)>>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let named = Named::of(&uri, &parts)?;
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| bad_request("The body is not valid JSON"))?;
    // The OpenAPI file has `swapCid`, the official SDK sends `swap_cid`.
    let given = body["swapCid"].as_str().or(body["swap_cid"].as_str());
    let given = given.unwrap_or_default();
    let cid = Cid::try_from(given).map_err(|_| bad_request("swapCid must be a valid CID"))?;
    let swap = SwapRow {
        mapped_cid: given.to_owned(),
        created_at: app.now_micros(),
    };
    let mapped = (given.to_owned(), block_key(&cid));
    let store = &app.store;
    store
        .add_swap(named.network, named.node.clone(), mapped, swap.created_at)
        .await?;
    Ok(Json(json!({ "data": named.json(&swap) })))
}

pub(super) async fn get(
    State(app): State<App>,
    uri: Uri,
    Path(parts): Path<Vec<(String, String)>>,
) -> Result<Json<Value>, Refusal> {
    let named = Named::of(&uri, &parts)?;
    let swaps = app.store.swaps(named.network, named.node.clone()).await?;
    let swaps: Vec<Value> = swaps.iter().map(|swap| named.json(swap)).collect();
    Ok(Json(json!({ "data": swaps })))
}

pub(super) async fn delete(
    State(app): State<App>,
    uri: Uri,
    Path(parts): Path<Vec<(String, String)>>,
) -> Result<Json<Value>, Refusal> {
    let named = Named::of(&uri, &parts)?;
    app.store.remove_swaps(named.network, named.node).await?;
    Ok(Json(json!({ "data": null })))
}
