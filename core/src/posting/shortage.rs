//! Who waits for stock, or for pieces of a Work Order, and whose turn it is when some come.
//!
//! In: what is held for either, the places (an item in a warehouse) to which stock came, the Work Orders that got on, what went through. Out:
//! whom to try. Absent: time, but for the pace of the round, and what is tried otherwise.
//!
//! A document stands in the queue of each place of which it takes, since the books say of one alone that it has too little. Where stock comes
//! to a place, the first of its queue is tried, and where that goes through, or is held again, the next one behind it: the first may lack
//! another item, or more than came. [`MAX_IN_VAIN`] that are held again are enough for one arrival, so that a thousand held ones do not
//! each cost a request at every receipt; those behind them get their turn in the round: one each [`ROUND_PAUSE_MS`], each before any comes
//! a second time. One that goes through in the round shows that there is stock, and those behind it go on at once.
//!
//! Pieces are such a place as well. Each operation of a Work Order, and what is made by it, has a queue of its own, so that what waits for the
//! last operation keeps nothing from the second. Of which of them pieces came nobody says: the first of each queue of the Work Order is tried.

use super::work::{Of, Work};
use crate::domain::document::Text;
use crate::domain::id::IntentId;
use crate::domain::outcome::Hold;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

/// How many are tried in vain at once when stock comes to a place: less than two seconds of ordinary books.
pub const MAX_IN_VAIN: usize = 8;
/// Between two of the round: some hundredth of what the books take.
pub const ROUND_PAUSE_MS: u64 = 10_000;

/// What may lack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// An item in a warehouse.
    Stock((Text, Text)),
    /// Pieces for an operation of a Work Order, or for what is made by it.
    Pieces(Of),
}

impl Place {
    /// Of which it takes.
    fn of(work: &Work) -> impl Iterator<Item = Self> + '_ {
        work.takes.iter().cloned().map(Self::Stock).chain(work.of.clone().map(Self::Pieces))
    }
}

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

/// A site's documents that are held for stock or for pieces.
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
    /// It is held: for stock, or because it is too early.
    pub(super) fn add(&mut self, work: &Work, hold: Hold) {
        let waits = |place: &Place| match place {
            Place::Stock(_) => hold == Hold::Stock,
            Place::Pieces(_) => hold == Hold::Waits,
        };
        for place in Place::of(work).filter(waits) {
            self.queues.entry(place).or_default().insert((work.order, work.id));
        }
    }

    /// It is tried, or done with.
    pub(super) fn remove(&mut self, work: &Work) {
        let waiter = (work.order, work.id);
        self.round.remove(&waiter);
        for place in Place::of(work) {
            if let Some(queue) = self.queues.get_mut(&place) {
                queue.remove(&waiter);
                if queue.is_empty() {
                    self.queues.remove(&place);
                }
            }
        }
    }

    /// Whether stock may be there is not known: it has its turn in the round.
    pub(super) fn doubt(&mut self, work: &Work) {
        self.round.insert((work.order, work.id));
    }

    /// Stock came to these places: who is tried first.
    pub(super) fn came(&mut self, places: &BTreeSet<(Text, Text)>) -> Vec<Waiter> {
        places.iter().filter_map(|place| self.arrived(Place::Stock(place.clone()))).collect()
    }

    /// This Work Order got on: who is tried first of each that wait for it.
    pub(super) fn got_on(&mut self, order: &Text) -> Vec<Waiter> {
        let first = Place::Pieces(Of { order: order.clone(), operation: None });
        let is_of_it = |place: &&Place| matches!(place, Place::Pieces(of) if of.order == *order);
        let places: Vec<_> = self.queues.range(first..).map(|(place, _)| place).take_while(is_of_it).cloned().collect();
        places.into_iter().filter_map(|place| self.arrived(place)).collect()
    }

    fn arrived(&mut self, place: Place) -> Option<Waiter> {
        let at = *self.queues.get(&place)?.first()?;
        self.arrivals.insert(place, Arrival { at, left: MAX_IN_VAIN });
        Some(at)
    }

    /// One that takes of these places went through, so there is stock: those behind it are tried at once, those before it in the round.
    pub(super) fn went_through(&mut self, work: &Work) {
        let at = (work.order, work.id);
        for place in Place::of(work) {
            let Some(queue) = self.queues.get(&place) else { continue };
            if self.arrivals.get(&place).is_none_or(|arrival| arrival.at != at) {
                self.round.extend(queue.range(..at));
                self.arrivals.entry(place).or_insert(Arrival { at, left: MAX_IN_VAIN });
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
