//! The value of a key-value, of the kinds that a service may keep: text, a number, yes or no. A date is text that is
//! written as one: JSON has no other.

use std::collections::BTreeMap;
use std::fmt;

use pinning::Value;
use serde::{Deserialize, Serialize};
use specta::Type;

/// A value. Stored and told as plain JSON, so that what was stored as text before there were kinds is read as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(untagged)]
pub enum Scalar {
    /// Yes or no.
    Bool(bool),
    /// A number, as it was written: 5 stays 5, and 5.0 stays 5.0.
    Number(#[specta(type = i32)] serde_json::Number),
    /// Text.
    Text(String),
}

impl Scalar {
    /// A number that a person wrote; `None` where it is none, or whole and of too many digits to stay what it is.
    pub fn number(text: &str) -> Option<Self> {
        let text = text.trim();
        let number: serde_json::Number = serde_json::from_str(text).ok()?;
        let whole = text
            .bytes()
            .all(|letter| letter.is_ascii_digit() || letter == b'-');
        (!whole || number.is_i64() || number.is_u64()).then_some(Self::Number(number))
    }

    /// A date that a person wrote, in the form that Pinata's clients send: a day (which begins in UTC), or a moment with
    /// its offset, which stays as it is. `None` where it is none.
    pub fn date(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.parse::<jiff::Timestamp>().is_ok() {
            return Some(Self::Text(text.to_owned()));
        }
        let day: jiff::civil::Date = text.parse().ok().filter(|_| text.len() == 10)?;
        Some(Self::Text(format!("{day}T00:00:00.000Z")))
    }

    /// It is text, a date among it.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// What a service makes of it that keeps text only.
    #[must_use]
    pub fn into_text(self) -> Self {
        match self {
            Self::Text(text) => Self::Text(text),
            other => Self::Text(other.to_string()),
        }
    }
}

/// Key-values as a service keeps them that keeps text only.
pub(crate) fn as_text(keyvalues: BTreeMap<String, Scalar>) -> BTreeMap<String, Scalar> {
    let pairs = keyvalues.into_iter();
    pairs.map(|(key, value)| (key, value.into_text())).collect()
}

/// Key-values as a service is asked for them.
pub(crate) fn values(keyvalues: &BTreeMap<String, Scalar>) -> BTreeMap<String, Value> {
    let pairs = keyvalues.iter();
    let pairs = pairs.map(|(key, value)| (key.clone(), value.clone().into()));
    pairs.collect()
}

impl fmt::Display for Scalar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(truth) => write!(out, "{truth}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::Text(text) => out.write_str(text),
        }
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Value> for Scalar {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Number(number) => Self::Number(number),
            Value::Bool(truth) => Self::Bool(truth),
        }
    }
}

impl From<Scalar> for Value {
    fn from(value: Scalar) -> Self {
        match value {
            Scalar::Text(text) => Self::Text(text),
            Scalar::Number(number) => Self::Number(number),
            Scalar::Bool(truth) => Self::Bool(truth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_as_text_before_there_were_kinds_is_text_and_a_number_stays_as_it_was_written()
     {
        let stored = r#"{"a":"5","b":5,"c":5.0,"d":true,"e":-2.5e3,"f":18446744073709551615}"#;
        let read: BTreeMap<String, Scalar> = serde_json::from_str(stored).expect("key-values");
        assert_eq!(read["a"], Scalar::from("5"));
        assert_eq!(read["d"], Scalar::Bool(true));
        let told: Vec<String> = read.values().map(Scalar::to_string).collect();
        assert_eq!(
            told,
            ["5", "5", "5.0", "true", "-2500.0", "18446744073709551615"]
        );
        let again = serde_json::to_string(&read).expect("JSON");
        let again: BTreeMap<String, Scalar> = serde_json::from_str(&again).expect("key-values");
        assert_eq!(again, read);
    }

    #[test]
    fn numbers_and_dates_are_read_as_people_write_them_and_nothing_else_is_one() {
        let number = |text| Scalar::number(text).map(|number| number.to_string());
        assert_eq!(number(" 5 ").as_deref(), Some("5"));
        assert_eq!(number("-0.25").as_deref(), Some("-0.25"));
        for wrong in [
            "",
            "five",
            "1e999",
            "NaN",
            "5 apples",
            "\"5\"",
            "0x5",
            "18446744073709551616",
        ] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
        let date = |text| Scalar::date(text).map(|date| date.to_string());
        assert_eq!(
            date("2026-05-31").as_deref(),
            Some("2026-05-31T00:00:00.000Z")
        );
        let moment = "2026-05-31T12:00:00.000+02:00";
        assert_eq!(date(moment).as_deref(), Some(moment));
        for wrong in ["", "2026", "2026-13-01", "yesterday", "2026-05-31T12:00"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
