//! A real X11 drag of real files from another program's window.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::desktop::Desktop;
use super::processes;
use super::wait::until;

const SCRIPT: &str = "drag_source.py";
/// Right of every window of the tests.
const PLACE: (i32, i32) = (1780, 40);
const SIZE: (i32, i32) = (160, 100);
/// How long the window manager may take to know of a window that is drawn.
const SHOWN: Duration = Duration::from_secs(20);
/// A person's hand: the drag protocol wants motion, not jumps. This paces input; nothing is waited for by it.
const PACE: Duration = Duration::from_millis(40);
const MOVES: i32 = 12;

/// Drags the files to a point of the screen, and leaves them hanging there until `drop` is called.
pub(crate) struct Drag<'desktop> {
    desktop: &'desktop Desktop,
    at: (i32, i32),
}

impl<'desktop> Drag<'desktop> {
    /// Picks the files up and carries them to `target`.
    pub(crate) async fn over(
        desktop: &'desktop Desktop,
        files: &[PathBuf],
        target: (i32, i32),
    ) -> Self {
        // A name of its own: the window manager may still know the source of the drag before.
        static DRAGS: AtomicU32 = AtomicU32::new(0);
        let title = &format!("Drag source {}", DRAGS.fetch_add(1, Ordering::Relaxed));
        processes::of_script(desktop.mark(), SCRIPT)
            .into_iter()
            .for_each(processes::kill);
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/window")
            .join(SCRIPT);
        // Debian's python, which knows Debian's GTK; another one may come first on the path.
        let mut source = desktop.command("/usr/bin/python3");
        source.arg(script).arg(title).args(files);
        let drawn = desktop.first_line(source);
        assert_eq!(drawn, "drawn");
        let place = format!("0,{},{},{},{}", PLACE.0, PLACE.1, SIZE.0, SIZE.1);
        let placed = || async {
            let moved = desktop.try_output("wmctrl", &["-r", title, "-e", &place]);
            moved.ok()
        };
        until(SHOWN, "the drag source's window", placed).await;
        desktop.output("wmctrl", &["-a", title]);
        let from = (PLACE.0 + SIZE.0 / 2, PLACE.1 + SIZE.1 / 2);
        let drag = Self { desktop, at: from };
        drag.move_to(from).await;
        desktop.output("xdotool", &["mousedown", "1"]);
        let drag = drag.carry_to(target).await;
        for nudge in [3, 0, 3] {
            drag.move_to((target.0 + nudge, target.1)).await;
        }
        drag
    }

    /// Moves on to another point without letting go.
    pub(crate) async fn move_to(&self, to: (i32, i32)) {
        self.desktop.output(
            "xdotool",
            &["mousemove", &to.0.to_string(), &to.1.to_string()],
        );
        sleep(PACE).await;
    }

    /// Carries it on to another point, as a hand does.
    pub(crate) async fn carry_to(mut self, to: (i32, i32)) -> Self {
        let from = self.at;
        for step in 1..=MOVES {
            let part = |from: i32, to: i32| from + (to - from) * step / MOVES;
            self.move_to((part(from.0, to.0), part(from.1, to.1))).await;
        }
        self.at = to;
        self
    }

    /// Lets go.
    pub(crate) async fn drop_here(self) {
        // The target must have answered the last motion before the button goes up.
        for nudge in [1, 2, 0] {
            self.move_to((self.at.0 + nudge, self.at.1)).await;
        }
        sleep(PACE * 4).await;
        self.desktop.output("xdotool", &["mouseup", "1"]);
    }
}
