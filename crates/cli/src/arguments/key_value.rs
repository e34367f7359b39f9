//! How a key-value is written in an argument.

use engine::pins::Scalar;

/// `KEY=TEXT`, `KEY:=5` for a number or true or false, `KEY@=2026-05-31` for a date.
pub(super) fn key_value(text: &str) -> Result<(String, Scalar), String> {
    let written = "a key-value is written KEY=VALUE, KEY:=5 or KEY@=2026-05-31";
    let (before, value) = text.split_once('=').ok_or(written)?;
    let (key, value) = match (before.strip_suffix(':'), before.strip_suffix('@')) {
        (Some(key), _) => (key, number(value)?),
        (_, Some(key)) => (key, date(value)?),
        (None, None) => (before, Scalar::from(value)),
    };
    if key.trim().is_empty() {
        return Err(written.to_owned());
    }
    Ok((key.to_owned(), value))
}

fn number(text: &str) -> Result<Scalar, String> {
    match text.trim() {
        "true" => Ok(Scalar::Bool(true)),
        "false" => Ok(Scalar::Bool(false)),
        other => Scalar::number(other).ok_or_else(|| {
            "after := comes a number (5, -0.25), true or false; text comes after = alone".to_owned()
        }),
    }
}

fn date(text: &str) -> Result<Scalar, String> {
    Scalar::date(text)
        .ok_or_else(|| "after @= comes a date: 2026-05-31 or 2026-05-31T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_before_the_value_says_its_kind() {
        let read = |text| key_value(text).expect(text);
        let five = Scalar::number("5").expect("a number");
        assert_eq!(read("a=5"), ("a".into(), "5".into()));
        assert_eq!(read("a:=5"), ("a".into(), five));
        assert_eq!(read("a:=true"), ("a".into(), Scalar::Bool(true)));
        assert_eq!(read("a=:=5"), ("a".into(), ":=5".into()));
        assert_eq!(
            read("a@=2026-05-31"),
            ("a".into(), "2026-05-31T00:00:00.000Z".into())
        );
        for wrong in ["a", "=1", ":=5", "@=2026-05-31", "a:=five", "a@=soon"] {
            assert!(key_value(wrong).is_err(), "{wrong}");
        }
    }
}
