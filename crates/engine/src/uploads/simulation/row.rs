//! One row of the queue, what the service has of it, and what happened to both.

use super::service::Service;
use crate::uploads::rows::{Facts, Place};
use crate::uploads::state::{Active, Event, Job, MOST_ATTEMPTS, State};

pub(super) struct Row {
    pub(super) id: i64,
    /// As the pure step alone has it; the table must say the same.
    pub(super) job: Job,
    pub(super) service: Service,
    /// 0: it goes as one request.
    pub(super) chunks: u64,
    /// Chunks that the row knows to be safe.
    pub(super) saved: u64,
    pub(super) breaks: u64,
    pub(super) anew: u64,
    /// Times that the service forgot it, since it was farther than ever or a person clicked.
    pub(super) in_vain: u32,
    /// Bodies that became a pin when nobody looked for them any more.
    pub(super) late: u32,
    /// Times that a person let it be sent again although it may have arrived.
    pub(super) again: u32,
    /// A person asked for it to be gone: nothing of it may be sent any more.
    pub(super) taken_back: bool,
    /// Times that its source was written to.
    pub(super) version: u32,
}

impl Row {
    pub(super) fn new(id: i64, chunks: u64) -> Self {
        Self {
            id,
            job: Job {
                state: State::Active(Active::Scanning),
                attempts: 0,
                cancelling: false,
                resumable: false,
                farthest: 0,
            },
            service: Service::default(),
            chunks,
            saved: 0,
            breaks: 0,
            anew: 0,
            in_vain: 0,
            late: 0,
            again: 0,
            taken_back: false,
            version: 0,
        }
    }

    pub(super) fn rests(&self) -> bool {
        matches!(self.job.state, State::Pinned | State::Cancelled)
    }

    /// What the loop writes down together with this event.
    pub(super) fn facts(&self, event: &Event) -> Facts {
        let mut facts = Facts::default();
        match event {
            Event::Hashed => {
                facts.stamp = Some(format!("version {}", self.version));
                facts.cid = Some(format!("cid {}.{}", self.id, self.version));
            }
            Event::Begun => {
                let url = format!("upload {}.{}", self.id, self.anew);
                facts.place = Some(Place {
                    url,
                    offset: 0,
                    length: None,
                });
            }
            Event::Acknowledged { offset } => facts.offset = Some(*offset),
            Event::Answered(verdict) => facts.verdict = Some(*verdict),
            _ => {}
        }
        facts
    }

    /// The service does not know the upload in chunks any more.
    pub(super) fn forgotten(&mut self) -> Event {
        self.anew += 1;
        self.in_vain += 1;
        assert!(self.in_vain <= MOST_ATTEMPTS, "the same is sent for ever");
        Event::Forgotten {
            maybe: self.saved + 1 >= self.chunks,
        }
    }

    /// Everything has ended: what the row says is what the service has, or it is known to be in doubt.
    pub(super) fn judge(&self, in_doubt: bool, cancelling: bool) {
        let pins = self.service.pins;
        assert!(self.rests(), "it never came to rest");
        let most = 1 + self.late + self.again;
        assert!(pins <= most, "{pins} pins of one upload, at most {most}");
        assert!(pins <= 1 || in_doubt, "{pins} pins, and nobody looks again");
        if self.job.state == State::Pinned {
            assert!(pins > 0, "pinned, and the service has nothing");
        } else {
            assert!(self.taken_back, "nobody asked for that");
            let unknown = cancelling || in_doubt;
            assert!(pins == 0 || unknown, "said to be gone, and it is pinned");
            let told = pins == 0 || cancelling || self.late + self.again > 0;
            assert!(told, "it came in time, and is said to be gone");
        }
        let most = self.chunks * (1 + self.anew + u64::from(self.again)) + self.breaks;
        let received = self.service.received;
        assert!(
            received <= most,
            "{received} chunks, at most {most} are due"
        );
    }
}
