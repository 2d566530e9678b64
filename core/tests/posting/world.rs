//! A whole world on a seed: sites whose documents refer to each other, books that fail before they commit, after it, when they are read
//! back, and over one document for good, documents that read otherwise, records out of order, restarts, people who retry, give up, and enter
//! by hand, others who bring stock, and Work Orders whose pieces go from one site to the next. At the end the books recover, and whatever may go by itself has to have gone before anybody retries.

use super::books::Books;
use super::journals::{SITES, journals};
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::{Fate, Hold};
use outpost_core::posting::{Fates, MAX_UNREAD, Need, Next, Posted, Said, Verdict, What, Work, Writer};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};

pub fn text(text: &str) -> Text {
    Text::try_from(text).unwrap()
}

pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        (self.0.next_u64() % sides as u64) as usize
    }
    pub fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }
}

/// What the office has said, and what its journal keeps over a restart.
#[derive(Default)]
struct Words(BTreeMap<IntentId, Fate>);

impl Words {
    fn note(&mut self, said: Said) {
        for outcome in said {
            let before = self.0.insert(outcome.of, outcome.fate.clone());
            assert_ne!(before.as_ref(), Some(&outcome.fate), "the same word twice");
            if let Some(before) = before {
                // What was given up may be entered by hand later.
                let entered = matches!(before, Fate::GivenUp { .. }) && outcome.fate.by_hand().is_some();
                assert!(
                    entered || !before.is_final(),
                    "{:?}: a final word, {before:?}, became {:?}",
                    outcome.of,
                    outcome.fate
                );
            }
        }
    }
}

impl Fates for Words {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        self.0.get(&id).cloned()
    }
    fn called(&self, id: IntentId) -> String {
        id.to_string()
    }
}

/// Which safeguard is off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sabotage {
    None,
    /// The books are not asked before another try.
    PostsBlindly,
    /// What a document refers to is not waited for.
    IgnoresNeeds,
    /// It is said to be posted when the books say that they have made it.
    SaysUnread,
    /// Whoever enters one by hand does not look whether it is there already.
    EntersBlindly,
    /// Which Work Orders got on is told to no other site.
    KeepsWorkToItself,
}

struct Site {
    journal: Vec<Work>,
    taken: usize,
    /// As far as the journal was ever read: what is beyond nobody knows.
    seen: usize,
    writer: Writer,
    /// To where others have brought stock, since the figures were read last.
    came: BTreeSet<(Text, Text)>,
}

impl Site {
    /// What comes next, as it is known when it comes.
    fn read(&mut self) -> Work {
        let mut work = self.journal[self.taken].clone();
        self.taken += 1;
        self.seen = self.seen.max(self.taken);
        let known = &self.journal[..self.seen];
        if let What::Cancel(of) = work.what
            && !known.iter().any(|known| known.id == of)
        {
            (work.takes, work.brings, work.of) = (BTreeSet::new(), BTreeSet::new(), None);
        }
        let as_known = |need: Need| match need {
            Need::Cancelled { document, by } => {
                Need::Cancelled { document, by: by.filter(|by| known.iter().any(|known| known.id == *by)) }
            }
            Need::Posted(_) => need,
        };
        work.needs = work.needs.into_iter().map(as_known).collect();
        work
    }
}

struct World {
    sites: Vec<Site>,
    words: Words,
    books: Books,
    now_ms: u64,
    sabotage: Sabotage,
    /// How many were entered by hand.
    entered: u32,
    /// What was held for nothing when the books had recovered.
    stuck: Option<String>,
}

impl World {
    fn new(dice: &mut Dice, sabotage: Sabotage, each: usize) -> Self {
        let site = |journal| Site { journal, taken: 0, seen: 0, writer: Writer::default(), came: BTreeSet::new() };
        let sites: Vec<_> = journals(dice, each).into_iter().map(site).collect();
        let mut books = Books { faults: dice.roll(30), ..Books::default() };
        for site in &sites {
            books.poison.extend(site.journal.iter().map(|work| work.id).filter(|_| dice.chance(3)));
            let many: Vec<_> = site.journal.iter().map(|work| work.id).filter(|_| dice.chance(20)).collect();
            books.pieces.extend(many.into_iter().map(|id| (id, 2 + dice.roll(2) as i64)));
            books.differs.extend(site.journal.iter().map(|work| work.id).filter(|_| dice.chance(5)));
        }
        Self { sites, words: Words::default(), books, now_ms: 0, sabotage, entered: 0, stuck: None }
    }

