//! One owner of the data folder. Whoever comes second asks the owner, over a socket, for what it was started for.

use std::fs::OpenOptions;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::FlockOperation;

use crate::holder::{self, Asked, Opened};

/// How often a second start asks an owner that does not answer yet.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Who has the data folder.
pub enum Start {
    /// This process, until the value is dropped or the process dies.
    Owner(Owner),
    /// Another one, which was given what this start was asked for.
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
    /// Another Pinfold has the folder and has no window to show.
    #[error("{0}")]
    NoWindow(String),
}

/// Becomes the owner of `data`, or has the owner do what this start was asked for. The socket is in `runtime`, for this
/// user only. Blocks for at most some ten seconds.
pub fn start(data: &Path, runtime: &Path, asked: &Asked) -> Result<Start, LockError> {
    let mut why = LockError::Silent;
    for _ in 0..TRIES {
        if let Some(owner) = take(data, runtime)? {
            return Ok(Start::Owner(owner));
        }
        match reach(data, runtime).and_then(|stream| holder::ask_to_open(stream, asked)) {
            Ok(Opened::Yes) => return Ok(Start::Shown),
            Ok(Opened::No(words)) => why = LockError::NoWindow(words),
            Err(_) => {}
        }
        // The owner has the lock but does not listen yet, or is about to end: both pass by themselves.
        std::thread::sleep(PAUSE);
    }
    Err(why)
}

/// Becomes the owner of `data`, unless another process is it.
pub fn take(data: &Path, runtime: &Path) -> Result<Option<Owner>, LockError> {
    let trouble = |path: &Path| {
        let path = path.to_owned();
        move |source| LockError::Folder { path, source }
    };
    private_folder(data).map_err(trouble(data))?;
    std::fs::create_dir_all(runtime).map_err(trouble(runtime))?;
    let file = data.join("lock");
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&file)
        .map_err(trouble(&file))?;
    if rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(None);
    }
    let socket = socket_path(data, runtime);
    // A socket that an owner left when it died.
    let _ = std::fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).map_err(trouble(&socket))?;
    let private = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::chmod(&socket, private).map_err(|error| trouble(&socket)(error.into()))?;
    Ok(Some(Owner {
        _lock: lock,
        listener,
    }))
}

/// A folder that nobody but its owner may look into: paths, key-values and history are in it. One that was open to others is
/// closed.
fn private_folder(path: &Path) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let mut looks = std::fs::metadata(path)?.permissions();
    if looks.mode() & 0o077 != 0 {
        looks.set_mode(looks.mode() & 0o700);
        // A disk that keeps no modes lets in whom it lets in.
        if let Err(error) = std::fs::set_permissions(path, looks) {
            tracing::warn!(%error, "the data folder cannot be closed to others");
        }
    }
    Ok(())
}

/// A connection to the owner of `data`; an error where there is none, or where it does not listen yet.
pub fn reach(data: &Path, runtime: &Path) -> std::io::Result<UnixStream> {
    UnixStream::connect(socket_path(data, runtime))
}

impl Owner {
    /// The socket on which other processes ask.
    pub(crate) fn socket(&self) -> std::io::Result<UnixListener> {
        self.listener.try_clone()
    }
}

