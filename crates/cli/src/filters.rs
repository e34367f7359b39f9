//! What `pinfold ls` is narrowed to, as it is written in arguments.

use std::str::FromStr;

use engine::pins::{KeyValueCondition, KeyValueOperator};

/// How a condition on a key-value may be written; longer signs before those that they begin with.
const SIGNS: [(&str, KeyValueOperator); 11] = [
    ("!*=", KeyValueOperator::ContainsNot),
    ("!..=", KeyValueOperator::NotBetween),
    ("..=", KeyValueOperator::Between),
    ("*=", KeyValueOperator::Contains),
    ("~=", KeyValueOperator::Matches),
    ("!=", KeyValueOperator::IsNot),
    (">=", KeyValueOperator::AtLeast),
    ("<=", KeyValueOperator::AtMost),
    (">", KeyValueOperator::Greater),
    ("<", KeyValueOperator::Less),
    ("=", KeyValueOperator::Is),
];

/// `KEY`, `!KEY`, or a key, a sign and a value.
pub(crate) fn condition(text: &str) -> Result<KeyValueCondition, String> {
    let first = SIGNS
        .iter()
        .filter_map(|(sign, operator)| Some((text.find(sign)?, *sign, *operator)))
        .min_by_key(|(place, sign, _)| (*place, std::cmp::Reverse(sign.len())));
    let (key, operator, value, to) = match first {
        None => match text.strip_prefix('!') {
            Some(key) => (key, KeyValueOperator::Absent, "", ""),
            None => (text, KeyValueOperator::Present, "", ""),
        },
        Some((place, sign, operator)) => {
            let (key, value) = (&text[..place], &text[place + sign.len()..]);
            match operator {
                KeyValueOperator::Between | KeyValueOperator::NotBetween => {
                    let Some((from, to)) = value.split_once("..") else {
                        return Err(format!("a range is written KEY{sign}FROM..TO"));
                    };
                    (key, operator, from, to)
                }
                _ => (key, operator, value, ""),
            }
        }
    };
    if key.trim().is_empty() {
        return Err("a condition needs a key, as in KEY=VALUE".to_owned());
    }
    let condition = KeyValueCondition {
        key: key.trim().to_owned(),
        operator,
        value: value.to_owned(),
        to: to.to_owned(),
        any_case: false,
    };
    if !condition.can_be_asked() {
        return Err(format!(
            "“{value}” is not a regular expression; KEY*=PART looks for text as it is"
        ));
    }
    Ok(condition)
}

/// Bytes: a number, also with kB, MB, GB or TB behind it.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "a size is written 4096, 500kB, 1.5MB or 2GB".to_owned();
    let lower = text.trim().to_lowercase();
    let number = lower.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor: f64 = match &lower[number.len()..] {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        _ => return Err(wrong()),
    };
    let number = f64::from_str(number.trim()).map_err(|_| wrong())?;
    let bytes = (number * factor).round();
    // Beyond that a number of this kind is not exact.
    if !(0.0..=9e15).contains(&bytes) {
        return Err(wrong());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole, and between the two"
    )]
    let bytes = bytes as u64;
    Ok(bytes)
}

/// Milliseconds of a day or a moment, in UTC.
pub(crate) fn moment(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let whole = if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    whole
        .parse::<jiff::Timestamp>()
        .map(jiff::Timestamp::as_millisecond)
        .map_err(|_| "a time is written 2026-05-31 or 2026-05-31T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_of_a_condition_is_read_as_what_it_says() {
        use KeyValueOperator as Op;
        let read = |text| {
            let it = condition(text).expect(text);
            (it.key, it.operator, it.value, it.to)
        };
        let is = |key: &str, operator, value: &str, to: &str| {
            (key.to_owned(), operator, value.to_owned(), to.to_owned())
        };
        for (text, expected) in [
            ("year", is("year", Op::Present, "", "")),
            ("!year", is("year", Op::Absent, "", "")),
            ("year=2026", is("year", Op::Is, "2026", "")),
            ("year=", is("year", Op::Is, "", "")),
            ("url=a>=b", is("url", Op::Is, "a>=b", "")),
            ("year!=2026", is("year", Op::IsNot, "2026", "")),
            ("note*=lake", is("note", Op::Contains, "lake", "")),
            ("note!*=lake", is("note", Op::ContainsNot, "lake", "")),
            ("note~=^a.b$", is("note", Op::Matches, "^a.b$", "")),
            ("year>2025", is("year", Op::Greater, "2025", "")),
            ("year>=2025", is("year", Op::AtLeast, "2025", "")),
            ("year<2025", is("year", Op::Less, "2025", "")),
            ("year<=2025", is("year", Op::AtMost, "2025", "")),
            ("year..=2024..2026", is("year", Op::Between, "2024", "2026")),
            ("year!..=1..2", is("year", Op::NotBetween, "1", "2")),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        for wrong in ["", "=1", "!", " >2", "year..=2024"] {
            assert!(condition(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_and_times_are_read_as_people_write_them() {
        assert_eq!(bytes("4096"), Ok(4_096));
        assert_eq!(bytes("1.5MB"), Ok(1_500_000));
        assert_eq!(bytes("2 gb"), Ok(2_000_000_000));
        assert!(bytes("-1").is_err() && bytes("many").is_err() && bytes("1e40").is_err());
        assert_eq!(moment("1970-01-02"), Ok(86_400_000));
        assert_eq!(moment("1970-01-01T00:00:01Z"), Ok(1_000));
        assert!(moment("yesterday").is_err());
    }
}
