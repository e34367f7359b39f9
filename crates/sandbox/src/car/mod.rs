//! A CAR to content: version 1, one root, every block with the CID that its bytes have, the whole DAG in it. Its files
//! are written one behind the other into a new partial file, because the gateway serves a file from bytes in one piece.

mod blocks;
mod node;

use crate::dag::{Root, block_key};
use crate::error::Refusal;
use crate::spool::Spooled;
use crate::store::{Content, Entry, Node};
use axum::http::StatusCode;
use blocks::{Blocks, RAW};
use cid::Cid;
use node::{Kind, Link};
use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use uuid::Uuid;

/// Folders that may be in one another.
const DEEPEST: usize = 256;
/// Bytes that the files may have together: 25 GB, as every upload.
const LARGEST: u64 = 25_000_000_000;
/// How often a block may be read beside what its share of the CAR is: 25 GB of zeros are one block, read 95,368 times.
const REPEATED: usize = 200_000;
/// How often each block of the CAR may be read besides.
const SHARE: usize = 16;

/// What was in a CAR.
pub(crate) struct Unpacked {
    pub(crate) root: Root,
    pub(crate) directory: bool,
    pub(crate) files: u64,
    pub(crate) content: Content,
    pub(crate) bytes: Spooled,
}

/// Reads the CAR that stands in `car` from `start` on, and writes its files into a new file in `folder`.
pub(crate) fn unpack(
    car: &Path,
    (start, size): (u64, u64),
    folder: &Path,
) -> Result<Unpacked, Refusal> {
    let blocks = Blocks::read(car, start, size)?;
    let path = folder.join(Uuid::new_v4().to_string());
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(|error| Refusal::disk(&error))?;
    let bytes = Spooled::partial(path);
    let (root, steps) = (blocks.root, REPEATED + SHARE * blocks.count());
    let mut unpacking = Unpacking {
        blocks,
        out: BufWriter::new(file),
        written: 0,
        steps,
        content: Content {
            nodes: Vec::new(),
            entries: Vec::new(),
        },
        known: HashMap::new(),
    };
    let item = unpacking.item(root, 0)?;
    unpacking.end().map_err(|error| Refusal::disk(&error))?;
    Ok(Unpacked {
        root: Root {
            cid: root,
            dag_size: item.dag_size,
        },
        directory: item.directory,
        files: item.files,
        content: unpacking.content,
        bytes,
    })
}

/// What came of a file or folder.
#[derive(Clone, Copy)]
struct Item {
    directory: bool,
    dag_size: u64,
    files: u64,
}

struct Unpacking {
    blocks: Blocks,
    out: BufWriter<File>,
    written: u64,
    /// Blocks that may still be read. Few blocks that link each other again and again can be a tree without an end.
    steps: usize,
    content: Content,
    known: HashMap<Cid, Item>,
}

impl Unpacking {
    /// A file or folder and all below it; once only, however often it is linked.
    fn item(&mut self, cid: Cid, depth: usize) -> Result<Item, Refusal> {
        if let Some(known) = self.known.get(&cid) {
            return Ok(*known);
        }
        if depth > DEEPEST {
            return Err(wrong("The folders are too deep"));
        }
        let block = self.block(&cid)?;
        let directory =
            cid.codec() != RAW && matches!(read(&cid, &block)?.kind, Kind::Directory | Kind::Shard);
        let item = if directory {
            self.folder(cid, depth)?
        } else {
            self.file(cid)?
        };
        self.known.insert(cid, item);
        Ok(item)
    }

    fn file(&mut self, cid: Cid) -> Result<Item, Refusal> {
        let start = self.written;
        let dag_size = self.part(cid, 0)?;
        self.content.nodes.push(Node {
            key: block_key(&cid),
            cid: cid.to_string(),
            bytes: Some((start, self.written - start)),
        });
        Ok(Item {
            directory: false,
            dag_size,
            files: 1,
        })
    }

    /// Writes what is below one block of a file, and gives the cumulative size.
    fn part(&mut self, cid: Cid, depth: usize) -> Result<u64, Refusal> {
        if depth > DEEPEST {
            return Err(wrong("A file is too deep"));
        }
        let block = self.block(&cid)?;
        let mut dag_size = block.len() as u64;
        if cid.codec() == RAW {
            self.write(&block)?;
            return Ok(dag_size);
        }
        let node = read(&cid, &block)?;
        if node.kind != Kind::File {
            return Err(wrong("A part of a file is not one"));
        }
        self.write(&node.data)?;
        for link in node.links {
            dag_size += self.part(link.cid, depth + 1)?;
        }
        Ok(dag_size)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.written += bytes.len() as u64;
        if self.written > LARGEST {
            return Err(too_large());
        }
        self.out
            .write_all(bytes)
            .map_err(|error| Refusal::disk(&error))
    }

    fn folder(&mut self, cid: Cid, depth: usize) -> Result<Item, Refusal> {
        let mut links = Vec::new();
        let mut item = Item {
            directory: true,
            dag_size: self.links(cid, 0, &mut links)?,
            files: 0,
        };
        let mut names = HashSet::new();
        for link in links {
            let odd = matches!(link.name.as_str(), "" | "." | "..");
            if odd || link.name.contains(['/', '\0']) || !names.insert(link.name.clone()) {
                return Err(wrong(
                    "A folder has a name that cannot be one, or one twice",
                ));
            }
            let child = self.item(link.cid, depth + 1)?;
            item.dag_size += child.dag_size;
            item.files += child.files;
            if item.dag_size > LARGEST {
                return Err(too_large());
            }
            self.content.entries.push(Entry {
                parent: block_key(&cid),
                name: link.name,
                child: block_key(&link.cid),
            });
        }
        self.content.nodes.push(Node {
            key: block_key(&cid),
            cid: cid.to_string(),
            bytes: None,
        });
        Ok(item)
    }

    /// The entries of a folder, also of one in shards, and the size of the folder's own blocks.
    fn links(&mut self, cid: Cid, depth: usize, links: &mut Vec<Link>) -> Result<u64, Refusal> {
        if depth > DEEPEST {
            return Err(wrong("A folder's shards are too deep"));
        }
        let block = self.block(&cid)?;
        let node = read(&cid, &block)?;
        let mut size = block.len() as u64;
        match node.kind {
            Kind::Directory => links.extend(node.links),
            // In a shard two digits stand before each name, and nothing but them before a deeper shard.
            Kind::Shard => {
                for link in node.links {
                    match link.name.split_at_checked(2) {
                        Some((_, "")) => size += self.links(link.cid, depth + 1, links)?,
                        Some((_, name)) => links.push(Link {
                            cid: link.cid,
                            name: name.to_owned(),
                        }),
                        None => return Err(wrong("A shard has a name without its digits")),
                    }
                }
            }
            Kind::File => return Err(wrong("A part of a folder is not one")),
        }
        Ok(size)
    }

    /// One block more.
    fn block(&mut self, cid: &Cid) -> Result<Vec<u8>, Refusal> {
        self.steps = self.steps.checked_sub(1).ok_or_else(|| {
            wrong("The blocks of the CAR link each other so often that it has no end")
        })?;
        self.blocks.block(cid)
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()
    }
}

fn read(cid: &Cid, block: &[u8]) -> Result<node::Node, Refusal> {
    node::Node::parse(block).ok_or_else(|| wrong(&format!("The block {cid} is not UnixFS")))
}

fn too_large() -> Refusal {
    wrong("The content is larger than 25 GB")
}

fn wrong(message: &str) -> Refusal {
    Refusal::v3(StatusCode::BAD_REQUEST, message)
}
