//! Books of another kind: a ledger in memory that knows nothing of ERPNext. Its clerk keeps the contract of a sink, or breaks it in one way.

use crate::common::day::day;
use crate::common::{Books, place, text};
use crate::contract::{Troubles, Under, contract, odd};
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Kind, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::{Cancelled, Submitted};
use outpost_core::posting::{ByHand, Place, Posted, Sink, Unsaid, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Ledger {
    /// Whether each counts still.
    entries: BTreeMap<IntentId, bool>,
    stock: BTreeMap<(Text, Text), Decimal>,
    /// How much was ever written.
    written: usize,
    /// Pages that somebody else has written.
    by_hand: BTreeSet<Text>,
    /// The ink runs: what is written reads otherwise.
    misread: bool,
}

/// In which way a clerk breaks the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    /// Asked whether it is there, he writes it once more.
    WritesTwice,
    /// He does not read what he has written.
    SaysUnread,
    /// What he refuses he has written.
    WritesWhatHeRefuses,
    /// He knows only of what he has written himself.
    ForgetsOthers,
    /// Any name may stand for anything.
    TakesAnyName,
}

struct Clerk {
    ledger: Arc<Mutex<Ledger>>,
    flaw: Option<Flaw>,
    own: BTreeSet<IntentId>,
}

impl Ledger {
    /// Whether there was enough.
    fn write(&mut self, submitted: &Submitted, back: bool) -> bool {
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
            self.written += 1;
        }
        enough
    }
}

impl Clerk {
    fn breaks(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// What a page says.
    fn read(&self, ledger: &Ledger, id: IntentId) -> Verdict {
        match ledger.misread && !self.breaks(Flaw::SaysUnread) {
            true => Verdict::Held(Hold::Differs, "its page reads otherwise".into()),
            false => Verdict::Done(Posted::new(text(&format!("page of {id}")))),
        }
    }
}

fn is_till(kind: Kind) -> bool {
    matches!(kind, Kind::TillOpening | Kind::TillClosing)
}

impl Sink for Clerk {
    fn confirm(&mut self, made: &[IntentId]) -> Vec<Verdict> {
        // What is in a ledger is read as it is written.
        made.iter().map(|_| Verdict::Again { why: "nothing waits to be read".into(), alive: true }).collect()
    }

    fn post(&mut self, submitted: &Submitted, at: &Place) -> Verdict {
        let ledger = self.ledger.clone();
        let mut ledger = ledger.lock().unwrap();
        match ledger.entries.get(&submitted.id).copied() {
            _ if is_till(submitted.document.kind()) => Verdict::Kept,
            Some(true) => {
                if at.again && self.breaks(Flaw::WritesTwice) {
                    ledger.write(submitted, false);
                }
                self.read(&ledger, submitted.id)
            }
            Some(false) => Verdict::Held(Hold::Refused, "struck out".into()),
            None if ledger.write(submitted, false) => {
                ledger.entries.insert(submitted.id, true);
                self.own.insert(submitted.id);
                self.read(&ledger, submitted.id)
            }
            None => {
                ledger.written += usize::from(self.breaks(Flaw::WritesWhatHeRefuses));
                Verdict::Held(Hold::Stock, "too little".into())
            }
        }
    }

    fn cancel(&mut self, _: &Cancelled, of: &Submitted, _: &Place) -> Verdict {
        let ledger = self.ledger.clone();
        let mut ledger = ledger.lock().unwrap();
        match ledger.entries.get(&of.id).copied() {
            None => Verdict::Kept,
            Some(false) => self.read(&ledger, of.id),
            Some(true) if ledger.write(of, true) => {
                ledger.entries.insert(of.id, false);
                self.read(&ledger, of.id)
            }
            Some(true) => Verdict::Held(Hold::Stock, "too little".into()),
        }
    }

    fn there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<IntentId>, Unsaid> {
        let ledger = self.ledger.lock().unwrap();
        let knows = |id: &IntentId| !self.breaks(Flaw::ForgetsOthers) || self.own.contains(id);
        let there =
            |(kind, id): &&(Kind, IntentId)| is_till(*kind) || ledger.entries.get(id) == Some(&true) && knows(id);
        Ok(documents.iter().filter(there).map(|(_, id)| *id).collect())
    }

    fn by_hand(&mut self, _: &Submitted, name: &Text, _: &Place) -> Result<ByHand, String> {
        let is_by_hand = self.breaks(Flaw::TakesAnyName) || self.ledger.lock().unwrap().by_hand.contains(name);
        Ok(match is_by_hand {
            true => ByHand::There { posted: Posted::new(name.clone()), differences: vec![] },
            false => ByHand::No(format!("{name} is no page that somebody else has written")),
        })
    }

    fn cancelled_there(&mut self, documents: &[(Kind, IntentId)]) -> Result<Vec<(IntentId, String)>, Unsaid> {
        let ledger = self.ledger.lock().unwrap();
        let struck = documents.iter().filter(|(_, id)| ledger.entries.get(id) == Some(&false));
        Ok(struck.map(|(_, id)| (*id, "struck out".into())).collect())
    }
}

/// What the contract tells of such a clerk.
fn told(flaw: Option<Flaw>) -> Vec<String> {
    let books = Books::new();
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let connect = |_: &str| -> Box<dyn Sink> { Box::new(Clerk { ledger: ledger.clone(), flaw, own: BTreeSet::new() }) };
    let size = || ledger.lock().unwrap().written;
    let enter = |sale: &Submitted| {
        let mut ledger = ledger.lock().unwrap();
        let page = text("the page at the end");
        assert!(ledger.write(sale, false) && ledger.by_hand.insert(page.clone()));
        Some(page)
    };
    let misread = |on: bool| ledger.lock().unwrap().misread = on;
    let under = Under { connect: &connect, place: &place, size: &size, enter: &enter, misread: Some(&misread) };
    let mut troubles = Troubles::default();
    contract(&under, &day(&books.office, &books.orders).0, &odd(&books.office), &mut troubles);
    troubles.end()
}

#[test]
fn books_of_another_kind_keep_the_contract_as_well() {
    assert_eq!(told(None), Vec::<String>::new());
}

#[test]
fn a_sink_that_breaks_the_contract_in_one_way_is_told_of_just_that() {
    for (flaw, wanted) in [
        (Flaw::WritesTwice, "how much there is after it was posted once more"),
        (Flaw::SaysUnread, "shown otherwise than it was told: Done"),
        (Flaw::WritesWhatHeRefuses, "how much there is after a refusal"),
        (Flaw::ForgetsOthers, "there at the end of the day"),
        (Flaw::TakesAnyName, "by hand, the name of another: Ok(There"),
    ] {
        let told = told(Some(flaw));
        assert!(told.iter().any(|told| told.contains(wanted)), "{flaw:?}: {told:#?}");
    }
}
