//! One owner of the data folder. Whoever comes second asks the owner to show its window.

use std::fs::OpenOptions;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::FlockOperation;

/// How often a second start asks an owner that does not answer yet.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);
const SHOW: &[u8] = b"show\n";
const SHOWN: &[u8] = b"shown\n";

/// Who has the data folder.
pub enum Start {
    /// This process, until the value is dropped or the process dies.
    Owner(Owner),
    /// Another one, which now shows its window.
    Shown,
}

/// The hold on the data folder.
pub struct Owner {
    /// The kernel lets go of the lock when the file is closed, however the process ends.
    _lock: std::fs::File,
    listener: UnixListener,
}

/// Why neither could be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The data or runtime folder cannot be used.
    #[error("{path} cannot be used: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another Pinfold has the folder and does not answer.
    #[error("another Pinfold uses this data folder and does not answer")]
    Silent,
}

/// Becomes the owner of `data`, or has the owner show its window. The socket is in `runtime`, for this user only.
pub fn start(data: &Path, runtime: &Path) -> Result<Start, LockError> {
    let trouble = |path: &Path| {
        let path = path.to_owned();
        move |source| LockError::Folder { path, source }
    };
    std::fs::create_dir_all(data).map_err(trouble(data))?;
    std::fs::create_dir_all(runtime).map_err(trouble(runtime))?;
    let file = data.join("lock");
    let socket = socket_path(data, runtime);
    for _ in 0..TRIES {
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&file)
            .map_err(trouble(&file))?;
        if rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
            // A socket that an owner left when it died.
            let _ = std::fs::remove_file(&socket);
            let listener = UnixListener::bind(&socket).map_err(trouble(&socket))?;
            let private = rustix::fs::Mode::from_raw_mode(0o600);
            rustix::fs::chmod(&socket, private).map_err(|error| trouble(&socket)(error.into()))?;
            return Ok(Start::Owner(Owner {
                _lock: lock,
                listener,
            }));
        }
        drop(lock);
        if ask_to_show(&socket).is_ok() {
            return Ok(Start::Shown);
        }
        // The owner has the lock but does not listen yet, or is about to end: both pass by themselves.
        std::thread::sleep(PAUSE);
    }
    Err(LockError::Silent)
}

impl Owner {
    /// Calls `show` whenever another start asks for the window. Blocks; for a thread of its own.
    pub fn listen(&self, show: impl Fn()) {
        for stream in self.listener.incoming().flatten() {
            if let Err(error) = answer(stream, &show) {
                tracing::debug!(%error, "a second start hung up");
            }
        }
    }
}

fn answer(mut stream: UnixStream, show: &impl Fn()) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PAUSE * 20))?;
    let mut asked = [0; SHOW.len()];
    stream.read_exact(&mut asked)?;
    if asked == SHOW {
        show();
        stream.write_all(SHOWN)?;
    }
    Ok(())
}

fn ask_to_show(socket: &Path) -> std::io::Result<()> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PAUSE * 50))?;
    stream.write_all(SHOW)?;
    let mut answer = [0; SHOWN.len()];
    stream.read_exact(&mut answer)
}

/// A socket's path has room for some 100 bytes only, so the data folder is in it as a number.
fn socket_path(data: &Path, runtime: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    runtime.join(format!("pinfold-{:016x}.sock", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn twenty_starts_at_once_give_one_owner_who_is_asked_nineteen_times() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (data, runtime) = (folder.path().join("data"), folder.path().join("run"));
        let shown = Arc::new(AtomicUsize::new(0));
        let owners = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| match start(&data, &runtime).expect("owner or shown") {
                    Start::Shown => {}
                    Start::Owner(owner) => {
                        owners.fetch_add(1, Ordering::SeqCst);
                        let shown = shown.clone();
                        // Listens for as long as the process lives, as the program does.
                        std::thread::spawn(move || {
                            owner.listen(|| {
                                shown.fetch_add(1, Ordering::SeqCst);
                            });
                        });
                    }
                });
            }
        });
        assert_eq!(
            (owners.load(Ordering::SeqCst), shown.load(Ordering::SeqCst)),
            (1, 19)
        );
    }

    #[test]
    fn a_folder_whose_owner_ended_is_taken_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = start(folder.path(), folder.path()).expect("starts");
        drop(first);
        assert!(matches!(
            start(folder.path(), folder.path()),
            Ok(Start::Owner(_))
        ));
    }
}
