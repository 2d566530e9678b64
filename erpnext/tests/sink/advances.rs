//! What was paid ahead is used, given back where the invoice is cancelled, and used again.

use crate::common::{Books, Workshop, done, place, post};
use outpost_core::domain::outcome::Hold;
use outpost_core::domain::record::Submitted;
use outpost_core::posting::{Sink, Verdict};
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};

const OF: &str = "bandung";

/// An order of 100,000 that is paid ahead, with what is in ERPNext.
struct Case {
    books: Books,
    shop: Workshop,
    sink: Erpnext,
    order: Submitted,
    deposit: Submitted,
}

impl Case {
    fn new() -> Self {
        let books = Books::with_fields();
        let mut shop = Workshop::new(OF, &books.office, 1_000);
        let mut sink = books.sink(OF);
        let items = json!([{"item_code": "SEWING", "qty": "4", "rate": "25000"}]);
        let order = json!({"customer": "Bu Sari", "delivery_date": "2026-12-05", "set_warehouse": "Bandung - TW", "items": items});
        let order = shop.make("sales-order", order);
        done(&mut sink, OF, &order);
        let of = order.id.to_string();
        let references =
            json!([{"reference_doctype": "Sales Order", "reference_name": of, "allocated_amount": "100000"}]);
        let deposit = json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
            "paid_amount": "100000", "references": references});
        let deposit = shop.make("payment-entry", deposit);
        done(&mut sink, OF, &deposit);
        Self { books, shop, sink, order, deposit }
    }

    /// A bill of so many of the four, which uses so much of what was paid ahead.
    fn bill(&mut self, qty: &str, ahead: &str) -> Submitted {
        let (order, deposit) = (self.order.id.to_string(), self.deposit.id.to_string());
        let row = json!({"item_code": "SEWING", "qty": qty, "rate": "25000", "sales_order": order, "so_detail": "1"});
        let ahead = json!({"reference_name": deposit, "reference_row": "1", "allocated_amount": ahead});
        self.shop.make("sales-invoice", json!({"customer": "Bu Sari", "items": [row], "advances": [ahead]}))
    }

    /// The workshop cancels it.
    fn cancel(&mut self, of: &Submitted) {
        let cancelled = self.shop.cancel(of);
        let verdict = self.sink.cancel(&cancelled, of, &place(OF, false));
        assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
    }

    /// It goes in, and is found again where its answer was lost; what of it is paid by which part, and how much is outstanding.
    #[track_caller]
    fn goes_in(&mut self, bill: &Submitted) -> (Vec<(bool, f64)>, f64) {
        let name = done(&mut self.sink, OF, bill);
        let found = post(&mut self.sink, bill, &place(OF, true));
        assert!(matches!(found, Verdict::Done(_)), "{found:?}");
        let there = self.books.erp.document("Sales Invoice", &name).unwrap();
        let part = |row: &Value| (row["reference_row"].is_string(), row["allocated_amount"].as_f64().unwrap());
        let parts = there["advances"].as_array().unwrap().iter().map(part).collect();
        (parts, there["outstanding_amount"].as_f64().unwrap())
    }
}

#[test]
fn what_was_paid_ahead_is_used_again_after_its_invoice_was_cancelled() {
    let mut case = Case::new();
    let first = case.bill("4", "100000");
    assert_eq!(case.goes_in(&first), (vec![(true, 100_000.0)], 0.0));
    case.cancel(&first);
    let second = case.bill("4", "100000");
    assert_eq!(case.goes_in(&second), (vec![(false, 100_000.0)], 0.0));
}

#[test]
fn what_was_used_in_part_is_used_whole_after_that() {
    let mut case = Case::new();
    let first = case.bill("2", "50000");
    assert_eq!(case.goes_in(&first), (vec![(true, 50_000.0)], 0.0));
    case.cancel(&first);
    let second = case.bill("4", "90000");
    assert_eq!(case.goes_in(&second), (vec![(true, 50_000.0), (false, 40_000.0)], 10_000.0));
    // Somebody makes less of it: that is told, whichever part it is of.
    let name = case.books.erp.submitted()[&second.id.to_string()][0].1.clone();
    let mut less = case.books.erp.document("Sales Invoice", &name).unwrap();
    less["advances"][1]["allocated_amount"] = json!(30_000.0);
    case.books.erp.seed("Sales Invoice", &name, Value::Object(less));
    let verdict = post(&mut case.sink, &second, &place(OF, true));
    let Verdict::Held(Hold::Differs, said) = verdict else { panic!("{verdict:?}") };
    assert!(said.contains("advances[0].allocated_amount is 80000 in ERPNext, and not 90000"), "{said}");
}

#[test]
fn more_than_is_left_is_held_and_says_how_much_there_is() {
    let mut case = Case::new();
    let first = case.bill("2", "50000");
    case.goes_in(&first);
    let second = case.bill("4", "60000");
    let verdict = post(&mut case.sink, &second, &place(OF, false));
    let Verdict::Held(Hold::Unmapped, said) = verdict else { panic!("{verdict:?}") };
    assert!(said.contains("has 50000 left, and 60000 is used of it"), "{said}");
    let rest = case.bill("2", "50000");
    case.goes_in(&rest);
    let none = case.bill("1", "1");
    let verdict = post(&mut case.sink, &none, &place(OF, false));
    let Verdict::Held(Hold::Unmapped, said) = verdict else { panic!("{verdict:?}") };
    assert!(said.contains("nothing of ACC-PAY-"), "{said}");
}
