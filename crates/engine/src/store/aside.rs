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
/// A name that could not be given; then the ledger is where it was.
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
    for (from, to) in there() {
        // Not every file system knows second names.
        fs::hard_link(from, &to).or_else(|_| fs::copy(from, &to).map(|_| ()))?;
    }
    fs::File::options().read(true).open(data)?.sync_all()?;
    for (from, _) in there() {
        fs::remove_file(from)?;
    }
    Ok(aside)
}
