//! Files and folders on disk: a folder's small files are hashed side by side, large files one after another.

use std::{
    error::Error,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use content::{Profile, Root, Tree, hash_file};

/// From here on one file keeps all cores busy by itself.
const LARGE: u64 = 4 << 20;

/// What is wrong with which path.
#[derive(Debug)]
pub(crate) struct WalkError {
    path: PathBuf,
    problem: String,
}

impl WalkError {
    fn new(path: &Path, problem: &dyn fmt::Display) -> Self {
        Self {
            path: path.to_owned(),
            problem: problem.to_string(),
        }
    }
}

impl fmt::Display for WalkError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.path.display(), self.problem)
    }
}

impl Error for WalkError {}

/// A file that was found: where it is, its place below the root, its length.
struct Found {
    on_disk: PathBuf,
    place: Vec<Vec<u8>>,
    length: u64,
}

/// The root of a file or of a folder with everything in it.
pub(crate) fn hash_path(path: &Path, profile: Profile) -> Result<Root, WalkError> {
    let metadata = fs::symlink_metadata(path).map_err(|error| WalkError::new(path, &error))?;
    if !metadata.is_dir() {
        check_is_file(path, metadata.file_type())?;
        return hash_on_disk(path, profile);
    }
    let mut tree = Tree::new(profile);
    let files = find(path, &mut tree)?;
    for (file, root) in hash_all(&files, profile)? {
        tree.add_file(&file.place, root)
            .map_err(|error| WalkError::new(&file.on_disk, &error))?;
    }
    Ok(tree.finish())
}

fn check_is_file(path: &Path, kind: fs::FileType) -> Result<(), WalkError> {
    if kind.is_file() {
        Ok(())
    } else if kind.is_symlink() {
        Err(WalkError::new(
            path,
            &"is a symbolic link; give what it points to instead",
        ))
    } else {
        Err(WalkError::new(path, &"is neither a file nor a folder"))
    }
}

/// Lists the files below `root` and adds the folders to the tree.
fn find(root: &Path, tree: &mut Tree) -> Result<Vec<Found>, WalkError> {
    let mut files = Vec::new();
    let mut open = vec![(root.to_owned(), Vec::new())];
    while let Some((folder, place)) = open.pop() {
        tree.add_folder(&place)
            .map_err(|error| WalkError::new(&folder, &error))?;
        #[expect(
            clippy::disallowed_methods,
            reason = "outside the app: this program reads what it is told to"
        )]
        let entries = fs::read_dir(&folder).map_err(|error| WalkError::new(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| WalkError::new(&folder, &error))?;
            let on_disk = entry.path();
            let metadata = entry
                .metadata()
                .map_err(|error| WalkError::new(&on_disk, &error))?;
            let mut place: Vec<Vec<u8>> = place.clone();
            place.push(entry.file_name().into_encoded_bytes());
            if metadata.is_dir() {
                open.push((on_disk, place));
                continue;
            }
            check_is_file(&on_disk, metadata.file_type())?;
            files.push(Found {
                on_disk,
                place,
                length: metadata.len(),
            });
        }
    }
    Ok(files)
}

/// Hashes the files; the first error ends it.
fn hash_all(files: &[Found], profile: Profile) -> Result<Vec<(&Found, Root)>, WalkError> {
    let (large, small): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.length >= LARGE);
    let mut roots = Vec::with_capacity(files.len());
    for file in large {
        roots.push((file, hash_on_disk(&file.on_disk, profile)?));
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Ok(roots));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(file) = small.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let hashed = hash_on_disk(&file.on_disk, profile);
                    let mut done = done.lock().expect("no thread panics with the lock");
                    match (&mut *done, hashed) {
                        (Ok(roots), Ok(root)) => roots.push((file, root)),
                        (Ok(_), Err(error)) => *done = Err(error),
                        (Err(_), _) => return,
                    }
                }
            });
        }
    });
    done.into_inner().expect("no thread panics with the lock")
}

fn hash_on_disk(path: &Path, profile: Profile) -> Result<Root, WalkError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "outside the app: this program reads what it is told to"
    )]
    let opened: io::Result<fs::File> = fs::File::open(path);
    opened
        .and_then(|file| hash_file(file, profile))
        .map_err(|error| WalkError::new(path, &error))
}
