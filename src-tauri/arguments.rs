//! What Pinfold was started with: files to upload, and how to start. A second start hands its own over to the first.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use engine::uploads::Drop;
use tauri::{AppHandle, Manager};

use crate::drop;
use crate::events::{Dragging, emit};
use crate::window;

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
pinfold-desktop [--hidden] [--] [FILE...]

FILE...     files and folders to upload; the window asks before anything is sent
--hidden    start in the tray, without a window; with files there is one
--version   print the version
--help      print this";

/// What a start asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// The window, or the tray, with these files.
    Start {
        /// Without a window.
        hidden: bool,
        /// To be uploaded.
        files: Vec<PathBuf>,
    },
    /// [`USAGE`].
    Help,
    /// The version.
    Version,
}

impl Wish {
    /// Reads what follows the program's name. Paths are those of `cwd`. The error is a sentence.
    pub(crate) fn read(
        arguments: impl IntoIterator<Item = OsString>,
        cwd: &Path,
    ) -> Result<Self, String> {
        let (mut hidden, mut files, mut only_files) = (false, Vec::new(), false);
        for argument in arguments {
            let option = argument.as_encoded_bytes().starts_with(b"-") && argument != "-";
            if only_files || !option {
                files.push(cwd.join(argument));
                continue;
            }
            match argument.to_str() {
                Some("--") => only_files = true,
                Some("--hidden") => hidden = true,
                Some("--help" | "-h") => return Ok(Self::Help),
                Some("--version" | "-V") => return Ok(Self::Version),
                _ => return Err(format!("there is no option {}", shown(&argument))),
            }
        }
        // The window asks before anything is sent, so with files there is one.
        Ok(Self::Start {
            hidden: hidden && files.is_empty(),
            files,
        })
    }
}

fn shown(argument: &OsStr) -> String {
    format!("{:?}", argument.to_string_lossy())
}

/// Drops that came without a drag, until the page fetches them: it may not be there yet.
#[derive(Default)]
pub struct Handed(Mutex<VecDeque<Drop>>);

impl Handed {
    fn put(&self, drop: Drop) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(drop);
    }

    /// The oldest of those that were not taken.
    pub(crate) fn take(&self) -> Option<Drop> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    }
}

/// A second start of the program: shows the window, with its files as a drop. What it cannot read it leaves out.
pub(crate) fn open(app: &AppHandle, arguments: Vec<OsString>, cwd: &Path) {
    match Wish::read(arguments, cwd) {
        // Started at login while it runs: nobody asked for the window.
        Ok(Wish::Start { hidden: true, .. }) => {}
        Ok(Wish::Start { files, .. }) => {
            window::show(app);
            hand(app, files);
        }
        Ok(_) | Err(_) => window::show(app),
    }
}

/// Gives the page these files as a drop that it asks about.
pub(crate) fn hand(app: &AppHandle, files: Vec<PathBuf>) {
    if files.is_empty() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        match drop::look(&app, files).await {
            Ok(Some(drop)) => {
                app.state::<Handed>().put(drop);
                emit(&app, &Dragging::Handed {});
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "files to upload could not be looked at"),
        }
    });
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn read(arguments: &[&str]) -> Result<Wish, String> {
        Wish::read(arguments.iter().map(OsString::from), Path::new("/home/kim"))
    }

    #[test]
    fn paths_are_those_of_the_folder_where_it_was_started() {
        assert_eq!(
            read(&["a b.tif", "/tmp/c", "--hidden", "--", "--hidden"]),
            Ok(Wish::Start {
                hidden: false,
                files: ["/home/kim/a b.tif", "/tmp/c", "/home/kim/--hidden"]
                    .map(PathBuf::from)
                    .to_vec()
            })
        );
        let alone = Wish::Start {
            hidden: true,
            files: Vec::new(),
        };
        assert_eq!(read(&["--hidden"]), Ok(alone));
    }

    #[test]
    fn a_name_that_is_no_text_is_a_file_and_an_unknown_option_is_refused() {
        let name = OsString::from_vec(vec![b'a', 0xff]);
        assert!(
            matches!(Wish::read([name], Path::new("/")), Ok(Wish::Start { files, .. }) if files.len() == 1)
        );
        assert_eq!(
            read(&["--hiden"]),
            Err("there is no option \"--hiden\"".to_owned())
        );
        assert_eq!(read(&["--hidden", "--help"]), Ok(Wish::Help));
    }
}
