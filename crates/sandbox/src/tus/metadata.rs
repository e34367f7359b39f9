//! `Upload-Metadata`: pairs of a key and base64, joined by commas.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use std::collections::BTreeMap;

/// The pairs, decoded; `None` when a value is not base64 of UTF-8 or a key is missing.
pub(super) fn parse(header: &str) -> Option<BTreeMap<String, String>> {
    header
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
            let value = value.trim();
            let bytes = STANDARD
                .decode(value)
                .or_else(|_| STANDARD_NO_PAD.decode(value))
                .ok()?;
            Some((key.to_owned(), String::from_utf8(bytes).ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn values_are_utf8_in_base64_and_may_be_missing() {
        let fields = parse("filename w6QuYmlu, network cHVibGlj,is_confidential").unwrap();
        assert_eq!(fields["filename"], "\u{e4}.bin");
        assert_eq!(fields["network"], "public");
        assert_eq!(fields["is_confidential"], "");
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn latin_1_and_plain_text_are_refused() {
        assert!(parse("filename 5C5iaW4=").is_none());
        assert!(parse("filename a.bin").is_none());
    }
}
