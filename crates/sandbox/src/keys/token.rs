//! The parts of a new key: 20 and 64 hexadecimal digits, and a token that carries both, signed by
//! HMAC-SHA-256 with the service's own secret.

use crate::app::USER_ID;
use crate::signing::{Signing, hex};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

/// What is told once.
pub(super) struct Made {
    pub(super) key: String,
    pub(super) secret: String,
    pub(super) token: String,
    /// `<32 hex>:<hex>`, as lists show a secret that they cannot tell.
    pub(super) ciphertext: String,
}

impl Made {
    pub(super) fn new(signing: &Signing, now: Timestamp) -> Self {
        let key = hex(&signing.random::<10>());
        let secret = hex(&signing.random::<32>());
        let claims = json!({
            "userInformation": {
                "id": USER_ID,
                "email": "sandbox@example.invalid",
                "email_verified": true,
                "pin_policy": {
                    "regions": [{ "id": "LOCAL1", "desiredReplicationCount": 1 }],
                    "version": 1,
                },
                "mfa_enabled": false,
                "status": "ACTIVE",
            },
            "authenticationType": "scopedKey",
            "scopedKeyKey": key,
            "scopedKeySecret": secret,
            "iat": now.as_second(),
        });
        let header = json!({ "alg": "HS256", "typ": "JWT" });
        let body = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = URL_SAFE_NO_PAD.encode(signing.sign(body.as_bytes()));
        Self {
            key,
            secret,
            token: format!("{body}.{signature}"),
            ciphertext: format!(
                "{}:{}",
                hex(&signing.random::<16>()),
                hex(&signing.random::<64>())
            ),
        }
    }
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}
