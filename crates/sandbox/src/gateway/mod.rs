//! `GET /ipfs/{cid}[/path]` for public content, `GET /files/{cid}[/path]` for callers that may read private
//! files. Content from strangers is served without rights: `nosniff`, and a CSP that sandboxes it.

mod listing;
mod range;

use crate::app::App;
use crate::dag::block_key;
use crate::error::Refusal;
use crate::store::{Found, Listed, Network, Served};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use cid::Cid;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use range::Range;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

/// Bytes that are read from disk at a time.
const PIECE: usize = 128 * 1024;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/ipfs/{*path}", get(public))
        .route("/files/{*path}", get(private))
}

async fn public(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    if query(&uri, "pinfold").as_deref() == Some("tree") {
        return with_guards(tree(&app, &uri).await);
    }
    with_guards(serve(app, &uri, &headers, Some(Network::Public)).await)
}

async fn private(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    with_guards(serve(app, &uri, &headers, None).await)
}

/// What another sandbox asks before it fetches: where the content stands, and its files.
async fn tree(app: &App, uri: &Uri) -> Result<Response, Refusal> {
    let address = Address::of(uri).filter(|address| address.path.is_empty());
    let Some(address) = address else {
        return Ok(not_found());
    };
    let tree = app.store.tree(block_key(&address.root)).await?;
    Ok(tree.map_or_else(not_found, |tree| Json(tree).into_response()))
}

fn with_guards(answer: Result<Response, Refusal>) -> Response {
    let mut response = answer.unwrap_or_else(Refusal::into_response);
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox"),
    );
    response
}

/// What the URL names: `/ipfs/{cid}` or `/files/{cid}` and a path below it.
struct Address {
    root: Cid,
    path: Vec<String>,
    /// The path ends with a slash.
    folder: bool,
}

impl Address {
    fn of(uri: &Uri) -> Option<Self> {
        let mut segments = uri.path().split('/').skip(2).filter(|s| !s.is_empty());
        let root = Cid::try_from(segments.next()?).ok()?;
        let path = segments
            .map(|segment| {
                let decoded = percent_decode_str(segment).decode_utf8().ok()?;
                Some(decoded.into_owned())
            })
            .collect::<Option<_>>()?;
        Some(Self {
            root,
            path,
            folder: uri.path().ends_with('/'),
        })
    }
}

async fn serve(
    app: App,
    uri: &Uri,
    headers: &HeaderMap,
    network: Option<Network>,
) -> Result<Response, Refusal> {
    let Some(address) = Address::of(uri) else {
        let refusal = (StatusCode::BAD_REQUEST, "This is not a valid IPFS path");
        return Ok(refusal.into_response());
    };
    let root = block_key(&address.root);
    let find = |path: Vec<String>| app.store.find(root.clone(), network, path);
    let Some(found) = find(address.path.clone()).await? else {
        return Ok(not_found());
    };
    match found.content {
        Served::File { file, size } => {
            let root_mime = found.row.mime_type.filter(|_| address.path.is_empty());
            let name = address.path.last().cloned().or(found.row.name);
            let asked = query(uri, "filename").or(name).unwrap_or_default();
            let representation = Representation {
                file,
                size,
                cid: found.cid,
                mime_type: root_mime.unwrap_or_else(|| mime_type(&asked)),
                attachment: query(uri, "download").is_some_and(|v| v == "true"),
                name: asked,
            };
            representation.answer(headers)
        }
        Served::Directory(entries) => {
            let has_index = entries
                .iter()
                .any(|e| e.name == "index.html" && !e.directory);
            if has_index && !address.folder {
                return Ok(redirect(uri));
            }
            if has_index {
                let mut path = address.path;
                path.push("index.html".to_owned());
                let Some(index) = find(path).await? else {
                    return Ok(not_found());
                };
                return page(index, headers);
            }
            Ok(folder(uri, &found.cid, &entries, headers))
        }
    }
}

