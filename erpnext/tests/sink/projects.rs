//! What is delivered and billed of an order is for the order's project, whether the workshop knows of one or not.

use crate::common::{Case, done, place, post};
use outpost_core::domain::record::Submitted;
use outpost_core::posting::Verdict;
use serde_json::{Value, json};

const OF: &str = "bandung";
const PROJECT: &str = "PROJ-0001";

impl Case {
    /// It goes in for the project, and is found again.
    #[track_caller]
    fn is_of_the_project(&mut self, made: &Submitted) -> String {
        let name = done(&mut self.sink, OF, made);
        let there = self.books.erp.document(made.document.kind().name(), &name).unwrap();
        assert_eq!(there["project"], PROJECT);
        let found = post(&mut self.sink, made, &place(OF, true));
        assert!(matches!(found, Verdict::Done(_)), "{found:?}");
        name
    }

    /// One piece of this row of this order is delivered, billed by the delivery alone, and one billed by the order.
    fn delivers_and_bills(&mut self, order: &str, row: &str) {
        let item = |more: Value| {
            let mut item = json!({"item_code": "SEWING", "qty": "1", "rate": "25000"});
            item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!([item])
        };
        let items = item(json!({"against_sales_order": order, "so_detail": row}));
        let note = json!({"customer": "Bu Sari", "set_warehouse": "Bandung - TW", "items": items});
        let note = self.shop.make("delivery-note", note);
        self.is_of_the_project(&note);
        let of_note = item(json!({"delivery_note": note.id.to_string(), "dn_detail": "1"}));
        let of_order = item(json!({"sales_order": order, "so_detail": row}));
        for items in [of_note, of_order] {
            let bill = self.shop.make("sales-invoice", json!({"customer": "Bu Sari", "items": items}));
            self.is_of_the_project(&bill);
        }
    }
}

#[test]
fn an_order_of_the_head_office() {
    let mut case = Case::new(OF);
    let row = json!({"item_code": "SEWING", "qty": 2, "rate": 25_000, "warehouse": "Bandung - TW"});
    let order = json!({"docstatus": 1, "customer": "Bu Sari", "company": "Tailor Works", "transaction_date": "2026-11-19",
        "delivery_date": "2026-12-05", "project": PROJECT, "items": [row]});
    let order = case.books.erp.make("Sales Order", order);
    let row = case.books.erp.document("Sales Order", &order).unwrap()["items"][0]["name"].as_str().unwrap().to_owned();
    case.delivers_and_bills(&order, &row);
}

#[test]
fn an_order_of_the_workshop_s_own() {
    let mut case = Case::new(OF);
    let items = json!([{"item_code": "SEWING", "qty": "2", "rate": "25000"}]);
    let order = json!({"customer": "Bu Sari", "delivery_date": "2026-12-05", "set_warehouse": "Bandung - TW",
        "project": PROJECT, "items": items});
    let order = case.shop.make("sales-order", order);
    done(&mut case.sink, OF, &order);
    case.delivers_and_bills(&order.id.to_string(), "1");
}
