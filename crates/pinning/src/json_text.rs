//! JSON as a service that parses and writes it again would write it.
//!
//! `pinJSONToIPFS` pins the bytes of JavaScript's `JSON.stringify(JSON.parse(text))`, not those that were sent: spaces
//! go, `1.0` becomes `1`, and keys that are whole numbers move to the front. Who uploads JSON as a file keeps the bytes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value with its members in their order.
enum Tree {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// The bytes that such a service would pin. `Err` says where the text is no JSON.
pub fn reserialised(text: &str) -> Result<String, String> {
    let tree: Tree = serde_json::from_str(text).map_err(|fault| fault.to_string())?;
    let mut out = String::new();
    write(&tree, &mut out);
    Ok(out)
}

fn write(tree: &Tree, out: &mut String) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Tree::Number(number) => out.push_str(&number_text(*number)),
        Tree::Text(text) => out.push_str(&serde_json::Value::from(text.as_str()).to_string()),
        Tree::List(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Tree::Object(members) => {
            out.push('{');
            for (n, (key, value)) in members.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                out.push_str(&serde_json::Value::from(key.as_str()).to_string());
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// A number as JavaScript writes it (ECMA-262, "Number::toString").
fn number_text(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:e}", number.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = digits.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    // Where the decimal point stands, counted from the first digit.
    let point = exponent + 1;
    let text = if (count..=21).contains(&point) {
        digits + &zeros(point - count)
    } else if (1..=21).contains(&point) {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        format!("{whole}.{fraction}")
    } else if (-5..=0).contains(&point) {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{first}{dot}{rest}e{sign}{}", exponent.abs())
    };
    if number < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

/// Keys that are whole numbers come first in JavaScript objects, smallest first; a key given twice keeps its first
/// place and its last value.
fn ordered(members: Vec<(String, Tree)>) -> Vec<(String, Tree)> {
    let mut places = std::collections::HashMap::new();
    let mut kept: Vec<(String, Tree)> = Vec::new();
    for (key, value) in members {
        if let Some(&place) = places.get(&key) {
            kept[place] = (key, value);
        } else {
            places.insert(key.clone(), kept.len());
            kept.push((key, value));
        }
    }
    let index = |key: &str| {
        let number: u32 = key.parse().ok()?;
        (number.to_string() == key && number < u32::MAX).then_some(number)
    };
    kept.sort_by_key(|(key, _)| index(key).map_or((1, 0), |number| (0, number)));
    kept
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(truth))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(Tree::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(number as f64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Tree::Object(ordered(object)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_again_as_javascript_writes_it() {
        for (text, expected) in [
            (
                " { \"b\" : 1.0 , \"a\":[ 1 , -0, 1e2 ] } ",
                r#"{"b":1,"a":[1,0,100]}"#,
            ),
            (
                r#"{"b":1,"10":2,"2":3,"01":4}"#,
                r#"{"2":3,"10":2,"b":1,"01":4}"#,
            ),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
            (r#""\u00fc\u2028\/\"\n""#, "\"ü\u{2028}/\\\"\\n\""),
            ("null", "null"),
            ("[true,false,{},[]]", "[true,false,{},[]]"),
        ] {
            assert_eq!(reserialised(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "{", "{'a':1}", "[1,]", "1 2"] {
            assert!(reserialised(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        for (text, expected) in [
            ("123456789012345680000", "123456789012345680000"),
            ("1e21", "1e+21"),
            ("1.5e300", "1.5e+300"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("-12.50", "-12.5"),
            ("9007199254740993", "9007199254740992"),
            ("5e-324", "5e-324"),
            ("0.1", "0.1"),
        ] {
            assert_eq!(reserialised(text).as_deref(), Ok(expected), "{text}");
        }
    }
}
