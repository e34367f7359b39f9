//! A DAG-PB node with UnixFS data, read from its protobuf.

use cid::Cid;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    /// A part of a folder that is too large for one block.
    Shard,
}

/// A link to another block.
pub(super) struct Link {
    pub(super) cid: Cid,
    pub(super) name: String,
}

/// A block with links.
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Bytes of a file that stand in the node itself.
    pub(super) data: Vec<u8>,
    pub(super) links: Vec<Link>,
}

impl Node {
    /// `None` where it is none, or of a kind that a pin cannot be (a symbolic link).
    pub(super) fn parse(block: &[u8]) -> Option<Self> {
        let (mut links, mut data) = (Vec::new(), None);
        let mut fields = Fields(block);
        while let Some(field) = fields.next()? {
            match field {
                (1, Value::Bytes(bytes)) => data = Some(bytes),
                (2, Value::Bytes(bytes)) => links.push(link(bytes)?),
                _ => {}
            }
        }
        let (kind, data) = unixfs(data?)?;
        Some(Self { kind, data, links })
    }
}

fn link(message: &[u8]) -> Option<Link> {
    let (mut cid, mut name) = (None, String::new());
    let mut fields = Fields(message);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(bytes)) => cid = Some(Cid::try_from(bytes).ok()?),
            (2, Value::Bytes(bytes)) => name = String::from_utf8(bytes.to_vec()).ok()?,
            _ => {}
        }
    }
    Some(Link { cid: cid?, name })
}

/// The message inside: what the node is, and bytes of a file.
fn unixfs(message: &[u8]) -> Option<(Kind, Vec<u8>)> {
    let (mut kind, mut data) = (None, &[][..]);
    let mut fields = Fields(message);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Number(0 | 2)) => kind = Some(Kind::File),
            (1, Value::Number(1)) => kind = Some(Kind::Directory),
            (1, Value::Number(5)) => kind = Some(Kind::Shard),
            (2, Value::Bytes(bytes)) => data = bytes,
            _ => {}
        }
    }
    let kind = kind?;
    // A shard's data are the bits of its slots.
    let data = if kind == Kind::File { data } else { &[] };
    Some((kind, data.to_vec()))
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message that are not read yet.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The next field; `Some(None)` at the end, `None` where there is none to be read.
    #[expect(
        clippy::option_option,
        reason = "the end and a broken message are not the same"
    )]
    fn next(&mut self) -> Option<Option<(u64, Value<'a>)>> {
        if self.0.is_empty() {
            return Some(None);
        }
        let tag = self.number()?;
        let value = match tag & 7 {
            0 => Value::Number(self.number()?),
            2 => {
                let length = usize::try_from(self.number()?).ok()?;
                let (bytes, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                Value::Bytes(bytes)
            }
            _ => return None,
        };
        Some(Some((tag >> 3, value)))
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..63).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}
