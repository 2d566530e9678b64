//! One site's way into the books: one document at a time, in the order of its journal but for what has to wait.
//!
//! What was made there is read back in batches. Until then it has no word, and is in memory alone: so there are few of them, and after a
//! start as many as there may have been are asked for by their ids.

mod held;
mod lacks;

use super::shortage::Shortage;
use super::sink::{Posted, Verdict};
use super::work::{Need, What, Work};
use crate::domain::document::Text;
use crate::domain::id::IntentId;
use crate::domain::outcome::{Fate, Hold, Outcome};
use lacks::lacks;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How often books that answer otherwise may fail over one document before it is held: about four minutes.
pub const MAX_TRIES: u32 = 9;
/// Most documents that are made and not read back: a list of so many names is one request, and an answer of some hundred kilobytes.
pub const MAX_UNREAD: usize = 50;
/// How many without a word may be in the books: those, and the one that is being tried.
pub const UNDER_WAY: usize = MAX_UNREAD + 1;
/// How long a document waits for others that are read back with it, while there are more to post.
const READ_WITHIN_MS: u64 = 1_000;
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
    /// Read these back: [`Writer::confirmed`].
    Confirm(Vec<IntentId>),
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

/// What is in the books now, and the stock that each has brought: other sites are told.
pub type Moved = Vec<(IntentId, BTreeSet<(Text, Text)>)>;

/// The pause after a number of failed attempts.
pub fn backoff_ms(tries: u32) -> u64 {
    1_000_u64.checked_shl(tries.saturating_sub(1)).unwrap_or(MAX_BACKOFF_MS).min(MAX_BACKOFF_MS)
}

#[derive(Clone, Debug)]
struct Held {
    work: Work,
    hold: Hold,
    doubt: MayBeThere,
}

/// Whether a document that has no word, or is held, may be in the books all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MayBeThere {
    /// They were never given it, or have cancelled it.
    No,
    /// They have said that they do not have it. What they were still at when they said so may be there by now: a cancellation is for them to
    /// carry out.
    Hardly,
    /// They are asked before the next attempt.
    Perhaps,
}

/// A document whose turn it is, or was.
#[derive(Clone, Debug)]
struct Turn {
    work: Work,
    tries: u32,
    /// Failures while the books answered otherwise.
    failed: u32,
    doubt: MayBeThere,
    /// The word on it is that it is held.
    was_held: bool,
    not_before_ms: u64,
}

impl Turn {
    fn new(work: Work, doubt: MayBeThere, was_held: bool) -> Self {
        Self { work, tries: 0, failed: 0, doubt, was_held, not_before_ms: 0 }
    }

    /// Whether it names one of these.
    fn names(&self, unread: &[Unread]) -> bool {
        let is = |id: IntentId| unread.iter().any(|made| made.turn.work.id == id);
        let of = if let What::Cancel(of) = self.work.what { Some(of) } else { None };
        self.work.needs.iter().map(|need| need.id()).chain(of).any(is)
    }
}

/// One that was made, and not read back.
#[derive(Clone, Debug)]
struct Unread {
    turn: Turn,
    since_ms: u64,
}

/// One site's writer.
#[derive(Default)]
pub struct Writer {
    trying: Option<Turn>,
    /// In the order in which they were made.
    unread: Vec<Unread>,
    /// The next one, which names some that are not read back.
    behind: Option<Turn>,
    /// They were made, and reading them back has failed: each is asked for, in the order of the journal.
    doubtful: BTreeMap<(u64, IntentId), Turn>,
    /// Held ones that may go now, in the order of the journal.
    ready: BTreeSet<(u64, IntentId)>,
    held: HashMap<IntentId, Held>,
    /// Held ones that may be in the books all the same, and whose word does not say so.
    in_doubt: BTreeSet<IntentId>,
    /// Of those that are there and over which the books failed: what was read once more since. As few as those.
    read_in_vain: BTreeSet<IntentId>,
    /// Who waits for a document.
    waiting: BTreeMap<IntentId, BTreeSet<IntentId>>,
    /// Who waits for stock, or for pieces of a Work Order.
    short: Shortage,
    /// Work Orders that this site has brought on, and of which the others were not told.
    brought_on: BTreeSet<Text>,
    /// How many without a word were met: the first of them may have been under way when the program ended.
    met: usize,
    /// All of those were met.
    knows: bool,
}

