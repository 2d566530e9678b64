//! Documents that stand on others: returns, payments, orders, deliveries, transit.

use super::*;
use crate::domain::booked::Mark;
use crate::domain::effects::Progress;

fn sold(bench: &mut Bench) {
    bench.submit(1, "sales-invoice", sale(json!([{"item_code": "CLOTH", "qty": "3", "rate": "100"}]))).unwrap();
}

fn back(qty: &str, row: &str) -> Value {
    let mut fields = sale(json!([{"item_code": "CLOTH", "qty": qty, "rate": "100", "sales_invoice_item": row}]));
    fields["is_return"] = json!(1);
    fields["return_against"] = json!(id(1).to_string());
    fields
}

fn pay(of: &str, doctype: &str, amount: &str) -> Value {
    json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
        "paid_amount": amount,
        "references": [{"reference_doctype": doctype, "reference_name": of, "allocated_amount": amount}]})
}

fn pay_own(n: u128, amount: &str) -> Value {
    pay(&id(n).to_string(), "Sales Invoice", amount)
}

#[test]
fn a_return_larger_than_the_sale_is_refused() {
    let mut bench = Bench::tailor();
    sold(&mut bench);
    assert_eq!(refused(bench.submit(2, "sales-invoice", back("-4", "1"))), (Why::Progress, "return_against".into()));
    assert_eq!(refused(bench.submit(2, "sales-invoice", back("-1", "2"))), (Why::Reference, "return_against".into()));
    bench.submit(2, "sales-invoice", back("-2", "1")).unwrap();
    assert_eq!(bench.stock("Stores", "CLOTH"), "99");
    assert_eq!(refused(bench.submit(3, "sales-invoice", back("-2", "1"))).0, Why::Progress);
    bench.cancel(3, 2).unwrap();
    bench.submit(4, "sales-invoice", back("-3", "1")).unwrap();
    assert_eq!(bench.stock("Stores", "CLOTH"), "100");
}

#[test]
fn a_return_brings_back_no_goods_that_its_invoice_has_not_moved() {
    let mut bench = Bench::tailor();
    let mut billed = sale(json!([{"item_code": "CLOTH", "qty": "3", "rate": "100"}]));
    billed["update_stock"] = json!(0);
    bench.submit(1, "sales-invoice", billed).unwrap();
    let refusal = bench.submit(2, "sales-invoice", back("-1", "1")).unwrap_err();
    assert_eq!((refusal.why, refusal.field.as_str()), (Why::Rule, "update_stock"));
    assert!(refusal.rule.contains(&id(1).to_string()) && refusal.rule.contains("Delivery Note"), "{refusal}");
    let mut fields = back("-1", "1");
    fields["update_stock"] = json!(0);
    bench.submit(2, "sales-invoice", fields).unwrap();
    assert_eq!(bench.stock("Stores", "CLOTH"), "100");
    // What moved stock may come back without.
    let mut bench = Bench::tailor();
    sold(&mut bench);
    let mut fields = back("-1", "1");
    fields["update_stock"] = json!(0);
    bench.submit(2, "sales-invoice", fields).unwrap();
    assert_eq!(bench.stock("Stores", "CLOTH"), "97");
}

#[test]
fn a_return_has_its_discount_and_gives_back_no_more_than_was_paid() {
    let mut bench = Bench::tailor();
    let mut discounted = sale(json!([{"item_code": "CLOTH", "qty": "3", "rate": "100"}]));
    discounted["additional_discount_percentage"] = json!("10");
    assert_eq!(bench.submit(1, "sales-invoice", discounted).unwrap().total, Some(270.into()));
    let mut fields = back("-1", "1");
    fields["additional_discount_percentage"] = json!("10");
    fields["payments"] = json!([{"mode_of_payment": "Cash", "amount": "-100"}]);
    assert_eq!(refused(bench.submit(2, "sales-invoice", fields.clone())).1, "payments");
    fields["payments"][0]["amount"] = json!("-90");
    bench.submit(2, "sales-invoice", fields).unwrap();
}

