//! The lines on a terminal for uploads that are under way or wait: a bar where it is known how much there is, else a
//! spinner. Nothing is drawn that is not known.

use std::collections::BTreeMap;

use engine::holder::{ProgressLine, UploadLine};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::print::{harmless, size};

/// How wide a name may be before its bar.
const WIDEST_NAME: usize = 24;
const BAR: &str = "{prefix}  {bar:20}  {decimal_bytes}/{decimal_total_bytes}  {wide_msg}";
const SPINNER: &str = "{prefix}  {spinner}  {wide_msg}";

/// A line for each upload, where a person reads along.
pub(super) struct Bars {
    on: bool,
    all: MultiProgress,
    shown: BTreeMap<i64, Line>,
}

struct Line {
    bar: ProgressBar,
    now: Now,
}

/// What is shown of one upload.
#[derive(Debug, Clone, PartialEq)]
struct Now {
    /// Bytes, and of how many; `None`: not known, or nothing moves.
    bytes: Option<(u64, u64)>,
    words: String,
}

impl Now {
    fn of(upload: &UploadLine, progress: Option<&ProgressLine>) -> Self {
        let moves = progress.filter(|progress| upload.reason.is_none() && progress.total > 0);
        let Some(moves) = moves else {
            return Self {
                bytes: None,
                words: upload.sentence.clone(),
            };
        };
        let done = moves.done.min(moves.total);
        // Once all of it is there, the sentence says what is waited for.
        let pace = pace(moves).filter(|_| done < moves.total);
        Self {
            bytes: Some((done, moves.total)),
            words: pace.unwrap_or_else(|| upload.sentence.clone()),
        }
    }
}

/// How fast it goes, and how long still, where that is known.
fn pace(progress: &ProgressLine) -> Option<String> {
    let rate = size(whole(progress.rate?).filter(|rate| *rate > 0)?);
    let Some(left) = progress.seconds_left.and_then(|left| whole(left.ceil())) else {
        return Some(format!("{rate}/s"));
    };
    let left = match left {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds.div_ceil(60)),
        more => format!("{} h {} min", more / 3_600, more % 3_600 / 60),
    };
    Some(format!("{rate}/s, {left} left"))
}

/// The nearest whole number; `None` where there is none.
fn whole(value: f64) -> Option<u64> {
    format!("{value:.0}").parse().ok()
}

impl Bars {
    pub(super) fn new(on: bool) -> Self {
        Self {
            on,
            all: MultiProgress::new(),
            shown: BTreeMap::new(),
        }
    }

    /// Shows how an upload stands; `progress`: how far it is, where that was just told. One that is neither worked on nor held up
    /// gets no line of its own.
    pub(super) fn show(&mut self, upload: &UploadLine, progress: Option<&ProgressLine>) {
        let id = upload.id;
        let worth = progress.is_some() || upload.reason.is_some() || self.shown.contains_key(&id);
        if !self.on || upload.over || !worth {
            return;
        }
        let now = Now::of(upload, progress);
        let line = self.shown.entry(id).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::no_length());
            bar.set_style(style(now.bytes.is_some()));
            let name: String = harmless(&upload.name).chars().take(WIDEST_NAME).collect();
            bar.set_prefix(name);
            Line {
                bar,
                now: Now {
                    bytes: now.bytes,
                    words: String::new(),
                },
            }
        });
        if line.now.bytes.is_some() != now.bytes.is_some() {
            line.bar.set_style(style(now.bytes.is_some()));
        }
        if let Some((done, total)) = now.bytes {
            line.bar.set_length(total);
            line.bar.set_position(done);
        }
        if line.now.words != now.words {
            // Words of a service may be among them.
            line.bar.set_message(harmless(&now.words));
        }
        line.bar.tick();
        line.now = now;
    }

    /// It has ended.
    pub(super) fn end(&mut self, id: i64) {
        if let Some(line) = self.shown.remove(&id) {
            line.bar.finish_and_clear();
        }
    }

    /// Does something while nothing is drawn.
    pub(super) fn suspend<T>(&self, what: impl FnOnce() -> T) -> T {
        self.all.suspend(what)
    }
}

fn style(bytes_are_known: bool) -> ProgressStyle {
    let template = if bytes_are_known { BAR } else { SPINNER };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use engine::error::ErrorCode;

    use super::*;

    fn upload(reason: Option<ErrorCode>) -> UploadLine {
        let line = serde_json::json!({
            "id": 1, "name": "a", "state": "sending", "reason": reason, "sentence": "Why.", "over": false,
            "bytes": null, "cid": null, "check": "not_checked", "finished_at": null,
        });
        serde_json::from_value(line).expect("a line")
    }

    fn progress(done: u64, total: u64, rate: Option<f64>) -> ProgressLine {
        ProgressLine {
            id: 1,
            done,
            total,
            rate,
            seconds_left: rate.map(|rate| total.saturating_sub(done) as f64 / rate),
        }
    }

    #[test]
    fn a_bar_is_drawn_only_of_what_is_known_and_moves() {
        let bar = |reason, done, total| {
            Now::of(&upload(reason), Some(&progress(done, total, None))).bytes
        };
        assert_eq!(bar(None, 0, 0), None);
        assert_eq!(bar(None, 3, 9), Some((3, 9)));
        assert_eq!(bar(Some(ErrorCode::Offline), 3, 9), None);
        assert_eq!(Now::of(&upload(None), None).bytes, None);
    }

    #[test]
    fn speed_and_time_left_are_told_where_known_and_else_what_it_does() {
        let words =
            |done, total, rate| Now::of(&upload(None), Some(&progress(done, total, rate))).words;
        let (kb, mb) = (1_000, 1_000_000);
        assert_eq!(words(0, 10 * mb, None), "Why.");
        assert_eq!(words(5 * mb, 10 * mb, Some(1e6)), "1.0 MB/s, 5 s left");
        assert_eq!(words(0, 100 * mb, Some(1e6)), "1.0 MB/s, 2 min left");
        assert_eq!(words(0, 7_320 * kb, Some(1e3)), "1.0 kB/s, 2 h 2 min left");
        assert_eq!(words(mb, mb, Some(1e6)), "Why.");
    }
}
