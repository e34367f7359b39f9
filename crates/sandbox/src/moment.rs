//! Times as the two APIs write them, and ids that carry them.

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

/// Microseconds since 1970, as they are stored.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The legacy API writes what JavaScript's `toISOString` does: always three digits.
pub(crate) fn legacy(micros: i64) -> String {
    format!("{:.3}", time(micros.div_euclid(1000) * 1000))
}

/// v3 writes Go's RFC 3339: as many digits as are needed, and none when there are none.
pub(crate) fn v3(micros: i64) -> String {
    time(micros).to_string()
}

/// As HTTP headers write it.
pub(crate) fn http(micros: i64) -> String {
    time(micros)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// A version 7 UUID of that time.
pub(crate) fn file_id(time: Timestamp) -> Uuid {
    let seconds = u64::try_from(time.as_second()).unwrap_or_default();
    let nanos = u32::try_from(time.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos))
}
