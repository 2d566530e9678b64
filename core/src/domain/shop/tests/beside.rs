//! What shows only beside the office's data, or beside what the box booked itself.

use super::*;
use crate::domain::booked::Mark;

fn expense(last: &str) -> Value {
    json!({"mode_of_payment": "Cash", "accounts": [
        {"account": "Till Difference - TW", "debit_in_account_currency": "5"},
        {"account": last, "credit_in_account_currency": "5"}]})
}

#[test]
fn an_expense_is_paid_from_the_account_of_its_mode_of_payment() {
    let mut bench = Bench::tailor();
    bench.put(Table::Account, json!({"name": "Bank - TW", "account_type": "Bank"}));
    let wrong = refused(bench.submit(1, "journal-entry", expense("Bank - TW")));
    assert_eq!(wrong, (Why::Rule, "accounts[1].account".into()));
    bench.submit(1, "journal-entry", expense("Cash - TW")).unwrap();
}

#[test]
fn what_goes_through_a_bank_has_the_banks_number() {
    let mut bench = Bench::tailor();
    bench.put(
        Table::ModeOfPayment,
        json!({"mode_of_payment": "Transfer", "type": "Bank", "default_account": "Bank - TW"}),
    );
    let mut fields = json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari",
        "mode_of_payment": "Transfer", "paid_amount": "100"});
    assert_eq!(refused(bench.submit(1, "payment-entry", fields.clone())), (Why::Rule, "reference_no".into()));
    // Its account says what it is, where the office lets the site know it.
    bench.put(Table::Account, json!({"name": "Bank - TW"}));
    bench.submit(1, "payment-entry", fields.clone()).unwrap();
    bench.put(Table::Account, json!({"name": "Bank - TW", "account_type": "Bank"}));
    fields["reference_no"] = json!("BCA-1");
    fields["reference_date"] = json!("2026-11-02");
    bench.submit(2, "payment-entry", fields).unwrap();
}

#[test]
fn a_currency_goes_as_far_as_the_lists_of_prices_do() {
    let mut bench = Bench::tailor();
    bench.put(Table::PriceList, json!({"price_list_name": "Export", "currency": "USD", "selling": 1}));
    bench.put(Table::PriceList, json!({"price_list_name": "Retail", "currency": "IDR", "selling": 1}));
    let rows = json!([{"item_code": "CLOTH", "qty": "1", "rate": "5"}]);
    let fields = |currency: Option<&str>, list: Option<&str>| {
        let mut fields = sale(rows.clone());
        if let Some(currency) = currency {
            fields["currency"] = json!(currency);
        }
        if let Some(list) = list {
            fields["selling_price_list"] = json!(list);
        }
        fields
    };
    let mut submit = |n, currency, list| bench.submit(n, "sales-invoice", fields(currency, list));
    assert_eq!(refused(submit(1, Some("USD"), None)), (Why::Rule, "currency".into()));
    assert_eq!(refused(submit(1, Some("USD"), Some("Retail"))), (Why::Rule, "selling_price_list".into()));
    assert_eq!(refused(submit(1, None, Some("Export"))), (Why::Rule, "selling_price_list".into()));
    submit(1, Some("USD"), Some("Export")).unwrap();
    submit(2, Some("IDR"), Some("Retail")).unwrap();
    submit(3, Some("IDR"), None).unwrap();
}

#[test]
fn a_unit_is_no_more_of_the_stock_unit_than_the_books_have_room_for() {
    let mut bench = Bench::tailor();
    for (n, factor, taken) in [(1, "10000", true), (2, "10001", false)] {
        bench.put(
            Table::Item,
            json!({"item_code": "PIN", "item_name": "Pin", "stock_uom": "Nos", "is_stock_item": 1,
            "uoms": [{"uom": "Dozen", "conversion_factor": factor}]}),
        );
        let pins = sale(json!([{"item_code": "PIN", "qty": "1", "rate": "5", "uom": "Dozen"}]));
        let result = bench.submit(n, "sales-invoice", pins);
        assert_eq!(result.is_ok(), taken, "{factor}: {result:?}");
    }
}

fn ordered(bench: &mut Bench) {
    let rows = json!([{"item_code": "BUTTON", "qty": "2", "rate": "10", "uom": "Dozen"}]);
    let order = json!({"customer": "Bu Sari", "delivery_date": "2026-11-20", "set_warehouse": "Stores", "items": rows});
    bench.submit(1, "sales-order", order).unwrap();
}

