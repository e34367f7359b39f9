//! The service's own secret, kept in its database: it signs tokens and links.

use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt::Write as _;

/// The secret. Links and tokens are valid as long as the data folder lives.
pub(crate) struct Signing {
    key: hmac::Key,
    random: SystemRandom,
}

impl Signing {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
            random: SystemRandom::new(),
        }
    }

    /// HMAC-SHA-256.
    pub(crate) fn sign(&self, text: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key, text).as_ref().to_vec()
    }

    /// Whether this is the signature of that text; in constant time.
    pub(crate) fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.key, text, signature).is_ok()
    }

    /// Bytes that nobody can foretell.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        // A system without a source of randomness cannot run this at all.
        let filled = self.random.fill(&mut bytes);
        debug_assert!(filled.is_ok());
        bytes
    }
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signing")
    }
}

/// Two digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of such digits.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}
