//! `pinfold import` and `pinfold jobs`.

use std::collections::BTreeMap;
use std::io::{self, Read};

use engine::holder::{self, CopyAsked, JobControl, JobLine, JobsAsked, Reply, Request};
use engine::jobs::JobsFilter;

use crate::add::plain;
use crate::arguments::{Copy, Import, JobStates, Jobs, JobsWhat};
use crate::exit::{self, Failure, code_of};
use crate::house::House;
use crate::print::{Out, Side, moment};

/// As much as fits into one question.
const LONGEST: u64 = 4 * 1024 * 1024;

pub(crate) async fn import(
    import: Import,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let text = if import.cids == ["-"] {
        read_list().await?
    } else {
        import.cids.join("\n")
    };
    if text.trim().is_empty() {
        let words =
            "There is no CID to ask for: name some, or give them on standard input, one a line.";
        return Err(Failure::Usage(words.into()));
    }
    let request = Request::Import(holder::Import {
        account,
        text,
        name: import.name,
        keyvalues: import.keys,
        group: import.group,
        origins: import.origin,
        follow: import.wait,
    });
    let mut followed = Followed::new(out, import.wait);
    followed.ask(request, house).await
}

pub(crate) async fn copy(
    copy: Copy,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let request = Request::Copy(CopyAsked {
        account,
        pins: copy.pins,
        to: copy.to,
        follow: copy.wait,
    });
    Followed::new(out, copy.wait).ask(request, house).await
}

async fn read_list() -> Result<String, Failure> {
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        let length = io::stdin()
            .lock()
            .take(LONGEST + 1)
            .read_to_string(&mut text)?;
        if length as u64 > LONGEST {
            return Err(io::Error::other("the list is longer than 4 MiB"));
        }
        Ok(text)
    });
    let read = read.await.map_err(io::Error::other).and_then(|read| read);
    read.map_err(|error| Failure::system("Standard input cannot be read", &error))
}

/// Jobs that are waited for: one line for each whenever its state changes.
struct Followed<'a> {
    out: &'a Out,
    to_the_end: bool,
    jobs: BTreeMap<i64, JobLine>,
}

impl<'a> Followed<'a> {
    fn new(out: &'a Out, to_the_end: bool) -> Self {
        Self {
            out,
            to_the_end,
            jobs: BTreeMap::new(),
        }
    }

    async fn ask(&mut self, request: Request, house: &mut House) -> Result<(), Failure> {
        house.ask(request, |reply| self.hear(&reply)).await?;
        match self.jobs.values().map(code).max() {
            None | Some(exit::OK) => Ok(()),
            Some(code) => Err(Failure::Said(code)),
        }
    }

    fn hear(&mut self, reply: &Reply) -> Result<(), Failure> {
        match reply {
            Reply::Job(job) => {
                let before = self.jobs.insert(job.id, job.clone());
                // Whoever took over tells everything from its beginning.
                if before.as_ref() == Some(job) {
                    return Ok(());
                }
                self.out.object(reply)?;
                self.say(job)
            }
            Reply::Pin(pin) => {
                self.out.object(reply)?;
                let cid = pin.cid.as_deref().unwrap_or_default();
                self.out
                    .line(&format!("{cid}  pinned  It is pinned already."))
            }
            Reply::Note { .. } => plain(self.out, reply),
            _ => Ok(()),
        }
    }

    /// What is settled goes to standard output; what is only on its way is told to a person who waits.
    fn say(&self, job: &JobLine) -> Result<(), Failure> {
        let state = job.state.replace('_', " ");
        let line = format!("{}  {state}  {}", job.cid, job.sentence);
        if job.ended && !job.pinned() || job.reason.is_some() {
            self.out.aside(&format!("pinfold: {line}"));
        } else if job.pinned() || !self.to_the_end {
            return self.out.line(&line);
        } else if self.out.progress {
            self.out.aside(&line);
        }
        Ok(())
    }
}

fn code(job: &JobLine) -> u8 {
    match job.reason {
        Some(reason) => code_of(reason).max(exit::FAILED),
        None if job.ended && !job.pinned() => exit::FAILED,
        None => exit::OK,
    }
}

pub(crate) async fn run(
    jobs: Jobs,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let control = |what, jobs, origins| Request::ControlJobs {
        account: account.clone(),
        what,
        jobs,
        origins,
        filter: None,
    };
    let request = match jobs.what {
        Some(JobsWhat::Retry { jobs, origin }) => {
            let origins = Some(origin).filter(|origins| !origins.is_empty());
            let request = control(JobControl::Retry, jobs, origins);
            return Followed::new(out, false).ask(request, house).await;
        }
        Some(JobsWhat::Cancel {
            status: Some(states),
            ..
        }) => Request::ControlJobs {
            account,
            what: JobControl::Cancel,
            jobs: Vec::new(),
            origins: None,
            filter: Some(filter(states)),
        },
        Some(JobsWhat::Cancel { jobs, status: None }) => control(JobControl::Cancel, jobs, None),
        Some(JobsWhat::Clear) => control(JobControl::Clear, Vec::new(), None),
        None => Request::Jobs(JobsAsked {
            account,
            filter: filter(jobs.status),
            text: jobs.text,
            oldest_first: jobs.reverse,
            limit: jobs.limit,
            offset: jobs.offset,
            cached: jobs.cached,
        }),
    };
    let mut rows = Vec::new();
    for reply in house.gather(request).await? {
        if let Reply::Job(job) = &reply {
            rows.push(row(job));
        }
        plain(out, &reply)?;
    }
    let heads = [
        ("NO", Side::Right),
        ("STATE", Side::Left),
        ("SINCE", Side::Left),
        ("CID", Side::Left),
        ("NAME", Side::Left),
        ("", Side::Left),
    ];
    out.table(&heads, &rows)
}

fn row(job: &JobLine) -> Vec<String> {
    vec![
        job.id.to_string(),
        job.state.replace('_', " "),
        moment(Some(&job.since)),
        job.cid.clone(),
        job.name.clone().unwrap_or_default(),
        job.sentence.clone(),
    ]
}

fn filter(states: JobStates) -> JobsFilter {
    match states {
        JobStates::All => JobsFilter::All,
        JobStates::Open => JobsFilter::Open,
        JobStates::Failed => JobsFilter::Failed,
        JobStates::Pinned => JobsFilter::Pinned,
        JobStates::Cancelled => JobsFilter::Cancelled,
        JobStates::NotAsked => JobsFilter::NotAsked,
        JobStates::Prechecking => JobsFilter::Prechecking,
        JobStates::Searching => JobsFilter::Searching,
        JobStates::Retrieving => JobsFilter::Retrieving,
        JobStates::Expired => JobsFilter::Expired,
        JobStates::OverFreeLimit => JobsFilter::OverFreeLimit,
        JobStates::OverMaxSize => JobsFilter::OverMaxSize,
        JobStates::InvalidObject => JobsFilter::InvalidObject,
        JobStates::BadHostNode => JobsFilter::BadHostNode,
    }
}
