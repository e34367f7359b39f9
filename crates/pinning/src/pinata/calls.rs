//! How a call is made on either API, and which of the two takes it.

use reqwest::Method;
use serde_json::Value as Json;
use url::Url;

use super::Pinata;
use super::scopes::Scope;
use crate::budget::Family;
use crate::endpoints::join;
use crate::http::Call;
use crate::redact::excerpt;
use crate::{Error, ErrorKind, Network, Priority, json as read};

/// One small call: what, where, with what scope, for whom.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) json: Option<&'a Json>,
    pub(super) scope: Scope,
    pub(super) priority: Priority,
}

impl<'a> Ask<'a> {
    /// A look-up.
    pub(super) fn get(url: Url, scope: Scope, priority: Priority) -> Self {
        Self {
            method: Method::GET,
            url,
            json: None,
            scope,
            priority,
        }
    }

    /// A change, which only a person asks for.
    pub(super) fn change(method: Method, url: Url, json: Option<&'a Json>, scope: Scope) -> Self {
        Self {
            method,
            url,
            json,
            scope,
            priority: Priority::Click,
        }
    }
}

impl Pinata {
    /// `<api>/v3/...`
    pub(super) fn v3_url(&self, segments: &[&str]) -> Url {
        join(&join(self.endpoints.api(), &["v3"]), segments)
    }

    /// `<api>/...`
    pub(super) fn api_url(&self, segments: &[&str]) -> Url {
        join(self.endpoints.api(), segments)
    }

    /// A v3 call whose answer is JSON.
    pub(super) async fn v3_json(&self, ask: Ask<'_>) -> Result<Json, Error> {
        let call = self.v3_call(&ask)?;
        let result = self.http.json(&call).await;
        self.v3_refusal(ask.scope, result).await
    }

    /// A v3 call whose success says nothing of use.
    pub(super) async fn v3_done(&self, ask: Ask<'_>) -> Result<(), Error> {
        let call = self.v3_call(&ask)?;
        let result = self.http.done(&call).await;
        self.v3_refusal(ask.scope, result).await
    }

    /// The older pair of key and secret is never sent to v3.
    fn v3_call<'a>(&self, ask: &Ask<'a>) -> Result<Call<'a>, Error> {
        if self.http.token().is_pair() {
            return Err(ask.scope.missing());
        }
        Ok(call(ask, Family::V3))
    }

    /// A legacy call whose answer is JSON.
    pub(super) async fn legacy_json(&self, ask: Ask<'_>) -> Result<Json, Error> {
        self.http.json(&call(&ask, family(&ask.url))).await
    }

    /// A legacy call that answers `OK`, or anything.
    pub(super) async fn legacy_done(&self, ask: Ask<'_>) -> Result<(), Error> {
        self.http.done(&call(&ask, family(&ask.url))).await
    }

    /// Asks v3 unless the key is known to lack its scope, and the legacy API where v3 refuses for it. What is learnt
    /// is kept. A refusal stored nothing, so asking the other API never does anything twice.
    pub(super) async fn either<T>(
        &self,
        (v3, newer): (Scope, impl Future<Output = Result<T, Error>>),
        (legacy, older): (Scope, impl Future<Output = Result<T, Error>>),
    ) -> Result<T, Error> {
        let mut refused = Err(v3.missing());
        if self.scopes.get(v3) != Some(false) {
            refused = newer.await;
            self.scopes.learn_from(v3, &refused);
            if !lacks_scope(&refused) {
                return refused;
            }
        }
        if self.scopes.get(legacy) == Some(false) {
            return refused;
        }
        let result = older.await;
        self.scopes.learn_from(legacy, &result);
        // The newer API's scope is the one to ask for, the first time as later.
        if lacks_scope(&result) {
            refused
        } else {
            result
        }
    }

    /// Asks v3 for something that only v3 has. A refusal of the private network may be the plan's: only the public
    /// one says what the key may.
    pub(super) async fn only_v3<T>(
        &self,
        scope: Scope,
        network: Network,
        ask: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        if self.scopes.get(scope) == Some(false) {
            return Err(scope.missing());
        }
        let result = ask.await;
        if network == Network::Public || result.is_ok() {
            self.scopes.learn_from(scope, &result);
        }
        result
    }

    /// JSON that does not hold what it should.
    pub(super) fn unlike(&self, answer: &Json) -> Error {
        let excerpt = excerpt(&answer.to_string(), self.http.token().expose());
        unreadable(excerpt)
    }
}

/// A success that does not hold what it should, with these words for it.
pub(super) fn unreadable(excerpt: String) -> Error {
    let kind = ErrorKind::Unexpected {
        status: 200,
        excerpt,
    };
    Error {
        status: Some(200),
        ..Error::maybe(kind)
    }
}

/// What v3 wraps in `{"data": ...}`; the object itself where it is not wrapped.
pub(super) fn data(answer: &Json) -> &Json {
    answer.get("data").unwrap_or(answer)
}

/// The rows of a v3 list (`{"data": {"<name>": [...], "next_page_token"}}`) and its next token. A null list is an
/// empty one; `None` where there is no list at all.
pub(super) fn v3_rows<'a>(answer: &'a Json, name: &str) -> Option<(&'a [Json], Option<String>)> {
    let rows = match answer.get("data")?.get(name)? {
        Json::Array(rows) => rows.as_slice(),
        Json::Null => &[],
        _ => return None,
    };
    let next = read::text(answer.get("data")?, "next_page_token").filter(|_| !rows.is_empty());
    Some((rows, next))
}

pub(super) fn lacks_scope<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(error) if matches!(error.kind, ErrorKind::MissingScope(_)))
}

/// Appends what is given.
pub(super) fn pairs(url: &mut Url, pairs: &[(&str, Option<String>)]) {
    let mut query = url.query_pairs_mut();
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
}

fn call<'a>(ask: &Ask<'a>, family: Family) -> Call<'a> {
    Call::new(
        ask.method.clone(),
        ask.url.clone(),
        (family, ask.priority),
        ask.scope.name(),
    )
    .json(ask.json)
}

/// `/data` has a limit of its own; everything else of the legacy API shares one.
fn family(url: &Url) -> Family {
    let data = url
        .path_segments()
        .is_some_and(|mut segments| segments.any(|segment| segment == "data"));
    if data { Family::Data } else { Family::Pinning }
}
