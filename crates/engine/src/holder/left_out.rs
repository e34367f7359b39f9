//! What was left out of uploads, as other processes ask for it.

use serde::{Deserialize, Serialize};

use super::Reply;
use super::answer::Say;
use super::queue::{Of, UploadLine};
use crate::error::CommandError;
use crate::figures;

/// Something that was left out of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutLine {
    /// The upload.
    pub upload: i64,
    /// Where it stands in what was uploaded.
    pub path: String,
    /// Why.
    pub sentence: String,
}

/// Each upload with what was left out of it, and how much more there is than is told. Nothing where one of them is not there,
/// or another account's.
pub(super) async fn show(of: &Of<'_>, uploads: &[i64], say: &Say) -> Result<(), CommandError> {
    let engine = of.engine();
    for id in uploads {
        of.require(*id)?;
        engine.uploads.row_of(*id)?;
    }
    for &upload in uploads {
        let row = engine.uploads.row_of(upload)?;
        say.line(Reply::Upload(UploadLine::new(engine, &row)))
            .await?;
        let told = engine.uploads.problems(upload)?;
        let more = usize::try_from(row.problems).unwrap_or(usize::MAX);
        let more = more.saturating_sub(told.len());
        for problem in told {
            say.line(Reply::LeftOut(LeftOutLine {
                upload,
                path: problem.path,
                sentence: problem.sentence,
            }))
            .await?;
        }
        if more > 0 {
            let more = figures::count(more);
            say.note(format!("{more} more were left out of upload {upload}."))
                .await?;
        }
    }
    Ok(())
}
