//! How far documents were brought by others, as sums, and how many live documents stand on each.
//!
//! Kept only for what others refer to: a sale that is paid at once has nothing here.

use super::kept::Kept;
use super::place::negative;
use super::sum::add;
use crate::domain::decimal::Decimal;
use crate::domain::document::{Ref, Text};
use crate::domain::effects::{Effects, Progress, Step};
use crate::domain::id::IntentId;
use serde::{Deserialize, Serialize};

/// What gets on: a document, or one of its rows, in one respect.
pub(super) type StepKey = (Ref, Option<Text>, Progress);

/// The progress of documents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Advance {
    sums: Kept<StepKey, Decimal>,
    /// Live documents that stand on a site's own.
    standing: Kept<IntentId, u32>,
}

impl Advance {
    /// A document did this; `undo` where it was cancelled.
    pub(super) fn apply(&mut self, effects: &Effects, undo: bool) {
        for Step { of, row, what, by } in &effects.steps {
            let by = if undo { negative(*by) } else { *by };
            self.sums.edit((of.clone(), row.clone(), *what), |sum| add(sum, by));
        }
        for id in own(effects) {
            self.standing.edit(id, |count| *count = if undo { count.saturating_sub(1) } else { *count + 1 });
        }
    }

    /// How far a document, or a row of it, was brought.
    pub(super) fn of(&self, key: &StepKey) -> Decimal {
        self.sums.get(key).copied().unwrap_or_default()
    }

    /// How many live documents stand on this one.
    pub(super) fn standing(&self, id: IntentId) -> u32 {
        self.standing.get(&id).copied().unwrap_or_default()
    }

    /// How many sums it has.
    pub(super) fn len(&self) -> usize {
        self.sums.len() + self.standing.len()
    }

    pub(super) fn settle(&mut self, kept: bool) {
        self.sums.settle(kept);
        self.standing.settle(kept);
    }
}

/// The sites' own documents that the effects bring on, each once.
fn own(effects: &Effects) -> Vec<IntentId> {
    let mut own: Vec<IntentId> = Vec::new();
    for step in &effects.steps {
        if let Ref::Own(id) = step.of
            && !own.contains(&id)
        {
            own.push(id);
        }
    }
    own
}

/// The sums of the steps by what they bring on, in the order in which they first come.
pub(super) fn summed(effects: &Effects) -> Vec<(StepKey, Decimal)> {
    let mut sums: Vec<(StepKey, Decimal)> = Vec::with_capacity(effects.steps.len());
    for Step { of, row, what, by } in &effects.steps {
        let same = |(key, _): &&mut (StepKey, Decimal)| key.0 == *of && key.1 == *row && key.2 == *what;
        match sums.iter_mut().find(same) {
            Some((_, sum)) => add(sum, *by),
            None => sums.push(((of.clone(), row.clone(), *what), *by)),
        }
    }
    sums
}
