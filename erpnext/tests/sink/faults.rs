//! Two sites post some hundred documents into an ERPNext that fails before it commits, after it, and for no reason: each is there once.

use crate::common::{Books, Workshop, place, site};
use erpnext_stand_in::Faults;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::{Fate, Hold};
use outpost_core::domain::record::{Cancelled, Submitted};
use outpost_core::posting::{ByHand, Fates, Need, Next, Place, Said, Sink, Unsaid, Verdict, Work, Writer};
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const SITES: [&str; 2] = ["bandung", "garut"];

/// A dice that falls the same way for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[derive(Clone)]
enum Line {
    Post(Submitted),
    Cancel(Cancelled, Submitted),
}

impl Line {
    fn id(&self) -> IntentId {
        match self {
            Self::Post(submitted) => submitted.id,
            Self::Cancel(cancelled, _) => cancelled.id,
        }
    }

    fn work(&self, order: u64) -> Work {
        match self {
            Self::Post(submitted) => Work::post(submitted, order, None),
            Self::Cancel(cancelled, of) => Work::cancel(cancelled, Some(of), order),
        }
    }
}

/// What two sites have recorded.
struct Recorded {
    shops: [Workshop; 2],
    journals: [Vec<Line>; 2],
    dice: Dice,
    /// Sales over the counter that nothing stands on.
    sales: Vec<(usize, Submitted)>,
}

impl Recorded {
    /// All kinds of things that happen.
    const ALL: &'static [u64] = &[0, 0, 1, 2, 3, 4, 5, 6, 7];
    /// What names nothing else that is posted.
    const ALONE: &'static [u64] = &[0, 5];

    fn new(books: &Books, seed: u64, count: usize, what: &[u64]) -> Self {
        let shops = [Workshop::new("bandung", &books.office, 10_000), Workshop::new("garut", &books.office, 20_000)];
        let mut all = Self { shops, journals: Default::default(), dice: Dice(seed), sales: Vec::new() };
        for at in 0..2 {
            let stock = json!({"stock_entry_type": "Material Receipt", "to_warehouse": warehouse(at),
                "items": [{"item_code": "BUTTON", "qty": "2000", "basic_rate": "500"}]});
            all.post(at, "stock-entry", stock);
        }
        while all.journals.iter().map(Vec::len).sum::<usize>() < count {
            let at = all.dice.roll(2) as usize;
            let what = what[all.dice.roll(what.len() as u64) as usize];
            all.happens(at, what);
        }
        all
    }

    fn post(&mut self, at: usize, slug: &str, fields: Value) -> Submitted {
        let made = self.shops[at].make(slug, fields);
        self.journals[at].push(Line::Post(made.clone()));
        made
    }

