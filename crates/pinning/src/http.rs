//! One account's HTTP: deadlines on everything, answers capped, the credential in its headers and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Client, Method, RequestBuilder, Response};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::answer::{Answer, Question};
use crate::body::Watch;
use crate::budget::{Budget, Family, Spent};
use crate::client::client;
use crate::key::Token;
use crate::multipart::Form;
use crate::{Clock, Endpoints, Error, ErrorKind, Priority};

const CONTENT_TYPE_NAME: &str = "content-type";
/// Most that is read of a success, a list page of 1,000 rows with key-values being the largest.
const ANSWER_CAP: usize = 16 * 1024 * 1024;
/// Most that is read of an error.
const ERROR_CAP: usize = 64 * 1024;
/// Pauses before the second and third attempt of a look-up.
const RETRY_PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];
/// A wait that a service asks for and that a look-up sits out itself; longer ones are the caller's.
const SHORT_WAIT: Duration = Duration::from_secs(2);

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// For a connection.
    pub connect: Duration,
    /// Between two pieces of an answer, and for the first one of a small request.
    pub idle: Duration,
    /// For a whole small request.
    pub total: Duration,
    /// For an upload during which no byte moves.
    pub stall: Duration,
    /// For the answer after the last byte of an upload: the service imports it first.
    pub import: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_mins(2),
            stall: Duration::from_mins(1),
            import: Duration::from_mins(10),
        }
    }
}

/// A small request.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) family: Family,
    pub(crate) priority: Priority,
    pub(crate) json: Option<&'a Json>,
    /// A JSON body whose members keep their order, as text.
    pub(crate) text: Option<String>,
    /// Headers of this call alone.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The scope that it needs; empty where the service has no scopes.
    pub(crate) scope: &'a str,
}

impl<'a> Call<'a> {
    pub(crate) fn new(
        method: Method,
        url: Url,
        (family, priority): (Family, Priority),
        scope: &'a str,
    ) -> Self {
        Self {
            method,
            url,
            family,
            priority,
            json: None,
            text: None,
            headers: Vec::new(),
            scope,
        }
    }

    pub(crate) fn json(mut self, json: Option<&'a Json>) -> Self {
        self.json = json;
        self
    }

    pub(crate) fn text(mut self, json: String) -> Self {
        self.text = Some(json);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Whether it changes nothing, so that it may be repeated.
    fn is_look_up(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }
}

/// A streamed request.
pub(crate) struct Transfer {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) family: Family,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The exact length of the body.
    pub(crate) length: u64,
    pub(crate) body: Body,
    /// Sees how far the body has come.
    pub(crate) watch: Arc<Watch>,
}

/// One account's HTTP: client, token, budget and deadlines.
pub(crate) struct Http {
    client: Client,
    token: Token,
    budget: Arc<Budget>,
    deadlines: Deadlines,
    clock: Arc<dyn Clock>,
    /// Whoever uses it, every call waits behind the clicks.
    in_background: bool,
}

