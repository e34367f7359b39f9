//! What a service knows of one upload. Chunks are counted, not bytes.

use crate::clock::Millis;

#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) pins: u32,
    /// Bodies that arrived in full, and the real time at which each becomes a pin.
    settling: Vec<Millis>,
    /// Chunks of the upload that it keeps.
    pub(super) kept: Option<u64>,
    pub(super) received: u64,
}

impl Service {
    /// A body is there, and becomes a pin at this time.
    pub(super) fn takes(&mut self, at: Millis) {
        self.settling.push(at);
    }

    /// A body is there that is no pin yet.
    pub(super) fn is_taking(&self) -> bool {
        !self.settling.is_empty()
    }

    /// What became a pin until now.
    pub(super) fn settle(&mut self, real: Millis) {
        let before = self.settling.len();
        self.settling.retain(|at| *at > real);
        self.pins += u32::try_from(before - self.settling.len()).unwrap_or(u32::MAX);
    }
}
