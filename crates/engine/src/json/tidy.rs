//! Other white space in a JSON text. Its tokens stay byte for byte: numbers, escapes, and keys given twice.

use super::JsonTidy;

/// Spaces of one level.
const STEP: usize = 2;

/// The text with other white space between its tokens; `None` where that has more than `most` bytes. It must be JSON.
pub(super) fn tidied(text: &str, how: JsonTidy, most: usize) -> Option<String> {
    let mut out = Writer {
        text: String::with_capacity(text.len().min(most)),
        lines: how == JsonTidy::Lines,
        depth: 0,
    };
    let mut rest = text;
    // What is nested deep grows with the square of its depth: it is not written further than it may be long.
    while let Some(first) = rest.chars().next().filter(|_| out.text.len() <= most) {
        let token = match first {
            '"' => &rest[..string_end(rest)],
            ' ' | '\t' | '\n' | '\r' | '{' | '}' | '[' | ']' | ',' | ':' => &rest[..1],
            _ => &rest[..rest.find(ends_word).unwrap_or(rest.len())],
        };
        rest = &rest[token.len()..];
        match first {
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => out.open(token, &mut rest),
            '}' | ']' => out.close(token),
            ',' => out.comma(),
            ':' => out.text.push_str(if out.lines { ": " } else { ":" }),
            _ => out.text.push_str(token),
        }
    }
    Some(out.text).filter(|text| text.len() <= most)
}

/// Bytes of the string that a text begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn ends_word(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\t' | '\n' | '\r' | '"' | '{' | '}' | '[' | ']' | ',' | ':'
    )
}

struct Writer {
    text: String,
    lines: bool,
    depth: usize,
}

impl Writer {
    /// Nothing stands between the brackets of what is empty.
    fn open(&mut self, bracket: &str, rest: &mut &str) {
        self.text.push_str(bracket);
        let inside = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        if inside.starts_with(['}', ']']) {
            self.text.push_str(&inside[..1]);
            *rest = &inside[1..];
            return;
        }
        self.depth += 1;
        self.new_line();
    }

    fn close(&mut self, bracket: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.new_line();
        self.text.push_str(bracket);
    }

    fn comma(&mut self) {
        self.text.push(',');
        self.new_line();
    }

    fn new_line(&mut self) {
        if self.lines {
            self.text.push('\n');
            self.text
                .extend(std::iter::repeat_n(' ', self.depth * STEP));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(text: &str, how: JsonTidy) -> String {
        super::tidied(text, how, 1_000).expect("short enough")
    }

    #[test]
    fn what_is_nested_deep_is_written_no_further_than_it_may_be_long() {
        let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(super::tidied(&deep, JsonTidy::Lines, 1_000_000), None);
        let same = super::tidied(&deep, JsonTidy::OneLine, deep.len());
        assert_eq!(same, Some(deep));
    }

    #[test]
    fn white_space_changes_and_nothing_else() {
        let text = r#" {"b" :1.0,"a":[ 1e2 , "x \" { , \\" ,{}, [ ] ],"a":{"\u00fc":null}} "#;
        assert_eq!(
            tidied(text, JsonTidy::OneLine),
            r#"{"b":1.0,"a":[1e2,"x \" { , \\",{},[]],"a":{"\u00fc":null}}"#
        );
        let lines = tidied(text, JsonTidy::Lines);
        assert_eq!(
            lines,
            "{\n  \"b\": 1.0,\n  \"a\": [\n    1e2,\n    \"x \\\" { , \\\\\",\n    {},\n    []\n  ],\n  \"a\": {\n    \"\\u00fc\": null\n  }\n}"
        );
        assert_eq!(tidied(&lines, JsonTidy::Lines), lines);
        assert_eq!(
            tidied(&lines, JsonTidy::OneLine),
            tidied(text, JsonTidy::OneLine)
        );
        assert_eq!(tidied(" true ", JsonTidy::Lines), "true");
    }
}
