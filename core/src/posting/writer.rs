//! One site's way into the books: one document at a time, in the order of its journal but for what has to wait.

use super::sink::Verdict;
use super::work::{Need, What, Work};
use crate::domain::document::Text;
use crate::domain::id::IntentId;
use crate::domain::outcome::{Fate, Hold, Outcome};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How often books that answer otherwise may fail over one document before it is held: about four minutes.
pub const MAX_TRIES: u32 = 9;
/// The longest pause between two attempts.
const MAX_BACKOFF_MS: u64 = 60_000;

/// What the office's word is so far, over all sites.
pub trait Fates {
    /// The latest word on an intent.
    fn fate(&self, id: IntentId) -> Option<Fate>;
    /// What people call a document: its number, or its id.
    fn called(&self, id: IntentId) -> String;
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Try this one.
    Try {
        /// What.
        id: IntentId,
        /// An attempt was made before.
        again: bool,
    },
    /// Hand over what comes next in the journal: [`Writer::take`].
    Read,
    /// Nothing before this moment.
    Sleep {
        /// When, on the caller's clock.
        until_ms: u64,
    },
}

/// The office's word, to be written down before anything else is done.
pub type Said = Vec<Outcome>;

/// The pause after a number of failed attempts.
pub fn backoff_ms(tries: u32) -> u64 {
    1_000_u64.checked_shl(tries.saturating_sub(1)).unwrap_or(MAX_BACKOFF_MS).min(MAX_BACKOFF_MS)
}

#[derive(Clone, Debug)]
struct Held {
    work: Work,
    hold: Hold,
    /// Something of it may be in the books: they are asked before the next attempt.
    doubt: bool,
}

#[derive(Clone, Debug)]
struct Trying {
    work: Work,
    tries: u32,
    /// Failures while the books answered otherwise.
    failed: u32,
    again: bool,
    not_before_ms: u64,
}

/// One site's writer.
#[derive(Default)]
pub struct Writer {
    trying: Option<Trying>,
    /// Held ones that may go now, in the order of the journal.
    ready: BTreeSet<(u64, IntentId)>,
    held: HashMap<IntentId, Held>,
    /// Who waits for a document.
    waiting: BTreeMap<IntentId, BTreeSet<IntentId>>,
    /// Who waits for stock of an item in a warehouse, in the order of the journal.
    short: BTreeMap<(Text, Text), BTreeSet<(u64, IntentId)>>,
    /// The first without a word was met: that one alone may have been under way when the program ended.
    past_the_cut: bool,
}

impl Writer {
    /// What to do next, and what is to be said before. `more` where the journal has something that was not taken yet; nothing where there
    /// is nothing to do until something comes.
    pub fn next(&mut self, now_ms: u64, more: bool, fates: &dyn Fates) -> (Said, Option<Next>) {
        let mut said = Said::new();
        while self.trying.is_none()
            && let Some((_, id)) = self.ready.pop_first()
        {
            // What it needs may still be missing, or missing again.
            if let Some(held) = self.unhold(id) {
                said.extend(self.consider(held.work, held.doubt, fates));
            }
        }
        let next = match &self.trying {
            Some(trying) if trying.not_before_ms > now_ms => Some(Next::Sleep { until_ms: trying.not_before_ms }),
            Some(trying) => Some(Next::Try { id: trying.work.id, again: trying.again }),
            None => more.then_some(Next::Read),
        };
        (news(said, fates), next)
    }

    /// Takes what comes next in the journal. Never while something is being tried.
    pub fn take(&mut self, work: Work, fates: &dyn Fates) -> Said {
        debug_assert!(self.trying.is_none());
        match fates.fate(work.id) {
            // A word from before a start. What it waits for may have come meanwhile, from another site.
            Some(Fate::Held { hold, .. }) => {
                self.hold(work.clone(), hold, true);
                if hold == Hold::Waits && lacks(&work, fates).is_none() {
                    self.ready.insert((work.order, work.id));
                }
                Said::new()
            }
            Some(_) => Said::new(),
            None => {
                let again = !std::mem::replace(&mut self.past_the_cut, true);
                self.consider(work, again, fates)
            }
        }
    }

    /// Something is being tried: nothing else may be taken.
    pub fn is_busy(&self) -> bool {
        self.trying.is_some()
    }

