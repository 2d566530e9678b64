//! What of one site's documents is in the company's books.
//!
//! The books' figures (stock, progress of orders) hold these documents, and a box adds all of its site's own to a figure: so the office says
//! with each figure how much of it is the site's. In: documents as they enter the books, in nearly any order, and cancellations that were
//! carried out there. Out: sums. Absent: what is under way or held.

use super::Rank;
use super::place::{Place, negative};
use super::progress::StepKey;
use super::sum::add;
use crate::domain::decimal::Decimal;
use crate::domain::document::{Ref, Text};
use crate::domain::effects::{Progress, Step};
use crate::domain::id::{Epoch, IntentId, Position};
use crate::domain::record::Submitted;
use std::collections::{BTreeMap, HashMap};

/// A place, and the latest document that touched it.
#[derive(Clone, Debug, Default)]
struct Touched {
    place: Place,
    latest: Option<Rank>,
}

/// A count that has to be entered in the order of the journal: something that stands behind it is in the books already. The sums
/// have to be made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfOrder;

/// The documents of one site that are in the books, as sums.
#[derive(Clone, Debug, Default)]
pub struct InBooks {
    /// The openings of the journal, in order.
    epochs: Vec<Epoch>,
    places: HashMap<(Text, Text), Touched>,
    steps: BTreeMap<StepKey, Decimal>,
}

impl InBooks {
    /// A document is in the books.
    pub fn add(&mut self, at: Position, submitted: &Submitted) -> Result<(), OutOfOrder> {
        let rank = self.rank(at);
        let effects = submitted.effects();
        let place = |moved: &crate::domain::effects::StockMove| (moved.warehouse.clone(), moved.item_code.clone());
        let late = |count| self.places.get(&place(count)).is_some_and(|touched| touched.latest > Some(rank));
        if effects.counts.iter().any(late) {
            return Err(OutOfOrder);
        }
        for moved in &effects.moves {
            let touched = self.places.entry(place(moved)).or_default();
            touched.place.moved(rank, moved.qty);
            touched.latest = touched.latest.max(Some(rank));
        }
        for count in &effects.counts {
            let touched = self.places.entry(place(count)).or_default();
            touched.place.counted(rank, submitted.id, count.qty);
            touched.latest = Some(rank);
        }
        self.bring_on(&effects.steps, false);
        Ok(())
    }

    /// A document that was added is there no more, or was cancelled there.
    pub fn take_back(&mut self, at: Position, submitted: &Submitted) {
        let rank = self.rank(at);
        let effects = submitted.effects();
        for moved in &effects.moves {
            let touched = self.places.entry((moved.warehouse.clone(), moved.item_code.clone())).or_default();
            touched.place.moved(rank, negative(moved.qty));
        }
        for count in &effects.counts {
            if let Some(touched) = self.places.get_mut(&(count.warehouse.clone(), count.item_code.clone())) {
                touched.place.uncounted(submitted.id);
            }
        }
        self.bring_on(&effects.steps, true);
    }

    /// What moved of an item in a warehouse since the latest count of it, or ever; and that count.
    pub fn since_count(&self, warehouse: &Text, item: &Text) -> (Decimal, Option<IntentId>) {
        let touched = self.places.get(&(warehouse.clone(), item.clone()));
        touched.map(|touched| touched.place.since_count()).unwrap_or_default()
    }

    /// How far a document, or a row of it, was brought: of Sales Orders what was delivered, billed and paid ahead, of Work Orders what was
    /// produced, of the office's invoices what was paid, of what the office sent what was received.
    pub fn step(&self, of: &Ref, row: Option<&Text>, what: Progress) -> Decimal {
        self.steps.get(&(of.clone(), row.cloned(), what)).copied().unwrap_or_default()
    }

    fn bring_on(&mut self, steps: &[Step], undo: bool) {
        for Step { of, row, what, by } in steps.iter().filter(|step| is_asked_for(step)) {
            let key = (of.clone(), row.clone(), *what);
            let mut sum = self.steps.remove(&key).unwrap_or_default();
            add(&mut sum, if undo { negative(*by) } else { *by });
            if !sum.is_zero() {
                self.steps.insert(key, sum);
            }
        }
    }

    fn rank(&mut self, at: Position) -> Rank {
        let known = self.epochs.iter().rposition(|epoch| *epoch == at.epoch);
        let epoch = known.unwrap_or_else(|| {
            self.epochs.push(at.epoch);
            self.epochs.len() - 1
        });
        Rank { epoch: u32::try_from(epoch).unwrap_or(u32::MAX), seq: at.seq.0 }
    }
}

/// A site's own invoices, which are most of what is paid, the office never tells the figures of; nor of what sites send each other.
fn is_asked_for(step: &Step) -> bool {
    match step.what {
        Progress::Delivered | Progress::Billed | Progress::Advanced => true,
        Progress::Produced | Progress::Paid | Progress::Received => matches!(step.of, Ref::Office(_)),
        _ => false,
    }
}
