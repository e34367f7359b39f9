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

#[cfg(test)]
mod tests {
    use super::*;

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