impl Writer {
    /// What to do next, and what is to be said before. `more` where the journal has something that was not taken yet; nothing where there
    /// is nothing to do until something comes.
    pub fn next(&mut self, now_ms: u64, more: bool, fates: &dyn Fates) -> (Said, Option<Next>) {
        let mut said = Said::new();
        self.knows |= !more || self.met >= UNDER_WAY;
        // What was said has to be written down before the next one is held against it.
        while self.trying.is_none()
            && said.is_empty()
            && let Some(turn) = self.up(now_ms)
        {
            if self.behind.is_none() && turn.names(&self.unread) {
                self.behind = Some(turn);
                break;
            }
            // What it needs may still be missing, or missing again.
            said = news(self.consider(turn, fates), fates);
        }
        let next = match &self.trying {
            _ if self.is_time_to_read(now_ms) => Some(Next::Confirm(self.unread())),
            Some(turn) if turn.not_before_ms <= now_ms => {
                Some(Next::Try { id: turn.work.id, again: turn.doubt == MayBeThere::Perhaps })
            }
            None if !said.is_empty() => Some(Next::Sleep { until_ms: now_ms }),
            None if more && self.behind.is_none() => Some(Next::Read),
            _ if !self.unread.is_empty() => Some(Next::Confirm(self.unread())),
            Some(turn) => Some(Next::Sleep { until_ms: turn.not_before_ms }),
            None => self.short.round_at_ms().map(|until_ms| Next::Sleep { until_ms }),
        };
        (said, next)
    }

    /// The one whose turn it is, before anything more is taken.
    fn up(&mut self, now_ms: u64) -> Option<Turn> {
        let doubtful = self.doubtful.pop_first().map(|(_, turn)| turn);
        if let Some(turn) = doubtful.or_else(|| self.behind.take()) {
            return Some(turn);
        }
        self.pass_on();
        let (_, id) = self.ready.pop_first().or_else(|| self.short.turn(now_ms))?;
        let held = self.unhold(id)?;
        Some(Turn::new(held.work, held.doubt, true))
    }

    /// Of those for whom stock came the next are ready, where the one before has had its turn.
    fn pass_on(&mut self) {
        let is_made = |id| self.unread.iter().any(|made| made.turn.work.id == id);
        let next = self.short.pass_on(|waiter| self.ready.contains(waiter) || is_made(waiter.1));
        self.ready.extend(next);
    }

    /// Whether those that were made are to be read back before anything else is done. After a start one whose word is that it is held is not
    /// asked for by itself: so that word does not stand for long.
    fn is_time_to_read(&self, now_ms: u64) -> bool {
        let late = |made: &Unread| made.turn.was_held || made.since_ms + READ_WITHIN_MS <= now_ms;
        self.unread.len() >= MAX_UNREAD || self.unread.iter().any(late)
    }

    /// Takes what comes next in the journal. Never while something is being tried.
    pub fn take(&mut self, work: Work, fates: &dyn Fates) -> Said {
        debug_assert!(!self.is_busy());
        match work.what {
            What::Cancel(of) => self.cancelled_by(of, work.id, fates),
            What::Post(_) => self.came_after_its_cancellation(&work),
        }
        match fates.fate(work.id) {
            // A word from before a start. What it waits for may have come meanwhile, from another site, and so may stock.
            Some(Fate::Held { hold, .. }) => {
                self.hold(work.clone(), hold, MayBeThere::Perhaps);
                if hold == Hold::Stock {
                    self.short.doubt(&work);
                }
                match self.lacks(&work, fates).filter(|_| hold == Hold::Waits) {
                    Some(why) => return news(vec![Outcome { of: work.id, fate: Fate::held(hold, why) }], fates),
                    None if hold == Hold::Waits => drop(self.ready.insert((work.order, work.id))),
                    None => {}
                }
                Said::new()
            }
            Some(_) => Said::new(),
            None => {
                let doubt = if self.met < UNDER_WAY { MayBeThere::Perhaps } else { MayBeThere::No };
                self.met += 1;
                let turn = Turn::new(work, doubt, false);
                if turn.names(&self.unread) {
                    self.behind = Some(turn);
                    return Said::new();
                }
                self.consider(turn, fates)
            }
        }
    }

