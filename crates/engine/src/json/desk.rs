//! Texts that wait for their upload, as files in a folder of the app's own: an upload survives the end of the program.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::error::{CommandError, ErrorCode};
use crate::walk::{Files, Place};

/// The last folder of each: a pin tells the last two names of where it came from.
const SHOWN_AS: &str = "JSON editor";
/// The most bytes of a file's name.
const LONGEST: usize = 200;

/// The folder.
#[derive(Clone)]
pub(super) struct Desk {
    folder: PathBuf,
}

impl Desk {
    pub(super) fn new(data: &Path) -> Self {
        Self {
            folder: data.join("json"),
        }
    }

    /// Writes a text under a name, in a folder of its own. Blocks.
    pub(super) fn put(&self, name: &str, text: &str) -> Result<PathBuf, CommandError> {
        let own = self.folder.join(uuid::Uuid::new_v4().to_string());
        let folder = own.join(SHOWN_AS);
        let path = folder.join(file_name(name));
        let written = std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .and_then(|()| write(&path, text));
        written.map_err(|error| {
            let _ = std::fs::remove_dir_all(&own);
            unwritten(&error)
        })?;
        Ok(path)
    }

    /// Takes a text away that will not be uploaded after all.
    pub(super) fn take_back(path: &Path) {
        if let Some(folder) = path.parent().and_then(Path::parent) {
            let _ = std::fs::remove_dir_all(folder);
        }
    }

    /// Takes away what no upload needs any more. What cannot be removed now is removed another time. Blocks.
    pub(super) fn sweep(&self, files: &dyn Files, needed: &[PathBuf]) {
        use std::os::unix::ffi::OsStrExt as _;
        let names = files.list(&Place::root(&self.folder)).unwrap_or_default();
        for name in names {
            let folder = self.folder.join(std::ffi::OsStr::from_bytes(&name));
            if !needed.iter().any(|path| path.starts_with(&folder)) {
                let _ = std::fs::remove_dir_all(&folder);
            }
        }
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn unwritten(error: &std::io::Error) -> CommandError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return CommandError::new(
            ErrorCode::DiskFull,
            "The disk that holds Pinfold's data is full. Nothing was changed; free some space and try again.",
        );
    }
    CommandError::new(
        ErrorCode::Internal,
        "The text could not be put into the queue. Nothing was changed.",
    )
    .with_detail(error.to_string())
}

/// A name that a disk takes.
fn file_name(name: &str) -> String {
    let taken = |letter: char| letter == '/' || letter.is_control();
    let plain: String = name
        .chars()
        .map(|letter| if taken(letter) { '_' } else { letter })
        .collect();
    let end = (0..=LONGEST.min(plain.len()))
        .rev()
        .find(|at| plain.is_char_boundary(*at));
    let short = &plain[..end.unwrap_or(0)];
    if matches!(short, "" | "." | "..") {
        return "text.json".into();
    }
    short.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for (name, file) in [
            ("a.json", "a.json"),
            ("../../x.json", ".._.._x.json"),
            ("..", "text.json"),
            ("a\0b\n.json", "a_b_.json"),
        ] {
            assert_eq!(file_name(name), file);
        }
        assert!(file_name(&"ä".repeat(300)).len() <= LONGEST);
    }
}
