//! The company's books behind the office: each site's writer, as the office runs it, against books that fail before they commit, after it
//! and when they are read back, while everything else happens to the office. Documents are those that the workshops trade with.

use super::Flaws;
use super::card::Refusal;
use super::dice::Dice;
use super::nights::{CANCELLED_THERE, cancels};
use super::node::Node;
use super::tally::Tally;
use super::trade::text;
use super::workshop::Workshop;
use super::world::{Site, World};
use outpost::domain::effects::StockMove;
use outpost::domain::id::IntentId;
use outpost::domain::outcome::{Fate, Hold, Outcome, SaidAt};
use outpost::domain::record::{Entry, Submitted};
use outpost::posting::{Fates, MAX_UNREAD, Need, Next, Posted, Said, Verdict, What, Work, Writer};
use std::collections::{BTreeMap, BTreeSet};

/// Steps that a writer may take until nothing is left to do, for each record: more is a writer that goes round in circles.
const STEPS_A_RECORD: usize = 60;

/// One site's way into the books, while the office's power is on.
#[derive(Default)]
pub struct Clerk {
    pub writer: Writer,
    /// Records of the site's journal at the office that were taken, in the order in which they came.
    taken: usize,
    pub works: BTreeMap<IntentId, Work>,
    pub documents: BTreeMap<IntentId, Submitted>,
    /// The latest word on each, by the office's journal.
    pub fates: BTreeMap<IntentId, Fate>,
    /// Said, and not on the disk yet.
    owed: Vec<Outcome>,
    /// In the books, of which the others are told once the words on it are on the disk.
    moved: Vec<IntentId>,
    /// What is said to be posted was looked for, and nothing has happened since for which that is done before anything is posted.
    pub is_looked: bool,
}

impl std::fmt::Debug for Clerk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} taken, {} words", self.taken, self.fates.len())
    }
}

impl Clerk {
    /// After a start of the office: the words are the truth.
    pub fn after_a_start(desk: &Node) -> Self {
        Self { fates: words(desk), ..Self::default() }
    }

    /// What is to be done about a record, where it is the first of its intent and no final word is on it.
    fn work(&mut self, entry: &Entry, order: u64) -> Option<Work> {
        let id = entry.intent()?;
        if self.works.contains_key(&id) {
            return None;
        }
        let work = match entry {
            Entry::Submitted(submitted) => {
                self.documents.insert(id, submitted.clone());
                Work::post(submitted, order, None)
            }
            Entry::Cancelled(cancelled) => Work::cancel(cancelled, self.documents.get(&cancelled.document), order),
            _ => return None,
        };
        self.works.insert(id, work.clone());
        self.is_looked &= !matches!(self.fates.get(&id), Some(Fate::Posted { .. }));
        (!self.fates.get(&id).is_some_and(Fate::is_final)).then_some(work)
    }
}

/// The latest word on each intent, as a journal of the office has it.
pub fn words(desk: &Node) -> BTreeMap<IntentId, Fate> {
    let lines = desk.live.iter().flat_map(|live| &live.own.lines);
    let outcomes = lines.filter_map(|line| match &line.record.as_ref()?.entry {
        Entry::Outcome(Outcome { of, fate }) => Some((*of, fate.clone())),
        _ => None,
    });
    outcomes.collect()
}

/// The words of all sites' journals.
struct Words<'a>(&'a [Site]);

impl Fates for Words<'_> {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        self.0.iter().find_map(|site| site.clerk.fates.get(&id).cloned())
    }

    fn called(&self, id: IntentId) -> String {
        id.to_string()
    }
}

/// The company's books. They are another machine: nothing that happens to the office happens to them. An id may be there twice: only that they
/// are asked keeps it from that.
#[derive(Debug, Default)]
pub struct Books {
    now: Ledger,
    /// The latest backup.
    pub last_night: Option<Ledger>,
    /// What they do not have since they were restored: documents, and that this one is cancelled.
    lost: BTreeSet<IntentId>,
    /// What was gone, and is to be posted again as a person says.
    pub agreed: BTreeSet<IntentId>,
    /// What was read back.
    read: BTreeSet<IntentId>,
    /// What they refuse until a person has mended something.
    refused: BTreeSet<IntentId>,
    looked_at: BTreeSet<IntentId>,
    /// Percent of answers that fail.
    pub faults: u64,
    /// The writers' clock.
    now_ms: u64,
    order_broken: Vec<String>,
}

