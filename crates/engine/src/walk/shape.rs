//! What the beginning of a file looks like: private keys, wallets and tokens have shapes of their own, whatever their names.

use std::io::Read as _;

use super::{Files, Place};

/// How much of a file is looked at.
pub const LOOKED_AT: usize = 64 * 1024;

/// Text that begins a private key, whole.
const KEYS: [&str; 10] = [
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN EC PRIVATE KEY-----",
    "-----BEGIN DSA PRIVATE KEY-----",
    "-----BEGIN ENCRYPTED PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "PuTTY-User-Key-File-",
    "openssh-key-v1\0",
    "AGE-SECRET-KEY-1",
];

/// A token: what it begins with, how many letters of which kind follow at least, and what it is.
struct Token {
    start: &'static str,
    more: usize,
    of: fn(u8) -> bool,
    what: &'static str,
}

const TOKENS: [Token; 15] = [
    token("AKIA", 16, upper_or_digit, "an AWS key"),
    token("ASIA", 16, upper_or_digit, "an AWS key"),
    token("ghp_", 36, word, "a GitHub token"),
    token("gho_", 36, word, "a GitHub token"),
    token("ghs_", 36, word, "a GitHub token"),
    token("github_pat_", 40, word, "a GitHub token"),
    token("glpat-", 20, word_or_dash, "a GitLab token"),
    token("xoxb-", 20, word_or_dash, "a Slack token"),
    token("xoxp-", 20, word_or_dash, "a Slack token"),
    token("sk_live_", 20, word, "a Stripe key"),
    token("AIza", 35, word_or_dash, "a Google key"),
    token("npm_", 36, word, "an npm token"),
    token("SG.", 40, word_dash_or_dot, "a SendGrid key"),
    token("hf_", 30, word, "a Hugging Face token"),
    token("pypi-AgEI", 40, word_or_dash, "a PyPI token"),
];

const fn token(start: &'static str, more: usize, of: fn(u8) -> bool, what: &'static str) -> Token {
    Token {
        start,
        more,
        of,
        what,
    }
}

fn upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn word_or_dash(byte: u8) -> bool {
    word(byte) || byte == b'-'
}

fn word_dash_or_dot(byte: u8) -> bool {
    word_or_dash(byte) || byte == b'.'
}

/// What secret this looks like, in words that follow "it looks like"; `None`: none that is known.
pub fn secret_shape(head: &[u8]) -> Option<&'static str> {
    if KEYS.iter().any(|key| find(head, key.as_bytes()).is_some()) {
        return Some("a private key");
    }
    wallet(head)
        .or_else(|| {
            TOKENS
                .iter()
                .find(|token| has_token(head, token))
                .map(|token| token.what)
        })
        .or_else(|| has_web_token(head).then_some("an access token"))
        .or_else(|| assigned(head))
}

