//! Between two documents: figures of the books are read while none of ours is on its way into them.
//!
//! In: who posts, who reads. Out: never both at once. Whoever wants to read comes before the next document of anybody, so that
//! reading comes to its turn however much is posted. Absent: what is read.

use super::lock;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

#[derive(Default)]
struct State {
    posting: usize,
    reading: bool,
}

/// Shared by all who post and who read.
#[derive(Default)]
pub(super) struct Turnstile {
    state: Mutex<State>,
    moved: Condvar,
}

/// Somebody's documents may be on their way while it lives.
pub(super) struct Pass(Arc<Turnstile>);

impl Drop for Pass {
    fn drop(&mut self) {
        lock(&self.0.state).posting -= 1;
        self.0.moved.notify_all();
    }
}

/// Somebody reads, or is about to, until it is dropped: a panic in between stops nobody.
struct Reading<'a>(&'a Turnstile);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).reading = false;
        self.0.moved.notify_all();
    }
}

impl Turnstile {
    /// Waits until nobody reads.
    pub(super) fn enter(self: &Arc<Self>) -> Pass {
        let state = lock(&self.state);
        let waited = self.moved.wait_while(state, |state| state.reading);
        waited.unwrap_or_else(PoisonError::into_inner).posting += 1;
        Pass(self.clone())
    }

    /// Reads, once nothing is on its way. None where something still is after all that time: it is not known then what is in the books.
    pub(super) fn alone<T>(&self, patience: Duration, read: impl FnOnce() -> T) -> Option<T> {
        let mut state = lock(&self.state);
        state.reading = true;
        let _reading = Reading(self);
        let waited = self.moved.wait_timeout_while(state, patience, |state| state.posting > 0);
        let (state, late) = waited.unwrap_or_else(PoisonError::into_inner);
        drop(state);
        (!late.timed_out()).then(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    #[test]
    fn nobody_reads_while_somebody_posts_and_reading_comes_to_its_turn() {
        let (turnstile, posting, read) = (Arc::new(Turnstile::default()), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while read.load(SeqCst) < 50 {
                        let pass = turnstile.enter();
                        posting.fetch_add(1, SeqCst);
                        std::thread::yield_now();
                        posting.fetch_sub(1, SeqCst);
                        drop(pass);
                    }
                });
            }
            while read.load(SeqCst) < 50 {
                let alone = turnstile.alone(Duration::from_secs(60), || posting.load(SeqCst));
                assert_eq!(alone, Some(0));
                read.fetch_add(1, SeqCst);
            }
        });
    }

    #[test]
    fn a_reader_that_panics_stops_nobody() {
        let turnstile = Arc::new(Turnstile::default());
        let own = turnstile.clone();
        let reader = std::thread::spawn(move || own.alone(Duration::ZERO, || panic!("on purpose")));
        assert!(reader.join().is_err());
        drop(turnstile.enter());
    }

    #[test]
    fn who_waits_too_long_does_not_read_and_stops_nobody() {
        let turnstile = Arc::new(Turnstile::default());
        let pass = turnstile.enter();
        assert_eq!(turnstile.alone(Duration::from_millis(1), || ()), None);
        drop(pass);
        drop(turnstile.enter());
        assert_eq!(turnstile.alone(Duration::ZERO, || ()), Some(()));
    }
}
