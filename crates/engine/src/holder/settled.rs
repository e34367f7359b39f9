//! What was chosen for uploads besides their bytes, where these were pinned before: it is set on the pins after that was
//! found out, and who waits for the uploads waits for it too.

use tokio::sync::broadcast::error::RecvError;

use super::answer::Say;
use crate::Engine;
use crate::error::CommandError;

/// Returns when it is set on all of them, or cannot be now, and says what could not be set.
pub(super) async fn wait(engine: &Engine, uploads: &[i64], say: &Say) -> Result<(), CommandError> {
    let mut changes = engine.store.announcer.listen();
    let mut open = engine.uploads.being_set(uploads)?;
    while !open.is_empty() {
        tokio::select! {
            change = changes.recv() => match change {
                Ok(_) | Err(RecvError::Lagged(_)) => open = engine.uploads.being_set(&open)?,
                Err(RecvError::Closed) => return Ok(()),
            },
            () = say.gone() => return Ok(()),
        }
    }
    for id in uploads {
        if let Some(why) = engine.uploads.unset(*id)? {
            say.note(why).await?;
        }
    }
    Ok(())
}
