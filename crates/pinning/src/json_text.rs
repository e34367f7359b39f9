//! JSON as a service that parses and writes it again would write it.
//!
//! `pinJSONToIPFS` pins the bytes of JavaScript's `JSON.stringify(JSON.parse(text))`, not those that were sent: spaces
//! go, `1.0` becomes `1`, and keys that are whole numbers move to the front. Who uploads JSON as a file keeps the bytes.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// The bytes that such a service would pin. `Err` says where the text is no JSON.
pub fn reserialised(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Value::new(&mut out).deserialize(&mut reader);
    read.and_then(|()| reader.end())
        .map_err(|fault| fault.to_string())?;
    Ok(out)
}

/// A value that is written as soon as it is read: as a tree it would take many times its length.
struct Value<'a> {
    out: &'a mut String,
    /// Something stands before it in the same list or object.
    follows: bool,
}

impl<'a> Value<'a> {
    fn new(out: &'a mut String) -> Self {
        Self {
            out,
            follows: false,
        }
    }

    fn push(self, text: &str) {
        self.out.push_str(text);
    }
}

/// A key with its colon.
struct Key<'a>(Value<'a>);

/// Where a member stands in what was written: the byte of its key, of its value and of its end.
#[derive(Clone, Copy)]
struct Member {
    key: usize,
    value: usize,
    end: usize,
}

impl Member {
    /// The key as it is written, which is in one way only.
    fn name(self, out: &str) -> &str {
        &out[self.key..self.value]
    }

    /// The number that a key is, where JavaScript takes it for an index.
    fn index(self, out: &str) -> Option<u32> {
        let key = self.name(out).trim_end_matches(':').trim_matches('"');
        let number: u32 = key.parse().ok()?;
        (number < u32::MAX && number.to_string() == key).then_some(number)
    }
}

/// Whole numbers below this are written without an exponent, and exactly.
const PLAIN: f64 = 1e15;

/// Digits, the point among them, beyond which two numbers of one length may be as near: fewer are exact.
const LONG: usize = 15;

/// Writes a number as JavaScript does (ECMA-262, "Number::toString"). A text may be nothing but numbers: each costs one
/// piece of memory at most.
fn write_number(number: f64, out: &mut String) {
    if number.abs() < PLAIN && number.fract() == 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole, and not large"
        )]
        let whole = number as i64;
        let _ = write!(out, "{whole}");
        return;
    }
    let mut scientific = format!("{:e}", number.abs());
    let length = scientific.find('e').unwrap_or(0);
    if length > LONG {
        // As many digits, and of two that are as near the even one: the shortest ones may be the other. At a power of
        // two the nearest ones of that length may be another number's.
        let even = format!("{:.*e}", length - 2, number.abs());
        if even.parse() == Ok(number.abs()) {
            scientific = even;
        }
    }
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (first, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let count = i32::try_from(first.len() + rest.len()).unwrap_or(i32::MAX);
    // Where the decimal point stands, counted from the first digit.
    let point = exponent + 1;
    let zeros = |n: i32| std::iter::repeat_n('0', usize::try_from(n).unwrap_or(0));
    if number < 0.0 {
        out.push('-');
    }
    if (count..=21).contains(&point) {
        out.extend([first, rest]);
        out.extend(zeros(point - count));
    } else if (1..=21).contains(&point) {
        let (whole, fraction) = rest.split_at(usize::try_from(exponent).unwrap_or(0));
        out.extend([first, whole, ".", fraction]);
    } else if (-5..=0).contains(&point) {
        out.push_str("0.");
        out.extend(zeros(-point));
        out.extend([first, rest]);
    } else {
        let dot = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        out.extend([first, dot, rest]);
        let _ = write!(out, "e{sign}{}", exponent.abs());
    }
}

