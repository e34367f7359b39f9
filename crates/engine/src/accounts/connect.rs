//! The real way to services.

use std::sync::Arc;

use pinning::{Endpoints, Pinata, Service, SystemClock};
use secrecy::SecretString;

use super::Connect;
use crate::error::{CommandError, ErrorCode};

/// Makes a client of Pinata, or of what answers like it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PinataServices;

impl Connect for PinataServices {
    fn connect(&self, endpoints: Endpoints, token: SecretString) -> Result<Arc<dyn Service>, CommandError> {
        let client = Pinata::new(endpoints, token, Arc::new(SystemClock)).map_err(|error| {
            CommandError::new(
                ErrorCode::BadToken,
                "This is not a token. Copy the JWT of an API key, whole and in one line.",
            )
            .with_detail(error.to_string())
        })?;
        Ok(Arc::new(client))
    }
}
