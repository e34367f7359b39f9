//! A row's sources: paths as stored text, and the bytes behind them as the service client reads them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Seek as _, SeekFrom};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use pinning::Pieces;

use super::ahead::read_ahead;
use super::pace::{Pace, paced};
use crate::walk::{Files, Found, Place, Stamp, readable};

/// A path as text that loses nothing: bytes other than plain ASCII, and `%`, as `%XX`.
pub(crate) fn encode(path: &Path) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'%' | 0..=0x1f | 0x7f..=0xff => {
                write!(text, "%{byte:02X}").expect("a string takes everything");
            }
            plain => text.push(char::from(*plain)),
        }
    }
    text
}

/// A place below a root as one path's text.
pub(super) fn encode_place(place: &Place) -> String {
    encode(&place.path())
}

/// The path behind [`encode`]'s text.
pub(crate) fn decode(text: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let coded = (*first == b'%').then(|| after.get(..2)).flatten();
        let coded =
            coded.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { &after[2..] } else { after };
    }
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

/// Where something was uploaded from, short enough to read: the last two names of the first source.
pub(crate) fn source_words(paths: &str) -> String {
    let paths: Vec<String> = serde_json::from_str(paths).unwrap_or_default();
    let Some((place, _)) = paths.first().map(|text| super::from_watch::source(text)) else {
        return String::new();
    };
    let root = place.root.iter().map(OsStrExt::as_bytes);
    let names: Vec<String> = root
        .chain(place.inside.iter().map(Vec::as_slice))
        .map(readable)
        .collect();
    names[names.len().saturating_sub(2)..].join("/")
}

/// A row's source as a path for people.
pub(super) fn whole_path(text: &str) -> String {
    let (place, _) = super::from_watch::source(text);
    let mut path = place.root.to_string_lossy().into_owned();
    for name in &place.inside {
        path.push('/');
        path.push_str(&readable(name));
    }
    path
}

/// One text for what a file looked like.
pub(super) fn stamp_text(stamp: &Stamp) -> String {
    format!(
        "{}:{}:{}:{}",
        stamp.size, stamp.modified, stamp.changed, stamp.inode
    )
}

/// One text for what all files of a folder looked like.
pub(super) fn stamps_text<'a>(files: impl Iterator<Item = &'a Found>) -> String {
    let mut hasher = DefaultHasher::new();
    let mut count = 0_u64;
    for found in files {
        found.place.hash(&mut hasher);
        stamp_text(&found.stamp).hash(&mut hasher);
        count += 1;
    }
    format!("{count}:{:016x}", hasher.finish())
}

/// A file that must still look as it did when it was hashed.
pub(super) struct FileSource {
    pub(super) files: Arc<dyn Files>,
    pub(super) place: Place,
    pub(super) stamp: Stamp,
    pub(super) pace: Arc<Pace>,
}

impl FileSource {
    fn read_from(&self, offset: u64) -> Pieces {
        let (files, place, stamp) = (self.files.clone(), self.place.clone(), self.stamp);
        let pieces = read_ahead(stamp.size.saturating_sub(offset), move || {
            let opened = files.open(&place);
            let (mut file, now) = opened.map_err(|problem| io::Error::other(problem.words))?;
            if now != stamp {
                return Err(io::Error::other("changed since its CID was computed"));
            }
            file.seek(SeekFrom::Start(offset))?;
            Ok(file)
        });
        paced(pieces, self.pace.clone())
    }
}

#[async_trait]
impl pinning::Source for FileSource {
    fn size(&self) -> u64 {
        self.stamp.size
    }

    async fn open(&self) -> io::Result<Pieces> {
        Ok(self.read_from(0))
    }

    async fn open_at(&self, offset: u64) -> io::Result<Pieces> {
        Ok(self.read_from(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_comes_back_from_its_text() {
        for bytes in [
            &b"/a b/%41.txt"[..],
            b"/\xff\xfe/\n",
            "/ä/ü#?\"".as_bytes(),
            b"/%",
            b"/%4",
            b"/100%",
        ] {
            let path = PathBuf::from(std::ffi::OsString::from_vec(bytes.to_vec()));
            assert_eq!(decode(&encode(&path)), path);
        }
    }
}
