//! Finding and ending every process of one desktop, also those that were handed to init.

use std::fs;
use std::path::PathBuf;

use rustix::process::{Pid, Signal, kill_process};

/// Every process started on a desktop carries this variable with the desktop's mark.
pub(crate) const MARK: &str = "PINFOLD_TEST_DESKTOP";

/// The processes that carry the mark.
pub(crate) fn marked(mark: &str) -> Vec<i32> {
    let wanted = format!("{MARK}={mark}").into_bytes();
    all()
        .filter(|id| {
            environment(*id)
                .is_some_and(|own| own.split(|byte| *byte == 0).any(|entry| entry == wanted))
        })
        .collect()
}

/// The marked processes whose program has this file name.
pub(crate) fn of_program(mark: &str, name: &str) -> Vec<i32> {
    let is_it = |id: &i32| {
        fs::read_link(format!("/proc/{id}/exe"))
            .is_ok_and(|path| path.file_name().is_some_and(|found| found == name))
    };
    marked(mark).into_iter().filter(is_it).collect()
}

/// Ends a process at once, as a crash would.
pub(crate) fn kill(id: i32) {
    if let Some(process) = Pid::from_raw(id) {
        // It may have ended by itself in between.
        let _ = kill_process(process, Signal::KILL);
    }
}

/// Whether a process is there and is no zombie.
pub(crate) fn is_alive(id: i32) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .starts_with('Z')
    })
}

/// Ends what earlier test runs left behind: desktops whose test process is gone.
pub(crate) fn end_orphans() {
    for id in all() {
        let Some(own) = environment(id) else { continue };
        let mark = own.split(|byte| *byte == 0).find_map(|entry| {
            std::str::from_utf8(entry)
                .ok()?
                .strip_prefix(MARK)?
                .strip_prefix('=')
        });
        let owner = mark.and_then(|mark| mark.split('-').next()?.parse::<i32>().ok());
        if owner.is_some_and(|owner| !is_alive(owner)) {
            kill(id);
        }
    }
}

/// Proportional memory of the processes together, in bytes.
pub(crate) fn memory(ids: &[i32]) -> u64 {
    let of_one = |id: &i32| {
        let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
    };
    ids.iter().filter_map(of_one).sum::<u64>() * 1024
}

fn all() -> impl Iterator<Item = i32> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the list of processes, not people's files"
    )]
    let entries = fs::read_dir("/proc").expect("/proc is there");
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn environment(id: i32) -> Option<Vec<u8>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a process's environment, not people's files"
    )]
    fs::read(PathBuf::from(format!("/proc/{id}/environ"))).ok()
}

/// The marked processes that run a script of this name.
pub(crate) fn of_script(mark: &str, name: &str) -> Vec<i32> {
    let runs_it = |id: &i32| {
        fs::read_to_string(format!("/proc/{id}/cmdline")).is_ok_and(|line| line.contains(name))
    };
    marked(mark).into_iter().filter(runs_it).collect()
}

/// Asks a process to end.
pub(crate) fn terminate(id: i32) {
    if let Some(process) = Pid::from_raw(id) {
        // It may have ended by itself in between.
        let _ = kill_process(process, Signal::TERM);
    }
}