    /// The cancellation of a document came: what stands for that document, and came before, waits for it from now on.
    pub fn cancelled_by(&mut self, of: IntentId, by: IntentId, fates: &dyn Fates) {
        let (unknown, known) =
            (Need::Cancelled { document: of, by: None }, Need::Cancelled { document: of, by: Some(by) });
        let mut amended = self.waiting.get(&of).cloned().unwrap_or_default();
        amended.retain(|id| self.held.get_mut(id).is_some_and(|held| held.work.needs.remove(&unknown)));
        for id in amended {
            let Some(held) = self.held.get_mut(&id) else { continue };
            let waits_for_both = held.work.needs.contains(&Need::Posted(of));
            held.work.needs.insert(known);
            self.waiting.entry(by).or_default().insert(id);
            if let Some(waiters) = self.waiting.get_mut(&of).filter(|_| !waits_for_both) {
                waiters.remove(&id);
            }
        }
        if fates.fate(by).is_some_and(|fate| fate.is_final()) {
            self.wake(by);
        }
    }

    /// A cancellation that came before its document knows now what stock it moves.
    fn came_after_its_cancellation(&mut self, work: &Work) {
        for waiter in self.waiting.get(&work.id).into_iter().flatten() {
            if let Some(held) = self.held.get_mut(waiter).filter(|held| held.work.what == What::Cancel(work.id)) {
                (held.work.takes, held.work.brings) = (work.brings.clone(), work.takes.clone());
                held.work.of = work.of.clone();
            }
        }
    }

    /// Something is being tried: nothing else may be taken.
    pub fn is_busy(&self) -> bool {
        self.trying.is_some() || self.behind.is_some()
    }

    /// Nothing is on its way into the books, nor may be from before a start. Held ones may be in doubt.
    pub fn is_quiet(&self) -> bool {
        self.knows && !self.is_busy() && self.unread.is_empty() && self.doubtful.is_empty()
    }

    /// The words say what is in the books: figures that are read now hold what the words say.
    pub fn is_settled(&self) -> bool {
        self.is_quiet() && self.in_doubt.is_empty()
    }

    /// Some of the held ones that may be in the books all the same: those for which the books are to be asked, see [`Writer::asked`].
    pub fn in_doubt(&self, most: usize) -> Vec<(IntentId, What)> {
        let what = |id: &IntentId| self.held.get(id).map(|held| (*id, held.work.what));
        self.in_doubt.iter().take(most).filter_map(what).collect()
    }

    /// The books were asked for one in doubt. What was done there is tried again, and its word comes of that; where the books fail over
    /// that too, it counts there, and nobody can say as what: that is for a person.
    pub fn asked(&mut self, id: IntentId, is_done: bool) -> Said {
        let Some(held) = self.held.get_mut(&id) else { return Said::new() };
        if !is_done {
            held.doubt = MayBeThere::Hardly;
            self.in_doubt.remove(&id);
            return Said::new();
        }
        let (order, is_failing) = (held.work.order, held.hold == Hold::Failing);
        if !is_failing || self.read_in_vain.insert(id) {
            self.ready.insert((order, id));
            return Said::new();
        }
        let Some(Held { work, .. }) = self.unhold(id) else { return Said::new() };
        let why = "It is in the books, which fail whenever it is read. Look there at what is wrong with it, and retry.";
        self.ended(work, Verdict::Held(Hold::Differs, why.into()))
    }

    /// What is being tried has failed before: the books may not answer at all.
    pub fn is_failing(&self) -> bool {
        self.trying.as_ref().is_some_and(|turn| turn.not_before_ms > 0)
    }

    /// What was made and not read back.
    pub fn unread(&self) -> Vec<IntentId> {
        self.unread.iter().map(|made| made.turn.work.id).collect()
    }

    /// Tries it, or holds it where something is missing.
    fn consider(&mut self, turn: Turn, fates: &dyn Fates) -> Said {
        if let What::Cancel(of) = turn.work.what
            && let Some(said) = self.withdraw(&turn.work, of, fates)
        {
            return said;
        }
        match self.lacks(&turn.work, fates) {
            Some(why) => {
                let said = vec![Outcome { of: turn.work.id, fate: Fate::held(Hold::Waits, why) }];
                self.hold(turn.work, Hold::Waits, turn.doubt);
                said
            }
            None => {
                self.trying = Some(turn);
                Said::new()
            }
        }
    }

