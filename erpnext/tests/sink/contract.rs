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
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Books under test: a new connection of a site, the day of what says none, and how much there is in them, whatever it is.
pub struct Under<'a> {
    pub connect: &'a dyn Fn(&str) -> Box<dyn Sink>,
    pub place: &'a dyn Fn(&str, bool) -> Place,
    pub size: &'a dyn Fn() -> usize,
}

/// What every sink has to do with these documents, the last of which takes stock that is not there. Tells which were not taken, and why.
pub fn contract(books: &Under<'_>, acts: &[Act], too_much: &Submitted, never: &Cancelled) -> Vec<String> {
    let place = books.place;
    let mut not_taken: BTreeMap<IntentId, String> = BTreeMap::new();
    let mut sinks = BTreeMap::from(["bandung", "garut"].map(|of| (of, (books.connect)(of))));
    for act in acts {
        match act {
            Act::Post(of, called, submitted) => {
                let known = (submitted.document.kind(), submitted.id);
                let sink = sinks.get_mut(of).unwrap();
                if known.0 != Kind::JobCard
                    && !is_till(known.0)
                    && *called != "the same Bu Ani"
                    && *called != "the same item"
                {
                    assert_eq!(sink.there(&[known]).unwrap(), [], "{called}: there before it was posted");
                }
                let first = post(&mut **sink, submitted, &place(of, false));
                let fits = if is_till(known.0) { first == Verdict::Kept } else { matches!(first, Verdict::Done(_)) };
                if !fits {
                    not_taken.insert(submitted.id, format!("{called}, {}: {first:?}", known.0.name()));
                    continue;
                }
                let size = (books.size)();
                assert_eq!(post(&mut **sink, submitted, &place(of, false)), first, "{called}: posted twice");
                let unknown = (books.connect)(of).confirm(&[submitted.id]);
                assert!(matches!(unknown[..], [Verdict::Again { .. }]), "{called}: confirmed by who has not made it");
                assert_eq!(post(&mut *(books.connect)(of), submitted, &place(of, true)), first, "{called}: asked for");
                assert_eq!((books.size)(), size, "{called}: something was added");
                assert_eq!(sink.there(&[known]).unwrap(), [known.1], "{called}");
            }
            Act::Cancel(_, _, submitted) if not_taken.contains_key(&submitted.id) => {}
            Act::Cancel(of, cancelled, submitted) => cancels(books, of, cancelled, submitted),
        }
    }
    holds(books, too_much, never);
    // Found under its id ever after, whatever was built on it since, where nobody has cancelled it.
    let cancelled = |id: IntentId| acts.iter().any(|act| matches!(act, Act::Cancel(_, _, of) if of.id == id));
    for act in acts {
        if let Act::Post(of, called, submitted) = act
            && !cancelled(submitted.id)
            && !is_till(submitted.document.kind())
            && !not_taken.contains_key(&submitted.id)
        {
            let again = (books.connect)(of).post(submitted, &place(of, true));
            assert!(matches!(again, Verdict::Done(_)), "{called}, at the end of the day: {again:?}");
        }
    }
    not_taken.into_values().collect()
}

fn cancels(books: &Under<'_>, of: &str, cancelled: &Cancelled, submitted: &Submitted) {
    let known = (submitted.document.kind(), submitted.id);
    let place = books.place;
    let mut sink = (books.connect)(of);
    let first = sink.cancel(cancelled, submitted, &place(of, false));
    assert!(matches!(first, Verdict::Done(_)), "{first:?}");
    let size = (books.size)();
    assert_eq!(sink.cancel(cancelled, submitted, &place(of, false)), first, "cancelled twice");
    assert_eq!((books.connect)(of).cancel(cancelled, submitted, &place(of, true)), first, "asked for");
    assert_eq!((books.size)(), size);
    assert_eq!(sink.there(&[known]).unwrap(), [], "cancelled, and there");
    let cancelled: Vec<_> = sink.cancelled_there(&[known]).unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(cancelled, [known.1], "cancelled, and not said so");
    let held = sink.post(submitted, &place(of, true));
    assert!(matches!(held, Verdict::Held(Hold::Refused, _)), "posted after it was cancelled: {held:?}");
}

/// After a refusal nothing counts, and what is not there need not be cancelled.
fn holds(books: &Under<'_>, too_much: &Submitted, never: &Cancelled) {
    let place = books.place;
    let mut sink = (books.connect)("bandung");
    let size = (books.size)();
    for again in [false, true] {
        let held = sink.post(too_much, &place("bandung", again));
        assert!(matches!(held, Verdict::Held(Hold::Stock, _)), "{held:?}");
        assert_eq!((books.size)(), size, "something was booked");
        assert_eq!(sink.there(&[(too_much.document.kind(), too_much.id)]).unwrap(), []);
        assert_eq!(sink.cancel(never, too_much, &place("bandung", again)), Verdict::Kept);
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
    assert_eq!(contract(&under, &day(&books.office, &books.orders).0, &too_much, &never), Vec::<String>::new());
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
    assert_eq!(contract(&under, &day(&books.office, &books.orders).0, &too_much, &never), Vec::<String>::new());
}