    /// One step of a site; whether it did anything.
    fn step(&mut self, n: usize, dice: &mut Dice) -> bool {
        let site = &mut self.sites[n];
        if site.writer.is_quiet() && dice.chance(30) {
            self.ask_for_doubtful(n, 3);
        }
        let site = &mut self.sites[n];
        // The site's thread reads figures now and then, between two of its documents.
        if site.writer.is_quiet() {
            site.writer.stock_came(&std::mem::take(&mut site.came));
        }
        let more = site.taken < site.journal.len();
        let (said, next) = site.writer.next(self.now_ms, more, &self.words);
        self.say(n, said);
        let site = &mut self.sites[n];
        match next {
            None => false,
            Some(Next::Sleep { until_ms }) => {
                self.now_ms = self.now_ms.max(until_ms);
                true
            }
            Some(Next::Read) => {
                let mut work = site.read();
                if self.sabotage == Sabotage::IgnoresNeeds {
                    work.needs.clear();
                }
                let said = site.writer.take(work, &self.words);
                self.say(n, said);
                true
            }
            Some(Next::Try { id, again }) => {
                let work = site.journal.iter().find(|work| work.id == id).cloned().unwrap();
                let again = again && self.sabotage != Sabotage::PostsBlindly;
                let mut verdict = self.books.attempt(&work, again, dice);
                if self.sabotage == Sabotage::SaysUnread && verdict == Verdict::Made {
                    verdict = Verdict::Done(Posted::new(text("X-1")));
                }
                // A power cut after the books committed, before the word was written down.
                if dice.chance(self.books.faults / 4) {
                    self.restart(n);
                    return true;
                }
                let done = verdict.is_there();
                let said = self.sites[n].writer.answered(verdict, self.now_ms, &self.words);
                self.say(n, said);
                if done && !self.is_cut_after_a_word(dice) {
                    self.tell_others(n, id, &work.brings);
                    self.tell_of_work(n);
                }
                true
            }
            Some(Next::Confirm(made)) => {
                assert!(!made.is_empty() && made.len() <= MAX_UNREAD);
                let verdicts = self.books.confirm(&made, dice);
                // A power cut after they were read, before the words were written down.
                if dice.chance(self.books.faults / 4) {
                    self.restart(n);
                    return true;
                }
                let (said, moved) = self.sites[n].writer.confirmed(verdicts, self.now_ms, &self.words);
                self.say(n, said);
                if !self.is_cut_after_a_word(dice) {
                    moved.iter().for_each(|(id, brings)| self.tell_others(n, *id, brings));
                    self.tell_of_work(n);
                }
                true
            }
        }
    }

    /// The books are asked for some of the held ones that may be there.
    fn ask_for_doubtful(&mut self, n: usize, most: usize) {
        for (id, _) in self.sites[n].writer.in_doubt(most) {
            let site = &mut self.sites[n];
            let work = site.journal.iter().find(|work| work.id == id).unwrap();
            let said = site.writer.asked(id, self.books.ask(work));
            self.say(n, said);
        }
        self.tell_of_work(n);
    }

    fn tell_others(&mut self, n: usize, id: IntentId, brings: &BTreeSet<(Text, Text)>) {
        for (_, site) in self.sites.iter_mut().enumerate().filter(|(other, _)| *other != n) {
            site.writer.moved(id, brings);
        }
    }

    /// Notes a site's words; those who wait for what will never be in the books are told.
    fn say(&mut self, n: usize, said: Said) {
        let is_over = |fate: &Fate| fate.is_final() && !matches!(fate, Fate::Posted { .. });
        let over: Vec<IntentId> =
            said.iter().filter(|outcome| is_over(&outcome.fate)).map(|outcome| outcome.of).collect();
        self.words.note(said);
        over.into_iter().for_each(|id| self.tell_others(n, id, &BTreeSet::new()));
    }

    /// Which Work Orders a site has brought on.
    fn tell_of_work(&mut self, n: usize) {
        let orders = self.sites[n].writer.brought_on();
        let others = self.sites.iter_mut().enumerate().filter(|(other, _)| *other != n);
        for (_, site) in others.filter(|_| self.sabotage != Sabotage::KeepsWorkToItself) {
            orders.iter().for_each(|order| site.writer.got_on(order));
        }
    }

