//! The contract of a [`Sink`], held to ERPNext and to books of another kind.

use crate::common::day::{Act, day};
use crate::common::{Books, Office, Workshop, place, post};
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::{Cancelled, Submitted};
use outpost_core::posting::{ByHand, Place, Posted, Sink, Verdict};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Tries of something that has no answer: the office makes them too.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// Books under test: a new connection of a site, the day of what says none, and how much there is in them, whatever it is.
pub struct Under<'a> {
    pub connect: &'a dyn Fn(&str) -> Box<dyn Sink>,
    pub place: &'a dyn Fn(&str, bool) -> Place,
    pub size: &'a dyn Fn() -> usize,
}

/// What is otherwise than it has to be. Each is told when it is found, so a run that ends early has said it.
#[derive(Default)]
pub struct Troubles(pub Vec<String>);

impl Troubles {
    pub fn tell(&mut self, what: String) {
        println!("{what}");
        self.0.push(what);
    }

    /// Tells it where it does not hold.
    pub fn unless(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.tell(what());
        }
    }

    fn same<T: PartialEq + Debug>(&mut self, found: &T, wanted: &T, what: &str) {
        self.unless(found == wanted, || format!("{what}: {found:?}, and not {wanted:?}"));
    }
}

/// The verdict, after some more tries where there is none yet; the first is not `again`.
pub fn patient(mut ask: impl FnMut(bool) -> Verdict) -> Verdict {
    let mut verdict = ask(false);
    for _ in 1..TRIES {
        let Verdict::Again { why, .. } = &verdict else { break };
        println!("once more, for {why}");
        std::thread::sleep(PAUSE);
        verdict = ask(true);
    }
    verdict
}

/// What every sink has to do with these documents, the last of which takes stock that is not there.
pub fn contract(books: &Under<'_>, acts: &[Act], too_much: &Submitted, never: &Cancelled, troubles: &mut Troubles) {
    let mut not_taken: BTreeSet<IntentId> = BTreeSet::new();
    let mut sinks = BTreeMap::from(["bandung", "garut"].map(|of| (of, (books.connect)(of))));
    for act in acts {
        match act {
            Act::Post(of, called, submitted) => {
                let sink = sinks.get_mut(of).unwrap();
                if !posts(books, of, called, submitted, &mut **sink, troubles) {
                    not_taken.insert(submitted.id);
                }
            }
            Act::Cancel(_, _, submitted) if not_taken.contains(&submitted.id) => {}
            Act::Cancel(of, cancelled, submitted) => cancels(books, of, cancelled, submitted, troubles),
        }
    }
    holds(books, too_much, never, troubles);
    // Found under its id ever after, whatever was built on it since, where nobody has cancelled it.
    let cancelled = |id: IntentId| acts.iter().any(|act| matches!(act, Act::Cancel(_, _, of) if of.id == id));
    for act in acts {
        if let Act::Post(of, called, submitted) = act
            && !cancelled(submitted.id)
            && !is_till(submitted.document.kind())
            && !not_taken.contains(&submitted.id)
        {
            let mut sink = (books.connect)(of);
            let again = patient(|_| sink.post(submitted, &(books.place)(of, true)));
            troubles
                .unless(matches!(again, Verdict::Done(_)), || format!("{called}, at the end of the day: {again:?}"));
        }
    }
}

/// It is posted, once, however often; whether it was taken at all.
fn posts(
    books: &Under<'_>,
    of: &str,
    called: &str,
    submitted: &Submitted,
    sink: &mut dyn Sink,
    troubles: &mut Troubles,
) -> bool {
    let (place, known) = (books.place, (submitted.document.kind(), submitted.id));
    let is_there_before = known.0 == Kind::JobCard || is_till(known.0) || called.starts_with("the same");
    if !is_there_before {
        troubles.same(&sink.there(&[known]), &Ok(vec![]), &format!("{called}, there before it was posted"));
    }
    let first = patient(|again| post(sink, submitted, &place(of, again)));
    let fits = if is_till(known.0) { first == Verdict::Kept } else { matches!(first, Verdict::Done(_)) };
    if !fits {
        troubles.tell(format!("{called}, {}: {first:?}", known.0.name()));
        return false;
    }
    let size = (books.size)();
    let twice = patient(|_| post(sink, submitted, &place(of, false)));
    troubles.same(&twice, &first, &format!("{called}, posted twice"));
    let unknown = (books.connect)(of).confirm(&[submitted.id]);
    let by_another = || format!("{called}, confirmed by who has not made it: {unknown:?}");
    troubles.unless(matches!(unknown[..], [Verdict::Again { .. }]), by_another);
    let mut other = (books.connect)(of);
    let asked = patient(|_| post(&mut *other, submitted, &place(of, true)));
    troubles.same(&asked, &first, &format!("{called}, asked for"));
    troubles.same(&(books.size)(), &size, &format!("{called}, how much there is after it was posted once more"));
    troubles.same(&sink.there(&[known]), &Ok(vec![known.1]), &format!("{called}, there"));
    true
}

