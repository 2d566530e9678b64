//! Who waits for stock, and whose turn it is when some comes.
//!
//! In: what is held for stock, the places (an item in a warehouse) to which some came, what went through. Out: whom to try. Absent: time,
//! but for the pace of the round, and what is tried otherwise.
//!
//! A document stands in the queue of each place of which it takes, since the books say of one alone that it has too little. Where stock comes
//! to a place, the first of its queue is tried, and where that goes through, or is held again, the next one behind it: the first may lack
//! another item, or more than came. [`MAX_IN_VAIN`] that are held again are enough for one arrival, so that a thousand held ones do not
//! each cost a request at every receipt; those behind them get their turn in the round: one each [`ROUND_PAUSE_MS`], each before any comes
//! a second time. One that goes through in the round shows that there is stock, and those behind it go on at once.

use super::work::Work;
use crate::domain::document::Text;
use crate::domain::id::IntentId;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

/// How many are tried in vain at once when stock comes to a place: less than two seconds of ordinary books.
pub const MAX_IN_VAIN: usize = 8;
/// Between two of the round: some hundredth of what the books take.
pub const ROUND_PAUSE_MS: u64 = 10_000;

/// An item in a warehouse.
type Place = (Text, Text);
/// One that waits: its place in the journal comes first.
type Waiter = (u64, IntentId);

/// Some stock came to a place.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    /// Whose turn it is.
    at: Waiter,
    /// How many may be tried in vain still.
    left: usize,
}

/// A site's documents that are held for stock.
#[derive(Default)]
pub(super) struct Shortage {
    /// In the order of the journal.
    queues: BTreeMap<Place, BTreeSet<Waiter>>,
    arrivals: BTreeMap<Place, Arrival>,
    round: BTreeSet<Waiter>,
    /// The latest of the round.
    latest: Option<Waiter>,
    round_at_ms: u64,
}

impl Shortage {
    /// It is held for stock.
    pub(super) fn add(&mut self, work: &Work) {
        for place in &work.takes {
            self.queues.entry(place.clone()).or_default().insert((work.order, work.id));
        }
    }

    /// It is tried, or done with.
    pub(super) fn remove(&mut self, work: &Work) {
        let waiter = (work.order, work.id);
        self.round.remove(&waiter);
        for place in &work.takes {
            if let Some(queue) = self.queues.get_mut(place) {
                queue.remove(&waiter);
                if queue.is_empty() {
                    self.queues.remove(place);
                }
            }
        }
    }

    /// Whether stock may be there is not known: it has its turn in the round.
    pub(super) fn doubt(&mut self, work: &Work) {
        self.round.insert((work.order, work.id));
    }

    /// Stock came to these places: who is tried first.
    pub(super) fn came(&mut self, places: &BTreeSet<Place>) -> Vec<Waiter> {
        let mut first = Vec::new();
        for place in places {
            if let Some(at) = self.queues.get(place).and_then(BTreeSet::first) {
                self.arrivals.insert(place.clone(), Arrival { at: *at, left: MAX_IN_VAIN });
                first.push(*at);
            }
        }
        first
    }

    /// One that takes of these places went through, so there is stock: those behind it are tried at once, those before it in the round.
    pub(super) fn went_through(&mut self, work: &Work) {
        let at = (work.order, work.id);
        for place in &work.takes {
            let Some(queue) = self.queues.get(place) else { continue };
            if self.arrivals.get(place).is_none_or(|arrival| arrival.at != at) {
                self.round.extend(queue.range(..at));
                self.arrivals.entry(place.clone()).or_insert(Arrival { at, left: MAX_IN_VAIN });
            }
        }
    }

    /// Who is tried next of those for whom stock came: behind each that has had its turn.
    pub(super) fn pass_on(&mut self, is_on_its_way: impl Fn(&Waiter) -> bool) -> Vec<Waiter> {
        let (queues, round, mut next) = (&self.queues, &mut self.round, Vec::new());
        self.arrivals.retain(|place, arrival| {
            if is_on_its_way(&arrival.at) {
                return true;
            }
            let Some(queue) = queues.get(place) else { return false };
            arrival.left -= usize::from(queue.contains(&arrival.at));
            let mut behind = queue.range((Excluded(arrival.at), Unbounded));
            if arrival.left == 0 {
                round.extend(behind);
                return false;
            }
            let Some(at) = behind.next() else { return false };
            arrival.at = *at;
            next.push(*at);
            true
        });
        next
    }

    /// The one whose turn it is in the round, where it is time.
    pub(super) fn turn(&mut self, now_ms: u64) -> Option<Waiter> {
        if now_ms < self.round_at_ms {
            return None;
        }
        let behind = self.latest.and_then(|latest| self.round.range((Excluded(latest), Unbounded)).next());
        let turn = *behind.or_else(|| self.round.first())?;
        self.round.remove(&turn);
        (self.latest, self.round_at_ms) = (Some(turn), now_ms + ROUND_PAUSE_MS);
        Some(turn)
    }

    /// When the round goes on, where anybody is left in it.
    pub(super) fn round_at_ms(&self) -> Option<u64> {
        (!self.round.is_empty()).then_some(self.round_at_ms)
    }
}
