//! `pinfold ls`, `show`, `edit` and `rm`.

use std::io::{self, IsTerminal};

use engine::clock::{Clock, SystemClock};
use engine::holder::{PastAsked, PinChange, PinLine, PinsAsked, Reply, Request, SortedBy};
use engine::pins::{CheckState, FileKind, KeyValueCondition, PinFilters};

use crate::add::plain;
use crate::arguments::{Check, Edit, Kind, Ls, Narrowed, Rm, Sort, Status};
use crate::exit::Failure;
use crate::house::House;
use crate::print::{Out, Side, harmless, moment, size, told};
use crate::table;

/// Pins that a question names one by one.
const MOST_NAMED: usize = 50;

pub(crate) async fn list(
    ls: Ls,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let status = |status: &Status| match status {
        Status::Pinned => "pinned",
        Status::Queued => "queued",
        Status::Pinning => "pinning",
        Status::Failed => "failed",
    };
    let all_pinned =
        !ls.all && !ls.cid_pending && (ls.status.is_empty() || ls.status == [Status::Pinned]);
    let request = Request::Pins(PinsAsked {
        account,
        text: ls.text,
        status: ls.status.iter().map(|it| status(it).to_owned()).collect(),
        group: ls.narrowed.group.clone(),
        filters: PinFilters {
            unpinned_from: ls.unpinned_since,
            unpinned_until: ls.unpinned_until,
            ..filters(ls.narrowed)
        },
        pending: ls.cid_pending,
        past: match (ls.all, ls.unpinned) {
            (true, _) => Some(PastAsked::All),
            (_, true) => Some(PastAsked::Unpinned),
            _ => None,
        },
        sort: match ls.sort {
            Sort::Time => SortedBy::Time,
            Sort::Name => SortedBy::Name,
            Sort::Size => SortedBy::Size,
            Sort::Cid => SortedBy::Cid,
        },
        reverse: ls.reverse,
        limit: ls.limit,
        cached: ls.cached,
    });
    let past = ls.unpinned || ls.all;
    let mut rows = Vec::new();
    if ls.csv {
        out.raw(table::head().as_bytes())?;
    }
    for reply in house.gather(request).await? {
        let Reply::Pin(pin) = &reply else {
            plain(out, &reply)?;
            continue;
        };
        out.object(&reply)?;
        if ls.csv {
            out.raw(table::line(pin).as_bytes())?;
        } else if ls.quiet {
            out.line(pin.cid.as_deref().unwrap_or_default())?;
        } else if !out.json {
            rows.push(row(pin, past, !all_pinned));
        }
    }
    let mut heads = vec![
        ("CID", Side::Left),
        ("SIZE", Side::Right),
        ("PINNED", Side::Left),
        (if past { "UNPINNED" } else { "CHECK" }, Side::Left),
        ("NAME", Side::Left),
    ];
    if ls.csv {
        return Ok(());
    }
    if !all_pinned {
        heads.insert(0, ("STATUS", Side::Left));
    }
    out.table(&heads, &rows)
}

fn filters(narrowed: Narrowed) -> PinFilters {
    let kind = |kind: &Kind| match kind {
        Kind::Folder => FileKind::Folder,
        Kind::Image => FileKind::Image,
        Kind::Film => FileKind::Film,
        Kind::Music => FileKind::Music,
        Kind::Text => FileKind::Text,
        Kind::Data => FileKind::Data,
        Kind::Code => FileKind::Code,
        Kind::Archive => FileKind::Archive,
        Kind::Car => FileKind::Car,
        Kind::File => FileKind::File,
    };
    let check = |check: &Check| match check {
        Check::Verified => CheckState::Verified,
        Check::OtherLayout => CheckState::OtherLayout,
        Check::Unproven => CheckState::Unproven,
        Check::Different => CheckState::Different,
        Check::NotChecked => CheckState::NotChecked,
    };
    PinFilters {
        kinds: narrowed.kind.iter().map(kind).collect(),
        size_min: narrowed.larger,
        size_max: narrowed.smaller,
        pinned_from: narrowed.since,
        pinned_until: narrowed.until,
        mime: narrowed.mime,
        keyvalues: narrowed
            .keys
            .into_iter()
            .map(|condition| KeyValueCondition {
                any_case: narrowed.any_case,
                ..condition
            })
            .collect(),
        network: narrowed.network.map(Into::into),
        checks: narrowed.check.iter().map(check).collect(),
        duplicates: narrowed.duplicates,
        ..PinFilters::default()
    }
}

fn row(pin: &PinLine, past: bool, with_status: bool) -> Vec<String> {
    let mut cells = vec![
        pin.cid.clone().unwrap_or_else(|| "-".into()),
        pin.bytes.map(size).unwrap_or_default(),
        moment(pin.pinned_at.as_deref()),
        if past {
            moment(pin.unpinned_at.as_deref())
        } else {
            pin.check.replace('_', " ")
        },
        pin.name.clone().unwrap_or_default(),
    ];
    if with_status {
        cells.insert(0, pin.status.clone());
    }
    cells
}

