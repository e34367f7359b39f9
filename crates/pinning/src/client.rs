//! The one HTTP client: rustls, no redirects, https only except on this computer.
//!
//! The only file that builds a `reqwest::Client`.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, redirect};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::{Deadlines, Endpoints};

#[expect(clippy::disallowed_methods, reason = "the one client is built here")]
pub(crate) fn client(endpoints: &Endpoints, deadlines: Deadlines) -> Client {
    let local = endpoints.any_loopback();
    let mut builder = Client::builder()
        .user_agent(concat!("Pinfold/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls())
        .http1_only()
        .https_only(!local)
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(deadlines.connect)
        // Shorter than servers keep idle connections, so that a change is not sent on one that is being closed.
        .pool_idle_timeout(Duration::from_secs(4));
    // Without TLS a proxy would read along.
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
