//! Key-values of the legacy API: what may be given, and the conditions a list can filter by.

use super::edit::MOST_KEYVALUES;
use crate::error::Refusal;
use crate::store::Predicate;
use jiff::Timestamp;
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// Key-values of a request: strings, numbers and booleans; null where that deletes.
pub(super) fn given(
    value: &Value,
    null_deletes: bool,
) -> Result<Option<Map<String, Value>>, Refusal> {
    let map = match value {
        Value::Null => return Ok(None),
        Value::Object(map) => map,
        _ => return Err(Refusal::text("keyvalues must be an object")),
    };
    let odd = |value: &Value| match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => false,
        Value::Null => !null_deletes,
        Value::Array(_) | Value::Object(_) => true,
    };
    if map.values().any(odd) {
        return Err(Refusal::text(
            "keyvalues can only have strings, numbers, booleans and dates as values",
        ));
    }
    if map.len() > MOST_KEYVALUES {
        return Err(too_many());
    }
    Ok(Some(map.clone()))
}

pub(super) fn too_many() -> Refusal {
    Refusal::text("A maximum of 10 keyvalues can be provided for one pin")
}

/// The conditions of `metadata[keyvalues]`: `{"key":{"value":…,"op":…,"secondValue":…}}`, ANDed.
pub(super) fn predicate(conditions: &Map<String, Value>) -> Result<Predicate, Refusal> {
    let conditions = conditions
        .iter()
        .map(|(key, condition)| Ok((key.clone(), Condition::parse(condition)?)))
        .collect::<Result<Vec<_>, Refusal>>()?;
    Ok(Box::new(move |map| {
        conditions
            .iter()
            .all(|(key, condition)| map.get(key).is_some_and(|stored| condition.holds(stored)))
    }))
}

enum Condition {
    Compare(Value, fn(Ordering) -> bool),
    NotEqual(Value),
    Between {
        low: Value,
        high: Value,
        inside: bool,
    },
    Matches {
        pattern: Regex,
        wanted: bool,
    },
}

impl Condition {
    fn parse(condition: &Value) -> Result<Self, Refusal> {
        let value = condition["value"].clone();
        let op = condition["op"].as_str().unwrap_or("eq");
        if value.is_null() {
            return Err(Refusal::text("A keyvalue query needs a value"));
        }
        let between = |inside| {
            let high = condition["secondValue"].clone();
            if high.is_null() {
                return Err(Refusal::text("between and notBetween need a secondValue"));
            }
            Ok(Self::Between {
                low: value.clone(),
                high,
                inside,
            })
        };
        let matches = |pattern: String, any_case, wanted| {
            RegexBuilder::new(&pattern)
                .case_insensitive(any_case)
                .dot_matches_new_line(true)
                .size_limit(1 << 20)
                .build()
                .map(|pattern| Self::Matches { pattern, wanted })
                .map_err(|_| Refusal::text("Invalid regular expression provided"))
        };
        match op {
            "eq" => Ok(Self::Compare(value, Ordering::is_eq)),
            "ne" => Ok(Self::NotEqual(value)),
            "gt" => Ok(Self::Compare(value, Ordering::is_gt)),
            "gte" => Ok(Self::Compare(value, Ordering::is_ge)),
            "lt" => Ok(Self::Compare(value, Ordering::is_lt)),
            "lte" => Ok(Self::Compare(value, Ordering::is_le)),
            "between" => between(true),
            "notBetween" => between(false),
            "like" => matches(like(&text(&value)), false, true),
            "notLike" => matches(like(&text(&value)), false, false),
            "iLike" => matches(like(&text(&value)), true, true),
            "notILike" => matches(like(&text(&value)), true, false),
            "regexp" => matches(text(&value), false, true),
            "iRegexp" => matches(text(&value), true, true),
            other => Err(Refusal::text(format!("Invalid op provided: {other}"))),
        }
    }

    fn holds(&self, stored: &Value) -> bool {
        match self {
            Self::Compare(value, test) => compare(stored, value).is_some_and(test),
            Self::NotEqual(value) => compare(stored, value).is_none_or(Ordering::is_ne),
            Self::Between { low, high, inside } => {
                let within = compare(stored, low).is_some_and(Ordering::is_ge)
                    && compare(stored, high).is_some_and(Ordering::is_le);
                within == *inside
            }
            Self::Matches { pattern, wanted } => pattern.is_match(&text(stored)) == *wanted,
        }
    }
}

/// Numbers as numbers, dates as dates, all else as text.
fn compare(stored: &Value, wanted: &Value) -> Option<Ordering> {
    let (stored, wanted) = (text(stored), text(wanted));
    if let (Ok(a), Ok(b)) = (stored.parse::<f64>(), wanted.parse::<f64>()) {
        return a.partial_cmp(&b);
    }
    if let (Ok(a), Ok(b)) = (stored.parse::<Timestamp>(), wanted.parse::<Timestamp>()) {
        return Some(a.cmp(&b));
    }
    Some(stored.cmp(&wanted))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// SQL's LIKE as a regular expression: `%` is anything, `_` one character.
fn like(pattern: &str) -> String {
    let mut expression = String::from("^");
    for character in pattern.chars() {
        match character {
            '%' => expression.push_str(".*"),
            '_' => expression.push('.'),
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push('$');
    expression
}
