//! Other disks below a watched folder. One that is taken out leaves an empty folder behind, or none at all, and that must not
//! look like files that a person deleted.

use std::collections::BTreeSet;
use std::path::Path;

use super::ledger::Way;
use super::scan::place;
use crate::error::ErrorCode;
use crate::planted::planted;
use crate::walk::{Files, Problem};

/// Of these folders, at which other disks stood, those where none stands now.
pub(super) fn gone(files: &dyn Files, root: &Path, known: &BTreeSet<Way>) -> BTreeSet<Way> {
    let is_gone = |way: &&Way| is_gone(files, root, way) && !planted("disk");
    known.iter().filter(is_gone).cloned().collect()
}

/// What is in such a folder without its disk is a person's own again, and so is one that a person emptied with the disk in it.
fn is_gone(files: &dyn Files, root: &Path, way: &Way) -> bool {
    let here = match files.identity(&place(root, way)) {
        Ok(here) => here,
        Err(problem) => return problem.code == ErrorCode::Vanished,
    };
    let above = way.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let above = files.identity(&place(root, &way[..above]));
    above.is_ok_and(|above| above.device == here.device)
        && files
            .list(&place(root, way))
            .is_ok_and(|names| names.is_empty())
}

/// Why nothing is known of what was on it.
pub(super) fn problem() -> Problem {
    Problem {
        code: ErrorCode::Vanished,
        words: "is not there: its disk was taken out. Nothing of it is unpinned.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::{Disk, Identity, Node, Place, Stamp};

    /// Everything in `disk` is on another disk while it is in.
    struct Drive(bool);

    impl Files for Drive {
        fn identity(&self, folder: &Place) -> Result<Identity, Problem> {
            let here = Disk.identity(folder)?;
            let inside = folder.inside.first().is_some_and(|name| name == b"disk");
            let device = here.device + u64::from(self.0 && inside);
            Ok(Identity { device, ..here })
        }
        fn look(&self, place: &Place) -> Result<Node, Problem> {
            Disk.look(place)
        }
        fn list(&self, place: &Place) -> Result<Vec<Vec<u8>>, Problem> {
            Disk.list(place)
        }
        fn open(&self, place: &Place) -> Result<(std::fs::File, Stamp), Problem> {
            Disk.open(place)
        }
    }

    #[test]
    fn a_disk_is_gone_where_its_folder_is_empty_on_the_disk_above_or_not_there() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = folder.path().join("disk/in");
        std::fs::create_dir_all(&disk).expect("creates");
        let known = |way: &[u8]| BTreeSet::from([way.to_vec()]);
        let gone = |drive: bool, way: &[u8]| {
            let gone = gone(&Drive(drive), folder.path(), &known(way));
            !gone.is_empty()
        };
        assert!(!gone(true, b"disk"), "another disk stands there");
        assert!(!gone(false, b"disk"), "somebody uses the folder itself");
        assert!(gone(false, b"disk/in"), "it is empty");
        assert!(gone(false, b"disk/out"), "it is not there");
        std::fs::remove_dir(&disk).expect("removes");
        assert!(!gone(true, b"disk"), "emptied, with its disk");
        assert!(gone(false, b"disk"));
    }
}
