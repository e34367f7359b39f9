//! Finds a secret in text also where its letters are escaped, or where it is in base64: a page that repeats a request's head
//! writes it as its own format does.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// What is shorter in base64 may be anything.
const SHORTEST: usize = 12;

/// Where one of these stands in `text`, in order, and none of them over another.
pub(crate) fn places(text: &str, secrets: &[&str]) -> Vec<Range<usize>> {
    // A secret with such an escape in itself stands nowhere in what is read without escapes.
    let as_it_is = secrets.iter().flat_map(|secret| {
        let found = text.match_indices(*secret);
        found.map(|(start, it)| start..start + it.len())
    });
    let mut places: Vec<Range<usize>> = as_it_is.collect();
    places.extend(spelled(text, secrets));
    places.extend(in_base64(text, secrets));
    places.sort_by_key(|place| (place.start, place.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(places.len());
    for place in places {
        match apart.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => apart.push(place),
        }
    }
    apart
}

/// Letter by letter, each as it is or escaped in its own way.
fn spelled(text: &str, secrets: &[&str]) -> Vec<Range<usize>> {
    let mut plain = String::with_capacity(text.len());
    // For each byte of the plain text, where its letter stands in the other; and the end.
    let mut from = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let (meant, length) = escaped(&text[at..]).unwrap_or((letter, letter.len_utf8()));
        plain.push(meant);
        from.resize(plain.len(), at);
        at += length;
    }
    from.push(at);
    let found = secrets.iter().flat_map(|secret| {
        let found = plain.match_indices(*secret);
        found.map(|(start, it)| from[start]..from[start + it.len()])
    });
    found.collect()
}

/// The ASCII letter that an escape at the beginning of `text` means, and the escape's length: `%2d`, `\u002d`, `\x2d`, `\/`,
/// `&#45;` and `&#x2d;`, with as many backslashes as JSON in JSON takes.
fn escaped(text: &str) -> Option<(char, usize)> {
    let of = |digits: &str, base: u32| {
        let code = u32::from_str_radix(digits, base).ok()?;
        char::from_u32(code).filter(char::is_ascii)
    };
    if let Some(rest) = text.strip_prefix('%') {
        return Some((of(rest.get(..2)?, 16)?, 3));
    }
    if let Some(rest) = text.strip_prefix("&#") {
        let (digits, _) = rest.get(..rest.len().min(8))?.split_once(';')?;
        let meant = match digits.strip_prefix(['x', 'X']) {
            Some(digits) => of(digits, 16)?,
            None => of(digits, 10)?,
        };
        return Some((meant, digits.len() + 3));
    }
    let rest = text.trim_start_matches('\\');
    let slashes = text.len() - rest.len();
    if slashes == 0 {
        return None;
    }
    match rest.chars().next()? {
        'u' => Some((of(rest.get(1..5)?, 16)?, slashes + 5)),
        'x' => Some((of(rest.get(1..3)?, 16)?, slashes + 3)),
        mark @ ('"' | '/') => Some((mark, slashes + 1)),
        _ => None,
    }
}

/// In base64 of either alphabet, wherever it begins in it; with all letters around, which may hold its ends.
fn in_base64(text: &str, secrets: &[&str]) -> Vec<Range<usize>> {
    // As long as the text, so that places are the same.
    let standard = text.replace('-', "+").replace('_', "/");
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut places = Vec::new();
    for secret in secrets {
        for skip in 0..3.min(secret.len()) {
            let groups = &secret.as_bytes()[skip..];
            let groups = &groups[..groups.len() / 3 * 3];
            let wanted = STANDARD_NO_PAD.encode(groups);
            if wanted.len() < SHORTEST {
                continue;
            }
            for (start, _) in standard.match_indices(&wanted) {
                let (before, after) = standard.as_bytes().split_at(start);
                let more = before.iter().rev().take_while(|byte| is_letter(byte));
                let all = after.iter().take_while(|byte| is_letter(byte));
                places.push(start - more.count()..start + all.count());
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "header-header.claims/claims.signature";

    fn shown(text: &str) -> String {
        let mut shown = text.to_owned();
        for place in places(text, &[SECRET]).into_iter().rev() {
            shown.replace_range(place, "#");
        }
        shown
    }

    #[test]
    fn a_secret_that_holds_an_escape_itself_is_found_as_it_is() {
        for secret in ["abc%2Fdefghijkl", "abc\\/defghijkl", "abc&#65;defghijkl"] {
            let text = format!("told: {secret}!");
            let place = 6..6 + secret.len();
            assert_eq!(
                places(&text, &[secret]),
                std::slice::from_ref(&place),
                "{text}"
            );
        }
    }

    #[test]
    fn a_secret_is_found_however_its_letters_are_escaped() {
        let each = |write: &dyn Fn(char) -> String| SECRET.chars().map(write).collect::<String>();
        for written in [
            SECRET.to_owned(),
            each(&|sign| format!("%{:02x}", u32::from(sign))),
            each(&|sign| format!("%{:02X}", u32::from(sign))),
            each(&|sign| format!("\\u{:04x}", u32::from(sign))),
            each(&|sign| format!("\\\\u{:04X}", u32::from(sign))),
            each(&|sign| format!("\\x{:02x}", u32::from(sign))),
            each(&|sign| format!("&#{};", u32::from(sign))),
            each(&|sign| format!("&#x{:x};", u32::from(sign))),
            SECRET.replace('/', "\\/"),
            SECRET.replace('.', "%2E").replace('-', "&#45;"),
        ] {
            let text = format!("ä 100% \\ &#; {written}, {written} ö");
            assert_eq!(shown(&text), "ä 100% \\ &#; #, # ö", "{text}");
        }
    }

    #[test]
    fn a_secret_is_found_in_base64_wherever_it_begins() {
        for before in ["", "B", "Be", "Bearer "] {
            let encoded = STANDARD_NO_PAD.encode(format!("{before}{SECRET} and more"));
            let url = encoded.replace('+', "-").replace('/', "_");
            for encoded in [encoded, url] {
                let text = format!("ä \"{encoded}\" ö");
                assert_eq!(shown(&text), "ä \"#\" ö", "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_secret_is_left_as_it_is() {
        for text in [
            "",
            "%",
            "%2",
            "%zz",
            "\\",
            "\\u12",
            "\\ud800",
            "&#",
            "&#x;",
            "&#ä;",
            "%ä%2d",
            "header-header",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
