//! What this site did to the stock of one item in one warehouse: sums of what moved, cut where it was counted.
//!
//! A count sets a figure, so it alone depends on order: what moved before it is in it, and a cancellation belongs to where its
//! document stood, as in ERPNext's stock ledger. So a place keeps its counts with the sum that moved since each, and a count that
//! is cancelled gives its sum back to the one before it.

use super::Rank;
use super::sum::add;
use crate::domain::decimal::Decimal;
use crate::domain::id::IntentId;
use crate::domain::master::Level;
use serde::{Deserialize, Serialize};

/// Counts that a place keeps. What is older is folded into the figure from which it starts, and can no longer be cancelled with
/// any effect on it: that takes sixteen counts of one item in one warehouse that are all wrong.
pub const MAX_COUNTS: usize = 16;

/// One item in one warehouse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// What moved before the oldest count that is kept; the figure itself where older counts were folded in.
    before: Decimal,
    counts: Vec<Count>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Count {
    at: Rank,
    id: IntentId,
    qty: Decimal,
    cancelled: bool,
    since: Decimal,
}

/// The stock of an item in a warehouse as the box knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How much there is.
    pub qty: Decimal,
    /// How much the office has in its books, where it says.
    pub office: Option<Decimal>,
    /// What the office does not have yet: what is under way or held, and the difference of a count. Zero where both agree.
    pub ahead: Decimal,
}

impl Place {
    /// Adds what moved, by a document at `at`.
    pub(super) fn moved(&mut self, at: Rank, qty: Decimal) {
        let sum = match self.counts.iter_mut().rev().find(|count| count.at < at) {
            Some(count) => &mut count.since,
            None => &mut self.before,
        };
        add(sum, qty);
    }

    /// Takes a count, which comes after all that the place has.
    pub(super) fn counted(&mut self, at: Rank, id: IntentId, qty: Decimal) {
        if self.counts.len() == MAX_COUNTS {
            let oldest = self.counts.remove(0);
            if oldest.cancelled {
                add(&mut self.before, oldest.since);
            } else {
                self.before = oldest.qty;
                add(&mut self.before, oldest.since);
            }
        }
        self.counts.push(Count { at, id, qty, cancelled: false, since: Decimal::ZERO });
    }

    /// A count was cancelled.
    pub(super) fn uncounted(&mut self, id: IntentId) {
        if let Some(count) = self.counts.iter_mut().find(|count| count.id == id) {
            count.cancelled = true;
        }
    }

    fn latest(&self) -> Option<usize> {
        self.counts.iter().rposition(|count| !count.cancelled)
    }

    fn since(&self, index: usize) -> Decimal {
        let mut sum = Decimal::ZERO;
        self.counts[index..].iter().for_each(|count| add(&mut sum, count.since));
        sum
    }

    /// What this site's own records say.
    pub(super) fn alone(&self) -> Decimal {
        let (mut sum, from) = match self.latest() {
            Some(index) => (self.counts[index].qty, index),
            None => (self.before, 0),
        };
        add(&mut sum, self.since(from));
        sum
    }

    /// What moved since the latest count, or ever, and that count: of a site whose records an office holds, what its level has in it.
    pub(super) fn since_count(&self) -> (Decimal, Option<IntentId>) {
        match self.latest() {
            Some(index) => (self.since(index), Some(self.counts[index].id)),
            None => (self.alone(), None),
        }
    }

    /// What the site did since the count that the office's level starts from; `None` where an own count is newer than that level, so
    /// that the level says nothing any more.
    fn beside(&self, counted: Option<IntentId>) -> Option<Decimal> {
        let latest = self.latest();
        let base = counted.and_then(|id| self.counts.iter().position(|count| count.id == id));
        match (base, latest) {
            (Some(base), Some(latest)) if latest == base => Some(self.since(base)),
            (_, Some(_)) => None,
            // The count that the office has is cancelled here, and none stands: what moved since it is all that can be added.
            (Some(base), None) => Some(self.since(base)),
            (None, None) => Some(self.alone()),
        }
    }
}

/// The stock from the office's level and from what the site did; `None` where neither says anything.
///
/// Nothing counts twice: of the site's own documents the office's figure holds `included`, which is taken off before all of them
/// are added, whether the office has posted, holds or has never seen them. Nothing is missed: whatever others did is in the
/// office's figure. A count replaces all of that, for both: both sums begin at the same count, or an own count that the office does
/// not have yet stands alone.
pub(super) fn standing(level: Option<&Level>, place: Option<&Place>) -> Option<Standing> {
    let nothing = Place::default();
    let own = place.unwrap_or(&nothing);
    let Some(level) = level else {
        place?;
        let qty = own.alone();
        return Some(Standing { qty, office: None, ahead: Decimal::ZERO });
    };
    let qty = match own.beside(level.counted) {
        Some(beside) => {
            let mut qty = level.actual_qty;
            add(&mut qty, negative(level.included));
            add(&mut qty, beside);
            qty
        }
        None => own.alone(),
    };
    let ahead = qty.minus(level.actual_qty).unwrap_or_default();
    Some(Standing { qty, office: Some(level.actual_qty), ahead })
}