/// A socket's path has room for some 100 bytes only, so the data folder is in it as a number.
fn socket_path(data: &Path, runtime: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    runtime.join(format!("pinfold-{:016x}.sock", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::io::{Read, Write};
    use std::os::unix::ffi::OsStringExt;
    use std::sync::{Arc, Mutex};

    use super::*;

    fn asked(what: &[u8]) -> Asked {
        Asked {
            args: vec![OsString::from_vec(what.to_vec())],
            cwd: PathBuf::from("/somewhere else"),
        }
    }

    fn engine(data: &Path) -> Arc<crate::Engine> {
        struct NoSandbox;
        #[async_trait::async_trait]
        impl crate::accounts::SandboxHost for NoSandbox {
            async fn running(
                &self,
            ) -> Result<Arc<crate::accounts::RunningSandbox>, crate::error::CommandError>
            {
                Err(crate::error::CommandError::gone("The Sandbox"))
            }

            fn folder(&self) -> Option<PathBuf> {
                None
            }

            async fn erase(&self) -> Result<(), crate::error::CommandError> {
                Ok(())
            }
        }
        let parts = crate::Parts {
            clock: Arc::new(crate::clock::SystemClock),
            files: Arc::new(crate::walk::Disk),
            keychain: Arc::new(secrets::UntilQuit::new()),
            connect: Arc::new(crate::accounts::Services),
            sandbox: Arc::new(NoSandbox),
            jitter: Arc::new(|| 0.5),
            watching: Arc::new(crate::walk::SystemWatching),
            home: None,
        };
        Arc::new(crate::Engine::open(data, parts).expect("opens"))
    }

    /// Listens for as long as the test's process lives, as the program does.
    fn listen(owner: Owner, heard: Arc<Mutex<Vec<Asked>>>) {
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(async {
                    let folder = tempfile::tempdir().expect("a temporary folder");
                    let desk = holder::Desk::with_window(engine(folder.path()), move |asked| {
                        heard.lock().expect("no panic").push(asked);
                    });
                    holder::listen(&owner, Arc::new(desk)).await
                })
        });
    }

    #[test]
    fn twenty_starts_at_once_give_one_owner_who_is_given_what_the_others_were_started_for() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (data, runtime) = (folder.path().join("data"), folder.path().join("run"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let owners = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for number in 0..20_u8 {
                let (data, runtime, heard, owners) = (&data, &runtime, heard.clone(), &owners);
                scope.spawn(move || {
                    let what = asked(&[b'a', 0xff, b'%', number + 1]);
                    match start(data, runtime, &what).expect("owner or shown") {
                        Start::Shown => {}
                        Start::Owner(owner) => {
                            owners.lock().expect("no panic").push(what);
                            listen(owner, heard);
                        }
                    }
                });
            }
        });
        let mut all = owners.into_inner().expect("no panic");
        assert_eq!(all.len(), 1);
        all.extend(heard.lock().expect("no panic").iter().cloned());
        all.sort_by(|a, b| a.args.cmp(&b.args));
        let expected: Vec<Asked> = (1..=20).map(|n| asked(&[b'a', 0xff, b'%', n])).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn what_makes_no_sense_is_turned_away_and_the_owner_goes_on() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let owner = take(folder.path(), folder.path()).expect("a folder");
        listen(owner.expect("nobody else has it"), heard.clone());
        let endless = vec![b'x'; holder::LONGEST_LINE + 2];
        for nonsense in [&b"show\n"[..], b"\n", b"{\"ask\":\"fly\"}\n", &endless] {
            let mut stream = reach(folder.path(), folder.path()).expect("a connection");
            // It may hang up while the rest is still being written.
            let _ = stream.write_all(nonsense);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer);
            assert!(answer.is_empty() || answer.contains("error"), "{answer}");
        }
        let what = asked(b"after it");
        let start = start(folder.path(), folder.path(), &what).expect("answers");
        assert!(matches!(start, Start::Shown));
        assert_eq!(*heard.lock().expect("no panic"), [what]);
    }

    #[test]
    fn others_may_not_look_into_the_folder_be_it_new_or_open_to_them_before() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mode = |path: &Path| {
            let looks = std::fs::metadata(path).expect("is there");
            looks.permissions().mode() & 0o7777
        };
        let open = folder.path().join("open");
        std::fs::create_dir(&open).expect("creates");
        let looks = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&open, looks).expect("sets");
        for data in [open, folder.path().join("above/new")] {
            assert!(take(&data, folder.path()).expect("looks").is_some());
            assert_eq!(mode(&data), 0o700);
        }
    }

    #[test]
    fn a_folder_whose_owner_ended_is_taken_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = take(folder.path(), folder.path()).expect("starts");
        assert!(take(folder.path(), folder.path()).expect("looks").is_none());
        drop(first);
        assert!(take(folder.path(), folder.path()).expect("looks").is_some());
    }
}
