//! JSON as JavaScript reads and writes it: `JSON.stringify(JSON.parse(text))`. That is what the service
//! pins of `pinataContent`.
//!
//! White space goes, numbers become doubles (`1.0` is `1`), keys that are array indexes come first in
//! their order and the others as they were written; of a key that stands twice, the last value
//! counts, in the place of the first.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A value.
#[derive(Debug)]
pub(super) enum Js {
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Js {
    /// A member of an object, taken out of it.
    pub(super) fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let at = members.iter().position(|(key, _)| key == name)?;
        Some(members.remove(at).1)
    }

    /// As `JSON.stringify` writes it.
    pub(super) fn stringify(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Bool(true) => text.push_str("true"),
            Self::Bool(false) => text.push_str("false"),
            Self::Number(number) => text.push_str(&decimal(*number)),
            Self::String(string) => quote(string, text),
            Self::Array(items) => {
                text.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        text.push(',');
                    }
                    item.write(text);
                }
                text.push(']');
            }
            Self::Object(members) => {
                text.push('{');
                for (at, (key, value)) in members.iter().enumerate() {
                    if at > 0 {
                        text.push(',');
                    }
                    quote(key, text);
                    text.push(':');
                    value.write(text);
                }
                text.push('}');
            }
        }
    }
}

fn quote(string: &str, text: &mut String) {
    // A string can always be written.
    text.push_str(&serde_json::to_string(string).unwrap_or_default());
}

/// ECMA-262, Number::toString: the shortest digits, with an exponent from 1e21 and below 1e-6.
fn decimal(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let shortest = format!("{number:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or_default());
    // Where the point stands behind the first digit.
    let point = exponent + 1;
    if (count..=21).contains(&point) {
        return format!("{sign}{digits}{}", zeros(point - count));
    }
    if (1..=21).contains(&point) {
        let (whole, rest) = digits.split_at(usize::try_from(point).unwrap_or_default());
        return format!("{sign}{whole}.{rest}");
    }
    if (-5..=0).contains(&point) {
        return format!("{sign}0.{}{digits}", zeros(-point));
    }
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{dot}{rest}e{exponent:+}")
}

/// A key that JavaScript takes for an array's index.
fn index(key: &str) -> Option<u32> {
    let number: u32 = key.parse().ok()?;
    (number < u32::MAX && number.to_string() == key).then_some(number)
}

impl<'de> Deserialize<'de> for Js {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Js;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Js, E> {
        Ok(Js::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Js, E> {
        Ok(Js::Bool(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "as JavaScript does")]
    fn visit_i64<E>(self, value: i64) -> Result<Js, E> {
        Ok(Js::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "as JavaScript does")]
    fn visit_u64<E>(self, value: u64) -> Result<Js, E> {
        Ok(Js::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Js, E> {
        Ok(Js::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Js, E> {
        Ok(Js::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Js, E> {
        Ok(Js::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Js, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Js::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Js, A::Error> {
        let mut members: Vec<(String, Js)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        while let Some((key, value)) = entries.next_entry::<String, Js>()? {
            if let Some(at) = places.get(&key) {
                let member: &mut (String, Js) = &mut members[*at];
                member.1 = value;
                continue;
            }
            places.insert(key.clone(), members.len());
            members.push((key, value));
        }
        // The sort is stable: what is no index keeps its order, behind the indexes.
        members.sort_by_key(|(key, _)| index(key).map_or(u64::MAX, u64::from));
        Ok(Js::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::Js;

    fn again(text: &str) -> String {
        serde_json::from_str::<Js>(text).unwrap().stringify()
    }

    #[test]
    fn white_space_goes_and_the_order_of_keys_stays_but_for_indexes() {
        let text = r#"{ "b" : [ 1 , true , null ] , "a" : { } , "10" : 1 , "2" : "x" , "01" : 0 }"#;
        let written = r#"{"2":"x","10":1,"b":[1,true,null],"a":{},"01":0}"#;
        assert_eq!(again(text), written);
        assert_eq!(again(r#"{"a":1,"b":2,"a":3}"#), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn numbers_are_doubles_in_their_shortest_form() {
        for (text, written) in [
            ("1.0", "1"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("0.1", "0.1"),
            ("1e3", "1000"),
            ("123.456", "123.456"),
            ("1e21", "1e+21"),
            ("123456789012345678901", "123456789012345680000"),
            ("9007199254740993", "9007199254740992"),
            ("18446744073709551615", "18446744073709552000"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("-1.5e-9", "-1.5e-9"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ] {
            assert_eq!(again(text), written, "{text}");
        }
    }

    #[test]
    fn strings_are_escaped_only_where_they_must_be() {
        let text = r#""\u00e4\/\"\\\n\u0001\u007f\ud83d\ude00""#;
        assert_eq!(again(text), "\"\u{e4}/\\\"\\\\\\n\\u0001\u{7f}\u{1f600}\"");
    }
}
