//! Who answers: this process, where it can hold the data folder, or the one that holds it.

use std::sync::Arc;
use std::time::Duration;

use engine::holder::{self, Desk, Ended, Reply, Request};
use engine::lock::{self, LockError};
use tokio::task::JoinHandle;

use crate::exit::Failure;
use crate::places::Places;
use crate::print::Out;
use crate::serve::interrupted;
use crate::service;

/// Why a command that is done does not end yet.
const OTHERS: &str = "Done. What another command sends goes through this one, which ends once that is sent. Ctrl-C ends it now; it is sent again then.";

/// How often a holder that does not answer yet, or is about to end, is asked, and the time between.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// This process as the holder of the data folder.
pub(crate) struct Alone {
    pub(crate) desk: Arc<Desk>,
    /// It owns the lock, and lets go of it when it is dropped.
    listening: JoinHandle<()>,
}

impl Alone {
    /// Holds the data folder; `None` where another process does.
    pub(crate) fn hold(places: &Places) -> Result<Option<Self>, Failure> {
        let trouble =
            |error: LockError| Failure::system("Pinfold's data folder cannot be used", &error);
        let Some(owner) = lock::take(&places.data, &places.runtime).map_err(trouble)? else {
            return Ok(None);
        };
        let engine = service::open(&places.data, Arc::new(service::keychain()))?;
        let desk = Arc::new(Desk::new(Arc::new(engine)));
        let at = desk.clone();
        let listening = tokio::spawn(async move {
            if let Err(error) = holder::listen(&owner, at).await {
                tracing::error!(%error, "other processes cannot be answered");
            }
            // Still the holder: others wait until this process ends.
            std::future::pending::<()>().await;
            drop(owner);
        });
        Ok(Some(Self { desk, listening }))
    }

    /// Lets go of the data folder, once nothing is being changed.
    pub(crate) async fn leave(self) {
        let closed = self.desk.close().await;
        self.listening.abort();
        let _ = self.listening.await;
        drop(closed);
    }
}

/// Where questions go.
pub(crate) struct House {
    places: Places,
    alone: Option<Alone>,
}

impl House {
    pub(crate) fn new() -> Self {
        Self {
            places: Places::of_this_user(),
            alone: None,
        }
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// Asks, and gives each line of the answer to `say`. Where the holder dies, this process or another takes over, and the
    /// answer begins anew with [`Reply::Heard`].
    pub(crate) async fn ask(
        &mut self,
        request: Request,
        mut say: impl FnMut(Reply) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut unsaid = None;
        let mut hear = |reply: Reply| {
            unsaid = say(reply).err();
            unsaid.is_none()
        };
        let mut tries = TRIES;
        let ended = loop {
            if self.alone.is_none() {
                self.alone = Alone::hold(&self.places)?;
            }
            if let Some(alone) = &self.alone {
                let uploads = &alone.desk.engine.uploads;
                uploads.leave_to_others(!request.waits_for_queue());
                break here(alone, request, &mut hear).await;
            }
            let lost = match lock::reach(&self.places.data, &self.places.runtime) {
                Ok(stream) => holder::converse(stream, &request, &mut hear).await,
                Err(_) => Ended::Lost { heard: false },
            };
            match lost {
                Ended::Lost { heard } if heard && !request.may_be_repeated() => break lost,
                Ended::Lost { .. } if tries > 0 => {
                    tries -= 1;
                    tokio::time::sleep(PAUSE).await;
                }
                ended => break ended,
            }
        };
        if let Some(failure) = unsaid {
            return Err(failure);
        }
        match ended {
            Ended::Done => Ok(()),
            Ended::Failed(error) => Err(error.into()),
            Ended::Lost { .. } => Err(Failure::Lost),
        }
    }

    /// Asks, and keeps the whole answer.
    pub(crate) async fn gather(&mut self, request: Request) -> Result<Vec<Reply>, Failure> {
        let mut all = Vec::new();
        self.ask(request, |reply| {
            if reply == Reply::Heard {
                all.clear();
            } else {
                all.push(reply);
            }
            Ok(())
        })
        .await?;
        Ok(all)
    }

    /// No other process works on the queue: this one held the data folder, and ends.
    pub(crate) fn is_alone(&self) -> bool {
        self.alone.is_some()
    }

    /// Waits until nothing is being sent for others, where this process holds the data folder; or until the person stops it.
    pub(crate) async fn finish(&self, out: &Out) {
        let Some(alone) = &self.alone else {
            return;
        };
        if alone.desk.holds_others_up() {
            out.aside(OTHERS);
        }
        tokio::select! {
            () = alone.desk.finish() => {}
            () = interrupted() => {}
        }
    }

    /// Lets go of the data folder, where this process holds it.
    pub(crate) async fn leave(&mut self) {
        if let Some(alone) = self.alone.take() {
            alone.leave().await;
        }
    }
}

async fn here(alone: &Alone, request: Request, hear: &mut impl FnMut(Reply) -> bool) -> Ended {
    let mut lines = holder::ask(&alone.desk, request);
    while let Some(reply) = lines.recv().await {
        match reply {
            Reply::Done => return Ended::Done,
            Reply::Error(error) => return Ended::Failed(error),
            other => {
                if !hear(other) {
                    return Ended::Done;
                }
            }
        }
    }
    Ended::Lost { heard: true }
}