/// As a tablet sends an order with a deposit that is collected: the invoice, and what is left of it.
#[test]
fn what_is_left_of_an_invoice_that_used_a_deposit_is_paid_after_it_and_never_without_it() {
    let mut bench = Bench::tailor();
    order(&mut bench);
    let own = id(1).to_string();
    bench.submit(2, "payment-entry", pay(&own, "Sales Order", "200")).unwrap();
    let mut bill =
        sale(json!([{"item_code": "CLOTH", "qty": "5", "rate": "100", "sales_order": own, "so_detail": "1"}]));
    bill["advances"] = json!([{"reference_name": id(2).to_string(), "reference_row": "1", "allocated_amount": "201"}]);
    assert_eq!(refused(bench.submit(3, "sales-invoice", bill.clone())).1, "advances");
    // It was refused, and its payment with it: nothing is paid of what is not there.
    assert_eq!(refused(bench.submit(4, "payment-entry", pay_own(3, "300"))), (Why::Reference, "references".into()));
    bill["advances"][0]["allocated_amount"] = json!("200");
    let mut both = bill.clone();
    both["payments"] = json!([{"mode_of_payment": "Cash", "amount": "300"}]);
    assert_eq!(refused(bench.submit(3, "sales-invoice", both)), (Why::Rule, "payments".into()));
    bench.submit(3, "sales-invoice", bill).unwrap();
    assert_eq!(refused(bench.submit(4, "payment-entry", pay_own(3, "301"))).0, Why::Progress);
    bench.submit(4, "payment-entry", pay_own(3, "300")).unwrap();
    assert_eq!(bench.shop.till().expected()[&text("Cash")], 500.into());
}

#[test]
fn a_document_stands_only_on_one_of_its_kind_and_of_its_customer() {
    let mut bench = Bench::tailor();
    bench.put(Table::Customer, json!({"name": "Pak Budi", "customer_name": "Pak Budi"}));
    sold(&mut bench);
    let mut note = json!({"customer": "Bu Sari", "set_warehouse": "Stores"});
    note["items"] = json!([{"item_code": "CLOTH", "qty": "3", "rate": "100"}]);
    bench.submit(2, "delivery-note", note).unwrap();
    let mut fields = back("-1", "1");
    fields["return_against"] = json!(id(2).to_string());
    assert_eq!(refused(bench.submit(3, "sales-invoice", fields)), (Why::Reference, "return_against".into()));
    let mut fields = pay_own(1, "100");
    fields["party"] = json!("Pak Budi");
    assert_eq!(refused(bench.submit(3, "payment-entry", fields)), (Why::Reference, "references".into()));
}

#[test]
fn no_more_is_paid_than_is_open() {
    let mut bench = Bench::tailor();
    sold(&mut bench);
    assert_eq!(refused(bench.submit(2, "payment-entry", pay_own(1, "301"))), (Why::Progress, "references".into()));
    bench.submit(2, "payment-entry", pay_own(1, "200")).unwrap();
    assert_eq!(refused(bench.submit(3, "payment-entry", pay_own(1, "101"))).0, Why::Progress);
    bench.submit(3, "payment-entry", pay_own(1, "100")).unwrap();
}

#[test]
fn what_others_stand_on_is_not_cancelled_before_them() {
    let mut bench = Bench::tailor();
    sold(&mut bench);
    bench.submit(2, "payment-entry", pay_own(1, "200")).unwrap();
    assert_eq!(refused(bench.cancel(3, 1)), (Why::Progress, "document".into()));
    bench.cancel(3, 2).unwrap();
    bench.cancel(4, 1).unwrap();
    let (why, _) = refused(bench.submit(5, "payment-entry", pay_own(1, "1")));
    assert_eq!(why, Why::Reference, "it is cancelled");
    assert_eq!(refused(bench.submit(5, "payment-entry", pay_own(77, "1"))).0, Why::Reference, "nobody knows it");
}

