//! Content that others may fetch: everything below the public pins.

use super::{Store, StoreError};
use crate::jobs::Tree;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::{HashSet, VecDeque};

/// Names that a tree may have. Few folders that are in one another again and again have more than can be walked.
const MOST: usize = 200_000;

impl Store {
    /// Where this content stands below a public pin, and its files; `None` when it does not, and where it has more names
    /// than are handed out.
    pub(crate) async fn tree(&self, node: String) -> Result<Option<Tree>, StoreError> {
        self.run(move |_, connection| {
            let Some((cid, directory)) = kind(connection, &node)? else {
                return Ok(None);
            };
            let Some((root, path)) = place(connection, &node)? else {
                return Ok(None);
            };
            let mut collected = Collected::default();
            collected.add(connection, &node, "", directory)?;
            let Collected { files, names } = collected;
            if names > MOST {
                return Ok(None);
            }
            Ok(Some(Tree {
                cid,
                directory,
                root,
                path,
                files,
            }))
        })
        .await
    }
}

/// The CID as it was imported, and whether it is a directory.
fn kind(connection: &Connection, node: &str) -> Result<Option<(String, bool)>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT cid, blob IS NULL FROM node WHERE key = ?1")?
        .query_row([node], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// The nearest public pin above, and the path from there.
fn place(connection: &Connection, node: &str) -> Result<Option<(String, Vec<String>)>, StoreError> {
    let mut pinned = connection.prepare_cached(
        "SELECT cid FROM file WHERE node = ?1 AND network = 'public' AND unpinned_at IS NULL
         LIMIT 1",
    )?;
    let mut parents =
        connection.prepare_cached("SELECT parent, name FROM entry WHERE child = ?1")?;
    let mut seen = HashSet::from([node.to_owned()]);
    let mut above = VecDeque::from([(node.to_owned(), Vec::new())]);
    while let Some((key, path)) = above.pop_front() {
        let root: Option<String> = pinned.query_row([&key], |row| row.get(0)).optional()?;
        if let Some(root) = root {
            return Ok(Some((root, path)));
        }
        let rows = parents.query_map([&key], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows {
            let (parent, name): (String, String) = row?;
            if seen.insert(parent.clone()) {
                let mut path = path.clone();
                path.insert(0, name);
                above.push_back((parent, path));
            }
        }
    }
    Ok(None)
}

/// What was walked so far.
#[derive(Default)]
struct Collected {
    files: Vec<String>,
    names: usize,
}

impl Collected {
    /// Adds what is at and below a node, until there is too much of it.
    fn add(
        &mut self,
        connection: &Connection,
        node: &str,
        path: &str,
        directory: bool,
    ) -> Result<(), StoreError> {
        if !directory {
            self.files.push(path.to_owned());
            return Ok(());
        }
        let mut statement = connection.prepare_cached(
            "SELECT entry.name, entry.child, node.blob IS NULL
             FROM entry JOIN node ON node.key = entry.child WHERE entry.parent = ?1",
        )?;
        let entries: Vec<(String, String, bool)> = statement
            .query_map([node], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        self.names += entries.len();
        for (name, child, directory) in entries {
            if self.names > MOST {
                break;
            }
            let path = if path.is_empty() {
                name
            } else {
                format!("{path}/{name}")
            };
            self.add(connection, &child, &path, directory)?;
        }
        Ok(())
    }
}
