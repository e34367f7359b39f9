//! The asker's side of the socket.

use std::os::unix::net::UnixStream;

use tokio::io::BufReader;

use super::{Reply, Request, line};
use crate::error::CommandError;

/// How a conversation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// It was done.
    Done,
    /// It was not.
    Failed(CommandError),
    /// The holder went away. `heard`: it had begun.
    Lost {
        /// The holder had understood the question.
        heard: bool,
    },
}

/// Asks the holder and gives each line of its answer to `say`, until that is false. [`Reply::Heard`] comes first: where a
/// question is asked again, the answer begins anew with it.
pub async fn converse(
    stream: UnixStream,
    request: &Request,
    mut say: impl FnMut(Reply) -> bool,
) -> Ended {
    let mut heard = false;
    let talk = async {
        stream.set_nonblocking(true)?;
        let (from, mut to) = tokio::net::UnixStream::from_std(stream)?.into_split();
        let mut from = BufReader::new(from);
        line::write(&mut to, request).await?;
        while let Some(reply) = line::read(&mut from).await? {
            heard |= reply == Reply::Heard;
            match reply {
                Reply::Done => return Ok(Ended::Done),
                Reply::Error(error) => return Ok(Ended::Failed(error)),
                other => {
                    if !say(other) {
                        return Ok(Ended::Done);
                    }
                }
            }
        }
        Ok::<_, std::io::Error>(Ended::Lost { heard: true })
    };
    match talk.await {
        Ok(Ended::Lost { .. }) | Err(_) => Ended::Lost { heard },
        Ok(ended) => ended,
    }
}
