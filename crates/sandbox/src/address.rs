//! What a request is for, where clients write it another way than the documentation.

use axum::body::Body;
use axum::http::uri::PathAndQuery;
use axum::http::{Method, Request, Uri};

/// Puts method and path into the form that the routes know.
pub(crate) fn canonical(request: &mut Request<Body>) {
    override_method(request);
    if let Some(path) = canonical_path(request.method(), request.uri().path()) {
        let query = request.uri().query().map(|query| format!("?{query}"));
        let target = format!("{path}{}", query.unwrap_or_default());
        if let Ok(target) = target.parse::<PathAndQuery>() {
            *request.uri_mut() = Uri::from(target);
        }
    }
}

/// A client that cannot send PATCH says in a header what its POST means (TUS 1.0.0, core protocol).
fn override_method(request: &mut Request<Body>) {
    let given = request.headers().get("x-http-method-override");
    let method = given.and_then(|given| Method::from_bytes(given.as_bytes()).ok());
    if let Some(method) = method.filter(|_| request.method() == Method::POST) {
        *request.method_mut() = method;
    }
}

/// `None` when the path is in its form.
fn canonical_path(method: &Method, path: &str) -> Option<String> {
    // A base URL that ends with a slash, joined with a path that begins with one.
    let single = path.starts_with("//").then(|| path.trim_start_matches('/'));
    let path = single.map_or_else(|| path.to_owned(), |rest| format!("/{rest}"));
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let is_id = |segment: &str| uuid::Uuid::parse_str(segment).is_ok();
    let old = match segments.as_slice() {
        // The calls of 2024 name no network: all was private.
        ["v3", "files"] => *method == Method::GET,
        ["v3", "files", id] => *method != Method::POST && is_id(id),
        ["v3", "groups"] => true,
        ["v3", "groups", id, ..] => is_id(id),
        _ => false,
    };
    if old {
        let rest = segments[2..].join("/");
        let slash = if rest.is_empty() { "" } else { "/" };
        return Some(format!("/v3/{}/private{slash}{rest}", segments[1]));
    }
    single.map(|_| path)
}

#[cfg(test)]
mod tests {
    use super::canonical_path;
    use axum::http::Method;

    #[test]
    fn calls_without_a_network_are_private_and_others_stay() {
        const ID: &str = "01919976-955f-7d06-bd59-72e80743fb95";
        let file = format!("/v3/files/{ID}");
        let group = format!("/v3/groups/{ID}/ids/x");
        for (method, path, canonical) in [
            (
                Method::GET,
                "/v3/files",
                Some("/v3/files/private".to_owned()),
            ),
            (Method::POST, "/v3/files", None),
            (Method::GET, "/v3/files/public", None),
            (
                Method::DELETE,
                &file,
                Some(format!("/v3/files/private/{ID}")),
            ),
            (Method::POST, &file, None),
            (
                Method::POST,
                "/v3/groups",
                Some("/v3/groups/private".to_owned()),
            ),
            (
                Method::PUT,
                &group,
                Some(format!("/v3/groups/private/{ID}/ids/x")),
            ),
            (Method::GET, "/v3/groups/public", None),
            (
                Method::GET,
                "//data/pinList",
                Some("/data/pinList".to_owned()),
            ),
            (Method::GET, "/ipfs/cid//a", None),
        ] {
            assert_eq!(canonical_path(&method, path), canonical, "{method} {path}");
        }
    }
}
