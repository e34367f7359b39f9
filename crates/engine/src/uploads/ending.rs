//! The end of work in this process: what is being sent ends, and nothing is begun, so that whoever goes on with the queue
//! sends nothing again.

use std::sync::atomic::Ordering;

use super::Uploads;

impl Uploads {
    /// Begins no upload from now on where `so`; else does again.
    pub fn leave_to_others(&self, so: bool) {
        {
            let _running = self.running();
            self.begins_nothing.store(so, Ordering::SeqCst);
        }
        self.wake.notify_one();
    }

    /// Something is being done for an upload.
    pub fn are_under_way(&self) -> bool {
        !self.running().is_empty()
    }

    /// Waits until nothing is being done for any upload.
    pub async fn under_way_end(&self) {
        loop {
            let ended = self.ended.notified();
            if !self.are_under_way() {
                return;
            }
            ended.await;
        }
    }

    pub(super) fn leaves_to_others(&self) -> bool {
        self.begins_nothing.load(Ordering::SeqCst)
    }
}
