//! `pinfold queue limits`.

use engine::holder::{LimitWish, LimitsLine};
use engine::uploads::LimitHours;

use crate::exit::Failure;
use crate::filters::bytes;
use crate::print::{Out, size};

/// The slowest limit, bytes a second, as the engine has it.
const SLOWEST: u64 = 10_000;

/// Bytes a second, or `none`.
pub(crate) fn speed(text: &str) -> Result<LimitWish<u64>, String> {
    if text == "none" {
        return Ok(LimitWish::Lift);
    }
    match bytes(text) {
        Ok(speed) if speed < SLOWEST => {
            Err("the slowest limit is 10 kB a second; pause the uploads to send nothing".to_owned())
        }
        Ok(speed) => Ok(LimitWish::Set(speed)),
        Err(_) => Err("a speed is written 500kB, 2MB, or none".to_owned()),
    }
}

/// Two times of the day, or `always`.
pub(crate) fn hours(text: &str) -> Result<LimitWish<LimitHours>, String> {
    if text == "always" {
        return Ok(LimitWish::Lift);
    }
    let wrong = || "hours are written 22:00-06:30, or always".to_owned();
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let (from, to) = (
        minute(from).ok_or_else(wrong)?,
        minute(to).ok_or_else(wrong)?,
    );
    if from == to {
        return Err("the hours begin and end at the same time".to_owned());
    }
    Ok(LimitWish::Set(LimitHours { from, to }))
}

/// The minute of the day.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |digits: &str, most: u16| {
        let is_one =
            (1..=2).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
        let number: u16 = digits.parse().ok().filter(|_| is_one)?;
        (number <= most).then_some(number)
    };
    Some(number(hour, 23)? * 60 + number(minute, 59)?)
}

pub(crate) fn print(limits: &LimitsLine, out: &Out) -> Result<(), Failure> {
    let speed = limits.speed.map_or_else(
        || "as fast as it goes".to_owned(),
        |speed| format!("{} a second", size(speed)),
    );
    let mut facts = vec![("At once", limits.at_once.to_string()), ("Speed", speed)];
    if let (Some(from), Some(to)) = (&limits.from, &limits.to) {
        let idle = if limits.speed.is_none() {
            ", once a speed is set"
        } else {
            ""
        };
        facts.push(("Limited", format!("from {from} to {to}{idle}")));
    }
    out.facts(&facts)
}
