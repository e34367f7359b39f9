//! Work that is done by several hands, each taking the next piece as soon as it is free.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What came of each piece, in their order; nothing of one that broke off.
pub(crate) fn at_once<T: Sync, R: Send>(
    hands: usize,
    pieces: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<Option<R>> {
    let turn = AtomicUsize::new(0);
    let hand = || -> Vec<(usize, R)> {
        let next = || {
            let at = turn.fetch_add(1, Ordering::Relaxed);
            pieces.get(at).map(|piece| (at, piece))
        };
        std::iter::from_fn(next)
            .filter_map(|(at, piece)| {
                let done = catch_unwind(AssertUnwindSafe(|| work(piece)));
                Some((at, done.ok()?))
            })
            .collect()
    };
    let mut all: Vec<Option<R>> = pieces.iter().map(|_| None).collect();
    std::thread::scope(|scope| {
        let working: Vec<_> = (0..hands).map(|_| scope.spawn(hand)).collect();
        for (at, result) in working
            .into_iter()
            .flat_map(|one| one.join().unwrap_or_default())
        {
            all[at] = Some(result);
        }
    });
    all
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn two_hands_work_at_the_same_time_and_what_comes_of_it_is_in_order() {
        let both = Barrier::new(2);
        let results = at_once(2, &[1, 2], |piece| {
            both.wait();
            piece * 10
        });
        assert_eq!(results, [Some(10), Some(20)]);
        assert_eq!(at_once(3, &[0; 0], |piece| *piece), []);
    }

    #[test]
    fn a_piece_that_breaks_off_leaves_what_was_done_before_and_what_comes_after() {
        let results = at_once(1, &[1, 2, 3], |piece| {
            assert_ne!(*piece, 2, "on purpose");
            *piece
        });
        assert_eq!(results, [Some(1), None, Some(3)]);
    }
}
