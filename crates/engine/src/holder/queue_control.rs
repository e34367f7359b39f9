//! What other processes ask of uploads in the queue.

use serde::{Deserialize, Serialize};

use super::Reply;
use super::answer::Say;
use super::queue::{Of, UploadLine};
use crate::error::{CommandError, ErrorCode};
use crate::uploads::{Event, UploadRow, UploadState, UploadsFilter};

/// What a person asks of uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each says itself")]
pub enum Control {
    Pause,
    Resume,
    Retry,
    Cancel,
    /// Before all others.
    First,
    /// Behind all others.
    Last,
}

impl Control {
    fn event(self) -> Option<Event> {
        match self {
            Self::Pause => Some(Event::Pause),
            Self::Resume => Some(Event::Resume),
            Self::Retry => Some(Event::Retry),
            Self::Cancel => Some(Event::Cancel),
            Self::First | Self::Last => None,
        }
    }

    fn may(self, row: &UploadRow) -> bool {
        match self {
            Self::Pause => row.can_pause,
            Self::Resume => row.can_resume,
            Self::Retry => row.can_retry,
            Self::Cancel => row.can_cancel,
            // What stands there already keeps its place among those that are moved with it.
            Self::First | Self::Last => row.can_go_first || row.can_go_last,
        }
    }

    /// What is said of a row that was named, and that this cannot be done with as it stands. One that is so already is none.
    fn not_done(self, row: &UploadRow, named: &[i64]) -> Option<CommandError> {
        let is_so = match self {
            Self::Pause => row.state == UploadState::Paused,
            // Or it is being taken back.
            Self::Cancel => row.state == UploadState::Cancelled || row.can_pause && !row.can_cancel,
            // It goes on.
            Self::Resume => row.can_pause,
            Self::Retry | Self::First | Self::Last => false,
        };
        let told = || {
            let (id, sentence) = (row.id, &row.sentence);
            let message = format!("Upload {id} is left as it is. {sentence}");
            CommandError::new(ErrorCode::BadInput, message)
        };
        (named.contains(&row.id) && !is_so).then(told)
    }
}

/// Whether it can be asked of this row. `alone`: a retry of one row answers what it asks, one of several does not.
fn may_be_asked(
    of: &Of<'_>,
    what: Control,
    row: &UploadRow,
    alone: bool,
) -> Result<bool, CommandError> {
    let passed_over = what == Control::Retry && !alone && of.engine().uploads.asks(row.id)?;
    Ok(what.may(row) && !passed_over)
}

/// Asks it of these uploads, or of all that it can be asked of, and tells how each stands then.
pub(super) async fn control(
    of: &Of<'_>,
    what: Control,
    uploads: &[i64],
    say: &Say,
) -> Result<(), CommandError> {
    let engine = of.engine();
    if uploads.is_empty() && what == Control::Resume && of.all() {
        // And ends a rest of the whole queue.
        engine.uploads.ask_all(&Event::Resume).await?;
    }
    let chosen = if uploads.is_empty() {
        let mut chosen = Vec::new();
        for row in of.every(UploadsFilter::Now, usize::MAX)? {
            if may_be_asked(of, what, &row, false)? {
                chosen.push(row.id);
            }
        }
        chosen
    } else {
        // None of them is touched where one is not there, or another account's.
        for id in uploads {
            of.require(*id)?;
            engine.uploads.row_of(*id)?;
        }
        uploads.to_vec()
    };
    let alone = uploads.len() == 1;
    let (mut asked, mut not_done) = (Vec::new(), Vec::new());
    for id in &chosen {
        let row = engine.uploads.row_of(*id)?;
        if may_be_asked(of, what, &row, alone)? {
            asked.push(*id);
        } else {
            not_done.extend(what.not_done(&row, uploads));
        }
    }
    match (what, what.event()) {
        (_, Some(event)) => engine.uploads.ask_some(&asked, &event, alone).await?,
        (Control::Last, None) => engine.uploads.put_last(&asked).await?,
        (_, None) => engine.uploads.put_first(&asked).await?,
    }
    for id in chosen {
        let row = engine.uploads.row_of(id)?;
        say.line(Reply::Upload(UploadLine::new(engine, &row)))
            .await?;
    }
    say.all_failed(not_done).await
}