    /// Tries it, or holds it where something is missing.
    fn consider(&mut self, work: Work, again: bool, fates: &dyn Fates) -> Said {
        if let What::Cancel(of) = work.what
            && let Some(said) = self.withdraw(&work, of, fates)
        {
            return said;
        }
        match lacks(&work, fates) {
            Some(why) => {
                let said = vec![Outcome { of: work.id, fate: Fate::held(Hold::Waits, why) }];
                self.hold(work, Hold::Waits, again);
                said
            }
            None => {
                self.trying = Some(Trying { work, tries: 0, failed: 0, again, not_before_ms: 0 });
                Said::new()
            }
        }
    }

    /// A cancellation of what is not in the books undoes nothing there: both are done with. Nothing where it has to be carried out.
    fn withdraw(&mut self, work: &Work, of: IntentId, fates: &dyn Fates) -> Option<Said> {
        let mut said = Said::new();
        match fates.fate(of)? {
            Fate::Posted { .. } => return None,
            // The books may have it by hand, and there it has to be cancelled by hand.
            fate if fate.is_before() => return None,
            Fate::Held { .. } => {
                if self.held.get(&of).is_none_or(|held| held.doubt) {
                    return None;
                }
                self.unhold(of);
                said.push(Outcome { of, fate: Fate::Withdrawn });
            }
            Fate::Withdrawn | Fate::Kept | Fate::GivenUp { .. } => {}
        }
        said.push(Outcome { of: work.id, fate: Fate::Withdrawn });
        self.wake(of);
        Some(said)
    }

    /// What the books made of the attempt under way.
    pub fn answered(&mut self, verdict: Verdict, now_ms: u64, fates: &dyn Fates) -> Said {
        let Some(mut trying) = self.trying.take() else { return Said::new() };
        let id = trying.work.id;
        match verdict {
            Verdict::Done(posted) => self.done(&trying.work, Fate::Posted { name: posted.name, day: posted.day }),
            Verdict::Kept if matches!(trying.work.what, What::Cancel(_)) => self.done(&trying.work, Fate::Withdrawn),
            Verdict::Kept => self.done(&trying.work, Fate::Kept),
            Verdict::Never(fate) => {
                self.wake(id);
                vec![Outcome { of: id, fate }]
            }
            Verdict::Held(hold, why) => {
                self.hold(trying.work, hold, hold == Hold::Differs);
                news(vec![Outcome { of: id, fate: Fate::held(hold, why) }], fates)
            }
            Verdict::Again { why, alive } => {
                trying.again = true;
                trying.tries += 1;
                trying.failed += u32::from(alive);
                if trying.failed >= MAX_TRIES {
                    self.hold(trying.work, Hold::Failing, true);
                    let why = format!("The books failed over it {MAX_TRIES} times while they took others. {why}");
                    return news(vec![Outcome { of: id, fate: Fate::held(Hold::Failing, why) }], fates);
                }
                trying.not_before_ms = now_ms + backoff_ms(trying.tries);
                self.trying = Some(trying);
                Said::new()
            }
            Verdict::Stopped(_) => {
                trying.again = true;
                trying.not_before_ms = now_ms + MAX_BACKOFF_MS;
                self.trying = Some(trying);
                Said::new()
            }
        }
    }

    fn done(&mut self, work: &Work, fate: Fate) -> Said {
        let mut said = Said::new();
        if let What::Cancel(of) = work.what {
            // It was held though something of it was in the books, and is cancelled there now.
            if self.unhold(of).is_some() {
                said.push(Outcome { of, fate: Fate::Withdrawn });
            }
            self.wake(of);
        }
        said.push(Outcome { of: work.id, fate });
        self.moved(work.id, &work.brings);
        // One that was held for the same stock went through: the next one may too.
        self.stock_came(&work.takes);
        said
    }

    /// A document of any site is in the books, and has brought this: whoever waits for either is tried again.
    pub fn moved(&mut self, id: IntentId, brings: &BTreeSet<(Text, Text)>) {
        self.wake(id);
        self.stock_came(brings);
    }

    /// Of those that lack the same stock the first is tried; where it goes through, so is the next: a thousand held ones cost one attempt.
    fn stock_came(&mut self, places: &BTreeSet<(Text, Text)>) {
        for place in places {
            if let Some(first) = self.short.get(place).and_then(BTreeSet::first) {
                self.ready.insert(*first);
            }
        }
    }

    fn wake(&mut self, id: IntentId) {
        for waiter in self.waiting.get(&id).into_iter().flatten() {
            if let Some(held) = self.held.get(waiter) {
                self.ready.insert((held.work.order, *waiter));
            }
        }
    }

