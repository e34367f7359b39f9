//! What is told outside the window: gathered, at most one message a minute, never one a file.

use crate::clock::Millis;
use crate::settings::NotifyAbout;
use crate::uploads::UploadsHead;
use crate::watches::Notice;

/// What comes within so long is told together.
pub const GATHER: Millis = 2_000;
/// There is so long between two messages.
pub const PAUSE: Millis = 60_000;
/// Lines in one message.
const MOST_LINES: usize = 4;

/// Where a message leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The queue.
    Uploads,
    /// A watched folder.
    Watch(i64),
}

/// One message of the desktop. Plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub title: String,
    /// Sentences; may be empty.
    pub body: String,
    /// What a click opens.
    pub about: About,
}

#[derive(Debug, Clone)]
struct Piece {
    title: String,
    body: String,
    needs_you: bool,
    about: About,
}

/// What waits to be told.
#[derive(Debug, Default)]
pub struct Gathered {
    pieces: Vec<Piece>,
    first: Millis,
    told: Option<Millis>,
}

impl Gathered {
    /// A folder's notice. A newer one of the same folder takes the older one's place, unless that needs a person and this does not.
    pub fn folder(&mut self, notice: Notice, now: Millis) {
        self.add(
            Piece {
                title: notice.title,
                body: notice.body,
                needs_you: notice.needs_you,
                about: About::Watch(notice.watch),
            },
            now,
        );
    }

    /// What became of the queue.
    pub fn queue(&mut self, news: QueueNews, now: Millis) {
        let (title, needs_you) = match news {
            QueueNews::NeedsYou(1) => ("1 upload needs you".to_owned(), true),
            QueueNews::NeedsYou(n) => (format!("{n} uploads need you"), true),
            QueueNews::Finished => ("The queue is finished".to_owned(), false),
        };
        let piece = Piece {
            title,
            body: String::new(),
            needs_you,
            about: About::Uploads,
        };
        self.add(piece, now);
    }

    fn add(&mut self, piece: Piece, now: Millis) {
        if self.pieces.is_empty() {
            self.first = now;
        }
        let older = self
            .pieces
            .iter()
            .position(|older| older.about == piece.about);
        match older {
            Some(at) if self.pieces[at].needs_you && !piece.needs_you => {}
            Some(at) => self.pieces[at] = piece,
            None => self.pieces.push(piece),
        }
    }

    /// When the next message is due; `None` while nothing waits.
    pub fn due(&self) -> Option<Millis> {
        let gathered = (!self.pieces.is_empty()).then_some(self.first + GATHER)?;
        Some(
            self.told
                .map_or(gathered, |told| gathered.max(told + PAUSE)),
        )
    }

    /// Everything that waits, as one message; `None` where nothing of it is wanted, or the person is looking at the window.
    pub fn take(&mut self, wanted: NotifyAbout, looking: bool, now: Millis) -> Option<Message> {
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.retain(|piece| match wanted {
            NotifyAbout::All => true,
            NotifyAbout::NeedsYou => piece.needs_you,
            NotifyAbout::Nothing => false,
        });
        // Folders tell what of the queue was theirs.
        if pieces.len() > 1 {
            pieces.retain(|piece| piece.about != About::Uploads || piece.needs_you);
        }
        pieces.sort_by_key(|piece| !piece.needs_you);
        if looking || pieces.is_empty() {
            return None;
        }
        self.told = Some(now);
        Some(message(pieces))
    }
}

fn message(mut pieces: Vec<Piece>) -> Message {
    if pieces.len() == 1 {
        let Piece {
            title, body, about, ..
        } = pieces.remove(0);
        return Message { title, body, about };
    }
    let about = pieces[0].about;
    let needs_you = pieces.iter().filter(|piece| piece.needs_you).count();
    let title = match needs_you {
        0 => format!("News of {} folders", pieces.len()),
        1 => "1 thing needs you".to_owned(),
        n => format!("{n} things need you"),
    };
    let more = pieces.len().saturating_sub(MOST_LINES);
    let mut lines: Vec<String> = pieces
        .into_iter()
        .take(MOST_LINES)
        .map(|piece| match piece.body.as_str() {
            "" => format!("{}.", piece.title),
            body => format!("{}. {body}", piece.title),
        })
        .collect();
    if more > 0 {
        lines.push(format!("And {more} more."));
    }
    Message {
        title,
        body: lines.join("\n"),
        about,
    }
}

