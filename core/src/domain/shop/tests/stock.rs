//! Stock documents that ERPNext would refuse, or would not book as the box counts.

use super::*;

fn glue(bench: &mut Bench) {
    bench.put(
        Table::Item,
        json!({"item_code": "GLUE", "item_name": "Glue", "stock_uom": "Meter", "is_stock_item": 1, "has_batch_no": 1}),
    );
    bench.put(Table::Batch, json!({"batch_id": "G-1", "item": "GLUE", "expiry_date": "2026-11-01"}));
    bench.put(Table::Batch, json!({"batch_id": "G-2", "item": "GLUE", "expiry_date": "2026-11-02"}));
}

fn entry(purpose: &str, more: Value) -> Value {
    let mut fields = json!({"stock_entry_type": purpose});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

#[test]
fn what_has_expired_is_written_off_counted_or_taken_back_and_nothing_else() {
    let row = |batch: &str| json!([{"item_code": "GLUE", "qty": "1", "batch_no": batch}]);
    let moved = |purpose: &str, from: bool, to: bool, batch: &str| {
        let mut fields = entry(purpose, json!({"items": row(batch)}));
        for (way, there, name) in [(from, "from_warehouse", "Stores"), (to, "to_warehouse", "Finished")] {
            if way {
                fields[there] = json!(name);
            }
        }
        fields
    };
    let bought = |batch: &str, kind: &str| {
        let mut fields = json!({"supplier": "Toko Kain", "set_warehouse": "Stores", "items": row(batch)});
        fields["items"][0]["rate"] = json!("5");
        if kind == "purchase-invoice" {
            fields["update_stock"] = json!(1);
            fields["bill_no"] = json!("7");
        }
        fields
    };
    let mut bench = Bench::tailor();
    glue(&mut bench);
    bench.put(
        Table::WorkOrder,
        json!({"name": "WO-1", "production_item": "BUTTON", "bom_no": "BOM-1", "qty": "9", "required_items": [],
        "wip_warehouse": "Finished", "fg_warehouse": "Finished"}),
    );
    let mut work = moved("Material Transfer for Manufacture", true, true, "G-1");
    (work["work_order"], work["fg_completed_qty"]) = (json!("WO-1"), json!("1"));
    let mut made = moved("Manufacture", true, true, "G-1");
    (made["work_order"], made["fg_completed_qty"]) = (json!("WO-1"), json!("1"));
    let finished = json!({"item_code": "BUTTON", "qty": "1", "is_finished_item": 1});
    made["items"].as_array_mut().unwrap().push(finished);
    for (kind, fields) in [
        ("stock-entry", moved("Material Receipt", false, true, "G-1")),
        ("stock-entry", moved("Material Transfer", true, true, "G-1")),
        ("stock-entry", work),
        ("stock-entry", made),
        ("purchase-receipt", bought("G-1", "purchase-receipt")),
        ("purchase-invoice", bought("G-1", "purchase-invoice")),
    ] {
        let refusal = bench.submit(1, kind, fields.clone()).expect_err(&fields.to_string());
        assert_eq!((refusal.why, refusal.field.as_str()), (Why::Rule, "items[0].batch_no"), "{fields}");
        assert!(refusal.rule.contains("G-1 was not to be used after 2026-11-01"), "{refusal}");
    }
    // On its last day it may be used; and what has expired leaves, or is counted.
    bench.submit(2, "purchase-receipt", bought("G-2", "purchase-receipt")).unwrap();
    bench.submit(3, "stock-entry", moved("Material Issue", true, false, "G-1")).unwrap();
    bench.submit(4, "stock-reconciliation", json!({"set_warehouse": "Stores", "items": row("G-1")})).unwrap();
    bench.today = TODAY.tomorrow().unwrap();
    let mut back = bought("G-2", "purchase-receipt");
    (back["is_return"], back["return_against"]) = (json!(1), json!(id(2).to_string()));
    (back["items"][0]["qty"], back["items"][0]["purchase_receipt_item"]) = (json!("-1"), json!("1"));
    bench.submit(5, "purchase-receipt", back).unwrap();
}

fn machine(bench: &mut Bench) {
    bench.put(
        Table::Settings,
        json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR", "shortage": "refuse"}),
    );
    bench.put(
        Table::Item,
        json!({"item_code": "MACHINE", "item_name": "Machine", "stock_uom": "Nos", "is_stock_item": 1,
        "has_serial_no": 1}),
    );
    bench.put(Table::Level, json!({"item_code": "MACHINE", "warehouse": "Stores", "actual_qty": "9", "included": "0"}));
}

fn sold(serial: &str, from: &str) -> Value {
    let mut fields = sale(json!([{"item_code": "MACHINE", "qty": "1", "rate": "5", "serial_no": serial}]));
    fields["set_warehouse"] = json!(from);
    fields
}

fn counted(serials: &str, place: &str) -> Value {
    json!({"items": [{"item_code": "MACHINE", "warehouse": place, "qty": serials.lines().count().to_string(),
        "serial_no": serials}]})
}

#[test]
fn a_piece_that_was_counted_is_there() {
    let mut bench = Bench::tailor();
    machine(&mut bench);
    bench.submit(1, "sales-invoice", sold("M-1", "Stores")).unwrap();
    assert_eq!(refused(bench.submit(2, "sales-invoice", sold("M-1", "Stores"))).0, Why::Stock);
    // It was another one that went, and this one lies there: counted, in whichever warehouse.
    bench.submit(2, "stock-reconciliation", counted("M-1\nM-2", "Finished")).unwrap();
    assert_eq!(refused(bench.submit(3, "sales-invoice", sold("M-1", "Stores"))).0, Why::Stock);
    bench.submit(3, "sales-invoice", sold("M-1", "Finished")).unwrap();
    assert_eq!(refused(bench.submit(4, "sales-invoice", sold("M-1", "Finished"))).0, Why::Stock);
}

#[test]
fn a_count_that_is_cancelled_says_nothing_of_its_pieces_any_more() {
    let mut bench = Bench::tailor();
    machine(&mut bench);
    bench.submit(1, "stock-reconciliation", counted("M-1\nM-2", "Finished")).unwrap();
    bench.submit(2, "sales-invoice", sold("M-2", "Finished")).unwrap();
    bench.cancel(3, 1).unwrap();
    bench.submit(4, "sales-invoice", sold("M-1", "Stores")).unwrap();
    assert_eq!(refused(bench.submit(5, "sales-invoice", sold("M-2", "Stores"))).0, Why::Stock, "it was sold since");
}
