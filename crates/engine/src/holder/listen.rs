//! The holder's side of the socket.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::BufReader;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Asked, Reply, Request, line};
use crate::error::{CommandError, ErrorCode};
use crate::lock::Owner;

/// Connections at a time.
const MOST: usize = 64;
/// How long a connection may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers until it is dropped. `open` is called with what each further start of the window was asked for.
pub async fn listen(owner: &Owner, open: impl Fn(Asked) + Send + Sync + 'static) -> io::Result<()> {
    let socket = owner.socket()?;
    socket.set_nonblocking(true)?;
    let socket = UnixListener::from_std(socket)?;
    let (open, room) = (Arc::new(open), Arc::new(Semaphore::new(MOST)));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = room.clone().acquire_owned().await else {
            return Ok(());
        };
        tokio::select! {
            accepted = socket.accept() => match accepted {
                Ok((stream, _)) => {
                    let open = open.clone();
                    connections.spawn(async move {
                        if let Err(error) = answer(stream, open.as_ref()).await {
                            tracing::debug!(%error, "another process hung up");
                        }
                        drop(place);
                    });
                }
                // It concerns one peer, or passes when descriptors are free again.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn answer(stream: UnixStream, open: &(impl Fn(Asked) + Sync)) -> io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    let asked = tokio::time::timeout(PATIENCE, line::read(&mut from)).await?;
    let request = match asked {
        Ok(Some(request)) => request,
        Ok(None) => return Ok(()),
        Err(error) => {
            let told = CommandError::new(
                ErrorCode::BadInput,
                "The running Pinfold does not know this command: it is of another version. Restart it.",
            );
            return line::write(&mut to, &Reply::Error(told.with_detail(error.to_string()))).await;
        }
    };
    match request {
        Request::Open(asked) => {
            open(asked);
            line::write(&mut to, &Reply::Done).await
        }
    }
}
