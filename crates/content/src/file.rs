//! Files: read once, hashed on all cores.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io::{self, Read},
    panic::resume_unwind,
    sync::{Mutex, OnceLock},
    thread,
};

use crate::{
    Profile,
    balanced::{Balanced, leaf},
    block::{Blocks, Discard, Root},
    profile::Layout,
};

/// More threads than this only wait for the reader, and each holds a chunk in memory.
const MOST_WORKERS: usize = 32;
/// What is read at first: most files are small.
const FIRST_READ: usize = 16 * 1024;

/// Reads to the end and gives the root of the file's DAG.
///
/// Leaves are hashed on all cores while the reader is read by one thread at a time, in order; content of up to one
/// chunk is hashed on the calling thread. Memory is one chunk a core, however long the file is.
///
/// # Errors
/// An error of the reader comes back unchanged and ends the work. Only an interrupted system call is tried again;
/// an [`io::ErrorKind::Interrupted`] that the reader made up itself is an error like any other.
pub fn hash_file<R: Read + Send>(reader: R, profile: Profile) -> io::Result<Root> {
    hash_chunks(reader, profile.layout())
}

pub(crate) fn hash_chunks<R: Read + Send>(reader: R, layout: Layout) -> io::Result<Root> {
    hash_into(reader, layout, &mut Discard)
}

/// The same; `blocks` hears of every leaf in order and gets every node.
pub(crate) fn hash_into<R: Read + Send, B: Blocks<Infallible> + Send>(
    reader: R,
    layout: Layout,
    blocks: &mut B,
) -> io::Result<Root> {
    let mut chunks = Chunks::new(reader, layout.chunk);
    let mut first = Vec::new();
    chunks.next_into(&mut first)?;
    if !chunks.has_more()? {
        let root = leaf(layout, &first);
        blocks.leaf(&root);
        return Ok(root);
    }
    let crew = Crew {
        layout,
        chunks: Mutex::new(chunks),
        leaves: Mutex::new(InOrder {
            next: 0,
            early: BTreeMap::new(),
            file: Balanced::new(layout),
            blocks,
        }),
    };
    crew.deliver(0, &first);
    thread::scope(|scope| {
        let others: Vec<_> = (1..workers())
            .map_while(|_| {
                // Fewer threads than wished for make it slower, not wrong.
                thread::Builder::new()
                    .spawn_scoped(scope, || crew.work(Vec::new()))
                    .ok()
            })
            .collect();
        let mut outcome = crew.work(first);
        for other in others {
            outcome = outcome.and(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        outcome
    })?;
    let leaves = crew
        .leaves
        .into_inner()
        .expect("a panic would have been resumed");
    let Ok(root) = leaves.file.finish(leaves.blocks);
    Ok(root)
}

/// Number of threads that hash one file.
fn workers() -> usize {
    // Asked once: the answer costs several system calls.
    static WORKERS: OnceLock<usize> = OnceLock::new();
    *WORKERS.get_or_init(|| {
        thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_WORKERS))
    })
}

/// What the threads of one file share.
struct Crew<'a, R, B> {
    layout: Layout,
    chunks: Mutex<Chunks<R>>,
    leaves: Mutex<InOrder<'a, B>>,
}

impl<R: Read + Send, B: Blocks<Infallible> + Send> Crew<'_, R, B> {
    /// Takes chunk after chunk until there are no more. A poisoned lock means that another thread panicked: its
    /// panic is resumed where it is joined.
    fn work(&self, mut chunk: Vec<u8>) -> io::Result<()> {
        loop {
            let Ok(mut chunks) = self.chunks.lock() else {
                return Ok(());
            };
            let Some(index) = chunks.next_into(&mut chunk)? else {
                return Ok(());
            };
            drop(chunks);
            self.deliver(index, &chunk);
        }
    }

    fn deliver(&self, index: u64, chunk: &[u8]) {
        let leaf = leaf(self.layout, chunk);
        if let Ok(mut leaves) = self.leaves.lock() {
            leaves.put(index, leaf);
        }
    }
}

/// Leaves that arrive in any order go into the file in theirs.
struct InOrder<'a, B> {
    next: u64,
    early: BTreeMap<u64, Root>,
    file: Balanced,
    blocks: &'a mut B,
}

impl<B: Blocks<Infallible>> InOrder<'_, B> {
    fn put(&mut self, index: u64, leaf: Root) {
        self.early.insert(index, leaf);
        while let Some(leaf) = self.early.remove(&self.next) {
            self.blocks.leaf(&leaf);
            let Ok(()) = self.file.push(leaf, self.blocks);
            self.next += 1;
        }
    }
}

/// A reader cut into chunks of one size, the last one shorter.
struct Chunks<R> {
    reader: R,
    size: usize,
    next: u64,
    ahead: Option<Vec<u8>>,
    ended: bool,
}

impl<R: Read> Chunks<R> {
    fn new(reader: R, size: usize) -> Self {
        Self {
            reader,
            size,
            next: 0,
            ahead: None,
            ended: false,
        }
    }

    /// Whether another chunk follows; it is read for that.
    fn has_more(&mut self) -> io::Result<bool> {
        if self.ahead.is_none() {
            let mut chunk = Vec::new();
            self.read(&mut chunk)?;
            self.ahead = Some(chunk).filter(|chunk| !chunk.is_empty());
        }
        Ok(self.ahead.is_some())
    }

    /// Replaces `chunk` by the next one and gives its number, or `None` at the end.
    fn next_into(&mut self, chunk: &mut Vec<u8>) -> io::Result<Option<u64>> {
        match self.ahead.take() {
            Some(ahead) => *chunk = ahead,
            None => self.read(chunk)?,
        }
        if chunk.is_empty() {
            return Ok(None);
        }
        self.next += 1;
        Ok(Some(self.next - 1))
    }

    fn read(&mut self, chunk: &mut Vec<u8>) -> io::Result<()> {
        let mut filled = 0;
        while !self.ended && filled < self.size {
            if filled == chunk.len() {
                let grown = (filled * 4).clamp(FIRST_READ.min(self.size), self.size);
                chunk.resize(grown, 0);
            }
            let room = self.size.min(chunk.len());
            match self.reader.read(&mut chunk[filled..room]) {
                Ok(0) => self.ended = true,
                Ok(count) => filled += count,
                // The system was interrupted, as against a reader that says so itself in order to stop.
                Err(error)
                    if error.kind() == io::ErrorKind::Interrupted
                        && error.raw_os_error().is_some() => {}
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            }
        }
        chunk.truncate(filled);
        Ok(())
    }
}
