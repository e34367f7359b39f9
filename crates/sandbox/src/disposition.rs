//! `Content-Disposition` of a form's part: its name, and the path in its filename.
//!
//! Three ways to write a filename are in use: quoted with `\"` and `\\` (curl of old, Node), quoted
//! with `%22 %0D %0A` for what cannot stand in quotes (browsers, RFC 7578; `%5C` by clients that encode the backslash as well), and `filename*=utf-8''…`, percent-encoded as a whole (RFC 5987). A
//! `%` before anything else is itself.

use axum::http::{HeaderMap, header};
use percent_encoding::percent_decode_str;

/// What the header says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Disposition {
    pub(crate) name: String,
    pub(crate) filename: Option<String>,
}

impl Disposition {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        headers
            .get(header::CONTENT_DISPOSITION)
            .map(|value| Self::parse(&String::from_utf8_lossy(value.as_bytes())))
            .unwrap_or_default()
    }

    fn parse(header: &str) -> Self {
        let mut disposition = Self::default();
        let mut extended = None;
        let mut rest = header.find(';').map_or("", |at| &header[at + 1..]);
        while let Some((key, value, after)) = parameter(rest) {
            rest = after;
            match key.to_ascii_lowercase().as_str() {
                "name" => disposition.name = form_decoded(&value),
                "filename" => disposition.filename = Some(form_decoded(&value)),
                "filename*" => extended = extended_value(&value),
                _ => {}
            }
        }
        if extended.is_some() {
            disposition.filename = extended;
        }
        disposition
    }
}

/// The next `key=value` or `key="value"`, unescaped, and what follows it.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let text = text.trim_start_matches([';', ' ', '\t']);
    let (key, rest) = text.split_once('=')?;
    let key = key.trim();
    let Some(quoted) = rest.trim_start().strip_prefix('"') else {
        let end = rest.find(';').unwrap_or(rest.len());
        return Some((key, rest[..end].trim().to_owned(), &rest[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some((_, next @ ('"' | '\\')))) => {
                value.push(*next);
                characters.next();
            }
            ('"', _) => return Some((key, value, &quoted[at + 1..])),
            _ => value.push(character),
        }
    }
    Some((key, value, ""))
}

/// Undoes the percent-encoding of what cannot stand in a quoted string, and of nothing else.
fn form_decoded(value: &str) -> String {
    let mut decoded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).map(str::to_ascii_uppercase);
        let character = match code.as_deref() {
            Some("22") => Some('"'),
            Some("0D") => Some('\r'),
            Some("0A") => Some('\n'),
            Some("5C") => Some('\\'),
            _ => None,
        };
        decoded.push(character.unwrap_or('%'));
        rest = &rest[at + if character.is_some() { 3 } else { 1 }..];
    }
    decoded.push_str(rest);
    decoded
}

fn extended_value(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    charset
        .eq_ignore_ascii_case("utf-8")
        .then(|| percent_decode_str(encoded).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::Disposition;

    fn filename(header: &str) -> String {
        Disposition::parse(header).filename.unwrap_or_default()
    }

    #[test]
    fn quotes_and_line_breaks_come_in_percent_codes() {
        let header = r#"form-data; name="file"; filename="a%22b%0D%0Ac.txt""#;
        assert_eq!(filename(header), "a\"b\r\nc.txt");
    }

    #[test]
    fn other_percent_signs_stay() {
        let header = r#"form-data; name="file"; filename="100%25 %41 50%.txt""#;
        assert_eq!(filename(header), "100%25 %41 50%.txt");
    }

    #[test]
    fn quoted_pairs_are_unescaped_and_lone_backslashes_stay() {
        let header = r#"form-data; name="file"; filename="a\"b\\c\d; e.txt""#;
        assert_eq!(filename(header), r#"a"b\c\d; e.txt"#);
    }

    #[test]
    fn the_extended_form_wins() {
        let header =
            "form-data; name=\"file\"; filename=\"x\"; filename*=utf-8''r%2F%C3%A4%20b.txt";
        assert_eq!(filename(header), "r/\u{e4} b.txt");
    }

    #[test]
    fn tokens_without_quotes_are_read() {
        let parsed = Disposition::parse("form-data; name=file; filename=a.txt");
        assert_eq!(parsed.name, "file");
        assert_eq!(parsed.filename.as_deref(), Some("a.txt"));
    }
}
