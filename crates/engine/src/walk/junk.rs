//! Files that systems put into people's folders for themselves. Nobody means them when a folder is dropped.

/// Whole names, in lower case.
const NAMES: [&str; 6] = [
    ".ds_store",
    "thumbs.db",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "desktop.ini",
    ".directory",
];

/// Whether a file of this name is a system's own. Never looks at the content.
pub fn is_junk(name: &[u8]) -> bool {
    // AppleDouble: what a Mac leaves beside each file on a disk that is not its own.
    if name.starts_with(b"._") && name.len() > 2 {
        return true;
    }
    let name = String::from_utf8_lossy(name).to_lowercase();
    NAMES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systems_leave_behind_is_junk_and_what_people_name_is_not() {
        for name in [".DS_Store", "Thumbs.db", "._photo.jpg", "desktop.ini"] {
            assert!(is_junk(name.as_bytes()), "{name}");
        }
        for name in ["photo.jpg", "._", ".env", "thumbs.dbx", "directory"] {
            assert!(!is_junk(name.as_bytes()), "{name}");
        }
    }
}
