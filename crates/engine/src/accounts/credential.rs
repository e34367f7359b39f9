//! What an account shows its service: a token, the older pair of API key and secret, or nothing.

use secrecy::{ExposeSecret, SecretString};

/// A credential on its way from a person or the keychain to a header. No `Debug`, no `Serialize`.
#[derive(Clone)]
pub enum Credential {
    /// One token, sent as `Authorization: Bearer`.
    Token(SecretString),
    /// Pinata's older pair of headers, which its legacy API takes.
    Pair {
        /// The API key.
        key: SecretString,
        /// Its secret.
        secret: SecretString,
    },
    /// None: a service on this computer that asks for none.
    Nothing,
}

/// Which of the three an account has, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A token.
    Token,
    /// A key and its secret.
    Pair,
    /// None.
    Nothing,
}

impl CredentialKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Pair => "pair",
            Self::Nothing => "nothing",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        match name {
            "pair" => Self::Pair,
            "nothing" => Self::Nothing,
            _ => Self::Token,
        }
    }
}

impl Credential {
    /// What a person typed. A key beside the secret makes a pair; two empty fields are no credential.
    pub fn typed(key: Option<&str>, secret: &SecretString) -> Self {
        let key = key.map(str::trim).filter(|key| !key.is_empty());
        let secret = secret.expose_secret().trim();
        match key {
            Some(key) => Self::Pair {
                key: key.to_owned().into(),
                secret: secret.to_owned().into(),
            },
            None if secret.is_empty() => Self::Nothing,
            None => Self::Token(token_in(secret).to_owned().into()),
        }
    }

    pub(super) fn kind(&self) -> CredentialKind {
        match self {
            Self::Token(_) => CredentialKind::Token,
            Self::Pair { .. } => CredentialKind::Pair,
            Self::Nothing => CredentialKind::Nothing,
        }
    }

    /// As one entry of the keychain; `None` where there is nothing to keep. Neither half of a pair has a space in it:
    /// both were header values before they were kept.
    pub(super) fn entry(&self) -> Option<SecretString> {
        match self {
            Self::Token(token) => Some(token.clone()),
            Self::Pair { key, secret } => {
                let both = format!("{} {}", key.expose_secret(), secret.expose_secret());
                Some(both.into())
            }
            Self::Nothing => None,
        }
    }

    /// What an entry of the keychain holds, or a file of a person, which has the two in two lines.
    pub(super) fn of_entry(kind: CredentialKind, entry: SecretString) -> Self {
        match (kind, entry.expose_secret().split_once(char::is_whitespace)) {
            (CredentialKind::Pair, Some((key, secret))) => Self::Pair {
                key: key.to_owned().into(),
                secret: secret.trim().to_owned().into(),
            },
            _ => Self::Token(entry),
        }
    }
}

/// The token in what was pasted: Pinata's "Copy all" gives key, secret and JWT in three lines, and of these the JWT is
/// the only one of three parts.
fn token_in(pasted: &str) -> &str {
    let mut words = pasted.split_whitespace();
    let is_jwt = |word: &&str| word.starts_with("ey") && word.matches('.').count() == 2;
    words.find(is_jwt).unwrap_or(pasted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(credential: &Credential) -> Vec<&str> {
        match credential {
            Credential::Token(token) => vec![token.expose_secret()],
            Credential::Pair { key, secret } => vec![key.expose_secret(), secret.expose_secret()],
            Credential::Nothing => Vec::new(),
        }
    }

    #[test]
    fn a_credential_comes_back_from_its_entry() {
        let secret = |text: &str| SecretString::from(text);
        for (key, text) in [(None, " a.b.c\n"), (Some(" key "), "secret ")] {
            let typed = Credential::typed(key, &secret(text));
            let entry = typed.entry().expect("something to keep");
            let back = Credential::of_entry(typed.kind(), entry);
            assert_eq!(shown(&back), shown(&typed));
        }
        let nothing = Credential::typed(Some(" "), &secret(" "));
        assert!(nothing.entry().is_none());
    }

    #[test]
    fn the_jwt_is_found_in_all_that_pinata_copies_at_once() {
        let pasted = "API Key: k1\nAPI Secret: s1\n JWT: eyh.claims.sign\n".into();
        assert_eq!(
            shown(&Credential::typed(None, &pasted)),
            ["eyh.claims.sign"]
        );
        let broken = "ab cd".into();
        assert_eq!(shown(&Credential::typed(None, &broken)), ["ab cd"]);
    }
}
