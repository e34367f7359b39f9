//! `pinfold watch`.

use engine::holder::{FolderLine, FolderPause, Reply, Request};
use engine::watches::{OnChange, OnDelete, WatchRules, WatchUnit};

use crate::add::{absolute, plain};
use crate::arguments::{AddWatch, PauseFor, Watch};
use crate::exit::Failure;
use crate::house::House;
use crate::print::{Out, Side, size};

pub(crate) async fn run(
    what: Watch,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let request = match what {
        Watch::Add(add) => Request::Watch {
            account,
            path: absolute(&add.folder).into(),
            rules: Box::new(rules(*add)),
        },
        Watch::Ls => Request::Folders { account },
        Watch::Show { folder, limit } => Request::Folder {
            account,
            folder,
            limit,
        },
        Watch::Pause { folder, pause } => Request::PauseFolder {
            account,
            folder,
            pause: Some(match pause {
                None => FolderPause::Resumed,
                Some(PauseFor::Hour) => FolderPause::Hour,
                Some(PauseFor::Tomorrow) => FolderPause::Tomorrow,
            }),
        },
        Watch::Resume { folder } => Request::PauseFolder {
            account,
            folder,
            pause: None,
        },
        Watch::Audit { folder } => Request::Audit { account, folder },
        Watch::Rm { folder } => Request::Unwatch { account, folder },
    };
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for reply in house.gather(request).await? {
        match &reply {
            Reply::Folder(line) => folders.push(row(line)),
            Reply::File(line) => files.push(vec![
                line.state.replace('_', " "),
                line.bytes.map(size).unwrap_or_default(),
                line.path.clone(),
                line.cid.clone().unwrap_or_default(),
                line.sentence.clone(),
            ]),
            _ => {}
        }
        plain(out, &reply)?;
    }
    let heads = [
        ("NO", Side::Right),
        ("STATE", Side::Left),
        ("PINNED", Side::Right),
        ("ACCOUNT", Side::Left),
        ("FOLDER", Side::Left),
        ("", Side::Left),
    ];
    out.table(&heads, &folders)?;
    let heads = [
        ("STATE", Side::Left),
        ("SIZE", Side::Right),
        ("FILE", Side::Left),
        ("CID", Side::Left),
        ("", Side::Left),
    ];
    out.table(&heads, &files)
}

fn row(folder: &FolderLine) -> Vec<String> {
    vec![
        folder.id.to_string(),
        folder.state.replace('_', " "),
        format!("{}/{}", folder.pinned, folder.files),
        folder.account.clone(),
        folder.path.clone(),
        folder.sentence.clone(),
    ]
}

fn rules(add: AddWatch) -> WatchRules {
    WatchRules {
        unit: if add.whole {
            WatchUnit::Folder
        } else {
            WatchUnit::Files
        },
        name: add.name,
        keyvalues: add.keys,
        cid_version: add.cid_version,
        ignore: add.ignore.join("\n"),
        hidden: add.hidden,
        on_change: add
            .versions
            .map_or(OnChange::KeepAll, |n| OnChange::KeepLast { n }),
        on_delete: add
            .unpin_after
            .map_or(OnDelete::Keep, |days| OnDelete::Unpin { days }),
        settle: add.settle,
        ..WatchRules::default()
    }
}