    /// What it has to wait for, in words. Of a held document that was tried something may be in the books, and that is cancelled there.
    fn lacks(&self, work: &Work, fates: &dyn Fates) -> Option<String> {
        match work.what {
            What::Cancel(of) if self.held.get(&of).is_some_and(|held| held.doubt != MayBeThere::No) => None,
            _ => lacks(work, fates),
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
                if self.held.get(&of).is_none_or(|held| held.doubt != MayBeThere::No) {
                    return None;
                }
                self.unhold(of);
                said.push(Outcome { of, fate: Fate::Withdrawn });
            }
            Fate::Withdrawn | Fate::Kept | Fate::GivenUp { .. } => {}
        }
        said.push(Outcome { of: work.id, fate: Fate::Withdrawn });
        self.wake(of);
        self.wake(work.id);
        Some(said)
    }

    /// What the books made of the attempt under way.
    pub fn answered(&mut self, verdict: Verdict, now_ms: u64, fates: &dyn Fates) -> Said {
        let Some(mut turn) = self.trying.take() else { return Said::new() };
        match verdict {
            Verdict::Made => {
                self.unread.push(Unread { turn, since_ms: now_ms });
                Said::new()
            }
            Verdict::Never(fate) => {
                let id = turn.work.id;
                self.wake(id);
                vec![Outcome { of: id, fate }]
            }
            Verdict::Again { why, alive } => {
                turn.doubt = MayBeThere::Perhaps;
                turn.tries += 1;
                turn.failed += u32::from(alive);
                turn.not_before_ms = now_ms + backoff_ms(turn.tries);
                if turn.failed >= MAX_TRIES {
                    return news(self.failing(turn.work, &why), fates);
                }
                self.trying = Some(turn);
                Said::new()
            }
            Verdict::Stopped(_) => {
                turn.doubt = MayBeThere::Perhaps;
                turn.not_before_ms = now_ms + MAX_BACKOFF_MS;
                self.trying = Some(turn);
                Said::new()
            }
            Verdict::Done(_) | Verdict::Kept | Verdict::Held(..) => news(self.ended(turn.work, verdict), fates),
        }
    }

    /// What reading back has shown of all that was made: a verdict for each of [`Next::Confirm`], in their order. One without an answer is
    /// asked for by its id; one that the books have lost again counts as an attempt at which they failed.
    pub fn confirmed(&mut self, verdicts: Vec<Verdict>, now_ms: u64, fates: &dyn Fates) -> (Said, Moved) {
        let (mut said, mut moved) = (Said::new(), Moved::new());
        let mut verdicts = verdicts.into_iter();
        for Unread { mut turn, .. } in std::mem::take(&mut self.unread) {
            match verdicts.next() {
                Some(verdict @ (Verdict::Done(_) | Verdict::Kept | Verdict::Held(..))) => {
                    if verdict.is_there() {
                        moved.push((turn.work.id, turn.work.brings.clone()));
                    }
                    said.extend(self.ended(turn.work, verdict));
                }
                Some(Verdict::Again { why, alive: true }) if turn.failed + 1 >= MAX_TRIES => {
                    said.extend(self.failing(turn.work, &why));
                }
                answer => {
                    if matches!(answer, Some(Verdict::Again { alive: true, .. })) {
                        turn.tries += 1;
                        turn.failed += 1;
                        turn.not_before_ms = now_ms + backoff_ms(turn.tries);
                    }
                    turn.doubt = MayBeThere::Perhaps;
                    self.doubtful.insert((turn.work.order, turn.work.id), turn);
                }
            }
        }
        (news(said, fates), moved)
    }

    /// The books have said what there is to say.
    fn ended(&mut self, work: Work, verdict: Verdict) -> Said {
        let is_cancel = matches!(work.what, What::Cancel(_));
        match verdict {
            Verdict::Done(posted) => {
                // What was made and is undone leaves pieces to others.
                if posted.completes || is_cancel {
                    self.brings_on(&work);
                }
                self.done(&work, Fate::Posted { name: posted.name, day: posted.day, by: None })
            }
            Verdict::Held(hold, why) => {
                let said = vec![Outcome { of: work.id, fate: Fate::held(hold, why) }];
                // It counts there, whatever else it says: its stock came, and its pieces may be done.
                if hold == Hold::Differs {
                    self.stock_came(&work.brings);
                    self.brings_on(&work);
                }
                self.hold(work, hold, if hold == Hold::Differs { MayBeThere::Perhaps } else { MayBeThere::Hardly });
                said
            }
            _ if is_cancel => self.done(&work, Fate::Withdrawn),
            _ => self.done(&work, Fate::Kept),
        }
    }

    fn failing(&mut self, work: Work, why: &str) -> Said {
        let why = format!("The books failed over it {MAX_TRIES} times while they took others. {why}");
        let said = vec![Outcome { of: work.id, fate: Fate::held(Hold::Failing, why) }];
        self.hold(work, Hold::Failing, MayBeThere::Perhaps);
        said
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
        self.read_in_vain.remove(&work.id);
        self.moved(work.id, &work.brings);
        self.short.went_through(work);
        said
    }

    /// A document of any site is in the books, and has brought this: whoever waits for either is tried again.
    pub fn moved(&mut self, id: IntentId, brings: &BTreeSet<(Text, Text)>) {
        self.wake(id);
        self.stock_came(brings);
    }

    /// Stock came to these places, whoever brought it: those that are held for it are tried, one after the other.
    pub fn stock_came(&mut self, places: &BTreeSet<(Text, Text)>) {
        let first = self.short.came(places);
        self.ready.extend(first);
    }

    /// Its Work Order got on here.
    fn brings_on(&mut self, work: &Work) {
        if let Some(of) = &work.of {
            self.brought_on.insert(of.order.clone());
            self.got_on(&of.order);
        }
    }

    /// A Work Order got on, by the work of any site: those that wait for it are tried, one after the other.
    pub fn got_on(&mut self, order: &Text) {
        let first = self.short.got_on(order);
        self.ready.extend(first);
    }

    /// The Work Orders that this site has brought on since it was asked last: other sites are told, once the words are written down.
    pub fn brought_on(&mut self) -> BTreeSet<Text> {
        std::mem::take(&mut self.brought_on)
    }

    /// Somebody has entered it by hand, one that is held or was given up, and the books were asked: they have it as this, and nothing under
    /// its id. Nothing where it is neither, or is on its way.
    pub fn entered(&mut self, work: &Work, there: Posted, by: Text, fates: &dyn Fates) -> Option<Said> {
        match fates.fate(work.id)? {
            Fate::Held { .. } => drop(self.unhold(work.id)?),
            Fate::GivenUp { .. } => {}
            _ => return None,
        }
        Some(self.done(work, Fate::Posted { name: there.name, day: there.day, by: Some(by) }))
    }

    /// What was posted somebody has cancelled in the books, as `why` says: nothing of it counts there, and what it took is back. Entered there
    /// by hand, it has no id by which a second one would be refused: it is [`Hold::Gone`], and only a person who names it has it posted.
    pub fn struck(&mut self, work: Work, by_hand: bool, why: String) -> Said {
        let hold = if by_hand { Hold::Gone } else { Hold::Refused };
        let said = vec![Outcome { of: work.id, fate: Fate::held(hold, why) }];
        self.stock_came(&work.takes);
        self.brings_on(&work);
        // Books that are restored may have it as it was before.
        self.hold(work, hold, MayBeThere::Hardly);
        said
    }

    /// What was posted is in the books no more; what was cancelled counts there again.
    pub fn gone(&mut self, work: Work) -> Said {
        let why = match work.what {
            What::Post(_) => {
                "It was in the books and is there no more: they were restored from a backup, or somebody deleted it. \
                 Have it posted again, say under which name it is there, or give it up."
            }
            What::Cancel(_) => {
                "Its document was cancelled in the books and counts there again: they were restored from a backup. Have it cancelled again by \
                 a retry, or give this up."
            }
        };
        // What is being tried may name it, and has to wait then.
        self.doubtful.extend(self.trying.take().map(|turn| ((turn.work.order, turn.work.id), turn)));
        let said = vec![Outcome { of: work.id, fate: Fate::held(Hold::Gone, why) }];
        self.hold(work, Hold::Gone, MayBeThere::Perhaps);
        said
    }
}

/// What is new of that: held for the same reason once more tells nobody anything.
fn news(mut said: Said, fates: &dyn Fates) -> Said {
    let is_held = |fate: &Fate| matches!(fate, Fate::Held { .. });
    said.retain(|outcome| !is_held(&outcome.fate) || fates.fate(outcome.of).as_ref() != Some(&outcome.fate));
    said
}
