//! What is asked about one pin, and what a refusal means for it.

use super::ChangeWhat;
use super::plan::{self, Effect};
use super::rows::{Outcome, Stored};
use crate::accounts::Hold;
use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::pins::{Mirrored, PinEdit, end_at};

/// What a service is asked about one pin.
pub(super) enum Asking {
    Unpin,
    Edit(PinEdit),
    Expire(Option<Millis>),
}

/// What is asked about this pin, or what becomes of it without a request.
pub(super) fn asking(
    change: &Stored,
    row: &Mirrored,
    place: usize,
    now: Millis,
) -> Result<Asking, Outcome> {
    let edit = match &change.what {
        ChangeWhat::Unpin {} => return Ok(Asking::Unpin),
        ChangeWhat::Edit(edit) => edit,
        ChangeWhat::Expire(end) => return expiring(row, end.at, now),
        // Groups are asked for several pins at once.
        ChangeWhat::AddToGroup { .. } | ChangeWhat::RemoveFromGroup { .. } => {
            return Err(Outcome::PutBack);
        }
    };
    let (pin, of) = (&row.pin, (place, change.total));
    match plan::effect(edit, pin.name.as_deref(), &pin.cid, &pin.keyvalues, of) {
        Effect::Nothing => Err(Outcome::Done),
        Effect::Cannot(error) => Err(Outcome::Failed(error.code, error.message)),
        Effect::Edit(made) => Ok(Asking::Edit(made)),
    }
}

/// Whether a pin is as an edit asks for it.
pub(super) fn is_so(change: &Stored, row: &Mirrored, place: usize, now: Millis) -> bool {
    matches!(&change.what, ChangeWhat::Edit(_))
        && matches!(asking(change, row, place, now), Err(Outcome::Done))
}

/// A change that waited long may come to its end before it comes to a pin.
fn expiring(row: &Mirrored, at: Option<Millis>, now: Millis) -> Result<Asking, Outcome> {
    if row.pin.expires == at {
        return Err(Outcome::Done);
    }
    match at.map(|at| end_at(at, now)).transpose() {
        Ok(at) => Ok(Asking::Expire(at)),
        Err(over) => Err(Outcome::Failed(over.code, over.message)),
    }
}

/// What holds the account is no failure of the pin, where nothing was sent.
pub(super) fn of_failure(code: ErrorCode, sentence: String, unsure: bool) -> Outcome {
    if unsure {
        Outcome::Unsure(code, sentence)
    } else if Hold::is_for(code) {
        Outcome::PutBack
    } else {
        Outcome::Failed(code, sentence)
    }
}
