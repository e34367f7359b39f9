//! Arguments and paths as text that loses nothing, for `#[serde(with)]`: they need not be UTF-8.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serializer};

use crate::uploads::{decode, encode};

/// One path.
pub(super) mod path {
    use super::{Deserialize, Deserializer, Path, PathBuf, Serializer, decode, encode};

    pub(crate) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&encode(path))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        Ok(decode(&String::deserialize(from)?))
    }
}

/// Several arguments.
pub(super) mod list {
    use super::{Deserialize, Deserializer, OsString, Path, Serializer, decode, encode};

    pub(crate) fn serialize<S: Serializer>(list: &[OsString], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(list.iter().map(|raw| encode(Path::new(raw))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<OsString>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        Ok(texts.iter().map(|text| decode(text).into()).collect())
    }
}
