//! What the page is shown of changes.

use std::fmt::Write as _;

use serde::Serialize;
use specta::Type;

use super::rows::{self, State, Stored, Tally};
use super::{ChangeWhat, Changes};
use crate::accounts::service_name;
use crate::error::CommandError;
use crate::figures::count;
use crate::message::{self, Room, shortened};
use crate::pins::PinEnd;

/// Refusals of one answer: with long words of a service they still fit into one message.
const MOST_REFUSALS: usize = 100;

/// The most characters of one text in it.
const LONGEST: usize = 1_000;

/// Where a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ChangeState {
    /// It is being carried out, or is in line behind another one.
    Working,
    /// Its account is held; it goes on by itself once that is over.
    Waiting,
    /// It stopped by itself: a person has to look.
    Stopped,
    /// A person ended it.
    Cancelled,
    /// Every pin was asked for.
    Ended,
}

/// A change, in a strip.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangeRow {
    /// Its number.
    #[specta(type = u32)]
    pub id: i64,
    /// Whose pins they are: the account's id.
    pub account: String,
    /// What it does, in a few words.
    pub title: String,
    /// How far it is, or what came of it.
    pub sentence: String,
    /// Where it stands.
    pub state: ChangeState,
    /// Pins in it.
    #[specta(type = u32)]
    pub total: usize,
    /// Pins that are as was asked.
    #[specta(type = u32)]
    pub done: usize,
    /// Pins that could not be changed.
    #[specta(type = u32)]
    pub failed: usize,
    /// Pins of which nobody knows: no answer came.
    #[specta(type = u32)]
    pub unsure: usize,
    /// Pins that were not asked for, yet or at all.
    #[specta(type = u32)]
    pub left: usize,
}

/// A pin that could not be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Refusal {
    /// Its name, or its CID where it has none.
    pub name: String,
    /// Its CID.
    pub cid: String,
    /// Why.
    pub sentence: String,
    /// No answer came: it may have been done.
    pub unsure: bool,
}

/// Some of those of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RefusalPage {
    /// How many there are.
    #[specta(type = u32)]
    pub total: usize,
    /// At most 100, in the order of the list.
    pub rows: Vec<Refusal>,
}

impl Changes {
    /// Every change that is under way or was not closed, the oldest first.
    pub fn list(&self) -> Result<Vec<ChangeRow>, CommandError> {
        let stored = self.store.ledger.read(rows::all)?;
        stored.iter().map(|stored| self.shown(stored)).collect()
    }

    /// How many changes are not over.
    pub(crate) fn under_way(&self) -> Result<usize, CommandError> {
        let all = self.store.ledger.read(rows::all)?;
        let working = |stored: &&Stored| stored.state == State::Working;
        Ok(all.iter().filter(working).count())
    }

    /// Pins that could not be changed.
    pub fn refusals(&self, id: i64, from: usize, n: usize) -> Result<RefusalPage, CommandError> {
        let (tally, refused) = self.store.ledger.read(|tx| {
            let n = n.clamp(1, MOST_REFUSALS);
            Ok((rows::tally(tx, id)?, rows::refused(tx, id, from, n)?))
        })?;
        let mut room = Room::of(message::MOST / 2);
        let rows = refused.into_iter().map(|refused| Refusal {
            name: shortened(
                refused.part.name.as_deref().unwrap_or(&refused.part.cid),
                LONGEST,
            ),
            cid: refused.part.cid,
            sentence: shortened(&refused.sentence, LONGEST),
            unsure: refused.unsure,
        });
        Ok(RefusalPage {
            total: tally.failed + tally.unsure,
            rows: rows.take_while(|row| room.takes(row)).collect(),
        })
    }

    pub(super) fn row(&self, id: i64) -> Result<ChangeRow, CommandError> {
        let stored = self.store.ledger.read(|tx| rows::get(tx, id))?;
        self.shown(&stored)
    }

    fn shown(&self, stored: &Stored) -> Result<ChangeRow, CommandError> {
        let tally = self.store.ledger.read(|tx| rows::tally(tx, stored.id))?;
        let hold = self.accounts.hold(stored.account);
        let held = match hold.filter(|_| stored.state == State::Working) {
            Some(hold) => {
                let service = service_name(&self.accounts.get(stored.account)?);
                Some(hold.cause(&service))
            }
            None => None,
        };
        let state = match stored.state {
            State::Working if held.is_some() => ChangeState::Waiting,
            State::Working => ChangeState::Working,
            State::Stopped => ChangeState::Stopped,
            State::Cancelled => ChangeState::Cancelled,
            State::Ended => ChangeState::Ended,
        };
        Ok(ChangeRow {
            id: stored.id,
            account: stored.account.to_string(),
            title: title(stored),
            sentence: sentence(stored, &tally, held.as_deref()),
            state,
            total: stored.total,
            done: tally.done,
            failed: tally.failed,
            unsure: tally.unsure,
            left: tally.left,
        })
    }
}

