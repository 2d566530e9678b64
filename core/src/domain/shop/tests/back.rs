//! What comes back: the pieces and batches that had gone, for no more than was paid, and all of the money or none of it.

use super::*;

/// Machines with numbers and silk in batches, two of each sold, and one of each in a second sale.
fn sold() -> Bench {
    let mut bench = Bench::tailor();
    for (code, uom, flag) in [("MACHINE", "Nos", "has_serial_no"), ("SILK", "Meter", "has_batch_no")] {
        let item = json!({"item_code": code, "item_name": code, "stock_uom": uom, "is_stock_item": 1, flag: 1});
        bench.put(Table::Item, item);
    }
    for batch in ["LOT-1", "LOT-2"] {
        bench.put(Table::Batch, json!({"batch_id": batch, "item": "SILK"}));
    }
    let rows = |serials: &str, batch: &str| {
        json!([{"item_code": "MACHINE", "qty": "1", "rate": "900", "serial_no": serials},
            {"item_code": "SILK", "qty": "2", "rate": "50", "batch_no": batch}])
    };
    bench.submit(1, "sales-invoice", sale(rows("S1", "LOT-1"))).unwrap();
    bench.submit(2, "sales-invoice", sale(rows("S2", "LOT-2"))).unwrap();
    bench
}

fn back(of: u128, row: Value) -> Value {
    let mut fields = sale(json!([row]));
    fields["is_return"] = json!(1);
    fields["return_against"] = json!(id(of).to_string());
    fields
}

fn machine(serial: &str) -> Value {
    json!({"item_code": "MACHINE", "qty": "-1", "rate": "900", "serial_no": serial, "sales_invoice_item": "1"})
}

fn silk(batch: &str) -> Value {
    json!({"item_code": "SILK", "qty": "-1", "rate": "50", "batch_no": batch, "sales_invoice_item": "2"})
}

#[test]
fn another_piece_or_batch_than_was_sold_does_not_come_back() {
    let mut bench = sold();
    for (row, field) in [(machine("S2"), "items[0].serial_no"), (silk("LOT-2"), "items[0].batch_no")] {
        let refusal = bench.submit(3, "sales-invoice", back(1, row)).unwrap_err();
        assert_eq!((refusal.why, refusal.field.as_str()), (Why::Reference, field));
        assert!(refusal.rule.contains("S1") || refusal.rule.contains("LOT-1"), "{refusal}");
    }
    // What moves no goods says nothing of pieces that ERPNext looks at.
    let mut fields = back(1, machine("S2"));
    fields["update_stock"] = json!(0);
    bench.admit(Entry::Submitted(made(3, fields))).unwrap();
    bench.submit(3, "sales-invoice", back(1, machine("S1"))).unwrap();
    bench.submit(4, "sales-invoice", back(1, silk("LOT-1"))).unwrap();
}

#[test]
fn of_a_delivery_it_is_the_same() {
    let mut bench = sold();
    let note = |row: Value, more: Value| {
        let mut fields = json!({"customer": "Bu Sari", "set_warehouse": "Stores", "items": [row]});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    let went = json!({"item_code": "MACHINE", "qty": "1", "rate": "900", "serial_no": "S3"});
    bench.submit(3, "delivery-note", note(went, json!({}))).unwrap();
    let came = |serial: &str, rate: &str| {
        let row = json!({"item_code": "MACHINE", "qty": "-1", "rate": rate, "serial_no": serial, "dn_detail": "1"});
        note(row, json!({"is_return": 1, "return_against": id(3).to_string()}))
    };
    assert_eq!(refused(bench.submit(4, "delivery-note", came("S1", "900"))).1, "items[0].serial_no");
    assert_eq!(refused(bench.submit(4, "delivery-note", came("S3", "901"))).1, "items[0].rate");
    bench.submit(4, "delivery-note", came("S3", "900")).unwrap();
}

#[test]
fn nothing_comes_back_for_more_than_it_was_sold_for() {
    let mut bench = sold();
    let at = |rate: &str| {
        let mut row = silk("LOT-1");
        row["rate"] = json!(rate);
        back(1, row)
    };
    assert_eq!(refused(bench.submit(3, "sales-invoice", at("50.01"))), (Why::Rule, "items[0].rate".into()));
    bench.submit(3, "sales-invoice", at("40")).unwrap();
}

fn made(n: u128, fields: Value) -> Submitted {
    Submitted::new(id(n), "tablet-1".parse().unwrap(), None, document("sales-invoice", fields))
}

#[test]
fn of_a_return_that_stands_for_itself_all_of_the_money_is_given_back_or_none() {
    let mut bench = sold();
    let with = |amount: &str| {
        let mut fields = back(1, machine("S1"));
        fields["payments"] = json!([{"mode_of_payment": "Cash", "amount": amount}]);
        fields
    };
    let refusal = bench.submit(3, "sales-invoice", with("-500")).unwrap_err();
    assert_eq!((refusal.why, refusal.field.as_str()), (Why::Rule, "payments"));
    assert!(refusal.rule.contains("update_outstanding_for_self 0"), "{refusal}");
    // Taken off what was not paid, it may be a part; and nothing of it may be given back at once.
    let mut off = with("-500");
    off["update_outstanding_for_self"] = json!(0);
    bench.admit(Entry::Submitted(made(3, off))).unwrap();
    bench.admit(Entry::Submitted(made(3, back(1, machine("S1"))))).unwrap();
    bench.submit(3, "sales-invoice", with("-900")).unwrap();
}

#[test]
fn of_a_bill_that_is_taken_back_all_of_the_money_comes_back_or_none() {
    let mut bench = Bench::tailor();
    let bill = |qty: &str, paid: &str| {
        json!({"supplier": "Toko Kain", "items": [{"item_code": "SEWING", "qty": qty, "rate": "150"}], "is_paid": 1,
            "mode_of_payment": "Cash", "paid_amount": paid})
    };
    bench.submit(1, "purchase-invoice", bill("1", "150")).unwrap();
    let taken_back = |paid: &str| {
        let mut fields = bill("-1", paid);
        fields["is_return"] = json!(1);
        fields["return_against"] = json!(id(1).to_string());
        fields["items"][0]["purchase_invoice_item"] = json!("1");
        fields
    };
    assert_eq!(refused(bench.submit(2, "purchase-invoice", taken_back("-50"))), (Why::Rule, "paid_amount".into()));
    bench.submit(2, "purchase-invoice", taken_back("-150")).unwrap();
}
