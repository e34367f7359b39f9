//! The token, and what its key may do.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;

/// Why a token cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nothing but spaces.
    #[error("the token is empty")]
    Empty,
    /// Spaces or line breaks inside it: usually two tokens, or a broken copy.
    #[error("the token has a space or a line break inside it")]
    Whitespace,
    /// Letters outside ASCII, or control characters.
    #[error("the token has characters that no token has")]
    NotAscii,
}

/// One thing that a person does with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feature {
    /// Upload single files.
    Upload,
    /// Upload folders.
    UploadFolders,
    /// List what is pinned.
    List,
    /// Change names and key-values.
    Edit,
    /// Remove pins.
    Unpin,
    /// See the totals.
    Usage,
}

/// Whether a key may do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// It may.
    Yes,
    /// It may not, for lack of this scope.
    No {
        /// The scope as Pinata names it.
        missing_scope: String,
    },
    /// It could not be found out without storing something, or the service did not say.
    Unknown,
}

/// Whose key a token is and what works with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyReport {
    /// The owner's e-mail address, as the token itself claims.
    pub owner_email: Option<String>,
    /// The key's public id (`scopedKeyKey`), as the token itself claims.
    pub key_id: Option<String>,
    /// How many pins the account has, where the key may know.
    pub pins: Option<u64>,
    /// How many bytes they hold, where the key may know.
    pub bytes: Option<u64>,
    /// Every feature once, in the order of [`Feature`].
    pub features: Vec<(Feature, Access)>,
}

/// A checked credential. No `Debug`, no `Display`.
#[derive(Clone)]
pub(crate) enum Token {
    /// `Authorization: Bearer`.
    Bearer(SecretString),
    /// The older pair of headers; the legacy API alone takes it.
    Pair { key: String, secret: SecretString },
    /// No credential: a service on this computer that asks for none.
    Nothing,
}

impl Token {
    /// Takes surrounding spaces and line breaks away and refuses what cannot be a header value.
    pub(crate) fn new(raw: &SecretString) -> Result<Self, TokenError> {
        Ok(Self::Bearer(SecretString::from(header_text(
            raw.expose_secret(),
        )?)))
    }

    /// An API key and its secret, each checked as a token is. Their lengths have changed over the years.
    pub(crate) fn pair(key: &str, secret: &SecretString) -> Result<Self, TokenError> {
        Ok(Self::Pair {
            key: header_text(key)?.to_owned(),
            secret: SecretString::from(header_text(secret.expose_secret())?),
        })
    }

    /// What must be shown nowhere; empty where there is no secret.
    pub(crate) fn expose(&self) -> &str {
        match self {
            Self::Bearer(secret) | Self::Pair { secret, .. } => secret.expose_secret(),
            Self::Nothing => "",
        }
    }

    /// Whether it is the older pair, which v3 and v3 uploads never get.
    pub(crate) fn is_pair(&self) -> bool {
        matches!(self, Self::Pair { .. })
    }

    /// The headers that carry it, marked as sensitive.
    pub(crate) fn headers(&self) -> Vec<(&'static str, HeaderValue)> {
        let sensitive = |text: &str| {
            // A checked credential is ASCII without controls, so it always is a header value.
            let mut value = HeaderValue::from_str(text).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        let named = match self {
            Self::Bearer(token) => vec![(
                "authorization",
                sensitive(&format!("Bearer {}", token.expose_secret())),
            )],
            Self::Pair { key, secret } => vec![
                ("pinata_api_key", sensitive(key)),
                ("pinata_secret_api_key", sensitive(secret.expose_secret())),
            ],
            Self::Nothing => Vec::new(),
        };
        named
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// (e-mail, key id) from the claims; `None` where the token is no JWT or has no such claim.
    /// The signature is not checked: this is only shown, nothing is decided by it.
    pub(crate) fn claims(&self) -> (Option<String>, Option<String>) {
        if let Self::Pair { key, .. } = self {
            return (None, Some(key.clone()));
        }
        let claims = self
            .expose()
            .split('.')
            .nth(1)
            .and_then(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok())
            .and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok());
        let text = |pointer: &str| {
            claims
                .as_ref()?
                .pointer(pointer)?
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        (text("/userInformation/email"), text("/scopedKeyKey"))
    }
}

/// A credential's text without what a copy puts around it.
fn header_text(raw: &str) -> Result<&str, TokenError> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(TokenError::Empty);
    }
    if text.chars().any(char::is_whitespace) {
        return Err(TokenError::Whitespace);
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(TokenError::NotAscii);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Result<Token, TokenError> {
        Token::new(&SecretString::from(text))
    }

    #[test]
    fn spaces_and_line_breaks_around_a_token_are_taken_away() {
        assert_eq!(
            token(" \r\n abc.def.ghi\n\t").map(|t| t.expose().to_owned()),
            Ok("abc.def.ghi".to_owned())
        );
    }

    #[test]
    fn an_impossible_token_says_why() {
        assert_eq!(token(" \n ").err(), Some(TokenError::Empty));
        assert_eq!(token("abc\ndef").err(), Some(TokenError::Whitespace));
        assert_eq!(token("abc def").err(), Some(TokenError::Whitespace));
        assert_eq!(token("abcdéf").err(), Some(TokenError::NotAscii));
        assert_eq!(token("abc\u{0}def").err(), Some(TokenError::NotAscii));
    }

    #[test]
    fn claims_are_read_where_there_are_any() {
        let claims = URL_SAFE_NO_PAD
            .encode(r#"{"userInformation":{"email":"a@b.invalid"},"scopedKeyKey":"k1"}"#);
        assert_eq!(
            token(&format!("h.{claims}.s")).map(|t| t.claims()).ok(),
            Some((Some("a@b.invalid".to_owned()), Some("k1".to_owned())))
        );
        assert_eq!(
            token("not-a-jwt").map(|t| t.claims()).ok(),
            Some((None, None))
        );
        assert_eq!(
            token("a.!!!.c").map(|t| t.claims()).ok(),
            Some((None, None))
        );
    }

    #[test]
    fn a_pair_goes_in_two_sensitive_headers_and_masks_its_secret() {
        let pair = Token::pair(" key-1\n", &SecretString::from("secret-of-the-key"));
        let Ok(pair) = pair else { panic!("a pair") };
        let headers = pair.headers();
        let shown: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.to_str().expect("text"), value.is_sensitive()))
            .collect();
        assert_eq!(
            shown,
            [
                ("pinata_api_key", "key-1", true),
                ("pinata_secret_api_key", "secret-of-the-key", true)
            ]
        );
        assert_eq!(pair.expose(), "secret-of-the-key");
        assert_eq!(pair.claims(), (None, Some("key-1".to_owned())));
        assert_eq!(
            Token::pair("k k", &SecretString::from("s")).err(),
            Some(TokenError::Whitespace)
        );
        assert!(Token::Nothing.headers().is_empty());
    }
}
