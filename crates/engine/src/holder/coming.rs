//! What is not pinned yet, as other processes ask for it: what is in the queue, and what services were asked to find.

use std::collections::{BTreeMap, HashSet};

use super::answer::Say;
use super::lines::word;
use super::{JobLine, PinLine, PinsAsked, Reply, SortedBy, jobs, queue};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::jobs::JobsFilter;
use crate::pins::{CheckState, Coming, ComingFilter, Fit};
use crate::uploads::{UploadRow, UploadState, UploadsFilter};

/// One of them: what is known of it, and its line.
pub(super) struct Unpinned {
    coming: Coming,
    pub(super) line: PinLine,
}

impl Unpinned {
    fn new(coming: Coming, line: PinLine) -> Self {
        let keyvalues = coming.keyvalues.clone();
        Self {
            line: PinLine { keyvalues, ..line },
            coming,
        }
    }

    /// Each word is a part of its name, its CID, a key or a value.
    fn has(&self, text: &str) -> bool {
        let mut said = vec![
            self.line.name.clone().unwrap_or_default(),
            self.line.cid.clone().unwrap_or_default(),
        ];
        for (key, value) in &self.line.keyvalues {
            said.extend([key.clone(), value.to_string()]);
        }
        let said = said.join("\n").to_lowercase();
        let text = text.to_lowercase();
        text.split_whitespace().all(|word| said.contains(word))
    }
}

/// A line for each that matches, ordered, at most so many; how many that were. What cannot be told of some is said.
pub(super) async fn list(
    engine: &Engine,
    account: AccountId,
    asked: &PinsAsked,
    say: &Say,
) -> Result<usize, CommandError> {
    let filter = ComingFilter::of(&asked.filters)?;
    let (mut found, mut unknown) = (Vec::new(), BTreeMap::<&str, usize>::new());
    for one in unpinned(engine, account, asked.cached, say).await? {
        if !asked.status.contains(&one.line.status) || !one.has(&asked.text) {
            continue;
        }
        match filter.fit(&one.coming) {
            Fit::Yes => found.push(one),
            Fit::No => {}
            Fit::Unknown(what) => *unknown.entry(what).or_default() += 1,
        }
    }
    for (what, count) in unknown {
        let sentence = match count {
            1 => format!("1 that is not pinned yet is not shown: its {what} is not known."),
            _ => {
                format!("{count} that are not pinned yet are not shown: their {what} is not known.")
            }
        };
        say.note(sentence).await?;
    }
    sort(&mut found, asked.sort, asked.reverse);
    found.truncate(asked.limit.unwrap_or(usize::MAX));
    let told = found.len();
    for one in found {
        say.line(Reply::Pin(one.line)).await?;
    }
    Ok(told)
}

/// As the list of pins is ordered: times and sizes largest first, what has no name or no CID last.
fn sort(found: &mut [Unpinned], by: SortedBy, reverse: bool) {
    match by {
        SortedBy::Time => found.sort_by_key(|one| std::cmp::Reverse(one.coming.created)),
        SortedBy::Size => {
            found.sort_by_key(|one| std::cmp::Reverse(one.coming.bytes.unwrap_or(0)));
        }
        SortedBy::Name => found.sort_by_cached_key(|one| {
            let name = one.line.name.as_deref().unwrap_or_default();
            (name.is_empty(), name.to_lowercase())
        }),
        SortedBy::Cid => {
            found.sort_by_cached_key(|one| (one.line.cid.is_none(), one.line.cid.clone()));
        }
    }
    if reverse {
        found.reverse();
    }
}

/// All of an account.
pub(super) async fn unpinned(
    engine: &Engine,
    account: AccountId,
    cached: bool,
    say: &Say,
) -> Result<Vec<Unpinned>, CommandError> {
    let mine: HashSet<i64> = engine.uploads.unfinished_of(account)?.into_iter().collect();
    let rows = queue::every(engine, UploadsFilter::Now, usize::MAX)?;
    let mut all = Vec::new();
    for row in rows.iter().filter(|row| mine.contains(&row.id)) {
        let coming = engine.uploads.coming(row.id)?;
        all.extend(coming.map(|coming| Unpinned::new(coming, on_its_way(row))));
    }
    if !cached && let Err(error) = engine.jobs.refresh(account).await {
        // A key that may not see them says nothing about the queue.
        say.note(error.message).await?;
    }
    let names = engine.groups.names(account)?;
    for filter in [JobsFilter::Open, JobsFilter::Failed] {
        for job in jobs::lines(engine, account, filter)? {
            let id = job.id;
            if let Some(line) = asked_for(job) {
                let coming = match engine.jobs.coming(id) {
                    // It was removed meanwhile.
                    Err(error) if error.code == ErrorCode::Gone => continue,
                    coming => coming?,
                };
                let group = coming.group.as_ref();
                let groups = group.map(|id| names.get(id).unwrap_or(id).clone());
                let groups = groups.into_iter().collect();
                all.push(Unpinned::new(coming, PinLine { groups, ..line }));
            }
        }
    }
    Ok(all)
}

fn asked_for(job: JobLine) -> Option<PinLine> {
    Some(PinLine {
        id: None,
        service_id: None,
        status: status_of_job(&job)?.into(),
        cid: Some(job.cid),
        name: job.name,
        bytes: None,
        keyvalues: BTreeMap::new(),
        pinned_at: None,
        expires_at: None,
        unpinned_at: None,
        check: word(CheckState::NotChecked),
        folder: false,
        mime: None,
        network: "public".into(),
        groups: Vec::new(),
        link: None,
        sentence: Some(job.sentence),
    })
}

fn on_its_way(row: &UploadRow) -> PinLine {
    PinLine {
        id: None,
        service_id: None,
        cid: row.cid.clone(),
        name: Some(row.name.clone()),
        status: status(row.state).into(),
        bytes: row.bytes,
        keyvalues: BTreeMap::new(),
        pinned_at: None,
        expires_at: None,
        unpinned_at: None,
        check: word(row.check),
        folder: word(row.kind) == "folder",
        mime: None,
        network: row.network.as_str().into(),
        groups: row.group.iter().cloned().collect(),
        link: None,
        sentence: Some(row.sentence.clone()),
    }
}

fn status_of_job(job: &JobLine) -> Option<&'static str> {
    match job.state.as_str() {
        // It is in the queue, too.
        "uploading" | "pinned" | "cancelled" => None,
        "retrieving" | "looking" => Some("pinning"),
        _ if job.ended => Some("failed"),
        _ => Some("queued"),
    }
}

fn status(state: UploadState) -> &'static str {
    match state {
        UploadState::Sending | UploadState::Confirming => "pinning",
        UploadState::NeedsYou => "failed",
        UploadState::Pinned => "pinned",
        _ => "queued",
    }
}