impl Http {
    pub(crate) fn new(
        endpoints: &Endpoints,
        token: Token,
        budget: Budget,
        deadlines: Deadlines,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            client: client(endpoints, deadlines),
            token,
            budget: Arc::new(budget),
            deadlines,
            clock,
            in_background: false,
        }
    }

    /// The same account and the same budget; each call waits behind every click.
    pub(crate) fn in_background(&self) -> Self {
        Self {
            client: self.client.clone(),
            token: self.token.clone(),
            budget: self.budget.clone(),
            deadlines: self.deadlines,
            clock: self.clock.clone(),
            in_background: true,
        }
    }

    /// How much of its budget was used.
    pub(crate) fn spent(&self) -> Vec<Spent> {
        self.budget.spent()
    }

    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// What `answer` to `url` is judged by.
    pub(crate) fn question<'a>(&'a self, url: &'a Url, scope: &'a str) -> Question<'a> {
        Question {
            scope,
            url,
            token: self.token.expose(),
            now: self.clock.now(),
        }
    }

    /// Sends a call and takes its JSON. Look-ups are tried three times, changes once.
    pub(crate) async fn json(&self, call: &Call<'_>) -> Result<Json, Error> {
        self.with_retries(call, Answer::json).await
    }

    /// Sends a call whose success has no content of use.
    pub(crate) async fn done(&self, call: &Call<'_>) -> Result<(), Error> {
        self.with_retries(call, Answer::done).await
    }

    /// Sends a call and reads its answer, whatever its status, with `read`. Look-ups are tried three times.
    pub(crate) async fn with_retries<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Answer, &Question<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        let mut pauses = RETRY_PAUSES.iter();
        loop {
            // On the heap: every call of every noun holds one of these.
            let result = match Box::pin(self.answer(call)).await {
                Ok(answer) => read(&answer, &self.question(&call.url, call.scope)),
                Err(error) => Err(error),
            };
            let Err(error) = result else { return result };
            let pause = call.is_look_up().then(|| pauses.next()).flatten();
            match (pause, worth_repeating(&error)) {
                (Some(&pause), Some(asked)) => tokio::time::sleep(pause.max(asked)).await,
                _ => return Err(error),
            }
        }
    }

    /// One attempt of a small request; an answer of any status is `Ok`.
    async fn answer(&self, call: &Call<'_>) -> Result<Answer, Error> {
        self.admitted(call.family, call.priority).await?;
        let mut request = self.request(call.method.clone(), call.url.clone());
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let body = call.json.map(Json::to_string).or_else(|| call.text.clone());
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let whole = async {
            let response = within(self.deadlines.connect + self.deadlines.idle, request.send())
                .await
                .ok_or_else(|| Error::maybe(ErrorKind::Offline))?
                .map_err(|fault| transport_error(&fault))?;
            self.read(response).await
        };
        let answer = within(self.deadlines.total, whole)
            .await
            .unwrap_or_else(|| Err(Error::maybe(ErrorKind::Offline)))?;
        self.note_limits(&answer, call.family);
        Ok(answer)
    }

    /// Streams a form; nothing is repeated. `Ok` holds an answer of any status.
    pub(crate) async fn upload(
        &self,
        url: &Url,
        family: Family,
        form: Form,
        cancel: &CancellationToken,
    ) -> Result<Answer, Error> {
        let transfer = Transfer {
            method: Method::POST,
            url: url.clone(),
            family,
            headers: vec![(CONTENT_TYPE_NAME, form.content_type())],
            length: form.length(),
            watch: form.watch(),
            body: form.into_body(),
        };
        self.transfer(transfer, cancel).await
    }

    /// Streams a body; nothing is repeated. `Ok` holds an answer of any status.
    pub(crate) async fn transfer(
        &self,
        transfer: Transfer,
        cancel: &CancellationToken,
    ) -> Result<Answer, Error> {
        let (watch, family) = (transfer.watch, transfer.family);
        let cancelled = || Error {
            delivered: watch.delivered(),
            ..Error::unsent(ErrorKind::Cancelled)
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(cancelled()),
            turn = self.admitted(family, Priority::Background) => turn?,
        }
        let mut request = self.request(transfer.method, transfer.url);
        for (name, value) in transfer.headers {
            request = request.header(name, value);
        }
        let request = request
            .header(CONTENT_LENGTH, transfer.length)
            .body(transfer.body);
        let exchange = async {
            let response = request
                .send()
                .await
                .map_err(|fault| transport_error(&fault))?;
            self.read(response).await
        };
        let result = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(cancelled()),
            result = exchange => result,
            () = watch.stalled(self.deadlines.stall, self.deadlines.import) => Err(Error::maybe(ErrorKind::Offline)),
        };
        match result {
            Ok(answer) => {
                self.note_limits(&answer, family);
                Ok(answer)
            }
            // The body's own failure is the cause; the broken connection is only how it shows.
            Err(error) => Err(watch.source_failure().map_or(error, |reason| Error {
                delivered: watch.delivered(),
                ..Error::unsent(ErrorKind::Source(reason))
            })),
        }
    }

    /// Waits for the budget; refuses at once while the service wants to be left alone.
    async fn admitted(&self, family: Family, priority: Priority) -> Result<(), Error> {
        let priority = if self.in_background {
            Priority::Background
        } else {
            priority
        };
        self.not_held(family).await?;
        self.budget.turn(family, priority).await;
        // The service may have spoken while this call stood in the queue.
        self.not_held(family).await
    }

    async fn not_held(&self, family: Family) -> Result<(), Error> {
        match self.budget.held_for(family) {
            None => Ok(()),
            Some(left) if left <= SHORT_WAIT => {
                tokio::time::sleep(left).await;
                Ok(())
            }
            Some(left) => Err(Error::unsent(ErrorKind::RateLimited {
                retry_after: Some(left),
            })),
        }
    }

    fn note_limits(&self, answer: &Answer, family: Family) {
        // What answers in the service's place announces nothing.
        let its_own = answer.status == 429 || (200..300).contains(&answer.status);
        if let Some(limit) = answer.rate_limit().filter(|_| its_own) {
            self.budget.announced(family, limit);
        }
        if matches!(answer.status, 429 | 503)
            && let Some(wait) = answer.retry_after(self.clock.now())
        {
            self.budget.hold(family, wait);
        }
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url);
        let headers = self.token.headers().into_iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    async fn read(&self, response: Response) -> Result<Answer, Error> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let success = response.status().is_success();
        let cap = if success { ANSWER_CAP } else { ERROR_CAP };
        let mut body = Vec::new();
        let mut pieces = response.bytes_stream();
        loop {
            let broken = match within(self.deadlines.idle, pieces.next()).await {
                Some(None) => break,
                Some(Some(Ok(piece))) if body.len() + piece.len() <= cap => {
                    body.extend_from_slice(&piece);
                    continue;
                }
                Some(Some(Ok(_))) => ErrorKind::Unexpected {
                    status,
                    excerpt: "the answer is too long".to_owned(),
                },
                Some(Some(Err(_))) | None => ErrorKind::Offline,
            };
            // The status of an error already says what happened; its text may be cut.
            if success {
                return Err(Error {
                    status: Some(status),
                    ..Error::maybe(broken)
                });
            }
            break;
        }
        Ok(Answer {
            status,
            headers,
            body,
        })
    }
}

async fn within<F: Future>(limit: Duration, work: F) -> Option<F::Output> {
    tokio::time::timeout(limit, work).await.ok()
}

/// Whether a look-up may be repeated soon, and after what wait at least.
fn worth_repeating(error: &Error) -> Option<Duration> {
    match &error.kind {
        ErrorKind::Offline => Some(Duration::ZERO),
        ErrorKind::Unexpected { status, .. } if *status >= 500 || *status == 408 => {
            Some(Duration::ZERO)
        }
        ErrorKind::RateLimited {
            retry_after: Some(wait),
        } if *wait <= SHORT_WAIT => Some(*wait),
        _ => None,
    }
}

fn transport_error(fault: &reqwest::Error) -> Error {
    if is_untrusted(fault) {
        Error::unsent(ErrorKind::Untrusted)
    } else if fault.is_connect() || fault.is_builder() {
        Error::unsent(ErrorKind::Offline)
    } else {
        Error::maybe(ErrorKind::Offline)
    }
}

/// Whether the certificate that was shown is why there is no connection.
fn is_untrusted(fault: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(fault);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return true;
        }
        // What an I/O error was made of is not its source.
        let made_of = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        cause = match made_of {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