/// What they have.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Each posting, in order.
    pub entries: Vec<IntentId>,
    /// By their sites.
    pub cancelled: BTreeSet<IntentId>,
    /// By people, in the books alone.
    pub struck: BTreeSet<IntentId>,
    pub stock: BTreeMap<(String, String), i128>,
}

impl Ledger {
    fn is_cancelled(&self, id: IntentId) -> bool {
        self.cancelled.contains(&id) || self.struck.contains(&id)
    }
}

fn moves(submitted: &Submitted) -> Vec<StockMove> {
    submitted.effects().moves
}

fn again(why: &str, dice: &mut Dice) -> Verdict {
    Verdict::Again { why: why.into(), alive: dice.percent(30) }
}

impl Books {
    fn is_there(&self, work: &Work) -> bool {
        match work.what {
            What::Post(_) => self.now.entries.contains(&work.id),
            What::Cancel(of) => self.now.is_cancelled(of),
        }
    }

    /// It is there, and not cancelled.
    pub fn counts(&self, id: IntentId) -> bool {
        self.now.entries.contains(&id) && !self.now.is_cancelled(id)
    }

    pub fn is_struck(&self, id: IntentId) -> bool {
        self.now.struck.contains(&id)
    }

    /// Somebody cancels one there.
    pub fn strike(&mut self, id: IntentId, document: Option<&Submitted>) {
        self.now.stock = self.after(document, -1);
        self.now.struck.insert(id);
    }

    pub fn back_up(&mut self) {
        self.last_night = Some(self.now.clone());
    }

    /// What is in them is what was then; what they have lost by that, and where there is more stock now.
    pub fn go_back_to(&mut self, backup: Ledger) -> Ledger {
        let mut lost = std::mem::replace(&mut self.now, backup);
        lost.entries.retain(|id| !self.now.entries.contains(id));
        lost.cancelled.retain(|id| self.counts(*id));
        lost.struck.retain(|id| self.counts(*id));
        lost.stock.retain(|place, qty| *self.now.stock.get(place).unwrap_or(&0) > *qty);
        self.lost.extend(lost.entries.iter().chain(&lost.cancelled).chain(&lost.struck));
        for id in &lost.entries {
            self.read.remove(id);
            self.agreed.remove(id);
        }
        lost
    }

    /// `again`: they are asked first. A cancellation has to find its document, so of that they are always asked.
    fn attempt(
        &mut self,
        (work, again): (&Work, bool),
        of: Option<&Submitted>,
        counts: bool,
        tally: &mut Tally,
        dice: &mut Dice,
    ) -> Verdict {
        if dice.percent(self.faults as u8) {
            tally.posting_failed_before += 1;
            return self::again("before it was committed", dice);
        }
        let is_asked = again || matches!(work.what, What::Cancel(_));
        if is_asked && self.is_there(work) {
            tally.posting_found += 1;
            if matches!(work.what, What::Post(_)) && self.now.is_cancelled(work.id) {
                tally.posting_found_cancelled += 1;
                return Verdict::Held(Hold::Refused, CANCELLED_THERE.into());
            }
            return self.reads(work.id);
        }
        if self.looked_at.insert(work.id) && dice.percent(4) {
            self.refused.insert(work.id);
        }
        if self.refused.contains(&work.id) {
            return Verdict::Held(Hold::Refused, "it is not liked".into());
        }
        let sign = match work.what {
            What::Post(_) if !self.has_its_needs(work) => {
                return Verdict::Held(Hold::Refused, "it refers to what is cancelled".into());
            }
            What::Post(_) => 1,
            What::Cancel(of) if !self.now.entries.contains(&of) => return Verdict::Kept,
            What::Cancel(_) => -1,
        };
        // A count sets figures, which the plain sums here do not know.
        if !counts && self.is_short(of, sign) {
            return Verdict::Held(Hold::Stock, "too little".into());
        }
        self.now.stock = self.after(of, sign);
        match work.what {
            What::Post(_) => self.now.entries.push(work.id),
            What::Cancel(of) => drop(self.now.cancelled.insert(of)),
        }
        if dice.percent(self.faults as u8) {
            tally.posting_answers_lost += 1;
            return self::again("the answer was lost", dice);
        }
        match work.what {
            What::Post(_) if dice.percent(80) => Verdict::Made,
            _ => self.reads(work.id),
        }
    }