#[test]
fn of_an_office_invoice_as_much_is_paid_as_is_left_without_what_the_office_has_of_it() {
    let mut bench = Bench::tailor();
    let invoice = |left: &str, included: &str| {
        json!({"invoice": "SINV-1", "party": "Bu Sari", "posting_date": "2026-10-05", "outstanding_amount": left,
            "included": included})
    };
    bench.put(Table::OpenInvoice, invoice("500", "0"));
    let pay = |amount: &str| pay("SINV-1", "Sales Invoice", amount);
    bench.submit(1, "payment-entry", pay("300")).unwrap();
    assert_eq!(refused(bench.submit(2, "payment-entry", pay("201"))).0, Why::Progress);
    // The office has posted it, and another branch has taken 50.
    bench.put(Table::OpenInvoice, invoice("150", "300"));
    assert_eq!(refused(bench.submit(2, "payment-entry", pay("151"))).0, Why::Progress);
    bench.submit(2, "payment-entry", pay("150")).unwrap();
}

fn order(bench: &mut Bench) {
    let fields = json!({"customer": "Bu Sari", "delivery_date": "2026-12-01",
        "items": [{"item_code": "CLOTH", "qty": "5", "rate": "100", "warehouse": "Stores"}]});
    bench.submit(1, "sales-order", fields).unwrap();
}

fn deliver(of: &str, row: &str, qty: &str) -> Value {
    json!({"customer": "Bu Sari", "set_warehouse": "Stores", "items": [{"item_code": "CLOTH", "qty": qty, "rate": "100",
        "against_sales_order": of, "so_detail": row}]})
}

#[test]
fn no_more_is_delivered_than_was_ordered_by_this_site_and_others_together() {
    let mut bench = Bench::tailor();
    order(&mut bench);
    let own = id(1).to_string();
    bench.submit(2, "delivery-note", deliver(&own, "1", "2")).unwrap();
    assert_eq!(refused(bench.submit(3, "delivery-note", deliver(&own, "1", "4"))).0, Why::Progress);
    let row = json!({"order": own, "customer": "Bu Sari", "grand_total": "500",
        "items": [{"name": "1", "item_code": "CLOTH", "qty": "5", "uom": "Meter", "rate": "100", "delivered_qty": "2"}]});
    bench.put(Table::SalesOrderRow, row);
    assert_eq!(refused(bench.submit(3, "delivery-note", deliver(&own, "1", "2"))).0, Why::Progress);
    bench.submit(3, "delivery-note", deliver(&own, "1", "1")).unwrap();
    assert_eq!(bench.shop.progress(&Ref::Own(id(1)), Some(&text("1")), Progress::Delivered), 3.into());
}

#[test]
fn an_office_order_is_delivered_by_its_rows() {
    let mut bench = Bench::tailor();
    let row = json!({"order": "SO-9", "customer": "Bu Sari", "grand_total": "500",
        "items": [{"name": "abc123", "item_code": "CLOTH", "qty": "5", "uom": "Meter", "rate": "100"}]});
    bench.put(Table::SalesOrderRow, row);
    assert_eq!(refused(bench.submit(1, "delivery-note", deliver("SO-9", "nope", "1"))).0, Why::Reference);
    assert_eq!(refused(bench.submit(1, "delivery-note", deliver("SO-8", "abc123", "1"))).0, Why::Reference);
    assert_eq!(refused(bench.submit(1, "delivery-note", deliver("SO-9", "abc123", "6"))).0, Why::Progress);
    bench.submit(1, "delivery-note", deliver("SO-9", "abc123", "5")).unwrap();
}

fn elsewhere(bench: &mut Bench, of: &str, site: &str, more: Value) {
    let mut fields = json!({"of": of, "site": site});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    bench.put(Table::SiteProgress, fields);
}

