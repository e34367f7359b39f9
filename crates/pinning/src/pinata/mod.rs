//! Pinata: the legacy and v3 APIs behind one service.
//!
//! Which API a call takes is decided by what the key may do: legacy and v3 permissions are two families on one key,
//! and a key with only one of them is refused by every call of the other. What is learnt is kept for the life of the
//! value.

mod check;
mod edit;
mod legacy;
mod list;
mod scopes;
mod send;
mod v3;

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::budget::Budget;
use crate::http::Http;
use crate::key::Token;
use crate::{
    Clock, Deadlines, Endpoints, Error, KeyReport, Pins, RateBudget, Service, TokenError, Uploads,
    Usage,
};
use scopes::Scopes;

/// Largest file that goes by v3 multipart: 90 MiB, as the official SDK has it (the documented limit is 100 MB).
pub const MULTIPART_LIMIT: u64 = 94_371_840;

/// Largest upload that Pinata takes at all, in bytes.
const UPLOAD_LIMIT: u64 = 25_000_000_000;

/// Most key-values in one upload or edit.
const KEYVALUES_LIMIT: usize = 10;

/// One Pinata account's key. Has no `Debug`: it holds the token.
pub struct Pinata {
    http: Http,
    endpoints: Endpoints,
    scopes: Scopes,
}

impl Pinata {
    /// With the default budget and deadlines. Spaces and line breaks around the token are taken away.
    ///
    /// The token is read only; nothing is sent.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the caller's copy of the token ends here"
    )]
    pub fn new(
        endpoints: Endpoints,
        token: SecretString,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TokenError> {
        Self::with_limits(
            endpoints,
            &token,
            clock,
            RateBudget::default(),
            Deadlines::default(),
        )
    }

    /// As [`Pinata::new`], with a plan's own budget and other deadlines.
    pub fn with_limits(
        endpoints: Endpoints,
        token: &SecretString,
        clock: Arc<dyn Clock>,
        rates: RateBudget,
        deadlines: Deadlines,
    ) -> Result<Self, TokenError> {
        let token = Token::new(token)?;
        let http = Http::new(&endpoints, token, Budget::new(rates), deadlines, clock);
        Ok(Self {
            http,
            endpoints,
            scopes: Scopes::default(),
        })
    }

    /// Where it lives.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }
}

#[async_trait]
impl Service for Pinata {
    async fn check(&self) -> Result<KeyReport, Error> {
        Box::pin(self.report()).await
    }

    fn pins(&self) -> Option<&dyn Pins> {
        Some(self)
    }

    fn uploads(&self) -> Option<&dyn Uploads> {
        Some(self)
    }

    fn usage(&self) -> Option<&dyn Usage> {
        Some(self)
    }
}

/// At most ten key-values per request, on both APIs; more would be refused or cut by the service.
fn check_keyvalues(count: usize) -> Result<(), Error> {
    if count <= KEYVALUES_LIMIT {
        return Ok(());
    }
    Err(Error::refused(
        "TOO_MANY_KEYVALUES",
        &format!("{count} key-values, and Pinata takes {KEYVALUES_LIMIT} at a time"),
    ))
}
