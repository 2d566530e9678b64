//! What is held: who waits for what, and who may go again.

use super::{Held, MayBeThere, Said, Writer};
use crate::domain::document::{Kind, Text};
use crate::domain::id::IntentId;
use crate::domain::outcome::{Fate, Hold, Outcome};
use crate::posting::work::{What, Work};

impl Writer {
    pub(super) fn wake(&mut self, id: IntentId) {
        for waiter in self.waiting.get(&id).into_iter().flatten() {
            if let Some(held) = self.held.get(waiter) {
                self.ready.insert((held.work.order, *waiter));
            }
        }
    }

    pub(super) fn hold(&mut self, work: Work, hold: Hold, doubt: MayBeThere) {
        for need in work.needs.iter().filter(|_| hold == Hold::Waits) {
            self.waiting.entry(need.id()).or_default().insert(work.id);
        }
        self.short.add(&work, hold);
        let id = work.id;
        let held = Held { work, hold, doubt };
        if doubt == MayBeThere::Perhaps && can_be_asked_for(&held) {
            self.in_doubt.insert(id);
        }
        self.held.insert(id, held);
        // Its cancellation may have come before it: now there is something to withdraw.
        for waiter in self.waiting.get(&id).into_iter().flatten() {
            if let Some(cancel) = self.held.get(waiter).filter(|held| held.work.what == What::Cancel(id)) {
                self.ready.insert((cancel.work.order, *waiter));
            }
        }
    }

    pub(super) fn unhold(&mut self, id: IntentId) -> Option<Held> {
        let held = self.held.remove(&id)?;
        self.in_doubt.remove(&id);
        self.ready.remove(&(held.work.order, id));
        for need in &held.work.needs {
            if let Some(waiters) = self.waiting.get_mut(&need.id()) {
                waiters.remove(&id);
                if waiters.is_empty() {
                    self.waiting.remove(&need.id());
                }
            }
        }
        self.short.remove(&held.work);
        Some(held)
    }

    /// What is held, and why.
    pub fn held(&self) -> impl Iterator<Item = (IntentId, Hold)> + '_ {
        self.held.iter().map(|(id, held)| (*id, held.hold))
    }

    /// What they were still at when they said that they do not have it may be there by now: it is in doubt once more.
    pub fn doubt_again(&mut self, id: IntentId) {
        if let Some(held) = self.held.get_mut(&id).filter(|held| held.doubt == MayBeThere::Hardly)
            && can_be_asked_for(held)
        {
            held.doubt = MayBeThere::Perhaps;
            self.in_doubt.insert(id);
        }
    }

    /// Somebody wants a held one, or all, tried again. How many will be.
    pub fn retry(&mut self, which: Option<IntentId>) -> usize {
        let chosen = self.held.values().filter(|held| which.is_none_or(|id| id == held.work.id));
        // What is gone from restored books is posted again only where a person names it.
        let chosen = chosen.filter(|held| which.is_some() || held.hold != Hold::Gone);
        let chosen: Vec<_> = chosen.map(|held| (held.work.order, held.work.id)).collect();
        // They may have been restored since they said that they do not have it.
        for (_, id) in &chosen {
            if let Some(held) = self.held.get_mut(id).filter(|held| held.doubt == MayBeThere::Hardly) {
                held.doubt = MayBeThere::Perhaps;
            }
        }
        self.ready.extend(&chosen);
        chosen.len()
    }

    /// Somebody decided that a held one is never posted. The books were asked: nothing of it is there.
    pub fn give_up(&mut self, id: IntentId, by: Text, reason: String) -> Option<Said> {
        self.unhold(id)?;
        self.wake(id);
        Some(vec![Outcome { of: id, fate: Fate::given_up(by, reason) }])
    }
}

/// Time on a Job Card has no id in the books, and is in no figure that is read; of what differs the word says that it is there.
fn can_be_asked_for(held: &Held) -> bool {
    held.hold != Hold::Differs && held.work.what != What::Post(Kind::JobCard)
}
