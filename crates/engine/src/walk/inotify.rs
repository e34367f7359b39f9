//! The system's own way to tell of changes. Each folder is listened to by itself, just before it is looked into: what comes
//! in between is heard, what is left out costs no watch, a folder that may not be read deafens no other, and after lost
//! events the next look at everything listens to what came unheard. No link is followed.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use rustix::fs::inotify::{self, CreateFlags, Event, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;
use tokio::io::unix::AsyncFd;
use tokio::task::AbortHandle;

use super::watching::{Deaf, Ear, Listening, Watching};

/// Bytes of events taken at a time.
const TAKEN: usize = 16 * 1024;

/// The system's own way. Listens in the runtime that it is called in.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemWatching;

impl Watching for SystemWatching {
    fn listen(&self, root: &Path, ear: Ear) -> Result<Box<dyn Listening>, Deaf> {
        if let Some(name) = mute(root) {
            return Err(Deaf::Mute(name));
        }
        let queue = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).map_err(deaf)?;
        let instance = Arc::new(Instance {
            queue: registered(queue).map_err(|error| Deaf::Other(error.to_string()))?,
            root: root.to_owned(),
            folders: Mutex::default(),
            ear,
        });
        instance.folder(root)?;
        let reading = tokio::spawn(instance.clone().read()).abort_handle();
        Ok(Box::new(Kept { instance, reading }))
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe for descriptors that change or close; an OwnedFd does neither"
)]
fn registered(queue: OwnedFd) -> std::io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(queue)
}

struct Kept {
    instance: Arc<Instance>,
    reading: AbortHandle,
}

impl Listening for Kept {
    fn folder(&self, path: &Path) -> Result<(), Deaf> {
        self.instance.folder(path)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.reading.abort();
        // At once, and not when the reader ends: whoever listens next may need these watches.
        for watch in self.instance.folders().keys() {
            let _ = inotify::remove_watch(&self.instance.queue, *watch);
        }
    }
}

struct Instance {
    queue: AsyncFd<OwnedFd>,
    root: PathBuf,
    /// Folders by the system's numbers of their watches.
    folders: Mutex<HashMap<i32, PathBuf>>,
    ear: Ear,
}

impl Instance {
    fn folders(&self) -> MutexGuard<'_, HashMap<i32, PathBuf>> {
        self.folders
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn folder(&self, path: &Path) -> Result<(), Deaf> {
        let mut flags = WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::MODIFY
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::ATTRIB
            | WatchFlags::EXCL_UNLINK
            | WatchFlags::ONLYDIR
            | WatchFlags::DONT_FOLLOW;
        if path == self.root {
            // Of every other folder the one above it tells.
            flags |= WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
        }
        // Held meanwhile: an event of a new watch must find its name.
        let mut folders = self.folders();
        match inotify::add_watch(&self.queue, path, flags) {
            Ok(watch) => {
                folders.insert(watch, path.to_owned());
                Ok(())
            }
            Err(cause @ (Errno::NOSPC | Errno::NOMEM)) => Err(deaf(cause)),
            // It went, it is a link now, or it may not be read: whoever looks into it will say so.
            Err(_) => Ok(()),
        }
    }

    async fn read(self: Arc<Self>) {
        loop {
            let taken = match self.queue.readable().await {
                Ok(mut ready) => match ready.try_io(|_| self.take()) {
                    Ok(taken) => taken,
                    Err(_would_block) => continue,
                },
                Err(error) => Err(error),
            };
            if let Err(error) = taken {
                return self.ear.deaf(Deaf::Other(error.to_string()));
            }
        }
    }