/// News of the queue that are worth a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueNews {
    /// More uploads than before need a person; so many do now.
    NeedsYou(u64),
    /// Nothing is on its way any more.
    Finished,
}

/// What was last seen of the queue.
#[derive(Debug, Clone, Copy)]
pub struct QueueSeen {
    needs_you: u64,
    moving: u64,
}

impl QueueSeen {
    /// Begins with what is there: what already needed a person at the start is on the screen, and no news.
    pub fn new(head: &UploadsHead) -> Self {
        Self {
            needs_you: head.needs_you,
            moving: moving(head),
        }
    }

    /// What is new since the last look.
    pub fn look(&mut self, head: &UploadsHead) -> Option<QueueNews> {
        let before = std::mem::replace(self, Self::new(head));
        if self.needs_you > before.needs_you {
            return Some(QueueNews::NeedsYou(self.needs_you));
        }
        let finished = before.moving > 0 && head.now == 0;
        finished.then_some(QueueNews::Finished)
    }
}

fn moving(head: &UploadsHead) -> u64 {
    if head.paused {
        0
    } else {
        head.now.saturating_sub(head.needs_you)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(watch: i64, title: &str, needs_you: bool) -> Notice {
        Notice {
            watch,
            title: title.to_owned(),
            body: String::new(),
            needs_you,
        }
    }

    fn head(now: u64, needs_you: u64) -> UploadsHead {
        UploadsHead {
            now,
            needs_you,
            waiting: 0,
            finished: 0,
            bytes_done: 0,
            bytes_total: 0,
            sized: true,
            paused: false,
            resting_until: None,
        }
    }

    #[test]
    fn a_thousand_notices_in_a_minute_are_two_messages() {
        let mut gathered = Gathered::default();
        let mut told = Vec::new();
        for second in 0..=60 {
            let now = second * 1_000;
            for folder in 0..20 {
                gathered.folder(notice(folder, &format!("{second}"), false), now);
            }
            if gathered.due().is_some_and(|due| due <= now) {
                told.extend(gathered.take(NotifyAbout::All, false, now));
            }
        }
        assert_eq!(told.len(), 1);
        assert_eq!(gathered.due(), Some(2_000 + PAUSE));
        assert_eq!(told[0].title, "News of 20 folders");
        assert!(told[0].body.ends_with("And 16 more."), "{}", told[0].body);
    }

    #[test]
    fn what_needs_a_person_comes_first_and_is_not_replaced_by_good_news() {
        let mut gathered = Gathered::default();
        gathered.folder(notice(1, "3 files of Prints are pinned", false), 0);
        gathered.folder(notice(2, "Scans is not being watched", true), 1);
        gathered.folder(notice(2, "1 file of Scans is pinned", false), 2);
        let message = gathered
            .take(NotifyAbout::All, false, 3_000)
            .expect("a message");
        assert_eq!(message.about, About::Watch(2));
        assert_eq!(message.title, "1 thing needs you");
        assert_eq!(
            message.body,
            "Scans is not being watched.\n3 files of Prints are pinned."
        );
    }

    #[test]
    fn nothing_is_told_that_is_not_wanted_or_that_the_person_sees_anyway() {
        let mut gathered = Gathered::default();
        for (wanted, looking) in [
            (NotifyAbout::NeedsYou, false),
            (NotifyAbout::Nothing, false),
            (NotifyAbout::All, true),
        ] {
            gathered.queue(QueueNews::Finished, 0);
            assert_eq!(gathered.take(wanted, looking, 5_000), None, "{wanted:?}");
            assert_eq!(gathered.due(), None);
        }
    }

    #[test]
    fn the_queue_is_news_when_more_needs_a_person_and_when_it_ends() {
        let mut seen = QueueSeen::new(&head(2, 1));
        assert_eq!(seen.look(&head(2, 1)), None);
        assert_eq!(seen.look(&head(2, 2)), Some(QueueNews::NeedsYou(2)));
        assert_eq!(seen.look(&head(1, 1)), None);
        assert_eq!(seen.look(&head(3, 1)), None);
        assert_eq!(seen.look(&head(0, 0)), Some(QueueNews::Finished));
        assert_eq!(seen.look(&head(0, 0)), None);
    }
}
