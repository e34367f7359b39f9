//! What a person pasted or listed in a file, read as CIDs: plain ones of any version and base, `ipfs://` addresses, paths
//! and links of gateways. Pure; takes any text without a fault.

use cid::multibase::{self, Base};
use cid::{Cid, Version};

use super::wrong;
pub(super) use crate::pins::spellings;

/// The longest text that is looked at as a CID: base58 is read in quadratic time.
const LONGEST_CID: usize = 512;
/// The code of a key's name, which IPNS writes as a CID (multicodec table, `libp2p-key`).
const LIBP2P_KEY: u64 = 0x72;
/// The code and the length of SHA2-256 (multicodec table), the only hash of CIDv0.
const SHA2_256: (u64, u8) = (0x12, 32);
/// Things of one text at most: more than the largest list of CIDs has. What is short and no CID could be millions.
const MOST: usize = 400_000;
/// What stands around a CID in prose, lists and quoted tables.
const AROUND: &[char] = &[
    '"', '\'', '`', '<', '>', '(', ')', '[', ']', '{', '}', '“', '”', '‘', '’',
];

/// One thing of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// Its line, from 1.
    pub(super) line: usize,
    /// Where it begins in the text, in bytes.
    pub(super) start: usize,
    /// As it was written.
    pub(super) text: &'a str,
    /// What it names, or the end of a sentence that begins with the piece: "is 2 characters short of a CID".
    pub(super) read: Result<Address, String>,
}

/// What an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// As services are asked for it: CIDv0 as it is, all others in lower-case base32.
    pub(super) cid: String,
    /// A way below the CID, where the address had one. Pinning takes the whole CID.
    pub(super) inside: Option<String>,
}

/// Everything in a text, in its order; `None` where that is more than a list has. Lines that begin with `#` are remarks.
pub(super) fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    let mut begin = 0;
    for (number, line) in text.split('\n').enumerate() {
        if !line.trim_start().starts_with('#') {
            in_line(line, number + 1, begin, &mut found)?;
        }
        begin += line.len() + 1;
    }
    Some(found)
}

/// `None` where there are too many now.
fn in_line<'a>(
    line: &'a str,
    number: usize,
    begin: usize,
    found: &mut Vec<Piece<'a>>,
) -> Option<()> {
    for word in line.split_whitespace().filter(|word| !is_bullet(word)) {
        let mut way = false;
        for part in word.split([',', ';', '|']) {
            let text = part.trim_matches(AROUND).trim_end_matches(['.', ':']);
            if text.is_empty() {
                continue;
            }
            let read = address(text);
            // A comma may also be a sign of a file's name: what follows a way and names no CID belongs to it.
            if way && read.is_err() && !text.contains("://") {
                continue;
            }
            way = read.as_ref().is_ok_and(|address| address.inside.is_some());
            if found.len() == MOST {
                return None;
            }
            found.push(Piece {
                line: number,
                start: begin + (text.as_ptr() as usize - line.as_ptr() as usize),
                text,
                read,
            });
        }
    }
    Some(())
}

/// "-", "*", "•", "12." or "3)" before an item of a list.
fn is_bullet(word: &str) -> bool {
    let number = word.trim_end_matches(['.', ')', ':']);
    let counted = number.len() < word.len() && number.len() <= 6;
    !word.chars().any(char::is_alphanumeric)
        || (counted && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Reads one address, or says what is wrong with it.
pub(super) fn address(text: &str) -> Result<Address, String> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("ipns:") || lower.starts_with("/ipns/") {
        return Err(wrong::IPNS.into());
    }
    if let Some((scheme, rest)) = parts(text, &lower, "://") {
        return match scheme.as_str() {
            "ipfs" | "dweb" => below(without_start(rest, "ipfs/")),
            "http" | "https" => link(rest),
            "file" => Err(wrong::LOCAL.into()),
            _ => Err(wrong::NO_CID_IN_LINK.into()),
        };
    }
    if lower.starts_with("ipfs:") || lower.starts_with("dweb:") {
        return below(without_start(text[5..].trim_start_matches('/'), "ipfs/"));
    }
    if lower.starts_with("/ipfs/") || lower.starts_with("ipfs/") {
        return below(without_start(text.trim_start_matches('/'), "ipfs/"));
    }
    if text.starts_with(['/', '~', '\\']) || text.starts_with("./") || text.get(1..3) == Some(":\\")
    {
        return Err(wrong::LOCAL.into());
    }
    let host = &text[..text.find('/').unwrap_or(text.len())];
    if host.contains('.')
        && let Some(named) = link(text).map_or_else(
            |why| (why != wrong::NO_CID_IN_LINK).then_some(Err(why)),
            |address| Some(Ok(address)),
        )
    {
        return named;
    }
    below(text)
}

fn parts<'a>(text: &'a str, lower: &str, mark: &str) -> Option<(String, &'a str)> {
    let at = lower.find(mark)?;
    Some((lower[..at].to_owned(), &text[at + mark.len()..]))
}

