//! DAG-PB nodes with UnixFS data, written by hand: the canonical form, links before data.

use cid::Cid;

use crate::block::Root;

/// UnixFS `DataType` values.
const DIRECTORY: u8 = 1;
const FILE: u8 = 2;
const HAMT_SHARD: u8 = 5;

/// Protobuf tags: field number and wire type. `PBNode`, `PBLink` and the UnixFS `Data` message in turn.
const NODE_DATA: u8 = 0x0a;
const NODE_LINK: u8 = 0x12;
const LINK_HASH: u8 = 0x0a;
const LINK_NAME: u8 = 0x12;
const LINK_TSIZE: u8 = 0x18;
const DATA_TYPE: u8 = 0x08;
const DATA_BYTES: u8 = 0x12;
const DATA_FILE_SIZE: u8 = 0x18;
const DATA_BLOCK_SIZE: u8 = 0x20;
const DATA_HASH_TYPE: u8 = 0x28;
const DATA_FANOUT: u8 = 0x30;

/// The multicodec of murmur3-x64-64, the hash of HAMT folders.
const MURMUR3_X64_64: u64 = 0x22;

pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

/// Bytes that [`put_varint`] writes.
fn varint_len(value: u64) -> usize {
    (u64::BITS - (value | 1).leading_zeros()).div_ceil(7) as usize
}

fn put_bytes(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_number(out: &mut Vec<u8>, tag: u8, value: u64) {
    out.push(tag);
    put_varint(out, value);
}

/// A link of a node that is being written.
pub(crate) struct Link<'a> {
    /// The empty prefix, or two hexadecimal digits in a HAMT.
    pub(crate) prefix: &'a [u8],
    pub(crate) name: &'a [u8],
    pub(crate) child: &'a Root,
}

impl Link<'_> {
    fn body_len(&self, cid_len: usize) -> usize {
        let name_len = self.prefix.len() + self.name.len();
        1 + varint_len(cid_len as u64)
            + cid_len
            + 1
            + varint_len(name_len as u64)
            + name_len
            + 1
            + varint_len(self.child.dag_size)
    }

    /// Bytes that this link takes in its node.
    pub(crate) fn encoded_len(&self) -> usize {
        let body = self.body_len(self.child.cid.encoded_len());
        1 + varint_len(body as u64) + body
    }

    fn write(&self, out: &mut Vec<u8>) {
        let hash: Vec<u8> = self.child.cid.to_bytes();
        put_number(out, NODE_LINK, self.body_len(hash.len()) as u64);
        put_bytes(out, LINK_HASH, &hash);
        put_number(out, LINK_NAME, (self.prefix.len() + self.name.len()) as u64);
        out.extend_from_slice(self.prefix);
        out.extend_from_slice(self.name);
        put_number(out, LINK_TSIZE, self.child.dag_size);
    }
}

/// A whole node. The links stay in the order in which they come.
fn node<'a>(links: impl Iterator<Item = Link<'a>>, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for link in links {
        link.write(&mut out);
    }
    put_bytes(&mut out, NODE_DATA, data);
    out
}

/// What stands before and after the content in the block of a DAG-PB leaf.
pub(crate) fn leaf_frame(len: usize) -> (Vec<u8>, Vec<u8>) {
    let mut before = vec![DATA_TYPE, FILE];
    if len > 0 {
        put_number(&mut before, DATA_BYTES, len as u64);
    }
    let mut after = Vec::new();
    put_number(&mut after, DATA_FILE_SIZE, len as u64);
    let mut head = Vec::new();
    put_number(
        &mut head,
        NODE_DATA,
        (before.len() + len + after.len()) as u64,
    );
    head.extend_from_slice(&before);
    (head, after)
}

/// An inner node of a file.
pub(crate) fn file_node(children: &[Root]) -> Vec<u8> {
    let mut data = vec![DATA_TYPE, FILE];
    put_number(
        &mut data,
        DATA_FILE_SIZE,
        children.iter().map(|child| child.size).sum(),
    );
    for child in children {
        put_number(&mut data, DATA_BLOCK_SIZE, child.size);
    }
    let links = children.iter().map(|child| Link {
        prefix: b"",
        name: b"",
        child,
    });
    node(links, &data)
}

/// A folder in one block; the entries come sorted by the bytes of their names.
pub(crate) fn folder_node<'a>(links: impl Iterator<Item = Link<'a>>) -> Vec<u8> {
    node(links, &[DATA_TYPE, DIRECTORY])
}

/// Bytes of the block that [`folder_node`] would write.
pub(crate) fn folder_node_len<'a>(links: impl Iterator<Item = Link<'a>>) -> u64 {
    let data = 4;
    data + links.map(|link| link.encoded_len() as u64).sum::<u64>()
}

/// One node of a HAMT: `slots` has a bit for each link, lowest slot in the lowest bit of the last byte.
pub(crate) fn shard_node<'a>(links: impl Iterator<Item = Link<'a>>, slots: [u8; 32]) -> Vec<u8> {
    let unused = slots.iter().take_while(|&&byte| byte == 0).count();
    let mut data = vec![DATA_TYPE, HAMT_SHARD];
    put_bytes(&mut data, DATA_BYTES, &slots[unused..]);
    put_number(&mut data, DATA_HASH_TYPE, MURMUR3_X64_64);
    put_number(&mut data, DATA_FANOUT, 256);
    node(links, &data)
}

/// The header of a CARv1 file with one root: DAG-CBOR `{"roots": [cid], "version": 1}`, with its length before it.
pub(crate) fn car_header(root: &Cid) -> Vec<u8> {
    let cid = root.to_bytes();
    let mut body = vec![0xa2, 0x65];
    body.extend_from_slice(b"roots");
    let length = u8::try_from(cid.len() + 1).expect("a CID with SHA-256 has 34 or 36 bytes");
    // An array of one, tag 42 (a link), a byte string that starts with the identity prefix 0.
    body.extend_from_slice(&[0x81, 0xd8, 0x2a, 0x58, length, 0]);
    body.extend_from_slice(&cid);
    body.push(0x67);
    body.extend_from_slice(b"version");
    body.push(1);
    let mut header = Vec::new();
    put_varint(&mut header, body.len() as u64);
    header.extend_from_slice(&body);
    header
}