#[test]
fn what_other_sites_delivered_is_delivered_no_second_time() {
    let mut bench = Bench::tailor();
    let row = json!({"order": "SO-9", "customer": "Bu Sari", "grand_total": "500",
        "items": [{"name": "abc123", "item_code": "CLOTH", "qty": "5", "uom": "Meter", "rate": "100", "delivered_qty": "1"},
            {"name": "def456", "item_code": "CLOTH", "qty": "5", "uom": "Meter", "rate": "100"}]});
    bench.put(Table::SalesOrderRow, row);
    let done = |qty: &str| json!({"lines": [{"name": "abc123", "delivered_qty": qty}]});
    elsewhere(&mut bench, "SO-9", "bogor", done("1"));
    elsewhere(&mut bench, "SO-9", "solo", done("2"));
    let refusal = bench.submit(1, "delivery-note", deliver("SO-9", "abc123", "2")).unwrap_err();
    let rule = "SO-9, row abc123: 1 of 4 may still be delivered (3 by other sites), and this is 2";
    assert_eq!((refusal.why, refusal.rule.as_str()), (Why::Progress, rule));
    bench.submit(1, "delivery-note", deliver("SO-9", "abc123", "1")).unwrap();
    bench.submit(2, "delivery-note", deliver("SO-9", "def456", "5")).unwrap();
    // Both without a line: what came is more than was ordered, and nothing is left.
    elsewhere(&mut bench, "SO-9", "solo", done("9"));
    let refusal = bench.submit(3, "delivery-note", deliver("SO-9", "abc123", "1")).unwrap_err();
    assert_eq!(refusal.rule, "SO-9, row abc123: 0 of 4 may still be delivered (10 by other sites), and this is 1");
    bench.cancel(4, 1).unwrap();
}

#[test]
fn another_site_that_delivers_this_site_s_order_leaves_less_of_it() {
    let mut bench = Bench::tailor();
    order(&mut bench);
    let own = id(1).to_string();
    elsewhere(&mut bench, &own, "solo", json!({"advance_paid": "450", "lines": [{"name": "1", "delivered_qty": "2"}]}));
    assert_eq!(refused(bench.submit(2, "delivery-note", deliver(&own, "1", "4"))).0, Why::Progress);
    bench.submit(2, "delivery-note", deliver(&own, "1", "3")).unwrap();
    let ahead = |amount: &str| pay(&own, "Sales Order", amount);
    assert_eq!(refused(bench.submit(3, "payment-entry", ahead("51"))).0, Why::Progress);
    bench.submit(3, "payment-entry", ahead("50")).unwrap();
}

#[test]
fn an_invoice_that_another_site_takes_money_for_is_paid_once() {
    let mut bench = Bench::tailor();
    let row = json!({"invoice": "SINV-7", "party": "Bu Sari", "posting_date": "2026-11-01", "outstanding_amount": "70",
        "included": "30"});
    bench.put(Table::OpenInvoice, row);
    elsewhere(&mut bench, "SINV-7", "solo", json!({"paid": "60"}));
    assert_eq!(refused(bench.submit(1, "payment-entry", pay("SINV-7", "Sales Invoice", "41"))).0, Why::Progress);
    bench.submit(1, "payment-entry", pay("SINV-7", "Sales Invoice", "40")).unwrap();
}

#[test]
fn no_more_is_paid_ahead_than_the_order_comes_to() {
    let mut bench = Bench::tailor();
    order(&mut bench);
    let ahead = |amount: &str| pay(&id(1).to_string(), "Sales Order", amount);
    assert_eq!(refused(bench.submit(2, "payment-entry", ahead("501"))).0, Why::Progress);
    bench.submit(2, "payment-entry", ahead("200")).unwrap();
}

