//! The audit: what the ledger says is compared with the disk, by hash and in portions, and with the service's list.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use content::Profile;
use serde::Serialize;
use specta::Type;

use super::ledger::{Kept, Way, same_bytes};
use super::order::Ask;
use super::plan::{Look, shut};
use super::rows;
use super::rules::WatchUnit;
use super::scan::{Scan, place};
use super::{Watches, words};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::figures;
use crate::store::{Tx, Urgency};
use crate::walk::{Files, readable};

/// Files hashed again in one audit, those first that were not for longest.
const HASHED: usize = 500;
/// Bytes hashed again in one audit, at most about this many.
const BYTES: u64 = 2_000_000_000;

/// How ledger, disk and service differ about one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The service does not list the pin. Repair: send it again.
    NotAtService,
    /// The bytes on the disk have another CID, although size and time say otherwise. Repair: pin what is there.
    OtherBytes,
    /// It is not on the disk. Repair: look at the folder again.
    NotOnDisk,
    /// It is on the disk and not in the ledger. Repair: look at the folder again.
    NotInLedger,
}

/// A difference that an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Difference {
    /// Its number.
    #[specta(type = u32)]
    pub id: i64,
    /// Which kind.
    pub kind: DifferenceKind,
    /// The path; text to show.
    pub path: String,
    /// What differs, and what the repair does.
    pub sentence: String,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AuditReport {
    /// When.
    #[specta(type = Option<u32>)]
    pub at: Option<Millis>,
    /// What was compared, in words.
    pub sentence: String,
    /// At most 1,000.
    pub differences: Vec<Difference>,
}

