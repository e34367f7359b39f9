//! The engine as other processes reach it, with the loops that act. Each loop is started when it is first needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, watch};

use super::Asked;
use crate::Engine;

/// How long the end of the process waits for what is being changed.
const PATIENCE: Duration = Duration::from_secs(10);

type Window = Box<dyn Fn(Asked) + Send + Sync>;

/// Nothing is changed while it lives.
#[must_use]
pub struct Closed {
    _nothing_else: Option<OwnedRwLockWriteGuard<()>>,
}

/// Somebody waits for uploads while it lives.
pub(super) struct Follower<'a>(&'a watch::Sender<usize>);

impl Drop for Follower<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|followers| *followers -= 1);
    }
}

/// Where questions are answered.
pub struct Desk {
    /// What answers them.
    pub engine: Arc<Engine>,
    queue: AtomicBool,
    jobs: AtomicBool,
    folders: AtomicBool,
    /// Held by everything that changes something, so that the end waits for it.
    doing: Arc<RwLock<()>>,
    /// How many wait for uploads.
    followers: watch::Sender<usize>,
    window: Option<Window>,
}

impl Desk {
    /// A desk without a window.
    pub fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            queue: AtomicBool::new(false),
            jobs: AtomicBool::new(false),
            folders: AtomicBool::new(false),
            doing: Arc::default(),
            followers: watch::Sender::new(0),
            window: None,
        }
    }

    /// A desk whose window does what further starts were asked for.
    pub fn with_window(
        engine: Arc<Engine>,
        window: impl Fn(Asked) + Send + Sync + 'static,
    ) -> Self {
        Self {
            window: Some(Box::new(window)),
            ..Self::new(engine)
        }
    }

    /// Works on the queue from now on.
    pub fn work_on_queue(&self) {
        if !self.queue.swap(true, Ordering::SeqCst) {
            tokio::spawn(self.engine.uploads.clone().run());
        }
    }

    /// Asks services for CIDs and follows their jobs from now on, and works on the queue that they fill.
    pub fn follow_jobs(&self) {
        self.work_on_queue();
        if !self.jobs.swap(true, Ordering::SeqCst) {
            tokio::spawn(self.engine.jobs.clone().run());
        }
    }

    /// Watches folders, follows jobs, carries out changes of many pins and takes off the list what is over from now on.
    pub fn keep_going(&self) {
        self.follow_jobs();
        if !self.folders.swap(true, Ordering::SeqCst) {
            tokio::spawn(self.engine.watches.clone().run());
            tokio::spawn(self.engine.changes.clone().run());
            tokio::spawn(self.engine.pins.clone().run());
        }
    }

    /// Begins no upload from now on, and tells whether somebody waits for one that is under way.
    pub fn holds_others_up(&self) -> bool {
        self.engine.uploads.leave_to_others(true);
        *self.followers.borrow() > 0 && self.engine.uploads.are_under_way()
    }

    /// Waits until nothing is under way for those who wait for uploads: what was sent in part would be sent again by the
    /// one of them that holds the folder next.
    pub async fn finish(&self) {
        self.engine.uploads.leave_to_others(true);
        let mut followers = self.followers.subscribe();
        tokio::select! {
            () = self.engine.uploads.under_way_end() => {}
            _ = followers.wait_for(|followers| *followers == 0) => {}
        }
    }

    /// Waits until nothing is being changed, and begins nothing new until the answer is dropped. What is being sent is
    /// taken up by whoever holds the folder next.
    pub async fn close(&self) -> Closed {
        let waited = tokio::time::timeout(PATIENCE, self.doing.clone().write_owned()).await;
        Closed {
            _nothing_else: waited.ok(),
        }
    }

    pub(super) async fn doing(&self) -> OwnedRwLockReadGuard<()> {
        self.doing.clone().read_owned().await
    }

    pub(super) fn followed(&self) -> Follower<'_> {
        self.followers.send_modify(|followers| *followers += 1);
        Follower(&self.followers)
    }

    pub(super) fn window(&self) -> Option<&Window> {
        self.window.as_ref()
    }
}
