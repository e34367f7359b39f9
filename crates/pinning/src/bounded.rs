//! JSON of others, as far as it may fill the memory.
//!
//! A value takes many times its text: 16 MiB of `{"":0},` would become 1.6 GiB.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

/// Bytes that the values of one answer may take: what 16 MiB of rows take of a service that gives all of them at once.
const MOST: usize = 128 * 1024 * 1024;
/// Bytes of what is held for a list beside its values, and how many values it first has room for.
const LIST: (usize, usize) = (16, 4);
/// Bytes of an object that is not empty, and how many members it then has room for.
const OBJECT: (usize, usize) = (640, 11);
/// Bytes of a member beyond these: half of what is held for it may be empty.
const MEMBER: usize = 2 * (size_of::<Json>() + size_of::<String>());
/// Bytes of a text beside its letters.
const TEXT: usize = 16;

/// The value of a whole answer. An error where it is no JSON, or more of it than the memory should hold.
pub(crate) fn read(body: &[u8]) -> serde_json::Result<Json> {
    let room = Cell::new(MOST);
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = Room(&room).deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// What is left of the memory.
#[derive(Clone, Copy)]
struct Room<'a>(&'a Cell<usize>);

impl Room<'_> {
    fn take<E: serde::de::Error>(self, bytes: usize) -> Result<(), E> {
        let left = self.0.get().checked_sub(bytes);
        let left = left.ok_or_else(|| E::custom("more values than an answer has"))?;
        self.0.set(left);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Room<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Room<'_> {
    type Value = Json;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json, E> {
        Ok(truth.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Json, E> {
        self.take(TEXT + text.len())?;
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let (beside, first) = LIST;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            if list.len() == list.capacity() {
                let (more, beside) = match list.len() {
                    0 => (first, beside),
                    count => (count, 0),
                };
                self.take(beside + more * size_of::<Json>())?;
                list.reserve_exact(more);
            }
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let (first, roomy) = OBJECT;
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let more = match object.len() {
                0 => first,
                count if count < roomy => 0,
                _ => MEMBER,
            };
            self.take(more + TEXT + key.len())?;
            object.insert(key, members.next_value_seed(self)?);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_read_as_it_is_anywhere_else() {
        for text in [
            "null",
            r#"{"a":[1,-2,2.5,1e300,true,null,"\u00fc",{}],"b":{"c":[]},"b":2}"#,
            " [18446744073709551615, -9223372036854775808, 18446744073709551616] ",
            "",
            "{",
            "[1,]",
            "1 2",
            "1e400",
            "\"\\ud800\"",
        ] {
            let plain = serde_json::from_str::<Json>(text);
            assert_eq!(read(text.as_bytes()).ok(), plain.ok(), "{text}");
        }
        let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(deep(100).as_bytes()).is_ok() && read(deep(200).as_bytes()).is_err());
    }

    #[test]
    fn what_does_not_fit_is_an_error_whatever_it_is_made_of() {
        fuzzing::alone(
            "bounded::tests::what_does_not_fit_is_an_error_whatever_it_is_made_of",
            what_does_not_fit,
        );
    }

    fn what_does_not_fit() {
        let deep = format!("{}0{},", "[".repeat(120), "]".repeat(120));
        // Of all of them together: what one leaves to the allocator is no growth of the next.
        let (bytes, ()) = fuzzing::growth(|| {
            for value in ["{\"\":0},", "0,", "[0],", "[0,0,0,0,0],", "[\"\"],", &deep] {
                let few = format!("[{}0]", value.repeat(1_000));
                assert!(read(few.as_bytes()).is_ok(), "{value}");
                let many = format!("[{}0]", value.repeat(16 * 1024 * 1024 / value.len()));
                assert!(read(many.as_bytes()).is_err(), "{value}");
            }
        });
        assert!(bytes < fuzzing::MEMORY, "{bytes} bytes");
    }
}