    fn hold(&mut self, work: Work, hold: Hold, doubt: bool) {
        for need in work.needs.iter().filter(|_| hold == Hold::Waits) {
            self.waiting.entry(need.id()).or_default().insert(work.id);
        }
        for place in work.takes.iter().filter(|_| hold == Hold::Stock) {
            self.short.entry(place.clone()).or_default().insert((work.order, work.id));
        }
        self.held.insert(work.id, Held { work, hold, doubt });
    }

    fn unhold(&mut self, id: IntentId) -> Option<Held> {
        let held = self.held.remove(&id)?;
        self.ready.remove(&(held.work.order, id));
        for need in &held.work.needs {
            if let Some(waiters) = self.waiting.get_mut(&need.id()) {
                waiters.remove(&id);
                if waiters.is_empty() {
                    self.waiting.remove(&need.id());
                }
            }
        }
        for place in &held.work.takes {
            if let Some(short) = self.short.get_mut(place) {
                short.remove(&(held.work.order, id));
                if short.is_empty() {
                    self.short.remove(place);
                }
            }
        }
        Some(held)
    }

    /// What is held, and why.
    pub fn held(&self) -> impl Iterator<Item = (IntentId, Hold)> + '_ {
        self.held.iter().map(|(id, held)| (*id, held.hold))
    }

    /// Somebody wants a held one, or all, tried again. How many will be.
    pub fn retry(&mut self, which: Option<IntentId>) -> usize {
        let chosen = self.held.values().filter(|held| which.is_none_or(|id| id == held.work.id));
        // What is gone from restored books is posted again only where a person names it.
        let chosen = chosen.filter(|held| which.is_some() || held.hold != Hold::Gone);
        let chosen: Vec<_> = chosen.map(|held| (held.work.order, held.work.id)).collect();
        self.ready.extend(&chosen);
        chosen.len()
    }

    /// Somebody decided that a held one is never posted. The books were asked: nothing of it is there.
    pub fn give_up(&mut self, id: IntentId, by: Text, reason: String) -> Option<Said> {
        self.unhold(id)?;
        self.wake(id);
        Some(vec![Outcome { of: id, fate: Fate::given_up(by, reason) }])
    }

    /// What was posted is in the books no more.
    pub fn gone(&mut self, work: Work) -> Said {
        let why = "It was in the books and is there no more: they were restored from a backup, or somebody deleted it. \
                   Have it posted again, or give it up.";
        let said = vec![Outcome { of: work.id, fate: Fate::held(Hold::Gone, why) }];
        self.hold(work, Hold::Gone, true);
        said
    }
}

/// What is new of that: the same word twice tells nobody anything.
fn news(mut said: Said, fates: &dyn Fates) -> Said {
    said.retain(|outcome| fates.fate(outcome.of).as_ref() != Some(&outcome.fate));
    said
}

/// What it has to wait for, in words.
fn lacks(work: &Work, fates: &dyn Fates) -> Option<String> {
    let lack = |need: &Need| {
        let name = || fates.called(need.id());
        match (need, fates.fate(need.id())) {
            (Need::Posted(_), Some(Fate::Posted { .. } | Fate::Kept)) => None,
            (Need::Posted(_), Some(fate)) if fate.is_before() => {
                let (does, remedy) = match work.what {
                    What::Cancel(_) => ("cancels", "cancel that one in the books by hand, and give this up"),
                    What::Post(_) => ("refers to", "enter this in the books by hand, and give it up"),
                };
                Some(format!("It {does} {}, which is of before the first day that is posted: {remedy}.", name()))
            }
            // What it stands for was never there: it is posted as one of its own.
            (Need::Cancelled { by: Some(_), .. }, Some(fate)) if fate.is_before() => None,
            (Need::Posted(_), Some(Fate::GivenUp { .. } | Fate::Withdrawn)) => {
                Some(format!("It refers to {}, which never went into the books: cancel it, or give it up.", name()))
            }
            (Need::Posted(_), Some(Fate::Held { .. })) => Some(format!("It waits for {}, which is held.", name())),
            (Need::Posted(_), None) => Some(format!("It waits for {}, which is not in the books yet.", name())),
            (Need::Cancelled { by: Some(_), .. }, Some(Fate::Posted { .. } | Fate::Withdrawn)) => None,
            (Need::Cancelled { document, .. }, _) => {
                let document = fates.called(*document);
                Some(format!("It stands for {document}, whose cancellation is not in the books."))
            }
        }
    };
    work.needs.iter().find_map(lack)
}