fn page(index: Found, headers: &HeaderMap) -> Result<Response, Refusal> {
    let Served::File { file, size } = index.content else {
        return Ok(not_found());
    };
    let representation = Representation {
        file,
        size,
        cid: index.cid,
        mime_type: "text/html".to_owned(),
        name: "index.html".to_owned(),
        attachment: false,
    };
    representation.answer(headers)
}

fn folder(uri: &Uri, cid: &str, entries: &[Listed], headers: &HeaderMap) -> Response {
    let etag = format!("\"DirIndex-{cid}\"");
    if matches(headers, &etag) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::ETAG, etag),
    ];
    (headers, listing::page(uri.path(), entries)).into_response()
}

/// Relative links of an index page need the slash.
fn redirect(uri: &Uri) -> Response {
    let query = uri.query().map(|q| format!("?{q}")).unwrap_or_default();
    let location = format!("{}/{query}", uri.path());
    (
        StatusCode::MOVED_PERMANENTLY,
        [(header::LOCATION, location)],
    )
        .into_response()
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "This content is not pinned here").into_response()
}

fn query(uri: &Uri, name: &str) -> Option<String> {
    url::form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn mime_type(name: &str) -> String {
    mime_guess::from_path(name)
        .first_or_octet_stream()
        .to_string()
}

fn matches(headers: &HeaderMap, etag: &str) -> bool {
    let given = headers.get(header::IF_NONE_MATCH);
    given
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .split(',')
                .map(|tag| tag.trim().trim_start_matches("W/"))
                .any(|tag| tag == etag || tag == "*")
        })
}

/// A file that is about to be sent.
struct Representation {
    file: File,
    size: u64,
    cid: String,
    mime_type: String,
    name: String,
    attachment: bool,
}

impl Representation {
    fn answer(self, headers: &HeaderMap) -> Result<Response, Refusal> {
        let etag = format!("\"{}\"", self.cid);
        if matches(headers, &etag) {
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
        }
        let given = headers.get(header::RANGE).filter(|_| {
            let condition = headers.get(header::IF_RANGE);
            condition.is_none_or(|condition| condition == etag.as_str())
        });
        let (status, first, length) = match Range::of(given, self.size) {
            Range::Whole => (StatusCode::OK, 0, self.size),
            Range::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
            Range::Unsatisfiable => {
                let range = [(header::CONTENT_RANGE, format!("bytes */{}", self.size))];
                return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
            }
        };
        let mut response = Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, &self.mime_type)
            .header(header::CONTENT_LENGTH, length)
            .header(header::ACCEPT_RANGES, "bytes")
            .header(header::ETAG, &etag)
            .header("x-ipfs-roots", &self.cid)
            .header(header::CACHE_CONTROL, "public, max-age=29030400, immutable")
            .header(header::CONTENT_DISPOSITION, self.disposition());
        if status == StatusCode::PARTIAL_CONTENT {
            let last = first + length - 1;
            let range = format!("bytes {first}-{last}/{}", self.size);
            response = response.header(header::CONTENT_RANGE, range);
        }
        let body = self.bytes(first, length).map_err(|e| Refusal::disk(&e))?;
        response
            .body(body)
            .map_err(|_| Refusal::internal("A header could not be written"))
    }

    fn bytes(mut self, first: u64, length: u64) -> std::io::Result<Body> {
        if first > 0 {
            let skip = i64::try_from(first).unwrap_or(i64::MAX);
            self.file.seek(SeekFrom::Current(skip))?;
        }
        let file = tokio::fs::File::from_std(self.file).take(length);
        Ok(Body::from_stream(ReaderStream::with_capacity(file, PIECE)))
    }

    fn disposition(&self) -> String {
        let kind = if self.attachment {
            "attachment"
        } else {
            "inline"
        };
        let name = utf8_percent_encode(&self.name, NON_ALPHANUMERIC);
        format!("{kind}; filename*=UTF-8''{name}")
    }
}