    /// A power cut at the office after a word was written down, and before anybody who waits for it was told.
    fn is_cut_after_a_word(&mut self, dice: &mut Dice) -> bool {
        let cut = dice.chance(self.books.faults / 4);
        if cut {
            (0..SITES).for_each(|n| self.restart(n));
        }
        cut
    }

    /// Somebody else brings stock, in the books alone.
    fn others_bring(&mut self, dice: &mut Dice) {
        let place = (text(["cloth", "shirt", "silk"][dice.roll(3)]), text("Stores"));
        *self.books.stock.entry(place.clone()).or_default() += 1 + dice.roll(3) as i64;
        self.sites.iter_mut().for_each(|site| site.came.extend([place.clone()]));
    }

    fn restart(&mut self, n: usize) {
        self.sites[n].writer = Writer::default();
        self.sites[n].taken = 0;
    }

    /// Somebody enters one by hand, one that is held or was given up, and says so; the power may go before the word is written down. Whoever
    /// has given one up and entered it says so again until it is heard.
    fn enters(&mut self, n: usize, dice: &mut Dice) {
        let site = &self.sites[n];
        let held: BTreeSet<_> = site.writer.held().map(|(id, _)| id).collect();
        let given_up = |id| matches!(self.words.fate(id), Some(Fate::GivenUp { .. }));
        let undone = |of| site.journal.iter().any(|work| work.what == What::Cancel(of));
        let is = |work: &&Work| {
            let post = matches!(work.what, What::Post(kind) if kind != Kind::TillClosing && kind != Kind::JobCard);
            post && !undone(work.id) && (held.contains(&work.id) || given_up(work.id))
        };
        let ways: Vec<_> = site.journal.iter().filter(is).cloned().collect();
        if ways.is_empty() {
            return;
        }
        let work = ways[dice.roll(ways.len())].clone();
        // People take longer than the books.
        self.books.ask(&work);
        let (by_hand, said_before) = (self.books.by_hand.contains(&work.id), given_up(work.id));
        let short = self.books.is_short(&work) || self.books.is_too_early(&work);
        let looks = self.sabotage != Sabotage::EntersBlindly;
        if !by_hand && (short || looks && self.books.entries.contains(&work.id)) {
            return;
        }
        if !by_hand {
            self.books.by_hand.insert(work.id);
            self.books.read.insert(work.id);
            self.books.carry_out(&work);
            self.sites.iter_mut().for_each(|site| site.came.extend(work.brings.iter().cloned()));
            self.entered += 1;
        }
        if said_before && dice.chance(30) {
            self.restart(n);
            return;
        }
        let there = Posted::new(text("X-2"));
        let said = self.sites[n].writer.entered(&work, there, text("wati"), &self.words).unwrap();
        self.say(n, said);
        self.tell_others(n, work.id, &work.brings);
    }

    fn person(&mut self, n: usize, dice: &mut Dice) {
        // In an order of their own, so that a seed plays the same again.
        let held: BTreeSet<_> = self.sites[n].writer.held().map(|(id, _)| id).collect();
        let held = Vec::from_iter(held);
        if held.is_empty() {
            return;
        }
        let id = held[dice.roll(held.len())];
        // Whoever gives one up asks the books first: what is there cannot be given up.
        let mut there = false;
        for work in self.sites[n].journal.iter().filter(|work| work.id == id) {
            self.books.ask(work);
            there = self.books.is_there(work);
        }
        if dice.chance(20) && !there {
            let said = self.sites[n].writer.give_up(id, text("wati"), "written off".into()).unwrap();
            self.say(n, said);
        } else {
            self.sites[n].writer.retry(Some(id));
        }
    }

