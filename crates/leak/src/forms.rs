//! The forms in which a secret could have been written.

use std::fmt::Write;

/// A part of a token between two dots counts by itself from this length on: who has the claims or the signature has more than
/// enough, and a long token does not stand in one piece where a database cuts it at its pages.
pub const SEGMENT: usize = 16;

/// How a form is named, and its bytes: the secret as it is, in base64 (both alphabets, wherever it begins), hex,
/// percent-encoded, reversed, UTF-16, escaped in JSON and as a list of numbers; and so each segment of a token.
pub fn forms(secret: &str) -> Vec<(String, Vec<u8>)> {
    let whole = encoded(secret).into_iter();
    let mut forms: Vec<_> = whole.map(|(form, it)| (form.to_owned(), it)).collect();
    if secret.split('.').count() == 3 {
        let segments = secret.split('.').filter(|segment| segment.len() >= SEGMENT);
        for segment in segments {
            let encoded = encoded(segment).into_iter();
            forms.extend(encoded.map(|(form, it)| (format!("a segment, {form}"), it)));
        }
    }
    forms
}

fn encoded(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let each = |write: &dyn Fn(u8) -> String| -> Vec<u8> {
        bytes
            .iter()
            .flat_map(|byte| write(*byte).into_bytes())
            .collect()
    };
    let numbers = |between: &str| {
        let numbers: Vec<_> = bytes.iter().map(u8::to_string).collect();
        numbers.join(between).into_bytes()
    };
    let mut utf_16: Vec<u8> = bytes.iter().flat_map(|byte| [*byte, 0]).collect();
    // Whichever byte comes first.
    utf_16.pop();
    let mut forms = vec![
        ("as it is", bytes.to_vec()),
        ("hex", each(&|byte| format!("{byte:02x}"))),
        ("hex, capitals", each(&|byte| format!("{byte:02X}"))),
        ("percent-encoded", each(&|byte| format!("%{byte:02x}"))),
        (
            "percent-encoded, capitals",
            each(&|byte| format!("%{byte:02X}")),
        ),
        ("reversed", bytes.iter().rev().copied().collect()),
        ("UTF-16", utf_16),
        ("JSON, all escaped", each(&|byte| format!("\\u{byte:04x}"))),
        (
            "JSON, all escaped, capitals",
            each(&|byte| format!("\\u{byte:04X}")),
        ),
        ("numbers", numbers(",")),
        ("numbers, spaced", numbers(", ")),
    ];
    // What needs no escaping is the secret as it is.
    let escaped = escaped(secret);
    if escaped != bytes {
        forms.push(("JSON", escaped));
    }
    for offset in 0..3 {
        let standard = base64_inside(bytes, offset);
        let url = standard
            .iter()
            .map(|letter| match letter {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            })
            .collect();
        if standard == url {
            forms.push(("base64", standard));
        } else {
            forms.extend([("base64", standard), ("base64url", url)]);
        }
    }
    forms
}

/// As JSON's writers escape: what they must, and the slash, which some do.
fn escaped(secret: &str) -> Vec<u8> {
    let mut text = String::new();
    for sign in secret.chars() {
        match sign {
            '"' | '\\' | '/' => text.extend(['\\', sign]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\0'..='\x1f' => write!(text, "\\u{:04x}", u32::from(sign)).expect("a text takes it"),
            other => text.push(other),
        }
    }
    text.into_bytes()
}

/// The letters that the secret has in base64 whatever stands before and after it, when it begins `offset` bytes into a group of three.
fn base64_inside(secret: &[u8], offset: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let skip = (3 - offset) % 3;
    let whole = secret[skip..].chunks_exact(3);
    whole
        .flat_map(|group| {
            let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
            [18, 12, 6, 0].map(|shift| LETTERS[(bits >> shift & 63) as usize])
        })
        .collect()
}
