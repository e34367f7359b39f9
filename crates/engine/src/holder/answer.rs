//! One question, one stream of lines.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, mpsc};

use super::queue::Of;
use super::{
    Desk, Reply, Request, accounts, add, allow, edits, groups, job_control, jobs, keys, left_out,
    limits, links, pins, queue, queue_control, settled, swaps, usage, watches,
};
use crate::Engine;
use crate::accounts::{AccountId, Hold};
use crate::error::{CommandError, ErrorCode};

/// Lines that may wait for the asker.
const ROOM: usize = 64;

/// Where lines go.
pub(super) struct Say(mpsc::Sender<Reply>);

impl Say {
    /// Says one line; an error where the asker is gone.
    pub(super) async fn line(&self, reply: Reply) -> Result<(), CommandError> {
        let gone = |_| CommandError::new(ErrorCode::Cancelled, "Nobody listens any more.");
        self.0.send(reply).await.map_err(gone)
    }

    /// Returns when the asker is gone.
    pub(super) async fn gone(&self) {
        self.0.closed().await;
    }

    /// Says what failed one by one: all but the last as notes. The last tells the code of the first whose cause is not
    /// its own.
    pub(super) async fn all_failed(
        &self,
        mut failed: Vec<CommandError>,
    ) -> Result<(), CommandError> {
        let codes: Vec<ErrorCode> = failed.iter().map(|error| error.code).collect();
        let Some(mut last) = failed.pop() else {
            return Ok(());
        };
        for error in failed {
            self.note(error.message).await?;
        }
        let general = codes.into_iter().find(|code| Hold::is_for(*code));
        last.code = general.unwrap_or(last.code);
        Err(last)
    }

    pub(super) async fn note(&self, sentence: impl Into<String>) -> Result<(), CommandError> {
        let sentence = sentence.into();
        self.line(Reply::Note { sentence }).await
    }
}

/// Answers one question, in a task of its own. The first line is [`Reply::Heard`], the last [`Reply::Done`] or
/// [`Reply::Error`]. When the lines are dropped, what only looks ends at once; a change is carried through to where its
/// next line would be said, so that what a service was told is written down here, too.
pub fn ask(desk: &Arc<Desk>, request: Request) -> mpsc::Receiver<Reply> {
    let (lines, answer) = mpsc::channel(ROOM);
    let desk = desk.clone();
    let only_looks = request.only_looks();
    tokio::spawn(async move {
        let doing = desk.doing().await;
        let say = Say(lines.clone());
        let work = async {
            say.line(Reply::Heard).await?;
            said(&desk, request, doing, &say).await
        };
        tokio::select! {
            outcome = work => {
                let last = outcome.map_or_else(Reply::Error, |()| Reply::Done);
                let _ = lines.send(last).await;
            }
            () = lines.closed(), if only_looks => {}
        }
    });
    answer
}