    fn run(&mut self, dice: &mut Dice, steps: usize) {
        for _ in 0..steps {
            let n = dice.roll(SITES);
            match dice.roll(40) {
                0 => self.restart(n),
                1 => self.person(n, dice),
                2 => self.enters(n, dice),
                3 if dice.chance(10) => self.others_bring(dice),
                _ => drop(self.step(n, dice)),
            }
            self.look_for_unsaid(n);
        }
        // Whoever has entered one by hand says so, and is heard.
        for n in 0..SITES {
            for work in self.sites[n].journal.clone() {
                let unsaid = self.words.fate(work.id).is_some_and(|fate| fate.by_hand().is_none());
                if unsaid && self.books.by_hand.contains(&work.id) && !self.books.entries.contains(&work.id) {
                    let there = Posted::new(text("X-2"));
                    let said = self.sites[n].writer.entered(&work, there, text("wati"), &self.words).unwrap();
                    self.say(n, said);
                    self.tell_others(n, work.id, &work.brings);
                }
            }
        }
        // The books recover, and what may go by itself goes.
        self.books.faults = 0;
        while (0..SITES).any(|n| self.step(n, dice)) {}
        // What was committed, and held since its answers were lost, is found; who waits for it goes as well.
        (0..SITES).for_each(|n| self.ask_for_doubtful(n, usize::MAX));
        while (0..SITES).any(|n| self.step(n, dice)) {}
        self.stuck = self.find_stuck();
        // What reads otherwise is put right there, and all that is held is tried until nothing changes.
        self.books.poison.clear();
        self.books.differs.clear();
        for _ in 0..4 {
            for n in 0..SITES {
                self.sites[n].writer.retry(None);
            }
            while (0..SITES).any(|n| self.step(n, dice)) {}
        }
    }

    /// What is held though nothing is in its way, and nobody has tried it.
    fn find_stuck(&self) -> Option<String> {
        let is_held = |id| matches!(self.words.fate(id), Some(Fate::Held { .. }));
        let is_missing = |need: &Need| match (need, self.words.fate(need.id())) {
            (_, Some(Fate::Posted { .. })) => false,
            (Need::Posted(_), fate) => fate != Some(Fate::Kept),
            (Need::Cancelled { .. }, fate) => fate != Some(Fate::Withdrawn),
        };
        let stuck = |work: &&Work| match (self.words.fate(work.id), work.what) {
            (None, _) => true,
            (Some(Fate::Held { hold: Hold::Waits, .. }), What::Cancel(of)) if is_held(of) => true,
            (Some(Fate::Held { hold: Hold::Waits, .. }), _) => {
                !work.needs.iter().any(is_missing) && !self.books.is_too_early(work)
            }
            (Some(Fate::Held { hold: Hold::Stock, .. }), _) => !self.books.is_short(work),
            (Some(Fate::Held { hold: Hold::Differs, .. }), _) => !self.books.differs.contains(&work.id),
            _ => false,
        };
        let work = self.sites.iter().flat_map(|site| &site.journal).find(stuck)?;
        Some(format!("{:?} {:?}: {:?}", work.id, work.what, self.words.fate(work.id)))
    }

    /// The word that something waits, where it may never end and the word does not say so.
    fn stale(&self, work: &Work, fate: &Fate) -> Option<String> {
        let never = |need: &Need| {
            let over = matches!(self.words.fate(need.id()), Some(Fate::GivenUp { .. } | Fate::Withdrawn));
            over && matches!(need, Need::Posted(_)) && matches!(work.what, What::Post(_))
        };
        let Fate::Held { why, .. } = fate else { return None };
        let is_told = self.books.is_too_early(work) || why.contains("never went into the books");
        (!is_told && !work.needs.is_empty() && work.needs.iter().all(never)).then(|| format!("{:?}: {why}", work.id))
    }

    /// What a settled writer has in the books, it has said: figures that are read then hold what the words say.
    fn look_for_unsaid(&mut self, n: usize) {
        let site = &self.sites[n];
        if !site.writer.is_settled() {
            return;
        }
        let said = |work: &&Work| {
            matches!(
                self.words.fate(work.id),
                Some(Fate::Posted { .. } | Fate::Held { hold: Hold::Differs, .. } | Fate::Withdrawn)
            )
        };
        // What a person has entered and not said yet nobody can know, nor what they were still at when they were asked.
        let unknown =
            |work: &Work| self.books.by_hand.contains(&work.id) || self.books.committed_late.contains(&work.id);
        let there = |work: &&Work| self.books.is_there(work) && !unknown(work);
        let found = site.journal.iter().filter(there).find(|work| !said(work));
        if let Some(work) = found {
            self.books.unsaid.push(format!("{:?} {:?}: {:?}", work.id, work.what, self.words.fate(work.id)));
        }
    }

