//! The named ways to cut content into blocks.

use cid::Version;

/// How files are cut into blocks and folders are encoded. The same bytes have one CID per profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Kubo's classic default, `unixfs-v0-2015`: CIDv0, 262,144-byte chunks in DAG-PB leaves, 174 links a node.
    V0,
    /// Kubo's `--cid-version=1`: as [`Profile::V0`], but CIDv1 and raw leaves.
    V1Raw,
    /// IPIP-499's `unixfs-v1-2025`: CIDv1, 1 MiB raw leaves, 1,024 links a node.
    UnixfsV1_2025,
}

impl Profile {
    /// Every profile, the most likely first.
    pub const ALL: [Self; 3] = [Self::V1Raw, Self::V0, Self::UnixfsV1_2025];

    /// The stable identifier under which a profile is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V0 => "unixfs-v0-2015",
            Self::V1Raw => "kubo-v1-raw",
            Self::UnixfsV1_2025 => "unixfs-v1-2025",
        }
    }

    /// The profile with this identifier, see [`Profile::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    pub(crate) const fn layout(self) -> Layout {
        match self {
            Self::V0 => Layout {
                chunk: 256 * 1024,
                width: 174,
                raw_leaves: false,
                version: Version::V0,
            },
            Self::V1Raw => Layout {
                chunk: 256 * 1024,
                width: 174,
                raw_leaves: true,
                version: Version::V1,
            },
            Self::UnixfsV1_2025 => Layout {
                chunk: 1024 * 1024,
                width: 1024,
                raw_leaves: true,
                version: Version::V1,
            },
        }
    }

    pub(crate) const fn threshold(self) -> Threshold {
        match self {
            Self::V0 | Self::V1Raw => Threshold::LinksEstimate,
            Self::UnixfsV1_2025 => Threshold::BlockBytes,
        }
    }
}

/// The parameters of a balanced file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Bytes of content in a leaf.
    pub(crate) chunk: usize,
    /// The most links of an inner node.
    pub(crate) width: usize,
    /// Leaves are the bytes themselves, without a UnixFS wrapper.
    pub(crate) raw_leaves: bool,
    pub(crate) version: Version,
}

/// A folder whose measure is greater than this becomes a HAMT.
pub(crate) const SHARD_ABOVE: u64 = 262_144;

/// What is measured against [`SHARD_ABOVE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threshold {
    /// The sum of the bytes of each name and each binary CID.
    LinksEstimate,
    /// The bytes of the folder's block.
    BlockBytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_profile() {
        for profile in Profile::ALL {
            assert_eq!(Profile::from_name(profile.name()), Some(profile));
        }
        assert_eq!(Profile::from_name("unixfs"), None);
    }
}
