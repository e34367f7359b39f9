//! The real way to services.

use std::num::NonZeroU32;
use std::sync::Arc;

use pinning::{Deadlines, Endpoints, Pinata, RateBudget, Service, SystemClock};
use secrecy::SecretString;
use url::Host;

use super::Connect;
use crate::error::{CommandError, ErrorCode};

/// Makes a client of Pinata, or of what answers like it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PinataServices;

impl Connect for PinataServices {
    fn connect(
        &self,
        endpoints: Endpoints,
        token: SecretString,
    ) -> Result<Arc<dyn Service>, CommandError> {
        let budget = budget(&endpoints);
        let clock = Arc::new(SystemClock);
        let client = Pinata::with_limits(endpoints, &token, clock, budget, Deadlines::default())
            .map_err(|error| {
                CommandError::new(
                    ErrorCode::BadToken,
                    "This is not a token. Copy the JWT of an API key, whole and in one line.",
                )
                .with_detail(error.to_string())
            })?;
        Ok(Arc::new(client))
    }
}

/// A service on this computer sets no limits that would have to be kept; Pinata's free plan does.
fn budget(endpoints: &Endpoints) -> RateBudget {
    let local = match endpoints.api().host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if !local {
        return RateBudget::default();
    }
    let plenty = NonZeroU32::new(60_000).unwrap_or(NonZeroU32::MIN);
    RateBudget {
        v3: plenty,
        pinning: plenty,
        data: plenty,
    }
}
