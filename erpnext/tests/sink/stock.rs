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
