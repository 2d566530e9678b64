//! Stock documents as ERPNext books them: what it would value, count or hold against others otherwise than a workshop does.

use crate::common::{Case, done, n, place, post};
use outpost_core::domain::master::Table;
use outpost_core::domain::outcome::Hold;
use outpost_core::posting::Verdict;
use serde_json::{Value, json};

const OF: &str = "bandung";
const SHOP: &str = "Bandung - TW";

fn case() -> Case {
    let case = Case::new(OF);
    case.books.erp.add_stock_at("BUTTON", SHOP, 100.0, 500.0, "2026-11-19");
    case.books.erp.add_stock_at("CLOTH-1", SHOP, 100.0, 50_000.0, "2026-11-19");
    case
}

#[test]
fn an_item_without_a_worth_is_counted_in_and_holds_up_no_other() {
    let mut case = case();
    case.books.erp.add_item("NEW", "Products", "Nos", true);
    let rows = json!([{"item_code": "BUTTON", "qty": "90"}, {"item_code": "NEW", "qty": "4"}]);
    let count = case.shop.make("stock-reconciliation", json!({"set_warehouse": SHOP, "items": rows}));
    let name = done(&mut case.sink, OF, &count);
    let booked = Value::Object(case.books.erp.document("Stock Reconciliation", &name).unwrap());
    let worth = |i: usize| booked["items"][i]["valuation_rate"].clone();
    assert_eq!((worth(0), worth(1)), (json!(500.0), json!(0.0)));
    assert_eq!((case.books.erp.stock("BUTTON", SHOP), case.books.erp.stock("NEW", SHOP)), (90.0, 4.0));
}

#[test]
fn a_batch_that_has_expired_by_the_books_is_held_with_their_words() {
    let mut case = case();
    case.books.erp.seed("Batch", "LOT-1", json!({"batch_id": "LOT-1", "item": "SILK", "expiry_date": "2026-11-19"}));
    let rows = json!([{"item_code": "SILK", "qty": "1", "basic_rate": "900", "batch_no": "LOT-1"}]);
    let come = case
        .shop
        .make("stock-entry", json!({"stock_entry_type": "Material Receipt", "to_warehouse": SHOP, "items": rows}));
    let verdict = post(&mut case.sink, &come, &place(OF, false));
    assert!(matches!(&verdict, Verdict::Held(Hold::Refused, why) if why.contains("already expired")), "{verdict:?}");
}
