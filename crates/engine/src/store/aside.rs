//! Beginning anew beside a ledger that cannot be used.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::LEDGER;

/// The database itself, what was written to it last, and an index of that. SQLite finds them by their ends.
pub(super) fn parts(database: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| {
        let mut name = database.as_os_str().to_owned();
        name.push(end);
        name.into()
    })
}

/// Keeps the ledger of this data folder under another name, `ledger-damaged-<day>.db`, so that the next start makes a new one.
/// Nothing is overwritten, and a process that dies in the middle leaves all of it under one of the two names. Answers the
/// name. Nobody may have the ledger open.
///
/// # Errors
/// A name that could not be given, or an old one that could not be taken away. The ledger is still where it was: whole before
/// the first name was taken away, and after that what is left of it there is also under the new name.
pub fn set_aside(data: &Path, day: &str) -> io::Result<PathBuf> {
    let free = |aside: &PathBuf| !parts(aside).iter().any(|part| part.exists());
    let mut names = (1..).map(|number| match number {
        1 => data.join(format!("ledger-damaged-{day}.db")),
        _ => data.join(format!("ledger-damaged-{day}-{number}.db")),
    });
    let aside = names.find(free).ok_or(io::ErrorKind::AlreadyExists)?;
    let from = parts(&data.join(LEDGER));
    let there = || {
        from.iter()
            .zip(parts(&aside))
            .filter(|(part, _)| part.exists())
    };
    if let Err(error) = there().try_for_each(|(from, to)| name_too(from, &to)) {
        for part in parts(&aside) {
            let _ = fs::remove_file(part);
        }
        return Err(error);
    }
    fs::File::options().read(true).open(data)?.sync_all()?;
    // The database goes last: as long as it stands there, the ledger is not begun anew.
    for (from, _) in there().collect::<Vec<_>>().into_iter().rev() {
        fs::remove_file(from)?;
    }
    Ok(aside)
}

/// Gives a file a second name. Where the file system knows none, a copy that is on the disk when this returns.
fn name_too(from: &Path, to: &Path) -> io::Result<()> {
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to)?;
    fs::File::options().write(true).open(to)?.sync_all()
}