    /// Stock after a document, or after its cancellation.
    fn after(&self, of: Option<&Submitted>, sign: i128) -> BTreeMap<(String, String), i128> {
        let mut stock = self.now.stock.clone();
        for it in of.map(moves).unwrap_or_default() {
            let qty: i128 = it.qty.to_string().parse().expect("whole pieces");
            *stock.entry((it.warehouse.to_string(), it.item_code.to_string())).or_default() += sign * qty;
        }
        stock
    }

    pub fn is_short(&self, of: Option<&Submitted>, sign: i128) -> bool {
        let falls =
            |(place, qty): (&(String, String), &i128)| *qty < 0 && *qty < *self.now.stock.get(place).unwrap_or(&0);
        self.after(of, sign).iter().any(falls)
    }

    /// Whether it may go by what it needs. What was never there should have been waited for.
    fn has_its_needs(&mut self, work: &Work) -> bool {
        for need in &work.needs {
            let now = &self.now;
            let (is_there, counts) = (|id| now.entries.contains(id), |id: &IntentId| !now.is_cancelled(*id));
            match need {
                // Nobody may have looked yet since they were restored.
                Need::Posted(id) if !is_there(id) && self.lost.contains(id) => return false,
                Need::Cancelled { document, .. } if self.lost.contains(document) => {}
                Need::Posted(id) if !is_there(id) => self.order_broken.push(format!("{:?} before {need:?}", work.id)),
                Need::Posted(id) if !counts(id) => return false,
                Need::Cancelled { document, .. } if is_there(document) && counts(document) => {
                    self.order_broken.push(format!("{:?} before {need:?}", work.id));
                }
                _ => {}
            }
        }
        true
    }

    fn confirm(&mut self, made: &[IntentId], tally: &mut Tally, dice: &mut Dice) -> Vec<Verdict> {
        if dice.percent(self.faults as u8) {
            tally.posting_unread += made.len() as u64;
            return made.iter().map(|_| again("the answer was lost", dice)).collect();
        }
        let lost = || Verdict::Again { why: "it is not as it was made".into(), alive: true };
        made.iter().map(|id| if self.counts(*id) { self.reads(*id) } else { lost() }).collect()
    }

    fn reads(&mut self, id: IntentId) -> Verdict {
        self.read.insert(id);
        done()
    }
}

fn done() -> Verdict {
    Verdict::Done(Posted::new(text("X-1")))
}

impl World {
    /// A site's writer takes some steps; the power of the office may go in the middle of one.
    pub fn post(&mut self, n: usize, steps: usize, faults: u64) {
        self.books.faults = faults;
        // An hour may have gone by.
        self.sites[n].clerk.is_looked &= !self.dice.percent(10);
        for _ in 0..steps {
            if !self.office_up || !self.post_one(n) {
                return;
            }
        }
    }

