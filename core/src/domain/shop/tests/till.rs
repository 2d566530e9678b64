//! The till's day on the bench, and what is made.

use super::*;
use crate::domain::booked::{Filled, Mark, TillLine};
use crate::domain::effects::Progress;

fn settings(bench: &mut Bench) {
    let fields = json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR",
        "till_difference_account": "Till Difference - TW"});
    bench.put(Table::Settings, fields);
}

fn counted(amount: &str) -> Value {
    json!({"payment_reconciliation": [{"mode_of_payment": "Cash", "closing_amount": amount}]})
}

/// A sale of 150 that is paid in cash, in a till with a float of 100.
fn day(bench: &mut Bench) {
    bench
        .submit(1, "till-opening", json!({"balance_details": [{"mode_of_payment": "Cash", "opening_amount": "100"}]}))
        .unwrap();
    let mut fields = sale(json!([{"item_code": "CLOTH", "qty": "1", "rate": "150"}]));
    fields["payments"] = json!([{"mode_of_payment": "Cash", "amount": "200"}]);
    fields["change_amount"] = json!("50");
    bench.submit(2, "sales-invoice", fields).unwrap();
}

#[test]
fn a_closing_says_what_was_expected_and_its_difference_is_booked_before_it() {
    let mut bench = Bench::tailor();
    settings(&mut bench);
    day(&mut bench);
    let closing = Submitted::new(id(3), "tablet-1".parse().unwrap(), None, document("till-closing", counted("240")));
    let entry = bench.admit(Entry::Submitted(closing)).unwrap();
    let Entry::Submitted(closing) = &entry else { panic!("a closing") };
    let line =
        TillLine { mode_of_payment: text("Cash"), opening: 100.into(), expected: 250.into(), closing: 240.into() };
    assert_eq!(closing.booked.as_ref().unwrap().till, [line]);
    let beside = bench.world(|world| bench.shop.beside(world, &entry));
    let [Entry::Submitted(booking)] = beside.as_slice() else { panic!("one booking: {beside:?}") };
    let Document::JournalEntry(journal) = &booking.document else { panic!("a Journal Entry") };
    journal_is(journal, &[("Till Difference - TW", "10", "-"), ("Cash - TW", "-", "10")]);
    assert_eq!(booking.booked.as_ref().unwrap().no.map(|no| no.count), Some(1));
    let again = bench.world(|world| bench.shop.beside(world, &entry));
    assert_eq!(again, beside, "the same ids whenever it is worked out");
    beside.into_iter().for_each(|entry| assert_eq!(bench.append(entry), Apply::Done));
    assert_eq!(bench.append(entry), Apply::Done);
    assert!(bench.shop.till().expected().is_empty(), "the booking is of the day that was closed");
}

fn journal_is(journal: &crate::domain::document::JournalEntry, expected: &[(&str, &str, &str)]) {
    use crate::domain::document::Rules;
    journal.validate().unwrap();
    let said = |amount: Option<crate::domain::decimal::Decimal>| amount.map_or_else(|| "-".into(), |a| a.to_string());
    let rows: Vec<(String, String, String)> = journal
        .accounts
        .iter()
        .map(|row| {
            let (debit, credit) = (row.debit_in_account_currency, row.credit_in_account_currency);
            (row.account.to_string(), said(debit), said(credit))
        })
        .collect();
    let expected: Vec<(String, String, String)> =
        expected.iter().map(|(a, b, c)| (a.to_string(), b.to_string(), c.to_string())).collect();
    assert_eq!(rows, expected);
}

#[test]
fn a_closing_without_an_account_for_differences_books_nothing() {
    let mut bench = Bench::tailor();
    day(&mut bench);
    let closing = Submitted::new(id(3), "tablet-1".parse().unwrap(), None, document("till-closing", counted("999")));
    let entry = bench.admit(Entry::Submitted(closing)).unwrap();
    assert!(bench.world(|world| bench.shop.beside(world, &entry)).is_empty());
}

