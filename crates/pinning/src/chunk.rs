//! The body of one chunk.

use std::sync::Arc;

use reqwest::Body;

use crate::body::{Open, Watch};
use crate::{Progress, Source};

/// `length` bytes of `source` from `offset` on.
pub(crate) struct Chunk {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) progress: Progress,
}

struct Reading {
    chunk: Chunk,
    open: Option<Open>,
    sent: u64,
    watch: Arc<Watch>,
}

impl Chunk {
    /// The body and what sees how far it is. The last chunk fails where the source has grown meanwhile.
    pub(crate) fn into_body(self) -> (Body, Arc<Watch>) {
        let watch = Arc::new(Watch::default());
        let reading = Reading {
            sent: self.offset,
            chunk: self,
            open: None,
            watch: Arc::clone(&watch),
        };
        let stream = futures::stream::try_unfold(reading, |mut reading| async move {
            let step = reading.next().await;
            let piece = reading.watch.note(step)?;
            Ok::<_, std::io::Error>(piece.map(|piece| (piece, reading)))
        });
        (Body::wrap_stream(stream), watch)
    }
}

impl Reading {
    async fn next(&mut self) -> std::io::Result<Option<bytes::Bytes>> {
        let open = match &mut self.open {
            Some(open) => open,
            closed => {
                let Chunk {
                    source,
                    offset,
                    length,
                    ..
                } = &self.chunk;
                let to_its_end = offset + length == source.size();
                closed.insert(Open::new(
                    source.open_at(*offset).await?,
                    *length,
                    to_its_end,
                ))
            }
        };
        let piece = open.read().await?;
        if let Some(piece) = &piece {
            self.sent += piece.len() as u64;
            (self.chunk.progress)(self.sent);
        }
        Ok(piece)
    }
}
