//! Links by which a private file is read without a key, until they expire.
//!
//! The signature is over path and query, not over the host: the gateway has more than one name
//! on this computer, and the official SDK writes `https` before each of them.

use crate::app::App;
use crate::error::Refusal;
use crate::signing::{Signing, from_hex, hex};
use axum::http::{Method, StatusCode, Uri};
use url::Url;

/// The URL with its signature; `None` when it is none of a file.
pub(crate) fn sign(
    signing: &Signing,
    url: &str,
    date: i64,
    expires: i64,
    method: &str,
) -> Option<String> {
    let parsed = Url::parse(url).ok()?;
    if !parsed.path().starts_with("/files/") || parsed.fragment().is_some() {
        return None;
    }
    let query = parsed
        .query()
        .map_or(String::new(), |query| format!("{query}&"));
    let query =
        format!("{query}X-Algorithm=PINATA1&X-Date={date}&X-Expires={expires}&X-Method={method}");
    let signature = hex(&signing.sign(signed_text(parsed.path(), &query).as_bytes()));
    let base = url.split('?').next()?;
    Some(format!("{base}?{query}&X-Signature={signature}"))
}

fn signed_text(path: &str, query: &str) -> String {
    format!("{path}?{query}")
}

/// Whether a request comes by a signed link.
pub(crate) fn is_signed(uri: &Uri) -> bool {
    uri.query()
        .is_some_and(|query| query.contains("X-Signature="))
}

/// Whether the link is one of ours, for this method, and has not expired.
pub(crate) fn check(app: &App, uri: &Uri, method: &Method) -> Result<(), Refusal> {
    let refused = |why: &str| Err(Refusal::reason(StatusCode::FORBIDDEN, "FORBIDDEN", why));
    let query = uri.query().unwrap_or_default();
    let Some((query, signature)) = query.rsplit_once("&X-Signature=") else {
        return refused("The link has no signature");
    };
    let text = signed_text(uri.path(), query);
    let signature = from_hex(signature).unwrap_or_default();
    if !app.settings.signing.verify(text.as_bytes(), &signature) {
        return refused("The signature of the link is wrong");
    }
    let value = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        // What is signed last counts: a file's own query stands before it.
        pairs.rfind_value(name)
    };
    let number = |name: &str| value(name).and_then(|text| text.parse::<i64>().ok());
    let (date, expires) = (number("X-Date"), number("X-Expires"));
    let until = date
        .zip(expires)
        .map(|(date, expires)| date.saturating_add(expires));
    if until.is_none_or(|until| until <= app.now().as_second()) {
        return refused("The link has expired");
    }
    // Whoever may read may ask how much there is to read.
    let asked = if method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    if value("X-Method").as_deref() != Some(asked) {
        return refused("The link is for another method");
    }
    Ok(())
}

trait LastValue {
    fn rfind_value(&mut self, name: &str) -> Option<String>;
}

impl LastValue for url::form_urlencoded::Parse<'_> {
    fn rfind_value(&mut self, name: &str) -> Option<String> {
        self.filter(|(key, _)| key == name)
            .last()
            .map(|(_, value)| value.into_owned())
    }
}
