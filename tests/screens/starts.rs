//! Starting the program: one Pinfold at a time, and what it does where its ledger cannot be used.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::window::app;
use crate::window::desktop::Desktop;
use crate::window::processes;
use crate::window::wait::until;

const STARTS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_starts_at_once_one_opens_the_window_and_the_others_show_it() {
    let desktop = Desktop::start();
    let mut starts: Vec<_> = (0..STARTS)
        .map(|_| {
            desktop
                .command(app::program())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the program starts")
        })
        .collect();
    let mut ended = Vec::new();
    let all_but_one = || {
        starts.retain_mut(|start| match start.try_wait().expect("its state") {
            Some(status) => {
                ended.push(status);
                false
            }
            None => true,
        });
        let done = (starts.len() == 1).then_some(());
        async move { done }
    };
    until(app::UPLOADED, "all starts but one to end", all_but_one).await;
    assert!(
        ended.iter().all(std::process::ExitStatus::success),
        "{ended:?}"
    );
    until(app::UPLOADED, "one window", || async {
        (app::windows(&desktop) == 1).then_some(())
    })
    .await;
    let mut owner = starts.pop().expect("the owner");
    assert_eq!(
        processes::of_program(desktop.mark(), "pinfold-desktop").len(),
        1
    );
    owner.kill().expect("it runs");
    owner.wait().expect("its end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_brings_the_first_window_to_the_front() {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    desktop.output("wmctrl", &["-r", app::TITLE, "-b", "add,hidden"]);
    let minimised = || async { (!is_in_front(&desktop)).then_some(()) };
    until(
        Duration::from_secs(20),
        "the window to be hidden",
        minimised,
    )
    .await;

    let mut second = desktop.command(app::program()).spawn().expect("it starts");
    assert!(second.wait().expect("its end").success());
    let in_front = || async { is_in_front(&desktop).then_some(()) };
    until(Duration::from_secs(20), "the window in front", in_front).await;
    assert_eq!(app::windows(&desktop), 1);
    driver.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_is_told_of_and_on_a_persons_word_kept_under_another_name_and_begun_anew()
{
    let desktop = Desktop::start();
    let data = desktop.path("data/pinfold");
    let garbage = b"no database ".repeat(1_000);
    fs::create_dir_all(&data).expect("a data folder");
    fs::write(data.join("ledger.db"), &garbage).expect("a damaged ledger");
    desktop.leave_running(desktop.command(app::program()));

    let dialog = || async { left_button(&desktop, "Pinfold cannot start") };
    let (x, y) = until(app::UPLOADED, "the dialog", dialog).await;
    assert_eq!(app::windows(&desktop), 0, "nothing is begun unasked");
    assert_eq!(kept_aside(&data), [] as [Vec<u8>; 0]);
    desktop.output("xdotool", &["mousemove", &x, &y, "click", "1"]);
    until(app::UPLOADED, "the window", || async {
        (app::windows(&desktop) == 1).then_some(())
    })
    .await;
    assert!(kept_aside(&data) == [garbage], "as it was");
}

/// Where the left one of a dialog's two buttons is on the screen: they share its lower edge.
fn left_button(desktop: &Desktop, title: &str) -> Option<(String, String)> {
    let search = ["search", "--onlyvisible", "--name", title];
    let shown = desktop.try_output("xdotool", &search).ok()?;
    let geometry = ["getwindowgeometry", "--shell", shown.lines().next()?];
    let geometry = desktop.try_output("xdotool", &geometry).ok()?;
    let number = |name: &str| {
        let mut lines = geometry.lines();
        lines.find_map(|line| line.strip_prefix(name)?.parse::<i32>().ok())
    };
    let x = number("X=")? + number("WIDTH=")? / 4;
    let y = number("Y=")? + number("HEIGHT=")? - 20;
    Some((x.to_string(), y.to_string()))
}

/// What is in the ledgers that were put aside.
#[expect(clippy::disallowed_methods, reason = "the test's own folder")]
fn kept_aside(data: &Path) -> Vec<Vec<u8>> {
    let files = fs::read_dir(data).expect("the data folder");
    let files = files.map(|file| file.expect("a file").path());
    let aside = |path: &PathBuf| path.to_string_lossy().contains("ledger-damaged-");
    let bytes = |path: PathBuf| fs::read(path).expect("it can be read");
    files.filter(aside).map(bytes).collect()
}

/// Whether what has the keyboard is Pinfold's window.
fn is_in_front(desktop: &Desktop) -> bool {
    desktop
        .try_output("xdotool", &["getactivewindow", "getwindowname"])
        .is_ok_and(|name| name.trim() == app::TITLE)
}
