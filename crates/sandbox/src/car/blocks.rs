//! The frame of a CAR: a header that names the roots, then sections of a length, a CID and a block.

use super::wrong;
use crate::error::Refusal;
use cid::Cid;
use sha2::Digest as _;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

/// Codecs of the two kinds of blocks that UnixFS has.
pub(super) const RAW: u64 = 0x55;
const DAG_PB: u64 = 0x70;
const SHA2_256: u64 = 0x12;
/// Bytes that a block may have: what nodes exchange at most.
const LARGEST_BLOCK: u64 = 2 * 1024 * 1024;
/// Bytes that a CID takes at most.
const LARGEST_CID: u64 = 64;
/// Bytes that the header of a CAR with few roots takes at most.
const LARGEST_HEADER: u64 = 4096;

/// The blocks of a CAR, by where they stand in it.
pub(super) struct Blocks {
    pub(super) root: Cid,
    file: File,
    places: HashMap<Cid, (u64, usize)>,
}

impl Blocks {
    /// Reads the CAR once, from `start` on, and compares every block with its CID.
    pub(super) fn read(path: &Path, start: u64, size: u64) -> Result<Self, Refusal> {
        let disk = |error: io::Error| Refusal::disk(&error);
        let mut file = OpenOptions::new().read(true).open(path).map_err(disk)?;
        file.seek(SeekFrom::Start(start)).map_err(disk)?;
        let copy = file.try_clone().map_err(disk)?;
        let mut reading = Reading {
            input: BufReader::with_capacity(256 * 1024, copy).take(size),
            at: start,
        };
        let header = reading.piece(LARGEST_HEADER)?.ok_or_else(cut_off)?;
        let root = root(&header)?;
        let mut places = HashMap::new();
        while let Some(section) = reading.piece(LARGEST_BLOCK + LARGEST_CID)? {
            let mut block = section.as_slice();
            let cid = Cid::read_bytes(&mut block).map_err(|_| wrong("A section has no CID"))?;
            if !matches!(cid.codec(), RAW | DAG_PB) || cid.hash().code() != SHA2_256 {
                let words = format!("The block {cid} is of a kind that is not known here");
                return Err(wrong(&words));
            }
            if cid.hash().digest() != sha2::Sha256::digest(block).as_slice() {
                return Err(wrong(&format!(
                    "The block {cid} has other bytes than its CID says"
                )));
            }
            places.insert(key(&cid), (reading.at - block.len() as u64, block.len()));
        }
        Ok(Self { root, file, places })
    }

    /// How many blocks there are.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    /// One block.
    pub(super) fn block(&self, cid: &Cid) -> Result<Vec<u8>, Refusal> {
        let Some((at, length)) = self.places.get(&key(cid)) else {
            return Err(wrong(&format!("The CAR does not hold the block {cid}")));
        };
        let mut block = vec![0; *length];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(*at))
            .and_then(|_| file.read_exact(&mut block))
            .map_err(|error| Refusal::disk(&error))?;
        Ok(block)
    }
}

/// The same block under CIDs of either version.
fn key(cid: &Cid) -> Cid {
    Cid::new_v1(cid.codec(), *cid.hash())
}

fn cut_off() -> Refusal {
    wrong("The CAR is cut off")
}

/// A CAR that is read from its beginning.
struct Reading<R> {
    input: R,
    /// Where in the file it is.
    at: u64,
}

impl<R: Read> Reading<R> {
    /// The next length and as many bytes; `None` at the end.
    fn piece(&mut self, most: u64) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(length) = self.length()? else {
            return Ok(None);
        };
        if length > most {
            return Err(wrong("A block of the CAR is larger than 2 MiB"));
        }
        let mut piece = Vec::new();
        let read = (&mut self.input).take(length).read_to_end(&mut piece);
        if read.map_err(|error| Refusal::disk(&error))? as u64 != length {
            return Err(cut_off());
        }
        self.at += length;
        Ok(Some(piece))
    }

    /// An unsigned LEB128 number.
    fn length(&mut self) -> Result<Option<u64>, Refusal> {
        let mut value = 0;
        for shift in (0..56).step_by(7) {
            let mut byte = [0];
            let read = self.input.read(&mut byte);
            if read.map_err(|error| Refusal::disk(&error))? == 0 {
                return if shift == 0 { Ok(None) } else { Err(cut_off()) };
            }
            self.at += 1;
            value |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(Some(value));
            }
        }
        Err(wrong("A length in the CAR is not one"))
    }
}

/// The single root of a header: DAG-CBOR `{"roots": [CID], "version": 1}`.
fn root(header: &[u8]) -> Result<Cid, Refusal> {
    let no_header = || wrong("This is not a CAR of version 1");
    let rest = header
        .strip_prefix(b"\xa2\x65roots")
        .ok_or_else(no_header)?;
    let rest = match rest.split_first() {
        Some((0x81, rest)) => rest,
        Some((0x80..=0x9b, _)) => return Err(wrong("The CAR must have a single root")),
        _ => return Err(no_header()),
    };
    // Tag 42, a byte string with a length of one byte, and the zero that stands before a CID.
    let rest = rest.strip_prefix(b"\xd8\x2a\x58").ok_or_else(no_header)?;
    let (length, rest) = rest.split_first().ok_or_else(no_header)?;
    let (link, rest) = rest
        .split_at_checked(usize::from(*length))
        .ok_or_else(no_header)?;
    if rest != b"\x67version\x01" {
        return Err(no_header());
    }
    let cid = link.strip_prefix(b"\0").ok_or_else(no_header)?;
    Cid::try_from(cid).map_err(|_| no_header())
}