    fn happens(&mut self, at: usize, what: u64) {
        let number = self.journals[at].len();
        match what {
            0 => {
                let qty = self.dice.roll(3) + 1;
                let paid = (qty * 1_000).to_string();
                let sale = json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": warehouse(at),
                    "items": [{"item_code": "BUTTON", "qty": qty.to_string(), "rate": "1000"}],
                    "payments": [{"mode_of_payment": "Cash", "amount": paid}]});
                let sale = self.post(at, "sales-invoice", sale);
                self.sales.push((at, sale));
            }
            1 => self.order(at, number),
            2 => {
                let Some((at, sale)) = self.sale() else { return };
                let back = json!({"customer": "Bu Sari", "is_return": 1, "return_against": sale.id.to_string(), "update_stock": 1,
                    "set_warehouse": warehouse(at),
                    "items": [{"item_code": "BUTTON", "qty": "-1", "rate": "1000", "sales_invoice_item": "1"}],
                    "payments": [{"mode_of_payment": "Cash", "amount": "-1000"}]});
                self.post(at, "sales-invoice", back);
            }
            3 => {
                let Some((at, sale)) = self.sale() else { return };
                let cancelled = self.shops[at].cancel(&sale);
                self.journals[at].push(Line::Cancel(cancelled, sale));
            }
            4 => self.transfer(at),
            5 => {
                let expense = json!({"mode_of_payment": "Cash", "accounts": [
                    {"account": "Miscellaneous Expenses - TW", "debit_in_account_currency": "20000"},
                    {"account": "Cash - TW", "credit_in_account_currency": "20000"}]});
                self.post(at, "journal-entry", expense);
            }
            6 => self.on_paper(at),
            _ => {
                let row = json!({"item_code": "THREAD-RED", "qty": "3", "rate": "3000"});
                let receipt = json!({"supplier": "Toko Kain", "set_warehouse": warehouse(at), "items": [row]});
                let receipt = self.post(at, "purchase-receipt", receipt).id.to_string();
                let row = json!({"item_code": "THREAD-RED", "qty": "3", "rate": "3000", "purchase_receipt": receipt, "pr_detail": "1"});
                self.post(at, "purchase-invoice", json!({"supplier": "Toko Kain", "items": [row]}));
            }
        }
    }

    fn sale(&mut self) -> Option<(usize, Submitted)> {
        let count = self.sales.len() as u64;
        (count > 0).then(|| self.sales.swap_remove(self.dice.roll(count) as usize))
    }

    /// Somebody new orders, pays ahead, fetches it, and pays the rest.
    fn order(&mut self, at: usize, number: usize) {
        let name = format!("Customer {number} of {}", SITES[at]);
        let customer = self.post(at, "customer", json!({"customer_name": name})).id.to_string();
        let row = json!({"item_code": "SEWING", "qty": "1", "rate": "250000"});
        let order = json!({"customer": customer, "delivery_date": "2026-12-05", "set_warehouse": warehouse(at), "items": [row]});
        let order = self.post(at, "sales-order", order).id.to_string();
        let pay = |of: &str, id: &str, amount: &str| {
            json!({"payment_type": "Receive", "party_type": "Customer", "party": customer, "mode_of_payment": "Cash",
                "paid_amount": amount,
                "references": [{"reference_doctype": of, "reference_name": id, "allocated_amount": amount}]})
        };
        let deposit = self.post(at, "payment-entry", pay("Sales Order", &order, "100000")).id.to_string();
        let row = json!({"item_code": "SEWING", "qty": "1", "rate": "250000", "sales_order": order, "so_detail": "1"});
        let ahead = json!({"reference_name": deposit, "reference_row": "1", "allocated_amount": "100000"});
        let invoice = json!({"customer": customer, "items": [row], "advances": [ahead]});
        let invoice = self.post(at, "sales-invoice", invoice).id.to_string();
        self.post(at, "payment-entry", pay("Sales Invoice", &invoice, "150000"));
    }

    /// Goods go to the other site.
    fn transfer(&mut self, at: usize) {
        let under_way = format!("{} Transit - TW", name(at));
        let sent = json!({"stock_entry_type": "Material Transfer", "add_to_transit": 1, "from_warehouse": warehouse(at),
            "to_warehouse": under_way, "items": [{"item_code": "BUTTON", "qty": "5"}]});
        let sent = self.post(at, "stock-entry", sent).id.to_string();
        // It comes no earlier than it went.
        let other = 1 - at;
        self.shops[other].made = self.shops[other].made.max(self.shops[at].made);
        let came = json!({"stock_entry_type": "Material Transfer", "outgoing_stock_entry": sent, "from_warehouse": under_way,
            "to_warehouse": warehouse(other), "items": [{"item_code": "BUTTON", "qty": "5", "ste_detail": "1"}]});
        self.post(other, "stock-entry", came);
    }

    /// Cloth is used before its receipt is written up.
    fn on_paper(&mut self, at: usize) {
        let row = json!([{"item_code": "CLOTH-1", "qty": "2"}]);
        self.post(
            at,
            "stock-entry",
            json!({"stock_entry_type": "Material Issue", "from_warehouse": warehouse(at), "items": row}),
        );
        let row = json!([{"item_code": "CLOTH-1", "qty": "2", "basic_rate": "50000"}]);
        let receipt = json!({"stock_entry_type": "Material Receipt", "to_warehouse": warehouse(at), "items": row,
            "posting_date": "2026-11-20", "posting_time": "07:00:00"});
        self.post(at, "stock-entry", receipt);
    }
}

fn name(at: usize) -> &'static str {
    ["Bandung", "Garut"][at]
}

fn warehouse(at: usize) -> String {
    format!("{} - TW", name(at))
}

/// The office's words.
#[derive(Default)]
struct Words {
    latest: BTreeMap<IntentId, Fate>,
    ever_held: BTreeSet<IntentId>,
}

impl Fates for Words {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        self.latest.get(&id).cloned()
    }
    fn called(&self, id: IntentId) -> String {
        id.to_string()
    }
}

