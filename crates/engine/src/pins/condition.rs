//! Conditions on key-values.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{CommandError, ErrorCode};

/// How a value is compared. Numbers are compared as numbers and dates as dates, whatever their kind; all else as text, in
/// which the case of letters counts, as it does at the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyValueOperator {
    /// The key is there, whatever its value.
    Present,
    /// The key is not there.
    Absent,
    /// The same.
    Is,
    /// There, and not the same.
    IsNot,
    /// Has it in it.
    Contains,
    /// There, and does not have it in it.
    ContainsNot,
    /// Greater.
    Greater,
    /// Greater or the same.
    AtLeast,
    /// Less.
    Less,
    /// Less or the same.
    AtMost,
    /// From the one value to the other, both included.
    Between,
    /// There, and outside the two.
    NotBetween,
    /// A regular expression finds something in it.
    Matches,
}

/// A condition on one key-value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyValueCondition {
    /// The key.
    pub key: String,
    /// How its value is compared.
    pub operator: KeyValueOperator,
    /// With what; not looked at where only the key counts.
    pub value: String,
    /// The other end of a range.
    pub to: String,
    /// The case of letters does not count, neither in the key nor in the value.
    pub any_case: bool,
}

impl KeyValueCondition {
    /// It can be asked: its pattern, where it has one, is a regular expression.
    pub fn can_be_asked(&self) -> bool {
        ReadyTest::of(self).is_ok()
    }
}

/// A condition that is ready to be asked of many pins.
pub(super) struct ReadyTest {
    /// Asked of keys and values in lower case.
    pub(super) any_case: bool,
    key: String,
    operator: KeyValueOperator,
    value: Operand,
    to: Operand,
    pattern: Option<Regex>,
}

/// One side of a comparison.
struct Operand {
    text: String,
    number: Option<f64>,
    date: Option<Timestamp>,
}

impl Operand {
    fn of(text: &str, any_case: bool) -> Self {
        let text = folded(text.trim(), any_case);
        Self {
            number: number(&text),
            date: date(&text),
            text,
        }
    }

    /// How a value stands to this.
    fn order(&self, value: &str) -> std::cmp::Ordering {
        if let Some(this) = self.number
            && let Some(value) = number(value)
        {
            return value.total_cmp(&this);
        }
        if let Some(this) = self.date
            && let Some(value) = date(value)
        {
            return value.cmp(&this);
        }
        value.cmp(&self.text)
    }
}

fn folded(text: &str, any_case: bool) -> String {
    if any_case {
        text.to_lowercase()
    } else {
        text.to_owned()
    }
}

/// A moment, or a day as its beginning in UTC.
fn date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let day: Date = text.parse().ok().filter(|_| text.len() == 10)?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}

impl ReadyTest {
    pub(super) fn of(condition: &KeyValueCondition) -> Result<Self, CommandError> {
        if condition.key.trim().is_empty() {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "A condition on key-values needs a key.",
            ));
        }
        let pattern = (condition.operator == KeyValueOperator::Matches)
            .then(|| {
                RegexBuilder::new(&condition.value)
                    .case_insensitive(condition.any_case)
                    .size_limit(1 << 20)
                    .build()
            })
            .transpose()
            .map_err(|_| {
                CommandError::new(
                    ErrorCode::BadInput,
                    format!(
                        "“{}” is not a regular expression. Choose “contains” to look for it as text.",
                        condition.value
                    ),
                )
            })?;
        Ok(Self {
            any_case: condition.any_case,
            key: folded(condition.key.trim(), condition.any_case),
            operator: condition.operator,
            value: Operand::of(&condition.value, condition.any_case),
            to: Operand::of(&condition.to, condition.any_case),
            pattern,
        })
    }

    /// Where case does not count, keys that differ only in it are one: any of their values may hold.
    pub(super) fn holds<'a>(&self, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
        let mut values = pairs
            .filter(|(key, _)| *key == self.key)
            .map(|(_, value)| value);
        match self.operator {
            KeyValueOperator::Absent => values.next().is_none(),
            _ => values.any(|value| self.holds_for(value)),
        }
    }

    fn holds_for(&self, value: &str) -> bool {
        use KeyValueOperator as Op;
        let order = |with: &Operand| with.order(value);
        let within = || order(&self.value).is_ge() && order(&self.to).is_le();
        match self.operator {
            Op::Present => true,
            Op::Absent => false,
            Op::Is => order(&self.value).is_eq(),
            Op::IsNot => order(&self.value).is_ne(),
            Op::Contains => value.contains(&self.value.text),
            Op::ContainsNot => !value.contains(&self.value.text),
            Op::Greater => order(&self.value).is_gt(),
            Op::AtLeast => order(&self.value).is_ge(),
            Op::Less => order(&self.value).is_lt(),
            Op::AtMost => order(&self.value).is_le(),
            Op::Between => within(),
            Op::NotBetween => !within(),
            Op::Matches => self
                .pattern
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(value)),
        }
    }
}
