//! Connections, and what surrounds every handler: the `Host` check, faults, authentication, limits,
//! the request log.

use crate::address;
use crate::app::App;
use crate::auth;
use crate::error::Refusal;
use crate::faults::{Bent, Gate, Kind};
use crate::intake::{Cut, Intake, Trip};
use crate::limits::Budget;
use crate::misbehave;
use crate::record::Record;
use crate::route::{Family, Route};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::poll_fn;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use uuid::Uuid;

/// Accepts until `stop` says so; then every connection is dropped.
pub(crate) async fn serve(
    listener: TcpListener,
    app: App,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let port = listener.local_addr().map_or(0, |address| address.port());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = told(&mut stop) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                // A failed accept concerns one peer, or passes when descriptors are free again:
                // a pause keeps the loop from spinning until then.
                if let Ok((stream, _)) = accepted {
                    let _ = stream.set_nodelay(true);
                    connections.spawn(connection(stream, app.clone(), router.clone(), port));
                } else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
    connections.shutdown().await;
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // An error means that the service is gone, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(stream: TcpStream, app: App, router: Router, port: u16) {
    let cut = Cut::default();
    let service = {
        let cut = cut.clone();
        service_fn(move |request: Request<hyper::body::Incoming>| {
            let call = Call {
                app: app.clone(),
                router: router.clone(),
                port,
                cut: cut.clone(),
            };
            Box::pin(async move { Ok::<_, Infallible>(call.answer(request.map(Body::new)).await) })
        })
    };
    let mut connection = http1::Builder::new()
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // A peer that went away is no error of ours.
        _ = poll_fn(|cx| connection.poll_without_shutdown(cx)) => {}
        () = cut.asked() => {
            let stream = connection.into_parts().io.into_inner();
            // Without lingering a close is a reset: the peer sees a broken connection.
            let _ = stream.set_zero_linger();
        }
    }
}

#[derive(Clone)]
struct Call {
    app: App,
    router: Router,
    port: u16,
    cut: Cut,
}

impl Call {
    async fn answer(self, mut request: Request<Body>) -> Response {
        let record = Record::begin(&self.app, &request);
        address::canonical(&mut request);
        let route = Route::of(request.method(), request.uri().path(), request.headers());
        let mut response = if allowed_host(&request, self.port) {
            self.faulty(request, route, &record).await
        } else {
            (StatusCode::FORBIDDEN, "This host is not served here").into_response()
        };
        let id = Uuid::new_v4().simple().to_string();
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-request-id", id);
        }
        record.decided(response.status());
        response
    }

    /// The answer with the fault that waits for this route, if any.
    async fn faulty(&self, request: Request<Body>, route: Route, record: &Record) -> Response {
        let fault = self.app.faults.take(route);
        if let Some(fault) = &fault {
            record.met(fault.name());
        }
        // A client that waits for "100 Continue" has sent nothing that would have to be drained.
        let waits = request.headers().contains_key(header::EXPECT);
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(Bent::by(fault.as_ref()));
        parts.extensions.insert(record.clone());
        let idle = self.app.settings.idle_timeout;
        let intake = Intake::new(body, record.received(), idle);
        if let Some(Kind::Hold(gate)) = &fault {
            gate.pass().await;
        }
        if let Some(response) = fault.as_ref().and_then(misbehave::instead) {
            intake.drain().await;
            return response;
        }
        let trip = match &fault {
            Some(Kind::CutAfterBytes(at)) => Some(Trip::Cut(*at, self.cut.clone())),
            Some(Kind::HoldAfterBytes(at, gate)) => Some(Trip::Hold(*at, gate.clone())),
            _ => None,
        };
        let request = Request::from_parts(parts, intake.body(trip));
        if let Some(Kind::TooLate(gate)) = fault {
            return self.too_late(request, route, gate).await;
        }
        let mut response = self.checked(request, route).await;
        if intake.timed_out() {
            response = silent();
        }
        if response.status().as_u16() >= 400 && !waits {
            intake.drain().await;
        }
        record.decided(response.status());
        match fault {
            Some(Kind::CutBeforeAnswer) => match self.cut.now().await {},
            Some(Kind::HoldAnswer(gate)) => {
                gate.pass().await;
                response
            }
            Some(Kind::WrongCid) => misbehave::with_wrong_cids(response).await,
            Some(Kind::SlowBody(pause)) => misbehave::slowly(response, pause),
            _ => response,
        }
    }

    /// The answer of a proxy that does not wait for the service, which goes on by itself.
    async fn too_late(&self, request: Request<Body>, route: Route, gate: Gate) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
            return silent();
        };
        let service = self.clone();
        tokio::spawn(async move {
            gate.pass().await;
            let request = Request::from_parts(parts, Body::from(body));
            drop(service.checked(request, route).await);
        });
        misbehave::instead(&Kind::html(524)).unwrap_or_else(silent)
    }

    /// The handler's answer, if the caller may have it.
    async fn checked(&self, request: Request<Body>, route: Route) -> Response {
        let budget = self.app.limits.count(route, self.app.now());
        let caller = (request.method(), request.uri(), request.headers());
        let mut response = match auth::check(&self.app, route, caller).await {
            Err(refusal) => refusal.into_response(),
            Ok(()) => match &budget {
                Some(budget) if budget.exceeded => Budget::refusal(),
                _ => self.handled(request, route).await,
            },
        };
        dressed(&mut response, route);
        if let Some(budget) = budget {
            budget.write(response.headers_mut());
        }
        response
    }

    /// What fell due by the clock is carried out first.
    async fn handled(&self, request: Request<Body>, route: Route) -> Response {
        let wait = !matches!(route, Route::Gateway | Route::PrivateFile);
        if let Err(refusal) = self.app.settle(wait).await {
            return refusal.into_response();
        }
        self.router
            .clone()
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {})
    }
}

/// The headers of the stack behind the legacy API, which names itself; all JSON has a charset.
fn dressed(response: &mut Response, route: Route) {
    let headers = response.headers_mut();
    if headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json")
    {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, json);
    }
    if !matches!(route.family(), Family::V3 | Family::Other) {
        headers.insert("x-powered-by", HeaderValue::from_static("Express"));
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    }
}

/// 408: the body stopped in the middle. The connection has no use any more.
fn silent() -> Response {
    let refusal = Refusal::reason(
        StatusCode::REQUEST_TIMEOUT,
        "REQUEST_TIMEOUT",
        "The request stopped before its end",
    );
    let mut response = refusal.into_response();
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Only the names of this computer, with our port: a page whose own name points here (DNS rebinding)
/// is turned away.
fn allowed_host(request: &Request<Body>, port: u16) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let Ok(host) = host.to_str() else {
        return false;
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
        host.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
            && match host[name.len()..].strip_prefix(':') {
                Some(given) => given.parse() == Ok(port),
                None => host.len() == name.len() && port == 80,
            }
    })
}