#[expect(clippy::too_many_lines, reason = "one arm for each question")]
async fn said(
    desk: &Desk,
    request: Request,
    doing: OwnedRwLockReadGuard<()>,
    say: &Say,
) -> Result<(), CommandError> {
    let engine = &desk.engine;
    match request {
        Request::Open(asked) => match desk.window() {
            Some(open) => {
                open(asked);
                Ok(())
            }
            None => Err(no_window()),
        },
        Request::Add(add) => add::add(desk, add, doing, say).await,
        Request::Follow { uploads } => {
            drop(doing);
            queue::follow(desk, &uploads, say).await?;
            settled::wait(engine, &uploads, say).await
        }
        Request::Pins(asked) => pins::list(engine, asked, say).await,
        Request::Pin { account, which } => {
            let account = account_of(engine, account.as_deref())?;
            pins::show(engine, account, &which, say).await
        }
        Request::Link {
            account,
            which,
            seconds,
            named,
        } => {
            let account = account_of(engine, account.as_deref())?;
            links::link(engine, account, &which, (seconds, named), say).await
        }
        Request::Record { account, which } => {
            let account = account_of(engine, account.as_deref())?;
            links::record(engine, account, &which, say).await
        }
        Request::Swap {
            account,
            which,
            what,
        } => {
            let account = account_of(engine, account.as_deref())?;
            swaps::asked(engine, account, &which, what, say).await
        }
        Request::EditPins {
            account,
            pins,
            change,
        } => {
            let account = account_of(engine, account.as_deref())?;
            edits::edit(engine, account, &pins, change, say).await
        }
        Request::AlikePins { account, which } => {
            let account = account_of(engine, account.as_deref())?;
            pins::show_all(engine, account, &which, say).await
        }
        Request::Unpin { account, pins } => {
            let account = account_of(engine, account.as_deref())?;
            edits::unpin(engine, account, &pins, say).await
        }
        Request::Import(import) => jobs::import(desk, import, doing, say).await,
        Request::Copy(copy) => jobs::copy(desk, copy, doing, say).await,
        Request::FollowJobs { jobs, to_the_end } => {
            drop(doing);
            jobs::follow(desk, jobs, to_the_end, say).await
        }
        Request::Jobs(asked) => jobs::list(engine, asked, say).await,
        Request::ControlJobs {
            account,
            what,
            jobs,
            origins,
            filter,
        } => {
            let account = account_of(engine, account.as_deref())?;
            match filter {
                Some(filter) => job_control::cancel_all(engine, account, filter, say).await,
                None => {
                    job_control::control(desk, account, what, &jobs, origins.as_deref(), say).await
                }
            }
        }
        Request::Groups { account, what } => {
            let account = account_of(engine, account.as_deref())?;
            groups::asked(engine, account, what, say).await
        }
        Request::Keys(asked) => keys::list(engine, &asked, say).await,
        Request::RevokeKeys {
            account,
            keys,
            although_used,
        } => {
            let account = account_of(engine, account.as_deref())?;
            keys::revoke(engine, account, &keys, although_used, say).await
        }
        Request::Stored { account } => {
            let account = account_of(engine, account.as_deref())?;
            keys::stored(engine, account, say).await
        }
        Request::Usage { account, span } => {
            let account = account_of(engine, account.as_deref())?;
            usage::tell(engine, account, span, say).await
        }
        Request::Accounts { account } => {
            let only = account.map(|named| account_of(engine, Some(&named)));
            accounts::list(engine, only.transpose()?, say).await
        }
        Request::AccountCounts { account } => {
            let named = account.as_deref();
            let only = named.map(|named| account_of(engine, Some(named)));
            accounts::count(engine, only.transpose()?, say).await
        }
        Request::AdoptAccount {
            account,
            abilities,
            label,
        } => accounts::adopt(engine, *account, *abilities, label, say).await,
        Request::ReplaceKey {
            account,
            key,
            abilities,
        } => {
            let account = account_of(engine, Some(&account))?;
            accounts::replace_key(engine, account, *key, *abilities, say).await
        }
        Request::RenameAccount { account, label } => {
            let account = account_of(engine, Some(&account))?;
            accounts::rename(engine, account, &label, say).await
        }
        Request::AddSandbox => accounts::sandbox(engine, say).await,
        Request::TestAccount { account } => {
            let account = account_of(engine, account.as_deref())?;
            accounts::test(engine, account, say).await
        }
        Request::RemoveAccount { account } => {
            let account = account_of(engine, Some(&account))?;
            engine.remove_account(account, false).await
        }
        Request::UseAccount { account } => {
            let account = account_of(engine, Some(&account))?;
            engine.settings.set_active(account).await?;
            accounts::say_one(engine, account, say).await
        }
        Request::Queue {
            account,
            ended,
            limit,
        } => queue::list(&Of::named(engine, account.as_deref())?, ended, limit, say).await,
        Request::ShowUploads { account, uploads } => {
            left_out::show(&Of::named(engine, account.as_deref())?, &uploads, say).await
        }
        Request::Limits { change } => limits::asked(engine, change, say).await,
        Request::RestQueue { pause } => engine.uploads.rest(pause).await,
        Request::Control {
            account,
            what,
            uploads,
        } => {
            queue_control::control(&Of::named(engine, account.as_deref())?, what, &uploads, say)
                .await
        }
        Request::Suspects { account, upload } => {
            allow::list(&Of::named(engine, account.as_deref())?, upload, say).await
        }
        Request::AnswerSuspects {
            account,
            upload,
            allow,
            skip,
        } => {
            let of = Of::named(engine, account.as_deref())?;
            allow::answer(&of, upload, &allow, skip, say).await
        }
        Request::FollowQueue { account } => {
            let of = Of::named(engine, account.as_deref())?;
            drop(doing);
            queue::follow_all(desk, &of, say).await
        }
        Request::Watch {
            account,
            path,
            rules,
        } => {
            let account = account_of(engine, account.as_deref())?;
            watches::add(engine, account, path, *rules, say).await
        }
        Request::Folders { account } => watches::list(engine, account.as_deref(), say).await,
        Request::Folder {
            account,
            folder,
            limit,
        } => {
            let folder = watches::meant(engine, account.as_deref(), &folder)?;
            watches::show(engine, folder, limit, say).await
        }
        Request::PauseFolder {
            account,
            folder,
            pause,
        } => {
            let folder = watches::meant(engine, account.as_deref(), &folder)?;
            watches::pause(desk, folder.id, pause, say).await
        }
        Request::Audit { account, folder } => {
            let folder = watches::meant(engine, account.as_deref(), &folder)?;
            watches::audit(engine, folder.id, say).await
        }
        Request::Unwatch { account, folder } => {
            let folder = watches::meant(engine, account.as_deref(), &folder)?;
            engine.watches.remove(folder.id).await
        }
    }
}

fn no_window() -> CommandError {
    CommandError::new(
        ErrorCode::BadInput,
        format!(
            "Pinfold works without a window here (process {}). End it, then open the window.",
            std::process::id()
        ),
    )
}

/// The account that a person named, or the one they work with.
pub(super) fn account_of(engine: &Engine, named: Option<&str>) -> Result<AccountId, CommandError> {
    let Some(named) = named else {
        return engine.require_active();
    };
    let accounts = engine.accounts.list()?;
    let meant: Vec<_> = accounts
        .iter()
        .filter(|account| account.id == named || account.label.eq_ignore_ascii_case(named))
        .collect();
    match meant[..] {
        [one] => one
            .id
            .parse()
            .map_err(|_| CommandError::gone("This account")),
        [] => {
            let known: Vec<&str> = accounts.iter().map(|one| one.label.as_str()).collect();
            let known = match known.len() {
                0 => "There is none yet.".to_owned(),
                _ => format!("There are: {}.", known.join(", ")),
            };
            let sentence = format!("No account is called “{named}”. {known}");
            Err(CommandError::new(ErrorCode::Gone, sentence))
        }
        _ => Err(CommandError::new(
            ErrorCode::BadInput,
            format!("Several accounts are called “{named}”. Use the number that the list shows."),
        )),
    }
}
