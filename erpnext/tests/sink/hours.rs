//! Time of people: a Job Card that takes the lines and not its submission.

use crate::common::{Books, Workshop, place, post};
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Sink, Verdict};
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};

const OF: &str = "bandung";

struct Case {
    books: Books,
    shop: Workshop,
    sink: Erpnext,
}

impl Case {
    fn new() -> Self {
        let books = Books::with_fields();
        let shop = Workshop::new(OF, &books.office, 1_000);
        let sink = books.sink(OF);
        Self { books, shop, sink }
    }

    fn on_card(&mut self, day: &str, pieces: &str) -> Submitted {
        let log = json!({"employee": "HR-EMP-00001", "completed_qty": pieces,
            "from_time": format!("{day} 13:00:00"), "to_time": format!("{day} 14:10:00")});
        self.shop.make("job-card", json!({"work_order": self.books.orders[0], "operation": "Sew", "time_logs": [log]}))
    }

    /// The one Job Card, with its lines.
    fn card(&self) -> (Value, usize) {
        let card = self.books.erp.documents("Job Card").into_iter().next().unwrap();
        let lines = card.get("time_logs").and_then(Value::as_array).map_or(0, Vec::len);
        (card["docstatus"].clone(), lines)
    }
}

#[test]
fn more_pieces_than_ordered_are_in_the_card_and_are_held_as_such() {
    let mut case = Case::new();
    let logged = case.on_card("2026-11-20", "2");
    for again in [false, true] {
        let verdict = post(&mut case.sink, &logged, &place(OF, again));
        let Verdict::Held(Hold::Differs, why) = &verdict else { panic!("{verdict:?}") };
        for words in ["PO-JOB0", "has this time in it", "not submitted", "must be equal to Qty to Manufacture"] {
            assert!(why.contains(words), "no {words:?} in {why:?}");
        }
        assert_eq!(case.card(), (json!(0), 1), "the hours are there, once");
    }
    // Somebody puts the card right there.
    let name = case.books.erp.documents("Job Card")[0]["name"].as_str().unwrap().to_owned();
    case.books.erp.set("Job Card", &name, "for_quantity", json!(2.0));
    let verdict = post(&mut case.sink, &logged, &place(OF, true));
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
    assert_eq!(case.card(), (json!(1), 1));
}

#[test]
fn what_is_held_so_is_taken_out_of_the_card_when_it_is_cancelled() {
    let mut case = Case::new();
    let logged = case.on_card("2026-11-20", "2");
    let verdict = post(&mut case.sink, &logged, &place(OF, false));
    assert!(matches!(verdict, Verdict::Held(Hold::Differs, _)), "{verdict:?}");
    let cancelled = case.shop.cancel(&logged);
    let verdict = case.sink.cancel(&cancelled, &logged, &place(OF, false));
    assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
    assert_eq!(case.card(), (json!(0), 0));
}
