//! How much is read of an answer, to the byte: at every call of every service, whatever the system's buffers hold and long
//! before any deadline.

use std::time::Duration;

use pinning::{Deadlines, Error, ErrorKind};

use crate::hostile::{MOST, NOTHING_READ, answers, good};
use crate::hostile_service::{Bad, Body};

/// Bytes of what is read without any trouble.
const SHORT: u64 = 4 * 1024;
/// Bytes that are read of an error at most.
const MOST_OF_ERRORS: u64 = 64 * 1024;

/// Calls made at a time: each is over soon.
const AT_ONCE: usize = 2;

/// What is said of an answer that is too long, and of one that may hold a new key's secrets.
const SAID: [&str; 2] = ["the answer is too long", "an answer without a key"];

/// Deadlines that nothing here comes to.
fn long_deadlines() -> Deadlines {
    let long = Duration::from_secs(25);
    Deadlines {
        connect: long,
        idle: long,
        total: long,
        stall: long,
        import: long,
    }
}

/// What comes of each call when this object is so many bytes long, by a member that nobody reads. No length is told.
async fn padded(status: u16, bytes: u64, object: &str) -> Vec<(&'static str, Result<(), Error>)> {
    const HEAD: &str = r#"{"long":""#;
    const TAIL: &str = r#"","#;
    let object = object.strip_prefix('{').expect("an object");
    let frame = HEAD.len() + TAIL.len() + object.len();
    let bytes = usize::try_from(bytes).expect("fits");
    let long = "x".repeat(bytes - frame);
    let body = [HEAD, &long, TAIL, object].concat().into_bytes();
    let bad = Bad::without_end(status, Body::Whole(body));
    let mut ended = answers(bad, AT_ONCE, long_deadlines()).await;
    ended.sort_by_key(|(name, _)| *name);
    ended
}

fn names<'a>(
    ended: &'a [(&'static str, Result<(), Error>)],
    asked: impl Fn(&Result<(), Error>) -> bool + 'a,
) -> Vec<&'static str> {
    let found = ended.iter().filter(|(_, result)| asked(result));
    found.map(|(name, _)| *name).collect()
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_cap_and_one_byte_more_is_too_long_at_every_call() {
    let good = good();
    let content = names(&padded(200, SHORT, &good).await, Result::is_ok);
    assert!(content.len() > NOTHING_READ.len(), "{content:?}");
    let at_the_cap = padded(200, MOST, &good).await;
    assert_eq!(names(&at_the_cap, Result::is_ok), content);
    let long = padded(200, MOST + 1, &good).await;
    let is_said = |result: &Result<(), Error>| match result {
        Err(error) => match &error.kind {
            ErrorKind::Unexpected { excerpt, .. } => SAID.contains(&excerpt.as_str()),
            _ => false,
        },
        Ok(()) => false,
    };
    let others: Vec<_> = long.iter().filter(|(_, result)| !is_said(result)).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[tokio::test]
async fn what_an_error_says_beyond_its_cap_is_not_read_at_any_call() {
    const TOLD: &str = r#"{"error":{"reason":"MARKER","details":"MARKER"}}"#;
    let says = |result: &Result<(), Error>| format!("{result:?}").contains("MARKER");
    let short = padded(400, SHORT, TOLD).await;
    let heard = names(&short, says);
    assert!(heard.len() > short.len() / 2, "{heard:?}");
    let at_the_cap = padded(400, MOST_OF_ERRORS, TOLD).await;
    assert_eq!(names(&at_the_cap, says), heard);
    let beyond = padded(400, MOST_OF_ERRORS + 1, TOLD).await;
    assert_eq!(names(&beyond, says), [] as [&str; 0]);
    assert_eq!(names(&beyond, Result::is_ok), [] as [&str; 0]);
}