impl Words {
    fn note(&mut self, said: Said) {
        for outcome in said {
            if let Some(Fate::Posted { .. }) = self.latest.get(&outcome.of) {
                panic!("{:?} was posted, and became {:?}", outcome.of, outcome.fate);
            }
            if matches!(outcome.fate, Fate::Held { .. }) {
                self.ever_held.insert(outcome.of);
            }
            self.latest.insert(outcome.of, outcome.fate);
        }
    }
}

struct World<'a> {
    books: &'a Books,
    recorded: &'a Recorded,
    taken: [usize; 2],
    writers: [Writer; 2],
    sinks: [Box<dyn Sink>; 2],
    words: Words,
    now_ms: u64,
    attempts: usize,
    /// Answers that were lost after ERPNext had committed.
    lost: usize,
    /// Documents that were made and could not be read back at once.
    unread: usize,
    /// The most that were read back together.
    largest: usize,
}

impl<'a> World<'a> {
    fn new(books: &'a Books, recorded: &'a Recorded, sinks: [Box<dyn Sink>; 2]) -> Self {
        let (writers, words) = (Default::default(), Words::default());
        Self {
            books,
            recorded,
            taken: [0; 2],
            writers,
            sinks,
            words,
            now_ms: 0,
            attempts: 0,
            lost: 0,
            unread: 0,
            largest: 0,
        }
    }

    /// One step of a site; whether it did anything.
    fn step(&mut self, at: usize) -> bool {
        let journal = &self.recorded.journals[at];
        let (said, next) = self.writers[at].next(self.now_ms, self.taken[at] < journal.len(), &self.words);
        self.words.note(said);
        match next {
            None => return false,
            Some(Next::Sleep { until_ms }) => self.now_ms = self.now_ms.max(until_ms),
            Some(Next::Read) => {
                let work = journal[self.taken[at]].work(self.taken[at] as u64);
                self.taken[at] += 1;
                let said = self.writers[at].take(work, &self.words);
                self.words.note(said);
            }
            Some(Next::Try { id, again }) => {
                let line = journal.iter().find(|line| line.id() == id).unwrap();
                let verdict = self.attempt(at, line, again);
                let done = matches!(verdict, Verdict::Done(_));
                let said = self.writers[at].answered(verdict, self.now_ms, &self.words);
                self.words.note(said);
                if done {
                    self.writers[1 - at].moved(id, &line.work(0).brings);
                }
            }
            Some(Next::Confirm(made)) => {
                self.largest = self.largest.max(made.len());
                let verdicts = self.sinks[at].confirm(&made);
                self.unread += verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Again { .. })).count();
                let (said, moved) = self.writers[at].confirmed(verdicts, self.now_ms, &self.words);
                self.words.note(said);
                moved.iter().for_each(|(id, brings)| self.writers[1 - at].moved(*id, brings));
            }
        }
        true
    }

    fn attempt(&mut self, at: usize, line: &Line, again: bool) -> Verdict {
        self.attempts += 1;
        let at = place(SITES[at], again);
        let sink = &mut self.sinks[usize::from(at.site == site("garut"))];
        match line {
            Line::Post(submitted) => {
                let there = || self.books.erp.submitted().contains_key(&submitted.id.to_string());
                let before = there();
                let verdict = sink.post(submitted, &at);
                self.lost += usize::from(!before && matches!(verdict, Verdict::Again { .. }) && there());
                verdict
            }
            Line::Cancel(cancelled, of) => sink.cancel(cancelled, of, &at),
        }
    }

    /// Site after site takes a step, until none has any.
    fn settle(&mut self) {
        let mut moves = true;
        while moves {
            moves = self.step(0) | self.step(1);
        }
    }

    fn run(&mut self) {
        self.settle();
        self.books.erp.set_faults(Faults::default());
        for _ in 0..2 {
            for writer in &mut self.writers {
                writer.retry(None);
            }
            self.settle();
        }
    }

    /// Whose word is that it is held though it counts in the books.
    fn wrongly_held(&self) -> Vec<(IntentId, Hold)> {
        let there = self.books.erp.submitted();
        let held = self.words.latest.iter().filter_map(|(id, fate)| match fate {
            Fate::Held { hold, .. } => Some((*id, *hold)),
            _ => None,
        });
        held.filter(|(id, _)| there.contains_key(&id.to_string())).collect()
    }

    fn check(&self) {
        let there = self.books.erp.submitted();
        for (id, docs) in &there {
            assert_eq!(docs.len(), 1, "{id}: {docs:?}");
        }
        let mut made = BTreeMap::new();
        for kind in Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::TillOpening | Kind::TillClosing)) {
            for doc in self.books.erp.documents(kind.name()) {
                let text = |field: &str| doc.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
                made.insert(text("outpost_id"), text("creation"));
            }
        }
        let mut cancelled = BTreeSet::new();
        for line in self.recorded.journals.iter().flatten() {
            let fate = self.words.latest.get(&line.id());
            match line {
                Line::Cancel(_, of) => drop(cancelled.insert(of.id)),
                Line::Post(submitted) => {
                    assert!(
                        matches!(fate, Some(Fate::Posted { .. } | Fate::Withdrawn)),
                        "{:?}: {fate:?}",
                        submitted.document
                    )
                }
            }
        }
        for (at, journal) in self.recorded.journals.iter().enumerate() {
            let mut last = String::new();
            for line in journal {
                let Line::Post(submitted) = line else { continue };
                let id = submitted.id.to_string();
                assert_eq!(there.contains_key(&id), !cancelled.contains(&submitted.id), "{:?}", submitted.document);
                let Some(creation) = made.get(&id) else { continue };
                for need in &Work::post(submitted, 0, None).needs {
                    let Need::Posted(need) = need else { continue };
                    assert!(made[&need.to_string()] < *creation, "{need} came after {id}, which names it");
                }
                if !self.words.ever_held.contains(&submitted.id) {
                    assert!(last < *creation, "{id} of {} is out of order", SITES[at]);
                    last = creation.clone();
                }
            }
        }
        assert_eq!(self.writers.iter().map(|writer| writer.held().count()).sum::<usize>(), 0);
    }
}