/// As ERPNext, which says of an order that is billed that it is paid.
#[test]
fn nothing_is_paid_ahead_for_what_is_billed() {
    let mut bench = Bench::tailor();
    order(&mut bench);
    let own = id(1).to_string();
    let ahead = |of: &str| pay(of, "Sales Order", "10");
    let bill = |qty: &str| {
        sale(json!([{"item_code": "CLOTH", "qty": qty, "rate": "100", "sales_order": own, "so_detail": "1"}]))
    };
    bench.submit(2, "sales-invoice", bill("3")).unwrap();
    bench.submit(3, "payment-entry", ahead(&own)).unwrap();
    bench.submit(4, "sales-invoice", bill("2")).unwrap();
    let refusal = bench.submit(5, "payment-entry", ahead(&own)).unwrap_err();
    assert_eq!((refusal.why, refusal.field.as_str()), (Why::Progress, "references"));
    assert!(refusal.rule.contains("is billed"), "{refusal}");
    bench.cancel(6, 4).unwrap();
    bench.submit(7, "payment-entry", ahead(&own)).unwrap();
    // Of an order of the office, also what others have billed; what costs nothing is never billed.
    let office = |billed: &str| {
        json!({"order": "SO-9", "customer": "Bu Sari", "grand_total": "500",
            "items": [{"name": "a", "item_code": "CLOTH", "qty": "5", "uom": "Meter", "rate": "100", "billed_qty": billed},
                {"name": "b", "item_code": "SEWING", "qty": "1", "uom": "Nos", "rate": "0"}]})
    };
    bench.put(Table::SalesOrderRow, office("4"));
    bench.submit(8, "payment-entry", ahead("SO-9")).unwrap();
    elsewhere(&mut bench, "SO-9", "solo", json!({"lines": [{"name": "a", "billed_qty": "1"}]}));
    assert_eq!(refused(bench.submit(9, "payment-entry", ahead("SO-9"))).0, Why::Progress);
    bench.put(Table::SalesOrderRow, office("5"));
    elsewhere(&mut bench, "SO-9", "solo", json!({}));
    assert_eq!(refused(bench.submit(9, "payment-entry", ahead("SO-9"))).0, Why::Progress);
}

#[test]
fn what_is_paid_is_in_coins() {
    let mut bench = Bench::tailor();
    let mut fields = sale(json!([{"item_code": "CLOTH", "qty": "1", "rate": "100"}]));
    fields["payments"] = json!([{"mode_of_payment": "Cash", "amount": "50.005"}]);
    let refusal = bench.submit(1, "sales-invoice", fields.clone()).unwrap_err();
    assert_eq!((refusal.why, refusal.field.as_str()), (Why::Rule, "payments"));
    assert!(refusal.rule.contains("2 digits") && refusal.rule.contains("IDR"), "{refusal}");
    fields["payments"][0]["amount"] = json!("50.05");
    bench.submit(1, "sales-invoice", fields).unwrap();
    assert_eq!(refused(bench.submit(2, "payment-entry", pay_own(1, "0.005"))), (Why::Rule, "paid_amount".into()));
    let mut part = pay_own(1, "10");
    part["references"][0]["allocated_amount"] = json!("9.999");
    assert_eq!(refused(bench.submit(2, "payment-entry", part)), (Why::Rule, "paid_amount".into()));
    bench.submit(2, "payment-entry", pay_own(1, "49.95")).unwrap();
}

#[test]
fn no_more_is_received_than_another_site_has_sent_and_nothing_is_short_on_the_way() {
    let mut bench = Bench::tailor();
    let sent = id(99).to_string();
    let row = json!({"entry": sent, "from": "jakarta", "to": "bandung", "warehouse": "Transit", "sent_on": "2026-11-01",
        "items": [{"name": "1", "item_code": "CLOTH", "qty": "10"}]});
    bench.put(Table::Transit, row);
    let receive = |qty: &str| {
        json!({"stock_entry_type": "Material Transfer", "from_warehouse": "Transit", "to_warehouse": "Stores",
            "outgoing_stock_entry": sent, "items": [{"item_code": "CLOTH", "qty": qty, "ste_detail": "1"}]})
    };
    assert_eq!(refused(bench.submit(1, "stock-entry", receive("11"))), (Why::Progress, "outgoing_stock_entry".into()));
    let booked = bench.submit(1, "stock-entry", receive("8")).unwrap();
    assert!(booked.marks.is_empty(), "{:?}", booked.marks);
    assert_eq!(bench.stock("Stores", "CLOTH"), "108");
    assert_eq!(refused(bench.submit(2, "stock-entry", receive("3"))).0, Why::Progress);
}

