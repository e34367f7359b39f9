//! The calls on single requests.

use async_trait::async_trait;
use reqwest::Method;
use serde_json::Value as Json;
use url::Url;

use super::Psa;
use super::read::{status, wish};
use crate::answer::{Answer, Question};
use crate::budget::Family;
use crate::endpoints::join;
use crate::http::Call;
use crate::{
    Error, ErrorKind, PageToken, PinRequest, PinStatus, Priority, RequestPage, RequestQuery,
    Requests,
};

/// Keys of a pinning service have no scopes.
pub(super) const NO_SCOPES: &str = "";

/// The specification's limits.
const NAME: usize = 255;
const ORIGINS: usize = 20;
/// Pages of requests for one CID: a list of more never ends.
const MOST_PAGES: usize = 300;

#[async_trait]
impl Requests for Psa {
    async fn list(
        &self,
        query: &RequestQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<RequestPage, Error> {
        self.list_requests(query, after, priority).await
    }

    async fn get(&self, request_id: &str, priority: Priority) -> Result<PinStatus, Error> {
        let url = self.request_url(request_id)?;
        let at = (Family::Requests, priority);
        self.pin_status(&Call::new(Method::GET, url, at, NO_SCOPES))
            .await
    }

    async fn add(&self, pin: &PinRequest) -> Result<PinStatus, Error> {
        check(pin)?;
        self.post(self.pins_url(), pin).await
    }

    async fn replace(&self, request_id: &str, pin: &PinRequest) -> Result<PinStatus, Error> {
        check(pin)?;
        self.post(self.request_url(request_id)?, pin).await
    }

    /// Any success will do: services answer 202 without a body, 200 with `OK`, or `{}`.
    async fn remove(&self, request_id: &str) -> Result<(), Error> {
        let url = self.request_url(request_id)?;
        let at = (Family::Requests, Priority::Click);
        let call = Call::new(Method::DELETE, url, at, NO_SCOPES);
        self.http.with_retries(&call, Answer::success).await
    }

    async fn of_cid(&self, cid: &str, priority: Priority) -> Result<Vec<PinStatus>, Error> {
        let query = RequestQuery {
            cids: vec![cid.to_owned()],
            ..RequestQuery::default()
        };
        let (mut found, mut after) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let page = self.list_requests(&query, after, priority).await?;
            found.extend(page.requests);
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
        let excerpt = "a list that never ends".to_owned();
        let kind = ErrorKind::Unexpected {
            status: 200,
            excerpt,
        };
        Err(Error::maybe(kind))
    }
}

impl Psa {
    pub(super) fn pins_url(&self) -> Url {
        join(self.endpoint.url(), &["pins"])
    }

    /// An id is opaque and becomes one encoded segment; an empty one would name the whole list.
    fn request_url(&self, request_id: &str) -> Result<Url, Error> {
        if request_id.is_empty() || matches!(request_id, "." | "..") {
            return Err(Error::refused("BAD_REQUEST_ID", request_id));
        }
        Ok(join(self.endpoint.url(), &["pins", request_id]))
    }

    /// A request as the service gives it.
    pub(super) async fn raw_request(
        &self,
        request_id: &str,
        priority: Priority,
    ) -> Result<Json, Error> {
        let url = self.request_url(request_id)?;
        let at = (Family::Requests, priority);
        let read = |answer: &Answer, question: &Question<'_>| {
            let body = answer.json(question)?;
            // What is no request is no record of one.
            status(&body).ok_or_else(|| answer.unreadable(question))?;
            Ok(body)
        };
        let call = Call::new(Method::GET, url, at, NO_SCOPES);
        self.http.with_retries(&call, read).await
    }

    async fn post(&self, url: Url, pin: &PinRequest) -> Result<PinStatus, Error> {
        let body = wish(pin);
        let at = (Family::Requests, Priority::Click);
        let call = Call::new(Method::POST, url, at, NO_SCOPES).json(Some(&body));
        self.pin_status(&call).await
    }

    async fn pin_status(&self, call: &Call<'_>) -> Result<PinStatus, Error> {
        let read = |answer: &Answer, question: &Question<'_>| {
            let body: Json = answer.json(question)?;
            status(&body).ok_or_else(|| answer.unreadable(question))
        };
        self.http.with_retries(call, read).await
    }
}

/// What the specification does not take.
fn check(pin: &PinRequest) -> Result<(), Error> {
    let letters = pin.name.as_ref().map_or(0, |name| name.chars().count());
    if letters > NAME {
        let why = format!("{letters} letters, and pinning services take {NAME}");
        return Err(Error::refused("NAME_TOO_LONG", &why));
    }
    if pin.origins.len() > ORIGINS {
        let why = format!(
            "{} addresses, and pinning services take {ORIGINS}",
            pin.origins.len()
        );
        return Err(Error::refused("TOO_MANY_ORIGINS", &why));
    }
    Ok(())
}
