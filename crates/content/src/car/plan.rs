//! Where each block of a CAR lies, and the CAR read from any byte on.

use std::{
    collections::HashSet,
    io::{self, Read, Write},
    ops::Deref,
};

use cid::Cid;

use super::{CarError, Source, unreadable};
use crate::{
    balanced::{leaf_frame, leaf_kind},
    block::{Blocks, Kind, RAW, Root, cid_of},
    dagpb::{car_header, put_varint},
    profile::Layout,
    tree::Path,
};

/// A file of the archive.
pub(super) struct File {
    pub(super) path: Path,
    pub(super) source: Box<dyn Source>,
    pub(super) size: u64,
}

/// Where the bytes of a block are.
enum Body {
    /// A leaf: these bytes of a file.
    Leaf { file: usize, at: u64, len: u32 },
    /// A block that has links. There is one for many leaves or files, so it is kept.
    Node(Box<[u8]>),
}

/// A block in its place.
struct Section {
    /// The byte behind the header at which it begins.
    start: u64,
    digest: [u8; 32],
    body: Body,
}

/// The sections as the first pass finds them.
#[derive(Default)]
pub(super) struct Index {
    sections: Vec<Section>,
    /// Bytes of all sections.
    end: u64,
    /// Codec and digest of what has its place.
    placed: HashSet<[u8; 33]>,
    /// The file whose leaves come, and how many of its bytes came.
    file: usize,
    at: u64,
}

impl Index {
    /// What comes next is of this file.
    pub(super) fn begin(&mut self, file: usize) {
        (self.file, self.at) = (file, 0);
    }

    fn add(&mut self, cid: &Cid, block_len: u64, body: impl FnOnce() -> Body) {
        let digest = digest(cid);
        let mut key = [0; 33];
        key[0] = u8::from(cid.codec() == RAW);
        key[1..].copy_from_slice(&digest);
        if !self.placed.insert(key) {
            return;
        }
        self.sections.push(Section {
            start: self.end,
            digest,
            body: body(),
        });
        self.end += head(cid, block_len).len() as u64 + block_len;
    }
}

impl<E> Blocks<E> for Index {
    fn put(&mut self, cid: &Cid, node: &[u8]) -> Result<(), E> {
        self.add(cid, node.len() as u64, || Body::Node(node.into()));
        Ok(())
    }

    fn leaf(&mut self, leaf: &Root) {
        let (file, at) = (self.file, self.at);
        let len = u32::try_from(leaf.size).expect("a leaf has at most 1 MiB");
        self.add(&leaf.cid, leaf.dag_size, || Body::Leaf { file, at, len });
        self.at += leaf.size;
    }
}

fn digest(cid: &Cid) -> [u8; 32] {
    let digest = cid.hash().digest();
    digest.try_into().expect("SHA-256 has 32 bytes")
}

/// What stands before a block in its section: the length of the rest, and the CID.
fn head(cid: &Cid, block_len: u64) -> Vec<u8> {
    let bytes = cid.to_bytes();
    let mut head = Vec::with_capacity(bytes.len() + 5);
    put_varint(&mut head, bytes.len() as u64 + block_len);
    head.extend_from_slice(&bytes);
    head
}

/// An archive whose root is known, and the place of every block in its CAR. Memory: 64 bytes a block (25 MB for 100 GB in
/// large files), and the blocks that have links (about 20 MB there).
pub struct Plan {
    layout: Layout,
    root: Root,
    header: Vec<u8>,
    files: Vec<File>,
    sections: Vec<Section>,
    size: u64,
}

impl Plan {
    pub(super) fn new(layout: Layout, root: Root, files: Vec<File>, index: Index) -> Self {
        let header = car_header(&root.cid);
        Self {
            size: header.len() as u64 + index.end,
            layout,
            root,
            header,
            files,
            sections: index.sections,
        }
    }

    /// The root that the CAR has.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Bytes of the CAR.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Writes the CAR from its beginning.
    pub fn write(&self, mut out: impl Write) -> Result<(), CarError> {
        let mut reader = Reader::new(self, 0);
        while reader.fill()? {
            out.write_all(&reader.piece).map_err(CarError::Write)?;
        }
        out.flush().map_err(CarError::Write)
    }

    /// The CAR from byte `offset` on; behind its end there is nothing. Of a source that is not what it was an error comes
    /// (a [`CarError`] inside), and none of its changed bytes.
    pub fn reader<P: Deref<Target = Self>>(plan: P, offset: u64) -> Reader<P> {
        Reader::new(plan, offset)
    }
}