    /// One step; whether there was anything to do.
    fn post_one(&mut self, n: usize) -> bool {
        if !self.pay(n) {
            return false;
        }
        let there = self.sites[n].desk.live.as_ref().map_or(0, |live| live.replica.order.len());
        let taken = self.sites[n].clerk.taken;
        let now_ms = self.books.now_ms;
        let (said, next) = self.with_writer(n, |writer, words| writer.next(now_ms, taken < there, words));
        if !self.say_words(n, said) {
            return false;
        }
        match next {
            None | Some(Next::Try { .. }) if !self.sites[n].clerk.is_looked => return self.look(n),
            None => return false,
            Some(Next::Sleep { until_ms }) => self.books.now_ms = self.books.now_ms.max(until_ms),
            Some(Next::Read) => return self.read_on(n),
            Some(Next::Try { id, again }) => return self.try_one(n, id, again),
            Some(Next::Confirm(made)) => return self.confirm(n, &made),
        }
        true
    }

    fn with_writer<T>(&mut self, n: usize, work: impl FnOnce(&mut Writer, &dyn Fates) -> T) -> T {
        let mut writer = std::mem::take(&mut self.sites[n].clerk.writer);
        let done = work(&mut writer, &Words(&self.sites));
        self.sites[n].clerk.writer = writer;
        done
    }

    fn read_on(&mut self, n: usize) -> bool {
        let site = &mut self.sites[n];
        let live = site.desk.live.as_ref().expect("the office is up");
        let at = site.clerk.taken;
        site.clerk.taken += 1;
        let entry = live.replica.lines[&live.replica.order[at]].record.as_ref().map(|record| record.entry.clone());
        let Some(mut work) = entry.and_then(|entry| site.clerk.work(&entry, at as u64)) else { return true };
        if self.flaws.ignores_needs {
            work.needs.clear();
        }
        let said = self.with_writer(n, |writer, words| writer.take(work, words));
        self.say_words(n, said)
    }

    fn try_one(&mut self, n: usize, id: IntentId, again: bool) -> bool {
        let work = self.sites[n].clerk.works[&id].clone();
        let of = match work.what {
            What::Post(_) => id,
            What::Cancel(of) => of,
        };
        let document = self.sites[n].clerk.documents.get(&of).cloned();
        let again = again && !self.flaws.posts_blindly;
        let there_before = self.books.is_there(&work);
        let World { books, tally, dice, setup, .. } = self;
        let mut verdict = books.attempt((&work, again), document.as_ref(), setup.counts, tally, dice);
        let has_committed = !there_before && books.is_there(&work);
        if self.flaws.says_unread && verdict == Verdict::Made {
            verdict = done();
        }
        let is_there = verdict.is_there();
        if has_committed {
            self.check_agreed(n, id);
        }
        self.doubt(n, std::slice::from_ref(&verdict));
        // The power goes before the word is written down.
        if self.dice.percent((self.books.faults / 4) as u8) {
            self.tally.posting_cut += u64::from(has_committed);
            self.office_cut();
            return false;
        }
        let now_ms = self.books.now_ms;
        let said = self.with_writer(n, |writer, words| writer.answered(verdict, now_ms, words));
        if is_there {
            self.sites[n].clerk.moved.push(id);
        }
        self.say_words(n, said)
    }

    fn confirm(&mut self, n: usize, made: &[IntentId]) -> bool {
        assert!(!made.is_empty() && made.len() <= MAX_UNREAD, "posting: {} are to be read back", made.len());
        let verdicts = self.books.confirm(made, &mut self.tally, &mut self.dice);
        if self.dice.percent((self.books.faults / 4) as u8) {
            self.tally.posting_cut_read += u64::from(verdicts.iter().any(Verdict::is_there));
            self.office_cut();
            return false;
        }
        self.doubt(n, &verdicts);
        let now_ms = self.books.now_ms;
        let (said, moved) = self.with_writer(n, |writer, words| writer.confirmed(verdicts, now_ms, words));
        self.sites[n].clerk.moved.extend(moved.iter().map(|(id, _)| *id));
        self.say_words(n, said)
    }

    /// Books that did not answer may have been restored when they do.
    fn doubt(&mut self, n: usize, verdicts: &[Verdict]) {
        let is_silent = |verdict: &Verdict| matches!(verdict, Verdict::Again { alive: false, .. });
        self.sites[n].clerk.is_looked &= !verdicts.iter().any(is_silent);
    }