fn faults(seed: u64, rate: f64) -> Faults {
    Faults {
        seed,
        error_500: rate / 2.0,
        error_502: rate / 2.0,
        drop_before: rate,
        drop_after: rate * 2.0,
        deadlock: rate,
        slow: 0.02,
        slow_for: Duration::from_millis(20),
        ..Faults::default()
    }
}

/// What went wrong in a world.
struct Met {
    /// Answers that were lost after ERPNext had committed.
    lost: usize,
    /// Documents that were made and could not be read back at once.
    unread: usize,
    /// The most that were read back together.
    largest: usize,
    /// What ERPNext, and what is before it, did on purpose.
    faults: BTreeMap<&'static str, u64>,
}

/// Each of the ways in which an attempt fails was met in these worlds.
fn met_all(worlds: &[Met]) {
    for fault in ["deadlock", "error_500", "error_502", "drop_before", "drop_after"] {
        let count: u64 = worlds.iter().filter_map(|met| met.faults.get(fault)).sum();
        println!("{fault}: {count}");
        assert!(count > 0, "no world saw {fault}: the proof is hollow");
    }
}

fn sum(worlds: &[Met], of: fn(&Met) -> usize) -> usize {
    worlds.iter().map(of).sum()
}

fn world(seed: u64, rate: f64, what: &[u64]) -> Met {
    world_of(&Books::new(), seed, rate, what, Erpnext::in_turn)
}

fn world_of(books: &Books, seed: u64, rate: f64, what: &[u64], asks: fn(Erpnext) -> Erpnext) -> Met {
    let recorded = Recorded::new(books, seed, 200, what);
    let sinks = SITES.map(|of| -> Box<dyn Sink> { Box::new(asks(books.sink(of))) });
    books.erp.set_faults(faults(seed, rate));
    let mut world = World::new(books, &recorded, sinks);
    world.run();
    world.check();
    let documents: usize = recorded.journals.iter().map(Vec::len).sum();
    let tally = books.erp.tally();
    let (held, requests) = (world.words.ever_held.len(), tally.total());
    println!(
        "seed {seed}, rate {rate}: {documents} documents, {} attempts, {requests} requests, {} answers lost after commit, {} not read back at once, at most {} together, {held} held on the way",
        world.attempts, world.lost, world.unread, world.largest
    );
    Met { lost: world.lost, unread: world.unread, largest: world.largest, faults: tally.faults }
}

#[test]
fn each_document_is_there_once_whatever_is_lost() {
    let worlds = [(1, 0.0), (2, 0.02), (3, 0.05), (4, 0.05), (5, 0.1)];
    let worlds = worlds.map(|(seed, rate)| world(seed, rate, Recorded::ALL));
    let lost = sum(&worlds, |met| met.lost);
    println!("{lost} answers were lost after commit");
    assert!(lost > 40, "{lost}: too few for a proof");
    met_all(&worlds);
}

