//! Where a text stops being JSON, and why, in words.

use serde::de::IgnoredAny;

use super::JsonFault;

/// A byte order mark: some editors put one in front; JSON has none (RFC 8259, section 8.1).
const MARK: char = '\u{feff}';

/// The first fault of a text; `None` where it is JSON. However deep it is nested.
pub(super) fn first(text: &str) -> Option<JsonFault> {
    if text.starts_with(MARK) {
        return Some(JsonFault {
            line: 1,
            column: 1,
            sentence: "Line 1, column 1: the text begins with a byte order mark, which JSON does not have. Format takes it away.".into(),
            tidies: true,
        });
    }
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    let at = place(text, &error);
    let words = words(&error.to_string(), &at);
    let (line, column) = (at.line, at.column);
    Some(JsonFault {
        line,
        column,
        sentence: format!("Line {line}, column {column}: {words}"),
        tidies: false,
    })
}

/// The text without what must not stand in front of JSON.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// A place in a text.
struct Place<'a> {
    line: usize,
    column: usize,
    /// All that stands before it.
    before: &'a str,
    /// The character that stands there; `None` at the end of the text.
    found: Option<char>,
}

/// Where the reader stopped, in characters from 1. It counts lines, and bytes in a line.
fn place<'a>(text: &'a str, error: &serde_json::Error) -> Place<'a> {
    let line = error.line().max(1);
    let begins: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let row = text[begins..].split('\n').next().unwrap_or_default();
    // Where something is missing, it is missing after the last character.
    let past = error.column().saturating_sub(usize::from(!error.is_eof()));
    let past = (0..=past.min(row.len()))
        .rev()
        .find(|at| row.is_char_boundary(*at));
    let end = begins + past.unwrap_or(0);
    Place {
        line,
        column: text[begins..end].chars().count() + 1,
        before: &text[..end],
        found: text[end..].chars().next().filter(|_| !error.is_eof()),
    }
}

/// What the reader says, for people.
fn words(said: &str, at: &Place<'_>) -> String {
    const WORDS: [(&str, &str); 15] = [
        (
            "EOF while parsing a string",
            "the text ends inside a string: its closing quote is missing.",
        ),
        (
            "EOF while parsing a list",
            "the text ends inside a list: its ] is missing.",
        ),
        (
            "EOF while parsing an object",
            "the text ends inside an object: its } is missing.",
        ),
        (
            "EOF while parsing a value",
            "the text ends where a value should stand.",
        ),
        ("expected `:`", "a colon is missing after the key."),
        ("expected `,` or `]`", "a comma or ] is missing."),
        ("expected `,` or `}`", "a comma or } is missing."),
        ("expected ident", "this is none of true, false and null."),
        ("expected value", "a value should stand here."),
        (
            "invalid escape",
            "this is no escape that JSON has. A backslash itself is written \\\\.",
        ),
        (
            "invalid number",
            "this is not a number as JSON writes them.",
        ),
        ("number out of range", "this number is too large."),
        (
            "control character",
            "a line break or another control character stands inside a string. A line break is written \\n.",
        ),
        (
            "key must be a string",
            "a key should stand here, in double quotes.",
        ),
        (
            "trailing characters",
            "something follows after the end of the JSON.",
        ),
    ];
    let misplaced = said.starts_with("expected value") || said.starts_with("key must");
    if misplaced && at.found == Some('\'') {
        return "texts and keys stand in double quotes.".into();
    }
    let closing = matches!(at.found, Some(']' | '}'));
    if misplaced && closing && at.before.trim_end().ends_with(',') {
        return "the comma before this is one too many.".into();
    }
    let known = WORDS.iter().find(|(begins, _)| said.starts_with(begins));
    known.map_or_else(|| "this is not JSON.".into(), |(_, words)| (*words).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_with_its_line_and_its_column_in_characters() {
        for (text, expected) in [
            (
                "{\"a\": 1,\n \"ä\": }",
                "Line 2, column 7: a value should stand here.",
            ),
            (
                "{\"a\" 1}",
                "Line 1, column 6: a colon is missing after the key.",
            ),
            ("[1 2]", "Line 1, column 4: a comma or ] is missing."),
            (
                "{'a': 1}",
                "Line 1, column 2: texts and keys stand in double quotes.",
            ),
            (
                "[1,]",
                "Line 1, column 4: the comma before this is one too many.",
            ),
            (
                "{\"a\": 1",
                "Line 1, column 8: the text ends inside an object: its } is missing.",
            ),
            (
                "1 2",
                "Line 1, column 3: something follows after the end of the JSON.",
            ),
        ] {
            let told = first(text).map(|fault| fault.sentence);
            assert_eq!(told.as_deref(), Some(expected), "{text}");
        }
        let mark = first("\u{feff}{}").map(|fault| fault.sentence);
        assert!(mark.is_some_and(|words| words.contains("byte order mark")));
    }

    #[test]
    fn json_is_json_however_deep_it_is_and_whatever_its_numbers_are() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for text in [
            "null",
            " {\"a\":1e400,\"a\":\"\\ud800\"} ",
            "[]",
            deep.as_str(),
        ] {
            assert_eq!(first(text), None, "{}", &text[..text.len().min(40)]);
        }
        assert!(first("").is_some() && first("{").is_some());
    }

    #[test]
    fn every_text_that_is_no_json_has_a_place_inside_it() {
        for text in [
            "\n\n",
            "[\"ä\n\"]",
            "{\"\u{1f600}\":x}",
            "tru",
            "-",
            "\"\\x\"",
            "{\"a\":1,\"b\"}",
            "[1,2\n",
        ] {
            let fault = first(text).expect("a fault");
            let row = text
                .split('\n')
                .nth(fault.line - 1)
                .expect("a line of the text");
            assert!(
                fault.column >= 1 && fault.column <= row.chars().count() + 1,
                "{text:?} {fault:?}"
            );
        }
    }
}