#[test]
fn a_closing_that_is_cancelled_takes_its_difference_back() {
    let mut bench = Bench::tailor();
    settings(&mut bench);
    day(&mut bench);
    let closing = Submitted::new(id(3), "tablet-1".parse().unwrap(), None, document("till-closing", counted("240")));
    let entry = bench.admit(Entry::Submitted(closing)).unwrap();
    let beside = bench.world(|world| bench.shop.beside(world, &entry));
    assert_eq!(beside.len(), 1);
    beside.into_iter().chain([entry]).for_each(|entry| assert_eq!(bench.append(entry), Apply::Done));

    let cancelled = Cancelled {
        id: id(4),
        device: "tablet-1".parse().unwrap(),
        user: None,
        document: id(3),
        reason: text("mistyped"),
        approved_by: None,
    };
    let entry = bench.admit(Entry::Cancelled(cancelled)).unwrap();
    let back = bench.world(|world| bench.shop.beside(world, &entry));
    let [Entry::Cancelled(booking)] = &back[..] else { panic!("{back:?}") };
    assert!(bench.documents.contains_key(&booking.document) && booking.document != id(3) && booking.id != id(4));
    back.into_iter().chain([entry]).for_each(|entry| assert_eq!(bench.append(entry), Apply::Done));
    let expected = bench.shop.till().expected();
    assert_eq!(expected.into_iter().collect::<Vec<_>>(), [(text("Cash"), 250.into())]);
    assert_eq!(
        bench.shop.totals(TODAY).iter().map(|of| (of.kind, of.documents, of.cancelled)).collect::<Vec<_>>(),
        [(Kind::SalesInvoice, 1, 0), (Kind::JournalEntry, 0, 1), (Kind::TillOpening, 1, 0), (Kind::TillClosing, 0, 1)]
    );
}

#[test]
fn a_difference_that_the_books_do_not_take_is_told() {
    let mut bench = Bench::tailor();
    settings(&mut bench);
    day(&mut bench);
    let closed = json!({"period_name": "November", "start_date": "2026-11-01", "end_date": "2026-11-30",
        "closed_documents": ["Journal Entry"]});
    bench.put(Table::Period, closed);
    let booked = bench.submit(3, "till-closing", counted("140")).unwrap();
    let [Mark::NotBooked { mode_of_payment, why }] = &booked.marks[..] else { panic!("{:?}", booked.marks) };
    assert!(mode_of_payment.as_str() == "Cash" && why.contains("November") | why.contains("closed"), "{why}");
}

#[test]
fn a_closing_of_a_till_that_is_not_open_is_refused_and_one_that_names_none_is_taken() {
    let mut bench = Bench::tailor();
    let mut fields = counted("0");
    fields["pos_opening_entry"] = json!(id(1).to_string());
    assert_eq!(refused(bench.submit(3, "till-closing", fields)), (Why::Reference, "pos_opening_entry".into()));
    bench.submit(3, "till-closing", counted("0")).unwrap();
}

fn making(bench: &mut Bench) {
    bench.put(Table::Item, json!({"item_code": "SHIRT", "item_name": "Shirt", "stock_uom": "Nos", "is_stock_item": 1}));
    let bom = json!({"name": "BOM-SHIRT", "item": "SHIRT", "quantity": "2", "is_default": 1,
        "items": [{"item_code": "CLOTH", "stock_qty": "3"}, {"item_code": "BUTTON", "stock_qty": "15"}],
        "scrap_items": [{"item_code": "CLOTH", "stock_qty": "0.2"}]});
    bench.put(Table::Bom, bom);
    let order = json!({"name": "WO-1", "production_item": "SHIRT", "bom_no": "BOM-SHIRT", "qty": "4",
        "source_warehouse": "Stores", "fg_warehouse": "Finished", "skip_transfer": true,
        "required_items": [{"item_code": "CLOTH", "required_qty": "6"}, {"item_code": "BUTTON", "required_qty": "30"}]});
    bench.put(Table::WorkOrder, order);
}

