//! One Pinfold at a time: a second start of the program shows the window of the first.

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

/// Whether what has the keyboard is Pinfold's window.
fn is_in_front(desktop: &Desktop) -> bool {
    desktop
        .try_output("xdotool", &["getactivewindow", "getwindowname"])
        .is_ok_and(|name| name.trim() == app::TITLE)
}
