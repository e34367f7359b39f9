//! How everything stands, in a line each: for whoever looks from outside the window.

use crate::Engine;
use crate::error::CommandError;
use crate::uploads::UploadsHead;
use crate::watches::{WatchState, WatchesHead};

/// The one thing that a small sign can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingState {
    /// Nothing is under way, nothing is asked.
    Idle,
    /// Something is on its way.
    Working,
    /// Everything that could go on is paused.
    Paused,
    /// A person has to do something.
    NeedsYou,
}

/// Queue and watched folders together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// For the sign.
    pub state: StandingState,
    /// The queue, in a few words.
    pub queue: String,
    /// The watched folders, in a few words; `None` without one.
    pub folders: Option<String>,
    /// Something goes on that can be paused.
    pub can_pause: bool,
    /// Something is paused.
    pub can_resume: bool,
    /// What stops when Pinfold quits, as a sentence; `None`: nothing does.
    pub quitting: Option<String>,
}

impl Engine {
    /// How everything stands now.
    pub fn standing(&self) -> Result<Standing, CommandError> {
        let folders = self.watches.list()?;
        let paused = folders.iter().any(|row| row.state == WatchState::Paused);
        Ok(Standing::of(
            &self.uploads.head()?,
            &self.watches.head()?,
            paused,
            self.changes.under_way()?,
        ))
    }
}

impl Standing {
    /// `folder_paused`: a person paused at least one of the folders. `changes`: how many changes of pins are under way.
    fn of(
        uploads: &UploadsHead,
        folders: &WatchesHead,
        folder_paused: bool,
        changes: usize,
    ) -> Self {
        let moving = if uploads.paused {
            0
        } else {
            uploads.now.saturating_sub(uploads.needs_you)
        };
        let needs_you = uploads.needs_you + folders.needs_you as u64;
        let can_pause = moving > 0 || folders.watching > 0;
        let can_resume = uploads.paused || folder_paused;
        let state = if needs_you > 0 {
            StandingState::NeedsYou
        } else if changes > 0 || (moving + folders.under_way > 0 && can_pause) {
            StandingState::Working
        } else if can_resume && !can_pause {
            StandingState::Paused
        } else {
            StandingState::Idle
        };
        Self {
            state,
            queue: queue(uploads, moving),
            folders: watched(folders),
            can_pause,
            can_resume,
            quitting: quitting(moving, folders.folders, changes),
        }
    }
}

fn queue(uploads: &UploadsHead, moving: u64) -> String {
    let mut words = Vec::new();
    if moving > 0 {
        words.push(format!("{} in the queue", counted(moving, "upload")));
    }
    if uploads.paused {
        let paused = uploads.now.saturating_sub(uploads.needs_you);
        words.push(format!("{} paused", counted(paused, "upload")));
    }
    match uploads.needs_you {
        0 => {}
        1 => words.push("1 needs you".to_owned()),
        n => words.push(format!("{n} need you")),
    }
    if words.is_empty() {
        "Nothing is being uploaded".to_owned()
    } else {
        words.join(", ")
    }
}

fn watched(folders: &WatchesHead) -> Option<String> {
    if folders.folders == 0 {
        return None;
    }
    let all = counted(folders.folders as u64, "folder");
    let mut words = vec![if folders.watching == folders.folders {
        format!("Watching {all}")
    } else {
        format!("Watching {} of {all}", folders.watching)
    }];
    match folders.needs_you {
        0 => {}
        1 => words.push("1 needs you".to_owned()),
        n => words.push(format!("{n} need you")),
    }
    if folders.under_way > 0 {
        words.push(format!("{} on the way", counted(folders.under_way, "file")));
    }
    Some(words.join(", "))
}

fn quitting(moving: u64, folders: usize, changes: usize) -> Option<String> {
    let stops = [
        (folders > 0, "watched folders"),
        (moving > 0, "uploads"),
        (changes > 0, "changes of pins"),
    ];
    let stops: Vec<&str> = stops
        .iter()
        .filter_map(|(stops, what)| stops.then_some(*what))
        .collect();
    let what = match stops.as_slice() {
        [] => return None,
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    };
    let (first, rest) = what.split_at(1);
    Some(format!(
        "{}{rest} stop when Pinfold quits, and go on after the next start.",
        first.to_uppercase()
    ))
}

fn counted(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uploads(now: u64, needs_you: u64, paused: bool) -> UploadsHead {
        UploadsHead {
            now,
            needs_you,
            waiting: 0,
            finished: 7,
            bytes_done: 0,
            bytes_total: 0,
            sized: true,
            paused,
            resting_until: None,
        }
    }

    fn folders(folders: usize, watching: usize, needs_you: usize, under_way: u64) -> WatchesHead {
        WatchesHead {
            folders,
            watching,
            needs_you,
            under_way,
        }
    }

    #[test]
    fn with_nothing_to_do_it_is_idle_and_quitting_stops_nothing() {
        let standing = Standing::of(&uploads(0, 0, false), &folders(0, 0, 0, 0), false, 0);
        assert_eq!(standing.state, StandingState::Idle);
        assert_eq!(standing.queue, "Nothing is being uploaded");
        assert_eq!((standing.folders, standing.quitting), (None, None));
        assert!(!standing.can_pause && !standing.can_resume);
    }

    #[test]
    fn what_needs_a_person_comes_before_what_is_on_its_way() {
        let standing = Standing::of(&uploads(4, 1, false), &folders(5, 3, 2, 12), false, 0);
        assert_eq!(standing.state, StandingState::NeedsYou);
        assert_eq!(standing.queue, "3 uploads in the queue, 1 needs you");
        assert_eq!(
            standing.folders.as_deref(),
            Some("Watching 3 of 5 folders, 2 need you, 12 files on the way")
        );
        assert!(standing.can_pause);
    }

    #[test]
    fn a_paused_queue_is_paused_and_quitting_does_not_stop_it() {
        let standing = Standing::of(&uploads(2, 0, true), &folders(0, 0, 0, 0), false, 0);
        assert_eq!(standing.state, StandingState::Paused);
        assert_eq!(standing.queue, "2 uploads paused");
        assert!(standing.can_resume && !standing.can_pause && standing.quitting.is_none());
    }

    #[test]
    fn a_change_of_pins_is_work_that_stops_with_the_rest_when_pinfold_quits() {
        let standing = Standing::of(&uploads(1, 0, false), &folders(1, 1, 0, 0), false, 2);
        assert_eq!(standing.state, StandingState::Working);
        assert_eq!(
            standing.quitting.as_deref(),
            Some(
                "Watched folders, uploads and changes of pins stop when Pinfold quits, and go on after the next start."
            )
        );
    }

    #[test]
    fn a_folder_that_is_gone_offers_neither_pause_nor_resume() {
        let standing = Standing::of(&uploads(0, 0, false), &folders(1, 0, 1, 0), false, 0);
        assert!(!standing.can_pause && !standing.can_resume);
        assert_eq!(
            standing.quitting.as_deref(),
            Some("Watched folders stop when Pinfold quits, and go on after the next start.")
        );
    }
}
