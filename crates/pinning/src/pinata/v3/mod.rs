//! The v3 API: files by id, answers wrapped in `{"data": ...}`.

mod files;
pub(super) use files::{FileFilter, pending};
mod upload;
