//! Lenient readers: numbers as text, null or missing members, odd dates.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::Value;

/// A text member; null, missing and empty are `None`.
pub(crate) fn text(object: &Json, name: &str) -> Option<String> {
    match object.get(name)? {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The longest CID that is looked at. A longer one is none: in base58, say, it would be read in quadratic time.
pub(crate) const LONGEST_CID: usize = 512;

/// A member that names a CID.
pub(crate) fn cid(object: &Json, name: &str) -> Option<String> {
    text(object, name).filter(|cid| cid.len() <= LONGEST_CID)
}

/// A count or a size: a number, or text that is one; negative, fractional and absurd ones are `None`.
pub(crate) fn count(object: &Json, name: &str) -> Option<u64> {
    match object.get(name)? {
        Json::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    // Beyond 2^53 no honest total exists, and a page could not show it.
    .filter(|&n: &u64| n <= 1 << 53)
}

/// `2.0` and `6.1e10` are whole numbers that some JSON writers give for integers.
fn whole(number: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked first"
    )]
    ((0.0..=9e15).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

/// True only for `true` and `"true"`.
pub(crate) fn truth(object: &Json, name: &str) -> bool {
    match object.get(name) {
        Some(Json::Bool(truth)) => *truth,
        Some(Json::String(text)) => text == "true",
        _ => false,
    }
}

/// A moment: RFC 3339 with any fraction and offset, a space for the `T`, no offset (UTC), or Unix seconds or milliseconds.
pub(crate) fn moment(object: &Json, name: &str) -> Option<Timestamp> {
    match object.get(name)? {
        Json::String(text) => parse_moment(text.trim()),
        Json::Number(number) => {
            let number = number.as_i64()?;
            if number.unsigned_abs() > 100_000_000_000 {
                Timestamp::from_millisecond(number).ok()
            } else {
                Timestamp::from_second(number).ok()
            }
        }
        _ => None,
    }
}

/// A moment, or a bare date as the beginning of its day (UTC).
pub(crate) fn day_or_moment(object: &Json, name: &str) -> Option<Timestamp> {
    moment(object, name).or_else(|| {
        let date: jiff::civil::Date = object.get(name)?.as_str()?.trim().parse().ok()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

fn parse_moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

/// Key-values; whatever has no plain value is left out.
pub(crate) fn keyvalues(object: Option<&Json>) -> BTreeMap<String, Value> {
    let members = object.and_then(Json::as_object).into_iter().flatten();
    members
        .filter_map(|(key, value)| {
            let value = match value {
                Json::String(text) => Value::Text(text.clone()),
                Json::Number(number) => Value::Number(number.clone()),
                Json::Bool(truth) => Value::Bool(*truth),
                Json::Null => return None,
                // Nothing documented stores these; shown as they are, they are at least not lost.
                nested => Value::Text(nested.to_string()),
            };
            Some((key.clone(), value))
        })
        .collect()
}

/// Key-values for a service that stores text only.
pub(crate) fn as_text(keyvalues: &BTreeMap<String, Value>) -> Json {
    let text = |(key, value): (&String, &Value)| (key.clone(), Json::from(value.to_string()));
    Json::Object(keyvalues.iter().map(text).collect())
}

/// Key-values for a service that stores what it is given.
pub(crate) fn as_given(keyvalues: &BTreeMap<String, Value>) -> Json {
    let given = |(key, value): (&String, &Value)| (key.clone(), value.json());
    Json::Object(keyvalues.iter().map(given).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_are_read_from_numbers_and_text_and_impossible_ones_are_none() {
        let object = json!({"a": 7, "b": "60686749507", "c": -223, "d": 2.0, "e": null, "f": "x", "g": 1e300, "h": "-1", "i": u64::MAX});
        let read = |name| count(&object, name);
        assert_eq!(
            (read("a"), read("b"), read("d")),
            (Some(7), Some(60_686_749_507), Some(2))
        );
        for name in ["c", "e", "f", "g", "h", "i", "missing"] {
            assert_eq!(read(name), None, "{name}");
        }
    }

    #[test]
    fn dates_of_every_known_shape_are_read() {
        for (text, expected) in [
            ("2022-06-17T22:43:08.303Z", "2022-06-17T22:43:08.303Z"),
            ("2024-08-27T14:57:51.485934Z", "2024-08-27T14:57:51.485934Z"),
            (
                "2023-07-07 17:33:19.774000+00:00",
                "2023-07-07T17:33:19.774Z",
            ),
            (
                "2023-01-01T00:00:00.123456789Z",
                "2023-01-01T00:00:00.123456789Z",
            ),
            ("2023-01-01T00:00:00.000-04:00", "2023-01-01T04:00:00Z"),
            ("2023-01-01T00:00:00", "2023-01-01T00:00:00Z"),
        ] {
            assert_eq!(
                moment(&json!({ "t": text }), "t"),
                expected.parse().ok(),
                "{text}"
            );
        }
        assert_eq!(
            moment(&json!({"t": 1_658_499_741}), "t"),
            "2022-07-22T14:22:21Z".parse().ok()
        );
        for odd in [
            json!("yesterday"),
            json!(null),
            json!({}),
            json!(""),
            json!(i64::MIN),
        ] {
            assert_eq!(moment(&json!({ "t": odd }), "t"), None);
        }
    }

    #[test]
    fn keyvalues_keep_their_kinds_and_case() {
        let object = json!({"Type": "a", "type": 1, "yes": true, "gone": null});
        let read = keyvalues(Some(&object));
        assert_eq!(read.len(), 3);
        assert_eq!(read["Type"], Value::Text("a".to_owned()));
        assert_eq!(read["type"], Value::Number(1.into()));
        assert_eq!(read["yes"], Value::Bool(true));
        assert!(keyvalues(Some(&json!(null))).is_empty() && keyvalues(None).is_empty());
    }
}
