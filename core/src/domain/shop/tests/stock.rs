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
fn what_has_expired_is_written_off_counted_taken_back_or_arrives_and_nothing_else() {
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
    let under_way = json!([{"name": "1", "item_code": "GLUE", "qty": "1"}]);
    let sent = json!({"entry": id(99).to_string(), "from": "jakarta", "to": "bandung", "warehouse": "Transit",
        "sent_on": "2026-10-31", "items": under_way});
    bench.put(Table::Transit, sent);
    let mut come = moved("Material Transfer", true, true, "G-1");
    (come["from_warehouse"], come["outgoing_stock_entry"]) = (json!("Transit"), json!(id(99).to_string()));
    come["items"][0]["ste_detail"] = json!("1");
    bench.submit(7, "stock-entry", come).unwrap();
    let mut back = bought("G-2", "purchase-receipt");
    (back["is_return"], back["return_against"]) = (json!(1), json!(id(2).to_string()));
    (back["items"][0]["qty"], back["items"][0]["purchase_receipt_item"]) = (json!("-1"), json!("1"));
    bench.submit(5, "purchase-receipt", back).unwrap();
}

#[test]
fn a_service_is_neither_moved_nor_counted() {
    let mut bench = Bench::tailor();
    let items = json!([{"item_code": "CLOTH", "qty": "1"}, {"item_code": "SEWING", "qty": "1"}]);
    let issue = entry("Material Issue", json!({"from_warehouse": "Stores", "items": items}));
    for (kind, fields) in
        [("stock-entry", issue), ("stock-reconciliation", json!({"set_warehouse": "Stores", "items": items}))]
    {
        assert_eq!(refused(bench.submit(1, kind, fields)), (Why::Rule, "items[1].item_code".into()), "{kind}");
    }
}

#[test]
fn what_the_books_round_to_nothing_does_not_move() {
    let mut bench = Bench::tailor();
    let issue = |code: &str, qty: &str, uom: &str| {
        let items = json!([{"item_code": code, "qty": qty, "uom": uom}]);
        entry("Material Issue", json!({"from_warehouse": "Stores", "items": items}))
    };
    for qty in ["0.0004", "0.0005"] {
        let refusal = refused(bench.submit(1, "stock-entry", issue("CLOTH", qty, "Meter")));
        assert_eq!(refusal, (Why::Rule, "items[0].qty".into()), "{qty}");
    }
    bench.submit(1, "stock-entry", issue("CLOTH", "0.0006", "Meter")).unwrap();
    bench.put(
        Table::Item,
        json!({"item_code": "CLOTH", "item_name": "Cloth", "stock_uom": "Meter", "is_stock_item": 1,
        "uoms": [{"uom": "Dozen", "conversion_factor": "12"}]}),
    );
    bench.submit(2, "stock-entry", issue("CLOTH", "0.0001", "Dozen")).unwrap();
}

fn shirts(bench: &mut Bench, materials: Value) {
    let scrap = json!([{"item_code": "CLOTH", "stock_qty": "10"}, {"item_code": "SEWING", "stock_qty": "1"}]);
    let bom = json!({"name": "BOM-1", "item": "BUTTON", "quantity": "100", "items": materials, "scrap_items": scrap});
    bench.put(Table::Bom, bom);
}

fn made(qty: &str) -> Value {
    entry(
        "Manufacture",
        json!({"bom_no": "BOM-1", "fg_completed_qty": qty, "from_warehouse": "Stores",
        "items": [{"item_code": "BUTTON", "qty": qty, "t_warehouse": "Finished", "is_finished_item": 1}]}),
    )
}

#[test]
fn of_what_is_made_no_service_is_filled_in_and_nothing_that_is_too_little() {
    let mut bench = Bench::tailor();
    let row = |code: &str, qty: &str| json!({"item_code": code, "stock_qty": qty});
    bench.put(Table::Item, json!({"item_code": "WAX", "item_name": "Wax", "stock_uom": "Meter", "is_stock_item": 1}));
    shirts(&mut bench, json!([row("CLOTH", "150"), row("SEWING", "100"), row("WAX", "0.04")]));
    let mut filled = |n: u128, qty: &str| {
        let booked = bench.submit(n, "stock-entry", made(qty)).unwrap();
        booked.filled.iter().map(|row| format!("{} {}", row.item_code, row.qty)).collect::<Vec<_>>()
    };
    assert_eq!(filled(1, "1"), ["CLOTH -1.5", "CLOTH 0.1"]);
    assert_eq!(filled(2, "2"), ["CLOTH -3", "WAX -0.0008", "CLOTH 0.2"]);
}

#[test]
fn which_pieces_or_which_batch_is_used_is_said_with_rows() {
    for (flag, kept) in [("has_serial_no", "has serial numbers"), ("has_batch_no", "is kept in batches")] {
        let mut bench = Bench::tailor();
        bench.put(
            Table::Item,
            json!({"item_code": "GLUE", "item_name": "Glue", "stock_uom": "Nos", "is_stock_item": 1, flag: 1}),
        );
        bench.put(Table::Batch, json!({"batch_id": "G-2", "item": "GLUE"}));
        shirts(&mut bench, json!([{"item_code": "GLUE", "stock_qty": "100"}]));
        let refusal = bench.submit(1, "stock-entry", made("1")).unwrap_err();
        assert_eq!((refusal.why, refusal.field.as_str()), (Why::Rule, "items"));
        assert!(refusal.rule.contains(kept) && refusal.rule.contains("with a row each"), "{refusal}");
        let mut fields = made("1");
        let named = if flag == "has_batch_no" { "batch_no" } else { "serial_no" };
        let row = json!({"item_code": "GLUE", "qty": "1", "s_warehouse": "Stores", named: "G-2"});
        fields["items"].as_array_mut().unwrap().push(row);
        assert!(bench.submit(1, "stock-entry", fields).unwrap().filled.is_empty());
    }
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