    fn check(&self) -> Result<(), String> {
        if let Some(unsaid) = self.books.unsaid.first() {
            return Err(format!("settled, and not said: {unsaid}"));
        }
        if let Some(stuck) = &self.stuck {
            return Err(format!("held, and nothing is in its way: {stuck}"));
        }
        let posted: BTreeSet<_> = self.books.entries.iter().chain(&self.books.by_hand).collect();
        if posted.len() != self.books.entries.len() + self.books.by_hand.len() {
            return Err("a document is in the books twice".into());
        }
        if let Some(broken) = self.books.order_broken.first() {
            return Err(format!("order: {broken}"));
        }
        for work in self.sites.iter().flat_map(|site| &site.journal) {
            let fate = self.words.fate(work.id).ok_or(format!("{:?} has no word", work.id))?;
            let there = self.books.is_there(work);
            let fine = match &fate {
                Fate::Posted { .. } => {
                    if !self.books.read.contains(&work.id) && matches!(work.what, What::Post(_)) {
                        return Err(format!("{:?} is said to be posted, and was never read back", work.id));
                    }
                    there
                }
                Fate::Held { hold: Hold::Waits, .. } => {
                    // Only for what never went in, a cancellation that waits, or pieces that are not done.
                    if let Some(stale) = self.stale(work, &fate) {
                        return Err(stale);
                    }
                    !there
                        && (self.books.is_too_early(work)
                            || work.needs.iter().any(|need| match self.words.fate(need.id()) {
                                Some(Fate::Posted { .. } | Fate::Kept) => false,
                                Some(Fate::Withdrawn) => matches!(need, Need::Posted(_)),
                                _ => true,
                            }))
                }
                Fate::Held { hold: Hold::Stock, .. } => !there && self.books.is_short(work),
                Fate::Held { .. } => false,
                // Something of it may have been in the books before it was withdrawn; then it is cancelled there.
                Fate::Withdrawn => match work.what {
                    What::Post(_) => !there || self.books.cancelled.contains(&work.id),
                    What::Cancel(_) => true,
                },
                Fate::GivenUp { .. } => !there,
                Fate::Kept => true,
            };
            if !fine {
                return Err(format!("{:?} {:?} is {fate:?}, and in the books: {there}", work.id, work.what));
            }
        }
        Ok(())
    }
}

/// What a world came to, how many answers were lost after a commit, and to readings, how many were entered by hand, and how many the books
/// have made after they had said that they do not have them.
fn world(seed: u64, sabotage: Sabotage) -> (Result<(), String>, [u32; 4]) {
    let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
    // In some the journals are longer than what may be unread at once, and in some the books recover before much is done.
    let (each, steps) = match seed % 10 {
        9 => (80, 3_000),
        0..5 => (12, 60),
        _ => (12, 600),
    };
    let mut world = World::new(&mut dice, sabotage, each);
    world.run(&mut dice, steps);
    let late = world.books.committed_late.len() as u32;
    (world.check(), [world.books.committed_and_lost, world.books.unread, world.entered, late])
}

#[test]
fn each_document_is_posted_once_in_the_order_of_what_it_refers_to() {
    let mut lost = [0; 4];
    for seed in 0..1_500 {
        let (checked, of) = world(seed, Sabotage::None);
        lost = [0, 1, 2, 3].map(|at| lost[at] + of[at]);
        checked.unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
    }
    assert!(
        lost.iter().all(|lost| *lost > 1_000),
        "only {lost:?} answers were lost after a commit, and to readings, entered by hand, and made late"
    );
    let [after, readings, entered, late] = lost;
    println!(
        "1,500 worlds, {after} answers lost after the books had committed, {readings} readings lost, {entered} entered by hand, {late} made late"
    );
}

#[test]
fn the_proof_fails_without_asking_first_without_waiting_and_without_reading_back() {
    for sabotage in [
        Sabotage::PostsBlindly,
        Sabotage::IgnoresNeeds,
        Sabotage::SaysUnread,
        Sabotage::EntersBlindly,
        Sabotage::KeepsWorkToItself,
    ] {
        let caught = (0..60).filter(|seed| world(*seed, sabotage).0.is_err()).count();
        assert!(caught > 10, "only {caught} of 60 worlds show it");
    }
}
