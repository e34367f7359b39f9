//! Figures in sentences, written as the page writes them.

/// Bytes in decimal units, three digits at most: "84.2 MB", "1.40 GB", "512 B".
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut value, mut unit) = (bytes as f64 / 1_000.0, "kB");
    for larger in ["MB", "GB", "TB", "PB"] {
        // 999.5 would be written as 1000 in its own unit.
        if value < 999.5 {
            break;
        }
        (value, unit) = (value / 1_000.0, larger);
    }
    let digits = match value {
        value if value >= 99.95 => 0,
        value if value >= 9.995 || unit == "kB" => 1,
        _ => 2,
    };
    format!("{value:.digits$} {unit}")
}

/// A whole number with commas: "10,000".
pub(crate) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_has_a_comma_at_every_third_digit() {
        let written = [0, 999, 1_000, 1_234_567].map(count);
        assert_eq!(written, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn sizes_have_three_digits_at_most() {
        let sizes = [
            0,
            999,
            1_000,
            84_200_000,
            512_000_000,
            999_700,
            1_400_000_000,
        ];
        let shown = [
            "0 B", "999 B", "1.0 kB", "84.2 MB", "512 MB", "1.00 MB", "1.40 GB",
        ];
        assert_eq!(sizes.map(size), shown);
    }
}