type Found = (i64, &'static str, String, String);

impl Watches {
    /// What the last audit found.
    pub fn audit_report(&self, id: i64) -> Result<AuditReport, CommandError> {
        let stored = self.stored(id)?;
        let found = self.store.ledger.read(|tx| rows::differences(tx, id))?;
        Ok(AuditReport {
            at: stored.audited,
            sentence: stored
                .audit
                .unwrap_or_else(|| "This folder was not compared yet.".into()),
            differences: found
                .into_iter()
                .map(|(id, _, kind, path, sentence)| Difference {
                    id,
                    kind: kind_of(&kind),
                    path,
                    sentence,
                })
                .collect(),
        })
    }

    /// Compares now. Changes nothing at the service and nothing on the disk.
    pub async fn audit(self: &Arc<Self>, id: i64) -> Result<AuditReport, CommandError> {
        let stored = self.stored(id)?;
        self.pins.refresh_anew(stored.account).await?;
        let ledger = self.store.ledger.read(|tx| rows::load(tx, id))?;
        let pinned: Vec<(Way, i64, Kept)> = ledger
            .entries
            .iter()
            .filter(|(_, entry)| entry.upload.is_none())
            .filter_map(|(way, entry)| Some((way.clone(), entry.id, entry.kept.clone()?)))
            .collect();
        let mut found = Vec::new();
        let mut missing = HashSet::new();
        let public = stored.rules.network.is_public();
        for (way, entry, kept) in &pinned {
            let pin = self
                .pins
                .find_copy(stored.account, &kept.service_cid, None, public)?;
            if pin.is_none() {
                missing.insert(way.clone());
                let sentence = "The service does not list its pin. The repair sends it again.";
                found.push((*entry, "not_at_service", readable(way), sentence.to_owned()));
            }
        }
        let order = self
            .store
            .ledger
            .read(|tx| rows::least_hashed(tx, id, HASHED))?;
        let chosen: Vec<(Way, i64, Kept)> = order
            .iter()
            .filter_map(|entry| pinned.iter().find(|(_, known, _)| known == entry).cloned())
            .collect();
        let scan = Scan {
            files: self.files.clone(),
            root: stored.root.clone(),
            rules: stored.rules.clone(),
            beat: Arc::default(),
            listening: None,
        };
        let ways = ledger
            .entries
            .iter()
            .map(|(way, entry)| (way.clone(), (entry.id, entry.present(), entry.seen)))
            .collect();
        let compared = tokio::task::spawn_blocking(move || disk(&scan, &ways, chosen)).await;
        let Ok(Ok((on_disk, hashed))) = compared else {
            return Err(CommandError::new(
                crate::error::ErrorCode::Unreadable,
                format!(
                    "{} cannot be looked at now. Nothing was compared.",
                    self.shown(&stored.root)
                ),
            ));
        };
        found.extend(on_disk);
        let there = pinned.len() - missing.len();
        let sentence = format!(
            "{} of {} at the service. {} hashed again. {}.",
            figures::count(there),
            words::count(pinned.len(), "pin is", "pins are"),
            words::count(hashed.len(), "file was", "files were"),
            words::count(found.len(), "difference", "differences")
        );
        let now = self.clock.now();
        let write = move |tx: &Tx| {
            rows::put_differences(tx, id, &found, now)?;
            rows::set_hashed(tx, id, &hashed, now)?;
            rows::set_audit(tx, id, &sentence, now)
        };
        self.store.ledger.write(Urgency::Background, write).await?;
        self.changed(id);
        self.audit_report(id)
    }

    /// Mends one difference.
    pub async fn repair(&self, id: i64, difference: i64) -> Result<(), CommandError> {
        let found = self.store.ledger.read(|tx| rows::differences(tx, id))?;
        let Some((_, entry, kind, ..)) = found.into_iter().find(|(known, ..)| *known == difference)
        else {
            return Err(CommandError::gone("This difference"));
        };
        let ask = match kind_of(&kind) {
            DifferenceKind::NotAtService | DifferenceKind::OtherBytes => Ask::Anew(entry),
            DifferenceKind::NotOnDisk | DifferenceKind::NotInLedger => Ask::Rescan,
        };
        self.ask(id, ask).await?;
        let write = move |tx: &Tx| rows::difference_done(tx, difference);
        self.store.ledger.write(Urgency::Click, write).await?;
        self.changed(id);
        Ok(())
    }
}

fn kind_of(name: &str) -> DifferenceKind {
    match name {
        "not_at_service" => DifferenceKind::NotAtService,
        "other_bytes" => DifferenceKind::OtherBytes,
        "not_on_disk" => DifferenceKind::NotOnDisk,
        _ => DifferenceKind::NotInLedger,
    }
}

type Ways = std::collections::BTreeMap<Way, (i64, bool, Option<crate::walk::Stamp>)>;

/// What differs on the disk, and the entries that were hashed.
fn disk(
    scan: &Scan,
    ways: &Ways,
    chosen: Vec<(Way, i64, Kept)>,
) -> Result<(Vec<Found>, Vec<i64>), crate::walk::Problem> {
    let listing = scan.look(None)?.listing;
    let mut found = Vec::new();
    for (way, look) in &listing.items {
        if matches!(look, Look::File(_)) && !ways.contains_key(way) {
            let sentence =
                "It is on the disk and not in the ledger. The repair looks at the folder again.";
            found.push((0, "not_in_ledger", readable(way), sentence.to_owned()));
        }
    }
    for (way, (entry, present, _)) in ways {
        if *present && !listing.items.contains_key(way) && shut(&listing, way).is_none() {
            let sentence =
                "It is in the ledger and not on the disk. The repair looks at the folder again.";
            found.push((*entry, "not_on_disk", readable(way), sentence.to_owned()));
        }
    }
    let mut hashed = Vec::new();
    if scan.rules.unit == WatchUnit::Folder {
        return Ok((found, hashed));
    }
    let mut bytes = 0;
    for (way, entry, kept) in chosen {
        if bytes >= BYTES {
            break;
        }
        // Only what claims to be unchanged: anything else is on its way to a new pin by itself.
        let same = matches!(listing.items.get(&way), Some(Look::File(stamp)) if same_bytes(stamp, &kept.seen));
        if !same {
            continue;
        }
        bytes += kept.seen.size;
        let Some(same) = hashes_to(&*scan.files, &scan.root, &way, &kept.cid) else {
            continue;
        };
        hashed.push(entry);
        if !same {
            let sentence = "The bytes on the disk are others than those pinned, although size and time are the same. The repair pins what is there.";
            found.push((entry, "other_bytes", readable(&way), sentence.to_owned()));
        }
    }
    Ok((found, hashed))
}

/// Whether a file has this CID; `None`: it cannot be told (it cannot be read, or changes).
fn hashes_to(files: &dyn Files, root: &Path, way: &Way, cid: &str) -> Option<bool> {
    let profile = if cid.starts_with("Qm") {
        Profile::V0
    } else {
        Profile::V1Raw
    };
    let (file, _) = files.open(&place(root, way)).ok()?;
    let hashed = content::hash_file(file, profile).ok()?;
    Some(hashed.cid.to_string() == cid)
}
