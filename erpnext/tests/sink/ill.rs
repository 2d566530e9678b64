//! An ERPNext that is merely ill answers in its own words, with 500: nothing is held for that, and all goes in when it is well again.

use crate::common::{Books, Workshop, place, post};
use erpnext_stand_in::{Faults, Ill};
use outpost_core::domain::document::Kind;
use outpost_core::domain::id::IntentId;
use outpost_core::domain::outcome::{Fate, Hold};
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Fates, Next, Said, Sink, Verdict, Work, Writer};
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const OF: &str = "bandung";
/// Its database is away.
const NO_DATABASE: Ill = Ill {
    class: "OperationalError",
    text: "(2003, \"Can't connect to MySQL server on '127.0.0.1' ([Errno 111] Connection refused)\")",
    questions: true,
};
/// Its cache is away, and nothing says that this passes.
const NO_CACHE: Ill = Ill {
    class: "ConnectionError",
    text: "Error 111 connecting to 127.0.0.1:13000. Connection refused.",
    questions: true,
};

/// The office's words.
#[derive(Default)]
struct Words(BTreeMap<IntentId, Vec<Fate>>);

impl Fates for Words {
    fn fate(&self, id: IntentId) -> Option<Fate> {
        self.0.get(&id)?.last().cloned()
    }
    fn called(&self, id: IntentId) -> String {
        id.to_string()
    }
}

impl Words {
    fn note(&mut self, said: Said) {
        said.into_iter().for_each(|outcome| self.0.entry(outcome.of).or_default().push(outcome.fate));
    }
}

/// A site's backlog on its way.
struct Backlog<'a> {
    documents: &'a [Submitted],
    taken: usize,
    writer: Writer,
    words: Words,
    now_ms: u64,
}

impl Backlog<'_> {
    fn step(&mut self, sink: &mut Erpnext) -> bool {
        let (said, next) = self.writer.next(self.now_ms, self.taken < self.documents.len(), &self.words);
        self.words.note(said);
        let said = match next {
            None => return false,
            Some(Next::Sleep { until_ms }) => {
                self.now_ms = self.now_ms.max(until_ms);
                Said::new()
            }
            Some(Next::Read) => {
                self.taken += 1;
                self.writer.take(Work::post(&self.documents[self.taken - 1], self.taken as u64, None), &self.words)
            }
            Some(Next::Try { id, again }) => {
                let submitted = self.documents.iter().find(|made| made.id == id).unwrap();
                let verdict = sink.post(submitted, &place(OF, again));
                self.writer.answered(verdict, self.now_ms, &self.words)
            }
            Some(Next::Confirm(made)) => self.writer.confirmed(sink.confirm(&made), self.now_ms, &self.words).0,
        };
        self.words.note(said);
        true
    }
}

fn sale() -> Value {
    json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "1000"}]})
}

#[test]
fn nothing_is_held_while_it_is_ill_and_all_goes_in_afterwards() {
    for (ill, well_for) in [(NO_DATABASE, 0), (NO_DATABASE, 25), (NO_CACHE, 0), (NO_CACHE, 25)] {
        let books = Books::with_fields();
        let mut shop = Workshop::new(OF, &books.office, 1_000);
        let mut sink = books.sink(OF);
        let documents: Vec<_> = (0..20).map(|_| shop.make("sales-invoice", sale())).collect();
        let mut backlog =
            Backlog { documents: &documents, taken: 0, writer: Writer::default(), words: Words::default(), now_ms: 0 };
        // Some of it may be in, and some made and not read back.
        for _ in 0..well_for {
            backlog.step(&mut sink);
        }
        books.erp.set_faults(Faults { ill: Some(ill), ..Faults::default() });
        let before = books.erp.tally().total();
        for _ in 0..200 {
            assert!(backlog.step(&mut sink));
        }
        let asked = books.erp.tally().total() - before;
        assert!(asked < 300, "{asked}: it is asked as if it answered");
        books.erp.set_faults(Faults::default());
        while backlog.step(&mut sink) {}
        for made in &documents {
            let said = &backlog.words.0[&made.id];
            assert!(matches!(said[..], [Fate::Posted { .. }]), "{}: {said:?}", ill.class);
            assert_eq!(books.erp.submitted()[&made.id.to_string()].len(), 1);
        }
    }
}

