//! One pin in memory: the text that is searched, and what the filters look at.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use cid::Cid;
use memchr::memmem::Finder;

use super::CheckState;
use super::catalogue::SortKey;
use super::filters::{Traits, mime_key};
use super::kind::FileKind;
use super::rows::Mirrored;

/// The codec of files and folders: what a CIDv0 can name.
const DAG_PB: u64 = 0x70;

/// Key-values within a text: where each key begins, where its value begins, and where that ends.
type Places = Box<[[u32; 3]]>;

/// Key-values with the case of their letters.
struct Cased {
    text: Box<str>,
    pairs: Places,
}

/// One pin: `text` is what is searched, folded to lower case: name, CID, then keys and values, each after a line break.
pub(super) struct Entry {
    pub(super) id: i64,
    text: Box<str>,
    name_end: u32,
    pairs: Places,
    /// Where they are not in lower case already.
    cased: Option<Box<Cased>>,
    /// Stands for the CID.
    pub(super) cid_key: u64,
    pub(super) traits: Traits,
}

impl Entry {
    pub(super) fn new(row: &Mirrored, known: &HashMap<u64, Compared>) -> Self {
        let pin = &row.pin;
        let mut text = pin.name.as_deref().unwrap_or_default().to_lowercase();
        let name_end = end(&text);
        text.push('\n');
        // A CIDv1 is lower case already; a CIDv0 is compared without case as well, a harmless kindness.
        text.push_str(&pin.cid.to_lowercase());
        let told = pin.keyvalues.iter();
        let told: Vec<_> = told.map(|(key, value)| (key, value.to_string())).collect();
        let folded = |(key, value): &(&String, String)| (key.to_lowercase(), value.to_lowercase());
        let lower: Vec<_> = told.iter().map(folded).collect();
        let pairs = append(
            &mut text,
            lower.iter().map(|(key, value)| (&**key, &**value)),
        );
        let same =
            |((key, value), (low_key, low_value)): (&(&String, String), &(String, String))| {
                *key == low_key && value == low_value
            };
        let cased = (!told.iter().zip(&lower).all(same)).then(|| {
            let mut text = String::new();
            let pairs = append(
                &mut text,
                told.iter().map(|(key, value)| (key.as_str(), &**value)),
            );
            let text = text.into();
            Box::new(Cased { text, pairs })
        });
        let cid_key = key_of(pin.cid.as_bytes());
        let compared = known.get(&cid_key);
        let traits = Traits {
            bytes: pin.bytes,
            pinned: pin.pinned,
            kind: FileKind::of(
                &text[..name_end as usize],
                pin.folder(),
                pin.mime.as_deref(),
            ),
            mime: pin.mime.as_deref().map(mime_key),
            public: pin.public,
            check: compared.map_or(CheckState::NotChecked, |compared| compared.check),
            content: compared
                .and_then(|compared| compared.content)
                .unwrap_or_else(|| content_of(&pin.cid)),
            groups: pin
                .groups
                .iter()
                .flatten()
                .map(|group| group.as_str().into())
                .collect(),
        };
        Self {
            id: row.id,
            text: text.into(),
            name_end,
            pairs,
            cased,
            cid_key,
            traits,
        }
    }

    /// Its key-values: in lower case, or as they are.
    pub(super) fn pairs(&self, any_case: bool) -> impl Iterator<Item = (&str, &str)> {
        let (text, pairs) = match self.cased.as_deref().filter(|_| !any_case) {
            Some(cased) => (&*cased.text, &cased.pairs),
            None => (&*self.text, &self.pairs),
        };
        let part = move |from: u32, to: u32| &text[from as usize..to as usize];
        pairs
            .iter()
            .map(move |[key, value, end]| (part(*key, value - 1), part(*value, *end)))
    }

    pub(super) fn name(&self) -> &str {
        &self.text[..self.name_end as usize]
    }

    fn cid(&self) -> &str {
        self.text[self.name_end as usize + 1..]
            .split('\n')
            .next()
            .unwrap_or_default()
    }

    pub(super) fn compare(&self, other: &Self, key: SortKey) -> Ordering {
        let by_key = match key {
            SortKey::Name => self
                .name()
                .is_empty()
                .cmp(&other.name().is_empty())
                .then_with(|| self.name().cmp(other.name())),
            SortKey::Cid => self.cid().cmp(other.cid()),
            SortKey::Size => {
                let bytes = |entry: &Self| entry.traits.bytes.unwrap_or(0);
                bytes(self).cmp(&bytes(other))
            }
            SortKey::PinnedAt => self.traits.pinned.cmp(&other.traits.pinned),
        };
        by_key.then_with(|| self.id.cmp(&other.id))
    }
}

fn end(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// Adds keys and values to a text, each after a line break.
fn append<'a>(text: &mut String, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Places {
    let mut places = Vec::new();
    for (key, value) in pairs {
        text.push('\n');
        let begins = end(text);
        text.push_str(key);
        text.push('\n');
        let middle = end(text);
        text.push_str(value);
        places.push([begins, middle, end(text)]);
    }
    places.into()
}

/// How a service's CID compared with ours.
pub(super) struct Compared {
    pub(super) check: CheckState,
    /// Stands for the bytes, where they were hashed here.
    pub(super) content: Option<u64>,
}

pub(super) fn key_of(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// The same for the two versions of a CID.
pub(super) fn content_of(cid: &str) -> u64 {
    Cid::try_from(cid).map_or_else(
        |_| key_of(cid.as_bytes()),
        |cid| key_of(&cid.hash().to_bytes()),
    )
}

/// The spellings under which a service may list this content: the one given, then the other CID version where there is
/// one.
pub(crate) fn spellings(cid: &str) -> Vec<String> {
    let mut all = vec![cid.to_owned()];
    let mut add = |other: Cid| {
        let other = other.to_string();
        if other != cid {
            all.push(other);
        }
    };
    if let Ok(parsed) = Cid::try_from(cid) {
        add(Cid::new_v1(parsed.codec(), *parsed.hash()));
        if parsed.codec() == DAG_PB
            && let Ok(older) = Cid::new_v0(*parsed.hash())
        {
            add(older);
        }
    }
    all
}

/// Whether all words are in it.
pub(super) fn has_all(entry: &Entry, words: &[Finder<'_>]) -> bool {
    let text = entry.text.as_bytes();
    words.iter().all(|word| word.find(text).is_some())
}
