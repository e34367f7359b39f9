//! `pinfold add`.

use std::ffi::OsString;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use engine::clock::{Clock, SystemClock};
use engine::error::CommandError;
use engine::holder::{self, Reply, Request, SecretsWish, TypedPath};
use engine::store::StoreError;
use engine::uploads::UploadNetwork;

use crate::arguments::{Add, Network, Secrets};
use crate::exit::Failure;
use crate::house::House;
use crate::print::Out;
use crate::progress::Followed;
use crate::queue::NOBODY;

/// What standard input is called where nobody names it.
const UNNAMED: &str = "stdin";

pub(crate) async fn run(
    add: Add,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let input = add.paths.iter().any(|path| path == Path::new("-"));
    if add.paths.len() > 1 && (input || add.name.is_some()) {
        let words = "Standard input, and --name, go with exactly one path.";
        return Err(Failure::Usage(words.into()));
    }
    if input && add.no_wait {
        let words = "Standard input is kept only until it is pinned, so it is waited for.";
        return Err(Failure::Usage(words.into()));
    }
    let spool = if input {
        Some(Spool::fill(&house.places().data, add.name.as_deref()).await?)
    } else {
        None
    };
    let paths = match &spool {
        Some(spool) => vec![spool.file.clone().into_os_string()],
        None => add.paths.iter().map(|path| absolute(path)).collect(),
    };
    let request = Request::Add(holder::Add {
        account,
        paths,
        name: add.name,
        keyvalues: add.keys,
        cid_version: add.cid_version,
        wrap: add.wrap,
        group: add.group,
        network: match add.network {
            Network::Public => UploadNetwork::Public,
            Network::Private => UploadNetwork::Private,
        },
        secrets: match add.secrets {
            Secrets::Ask => SecretsWish::Hold,
            Secrets::Skip => SecretsWish::Skip,
        },
        allow: add.allow.into_iter().map(typed).collect(),
        expires: add.expires.map(|until| until.from(SystemClock.now())),
        ignore: add.ignore,
        follow: !add.no_wait,
    });
    let mut followed = Followed::new(out);
    let mut asked = house.ask(request, |reply| followed.hear(&reply)).await;
    if matches!(asked, Err(Failure::Lost)) && !followed.uploads.is_empty() {
        // It is in the queue, so whoever holds the folder now goes on with it.
        let uploads = followed.uploads.keys().copied().collect();
        let request = Request::Follow { uploads };
        asked = house.ask(request, |reply| followed.hear(&reply)).await;
    }
    let ended = |state: &str| matches!(state, "pinned" | "cancelled");
    let queued = !followed.uploads.is_empty();
    let done = followed.uploads.values().all(|upload| ended(&upload.state));
    if let Some(spool) = spool
        && (done || !queued)
    {
        spool.empty();
    }
    asked?;
    if add.no_wait {
        for upload in followed.uploads.values() {
            out.line(&format!("{}  {}  {}", upload.id, upload.name, upload.state))?;
        }
        if house.is_alone() {
            out.aside(NOBODY);
        }
        return Ok(());
    }
    followed.end()
}

/// The path from the root, without asking the disk: links are not followed.
pub(crate) fn absolute(path: &Path) -> OsString {
    std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .into_os_string()
}

/// A path as typed, and as it is from here.
pub(crate) fn typed(typed: PathBuf) -> TypedPath {
    TypedPath {
        whole: absolute(&typed).into(),
        typed,
    }
}

/// Standard input, kept in the data folder until it is pinned.
struct Spool {
    folder: PathBuf,
    file: PathBuf,
}

impl Spool {
    async fn fill(data: &Path, name: Option<&str>) -> Result<Self, Failure> {
        let folder = data.join("spool").join(uuid::Uuid::new_v4().to_string());
        let name = name
            .map(|name| name.replace(['/', '\0'], "_"))
            .filter(|name| !matches!(name.as_str(), "" | "." | ".."))
            .unwrap_or_else(|| UNNAMED.to_owned());
        let spool = Self {
            file: folder.join(name),
            folder,
        };
        let (folder, file) = (spool.folder.clone(), spool.file.clone());
        let filled = tokio::task::spawn_blocking(move || {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)?;
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(file)?;
            io::copy(&mut io::stdin().lock(), &mut file)?;
            file.sync_all()
        });
        let filled = filled.await.map_err(io::Error::other).and_then(|done| done);
        if let Err(error) = filled {
            spool.empty();
            return Err(not_kept(&error));
        }
        Ok(spool)
    }

    fn empty(&self) {
        // What is left there is only space, and the folder is named for what it is.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A full disk has its own code and sentence, whoever meets it.
fn not_kept(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            CommandError::from(StoreError::DiskFull).into()
        }
        _ => Failure::system("Standard input cannot be kept", error),
    }
}

/// Lines that are not about an upload, as they are.
pub(crate) fn plain(out: &Out, reply: &Reply) -> Result<(), Failure> {
    if let Reply::Note { sentence } = reply {
        out.aside(sentence);
    }
    out.object(reply)
}
