//! A folder as a page: plain HTML without scripts, every name escaped.

use crate::store::Listed;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt::Write as _;

/// What may stand in a path's segment as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The page of the folder at `path`, which is percent-encoded as it was asked for.
pub(super) fn page(path: &str, entries: &[Listed]) -> String {
    let path = path.trim_end_matches('/');
    let title = escaped(&percent_decode_str(path).decode_utf8_lossy());
    let mut rows = String::new();
    for entry in entries {
        let name = escaped(&entry.name);
        let href = utf8_percent_encode(&entry.name, SEGMENT);
        let (slash, size) = if entry.directory {
            ("/", String::new())
        } else {
            ("", entry.size.to_string())
        };
        // Writing into a string cannot fail.
        let _ = writeln!(
            rows,
            "<tr><td><a href=\"{}/{href}{slash}\">{name}{slash}</a></td><td>{size}</td>\
             <td><code>{}</code></td></tr>",
            escaped(path),
            entry.cid,
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body><h1>{title}</h1>\n<table><thead><tr><th>Name</th><th>Bytes</th><th>CID</th></tr></thead>\n\
         <tbody>\n{rows}</tbody></table></body></html>\n"
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\r' => escaped.push_str("&#13;"),
            '\n' => escaped.push_str("&#10;"),
            other => escaped.push(other),
        }
    }
    escaped
}
