//! The engine in a process of its own, so that it can be killed: the same test with other surroundings. The test is the
//! parent and holds the service, which lives on.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use engine::Engine;
use engine::accounts::RunningSandbox;
use engine::clock::Clock;
use engine::clock::Jitter;

use super::{Ground, House, TOKEN, open};

/// Tells the child where everything is, one a line: data folder, API, gateway, and how files are cut where they are.
const PLACE: &str = "PINFOLD_TEST_CHILD";

/// Tells the child before which of its steps it ends.
const ENDS: &str = "PINFOLD_TEST_ENDS";

/// What the parent tells.
struct Told {
    data: PathBuf,
    address: Arc<RunningSandbox>,
    cut: Option<(u64, u64)>,
}

fn told() -> Option<Told> {
    let place = std::env::var(PLACE).ok()?;
    let mut lines = place.lines().map(str::to_owned);
    let mut line = || lines.next().expect("a line");
    let data = PathBuf::from(line());
    let address = Arc::new(RunningSandbox {
        api: line(),
        gateway: line(),
        token: TOKEN.to_owned().into(),
    });
    let cut: Vec<u64> = lines.map(|number| number.parse().expect("bytes")).collect();
    let cut = cut.first().copied().zip(cut.get(1).copied());
    Some(Told { data, address, cut })
}

/// In the child, the engine works until it is killed. In the parent this returns at once.
pub(crate) async fn lives_here(clock: Arc<dyn Clock>) {
    lives_here_until(clock, Arc::new(|| 0.5)).await;
}

/// The same, with what each step of a row asks first.
pub(crate) async fn lives_here_until(clock: Arc<dyn Clock>, jitter: Jitter) {
    let Some(told) = told() else {
        return;
    };
    let ground = Ground {
        clock,
        jitter,
        ..Ground::real()
    };
    let _working = open(&told.data, &told.address, &ground, told.cut);
    // The pipe breaks when the parent dies: nobody would kill this one then.
    let orphaned = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
    let _ = orphaned.await;
    std::process::exit(0);
}

/// In the child, the engine, which works from now on until the process ends, and the house's folder.
pub(crate) fn engine_here() -> Option<(Arc<Engine>, PathBuf)> {
    let told = told()?;
    let (engine, working) = open(&told.data, &told.address, &Ground::real(), told.cut);
    // It is never told to stop.
    std::mem::forget(working);
    Some((engine, told.data))
}

/// In a child that is to end by itself: before which step.
pub(crate) fn ends_at() -> Option<usize> {
    std::env::var(ENDS).ok()?.parse().ok()
}

impl House {
    /// Starts the child of the test of this whole name.
    pub(crate) fn start_child(&self, name: &str) -> Child {
        self.start(self.child(name))
    }

    /// The same, and it is to end before this step.
    pub(crate) fn start_child_that_ends(&self, name: &str, step: usize) -> Child {
        let mut child = self.child(name);
        child.env(ENDS, step.to_string());
        self.start(child)
    }

    fn start(&self, mut child: Command) -> Child {
        let (stdout, stderr) = (self.keeps("stdout"), self.keeps("stderr"));
        child.stdout(stdout).stderr(stderr);
        child.spawn().expect("it starts")
    }

    /// The same, and what it prints is heard.
    pub(crate) fn start_child_that_tells(&self, name: &str) -> Child {
        let mut child = self.child(name);
        child.stdout(Stdio::piped()).stderr(Stdio::piped());
        child.spawn().expect("it starts")
    }

    fn child(&self, name: &str) -> Command {
        let data = self.folder.path().display();
        let mut place = format!("{data}\n{}\n{}", self.address.api, self.address.gateway);
        if let Some((above, chunk)) = self.cut {
            place = format!("{place}\n{above}\n{chunk}");
        }
        let mut child = Command::new(std::env::current_exe().expect("this test"));
        child
            .args(["--exact", name, "--nocapture"])
            .env(PLACE, place)
            .stdin(Stdio::piped());
        child
    }
}
