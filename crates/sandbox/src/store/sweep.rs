//! At start: uploads that were never answered, and content that nothing pins any more, go.

use super::StoreError;
use rusqlite::Connection;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

pub(super) fn sweep(data: &Path, connection: &Connection) -> Result<(), StoreError> {
    for (_, path) in entries(&data.join("partial"))? {
        fs::remove_file(path)?;
    }
    connection.execute_batch(
        "CREATE TEMP TABLE live AS
           WITH RECURSIVE live(key) AS (
             SELECT node FROM file WHERE unpinned_at IS NULL
             UNION SELECT child FROM entry JOIN live ON entry.parent = live.key)
           SELECT key FROM live;
         DELETE FROM node WHERE key NOT IN (SELECT key FROM live);
         DELETE FROM entry WHERE parent NOT IN (SELECT key FROM live);
         DROP TABLE live;",
    )?;
    let mut statement =
        connection.prepare("SELECT DISTINCT blob FROM node WHERE blob IS NOT NULL")?;
    let used: HashSet<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for (name, path) in entries(&data.join("blobs"))? {
        if !used.contains(&name) {
            fs::remove_file(path)?;
        }
    }
    let mut statement = connection.prepare("SELECT id FROM upload WHERE cid IS NULL")?;
    let going_on: HashSet<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for (name, path) in entries(&data.join("uploads"))? {
        if !going_on.contains(&name) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the service's own data folder, not anybody's files"
)]
fn entries(folder: &Path) -> io::Result<Vec<(String, std::path::PathBuf)>> {
    fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok((
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
            ))
        })
        .collect()
}
