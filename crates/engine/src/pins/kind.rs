//! What sort of file a pin is: by its name's ending, then by its media type, as the icons beside the names have it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A sort of file.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A folder.
    Folder,
    /// A picture.
    Image,
    /// A film.
    Film,
    /// Sound.
    Music,
    /// A text to read.
    Text,
    /// JSON, YAML and the like.
    Data,
    /// Source text, and pages of the web.
    Code,
    /// Packed files.
    Archive,
    /// A CAR file.
    Car,
    /// Anything else.
    File,
}

const ENDINGS: [(FileKind, &str); 8] = [
    (
        FileKind::Image,
        "png jpg jpeg gif webp avif heic tif tiff bmp svg ico raw dng psd",
    ),
    (FileKind::Film, "mp4 mov mkv webm avi m4v mpg mpeg"),
    (FileKind::Music, "mp3 flac wav ogg opus m4a aac aif aiff"),
    (
        FileKind::Text,
        "txt md pdf doc docx odt rtf epub csv log tex",
    ),
    (FileKind::Data, "json jsonl yaml yml toml xml"),
    (
        FileKind::Code,
        "html htm css js ts svelte rs py go c h cpp java sh sol wasm",
    ),
    (FileKind::Archive, "zip tar gz tgz xz bz2 zst 7z rar"),
    (FileKind::Car, "car"),
];

impl FileKind {
    /// The kind of a pin with this name (in lower case) and media type.
    pub(super) fn of(name: &str, folder: bool, mime: Option<&str>) -> Self {
        if folder {
            return Self::Folder;
        }
        let ending = name.rfind('.').filter(|dot| *dot > 0);
        if let Some(ending) = ending.map(|dot| &name[dot + 1..]) {
            let known = ENDINGS
                .iter()
                .find(|(_, endings)| endings.split(' ').any(|known| known == ending));
            if let Some((kind, _)) = known {
                return *kind;
            }
        }
        match mime.unwrap_or_default().split('/').next() {
            _ if mime == Some("application/json") => Self::Data,
            Some("image") => Self::Image,
            Some("video") => Self::Film,
            Some("audio") => Self::Music,
            Some("text") => Self::Text,
            _ => Self::File,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_name_counts_more_than_the_media_type() {
        assert_eq!(
            FileKind::of("a.tif", false, Some("text/plain")),
            FileKind::Image
        );
        assert_eq!(
            FileKind::of("dawn", false, Some("image/tiff")),
            FileKind::Image
        );
        assert_eq!(FileKind::of(".json", false, None), FileKind::File);
        assert_eq!(
            FileKind::of("", false, Some("application/json")),
            FileKind::Data
        );
        assert_eq!(FileKind::of("site.zip", true, None), FileKind::Folder);
    }
}
