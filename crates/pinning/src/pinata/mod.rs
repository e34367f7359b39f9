//! Pinata: the legacy and v3 APIs behind one service.
//!
//! Which API a call takes is decided by what the key may do: legacy and v3 permissions are two families on one key,
//! and a key with only one of them is refused by every call of the other. What is learnt is kept for the life of the
//! value.

mod abilities;
mod calls;
mod check;
mod edit;
mod gateways;
mod groups;
mod jobs;
mod keys;
mod legacy;
mod list;
mod place;
mod scopes;
mod send;
mod swaps;
mod tus;
mod v3;

pub use legacy::pins_of_pin_list;

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::budget::Budget;
use crate::http::Http;
use crate::key::Token;
use crate::{
    Ability, Access, Clock, Deadlines, Endpoints, Error, Gateways, Groups, Jobs, KeyReport, Keys,
    Pins, RateBudget, Resumable, Service, Spent, Swaps, TokenError, Uploads, Usage,
};
use scopes::{Scope, Scopes};

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
    scopes: Arc<Scopes>,
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
        Ok(Self::of(endpoints, token, clock, rates, deadlines))
    }

    /// With the older pair of API key and secret instead of a JWT. The legacy API alone takes it: what only v3 has
    /// is refused here, unsent.
    pub fn with_key_pair(
        endpoints: Endpoints,
        (key, secret): (&str, &SecretString),
        clock: Arc<dyn Clock>,
        rates: RateBudget,
        deadlines: Deadlines,
    ) -> Result<Self, TokenError> {
        let pair = Token::pair(key, secret)?;
        let account = Self::of(endpoints, pair, clock, rates, deadlines);
        for scope in Scope::OF_V3 {
            account.scopes.learn(scope, false);
        }
        Ok(account)
    }

    fn of(
        endpoints: Endpoints,
        token: Token,
        clock: Arc<dyn Clock>,
        rates: RateBudget,
        deadlines: Deadlines,
    ) -> Self {
        let http = Http::new(&endpoints, token, Budget::new(rates), deadlines, clock);
        Self {
            http,
            endpoints,
            scopes: Arc::default(),
        }
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

    fn key_id(&self) -> Option<String> {
        let (_, key_id) = self.http.token().claims();
        key_id
    }

    fn spent(&self) -> Vec<Spent> {
        self.http.spent()
    }

    fn in_background(&self) -> Arc<dyn Service> {
        Arc::new(Self {
            http: self.http.in_background(),
            endpoints: self.endpoints.clone(),
            scopes: self.scopes.clone(),
        })
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

    fn jobs(&self) -> Option<&dyn Jobs> {
        Some(self)
    }

    fn keys(&self) -> Option<&dyn Keys> {
        Some(self)
    }

    fn groups(&self) -> Option<&dyn Groups> {
        Some(self)
    }

    fn gateways(&self) -> Option<&dyn Gateways> {
        Some(self)
    }

    fn swaps(&self) -> Option<&dyn Swaps> {
        Some(self)
    }

    fn resumable(&self) -> Option<&dyn Resumable> {
        Some(self)
    }

    async fn abilities(&self) -> Result<Vec<(Ability, Access)>, Error> {
        Box::pin(self.all_abilities()).await
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