#[test]
fn whatever_is_under_way_waits_while_its_database_is_away() {
    let books = Books::with_fields();
    let mut shop = Workshop::new(OF, &books.office, 1_000);
    let mut sink = books.sink(OF);
    let mut sent = |slug: &str, fields: Value| shop.make(slug, fields);
    let posted = sent("sales-invoice", sale());
    let sold = sent("sales-invoice", sale());
    let new = sent("customer", json!({"customer_name": "Pak Joko", "mobile_no": "0811"}));
    let card = sent(
        "job-card",
        json!({"work_order": books.orders[0], "operation": "Sew", "time_logs": [{"employee": "HR-EMP-00001",
            "from_time": "2026-11-20 13:00:00", "to_time": "2026-11-20 14:10:00", "completed_qty": "1"}]}),
    );
    assert!(matches!(post(&mut sink, &posted, &place(OF, false)), Verdict::Done(_)));
    let cancelled = shop.cancel(&posted);
    for ill in [NO_DATABASE, NO_CACHE] {
        books.erp.set_faults(Faults { ill: Some(ill), ..Faults::default() });
        for again in [false, true] {
            for document in [&sold, &new, &card] {
                let verdict = sink.post(document, &place(OF, again));
                assert!(matches!(verdict, Verdict::Again { alive: false, .. }), "{verdict:?}");
            }
            let verdict = sink.cancel(&cancelled, &posted, &place(OF, again));
            assert!(matches!(verdict, Verdict::Again { alive: false, .. }), "{verdict:?}");
        }
    }
    // It answers questions, and takes nothing: no pause in which a database would come back, but a refusal as any other.
    let refuses = Ill { class: "TypeError", text: "unsupported operand", questions: false };
    books.erp.set_faults(Faults { ill: Some(refuses), ..Faults::default() });
    for document in [&sold, &new, &card] {
        let verdict = sink.post(document, &place(OF, true));
        assert!(matches!(&verdict, Verdict::Held(Hold::Refused, why) if why.contains("unsupported")), "{verdict:?}");
    }
    let verdict = sink.cancel(&cancelled, &posted, &place(OF, true));
    assert!(matches!(&verdict, Verdict::Held(Hold::Refused, _)), "{verdict:?}");
    // A word that the connection has broken is one, whatever it is that was asked.
    books.erp.set_faults(Faults { ill: Some(Ill { questions: false, ..NO_DATABASE }), ..Faults::default() });
    for document in [&sold, &new, &card] {
        let verdict = sink.post(document, &place(OF, true));
        assert!(matches!(verdict, Verdict::Again { alive: true, .. }), "{verdict:?}");
    }
    // A database that takes nothing from anybody says nothing of what it was told.
    let full = Ill { class: "OperationalError", text: "(1290, \"running with --read-only\")", questions: false };
    books.erp.set_faults(Faults { ill: Some(full), ..Faults::default() });
    for document in [&sold, &new, &card] {
        let verdict = sink.post(document, &place(OF, true));
        assert!(matches!(verdict, Verdict::Again { alive: false, .. }), "{verdict:?}");
    }
    books.erp.set_faults(Faults::default());
    for document in [&sold, &new, &card] {
        assert!(matches!(post(&mut sink, document, &place(OF, true)), Verdict::Done(_)));
    }
    assert!(matches!(sink.cancel(&cancelled, &posted, &place(OF, true)), Verdict::Done(_)));
    assert_eq!(sink.there(&[(Kind::SalesInvoice, posted.id)]), Ok(vec![]));
}
