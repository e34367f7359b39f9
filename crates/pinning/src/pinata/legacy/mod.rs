//! The legacy API: pins by CID. Still the only way for folders, wrapped files and large files without TUS.

mod data;
mod json;
mod pinning;

pub use data::pins_of_pin_list;
pub(super) use pinning::{legacy_value, pin_options, receipt};