/// ERPNext keeps nothing from being there twice: that is the sink's alone.
#[test]
fn each_document_is_there_once_though_its_id_may_be_there_twice() {
    let worlds = [(2, 0.02), (3, 0.05), (4, 0.05)].map(|(seed, rate)| {
        let books = Books::new();
        books.erp.let_ids_repeat();
        world_of(&books, seed, rate, Recorded::ALL, Erpnext::in_turn)
    });
    let lost = sum(&worlds, |met| met.lost);
    assert!(lost > 20, "{lost}: too few for a proof");
    met_all(&worlds);
}

#[test]
fn each_document_is_there_once_where_many_are_read_back_together() {
    let worlds = [(1, 0.0), (2, 0.01), (3, 0.02), (4, 0.02), (5, 0.02)];
    let worlds = worlds.map(|(seed, rate)| world(seed, rate, Recorded::ALONE));
    let (lost, unread) = (sum(&worlds, |met| met.lost), sum(&worlds, |met| met.unread));
    let together = worlds.each_ref().map(|met| met.largest);
    assert!(together.iter().all(|largest| *largest > 12), "{together:?}: too few together");
    assert!(lost > 10 && unread > 10, "{lost} lost, {unread} not read back at once: too few for a proof");
    met_all(&worlds);
}

#[test]
fn each_document_is_there_once_where_lists_are_asked_for_at_once() {
    let worlds = [(1, 0.0), (2, 0.01), (3, 0.02), (4, 0.02), (5, 0.02)];
    let worlds = worlds.map(|(seed, rate)| world_of(&Books::new(), seed, rate, Recorded::ALONE, |sink| sink));
    let unread = sum(&worlds, |met| met.unread);
    assert!(unread > 10, "{unread} not read back at once: too few for a proof");
    met_all(&worlds);
}

/// Believes that nothing was ever tried before.
struct Forgetful(Box<dyn Sink>);

impl Sink for Forgetful {
    fn post(&mut self, submitted: &Submitted, at: &Place) -> Verdict {
        self.0.post(submitted, &Place { again: false, ..at.clone() })
    }
    fn confirm(&mut self, made: &[IntentId]) -> Vec<Verdict> {
        self.0.confirm(made)
    }
    fn cancel(&mut self, cancelled: &Cancelled, of: &Submitted, at: &Place) -> Verdict {
        self.0.cancel(cancelled, of, at)
    }
    fn there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<IntentId>, Unsaid> {
        self.0.there(documents)
    }
    fn by_hand(&mut self, submitted: &Submitted, name: &Text, at: &Place) -> Result<ByHand, String> {
        self.0.by_hand(submitted, name, at)
    }
    fn cancelled_there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<(IntentId, String)>, Unsaid> {
        self.0.cancelled_there(documents)
    }
}

#[test]
fn a_sink_that_never_asks_holds_what_is_in_the_books() {
    let books = Books::new();
    let recorded = Recorded::new(&books, 7, 120, Recorded::ALL);
    let sinks = SITES.map(|of| -> Box<dyn Sink> { Box::new(Forgetful(Box::new(books.sink(of).blind()))) });
    books.erp.set_faults(faults(7, 0.05));
    let mut world = World::new(&books, &recorded, sinks);
    world.run();
    let wrong = world.wrongly_held();
    println!("{} lost after commit, {} held though they count: {wrong:?}", world.lost, wrong.len());
    assert!(world.lost > 0 && !wrong.is_empty());
    // Only that the id is unique has kept them from being there twice.
    assert!(books.erp.submitted().values().all(|docs| docs.len() == 1));
}

#[test]
fn a_sink_that_never_asks_books_twice_where_the_id_is_not_unique() {
    let books = Books::new();
    books.erp.let_ids_repeat();
    let recorded = Recorded::new(&books, 7, 120, Recorded::ALL);
    let sinks = SITES.map(|of| -> Box<dyn Sink> { Box::new(Forgetful(Box::new(books.sink(of).blind()))) });
    books.erp.set_faults(faults(7, 0.05));
    let mut world = World::new(&books, &recorded, sinks);
    world.run();
    let twice = books.erp.submitted().values().filter(|docs| docs.len() > 1).count();
    assert!(world.lost > 0 && twice > 0, "{} lost after commit, {twice} there twice", world.lost);
}
