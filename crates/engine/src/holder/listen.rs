//! The holder's side of the socket.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Desk, Reply, ask, line};
use crate::error::{CommandError, ErrorCode};
use crate::lock::Owner;

/// Connections at a time.
const MOST: usize = 64;
/// How long a connection may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers until it is dropped.
pub async fn listen(owner: &Owner, desk: Arc<Desk>) -> io::Result<()> {
    let socket = owner.socket()?;
    socket.set_nonblocking(true)?;
    let socket = UnixListener::from_std(socket)?;
    let room = Arc::new(Semaphore::new(MOST));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = room.clone().acquire_owned().await else {
            return Ok(());
        };
        tokio::select! {
            accepted = socket.accept() => match accepted {
                Ok((stream, _)) => {
                    let desk = desk.clone();
                    connections.spawn(async move {
                        if let Err(error) = answer(stream, &desk).await {
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

async fn answer(stream: UnixStream, desk: &Arc<Desk>) -> io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    let request = match tokio::time::timeout(PATIENCE, line::read(&mut from)).await? {
        Ok(Some(request)) => request,
        Ok(None) => return Ok(()),
        Err(error) => {
            let told = CommandError::new(
                ErrorCode::BadInput,
                "The running Pinfold does not know this command: it is of another version. Restart it.",
            );
            let told = Reply::Error(told.with_detail(error.to_string()));
            return line::write(&mut to, &told).await;
        }
    };
    let mut lines = ask(desk, request);
    let mut more = [0];
    loop {
        tokio::select! {
            reply = lines.recv() => match reply {
                Some(reply) => line::write(&mut to, &reply).await?,
                None => return Ok(()),
            },
            // The asker says nothing more: this is its end.
            _ = from.read(&mut more) => return Ok(()),
        }
    }
}
