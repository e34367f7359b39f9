//! `pinfold queue`.

use engine::holder::{Control, LimitsChange, Reply, Request, UploadLine};
use engine::uploads::RestFor;

use crate::add::{plain, typed};
use crate::arguments::{Queue, RestTime};
use crate::exit::Failure;
use crate::house::House;
use crate::limits;
use crate::print::{Out, Side, size};
use crate::progress::Followed;

/// Said where uploads are in the queue and no process stays.
pub(crate) const NOBODY: &str = "Nothing works on the queue now: `pinfold run` does.";

pub(crate) async fn run(
    what: Queue,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let control = |what, uploads| Request::Control {
        account: account.clone(),
        what,
        uploads,
    };
    let one_by_one = matches!(what, Queue::Show { .. });
    let request = match what {
        Queue::Watch => {
            let mut followed = Followed::new(out);
            return house
                .ask(Request::FollowQueue { account }, |reply| {
                    followed.hear(&reply)
                })
                .await;
        }
        Queue::Secrets {
            upload,
            allow,
            skip,
        } if skip || !allow.is_empty() => Request::AnswerSuspects {
            account,
            upload,
            allow: allow.into_iter().map(typed).collect(),
            skip,
        },
        Queue::Secrets { upload, .. } => Request::Suspects { account, upload },
        Queue::Ls { all, limit } => Request::Queue {
            account,
            ended: all,
            limit,
        },
        Queue::Show { uploads } => Request::ShowUploads { account, uploads },
        Queue::Pause { pause: Some(_), .. } if account.is_some() => {
            let words = "The queue rests as a whole: leave --account out, or --for.";
            return Err(Failure::Usage(words.into()));
        }
        Queue::Pause {
            pause: Some(pause), ..
        } => Request::RestQueue {
            pause: match pause {
                RestTime::Quarter => RestFor::Quarter,
                RestTime::Hour => RestFor::Hour,
                RestTime::Tomorrow => RestFor::Tomorrow,
            },
        },
        Queue::Limits { .. } if account.is_some() => {
            let words = "The limits are those of the whole queue: leave --account out.";
            return Err(Failure::Usage(words.into()));
        }
        Queue::Limits {
            at_once,
            speed,
            hours,
        } => Request::Limits {
            change: LimitsChange {
                at_once,
                speed: speed.unwrap_or_default(),
                hours: hours.unwrap_or_default(),
            },
        },
        Queue::First { uploads } => control(Control::First, uploads),
        Queue::Last { uploads } => control(Control::Last, uploads),
        Queue::Pause { uploads, .. } => control(Control::Pause, uploads),
        Queue::Resume { uploads } => control(Control::Resume, uploads),
        Queue::Retry { uploads } => control(Control::Retry, uploads),
        Queue::Cancel { uploads, .. } => control(Control::Cancel, uploads),
    };
    let is_worked_on = matches!(
        request,
        Request::Queue { .. }
            | Request::Control {
                what: Control::Retry | Control::Resume,
                ..
            }
    );
    let mut told = Told::default();
    if matches!(request, Request::Queue { account: None, .. }) && !out.json {
        let accounts = house.gather(Request::Accounts { account: None }).await?;
        told.with_account = accounts.len() > 1;
    }
    let mut open = false;
    for reply in house.gather(request).await? {
        if let Reply::Upload(upload) = &reply {
            if one_by_one {
                std::mem::take(&mut told).print(out)?;
            }
            open |= !upload.over;
            told.rows.push(row(upload, told.with_account));
        }
        if let Reply::LeftOut(thing) = &reply {
            let cells = vec![thing.path.clone(), thing.sentence.clone()];
            told.left_out.push(cells);
        }
        if let Reply::Limits(limits) = &reply {
            limits::print(limits, out)?;
        }
        if let Reply::Suspect(suspect) = &reply {
            out.line(&suspect.path)?;
        }
        plain(out, &reply)?;
    }
    told.print(out)?;
    if is_worked_on && open && house.is_alone() {
        out.aside(NOBODY);
    }
    Ok(())
}

/// Uploads, or one with what was left out of it.
#[derive(Default)]
struct Told {
    rows: Vec<Vec<String>>,
    left_out: Vec<Vec<String>>,
    /// There are several accounts.
    with_account: bool,
}

impl Told {
    fn print(self, out: &Out) -> Result<(), Failure> {
        let mut heads = vec![
            ("NO", Side::Right),
            ("STATE", Side::Left),
            ("SIZE", Side::Right),
            ("NAME", Side::Left),
            ("", Side::Left),
        ];
        if self.with_account {
            heads.insert(1, ("ACCOUNT", Side::Left));
        }
        out.table(&heads, &self.rows)?;
        out.table(
            &[("LEFT OUT", Side::Left), ("", Side::Left)],
            &self.left_out,
        )
    }
}

fn row(upload: &UploadLine, with_account: bool) -> Vec<String> {
    let mut cells = vec![
        upload.id.to_string(),
        upload.state.replace('_', " "),
        upload.bytes.map(size).unwrap_or_default(),
        upload.name.clone(),
        upload.sentence.clone(),
    ];
    if with_account {
        cells.insert(1, upload.account.clone());
    }
    cells
}