fn delivery(of: &str, row: &str, item: &str, uom: &str) -> Value {
    json!({"customer": "Bu Sari", "set_warehouse": "Stores", "items": [{"item_code": item, "qty": "1", "rate": "10",
        "uom": uom, "against_sales_order": of, "so_detail": row}]})
}

#[test]
fn a_row_is_of_the_item_and_in_the_unit_of_the_row_that_it_delivers() {
    let mut bench = Bench::tailor();
    ordered(&mut bench);
    let own = id(1).to_string();
    let mut deliver = |n, item, uom| bench.submit(n, "delivery-note", delivery(&own, "1", item, uom));
    assert_eq!(refused(deliver(2, "CLOTH", "Meter")), (Why::Reference, "items[0].item_code".into()));
    assert_eq!(refused(deliver(2, "BUTTON", "Nos")), (Why::Reference, "items[0].uom".into()));
    deliver(2, "BUTTON", "Dozen").unwrap();
    // The same of an order of the office's.
    let order = json!({"order": "SO-1", "customer": "Bu Sari", "grand_total": "20", "items": [
        {"name": "a1", "item_code": "BUTTON", "qty": "2", "uom": "Dozen", "rate": "10"}]});
    bench.put(Table::SalesOrderRow, order);
    let mut deliver = |n, item, uom| bench.submit(n, "delivery-note", delivery("SO-1", "a1", item, uom));
    assert_eq!(refused(deliver(3, "CLOTH", "Meter")), (Why::Reference, "items[0].item_code".into()));
    assert_eq!(refused(deliver(3, "BUTTON", "Nos")), (Why::Reference, "items[0].uom".into()));
    deliver(3, "BUTTON", "Dozen").unwrap();
}

#[test]
fn what_the_office_knows_of_others_is_not_paid_or_delivered_for_somebody_else() {
    let mut bench = Bench::tailor();
    bench.put(Table::Customer, json!({"name": "Pak Budi", "customer_name": "Pak Budi"}));
    let order = json!({"order": "SO-1", "customer": "Pak Budi", "grand_total": "20", "items": [
        {"name": "a1", "item_code": "BUTTON", "qty": "2", "uom": "Dozen", "rate": "10"}]});
    bench.put(Table::SalesOrderRow, order);
    let theirs = bench.submit(1, "delivery-note", delivery("SO-1", "a1", "BUTTON", "Dozen"));
    assert_eq!(refused(theirs), (Why::Reference, "items.against_sales_order".into()));
    let invoice = |name: &str, buying: bool, party: &str| {
        json!({"invoice": name, "buying": buying, "party": party, "posting_date": "2026-11-01",
            "outstanding_amount": "100"})
    };
    bench.put(Table::OpenInvoice, invoice("SI-1", false, "Pak Budi"));
    bench.put(Table::OpenInvoice, invoice("PI-1", true, "Toko Kain"));
    bench.put(Table::OpenInvoice, invoice("SI-2", false, "Bu Sari"));
    let pay = |name: &str| {
        json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
            "paid_amount": "5", "references": [
                {"reference_doctype": "Sales Invoice", "reference_name": name, "allocated_amount": "5"}]})
    };
    assert_eq!(refused(bench.submit(2, "payment-entry", pay("SI-1"))), (Why::Reference, "references".into()));
    assert_eq!(refused(bench.submit(2, "payment-entry", pay("PI-1"))), (Why::Reference, "references".into()));
    bench.submit(2, "payment-entry", pay("SI-2")).unwrap();
}

#[test]
fn a_sending_is_not_cancelled_once_the_office_knows_that_it_was_received() {
    let mut bench = Bench::tailor();
    let send = json!({"stock_entry_type": "Material Transfer", "add_to_transit": 1, "from_warehouse": "Stores",
        "to_warehouse": "Transit", "items": [{"item_code": "CLOTH", "qty": "5"}]});
    bench.submit(1, "stock-entry", send.clone()).unwrap();
    bench.submit(2, "stock-entry", send).unwrap();
    for (n, received) in [(1, "2"), (2, "0")] {
        let row = json!({"entry": id(n).to_string(), "from": "bandung", "to": "solo", "warehouse": "Transit",
            "sent_on": "2026-11-02", "items": [{"name": "1", "item_code": "CLOTH", "qty": "5", "received": received}]});
        bench.put(Table::Transit, row);
    }
    assert_eq!(refused(bench.cancel(3, 1)), (Why::Progress, "document".into()));
    bench.cancel(3, 2).unwrap();
}

