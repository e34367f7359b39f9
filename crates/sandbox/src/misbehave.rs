//! Answers that are wrong on purpose.

use crate::dag;
use crate::faults::Kind;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use cid::{Cid, Version};
use futures::StreamExt as _;
use serde_json::Value;
use std::time::Duration;

/// An answer is never larger: a page of 1,000 rows has about half a megabyte.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;
/// Bytes a piece of a slow answer has.
const PIECE: usize = 16;

/// The answer that stands in for the handler's.
pub(crate) fn instead(kind: &Kind) -> Option<Response> {
    match kind {
        Kind::CaptivePortal => Some(html(
            StatusCode::OK,
            "<!doctype html><html><head><title>Welcome</title></head><body><h1>Guest network</h1>\
             <form action=\"/login\"><button>Accept the terms</button></form></body></html>",
        )),
        Kind::Status {
            code,
            retry_after,
            body,
            html: as_html,
        } => {
            let status = StatusCode::from_u16(*code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = if *as_html {
                html(status, body)
            } else {
                let json = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
                (status, json, body.clone()).into_response()
            };
            if let Some(seconds) = retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Some(response)
        }
        _ => None,
    }
}

fn html(status: StatusCode, body: &str) -> Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (status, html, body.to_owned()).into_response()
}

/// The same JSON and `upload-cid` with every CID exchanged for one of the same kind that names other
/// content.
pub(crate) async fn with_wrong_cids(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(header) = parts.headers.get_mut("upload-cid") {
        let cid = header.to_str().ok().and_then(|cid| Cid::try_from(cid).ok());
        let wrong = cid.and_then(|cid| HeaderValue::from_str(&other(&cid).to_string()).ok());
        *header = wrong.unwrap_or_else(|| header.clone());
    }
    let Ok(bytes) = to_bytes(body, ANSWER_LIMIT).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Ok(mut json) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    exchange(&mut json);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(json.to_string()))
}

fn exchange(json: &mut Value) {
    match json {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value.as_str().map(Cid::try_from)) {
                    ("IpfsHash" | "ipfsHash" | "ipfs_pin_hash" | "cid", Some(Ok(cid))) => {
                        *value = Value::String(other(&cid).to_string());
                    }
                    _ => exchange(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(exchange),
        _ => {}
    }
}

fn other(cid: &Cid) -> Cid {
    let hash = *dag::raw(&cid.to_bytes()).hash();
    match cid.version() {
        Version::V0 => Cid::new_v0(hash).unwrap_or(*cid),
        Version::V1 => Cid::new_v1(cid.codec(), hash),
    }
}

/// The same answer in small pieces with a pause before each.
pub(crate) fn slowly(response: Response, pause: Duration) -> Response {
    response.map(|body| {
        let pieces = body.into_data_stream().flat_map(|chunk| {
            let pieces: Vec<_> = match chunk {
                Ok(bytes) => bytes
                    .chunks(PIECE)
                    .map(|piece| Ok(bytes.slice_ref(piece)))
                    .collect(),
                Err(error) => vec![Err(error)],
            };
            futures::stream::iter(pieces)
        });
        Body::from_stream(pieces.then(move |piece| async move {
            tokio::time::sleep(pause).await;
            piece
        }))
    })
}
