//! Content from the gateway of a sandbox, another or this one: first the tree that a CID names,
//! then the bytes of every file. They are imported anew, so that what arrives is what the CID says.

use crate::error::Refusal;
use crate::faults::Bent;
use crate::import::Plan;
use crate::spool::{Part, Upload, Writer};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use cid::{Cid, Version};
use futures::StreamExt as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long a peer may say nothing.
const SILENCE: Duration = Duration::from_secs(10);
/// Bytes that a tree may have.
const LARGEST_TREE: usize = 64 * 1024 * 1024;

/// What `GET /ipfs/{cid}?pinfold=tree` answers: where the content stands below a public pin.
#[derive(Serialize, Deserialize)]
pub(crate) struct Tree {
    /// The content's CID with the version that it was imported with.
    pub(crate) cid: String,
    pub(crate) directory: bool,
    /// The CID of the pin, and the path from there to the content.
    pub(crate) root: String,
    pub(crate) path: Vec<String>,
    /// The path of every file below the content; one empty path when the content is a file.
    pub(crate) files: Vec<String>,
}

/// Content on this computer's disk, not yet imported.
pub(super) struct Fetched {
    pub(super) upload: Upload,
    pub(super) plan: Plan,
    pub(super) version: Version,
}

/// `None` when the sandbox has no public pin with this content, or does not answer.
pub(super) async fn fetch(
    gateway: &str,
    cid: &str,
    folder: &Path,
) -> Result<Option<Fetched>, Refusal> {
    let Some(tree) = tree(gateway, cid).await else {
        return Ok(None);
    };
    let version = Cid::try_from(tree.cid.as_str()).map_or(Version::V1, |cid| cid.version());
    let mut writer = Writer::create(folder, Bent::default())
        .await
        .map_err(|error| Refusal::disk(&error))?;
    let mut parts = Vec::with_capacity(tree.files.len());
    for file in &tree.files {
        let start = writer.length();
        if !copy(gateway, &address(&tree, file), &mut writer).await? {
            return Ok(None);
        }
        parts.push(Part {
            filename: file.clone(),
            mime_type: None,
            start,
            size: writer.length() - start,
        });
    }
    let name = tree.path.last().unwrap_or(&tree.cid).clone();
    let plan = if tree.directory {
        Plan::Folder {
            name,
            paths: tree.files,
        }
    } else {
        Plan::File { name }
    };
    let bytes = writer.finish().await.map_err(|e| Refusal::disk(&e))?;
    Ok(Some(Fetched {
        upload: Upload {
            parts,
            fields: BTreeMap::new(),
            bytes,
        },
        plan,
        version,
    }))
}

async fn tree(gateway: &str, cid: &str) -> Option<Tree> {
    let answer = get(gateway, &format!("/ipfs/{cid}?pinfold=tree")).await?;
    let bytes = tokio::time::timeout(SILENCE, axum::body::to_bytes(answer, LARGEST_TREE))
        .await
        .ok()?
        .ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Where a file's bytes are on the gateway.
fn address(tree: &Tree, file: &str) -> String {
    let below = file.split('/').filter(|segment| !segment.is_empty());
    let path = tree.path.iter().map(String::as_str).chain(below);
    path.fold(format!("/ipfs/{}", tree.root), |mut address, segment| {
        address.push('/');
        address.extend(utf8_percent_encode(segment, NON_ALPHANUMERIC));
        address
    })
}

/// Copies one file; `false` when it broke off.
async fn copy(gateway: &str, path: &str, writer: &mut Writer) -> Result<bool, Refusal> {
    let Some(body) = get(gateway, path).await else {
        return Ok(false);
    };
    let mut stream = body.into_data_stream();
    loop {
        match tokio::time::timeout(SILENCE, stream.next()).await {
            Ok(Some(Ok(bytes))) => {
                let written = writer.write(&bytes).await;
                written.map_err(|error| Refusal::disk(&error))?;
            }
            Ok(None) => return Ok(true),
            Ok(Some(Err(_))) | Err(_) => return Ok(false),
        }
    }
}

/// The body of a 200; `None` for anything else.
async fn get(gateway: &str, path: &str) -> Option<Body> {
    let answer = tokio::time::timeout(SILENCE, ask(gateway, path)).await;
    let (status, body) = answer.ok()?.ok()?;
    (status == StatusCode::OK).then_some(body)
}

async fn ask(gateway: &str, path: &str) -> io::Result<(StatusCode, Body)> {
    let address = gateway.strip_prefix("http://").unwrap_or(gateway);
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    // It ends with the body that it carries.
    tokio::spawn(connection);
    let request = Request::get(path)
        .header(header::HOST, address)
        .body(Body::empty())
        .map_err(io::Error::other)?;
    let response = sender
        .send_request(request)
        .await
        .map_err(io::Error::other)?;
    let (parts, body) = response.into_parts();
    Ok((parts.status, Body::new(body)))
}
