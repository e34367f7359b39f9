//! Uploads that a command waits for: bars on a terminal, elsewhere why one waits, and one line for each that has ended.

mod bars;

use std::collections::BTreeMap;

use engine::error::ErrorCode;
use engine::holder::{ProgressLine, Reply, UploadLine};

use crate::exit::{self, Failure, code_of};
use crate::print::Out;
use bars::Bars;

/// What is known of the uploads that are waited for.
pub(crate) struct Followed<'a> {
    out: &'a Out,
    bars: Bars,
    /// Why each waited when that was told last.
    told: BTreeMap<i64, ErrorCode>,
    /// How far each was when that was told last.
    moved: BTreeMap<i64, ProgressLine>,
    /// The last line of each.
    pub(crate) uploads: BTreeMap<i64, UploadLine>,
    worst: u8,
}

impl<'a> Followed<'a> {
    pub(crate) fn new(out: &'a Out) -> Self {
        Self {
            out,
            bars: Bars::new(out.progress),
            told: BTreeMap::new(),
            moved: BTreeMap::new(),
            uploads: BTreeMap::new(),
            worst: exit::OK,
        }
    }

    /// Takes one line of the answer in.
    pub(crate) fn hear(&mut self, reply: &Reply) -> Result<(), Failure> {
        match reply {
            Reply::Upload(upload) => self.upload(upload, reply),
            Reply::Progress(progress) => self.progress(progress, reply),
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
        if !upload.over {
            self.bars.show(upload, None);
            self.say_why(upload);
            return Ok(());
        }
        if before.is_some_and(|before| before.over) {
            return Ok(());
        }
        self.bars.end(upload.id);
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

    /// Where no bar says it: why it waits, once for each reason.
    fn say_why(&mut self, upload: &UploadLine) {
        let Some(reason) = upload.reason.filter(|_| !self.out.progress) else {
            return;
        };
        if self.told.insert(upload.id, reason) != Some(reason) {
            let (name, sentence) = (&upload.name, &upload.sentence);
            self.out.aside(&format!("{name}: {sentence}"));
        }
    }

    fn progress(&mut self, progress: &ProgressLine, reply: &Reply) -> Result<(), Failure> {
        if let Some(upload) = self.uploads.get(&progress.id) {
            self.bars.show(upload, Some(progress));
        }
        let before = self.moved.insert(progress.id, progress.clone());
        if before.as_ref() == Some(progress) {
            return Ok(());
        }
        self.out.object(reply)
    }
}

fn code(upload: &UploadLine) -> u8 {
    match (upload.pinned(), upload.reason) {
        (true, _) => exit::OK,
        (false, Some(reason)) => code_of(reason).max(exit::FAILED),
        (false, None) => exit::FAILED,
    }
}