fn make(qty: &str, more: Value) -> Value {
    let mut fields = json!({"stock_entry_type": "Manufacture", "fg_completed_qty": qty,
        "items": [{"item_code": "SHIRT", "qty": qty, "t_warehouse": "Finished", "is_finished_item": 1}]});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

#[test]
fn materials_are_filled_from_the_bill_of_materials_and_whole_where_there_are_no_halves() {
    let mut bench = Bench::tailor();
    making(&mut bench);
    let fields = make("1", json!({"bom_no": "BOM-SHIRT", "from_warehouse": "Stores"}));
    let booked = bench.submit(1, "stock-entry", fields).unwrap();
    let row = |item: &str, warehouse: &str, qty: &str| Filled {
        item_code: text(item),
        warehouse: text(warehouse),
        qty: qty.parse().unwrap(),
    };
    let expected = [row("CLOTH", "Stores", "-1.5"), row("BUTTON", "Stores", "-8"), row("CLOTH", "Finished", "0.1")];
    assert_eq!(booked.filled, expected);
    assert_eq!((bench.stock("Stores", "CLOTH"), bench.stock("Stores", "BUTTON")), ("98.5".into(), "492".into()));
    assert_eq!(bench.stock("Finished", "SHIRT"), "1");
    bench.cancel(2, 1).unwrap();
    assert_eq!((bench.stock("Stores", "CLOTH"), bench.stock("Finished", "SHIRT")), ("100".into(), "-".into()));
}

#[test]
fn a_work_order_says_from_where_and_how_many_may_be_made() {
    let mut bench = Bench::tailor();
    making(&mut bench);
    let order = Ref::Office(text("WO-1"));
    bench.submit(1, "stock-entry", make("3", json!({"work_order": "WO-1"}))).unwrap();
    assert_eq!(bench.stock("Stores", "CLOTH"), "95.5");
    let consumed = bench.shop.progress(&order, Some(&text("CLOTH")), Progress::Consumed);
    assert_eq!((bench.shop.progress(&order, None, Progress::Produced), consumed), (3.into(), "4.5".parse().unwrap()));
    let more = refused(bench.submit(2, "stock-entry", make("2", json!({"work_order": "WO-1"}))));
    assert_eq!(more, (Why::Progress, "work_order".into()));
    bench.submit(2, "stock-entry", make("1", json!({"work_order": "WO-1"}))).unwrap();
}

#[test]
fn an_operation_that_stands_in_the_order_twice_is_done_twice_of_each_piece() {
    let mut bench = Bench::tailor();
    let steps: Vec<Value> = ["Cut", "Press", "Sew", "Press"].iter().map(|step| json!({"operation": step})).collect();
    let order = json!({"name": "WO-2", "production_item": "SHIRT", "bom_no": "BOM-SHIRT", "qty": "5", "fg_warehouse": "Finished",
        "required_items": [], "operations": steps});
    bench.put(Table::WorkOrder, order);
    bench.put(Table::Employee, json!({"name": "HR-EMP-00001", "employee_name": "Wati"}));
    let mut n = 0;
    let mut done = |operation: &str, qty: &str| {
        n += 1;
        let log = json!({"employee": "HR-EMP-00001", "completed_qty": qty, "from_time": format!("2026-11-02 08:{n:02}:00"),
            "to_time": format!("2026-11-02 08:{n:02}:30")});
        bench.submit(n, "job-card", json!({"work_order": "WO-2", "operation": operation, "time_logs": [log]}))
    };
    for (operation, qty) in [("Cut", "5"), ("Press", "5"), ("Sew", "5"), ("Press", "3"), ("Press", "2")] {
        done(operation, qty).unwrap();
    }
    for operation in ["Press", "Cut"] {
        assert_eq!(refused(done(operation, "1")), (Why::Progress, "work_order".into()));
    }
    assert_eq!(refused(done("Iron", "1")), (Why::Reference, "work_order".into()));
}

#[test]
fn an_order_goes_by_its_own_materials_where_its_bill_of_materials_is_not_known() {
    let mut bench = Bench::tailor();
    making(&mut bench);
    let order = json!({"name": "WO-3", "production_item": "SHIRT", "bom_no": "BOM-OLD", "qty": "4",
        "source_warehouse": "Stores", "fg_warehouse": "Finished", "skip_transfer": true,
        "required_items": [{"item_code": "CLOTH", "required_qty": "6"}]});
    bench.put(Table::WorkOrder, order);
    bench.submit(1, "stock-entry", make("2", json!({"work_order": "WO-3"}))).unwrap();
    assert_eq!((bench.stock("Stores", "CLOTH"), bench.stock("Finished", "SHIRT")), ("97".into(), "2".into()));
}

#[test]
fn what_the_order_does_not_make_is_refused() {
    let mut bench = Bench::tailor();
    making(&mut bench);
    let mut fields = make("1", json!({"bom_no": "BOM-SHIRT", "from_warehouse": "Stores"}));
    fields["items"][0]["item_code"] = json!("BUTTON");
    assert_eq!(refused(bench.submit(1, "stock-entry", fields)), (Why::Rule, "items[0].item_code".into()));
    let fields = make("1", json!({"bom_no": "BOM-SHIRT"}));
    assert_eq!(refused(bench.submit(1, "stock-entry", fields)), (Why::Rule, "from_warehouse".into()));
}