/// Without this beginning, whatever the case of its letters.
fn without_start<'a>(text: &'a str, start: &str) -> &'a str {
    match text.get(..start.len()) {
        Some(head) if head.eq_ignore_ascii_case(start) => &text[start.len()..],
        _ => text,
    }
}

/// A gateway's link without its scheme: `<cid>.ipfs.<host>/…`, or `<host>/ipfs/<cid>/…`.
fn link(rest: &str) -> Result<Address, String> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, way) = rest.split_at(end);
    let host = host.rsplit('@').next().unwrap_or(host);
    let mut labels = host.split('.');
    let (first, second) = (labels.next().unwrap_or_default(), labels.next());
    match second.map(str::to_ascii_lowercase).as_deref() {
        Some("ipfs") if labels.next().is_some() => {
            return Ok(Address {
                inside: inside(way),
                ..cid(first)?
            });
        }
        Some("ipns") => return Err(wrong::IPNS.into()),
        _ => {}
    }
    let lower = way.to_ascii_lowercase();
    if let Some(at) = lower.find("/ipfs/") {
        return below(&way[at + "/ipfs/".len()..]);
    }
    if lower.contains("/ipns/") {
        return Err(wrong::IPNS.into());
    }
    if lower.starts_with("/files/") {
        return Err(wrong::PRIVATE.into());
    }
    Err(wrong::NO_CID_IN_LINK.into())
}

/// `<cid>`, or `<cid>/way?query#part`.
fn below(rest: &str) -> Result<Address, String> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (first, way) = rest.split_at(end);
    Ok(Address {
        inside: inside(way),
        ..cid(first)?
    })
}

fn inside(way: &str) -> Option<String> {
    let end = way.find(['?', '#']).unwrap_or(way.len());
    let way = way[..end].trim_matches('/');
    (!way.is_empty()).then(|| way.to_owned())
}

fn cid(text: &str) -> Result<Address, String> {
    if text.len() > LONGEST_CID {
        return Err(wrong::TOO_LONG.into());
    }
    let Some(cid) = exact(text) else {
        return Err(wrong::with(text));
    };
    if cid.codec() == LIBP2P_KEY {
        return Err(wrong::IPNS.into());
    }
    Ok(Address {
        cid: cid.to_string(),
        inside: None,
    })
}

/// The CID that exactly this text writes; nothing may be left over.
fn exact(text: &str) -> Option<Cid> {
    let cid = if Version::is_v0_str(text) {
        Cid::try_from(Base::Base58Btc.decode(text).ok()?).ok()?
    } else {
        // base32 in capitals throughout, as some systems write host names.
        let lowered = text.starts_with("BAF").then(|| text.to_ascii_lowercase());
        let (_, bytes) = multibase::decode(lowered.as_deref().unwrap_or(text)).ok()?;
        let cid = Cid::try_from(bytes.as_slice()).ok()?;
        (cid.to_bytes() == bytes).then_some(cid)?
    };
    let hash = cid.hash();
    let whole = hash.code() != SHA2_256.0 || hash.size() == SHA2_256.1;
    whole.then_some(cid)
}

/// One text for all spellings of the same content: its CIDv1 in base32. What is no CID stays as it is.
pub(super) fn content(cid: &str) -> String {
    match Cid::try_from(cid) {
        Ok(parsed) => Cid::new_v1(parsed.codec(), *parsed.hash()).to_string(),
        Err(_) => cid.to_owned(),
    }
}

#[cfg(test)]
#[path = "paste_tests.rs"]
mod tests;
