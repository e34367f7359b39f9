//! Uploads that a command waits for: bars on a terminal, and one line for each that has ended.

use std::collections::BTreeMap;

use engine::holder::{ProgressLine, Reply, UploadLine};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::exit::{self, Failure, code_of};
use crate::print::{Out, harmless};

/// How wide a name may be before its bar.
const WIDEST_NAME: usize = 40;

/// What is known of the uploads that are waited for.
pub(crate) struct Followed<'a> {
    out: &'a Out,
    bars: MultiProgress,
    shown: BTreeMap<i64, ProgressBar>,
    /// The last line of each.
    pub(crate) uploads: BTreeMap<i64, UploadLine>,
    worst: u8,
}

impl<'a> Followed<'a> {
    pub(crate) fn new(out: &'a Out) -> Self {
        Self {
            out,
            bars: MultiProgress::new(),
            shown: BTreeMap::new(),
            uploads: BTreeMap::new(),
            worst: exit::OK,
        }
    }

    /// Takes one line of the answer in.
    pub(crate) fn hear(&mut self, reply: &Reply) -> Result<(), Failure> {
        match reply {
            Reply::Upload(upload) => self.upload(upload, reply),
            Reply::Progress(progress) => {
                self.progress(progress);
                self.out.object(reply)
            }
            Reply::Note { sentence } => {
                self.bars.suspend(|| self.out.aside(sentence));
                self.out.object(reply)
            }
            _ => Ok(()),
        }
    }

    /// The code of the worst that happened.
    pub(crate) fn end(self) -> Result<(), Failure> {
        match self.worst {
            exit::OK => Ok(()),
            code => Err(Failure::Said(code)),
        }
    }

    fn upload(&mut self, upload: &UploadLine, reply: &Reply) -> Result<(), Failure> {
        let before = self.uploads.insert(upload.id, upload.clone());
        // Whoever took over tells everything from its beginning.
        if before.as_ref() == Some(upload) {
            return Ok(());
        }
        self.out.object(reply)?;
        if let Some(bar) = self.shown.get(&upload.id) {
            bar.set_message(upload.state.replace('_', " "));
        }
        if !upload.over || before.is_some_and(|before| before.over) {
            return Ok(());
        }
        if let Some(bar) = self.shown.remove(&upload.id) {
            bar.finish_and_clear();
        }
        let code = code(upload);
        self.worst = self.worst.max(code);
        let out = self.out;
        self.bars.suspend(|| {
            if upload.pinned() {
                let cid = upload.cid.as_deref().unwrap_or_default();
                out.line(&format!("{cid}  {}  {}", upload.name, upload.sentence))?;
                if upload.problems > 0 {
                    let (name, id) = (&upload.name, upload.id);
                    out.aside(&format!(
                        "What was left out of {name}: pinfold queue show {id}"
                    ));
                }
                Ok(())
            } else {
                out.aside(&format!("pinfold: {}: {}", upload.name, upload.sentence));
                Ok(())
            }
        })
    }

    fn progress(&mut self, progress: &ProgressLine) {
        if !self.out.progress {
            return;
        }
        let Some(upload) = self.uploads.get(&progress.id) else {
            return;
        };
        let bar = self.shown.entry(progress.id).or_insert_with(|| {
            let bar = self.bars.add(ProgressBar::new(progress.total));
            let style = "{prefix}  {bar:24}  {decimal_bytes}/{decimal_total_bytes}  {msg}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            let name: String = harmless(&upload.name).chars().take(WIDEST_NAME).collect();
            bar.set_prefix(name);
            bar.set_message(upload.state.replace('_', " "));
            bar
        });
        bar.set_length(progress.total);
        bar.set_position(progress.done.min(progress.total));
    }
}

fn code(upload: &UploadLine) -> u8 {
    match (upload.pinned(), upload.reason) {
        (true, _) => exit::OK,
        (false, Some(reason)) => code_of(reason).max(exit::FAILED),
        (false, None) => exit::FAILED,
    }
}