/// Keys that are whole numbers come first in JavaScript objects, smallest first; a key given twice keeps its first
/// place and its last value. `members` are all that was written from `begin` on.
fn put_in_order(members: &[Member], begin: usize, out: &mut String) {
    let mut kept: Vec<usize> = (0..members.len()).collect();
    let by_name = |one: &usize, other: &usize| {
        let names = members[*one].name(out).cmp(members[*other].name(out));
        names.then(one.cmp(other))
    };
    kept.sort_unstable_by(by_name);
    // The first and the last of each name.
    let same = |one: &usize, other: &usize| members[*one].name(out) == members[*other].name(out);
    let ends = kept
        .chunk_by(same)
        .map(|same| (same[0], same[same.len() - 1]));
    let mut kept: Vec<(usize, usize)> = ends.collect();
    kept.sort_unstable_by(|(one, _), (other, _)| {
        let index = |place: &usize| members[*place].index(out);
        match (index(one), index(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => one.cmp(other),
        }
    });
    let is_in_order =
        |(place, (first, last)): (usize, &(usize, usize))| place == *first && first == last;
    if kept.len() == members.len() && kept.iter().enumerate().all(is_in_order) {
        return;
    }
    let before = out.split_off(begin);
    for (place, (_, last)) in kept.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        out.push_str(&before[members[*last].key - begin..members[*last].end - begin]);
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        if self.follows {
            self.out.push(',');
        }
        from.deserialize_any(self)
    }
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    /// Where it begins.
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<usize, D::Error> {
        let Value { out, follows } = self.0;
        let begin = out.len() + usize::from(follows);
        Value { out, follows }.deserialize(from)?;
        out.push(':');
        Ok(begin)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.push("null");
        Ok(())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.push(if truth { "true" } else { "false" });
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        write_number(number, self.out);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        write_number(number as f64, self.out);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        write_number(number as f64, self.out);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.push(&serde_json::Value::from(text).to_string());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut follows = false;
        self.out.push('[');
        let out = self.out;
        while let Some(()) = items.next_element_seed(Value { out, follows })? {
            follows = true;
        }
        out.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let out = self.out;
        out.push('{');
        let begin = out.len();
        let mut written: Vec<Member> = Vec::new();
        loop {
            let follows = !written.is_empty();
            let Some(key) = members.next_key_seed(Key(Value { out, follows }))? else {
                break;
            };
            let value = out.len();
            members.next_value_seed(Value::new(out))?;
            let end = out.len();
            written.push(Member { key, value, end });
        }
        put_in_order(&written, begin, out);
        out.push('}');
        Ok(())
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
    fn text_of_very_many_small_values_takes_little_more_memory_than_its_length() {
        fuzzing::alone(
            "json_text::tests::text_of_very_many_small_values_takes_little_more_memory_than_its_length",
            very_many_small_values,
        );
    }

    fn very_many_small_values() {
        let most = 1_000_000;
        let full = |value: &str| format!("[{}0]", value.repeat(most / value.len()));
        let keys: Vec<String> = (0..most / 10).map(|n| format!("\"{n:06x}\":0")).collect();
        let wide = format!("{{{}}}", keys.join(","));
        let lists = ["0,", "[],", "[0],", "{},", "{\"\":0},"].map(full);
        for text in lists.iter().chain([&wide]) {
            let (bytes, written) = fuzzing::growth(|| reserialised(text));
            assert!(bytes < 12 * most as u64, "{}: {bytes}", &text[..9]);
            assert!(written.is_ok_and(|written| written.len() == text.len()));
        }
    }

    #[test]
    fn between_two_numbers_that_are_as_near_the_even_one_is_written() {
        for (text, expected) in [
            ("1688635895469743.25", "1688635895469743.2"),
            ("1688635895469743.75", "1688635895469743.8"),
            ("-152988335636155.625", "-152988335636155.62"),
            ("577776734746806.25", "577776734746806.2"),
        ] {
            assert_eq!(reserialised(text).as_deref(), Ok(expected), "{text}");
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
            ("-0.0", "0"),
            ("1e20", "100000000000000000000"),
            ("-1.5e15", "-1500000000000000"),
            ("999999999999999", "999999999999999"),
            ("1234567890123456.75", "1234567890123456.8"),
            ("123.456e3", "123456"),
            ("-0.00000123", "-0.00000123"),
            ("1.25e-7", "1.25e-7"),
            ("-18446744073709551615", "-18446744073709552000"),
            ("5.684341886080802e-14", "5.684341886080802e-14"),
            ("-5.684341886080802e-14", "-5.684341886080802e-14"),
            ("7.120236347223045e-307", "7.120236347223045e-307"),
        ] {
            assert_eq!(reserialised(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn every_number_that_is_written_again_is_the_number_that_was_typed() {
        let small = (0..52).map(|n| 1_u64 << n);
        let powers = small.chain((1..2047).map(|n| n << 52)).map(f64::from_bits);
        let mut dice = fuzzing::Dice::new(7);
        let random = (0..50_000).map(|_| f64::from_le_bytes([(); 8].map(|()| dice.byte())));
        let numbers = powers.chain(random).filter(|number| number.is_finite());
        for number in numbers.flat_map(|number| [number, -number]) {
            let written = reserialised(&format!("{number:e}")).expect("a number");
            // JavaScript writes both zeros alike.
            assert_eq!(written.parse(), Ok(number), "{number:e}");
        }
    }
}