fn cancels(books: &Under<'_>, of: &str, cancelled: &Cancelled, submitted: &Submitted, troubles: &mut Troubles) {
    let (place, known) = (books.place, (submitted.document.kind(), submitted.id));
    let mut sink = (books.connect)(of);
    let first = patient(|again| sink.cancel(cancelled, submitted, &place(of, again)));
    troubles.unless(matches!(first, Verdict::Done(_)), || format!("cancelled: {first:?}"));
    let size = (books.size)();
    let twice = patient(|_| sink.cancel(cancelled, submitted, &place(of, false)));
    troubles.same(&twice, &first, "cancelled twice");
    let mut other = (books.connect)(of);
    let asked = patient(|_| other.cancel(cancelled, submitted, &place(of, true)));
    troubles.same(&asked, &first, "cancelled, and asked for");
    troubles.same(&(books.size)(), &size, "how much there is after it was cancelled once more");
    troubles.same(&sink.there(&[known]), &Ok(vec![]), "cancelled, and there");
    let gone = sink.cancelled_there(&[known]).map(|all| all.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
    troubles.same(&gone, &Ok(vec![known.1]), "cancelled, and said so");
    let held = patient(|_| sink.post(submitted, &place(of, true)));
    let is_held = matches!(held, Verdict::Held(Hold::Refused, _));
    troubles.unless(is_held, || format!("posted after it was cancelled: {held:?}"));
}

/// After a refusal nothing counts, and what is not there need not be cancelled.
fn holds(books: &Under<'_>, too_much: &Submitted, never: &Cancelled, troubles: &mut Troubles) {
    let place = |again: bool| (books.place)("bandung", again);
    let known = (too_much.document.kind(), too_much.id);
    let mut sink = (books.connect)("bandung");
    let size = (books.size)();
    for again in [false, true] {
        let held = patient(|once_more| sink.post(too_much, &place(again || once_more)));
        troubles.unless(matches!(held, Verdict::Held(Hold::Stock, _)), || format!("more than there is: {held:?}"));
        troubles.same(&(books.size)(), &size, "how much there is after a refusal");
        troubles.same(&sink.there(&[known]), &Ok(vec![]), "refused, and there");
        let kept = patient(|_| sink.cancel(never, too_much, &place(again)));
        troubles.same(&kept, &Verdict::Kept, "cancelled, and never there");
    }
}

fn is_till(kind: Kind) -> bool {
    matches!(kind, Kind::TillOpening | Kind::TillClosing)
}

pub fn too_much(office: &Arc<Office>) -> (Submitted, Cancelled) {
    let mut shop = Workshop::new("bandung", office, 9_000);
    let issue = shop.make(
        "stock-entry",
        json!({"stock_entry_type": "Material Issue", "from_warehouse": "Bandung - TW",
            "items": [{"item_code": "CLOTH-1", "qty": "1000"}]}),
    );
    let never = shop.cancel(&issue);
    (issue, never)
}

#[test]
fn erpnext_keeps_the_contract() {
    let books = Books::new();
    let connect = |of: &str| -> Box<dyn Sink> { Box::new(books.sink(of)) };
    let size = || {
        let counted =
            ["GL Entry", "Stock Ledger Entry", "Customer", "Supplier", "Item", "Timesheet", "Sales Order", "Job Card"];
        counted.iter().map(|doctype| books.erp.documents(doctype).len()).sum()
    };
    let (too_much, never) = too_much(&books.office);
    let under = Under { connect: &connect, place: &place, size: &size };
    let mut troubles = Troubles::default();
    contract(&under, &day(&books.office, &books.orders).0, &too_much, &never, &mut troubles);
    assert_eq!(troubles.0, Vec::<String>::new());
}

/// A ledger in memory: books that know nothing of ERPNext.
#[derive(Default)]
struct Ledger {
    entries: BTreeMap<IntentId, bool>,
    stock: BTreeMap<(Text, Text), Decimal>,
}

struct Clerk(Arc<Mutex<Ledger>>);

impl Ledger {
    fn move_stock(&mut self, submitted: &Submitted, back: bool) -> bool {
        let mut stock = self.stock.clone();
        let effects = submitted.effects();
        for moved in effects.moves {
            let qty = if back { moved.qty.negated() } else { moved.qty };
            let there = stock.entry((moved.item_code, moved.warehouse)).or_default();
            *there = there.plus(qty).unwrap();
        }
        stock.extend(effects.counts.into_iter().map(|counted| ((counted.item_code, counted.warehouse), counted.qty)));
        let enough = stock.values().all(|qty| !qty.is_negative());
        if enough {
            self.stock = stock;
        }
        enough
    }
}

fn entry(id: IntentId) -> Verdict {
    Verdict::Done(Posted::new(Text::try_from(format!("page of {id}")).unwrap()))
}

impl Sink for Clerk {
    fn confirm(&mut self, made: &[IntentId]) -> Vec<Verdict> {
        // What is in a ledger is read as it is written.
        made.iter().map(|_| Verdict::Again { why: "nothing waits to be read".into(), alive: true }).collect()
    }

    fn post(&mut self, submitted: &Submitted, _: &Place) -> Verdict {
        let mut ledger = self.0.lock().unwrap();
        match ledger.entries.get(&submitted.id).copied() {
            _ if is_till(submitted.document.kind()) => Verdict::Kept,
            Some(true) => entry(submitted.id),
            Some(false) => Verdict::Held(Hold::Refused, "struck out".into()),
            None if ledger.move_stock(submitted, false) => {
                ledger.entries.insert(submitted.id, true);
                entry(submitted.id)
            }
            None => Verdict::Held(Hold::Stock, "too little".into()),
        }
    }

    fn cancel(&mut self, _: &Cancelled, of: &Submitted, _: &Place) -> Verdict {
        let mut ledger = self.0.lock().unwrap();
        match ledger.entries.get(&of.id).copied() {
            None => Verdict::Kept,
            Some(false) => entry(of.id),
            Some(true) if ledger.move_stock(of, true) => {
                ledger.entries.insert(of.id, false);
                entry(of.id)
            }
            Some(true) => Verdict::Held(Hold::Stock, "too little".into()),
        }
    }

    fn there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<IntentId>, String> {
        let ledger = self.0.lock().unwrap();
        let there = |(kind, id): &&(Kind, IntentId)| is_till(*kind) || ledger.entries.get(id) == Some(&true);
        Ok(documents.iter().filter(there).map(|(_, id)| *id).collect())
    }

    fn by_hand(&mut self, _: &Submitted, name: &Text, _: &Place) -> Result<ByHand, String> {
        Ok(ByHand::No(format!("nobody but us writes into this ledger, and {name} is none of its pages")))
    }

    fn cancelled_there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<(IntentId, String)>, String> {
        let ledger = self.0.lock().unwrap();
        let struck = documents.iter().filter(|(_, id)| ledger.entries.get(id) == Some(&false));
        Ok(struck.map(|(_, id)| (*id, "struck out".into())).collect())
    }
}

#[test]
fn books_of_another_kind_keep_it_as_well() {
    let books = Books::new();
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let connect = |_: &str| -> Box<dyn Sink> { Box::new(Clerk(ledger.clone())) };
    let size = || ledger.lock().unwrap().entries.len();
    let (too_much, never) = too_much(&books.office);
    let under = Under { connect: &connect, place: &place, size: &size };
    let mut troubles = Troubles::default();
    contract(&under, &day(&books.office, &books.orders).0, &too_much, &never, &mut troubles);
    assert_eq!(troubles.0, Vec::<String>::new());
}
