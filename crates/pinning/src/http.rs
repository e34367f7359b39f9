//! The one HTTP client: no redirects, deadlines on everything, answers capped, the token in one header.
//!
//! The only file that names `reqwest::Client`.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::answer::{Answer, Question};
use crate::budget::{Budget, Family};
use crate::key::Token;
use crate::multipart::Form;
use crate::{Clock, Endpoints, Error, ErrorKind, Priority};

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
    /// The scope that it needs.
    pub(crate) scope: &'a str,
}

/// One account's HTTP: client, token, budget and deadlines.
pub(crate) struct Http {
    client: Client,
    token: Token,
    budget: Budget,
    deadlines: Deadlines,
    clock: Arc<dyn Clock>,
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
            budget,
            deadlines,
            clock,
        }
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
        self.with_retries(call, Answer::success).await
    }

    async fn with_retries<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Answer, &Question<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        let mut pauses = RETRY_PAUSES.iter();
        loop {
            let result = match self.answer(call).await {
                Ok(answer) => read(&answer, &self.question(&call.url, call.scope)),
                Err(error) => Err(error),
            };
            let Err(error) = result else { return result };
            let pause = (call.method == Method::GET)
                .then(|| pauses.next())
                .flatten();
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
        if let Some(json) = call.json {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(json.to_string());
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
        let (watch, length) = (form.watch(), form.length());
        let cancelled = || Error {
            delivered: watch.delivered(),
            ..Error::unsent(ErrorKind::Cancelled)
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(cancelled()),
            turn = self.admitted(family, Priority::Background) => turn?,
        }
        let request = self
            .request(Method::POST, url.clone())
            .header(CONTENT_TYPE, form.content_type())
            .header(CONTENT_LENGTH, length)
            .body(form.into_body());
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
        if matches!(answer.status, 429 | 503)
            && let Some(wait) = answer.retry_after(self.clock.now())
        {
            self.budget.hold(family, wait);
        }
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url);
        // A token is ASCII without controls, so it always is a header value.
        match HeaderValue::from_str(&format!("Bearer {}", self.token.expose())) {
            Ok(mut value) => {
                value.set_sensitive(true);
                request.header(AUTHORIZATION, value)
            }
            Err(_) => request,
        }
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
    if fault.is_connect() || fault.is_builder() {
        Error::unsent(ErrorKind::Offline)
    } else {
        Error::maybe(ErrorKind::Offline)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one client is built here")]
fn client(endpoints: &Endpoints, deadlines: Deadlines) -> Client {
    let local = endpoints.all_loopback();
    let mut builder = Client::builder()
        .user_agent(concat!("Pinfold/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls())
        .http1_only()
        .https_only(!endpoints.any_loopback())
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(deadlines.connect)
        // Shorter than servers keep idle connections, so that a change is not sent on one that is being closed.
        .pool_idle_timeout(Duration::from_secs(4));
    if local {
        builder = builder.no_proxy();
    }
    builder
        .build()
        .expect("a client of constant settings is built")
}

/// TLS by ring, trusting what the system trusts; the public roots where the system names none.
fn tls() -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = || {
        ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("ring speaks the default TLS versions")
    };
    match builder().with_platform_verifier() {
        Ok(trusting) => trusting.with_no_client_auth(),
        Err(fault) => {
            tracing::warn!(%fault, "the system's certificates cannot be used; using the public roots");
            let roots = rustls::RootCertStore {
                roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            };
            builder()
                .with_root_certificates(roots)
                .with_no_client_auth()
        }
    }
}
