//! The days of a site: what there is of each, per kind, and which are closed.
//!
//! A day is closed with the first record of a later day at the latest. What comes for it after that opens it again, and the next
//! later day's first record closes it once more, so that a close says at most one day late what the books hold.

use super::kept::Kept;
use super::sum::add;
use crate::domain::decimal::Decimal;
use crate::domain::document::Kind;
use crate::domain::record::DayTotal;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Days {
    /// Per day and kind.
    sums: Kept<(Date, Kind), Sums>,
    /// Those that are not closed, with the day on which something came for them last.
    open: Kept<Date, Option<Date>>,
    /// Those that were closed at least once, and are not open again.
    closed: Kept<Date, bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sums {
    documents: u64,
    cancelled: u64,
    sum: Decimal,
}

/// How a day stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayState {
    /// Nothing is known of it.
    Nothing,
    /// It has documents that no close has counted.
    Open,
    /// It is closed, and nothing came for it since.
    Closed,
}

impl Days {
    /// A document of `day` was recorded on `on`.
    pub(super) fn submitted(&mut self, day: Date, on: Date, kind: Kind, sum: Decimal) {
        self.sums.edit((day, kind), |sums| {
            sums.documents += 1;
            add(&mut sums.sum, sum);
        });
        self.touched(day, on);
    }

    /// A document of `day` was cancelled on `on`; `sum` is what it had added.
    pub(super) fn cancelled(&mut self, day: Date, on: Date, kind: Kind, sum: Decimal) {
        self.sums.edit((day, kind), |sums| {
            sums.documents = sums.documents.saturating_sub(1);
            sums.cancelled += 1;
            sums.sum = sums.sum.minus(sum).unwrap_or(sums.sum);
        });
        self.touched(day, on);
    }

    fn touched(&mut self, day: Date, on: Date) {
        self.open.edit(day, |last| *last = (*last).max(Some(on)));
        self.closed.edit(day, |closed| *closed = false);
    }

    pub(super) fn closed(&mut self, day: Date) {
        self.open.edit(day, |last| *last = None);
        self.closed.edit(day, |closed| *closed = true);
    }

    /// The days before `today` that wait to be closed.
    pub(super) fn due(&self, today: Date) -> impl Iterator<Item = Date> {
        let open = self.open.range(..today);
        open.filter(move |(_, last)| last.is_some_and(|last| last < today)).map(|(day, _)| *day)
    }

    pub(super) fn state(&self, day: Date) -> DayState {
        match (self.open.get(&day).is_some(), self.closed.get(&day).is_some()) {
            (true, _) => DayState::Open,
            (false, true) => DayState::Closed,
            (false, false) => DayState::Nothing,
        }
    }

    /// What there is of a day, in the order of kinds.
    pub(super) fn of(&self, day: Date) -> Vec<DayTotal> {
        let first = Kind::ALL[0];
        let of_day = self.sums.range((day, first)..).take_while(|((of, _), _)| *of == day);
        let total = |kind: Kind, sums: &Sums| {
            let Sums { documents, cancelled, sum } = *sums;
            DayTotal { kind, documents, cancelled, sum }
        };
        of_day.map(|((_, kind), sums)| total(*kind, sums)).collect()
    }

    /// Whether a day's sum of a kind stays within the books with `sum` on top.
    pub(super) fn takes(&self, day: Date, kind: Kind, sum: Decimal) -> bool {
        self.sums.get(&(day, kind)).is_none_or(|sums| sums.sum.plus(sum).is_some())
    }

    pub(super) fn settle(&mut self, kept: bool) {
        self.sums.settle(kept);
        self.open.settle(kept);
        self.closed.settle(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const KIND: Kind = Kind::SalesInvoice;

    fn due(days: &Days, today: Date) -> Option<Date> {
        days.due(today).next()
    }

    #[test]
    fn a_day_is_due_once_a_later_day_begins_and_not_again() {
        let (monday, tuesday) = (date(2026, 11, 2), date(2026, 11, 3));
        let mut days = Days::default();
        assert_eq!(days.state(monday), DayState::Nothing);
        days.submitted(monday, monday, KIND, 5.into());
        assert_eq!((due(&days, monday), due(&days, tuesday)), (None, Some(monday)));
        days.closed(monday);
        assert_eq!((due(&days, tuesday), days.state(monday)), (None, DayState::Closed));
    }

    #[test]
    fn what_comes_late_opens_a_day_again_until_the_day_after() {
        let (monday, tuesday, wednesday) = (date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4));
        let mut days = Days::default();
        days.submitted(monday, monday, KIND, 5.into());
        days.closed(monday);
        days.submitted(monday, tuesday, KIND, 7.into());
        days.cancelled(monday, tuesday, KIND, 5.into());
        assert_eq!((due(&days, tuesday), due(&days, wednesday)), (None, Some(monday)));
        assert_eq!(days.state(monday), DayState::Open);
        let total = DayTotal { kind: KIND, documents: 1, cancelled: 1, sum: 7.into() };
        assert_eq!(days.of(monday), [total]);
        assert_eq!(days.of(tuesday), []);
    }
}
