//! Books that fail before they commit, after it, when they are read back, and over one document for good.

use super::world::{Dice, text};
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::Hold;
use outpost_core::posting::{Need, Of, Posted, Verdict, What, Work};
use std::collections::{BTreeMap, BTreeSet};

/// The operations of a Work Order, in their order.
pub const OPERATIONS: [&str; 2] = ["Cut", "Sew"];
/// Pieces of a Work Order.
pub const ORDERED: u32 = 2;

/// Books without the uniqueness of an id, so that a second posting would show.
#[derive(Default)]
pub struct Books {
    /// Each posting, in order.
    pub entries: Vec<IntentId>,
    pub cancelled: BTreeSet<IntentId>,
    /// What somebody has entered by hand, without its id: they find it by its name alone.
    pub by_hand: BTreeSet<IntentId>,
    /// What was read back, and said what it should.
    pub read: BTreeSet<IntentId>,
    /// What reads otherwise than it should.
    pub differs: BTreeSet<IntentId>,
    pub stock: BTreeMap<(Text, Text), i64>,
    /// How much a document takes or brings, where that is not one piece.
    pub pieces: BTreeMap<IntentId, i64>,
    /// They fail over these, whatever happens.
    pub poison: BTreeSet<IntentId>,
    /// Pieces that were done, by operation, and that were made of them. They count for what comes after once all of an operation are done.
    pub pieces_done: BTreeMap<Of, u32>,
    /// Of which piece an entry is.
    pub piece_of: BTreeMap<IntentId, Of>,
    pub faults: usize,
    pub committed_and_lost: u32,
    /// What they are still at though its asker has given up waiting: it is there a moment after they have said that it is not.
    pub late: BTreeSet<IntentId>,
    pub committed_late: BTreeSet<IntentId>,
    /// Answers to a reading that were lost.
    pub unread: u32,
    pub order_broken: Vec<String>,
    /// A writer called itself settled while something was there that it did not say.
    pub unsaid: Vec<String>,
}

impl Books {
    pub fn attempt(&mut self, work: &Work, again: bool, dice: &mut Dice) -> Verdict {
        let fails = |why: &str, alive| Verdict::Again { why: why.into(), alive };
        if dice.chance(self.faults) {
            return fails("before it was committed", dice.chance(30));
        }
        if again && self.ask(work) {
            return self.reads(work.id);
        }
        // Their id is unique among what they are at as well.
        if again && self.is_there(work) {
            return fails("it is there by now", true);
        }
        if self.poison.contains(&work.id) {
            return fails("poison", true);
        }
        match work.what {
            What::Post(Kind::TillClosing) => return Verdict::Kept,
            What::Post(_) if self.is_too_early(work) => return Verdict::Held(Hold::Waits, "too early".into()),
            What::Post(_) => {
                for need in &work.needs {
                    let counts = |id: &IntentId| self.has(*id) && !self.cancelled.contains(id);
                    let fine = match need {
                        Need::Posted(id) => counts(id),
                        Need::Cancelled { document, .. } => !counts(document),
                    };
                    if !fine {
                        self.order_broken.push(format!("{:?} before {need:?}", work.id));
                    }
                }
                if self.is_short(work) {
                    return Verdict::Held(Hold::Stock, "too little".into());
                }
                if dice.chance(self.faults / 2) {
                    self.late.insert(work.id);
                    return fails("no answer in time", dice.chance(30));
                }
                self.entries.push(work.id);
            }
            What::Cancel(of) => {
                if !self.has(of) {
                    return Verdict::Kept;
                }
                if self.is_short(work) {
                    return Verdict::Held(Hold::Stock, "too little".into());
                }
                self.cancelled.insert(of);
            }
        }
        self.carry_out(work);
        if dice.chance(self.faults) {
            self.committed_and_lost += 1;
            return fails("the answer was lost", dice.chance(30));
        }
        match work.what {
            What::Post(_) if dice.chance(80) => Verdict::Made,
            _ => self.reads(work.id),
        }
    }

    pub fn reads(&mut self, id: IntentId) -> Verdict {
        if self.differs.contains(&id) {
            return Verdict::Held(Hold::Differs, "it reads otherwise".into());
        }
        self.read.insert(id);
        let completes = self.piece_of.get(&id).is_some_and(|of| of.operation.is_some() && self.counts(of) > 0);
        Verdict::Done(Posted { completes, ..Posted::new(text("X-1")) })
    }

    pub fn confirm(&mut self, made: &[IntentId], dice: &mut Dice) -> Vec<Verdict> {
        let lost = dice.chance(self.faults);
        let read = |id: &IntentId| {
            if lost || dice.chance(self.faults / 5) {
                self.unread += 1;
                return Verdict::Again { why: "the answer was lost".into(), alive: dice.chance(30) };
            }
            self.reads(*id)
        };
        let mut verdicts: Vec<_> = made.iter().map(read).collect();
        if dice.chance(self.faults / 5) {
            verdicts.truncate(dice.roll(made.len()));
        }
        verdicts
    }

    /// Moves its stock, and brings its Work Order on.
    pub fn carry_out(&mut self, work: &Work) {
        if let Some(of) = &work.of {
            let done = self.pieces_done.entry(of.clone()).or_default();
            match work.what {
                What::Post(_) => *done += 1,
                What::Cancel(_) => *done = done.saturating_sub(1),
            }
            self.piece_of.insert(work.id, of.clone());
        }
        for (places, by) in [(&work.takes, -1), (&work.brings, 1)] {
            for place in places {
                *self.stock.entry(place.clone()).or_default() += by * self.pieces(work);
            }
        }
    }

    /// How many pieces of an operation count for what comes after it: its card is submitted with the last.
    fn counts(&self, of: &Of) -> u32 {
        self.pieces_done.get(of).copied().filter(|done| *done >= ORDERED).unwrap_or(0)
    }

    /// Whether the operations that come before it are behind.
    pub fn is_too_early(&self, work: &Work) -> bool {
        let (Some(of), What::Post(_)) = (&work.of, work.what) else { return false };
        let done = self.pieces_done.get(of).copied().unwrap_or(0);
        let mut before = OPERATIONS.iter().take_while(|name| of.operation.as_ref() != Some(&text(name)));
        before.any(|name| self.counts(&Of { operation: Some(text(name)), ..of.clone() }) < done + 1)
    }

    /// Under its id, or under the name of what was entered by hand.
    pub fn has(&self, id: IntentId) -> bool {
        self.entries.contains(&id) || self.by_hand.contains(&id)
    }

    pub fn pieces(&self, work: &Work) -> i64 {
        let of = if let What::Cancel(of) = work.what { of } else { work.id };
        self.pieces.get(&of).copied().unwrap_or(1)
    }

    pub fn is_short(&self, work: &Work) -> bool {
        work.takes.iter().any(|place| self.stock.get(place).copied().unwrap_or(0) < self.pieces(work))
    }

    /// What they say to the question whether it is there.
    pub fn ask(&mut self, work: &Work) -> bool {
        let there = self.is_there(work);
        if self.late.remove(&work.id) && !there && !self.is_short(work) && !self.is_too_early(work) {
            self.committed_late.insert(work.id);
            self.entries.push(work.id);
            self.carry_out(work);
        }
        there
    }

    pub fn is_there(&self, work: &Work) -> bool {
        match work.what {
            What::Post(_) => self.has(work.id),
            What::Cancel(of) => self.cancelled.contains(&of),
        }
    }
}
