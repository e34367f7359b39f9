//! Where Pinfold keeps its things: the same folders as the window's.

use std::path::PathBuf;

/// The folders of this user.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) data: PathBuf,
    pub(crate) runtime: PathBuf,
}

impl Places {
    pub(crate) fn of_this_user() -> Self {
        let data = dirs::data_dir()
            .unwrap_or_else(std::env::temp_dir)
            .join("pinfold");
        let runtime = dirs::runtime_dir().unwrap_or_else(|| data.clone());
        Self { data, runtime }
    }
}
