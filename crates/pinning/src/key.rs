//! The token, and what its key may do.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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

/// A checked token. No `Debug`, no `Display`.
pub(crate) struct Token(SecretString);

impl Token {
    /// Takes surrounding spaces and line breaks away and refuses what cannot be a header value.
    pub(crate) fn new(raw: &SecretString) -> Result<Self, TokenError> {
        let text = raw.expose_secret().trim();
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if text.chars().any(char::is_whitespace) {
            return Err(TokenError::Whitespace);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::NotAscii);
        }
        Ok(Self(SecretString::from(text)))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// (e-mail, key id) from the claims; `None` where the token is no JWT or has no such claim.
    /// The signature is not checked: this is only shown, nothing is decided by it.
    pub(crate) fn claims(&self) -> (Option<String>, Option<String>) {
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
}