/// Whether the beginning of a file looks like a secret. What cannot be read does not.
pub fn holds_secret(files: &dyn Files, place: &Place) -> bool {
    let Ok((file, _)) = files.open(place) else {
        return false;
    };
    let mut head = Vec::new();
    let read = file.take(LOOKED_AT as u64).read_to_end(&mut head);
    read.is_ok() && secret_shape(&head).is_some()
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| *byte == first) {
        let at = from + at;
        if text[at..].starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

fn has_token(head: &[u8], token: &Token) -> bool {
    let mut from = 0;
    while let Some(at) = find(&head[from..], token.start.as_bytes()) {
        let start = from + at;
        let body = &head[start + token.start.len()..];
        let alone = start == 0 || !word(head[start - 1]);
        if alone && body.iter().take_while(|byte| (token.of)(**byte)).count() >= token.more {
            return true;
        }
        from = start + 1;
    }
    false
}

/// Three parts of base64 with a JSON head, as web tokens have.
fn has_web_token(head: &[u8]) -> bool {
    let part = |text: &[u8]| text.iter().take_while(|byte| word_or_dash(**byte)).count();
    let mut from = 0;
    while let Some(at) = find(&head[from..], b"eyJ") {
        let start = from + at;
        from = start + 3;
        // Inside a word nothing is read: all the rest of it would be, once for each place.
        if start > 0 && word_or_dash(head[start - 1]) {
            continue;
        }
        let first = part(&head[start..]);
        let rest = &head[start + first..];
        if first >= 16 && rest.starts_with(b".eyJ") {
            let second = part(&rest[1..]);
            let last = &rest[1 + second..];
            if second >= 16 && last.starts_with(b".") && part(&last[1..]) >= 16 {
                return true;
            }
        }
    }
    false
}

fn wallet(head: &[u8]) -> Option<&'static str> {
    const WALLET: &str = "a wallet";
    let says = |what: &str| find(head, what.as_bytes()).is_some();
    let ethereum = says("\"ciphertext\"") && says("\"kdfparams\"") && says("\"mac\"");
    let solana = head.first() == Some(&b'[') && is_key_of_numbers(head);
    let bitcoin = head.get(12..16) == Some(b"\x62\x31\x05\x00") && says("wallet");
    let electrum = says("\"seed_version\"") && (says("\"keystore\"") || says("\"xprv\""));
    let extended = ["xprv", "yprv", "zprv", "tprv"].iter().any(|start| {
        has_token(
            head,
            &Token {
                start,
                more: 100,
                of: word,
                what: WALLET,
            },
        )
    });
    let keepass = head.starts_with(&[0x03, 0xd9, 0xa2, 0x9a]);
    if keepass {
        return Some("a password database");
    }
    (ethereum || solana || bitcoin || electrum || extended || is_phrase(head)).then_some(WALLET)
}

/// A JSON list of exactly 64 small numbers: a key pair.
fn is_key_of_numbers(head: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(head) else {
        return false;
    };
    let text = text.trim();
    let Some(inner) = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
    else {
        return false;
    };
    let numbers: Vec<_> = inner.split(',').map(|n| n.trim().parse::<u8>()).collect();
    numbers.len() == 64 && numbers.iter().all(Result::is_ok)
}

/// Twelve or twenty-four plain short words and nothing else: a recovery phrase.
fn is_phrase(head: &[u8]) -> bool {
    if head.len() > 400 {
        return false;
    }
    let Ok(text) = std::str::from_utf8(head) else {
        return false;
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |word: &&str| {
        (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    // Sentences have short words; a phrase has none.
    let sentence = |word: &&str| {
        matches!(
            *word,
            "the"
                | "and"
                | "for"
                | "with"
                | "are"
                | "was"
                | "from"
                | "not"
                | "but"
                | "has"
                | "his"
                | "her"
        )
    };
    matches!(words.len(), 12 | 15 | 18 | 21 | 24)
        && words.iter().all(plain)
        && !words.iter().any(sentence)
}

/// A line that gives a secret its value, as settings files do. Examples and templates have no value of that kind.
fn assigned(head: &[u8]) -> Option<&'static str> {
    const NAMES: [&str; 9] = [
        "aws_secret_access_key",
        "secret_access_key",
        "client_secret",
        "private_key",
        "secret_key",
        "api_secret",
        "auth_token",
        "_authtoken",
        "db_password",
    ];
    let text = std::str::from_utf8(head).ok()?;
    text.lines()
        .take(2_000)
        .any(|line| {
            let lower = line.to_ascii_lowercase();
            NAMES.iter().any(|name| {
                lower
                    .find(name)
                    .is_some_and(|at| is_value(&line[at + name.len()..]))
            })
        })
        .then_some("a secret value")
}

fn is_value(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['"', '\'', ' ', '\t']);
    let Some(value) = rest.strip_prefix(['=', ':']) else {
        return false;
    };
    let value = value.trim().trim_matches(['"', '\'', ',', ';']);
    let dense = value.len() >= 20
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.".contains(&byte));
    dense
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