fn pins(n: usize) -> String {
    if n == 1 {
        "1 pin".into()
    } else {
        format!("{} pins", count(n))
    }
}

fn title(stored: &Stored) -> String {
    let pins = pins(stored.total);
    let about = shortened(&stored.about, 100);
    match &stored.what {
        ChangeWhat::Unpin {} => format!("Unpin {pins}"),
        ChangeWhat::AddToGroup { .. } => format!("Add {pins} to {about}"),
        ChangeWhat::RemoveFromGroup { .. } => format!("Take {pins} out of {about}"),
        ChangeWhat::Edit(edit) => match (&edit.rename, edit.set.is_empty(), edit.remove.is_empty())
        {
            (Some(_), true, true) => format!("Rename {pins}"),
            (None, _, _) => format!("Edit key-values of {pins}"),
            _ => format!("Edit {pins}"),
        },
        ChangeWhat::Expire(PinEnd { at: Some(_) }) => format!("Set the end of {pins}"),
        ChangeWhat::Expire(PinEnd { at: None }) => format!("Let {pins} never expire"),
    }
}

/// What was done of it, as a participle.
fn verb(stored: &Stored) -> &'static str {
    match &stored.what {
        ChangeWhat::Unpin {} => "unpinned",
        ChangeWhat::AddToGroup { .. } => "added",
        ChangeWhat::RemoveFromGroup { .. } => "taken out",
        ChangeWhat::Edit(_) => "changed",
        ChangeWhat::Expire(_) => "set",
    }
}

fn sentence(stored: &Stored, tally: &Tally, held: Option<&str>) -> String {
    let verb = verb(stored);
    let mut words = format!("{} of {} {verb}", count(tally.done), count(stored.total));
    if tally.failed > 0 {
        let _ = write!(words, ", {} failed", count(tally.failed));
    }
    if tally.unsure > 0 {
        let _ = write!(words, ", {} without an answer", count(tally.unsure));
    }
    let left = match tally.left {
        0 => String::new(),
        1 => "1 was not asked for.".into(),
        n => format!("{} were not asked for.", count(n)),
    };
    let said = match (stored.state, held) {
        (State::Working, None) => return words,
        (State::Working, Some(why)) => format!("{words}. Waits: {why}"),
        (State::Stopped, _) => {
            format!(
                "{words}. Stopped: {} {left}",
                stored.why.as_deref().unwrap_or_default()
            )
        }
        (State::Cancelled, _) => {
            let stays = match tally.done {
                0 => "",
                _ => "What is done stays done.",
            };
            format!("{words}. Cancelled: {left} {stays}")
        }
        (State::Ended, _) => format!("{words}. {left}"),
    };
    said.replace("  ", " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpin(state: State, why: Option<&str>) -> Stored {
        Stored {
            id: 1,
            account: 1,
            what: ChangeWhat::Unpin {},
            about: String::new(),
            state,
            why: why.map(str::to_owned),
            total: 10_000,
        }
    }

    #[test]
    fn what_is_said_of_a_change_counts_what_was_done_and_what_was_not_asked_for() {
        let tally = Tally {
            done: 1_204,
            failed: 3,
            unsure: 1,
            left: 8_792,
        };
        let said = |state, why, held| sentence(&unpin(state, why), &tally, held);
        let far = "1,204 of 10,000 unpinned, 3 failed, 1 without an answer";
        assert_eq!(said(State::Working, None, None), far);
        assert_eq!(
            said(State::Working, None, Some("Pinata cannot be reached.")),
            format!("{far}. Waits: Pinata cannot be reached.")
        );
        assert_eq!(
            said(State::Cancelled, None, None),
            format!("{far}. Cancelled: 8,792 were not asked for. What is done stays done.")
        );
        assert_eq!(
            said(State::Stopped, Some("No."), None),
            format!("{far}. Stopped: No. 8,792 were not asked for.")
        );
        let ended = Tally {
            done: 10_000,
            ..Tally::default()
        };
        assert_eq!(
            sentence(&unpin(State::Ended, None), &ended, None),
            "10,000 of 10,000 unpinned."
        );
    }
}
