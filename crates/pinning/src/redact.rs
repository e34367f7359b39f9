//! Keeps secrets out of what errors show.

use crate::disguise::places;

/// What stands in place of a secret.
const MASK: &str = "[redacted]";

/// Longest excerpt of an answer that an error carries, in characters.
const EXCERPT: usize = 240;

/// Bytes of an answer that are looked at for its excerpt: an answer may have 16 MiB.
const LOOKED_AT: usize = 16 * 1024;

/// A short, one-line, secret-free start of `text`.
pub(crate) fn excerpt(text: &str, token: &str) -> String {
    let clean = redact(beginning(text), token);
    let mut line = String::new();
    for word in clean
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > EXCERPT * 4 {
            break;
        }
    }
    if line.chars().count() > EXCERPT {
        line = line.chars().take(EXCERPT).collect();
        line.push('…');
    }
    line
}

/// As much of it as is looked at. The word at the end of that may be half a secret, and is left out.
fn beginning(text: &str) -> &str {
    let text = text.trim_start();
    if text.len() <= LOOKED_AT {
        return text;
    }
    let start = &text[..text.floor_char_boundary(LOOKED_AT)];
    start
        .rfind(|letter| !is_of_word(letter))
        .map_or(start, |end| &start[..end])
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

/// `text` without the account's token, also where it is escaped or in base64, any JWT, or any long hexadecimal run (API secrets are 64 of them).
pub(crate) fn redact(text: &str, token: &str) -> String {
    let mut parts = vec![token];
    // A part of the token is as good as a leak: its claims hold the API secret.
    parts.extend(token.split('.').filter(|part| part.len() >= 12));
    parts.retain(|part| part.len() >= 6);
    let mut text = text.to_owned();
    for place in places(&text, &parts).into_iter().rev() {
        text.replace_range(place, MASK);
    }
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for letter in text.chars() {
        if is_of_word(letter) {
            word.push(letter);
        } else {
            push_word(&mut out, &word);
            word.clear();
            out.push(letter);
        }
    }
    push_word(&mut out, &word);
    out
}

fn push_word(out: &mut String, word: &str) {
    let mut runs = word.split(|letter: char| !letter.is_ascii_hexdigit());
    let secret = runs.any(|run| run.len() >= 40) || looks_like_jwt(word);
    out.push_str(if secret { MASK } else { word });
}

/// Every JWT begins with the base64 of `{"`.
fn looks_like_jwt(word: &str) -> bool {
    word.len() >= 16
        && word
            .split(['.', '_', '-'])
            .any(|part| part.starts_with("eyJ"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_its_parts_other_jwts_and_secrets_are_masked() {
        let token = "headerheader.claimsclaims.signature-123";
        let jwt = ["ey", "Jhbgciaa.bbbb.cccc"].concat();
        let secret = "0f".repeat(32);
        let text = format!("got Bearer {token}, claimsclaims, \"{jwt}\" and {secret}.");
        let clean = redact(&text, token);
        for leak in [token, "claimsclaims", "signature-123", &jwt, &secret] {
            assert!(!clean.contains(leak), "{clean}");
        }
        assert!(clean.starts_with("got Bearer [redacted]"), "{clean}");
    }

    #[test]
    fn a_secret_is_masked_whatever_letters_stand_before_or_behind_it() {
        let secret = "5e".repeat(32);
        for text in [format!("secret{secret}"), format!("x_{secret}z-1")] {
            let clean = redact(&text, "tokentoken");
            assert!(!clean.contains(&secret), "{clean}");
        }
    }

    #[test]
    fn a_cid_is_no_secret() {
        let text = "The current user has not pinned the cid: Qmb1TTYKTyrw3LAVin46eNM2NaBbB3gzFDYDhXTpYNorPW";
        assert_eq!(redact(text, "tokentoken"), text);
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        let text = format!("<html>\r\n\t{}\u{7}</html>", "x ".repeat(5000));
        let short = excerpt(&text, "tokentoken");
        assert!(short.chars().count() <= EXCERPT + 1);
        assert!(!short.chars().any(char::is_control));
    }

    #[test]
    fn a_secret_at_the_end_of_what_is_looked_at_is_not_shown_by_half() {
        let token = "headerheader.claimsclaims.signature-123";
        for before in LOOKED_AT - token.len()..LOOKED_AT {
            let text = format!("x{}{token} and more", " ".repeat(before));
            let short = excerpt(&text, token);
            assert!(matches!(short.as_str(), "x" | "x [redacted]"), "{short}");
        }
    }
}
