//! One range of bytes of a request.

use axum::http::HeaderValue;

/// What of a file to send.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// All of it: no range was asked for, or one that may be ignored (several, or unreadable).
    Whole,
    /// Both ends included.
    Part { first: u64, last: u64 },
    /// It begins behind the end.
    Unsatisfiable,
}

impl Range {
    pub(super) fn of(header: Option<&HeaderValue>, size: u64) -> Self {
        header
            .and_then(|value| value.to_str().ok())
            .and_then(|value| Self::parse(value, size))
            .unwrap_or(Self::Whole)
    }

    fn parse(value: &str, size: u64) -> Option<Self> {
        let (first, last) = value.trim().strip_prefix("bytes=")?.split_once('-')?;
        let (first, last) = (first.trim(), last.trim());
        if first.is_empty() {
            let suffix: u64 = last.parse().ok()?;
            return Some(match suffix.min(size) {
                0 => Self::Unsatisfiable,
                suffix => Self::Part {
                    first: size - suffix,
                    last: size - 1,
                },
            });
        }
        let first: u64 = first.parse().ok()?;
        let last = if last.is_empty() {
            u64::MAX
        } else {
            last.parse().ok()?
        };
        if last < first {
            return None;
        }
        if first >= size {
            return Some(Self::Unsatisfiable);
        }
        Some(Self::Part {
            first,
            last: last.min(size - 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Range;
    use axum::http::HeaderValue;

    fn range(value: &'static str) -> Range {
        Range::of(Some(&HeaderValue::from_static(value)), 10)
    }

    #[test]
    fn ends_are_included_and_clamped_to_the_file() {
        assert_eq!(range("bytes=2-4"), Range::Part { first: 2, last: 4 });
        assert_eq!(range("bytes=7-"), Range::Part { first: 7, last: 9 });
        assert_eq!(range("bytes=7-99"), Range::Part { first: 7, last: 9 });
        assert_eq!(range("bytes=-3"), Range::Part { first: 7, last: 9 });
        assert_eq!(range("bytes=-99"), Range::Part { first: 0, last: 9 });
    }

    #[test]
    fn a_range_behind_the_end_cannot_be_satisfied() {
        assert_eq!(range("bytes=10-"), Range::Unsatisfiable);
        assert_eq!(range("bytes=-0"), Range::Unsatisfiable);
        assert_eq!(
            Range::of(Some(&HeaderValue::from_static("bytes=0-")), 0),
            Range::Unsatisfiable
        );
    }

    #[test]
    fn several_ranges_and_nonsense_give_the_whole() {
        assert_eq!(range("bytes=0-1,4-5"), Range::Whole);
        assert_eq!(range("bytes=4-2"), Range::Whole);
        assert_eq!(range("lines=1-2"), Range::Whole);
        assert_eq!(Range::of(None, 10), Range::Whole);
    }
}