/// The bytes of a CAR, one block in memory at a time.
pub struct Reader<P> {
    plan: P,
    /// The section that comes next; `None`: the header.
    next: Option<usize>,
    /// Bytes of it that are not wanted.
    skip: u64,
    /// What is handed out, from `at` on.
    piece: Vec<u8>,
    at: usize,
    open: Option<Open>,
}

/// A source that stands where the next leaf may begin.
struct Open {
    file: usize,
    at: u64,
    reader: Box<dyn Read + Send>,
}

impl<P: Deref<Target = Plan>> Reader<P> {
    fn new(plan: P, offset: u64) -> Self {
        let (next, skip) = match offset.checked_sub(plan.header.len() as u64) {
            None => (None, offset),
            Some(behind) => {
                let later = plan
                    .sections
                    .partition_point(|section| section.start <= behind);
                let next = later.saturating_sub(1);
                let start = plan.sections.get(next).map_or(0, |section| section.start);
                (Some(next), behind - start)
            }
        };
        Self {
            plan,
            next,
            skip,
            piece: Vec::new(),
            at: 0,
            open: None,
        }
    }

    /// Makes the next piece; `false` at the end.
    fn fill(&mut self) -> Result<bool, CarError> {
        let Self {
            plan, piece, open, ..
        } = self;
        let section = match self.next {
            None => {
                piece.clone_from(&plan.header);
                self.next = Some(0);
                None
            }
            Some(next) => {
                let Some(section) = plan.sections.get(next) else {
                    return Ok(false);
                };
                self.next = Some(next + 1);
                Some(section)
            }
        };
        if let Some(section) = section {
            plan.put_section(section, piece, open)?;
        }
        let len = piece.len();
        self.at = usize::try_from(self.skip).map_or(len, |skip| skip.min(len));
        self.skip = 0;
        Ok(true)
    }
}

impl Plan {
    /// Makes a section again in `out`.
    fn put_section(
        &self,
        section: &Section,
        out: &mut Vec<u8>,
        open: &mut Option<Open>,
    ) -> Result<(), CarError> {
        match &section.body {
            Body::Node(node) => {
                let cid = cid_of(Kind::Node(self.layout.version), &[node]);
                *out = head(&cid, node.len() as u64);
                out.extend_from_slice(node);
            }
            Body::Leaf { file, at, len } => {
                let chunk = self.chunk(*file, *at, *len, open)?;
                let (before, after) = leaf_frame(self.layout, chunk.len());
                let cid = cid_of(leaf_kind(self.layout), &[&before, &chunk, &after]);
                if digest(&cid) != section.digest {
                    return Err(self.changed(*file));
                }
                *out = head(&cid, (before.len() + chunk.len() + after.len()) as u64);
                for piece in [&before, &chunk, &after] {
                    out.extend_from_slice(piece);
                }
            }
        }
        Ok(())
    }

    /// Reads a leaf's bytes. Behind the last one of a file there must be nothing.
    fn chunk(
        &self,
        number: usize,
        at: u64,
        len: u32,
        open: &mut Option<Open>,
    ) -> Result<Vec<u8>, CarError> {
        let file = &self.files[number];
        let failed = |error| unreadable(&file.path, error);
        let continued = open
            .take()
            .filter(|open| open.file == number && open.at == at);
        let mut reader = match continued {
            Some(open) => open.reader,
            None => file.source.open_at(at).map_err(failed)?,
        };
        let mut chunk = Vec::with_capacity(len as usize);
        let wanted = u64::from(len);
        (&mut reader)
            .take(wanted)
            .read_to_end(&mut chunk)
            .map_err(failed)?;
        let end = at + wanted;
        let ends = end < file.size || reader.read(&mut [0]).map_err(failed)? == 0;
        if chunk.len() as u64 != wanted || !ends {
            return Err(self.changed(number));
        }
        if end < file.size {
            *open = Some(Open {
                file: number,
                at: end,
                reader,
            });
        }
        Ok(chunk)
    }

    fn changed(&self, file: usize) -> CarError {
        CarError::Changed {
            path: self.files[file].path.clone(),
        }
    }
}

impl<P: Deref<Target = Plan>> Read for Reader<P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            self.piece.clear();
            self.at = 0;
            if !self.fill().map_err(io::Error::other)? {
                return Ok(0);
            }
        }
        let read = (&self.piece[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}
