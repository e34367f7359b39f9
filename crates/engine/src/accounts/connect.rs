//! The real way to services.

use std::num::NonZeroU32;
use std::sync::Arc;

use pinning::{
    Deadlines, Endpoints, Pinata, Psa, PsaBudget, PsaEndpoint, RateBudget, Service, SystemClock,
    TokenError,
};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::{Connect, Credential, Place};
use crate::error::{CommandError, ErrorCode};

/// Makes clients of Pinata and what answers like it, and of any pinning service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Services;

impl Connect for Services {
    fn connect(
        &self,
        place: Place,
        credential: &Credential,
    ) -> Result<Arc<dyn Service>, CommandError> {
        match place {
            Place::Pinata(endpoints) => pinata(endpoints, credential),
            Place::Psa(endpoint) => psa(endpoint, credential),
        }
    }
}

fn pinata(endpoints: Endpoints, credential: &Credential) -> Result<Arc<dyn Service>, CommandError> {
    let clock = Arc::new(SystemClock);
    let (budget, deadlines) = (budget(endpoints.api()), Deadlines::default());
    let empty = SecretString::from("");
    let client = match credential {
        Credential::Pair { key, secret } => {
            let pair = (key.expose_secret(), secret);
            Pinata::with_key_pair(endpoints, pair, clock, budget, deadlines)
        }
        Credential::Token(token) => Pinata::with_limits(endpoints, token, clock, budget, deadlines),
        Credential::Nothing => Pinata::with_limits(endpoints, &empty, clock, budget, deadlines),
    };
    let pair = matches!(credential, Credential::Pair { .. });
    Ok(Arc::new(client.map_err(|error| bad_token(error, pair))?))
}

fn psa(endpoint: PsaEndpoint, credential: &Credential) -> Result<Arc<dyn Service>, CommandError> {
    let token = match credential {
        Credential::Token(token) => Some(token),
        Credential::Nothing => None,
        Credential::Pair { .. } => {
            return Err(CommandError::new(
                ErrorCode::BadToken,
                "Pinning services take one token, not a key and a secret.",
            ));
        }
    };
    let budget = if is_local(endpoint.url()) {
        PsaBudget {
            lists: PLENTY,
            others: PLENTY,
        }
    } else {
        PsaBudget::default()
    };
    let clock = Arc::new(SystemClock);
    let client = Psa::new(endpoint, token, clock, budget, Deadlines::default());
    Ok(Arc::new(client.map_err(|error| {
        if token.is_none() {
            return CommandError::new(
                ErrorCode::BadToken,
                "Enter the service’s token. Only a service on this computer may do without one.",
            );
        }
        bad_token(error, false)
    })?))
}

fn bad_token(error: TokenError, pair: bool) -> CommandError {
    let sentence = match (error, pair) {
        (TokenError::Empty, true) => {
            "Enter the key’s secret as well. It is shown once, beside the key."
        }
        (_, true) => "This is not an API key with its secret. Copy each whole and in one line.",
        (_, false) => {
            "This is not a token. Copy the token (JWT) of an API key, whole and in one line."
        }
    };
    CommandError::new(ErrorCode::BadToken, sentence).with_detail(error.to_string())
}

/// Requests a minute that a service on this computer may be asked: it sets no limits that would have to be kept.
const PLENTY: NonZeroU32 = NonZeroU32::new(60_000).expect("more than none");

/// Pinata's free plan sets limits.
fn budget(api: &Url) -> RateBudget {
    if !is_local(api) {
        return RateBudget::default();
    }
    RateBudget {
        v3: PLENTY,
        pinning: PLENTY,
        data: PLENTY,
    }
}

fn is_local(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
