//! What has arrived and is not yet read: the one bounded incoming queue, shared by every courier.
//!
//! Couriers put in without waiting; one owner takes out, awaiting ([`Arrivals::next`]) or not ([`Arrivals::try_next`],
//! for a simulation without a runtime). When it is full the newest envelope is dropped and counted.

use super::{Arrival, Purpose, Queues, Why};
use crate::domain::id::SiteId;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Notify;

/// The receiving side of a road. Has one owner.
pub struct Arrivals(Arc<Shared>);

/// The putting side, held by a courier.
#[derive(Clone)]
pub(super) struct Inbox(Arc<Shared>);

struct Shared {
    queues: Queues,
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Default)]
struct Queue {
    arrivals: VecDeque<Arrival>,
    envelopes: usize,
    bytes: usize,
    dropped: u64,
    /// How the reader will find the road once it has read everything.
    connected: bool,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("invariant: nothing panics while the inbox is locked")
    }
}

impl Arrivals {
    /// The next arrival, as soon as there is one. `None` when the courier is gone and everything has been read.
    /// Cancel safe: nothing is taken out unless it is returned.
    pub async fn next(&mut self) -> Option<Arrival> {
        let shared = self.0.clone();
        loop {
            let filled = shared.filled.notified();
            if let Some(arrival) = self.try_next() {
                return Some(arrival);
            }
            if shared.lock().closed {
                return None;
            }
            filled.await;
        }
    }

    /// The next arrival if there is one now.
    pub fn try_next(&mut self) -> Option<Arrival> {
        let mut queue = self.0.lock();
        let arrival = queue.arrivals.pop_front()?;
        if let Arrival::Envelope { bytes, .. } = &arrival {
            queue.envelopes -= 1;
            queue.bytes -= bytes.len();
        }
        Some(arrival)
    }
}

impl Inbox {
    pub(super) fn new(queues: Queues) -> (Self, Arrivals) {
        let shared = Arc::new(Shared { queues, queue: Mutex::default(), filled: Notify::new() });
        (Self(shared.clone()), Arrivals(shared))
    }

    pub(super) fn connected(&self) {
        self.link_changed(true, Arrival::Connected);
    }

    /// Told only to a reader who was told of a connection before.
    pub(super) fn disconnected(&self, why: Why) {
        self.link_changed(false, Arrival::Disconnected { why });
    }

    fn link_changed(&self, connected: bool, arrival: Arrival) {
        let mut queue = self.0.lock();
        if queue.connected == connected {
            return;
        }
        queue.connected = connected;
        // A flapping line must not fill the memory of a reader that is busy. Two unread changes cancel out for one who
        // has still to read a third: it leaves the reader in the same place, and the third tells of the break.
        let unread = queue.arrivals.iter().filter(|a| !matches!(a, Arrival::Envelope { .. })).count();
        if unread >= 2 {
            queue.arrivals.retain(|a| matches!(a, Arrival::Envelope { .. }));
        }
        queue.arrivals.push_back(arrival);
        drop(queue);
        self.0.filled.notify_one();
    }

    /// Whether there was room.
    pub(super) fn envelope(&self, from_hint: Option<SiteId>, purpose: Purpose, bytes: Vec<u8>) -> bool {
        let mut queue = self.0.lock();
        if !self.0.queues.in_has_room(queue.envelopes, queue.bytes, bytes.len()) {
            queue.dropped += 1;
            return false;
        }
        queue.envelopes += 1;
        queue.bytes += bytes.len();
        queue.arrivals.push_back(Arrival::Envelope { from_hint, purpose, bytes });
        drop(queue);
        self.0.filled.notify_one();
        true
    }

    /// Envelopes dropped so far because the queue was full.
    pub(super) fn dropped(&self) -> u64 {
        self.0.lock().dropped
    }

    /// After this the reader gets what is left, then `None`.
    pub(super) fn close(&self) {
        self.0.lock().closed = true;
        self.0.filled.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Queues = Queues { out_envelopes: 1, out_bytes: 1, in_envelopes: 3, in_bytes: 100 };

    fn lost() -> Why {
        Why::Lost { detail: "reset".into() }
    }

    #[test]
    fn a_full_inbox_drops_the_newest_by_count_and_by_bytes_and_counts_it() {
        let (inbox, mut arrivals) = Inbox::new(SMALL);
        for _ in 0..3 {
            assert!(inbox.envelope(None, Purpose::Records, vec![0; 33]));
        }
        assert!(!inbox.envelope(None, Purpose::Records, vec![]), "the fourth is one too many");
        let taken = arrivals.try_next();
        assert!(taken.is_some());
        assert!(!inbox.envelope(None, Purpose::Records, vec![0; 35]), "101 bytes are one too many");
        assert!(inbox.envelope(None, Purpose::Records, vec![0; 34]), "100 bytes fit");
        assert_eq!(inbox.dropped(), 2);
    }

    #[test]
    fn a_flapping_line_leaves_at_most_two_changes_and_the_reader_in_the_right_place() {
        let (inbox, mut arrivals) = Inbox::new(SMALL);
        inbox.disconnected(lost());
        assert_eq!(arrivals.try_next(), None, "a line that was never up cannot be cut");
        for _ in 0..1000 {
            inbox.connected();
            inbox.disconnected(lost());
        }
        inbox.connected();
        assert_eq!(arrivals.try_next(), Some(Arrival::Connected));
        assert_eq!(arrivals.try_next(), None);
        for _ in 0..1000 {
            inbox.disconnected(lost());
            inbox.connected();
        }
        assert_eq!(arrivals.try_next(), Some(Arrival::Disconnected { why: lost() }), "the break itself is told");
        assert_eq!(arrivals.try_next(), Some(Arrival::Connected));
        assert_eq!(arrivals.try_next(), None);
    }

    #[tokio::test]
    async fn a_closed_inbox_is_read_to_its_end() {
        let (inbox, mut arrivals) = Inbox::new(SMALL);
        inbox.connected();
        inbox.close();
        assert_eq!(arrivals.next().await, Some(Arrival::Connected));
        assert_eq!(arrivals.next().await, None);
    }
}
