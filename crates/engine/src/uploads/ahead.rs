//! Reading what is sent, off the async threads and one step ahead: while one piece is on its way, the next is read.

use std::collections::VecDeque;
use std::io::{self, Read};

use bytes::{Bytes, BytesMut};
use futures::stream::try_unfold;
use pinning::Pieces;
use tokio::task::spawn_blocking;

use super::bytes::finished;

/// Bytes that are read at a time.
const STEP: usize = 256 * 1024;
/// Pieces of one source in memory: one is read, one waits, and the connection holds the others until they are written.
const ROOMS: usize = 4;

/// Opens a reader and reads it to its end, some `length` bytes. Content of less than a step takes one turn off the async
/// threads: folders of small files are thousands of these.
pub(super) fn read_ahead<R: Read + Send + 'static>(
    length: u64,
    open: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> Pieces {
    // One byte more than there should be shows the end.
    let room = usize::try_from(length).map_or(STEP, |length| STEP.min(length.saturating_add(1)));
    let first = spawn_blocking(move || {
        let reader = open()?;
        let rooms = VecDeque::new();
        Reading { reader, rooms }.fill(BytesMut::zeroed(room))
    });
    Box::pin(try_unfold(Some(first), |step| async {
        let Some(step) = step else {
            return Ok(None);
        };
        let (piece, more) = finished(step).await.map_err(io::Error::other)??;
        let next = more.map(|reading| spawn_blocking(move || reading.step()));
        Ok::<_, io::Error>(Some((piece, next)).filter(|(piece, _)| !piece.is_empty()))
    }))
}

/// A reader that is read into the same memory again and again: new pages for each piece cost more than what is read into them.
struct Reading<R> {
    reader: R,
    /// The last pieces whole, the oldest first.
    rooms: VecDeque<Bytes>,
}

/// A piece, and the reader where it may have more.
type Step<R> = io::Result<(Bytes, Option<Reading<R>>)>;

impl<R: Read> Reading<R> {
    fn step(mut self) -> Step<R> {
        let oldest = (self.rooms.len() == ROOMS).then(|| self.rooms.pop_front());
        let written = oldest.flatten().and_then(|room| room.try_into_mut().ok());
        self.fill(written.unwrap_or_else(|| BytesMut::zeroed(STEP)))
    }

    fn fill(mut self, mut room: BytesMut) -> Step<R> {
        let mut filled = 0;
        while filled < room.len() {
            match self.reader.read(&mut room[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let room = room.freeze();
        let piece = room.slice(..filled);
        let more = filled == room.len();
        self.rooms.push_back(room);
        Ok((piece, more.then_some(self)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::TryStreamExt as _;

    use super::*;

    /// Bytes that differ wherever a piece could be taken for another one.
    fn noise(length: usize) -> Vec<u8> {
        (0..length)
            .map(|at| (at % 251 + at / STEP).to_le_bytes()[0])
            .collect()
    }

    /// Gives at most so many bytes at a time, and counts what it gave.
    struct Trickle {
        content: io::Cursor<Vec<u8>>,
        most: usize,
        given: Arc<AtomicUsize>,
    }

    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = self.most.min(buffer.len());
            let read = self.content.read(&mut buffer[..most])?;
            self.given.fetch_add(read, Ordering::SeqCst);
            Ok(read)
        }
    }

    fn trickle(content: &[u8], most: usize) -> (Trickle, Arc<AtomicUsize>) {
        let given = Arc::new(AtomicUsize::new(0));
        let reader = Trickle {
            content: io::Cursor::new(content.to_vec()),
            most,
            given: given.clone(),
        };
        (reader, given)
    }

    #[tokio::test]
    async fn every_byte_comes_once_and_in_its_place_whatever_length_was_promised() {
        for length in [0, 1, 9, STEP - 1, STEP, STEP + 1, 7 * STEP + 5] {
            let content = noise(length);
            for promised in [0, length / 2, length, length + 1, 9 * STEP] {
                let (reader, _) = trickle(&content, 100_000);
                let pieces = read_ahead(promised as u64, || Ok(reader));
                let read: Vec<Bytes> = pieces.try_collect().await.expect("read");
                assert!(read.iter().all(|piece| piece.len() <= STEP));
                assert!(read.concat() == content, "{length} as {promised}");
            }
        }
    }

    #[tokio::test]
    async fn pieces_that_are_still_held_keep_their_bytes_and_those_let_go_lend_their_memory() {
        let content = noise(12 * STEP);
        let (reader, _) = trickle(&content, STEP);
        let mut pieces = read_ahead(content.len() as u64, || Ok(reader));
        let (mut held, mut places) = (Vec::new(), std::collections::HashSet::new());
        let mut at = 0;
        while let Some(piece) = pieces.try_next().await.expect("read") {
            assert!(piece == content[at..at + piece.len()]);
            at += piece.len();
            places.insert(piece.as_ptr());
            // The first two stay with the connection.
            if held.len() < 2 {
                held.push(piece);
            }
        }
        assert_eq!(at, content.len());
        assert!(held.concat() == content[..2 * STEP]);
        assert!(places.len() <= ROOMS + 2, "{} places", places.len());
    }

    #[tokio::test]
    async fn no_more_than_one_step_is_read_before_it_is_asked_for() {
        let content = noise(6 * STEP);
        let (reader, given) = trickle(&content, STEP);
        let mut pieces = read_ahead(content.len() as u64, || Ok(reader));
        for taken in 1..=6 {
            let piece = pieces.try_next().await.expect("read").expect("a piece");
            assert_eq!(piece.len(), STEP);
            let read = given.load(Ordering::SeqCst);
            assert!(read <= (taken + 1) * STEP, "{taken} taken, {read} read");
        }
    }

    struct Breaks;

    impl Read for Breaks {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    #[tokio::test]
    async fn what_fails_to_open_or_to_be_read_says_why() {
        let refused = |words: &'static str| Err::<io::Empty, _>(io::Error::other(words));
        let mut pieces = read_ahead(5, move || refused("it is gone"));
        let error = pieces.try_next().await.expect_err("not opened");
        assert_eq!(error.to_string(), "it is gone");

        let mut pieces = read_ahead(STEP as u64, || {
            Ok(io::Cursor::new(noise(STEP)).chain(Breaks))
        });
        let first = pieces.try_next().await.expect("read").expect("a piece");
        assert_eq!(first.len(), STEP);
        let error = pieces.try_next().await.expect_err("broken");
        assert_eq!(error.to_string(), "the disk is gone");
    }
}