pub(crate) async fn show(
    which: String,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    for reply in house.gather(Request::Pin { account, which }).await? {
        shown(out, &reply)?;
    }
    Ok(())
}

pub(crate) async fn edit(
    edit: Edit,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let renamed = edit.name.is_some() || edit.rename.is_some();
    let keyed = !edit.keys.is_empty() || !edit.remove_key.is_empty();
    if !renamed && !keyed && edit.expires.is_none() {
        let words = "Say what is to change: --name, --rename TEMPLATE, --key KEY=VALUE, --remove-key KEY or --expires TIME.";
        return Err(Failure::Usage(words.into()));
    }
    if edit.name.is_some() && edit.pins.len() > 1 {
        let words = "--name is for one pin. Give several a name each with --rename \"Print {n}\".";
        return Err(Failure::Usage(words.into()));
    }
    let one = edit.pins.len() == 1;
    let request = Request::EditPins {
        account,
        pins: edit.pins,
        change: PinChange {
            name: edit.name,
            rename: edit.rename,
            set: edit.keys,
            remove: edit.remove_key,
            end: edit.expires.map(|end| end.from(SystemClock.now())),
        },
    };
    if one {
        for reply in house.gather(request).await? {
            shown(out, &reply)?;
        }
        return Ok(());
    }
    house
        .ask(request, |reply| {
            if let Reply::Pin(pin) = &reply {
                let name = pin.name.as_deref().unwrap_or_default();
                let cid = pin.cid.as_deref().unwrap_or_default();
                out.line(&format!("{cid}  {name}  changed"))?;
            }
            plain(out, &reply)
        })
        .await
}

fn shown(out: &Out, reply: &Reply) -> Result<(), Failure> {
    out.object(reply)?;
    let Reply::Pin(pin) = reply else {
        return Ok(());
    };
    let mut facts = vec![
        ("CID", pin.cid.clone().unwrap_or_default()),
        ("Name", pin.name.clone().unwrap_or_default()),
        ("Status", pin.status.clone()),
        ("Size", pin.bytes.map(size).unwrap_or_default()),
        ("Pinned", moment(pin.pinned_at.as_deref())),
        ("Expires", moment(pin.expires_at.as_deref())),
        ("Check", pin.sentence.clone().unwrap_or_default()),
        ("Network", pin.network.clone()),
        ("Groups", pin.groups.join(", ")),
        ("Id", pin.service_id.clone().unwrap_or_default()),
        ("Type", pin.mime.clone().unwrap_or_default()),
        ("Link", pin.link.clone().unwrap_or_default()),
    ];
    for (key, value) in &pin.keyvalues {
        facts.push(("Key", format!("{key}={value}")));
    }
    out.facts(&facts)
}

pub(crate) async fn remove(
    rm: Rm,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let mut pins = Vec::new();
    for which in rm.pins {
        let account = account.clone();
        let request = if rm.all {
            Request::AlikePins { account, which }
        } else {
            Request::Pin { account, which }
        };
        for reply in house.gather(request).await? {
            match reply {
                Reply::Pin(pin) if pins.iter().all(|known: &PinLine| known.id != pin.id) => {
                    pins.push(pin);
                }
                _ => {}
            }
        }
    }
    let question = match &pins[..] {
        [] => return Ok(()),
        // As many as are named are told one by one, if they are few.
        several if several.len() > MOST_NAMED => format!(
            "Unpin {} pins? The service keeps them no longer; copies elsewhere may remain.",
            several.len()
        ),
        few => {
            let names: Vec<&str> = few
                .iter()
                .filter_map(|pin| pin.name.as_deref().or(pin.cid.as_deref()))
                .collect();
            format!(
                "Unpin {}? The service keeps it no longer; copies elsewhere may remain.",
                names.join(", ")
            )
        }
    };
    if !rm.yes {
        // Nobody else waits for the answer.
        house.leave().await;
        sure(&question).await?;
    }
    let pins = pins.iter().filter_map(|pin| pin.id).collect();
    house
        .ask(Request::Unpin { account, pins }, |reply| {
            if let Reply::Pin(pin) = &reply {
                let name = pin.name.as_deref().unwrap_or_default();
                let cid = pin.cid.as_deref().unwrap_or_default();
                out.line(&format!("{cid}  {name}  unpinned"))?;
            }
            plain(out, &reply)
        })
        .await
}

/// Asks a person; where there is none, `--yes` has to be said.
pub(crate) async fn sure(question: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "{} Say --yes where nobody can be asked.",
            harmless(question)
        )));
    }
    told(&format!("{} [y/N] ", harmless(question)));
    // Read aside: Ctrl-C is heard while the question stands.
    let read = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map(|_| answer)
    });
    let answer = read.await.map_err(io::Error::other).and_then(|read| read);
    let answer = answer.unwrap_or_default();
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Failure::Interrupted)
}