    fn tell_others(&mut self, n: usize, id: IntentId) {
        let work = self.sites[n].clerk.works[&id].clone();
        let others = self.sites.iter_mut().enumerate().filter(|(other, _)| *other != n);
        others.for_each(|(_, site)| site.clerk.writer.moved(id, &work.brings));
    }

    pub fn say_words(&mut self, n: usize, said: Said) -> bool {
        self.sites[n].clerk.owed.extend(said);
        self.pay(n)
    }

    /// Writes down what was said, before anything else is done. Whether it could.
    fn pay(&mut self, n: usize) -> bool {
        let now = self.now_ms;
        let site = &mut self.sites[n];
        let Site { desk, clerk, .. } = site;
        let mut write = || {
            while let Some(outcome) = clerk.owed.first().cloned() {
                desk.append(now, &Entry::Outcome(outcome.clone()), &mut self.dice)?;
                clerk.owed.remove(0);
                if outcome.fate.is_final() && !clerk.moved.contains(&outcome.of) {
                    clerk.moved.push(outcome.of);
                }
                clerk.fates.insert(outcome.of, outcome.fate);
                self.tally.words_on_documents += 1;
            }
            let live = desk.live.as_ref().expect("the office is up");
            if live.own.durable < live.own.lines.len() { desk.sync() } else { Ok(()) }
        };
        match write() {
            Ok(()) => {
                for id in std::mem::take(&mut self.sites[n].clerk.moved) {
                    self.tell_others(n, id);
                }
                for order in self.sites[n].clerk.writer.brought_on() {
                    let others = self.sites.iter_mut().enumerate().filter(|(other, _)| *other != n);
                    others.for_each(|(_, site)| site.clerk.writer.got_on(&order));
                }
                self.pump_desk(n);
                true
            }
            Err(Refusal::Full) => {
                self.tally.full_disks += 1;
                false
            }
            Err(Refusal::Cut) => {
                self.tally.fuses_blown += 1;
                self.office_cut();
                false
            }
        }
    }

    /// The books answer, an hour goes by, and what may go by itself goes; then everything is mended, a person agrees to all that is gone, and all
    /// that is held is tried until nothing changes.
    pub fn post_everything(&mut self) {
        self.books.faults = 0;
        self.sites.iter_mut().for_each(|site| site.clerk.is_looked = false);
        self.post_to_the_end();
        // What was committed, and held since its answers were lost, is found; who waits for it goes as well.
        for n in 0..self.sites.len() {
            let Clerk { writer, works, .. } = &mut self.sites[n].clerk;
            for (id, _) in writer.in_doubt(usize::MAX) {
                writer.asked(id, self.books.is_there(&works[&id]));
            }
        }
        self.post_to_the_end();
        self.check_nothing_is_stuck();
        self.check_gone_is_told();
        self.books.refused.clear();
        (0..self.sites.len()).for_each(|n| self.agree(n));
        for _ in 0..3 {
            for n in 0..self.sites.len() {
                self.with_writer(n, |writer, _| writer.retry(None));
            }
            self.post_to_the_end();
        }
    }

    fn post_to_the_end(&mut self) {
        let records: usize = self.sites.iter().map(|site| site.clerk.works.len() + site.unread_records()).sum();
        let mut left = STEPS_A_RECORD * (records + 10);
        while (0..self.sites.len()).any(|n| self.post_one(n)) {
            left -= 1;
            assert!(left > 0, "posting: the writers do not come to an end");
        }
    }

