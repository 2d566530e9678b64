//! Work that is passed on piece by piece: ERPNext counts the pieces of an operation when its Job Card is submitted, with the last of them.

use crate::common::words::Words;
use crate::common::{Books, Workshop, place};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::{Fate, Hold};
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Fates, Next, Said, Sink, Work, Writer};
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SITES: [&str; 2] = ["bandung", "garut"];
const WIP: &str = "Work In Progress - TW";

/// Two sites that work on one Work Order of some shirts, which are cut first, and sewn then.
struct Case {
    books: Books,
    order: String,
    shops: [Workshop; 2],
    sinks: [Erpnext; 2],
    writers: [Writer; 2],
    made: BTreeMap<IntentId, Submitted>,
    words: Words,
    now_ms: u64,
    attempts: usize,
}

impl Case {
    fn new(qty: u32) -> Self {
        let books = Books::with_fields();
        books.erp.seed("Operation", "Cut", json!({"name": "Cut"}));
        books.erp.add_stock_at("CLOTH-1", WIP, 100.0, 50_000.0, "2026-11-19");
        let operation = |name: &str| json!({"operation": name, "workstation": "Sewing Table", "time_in_mins": 60, "bom": "BOM-SHIRT-002"});
        let order = books.erp.make(
            "Work Order",
            json!({"docstatus": 1, "production_item": "SHIRT", "bom_no": "BOM-SHIRT-002", "qty": qty,
                "company": "Tailor Works", "wip_warehouse": WIP, "fg_warehouse": "Bandung - TW",
                "source_warehouse": "Bandung - TW", "planned_start_date": "2026-11-20 08:00:00",
                "operations": [operation("Cut"), operation("Sew")]}),
        );
        let shops = [Workshop::new(SITES[0], &books.office, 1_000), Workshop::new(SITES[1], &books.office, 2_000)];
        let sinks = SITES.map(|site| books.sink(site));
        let writers = [Writer::default(), Writer::default()];
        let (made, words) = (BTreeMap::new(), Words::default());
        Self { books, order, shops, sinks, writers, made, words, now_ms: 0, attempts: 0 }
    }

    /// One piece is done at a site; the minute is the piece's.
    fn worked(&mut self, at: usize, operation: &str, piece: u32) -> IntentId {
        let hour = if operation == "Cut" { 8 } else { 13 };
        let log = json!({"employee": "HR-EMP-00001", "completed_qty": "1",
            "from_time": format!("2026-11-20 {hour:02}:{:02}:00", piece * 2),
            "to_time": format!("2026-11-20 {hour:02}:{:02}:00", piece * 2 + 1)});
        self.record(at, "job-card", json!({"work_order": self.order, "operation": operation, "time_logs": [log]}))
    }

    fn finished(&mut self, at: usize) -> IntentId {
        let fields = json!({"stock_entry_type": "Manufacture", "work_order": self.order, "bom_no": "BOM-SHIRT-002",
            "fg_completed_qty": "1", "items": [
            {"item_code": "CLOTH-1", "qty": "1.5", "s_warehouse": WIP},
            {"item_code": "SHIRT", "qty": "1", "t_warehouse": "Bandung - TW", "is_finished_item": 1}]});
        self.record(at, "stock-entry", fields)
    }

    fn record(&mut self, at: usize, slug: &str, fields: Value) -> IntentId {
        let submitted = self.shops[at].make(slug, fields);
        let (id, order) = (submitted.id, u64::from(self.shops[at].made));
        let said = self.writers[at].take(Work::post(&submitted, order, None), &self.words);
        self.words.note(said);
        self.made.insert(id, submitted);
        while (0..2).any(|at| self.step(at)) {}
        id
    }

    fn step(&mut self, at: usize) -> bool {
        let (said, next) = self.writers[at].next(self.now_ms, false, &self.words);
        self.words.note(said);
        let said = match next {
            None => return false,
            Some(Next::Read) => panic!("there is nothing to read"),
            Some(Next::Sleep { until_ms }) => {
                self.now_ms = self.now_ms.max(until_ms);
                Said::new()
            }
            Some(Next::Try { id, again }) => {
                self.attempts += 1;
                let verdict = self.sinks[at].post(&self.made[&id], &place(SITES[at], again));
                self.writers[at].answered(verdict, self.now_ms, &self.words)
            }
            Some(Next::Confirm(made)) => {
                let verdicts = self.sinks[at].confirm(&made);
                self.writers[at].confirmed(verdicts, self.now_ms, &self.words).0
            }
        };
        self.words.note(said);
        for order in self.writers[at].brought_on() {
            self.writers[1 - at].got_on(&order);
        }
        true
    }

    fn is_posted(&self, id: IntentId) -> bool {
        matches!(self.words.fate(id), Some(Fate::Posted { .. }))
    }

    fn waits(&self, id: IntentId) -> bool {
        match self.words.fate(id) {
            Some(Fate::Held { hold: Hold::Waits, why }) => {
                why.contains("ERPNext: ") && why.contains("tried again by itself")
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn pieces_that_are_passed_on_go_in_by_themselves_when_the_operation_before_is_done() {
    const PIECES: u32 = 3;
    let mut case = Case::new(PIECES);
    let (mut sewn, mut finished) = (Vec::new(), Vec::new());
    for piece in 0..PIECES {
        let cut = case.worked(0, "Cut", piece);
        assert!(case.is_posted(cut), "{:?}", case.words.fate(cut));
        if piece + 1 < PIECES {
            // Another site goes on with it.
            sewn.push(case.worked(1, "Sew", piece));
            finished.push(case.finished(0));
        }
        let early = || sewn.iter().chain(&finished);
        match piece + 1 < PIECES {
            true => assert!(early().all(|id| case.waits(*id))),
            false => assert!(sewn.iter().all(|id| case.is_posted(*id)) && finished.iter().all(|id| case.waits(*id))),
        }
    }
    let before = case.attempts;
    sewn.push(case.worked(1, "Sew", PIECES - 1));
    assert!(sewn.iter().chain(&finished).all(|id| case.is_posted(*id)), "{:?}", case.words.0);
    assert_eq!(case.attempts - before, 1 + finished.len(), "each is tried once");
    let last = case.finished(0);
    assert!(case.is_posted(last));
    let order = case.books.erp.document("Work Order", &case.order).unwrap();
    assert_eq!((&order["produced_qty"], &order["status"]), (&json!(f64::from(PIECES)), &json!("Completed")));
}

#[test]
fn a_piece_on_a_card_that_is_not_done_asks_for_none_of_those_that_wait() {
    let mut case = Case::new(20);
    case.worked(0, "Cut", 0);
    let sewn = case.worked(0, "Sew", 0);
    let before = case.attempts;
    for piece in 1..5 {
        case.worked(0, "Cut", piece);
    }
    assert!(case.waits(sewn));
    assert_eq!(case.attempts - before, 4);
}
