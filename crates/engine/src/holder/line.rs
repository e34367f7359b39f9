//! JSON lines on a socket, with a longest length.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest line: more than every argument of a program together, each byte written as three.
pub const LONGEST_LINE: usize = 8 * 1024 * 1024;

/// The next line; `None` at the end.
pub(super) async fn read<T: DeserializeOwned>(
    from: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    let limit = LONGEST_LINE as u64 + 1;
    if from.take(limit).read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a line is cut off or too long",
        ));
    }
    Ok(Some(serde_json::from_slice(&line)?))
}

/// Writes one line.
pub(super) async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    what: &impl Serialize,
) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    to.write_all(&line).await
}
