//! The till: what was in it when it was opened, what came in since by mode of payment, what it was closed with.
//!
//! Nothing hangs on it: money that comes while no till is open is in the next closing as well, unless an opening has counted it: what
//! is in the drawer then is its float.

use super::sum::add;
use crate::domain::booked::TillLine;
use crate::domain::decimal::Decimal;
use crate::domain::document::Text;
use crate::domain::id::IntentId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A till, from its last closing on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Till {
    drawer: Drawer,
    last: Option<Box<Closed>>,
}

/// What is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Drawer {
    opened: Option<Opened>,
    /// What came in and went out since the last closing.
    taken: BTreeMap<Text, Decimal>,
}

/// An opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The opening document.
    pub by: IntentId,
    /// Its day.
    pub day: Option<Date>,
    /// The float, by mode of payment.
    pub float: BTreeMap<Text, Decimal>,
    /// What had come of these modes before: it is in the float.
    counted_in: BTreeMap<Text, Decimal>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Closed {
    by: IntentId,
    /// What was in it before, for when the closing is cancelled.
    before: Drawer,
}

/// What a document does to a till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// It is opened with this in it.
    Open(Vec<(Text, Decimal)>),
    /// It is closed.
    Close,
}

impl Till {
    /// The opening that is in force.
    pub fn opened(&self) -> Option<&Opened> {
        self.drawer.opened.as_ref()
    }

    /// What has to be in it, by mode of payment: the float and what came since.
    pub fn expected(&self) -> BTreeMap<Text, Decimal> {
        let mut all = self.drawer.opened.as_ref().map(|opened| opened.float.clone()).unwrap_or_default();
        for (mode, amount) in &self.drawer.taken {
            add(all.entry(mode.clone()).or_default(), *amount);
        }
        all
    }

    /// The lines of a closing that counted `counted`. A mode that was not counted has nothing in it.
    pub(super) fn lines(&self, counted: &[(Text, Decimal)]) -> Vec<TillLine> {
        let float = |mode: &Text| self.opened().and_then(|opened| opened.float.get(mode)).copied().unwrap_or_default();
        let mut lines: BTreeMap<Text, TillLine> = BTreeMap::new();
        for (mode, expected) in self.expected() {
            let (opening, closing) = (float(&mode), Decimal::ZERO);
            lines.insert(mode.clone(), TillLine { mode_of_payment: mode, opening, expected, closing });
        }
        for (mode, amount) in counted {
            let nothing = |mode: Text| TillLine {
                mode_of_payment: mode,
                opening: Decimal::ZERO,
                expected: Decimal::ZERO,
                closing: Decimal::ZERO,
            };
            add(&mut lines.entry(mode.clone()).or_insert_with(|| nothing(mode.clone())).closing, *amount);
        }
        lines.into_values().collect()
    }

    pub(super) fn money(&mut self, mode: &Text, amount: Decimal) {
        let sum = self.drawer.taken.entry(mode.clone()).or_default();
        add(sum, amount);
        if sum.is_zero() {
            self.drawer.taken.remove(mode);
        }
    }

    pub(super) fn acted(&mut self, by: IntentId, day: Option<Date>, act: &Act) {
        match act {
            Act::Open(float) => {
                let float: BTreeMap<Text, Decimal> = float.iter().cloned().collect();
                let counted_in = float.keys().filter_map(|mode| self.drawer.taken.remove_entry(mode)).collect();
                self.drawer.opened = Some(Opened { by, day, float, counted_in });
            }
            Act::Close => {
                let before = std::mem::take(&mut self.drawer);
                self.last = Some(Box::new(Closed { by, before }));
            }
        }
    }

    /// An opening or a closing was cancelled. What is not the last of its kind is paper only.
    pub(super) fn undone(&mut self, by: IntentId) {
        if let Some(opened) = self.drawer.opened.take_if(|opened| opened.by == by) {
            opened.counted_in.iter().for_each(|(mode, amount)| self.money(mode, *amount));
        }
        if self.last.as_ref().is_some_and(|closed| closed.by == by) {
            let Some(closed) = self.last.take() else { return };
            let since = std::mem::replace(&mut self.drawer, closed.before);
            since.taken.iter().for_each(|(mode, amount)| self.money(mode, *amount));
            self.drawer.opened = since.opened.or(self.drawer.opened.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> IntentId {
        IntentId(Uuid::from_u128(n))
    }

    fn cash(amount: u32) -> Vec<(Text, Decimal)> {
        vec![("Cash".try_into().unwrap(), amount.into())]
    }

    fn expected(till: &Till) -> Vec<String> {
        till.expected().iter().map(|(mode, amount)| format!("{mode} {amount}")).collect()
    }

    #[test]
    fn a_closing_compares_what_is_there_with_float_and_takings() {
        let mut till = Till::default();
        till.acted(id(1), None, &Act::Open(cash(100)));
        till.money(&"Cash".try_into().unwrap(), 50.into());
        till.money(&"Card".try_into().unwrap(), 70.into());
        let lines = till.lines(&cash(140));
        assert_eq!(
            (lines[0].mode_of_payment.as_str(), lines[0].expected, lines[0].closing),
            ("Card", 70.into(), 0.into())
        );
        assert_eq!((lines[1].opening, lines[1].expected, lines[1].closing), (100.into(), 150.into(), 140.into()));
    }

    #[test]
    fn an_opening_counts_what_is_there_and_its_cancellation_gives_the_takings_back() {
        let mut till = Till::default();
        till.money(&"Cash".try_into().unwrap(), 50.into());
        till.money(&"Card".try_into().unwrap(), 70.into());
        till.acted(id(1), None, &Act::Open(cash(50)));
        assert_eq!(expected(&till), ["Card 70", "Cash 50"]);
        till.undone(id(1));
        assert_eq!(expected(&till), ["Card 70", "Cash 50"]);
        till.undone(id(1));
        assert_eq!(expected(&till), ["Card 70", "Cash 50"]);
    }

    #[test]
    fn a_closing_that_is_cancelled_opens_the_till_again() {
        let mut till = Till::default();
        till.acted(id(1), None, &Act::Open(cash(100)));
        till.money(&"Cash".try_into().unwrap(), 50.into());
        till.acted(id(2), None, &Act::Close);
        assert!(till.opened().is_none());
        till.money(&"Cash".try_into().unwrap(), 5.into());
        assert_eq!(expected(&till), ["Cash 5"], "who forgets to open it sells all the same");
        till.undone(id(2));
        assert_eq!(
            (expected(&till), till.opened().map(|opened| opened.by)),
            (vec!["Cash 155".to_owned()], Some(id(1)))
        );
    }
}