/// The same with the other sign.
pub(super) fn negative(value: Decimal) -> Decimal {
    Decimal::ZERO.minus(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn rank(seq: u64) -> Rank {
        Rank { epoch: 0, seq }
    }

    fn id(n: u128) -> IntentId {
        IntentId(Uuid::from_u128(n))
    }

    fn level(actual: u32, included: &str, counted: Option<IntentId>) -> Level {
        let name = |text: &str| text.try_into().unwrap();
        let (item_code, warehouse) = (name("CLOTH"), name("Stores"));
        Level { item_code, warehouse, actual_qty: actual.into(), included: included.parse().unwrap(), counted }
    }

    fn figure(level: Option<&Level>, place: &Place) -> String {
        standing(level, Some(place)).unwrap().qty.to_string()
    }

    #[test]
    fn a_count_sets_the_figure_and_its_cancellation_gives_the_old_one_back() {
        let mut place = Place::default();
        place.moved(rank(1), 10.into());
        place.counted(rank(2), id(2), 7.into());
        place.moved(rank(3), negative(2.into()));
        assert_eq!(figure(None, &place), "5");
        place.moved(rank(1), negative(10.into()));
        assert_eq!(figure(None, &place), "5", "what came before the count is in it, and so is its cancellation");
        place.uncounted(id(2));
        assert_eq!(figure(None, &place), "-2");
    }

    #[test]
    fn what_the_office_has_of_the_site_counts_once_and_what_it_lacks_is_added() {
        let mut place = Place::default();
        place.moved(rank(1), negative(3.into()));
        place.moved(rank(2), negative(4.into()));
        // Of 100 the office has posted the 3, and somebody else has brought 20.
        let standing = standing(Some(&level(117, "-3", None)), Some(&place)).unwrap();
        assert_eq!((standing.qty, standing.office), (113.into(), Some(117.into())));
        assert_eq!(standing.ahead, negative(4.into()));
    }

    #[test]
    fn an_own_count_stands_until_the_office_has_it() {
        let mut place = Place::default();
        place.moved(rank(1), negative(3.into()));
        place.counted(rank(2), id(2), 50.into());
        place.moved(rank(3), negative(1.into()));
        assert_eq!(figure(Some(&level(97, "-3", None)), &place), "49");
        assert_eq!(figure(Some(&level(50, "0", Some(id(2)))), &place), "49");
        assert_eq!(figure(Some(&level(59, "-1", Some(id(2)))), &place), "59", "ten came from elsewhere");
    }

    #[test]
    fn a_count_that_is_cancelled_here_and_still_there_is_no_base_where_an_older_one_is() {
        let mut place = Place::default();
        place.counted(rank(1), id(1), 10.into());
        place.moved(rank(2), negative(1.into()));
        place.counted(rank(3), id(3), 99.into());
        place.moved(rank(4), negative(2.into()));
        place.uncounted(id(3));
        assert_eq!(figure(Some(&level(97, "-2", Some(id(3)))), &place), "7");
        place.uncounted(id(1));
        assert_eq!(figure(Some(&level(97, "-2", Some(id(3)))), &place), "97");
    }

    #[test]
    fn the_oldest_count_is_folded_in_and_the_figure_stays() {
        let mut place = Place::default();
        for n in 0..=MAX_COUNTS as u64 {
            place.counted(rank(2 * n), id(n.into()), (n as u32).into());
            place.moved(rank(2 * n + 1), 1.into());
        }
        assert_eq!(place.counts.len(), MAX_COUNTS);
        assert_eq!(place.alone(), (MAX_COUNTS as u32 + 1).into());
        (1..=MAX_COUNTS).for_each(|n| place.uncounted(id(n as u128)));
        assert_eq!(place.alone(), (MAX_COUNTS as u32 + 1).into(), "counted 0, and one moved after each");
    }

    #[test]
    fn where_nobody_knows_anything_there_is_no_figure() {
        assert_eq!(standing(None, None), None);
        assert_eq!(standing(Some(&level(5, "0", None)), None).unwrap().qty, 5.into());
    }
}
