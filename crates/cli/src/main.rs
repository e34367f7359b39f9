//! `pinfold`: the engine on the command line. No window, no web view.
//!
//! Alone it holds the data folder itself; beside a running Pinfold it asks that one, over its socket.

mod accounts;
mod add;
mod arguments;
mod cid;
mod exit;
mod filters;
#[cfg(test)]
mod fuzzed_tests;
mod groups;
mod house;
mod items;
mod jobs;
mod keys;
mod limits;
mod links;
mod manual;
mod places;
mod print;
mod progress;
mod queue;
mod sandbox;
mod serve;
mod service;
mod table;
mod until;
mod usage;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};
use exit::Failure;
use house::House;
use print::Out;

fn main() -> ExitCode {
    engine::heap::keep_together();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() {
                exit::USAGE
            } else {
                exit::OK
            });
        }
    };
    let out = Out::new(arguments.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return exit::told(&out, &Failure::system("It cannot start", &error)),
    };
    let ended = runtime.block_on(run(arguments, &out));
    // Whatever still runs may end with the process: the queue survives that.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => exit::told(&out, &failure),
    }
}

async fn run(arguments: Arguments, out: &Out) -> Result<(), Failure> {
    let account = arguments.account;
    if account.is_some() && matches!(arguments.command, Command::Run) {
        return Err(Failure::Usage(RUNS_FOR_ALL.into()));
    }
    match arguments.command {
        Command::Cid(cid) => cid::run(cid, out).await,
        Command::Run => serve::run(out).await,
        Command::Sandbox(options) => sandbox::run(options, out).await,
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "pinfold", &mut script);
            out.raw(&script)
        }
        Command::Man => {
            let page = manual::page()
                .map_err(|error| Failure::system("The page cannot be made", &error))?;
            out.raw(&page)
        }
        command => {
            let mut house = House::new();
            let done = tokio::select! {
                done = asked(command, account, &mut house, out) => done,
                () = serve::interrupted() => Err(Failure::Interrupted),
            };
            if !matches!(done, Err(Failure::Interrupted)) {
                house.finish(out).await;
            }
            house.leave().await;
            done
        }
    }
}

/// Of the commands that work for accounts, the only one that cannot be for one of them.
const RUNS_FOR_ALL: &str = "`run` works on the queue, the imports and the folders of all accounts: leave --account out. What one account is to send can be paused: `pinfold --account NAME queue pause`.";

async fn asked(
    command: Command,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    match command {
        Command::Add(add) => add::run(add, account, house, out).await,
        Command::Ls(ls) => items::list(ls, account, house, out).await,
        Command::Show { pin, record: true } => links::record(pin, account, house, out).await,
        Command::Show { pin, record: false } => items::show(pin, account, house, out).await,
        Command::Link(link) => links::link(link, account, house, out).await,
        Command::Swap(swap) => links::swap(swap, account, house, out).await,
        Command::Edit(edit) => items::edit(edit, account, house, out).await,
        Command::Rm(rm) => items::remove(rm, account, house, out).await,
        Command::Import(import) => jobs::import(import, account, house, out).await,
        Command::Copy(copy) => jobs::copy(copy, account, house, out).await,
        Command::Jobs(what) => jobs::run(what, account, house, out).await,
        Command::Groups(what) => groups::run(what, account, house, out).await,
        Command::Usage(usage) => usage::run(usage, account, house, out).await,
        Command::Keys { what } => keys::run(what, account, house, out).await,
        Command::Account { what } => accounts::run(what, account, house, out).await,
        Command::Queue { what } => queue::run(what, account, house, out).await,
        Command::Watch { what } => watch::run(what, account, house, out).await,
        Command::Cid(_)
        | Command::Run
        | Command::Sandbox(_)
        | Command::Completions { .. }
        | Command::Man => Ok(()),
    }
}