#[test]
fn of_what_the_office_has_sent_so_much_is_received_as_nobody_else_has_received() {
    let mut bench = Bench::tailor();
    let row = |received: &str| {
        json!({"entry": "MAT-STE-1", "to": "bandung", "warehouse": "Transit", "sent_on": "2026-11-01",
            "items": [{"name": "a1", "item_code": "CLOTH", "qty": "10", "received": received}]})
    };
    bench.put(Table::Transit, row("2"));
    let receive = |qty: &str, row: &str| {
        json!({"stock_entry_type": "Material Transfer", "from_warehouse": "Transit", "to_warehouse": "Stores",
            "outgoing_stock_entry": "MAT-STE-1", "items": [{"item_code": "CLOTH", "qty": qty, "ste_detail": row}]})
    };
    assert_eq!(refused(bench.submit(1, "stock-entry", receive("9", "a1"))).0, Why::Progress);
    assert_eq!(refused(bench.submit(1, "stock-entry", receive("1", "1"))).0, Why::Reference, "it has no such row");
    bench.submit(1, "stock-entry", receive("5", "a1")).unwrap();
    bench.submit(2, "stock-entry", receive("3", "a1")).unwrap();
    assert_eq!(refused(bench.submit(3, "stock-entry", receive("1", "a1"))).0, Why::Progress);
    // Somebody at the office has received what was received here: nothing more may come, and nothing breaks.
    bench.put(Table::Transit, row("11"));
    assert_eq!(refused(bench.submit(3, "stock-entry", receive("1", "a1"))).0, Why::Progress);
    // Cancelled there, or all received: the row is gone.
    bench.masters.delete(&crate::domain::master::RowKey { table: Table::Transit, name: "MAT-STE-1".into() });
    assert_eq!(refused(bench.submit(3, "stock-entry", receive("1", "a1"))).0, Why::Reference);
}

#[test]
fn a_return_of_what_the_box_cannot_know_is_taken_and_marked() {
    let mut bench = Bench::tailor();
    let mut fields = back("-1", "abc123");
    fields["return_against"] = json!("SINV-7");
    assert_eq!(bench.submit(1, "sales-invoice", fields).unwrap().marks, [Mark::Unchecked]);
}

#[test]
fn a_customer_that_the_site_made_is_known_by_name_and_id_until_it_is_cancelled() {
    let mut bench = Bench::tailor();
    bench.submit(1, "customer", json!({"customer_name": "Pak Budi"})).unwrap();
    let sell = |bench: &mut Bench, n: u128, to: &str| {
        let mut fields = sale(json!([{"item_code": "CLOTH", "qty": "1", "rate": "100"}]));
        fields["customer"] = json!(to);
        bench.submit(n, "sales-invoice", fields)
    };
    sell(&mut bench, 2, "Pak Budi").unwrap();
    sell(&mut bench, 3, &id(1).to_string()).unwrap();
    bench.cancel(4, 1).unwrap();
    assert_eq!(refused(sell(&mut bench, 5, "Pak Budi")).0, Why::Reference);
    assert_eq!(refused(sell(&mut bench, 5, &id(1).to_string())).0, Why::Reference);
}

#[test]
fn a_count_sets_the_figure_until_the_office_has_it() {
    let mut bench = Bench::tailor();
    sold(&mut bench);
    let fields = json!({"items": [{"item_code": "CLOTH", "warehouse": "Stores", "qty": "90"}]});
    bench.submit(2, "stock-reconciliation", fields).unwrap();
    bench.submit(3, "sales-invoice", sale(json!([{"item_code": "CLOTH", "qty": "1", "rate": "100"}]))).unwrap();
    assert_eq!(bench.stock("Stores", "CLOTH"), "89");
    let level = json!({"item_code": "CLOTH", "warehouse": "Stores", "actual_qty": "95", "included": "0",
        "counted": id(2).0});
    bench.put(Table::Level, level);
    assert_eq!(bench.stock("Stores", "CLOTH"), "94", "five came from elsewhere");
}