    /// Nothing is held for want of stock that is there, for a document that is there, or as the cancellation of what is held itself.
    fn check_nothing_is_stuck(&self) {
        let words = Words(&self.sites);
        let is_missing = |need: &Need| match (need, words.fate(need.id())) {
            (_, Some(Fate::Posted { .. })) => false,
            (Need::Posted(_), fate) => fate != Some(Fate::Kept),
            (Need::Cancelled { .. }, fate) => fate != Some(Fate::Withdrawn),
        };
        for site in &self.sites {
            for (id, work) in &site.clerk.works {
                let Some(Fate::Held { hold, why }) = words.fate(*id) else { continue };
                let (of, sign) = match work.what {
                    What::Post(_) => (*id, 1),
                    What::Cancel(of) => (of, -1),
                };
                let document = site.clerk.documents.get(&of);
                let stuck = match hold {
                    Hold::Waits if of != *id && matches!(words.fate(of), Some(Fate::Held { .. })) => true,
                    Hold::Waits => !work.needs.iter().any(is_missing),
                    Hold::Stock => !self.books.is_short(document, sign),
                    _ => false,
                };
                assert!(
                    !stuck,
                    "posting: {id} of {} is held, and nothing is in its way: {hold:?}, {why}",
                    site.desk.peer
                );
            }
        }
    }

    /// The office's words are what is in the books, each document is there once and after what it needs, and the box has the words.
    pub fn check_posted(&mut self) {
        let broken = self.books.order_broken.first();
        assert!(broken.is_none(), "posting: {broken:?}");
        let there: BTreeSet<IntentId> = self.books.now.entries.iter().copied().collect();
        assert_eq!(there.len(), self.books.now.entries.len(), "posting: something is in the books twice");
        for site in &self.sites {
            let words = words(&site.desk);
            assert_eq!(words, site.clerk.fates, "posting: the words of {} are not those on the disk", site.desk.peer);
            let is_carried_out =
                |work: &&Work| matches!(words.get(&work.id), Some(Fate::Posted { .. } | Fate::Withdrawn));
            let undone: BTreeSet<IntentId> =
                site.clerk.works.values().filter(is_carried_out).filter_map(cancels).collect();
            for (id, work) in &site.clerk.works {
                let Some(fate) = words.get(id) else {
                    panic!("posting: nothing is said of {id} of {}", site.desk.peer);
                };
                let posted = matches!(fate, Fate::Posted { .. });
                let is_read = self.books.read.contains(id);
                assert!(
                    !posted || is_read || undone.contains(id),
                    "posting: {id} of {} is said to be posted, and was never read",
                    site.desk.peer
                );
                let holds = match work.what {
                    What::Post(_) => (posted && !undone.contains(id)) == self.books.counts(*id),
                    What::Cancel(of) => !posted || !self.books.counts(of),
                };
                assert!(holds, "posting: of {id} of {} it is said {fate:?}", site.desk.peer);
                let is_gone = matches!(fate, Fate::Held { hold: Hold::Gone, .. });
                assert!(!is_gone, "posting: {id} of {} is gone, though it was to be posted again", site.desk.peer);
                match fate {
                    Fate::Posted { .. } => self.tally.posted += 1,
                    Fate::Held { .. } => self.tally.held += 1,
                    _ => {}
                }
            }
            let said = site.boxes[site.on_line].fates(&self.flaws);
            let told = words.iter().find(|(id, fate)| said.get(id) != Some(fate));
            assert!(told.is_none(), "posting: the box of {} was not told {told:?}", site.desk.peer);
        }
    }
}

impl Workshop {
    /// What the box shows of the words, which come in any order.
    fn fates(&self, flaws: &Flaws) -> BTreeMap<IntentId, Fate> {
        let mut latest: BTreeMap<IntentId, (SaidAt, Fate)> = BTreeMap::new();
        let Some(live) = &self.node.live else { return BTreeMap::new() };
        let records = live.replica.order.iter().filter_map(|at| Some((at, live.replica.lines[at].record.as_ref()?)));
        for (at, record) in records {
            let Entry::Outcome(Outcome { of, fate }) = &record.entry else { continue };
            let said = SaidAt::new(&record.stamp, *at);
            if flaws.last_word_to_come || latest.get(of).is_none_or(|(known, _)| *known <= said) {
                latest.insert(*of, (said, fate.clone()));
            }
        }
        latest.into_iter().map(|(id, (_, fate))| (id, fate)).collect()
    }
}

impl Site {
    fn unread_records(&self) -> usize {
        self.desk.live.as_ref().map_or(0, |live| live.replica.order.len()).saturating_sub(self.clerk.taken)
    }
}