    /// Takes one portion of events, so that others in the runtime have their turn between two.
    fn take(&self) -> std::io::Result<()> {
        let mut buffer = [MaybeUninit::uninit(); TAKEN];
        let mut reader = Reader::new(&self.queue, &mut buffer);
        loop {
            match reader.next() {
                Ok(event) => self.hear(&event),
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            if reader.is_buffer_empty() {
                return Ok(());
            }
        }
    }

    fn hear(&self, event: &Event<'_>) {
        let what = event.events();
        if what.contains(ReadFlags::QUEUE_OVERFLOW) {
            return self.ear.lost();
        }
        let mut folders = self.folders();
        if what.contains(ReadFlags::IGNORED) {
            folders.remove(&event.wd());
            return;
        }
        let Some(folder) = folders.get(&event.wd()) else {
            return;
        };
        let path = match event.file_name() {
            Some(name) => folder.join(OsStr::from_bytes(name.to_bytes())),
            None => folder.clone(),
        };
        if what.contains(ReadFlags::ISDIR) && what.contains(ReadFlags::MOVED_FROM) {
            self.forget(&mut folders, &path);
        }
        drop(folders);
        if what.contains(ReadFlags::MODIFY) {
            self.ear.writing(path, true);
        } else if what.contains(ReadFlags::CLOSE_WRITE) {
            self.ear.writing(path, false);
        } else {
            self.ear.dirty(path);
        }
    }

    /// These folders have other names now. They are listened to again where they are found.
    fn forget(&self, folders: &mut HashMap<i32, PathBuf>, moved: &Path) {
        let moved = moved.as_os_str().as_bytes();
        folders.retain(|watch, path| {
            let rest = path.as_os_str().as_bytes().strip_prefix(moved);
            let below = rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'/');
            if below {
                let _ = inotify::remove_watch(&self.queue, *watch);
            }
            !below
        });
    }
}

fn deaf(cause: Errno) -> Deaf {
    match cause {
        Errno::NOSPC => Deaf::Exhausted {
            limit: watch_limit(),
        },
        // Not watches, but those who may listen at all are used up.
        Errno::MFILE | Errno::NFILE => Deaf::Exhausted { limit: None },
        other => Deaf::Other(other.to_string()),
    }
}

fn watch_limit() -> Option<u64> {
    [
        "/proc/sys/fs/inotify/max_user_watches",
        "/proc/sys/user/max_inotify_watches",
    ]
    .iter()
    .filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok())
    .min()
}

/// The name of a file system that does not tell of what others do in it.
fn mute(root: &Path) -> Option<String> {
    const MUTE: [(i64, &str); 7] = [
        (0x6969, "NFS"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB"),
        (0x517b, "SMB"),
        (0x6573_5546, "FUSE"),
        (0x0102_1997, "9p"),
        (0x00c3_6400, "Ceph"),
    ];
    let kind = rustix::fs::statfs(root).ok()?.f_type;
    #[allow(
        clippy::useless_conversion,
        clippy::unnecessary_cast,
        reason = "its width differs between systems"
    )]
    let kind = kind as i64 & 0xffff_ffff;
    MUTE.iter()
        .find(|(known, _)| *known == kind)
        .map(|(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[tokio::test]
    async fn a_write_and_its_closing_are_heard_and_name_the_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ear = Ear::default();
        let _listening = SystemWatching
            .listen(folder.path(), ear.clone())
            .unwrap_or_else(|why| panic!("{why:?}"));
        let file = folder.path().join("a.txt");
        std::fs::write(&file, b"one").expect("writes");
        let mut dirty = HashSet::new();
        while !dirty.contains(&file) {
            ear.rung().await;
            dirty.extend(ear.take().dirty);
        }
    }

    #[tokio::test]
    async fn a_renamed_folder_is_heard_under_its_new_name_once_it_was_looked_into() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [before, after] = ["before", "after"].map(|name| folder.path().join(name));
        std::fs::create_dir_all(before.join("sub")).expect("creates");
        let ear = Ear::default();
        let listening = SystemWatching.listen(folder.path(), ear.clone());
        let listening = listening.unwrap_or_else(|why| panic!("{why:?}"));
        let listen = |path: &Path| listening.folder(path).expect("watches are left");
        let until = async |path: &Path| {
            let mut dirty = HashSet::new();
            while !dirty.contains(path) {
                ear.rung().await;
                dirty.extend(ear.take().dirty);
            }
        };
        listen(&before);
        listen(&before.join("sub"));
        std::fs::rename(&before, &after).expect("renames");
        until(&after).await;
        listen(&after);
        listen(&after.join("sub"));
        std::fs::write(after.join("sub/a.txt"), b"a").expect("writes");
        until(&after.join("sub/a.txt")).await;
        std::fs::create_dir_all(&before).expect("creates");
        until(&before).await;
        std::fs::write(after.join("sub/b.txt"), b"b").expect("writes");
        until(&after.join("sub/b.txt")).await;
    }
}
