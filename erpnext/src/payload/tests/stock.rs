//! What a row of goods says beside its item and quantity.

use super::*;

fn rows(kind: Kind, fields: &Value, booked: &Value) -> Value {
    made(&submitted(kind, fields, booked), &mut names(&[]))["items"].clone()
}

#[test]
fn the_worth_of_goods_that_come_in_is_of_one_in_the_stock_unit_whatever_their_own() {
    let fields = json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Shop",
        "items": [{"item_code": "CLOTH-001", "qty": "2", "uom": "Roll", "basic_rate": "50000"}]});
    let made = rows(Kind::StockEntry, &fields, &json!({"day": "2026-11-20", "time": "09:30:15", "factors": ["25"]}));
    let row = (&made[0]["qty"], &made[0]["conversion_factor"], &made[0]["basic_rate"]);
    assert_eq!(row, (&json!(2), &json!(25), &json!(50_000)));
}

#[test]
fn a_counted_item_with_serial_numbers_or_batches_says_that_its_fields_are_meant() {
    let items = json!([{"item_code": "MACHINE", "qty": "0"}, {"item_code": "BUTTON", "qty": "3"}]);
    let fields = json!({"set_warehouse": "Shop", "items": items});
    let made = rows(Kind::StockReconciliation, &fields, &json!({"day": "2026-11-20", "time": "09:30:15"}));
    assert_eq!((&made[0]["use_serial_batch_fields"], &made[1]["use_serial_batch_fields"]), (&json!(1), &Value::Null));
}
