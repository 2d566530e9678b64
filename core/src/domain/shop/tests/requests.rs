//! What the office wants of the box.

use super::*;
use crate::domain::id::DeviceId;
use crate::domain::request::Requested;

fn wanted(bench: &mut Bench, n: u128, kind: &str, fields: Value) -> Result<Booked, Refusal> {
    let requested = Requested { id: id(n), by: text("wati"), document: document(kind, fields) };
    let Entry::Submitted(submitted) = requested.submission() else {
        unreachable!("invariant: a document is submitted")
    };
    assert_eq!(submitted.device, DeviceId::office());
    bench.take(submitted)
}

fn issue(qty: &str) -> Value {
    json!({"stock_entry_type": "Material Issue", "from_warehouse": "Stores",
        "items": [{"item_code": "CLOTH", "qty": qty}]})
}

#[test]
fn what_is_there_by_the_boxs_figures_is_recorded_and_what_is_not_is_refused_whatever_the_settings() {
    let settings =
        |shortage: &str| json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR", "shortage": shortage});
    for shortage in ["warn", "approve", "refuse"] {
        let mut bench = Bench::tailor();
        bench.put(Table::Settings, settings(shortage));
        let (why, field) = refused(wanted(&mut bench, 1, "stock-entry", issue("100.5")));
        assert_eq!((why, &*field), (Why::Stock, "items"), "{shortage}");
        let refusal = wanted(&mut bench, 1, "stock-entry", issue("100.5")).unwrap_err();
        assert!(refusal.rule.contains("0.5 too few") && !refusal.rule.contains("second person"), "{refusal}");
        assert!(wanted(&mut bench, 1, "stock-entry", issue("100")).unwrap().marks.is_empty());
        assert_eq!(bench.stock("Stores", "CLOTH"), "0");
        // Who stands before the goods may know better, where the settings let them.
        assert_eq!(bench.submit(2, "stock-entry", issue("1")).is_ok(), shortage == "warn", "{shortage}");
    }
}

#[test]
fn what_the_box_sold_meanwhile_is_not_there_for_the_office() {
    let mut bench = Bench::tailor();
    bench.submit(1, "sales-invoice", sale(json!([{"item_code": "CLOTH", "qty": "60", "rate": "10"}]))).unwrap();
    assert_eq!(refused(wanted(&mut bench, 2, "stock-entry", issue("50"))).0, Why::Stock);
    wanted(&mut bench, 3, "stock-entry", issue("40")).unwrap();
}

#[test]
fn what_touches_no_warehouse_is_the_books_own_and_without_master_data_nothing_is_taken() {
    let mut bench = Bench::tailor();
    let payment = json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
        "paid_amount": "500"});
    assert_eq!(refused(wanted(&mut bench, 1, "payment-entry", payment)).0, Why::Rule);
    let bill = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "5"}]});
    assert_eq!(refused(wanted(&mut bench, 2, "sales-invoice", bill)).0, Why::Rule);
    assert_eq!(refused(wanted(&mut Bench::bare(), 3, "stock-entry", issue("1"))).0, Why::Reference);
}