fn hours(from: &str, to: &str) -> Value {
    json!({"employee": "HR-1", "time_logs": [{"activity_type": "Sewing",
        "from_time": format!("2026-11-02 {from}:00"), "to_time": format!("2026-11-02 {to}:00")}]})
}

#[test]
fn nobody_works_twice_at_once_in_two_timesheets() {
    let mut bench = Bench::tailor();
    bench.put(Table::Employee, json!({"name": "HR-1", "employee_name": "Wati"}));
    bench.put(Table::ActivityType, json!({"activity_type": "Sewing"}));
    bench.submit(1, "timesheet", hours("08:00", "10:00")).unwrap();
    for (from, to) in
        [("09:59", "11:00"), ("07:00", "08:01"), ("08:30", "09:00"), ("07:00", "12:00"), ("08:00", "10:00")]
    {
        let twice = refused(bench.submit(2, "timesheet", hours(from, to)));
        assert_eq!(twice, (Why::Rule, "time_logs[0].from_time".into()), "{from} to {to}");
    }
    bench.submit(2, "timesheet", hours("10:00", "11:00")).unwrap();
    bench.submit(3, "timesheet", hours("07:00", "08:00")).unwrap();
    bench.cancel(4, 1).unwrap();
    bench.submit(5, "timesheet", hours("08:30", "09:00")).unwrap();
}

fn machines(bench: &mut Bench, shortage: &str) {
    bench.put(
        Table::Settings,
        json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR", "shortage": shortage}),
    );
    bench.put(
        Table::Item,
        json!({"item_code": "MACHINE", "item_name": "Machine", "stock_uom": "Nos", "is_stock_item": 1,
        "has_serial_no": 1}),
    );
    bench.put(Table::Level, json!({"item_code": "MACHINE", "warehouse": "Stores", "actual_qty": "9", "included": "0"}));
}

fn machine(serial: &str) -> Value {
    sale(json!([{"item_code": "MACHINE", "qty": "1", "rate": "5", "serial_no": serial}]))
}

#[test]
fn a_piece_that_is_sold_is_not_sold_again_until_it_comes_back() {
    let mut bench = Bench::tailor();
    machines(&mut bench, "refuse");
    // That the first one was there, only the office knows.
    bench.submit(1, "sales-invoice", machine("M-1")).unwrap();
    assert_eq!(refused(bench.submit(2, "sales-invoice", machine("M-1"))).0, Why::Stock);
    bench.submit(2, "sales-invoice", machine("M-2")).unwrap();
    let mut back = machine("M-1");
    (back["is_return"], back["return_against"]) = (json!(1), json!(id(1).to_string()));
    (back["items"][0]["qty"], back["items"][0]["sales_invoice_item"]) = (json!("-1"), json!("1"));
    bench.submit(3, "sales-invoice", back).unwrap();
    bench.submit(4, "sales-invoice", machine("M-1")).unwrap();
    bench.cancel(5, 4).unwrap();
    bench.submit(6, "sales-invoice", machine("M-1")).unwrap();

    let received = json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Finished",
        "items": [{"item_code": "MACHINE", "qty": "1", "serial_no": "M-3"}]});
    bench.submit(7, "stock-entry", received.clone()).unwrap();
    assert_eq!(refused(bench.submit(8, "stock-entry", received)).0, Why::Stock, "it is here already");
    assert_eq!(refused(bench.submit(8, "sales-invoice", machine("M-3"))).0, Why::Stock, "it lies elsewhere");
}

#[test]
fn a_piece_that_is_not_there_is_sold_and_marked_where_the_office_warns() {
    let mut bench = Bench::tailor();
    machines(&mut bench, "warn");
    bench.submit(1, "sales-invoice", machine("M-1")).unwrap();
    let booked = bench.submit(2, "sales-invoice", machine("M-1")).unwrap();
    assert_eq!(booked.marks, [Mark::Misplaced { item_code: text("MACHINE"), serial_no: text("M-1") }]);
}
