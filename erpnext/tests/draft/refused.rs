//! What our documents cannot say is refused, with the field and what to do.

use super::Desk;
use outpost_core::domain::document::Kind;
use serde_json::{Value, json};

fn note(more: &Value) -> Value {
    let mut note = json!({
        "customer": "Bu Sari", "company": "Tailor Works",
        "items": [{ "item_code": "BUTTON", "qty": 3, "rate": 1000, "warehouse": "Stores - TW" }],
    });
    merge(&mut note, more);
    note
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().unwrap() {
        match (into.get_mut(name), name.as_str()) {
            (Some(rows), "items") => merge(&mut rows[0], &value[0]),
            _ => into[name] = value.clone(),
        }
    }
}

#[test]
fn a_plain_draft_is_read_and_each_thing_that_a_workshop_cannot_say_is_named() {
    let desk = Desk::open();
    desk.erp.add_custom_field("Delivery Note", "shelf", "Shelf", "Data", false);
    let (kind, plain) = (Kind::DeliveryNote, note(&json!({ "shelf": "B 4", "terms": "carefully", "po_no": "7" })));
    let read = |draft: &Value| desk.read(kind, draft);
    let draft = desk.draft(kind, &plain);
    read(&draft).unwrap();
    let told = [
        (json!({ "items": [{ "against_sales_invoice": "ACC-SINV-1" }] }), "items[0].against_sales_invoice"),
        (json!({ "items": [{ "serial_and_batch_bundle": "SABB-1" }] }), "items[0].serial_and_batch_bundle"),
        (json!({ "items": [{ "target_warehouse": "Stores - TW" }] }), "items[0].target_warehouse"),
        (json!({ "items": [{ "conversion_factor": 12 }] }), "items[0].conversion_factor"),
        (json!({ "items": [{ "discount_amount": 100, "discount_percentage": 0 }] }), "items[0].discount_amount"),
        (json!({ "items": [{ "qty": -3 }] }), "items[0].qty"),
        (json!({ "shipping_rule": "By cart" }), "shipping_rule (Shipping Rule)"),
        (json!({ "packed_items": [{ "item_code": "BUTTON" }] }), "packed_items"),
        (json!({ "conversion_rate": 2 }), "conversion_rate"),
        (json!({ "currency": "EUR", "conversion_rate": 1.2 }), "conversion_rate"),
        (json!({ "company": "Garut Works" }), "company"),
        (json!({ "grand_total": 2999 }), "grand_total"),
        (json!({ "set_posting_time": 1, "posting_date": "2026-11-20", "posting_time": "23:30:00" }), "posting_time"),
        (json!({ "set_warehouse": "Shop" }), "set_warehouse"),
    ];
    for (more, field) in told {
        let mut odd = draft.clone();
        merge(&mut odd, &more);
        let why = read(&odd).expect_err(&more.to_string()).to_string();
        assert!(why.contains(field), "{field} is not named: {why}");
    }
    // At the edge of the day it is the same day at the workshop, an hour further.
    let mut late = draft.clone();
    merge(&mut late, &json!({ "set_posting_time": 1, "posting_date": "2026-11-20", "posting_time": "22:59:59" }));
    read(&late).unwrap();
}

#[test]
fn what_moves_the_till_s_money_or_is_made_of_something_is_left_to_the_workshop() {
    let desk = Desk::open();
    let sale = note(&json!({ "update_stock": 1 }));
    let draft = desk.draft(Kind::SalesInvoice, &sale);
    desk.read(Kind::SalesInvoice, &draft).unwrap();
    let mut paid = draft.clone();
    merge(&mut paid, &json!({ "payments": [{ "mode_of_payment": "Cash", "amount": 3000 }] }));
    assert!(desk.read(Kind::SalesInvoice, &paid).unwrap_err().to_string().contains("payments"));
    let mut made = json!({ "stock_entry_type": "Manufacture", "fg_completed_qty": 1, "bom_no": "BOM-SHIRT-001", "items": [
        { "item_code": "SHIRT", "qty": 1, "t_warehouse": "Stores - TW", "is_finished_item": 1 }] });
    let why = desk.read(Kind::StockEntry, &made).unwrap_err().to_string();
    assert!(why.starts_with("stock_entry_type: what is made"), "{why}");
    made["stock_entry_type"] = json!("Repack");
    assert!(desk.read(Kind::StockEntry, &made).is_err());
}
