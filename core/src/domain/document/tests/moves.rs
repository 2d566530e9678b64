//! What moves stock, and how much further it brings orders.

use super::*;
use serde_json::json;

const ORDER: &str = "01936e5b-5a00-7000-8000-0123456789ad";
const NOTE: &str = "01936e5b-5a00-7000-8000-0123456789af";

fn entry(purpose: &str, changes: &[(&str, Value)]) -> Value {
    let base = json!({"stock_entry_type": purpose, "from_warehouse": "A", "to_warehouse": "B",
        "items": [{"item_code": "CLOTH", "qty": "1.5"}]});
    with(&base, changes)
}

fn shirts(changes: &[(&str, Value)]) -> Value {
    let base = json!({"stock_entry_type": "Manufacture", "work_order": "WO-1", "fg_completed_qty": "2", "from_warehouse": "WIP",
        "to_warehouse": "FG", "items": [{"item_code": "CLOTH", "qty": "3"}, {"item_code": "SHIRT", "qty": "2", "is_finished_item": 1},
        {"item_code": "OFFCUT", "qty": "0.2", "t_warehouse": "A", "is_scrap_item": 1}]});
    with(&base, changes)
}

#[test]
fn issues_take_receipts_bring_transfers_do_both() {
    let moved = |purpose, changes: &[(&str, Value)]| moves(&effects(&good(Kind::StockEntry, &entry(purpose, changes))));
    let null = Value::Null;
    assert_eq!(moved("Material Issue", &[("/to_warehouse", null.clone())]), ["CLOTH A -1.5"]);
    assert_eq!(moved("Material Receipt", &[("/from_warehouse", null.clone())]), ["CLOTH B 1.5"]);
    assert_eq!(moved("Material Transfer", &[]), ["CLOTH A -1.5", "CLOTH B 1.5"]);
    assert_eq!(moved("Material Transfer", &[("/items/0/t_warehouse", json!("C"))]), ["CLOTH A -1.5", "CLOTH C 1.5"]);
    let told = |purpose, changes: &[(&str, Value)]| refused(Kind::StockEntry, &entry(purpose, changes));
    assert!(told("Material Issue", &[]).contains("has no target"));
    assert!(told("Material Receipt", &[]).contains("has no source"));
    assert!(told("Material Transfer", &[("/to_warehouse", json!("A"))]).contains("the same warehouse"));
    assert!(told("Material Transfer", &[("/to_warehouse", null)]).contains("name the target"));
    assert!(told("Material Transfer", &[("/work_order", json!("WO-1"))]).starts_with("work_order: "));
    assert!(told("Material Transfer", &[("/items/0/is_scrap_item", json!(1))]).starts_with("items[0]: "));
}

#[test]
fn stock_moves_in_the_item_s_own_unit() {
    let booked = Booked { factors: vec![n("12"), n("0.333333333")], ..Booked::default() };
    let rows =
        json!([{"item_code": "PIN", "qty": "2", "uom": "Box"}, {"item_code": "TAPE", "qty": "0.1", "uom": "Foot"}]);
    let document =
        good(Kind::StockEntry, &entry("Material Transfer", &[("/items", rows), ("/add_to_transit", json!(1))]));
    let effects = document.rules().effects(&booked);
    assert_eq!(moves(&effects), ["PIN A -24", "PIN B 24", "TAPE A -0.033333333", "TAPE B 0.033333333"]);
    let first = Some("1".try_into().unwrap());
    assert_eq!(document.rules().allows(&booked, first.as_ref(), Progress::Received), Some(n("24")));
}

#[test]
fn goods_for_another_site_are_received_row_by_row() {
    let sent = good(Kind::StockEntry, &entry("Material Transfer", &[("/add_to_transit", json!(1))]));
    assert_eq!(allows(&sent, Some("1"), Progress::Received), Some("1.5".into()));
    let touches = |document: &Document| document.rules().places().iter().map(|place| place.touch).collect::<Vec<_>>();
    use super::super::Touch;
    assert_eq!(touches(&sent), [Touch::Out, Touch::Send]);
    let (of, row) = (("/outgoing_stock_entry", json!(ORDER)), ("/items/0/ste_detail", json!("1")));
    let received = good(Kind::StockEntry, &entry("Material Transfer", &[of.clone(), row.clone()]));
    assert_eq!(steps(&effects(&received)), [format!("Received of {ORDER} 1 by 1.5")]);
    assert_eq!(touches(&received), [Touch::Receive, Touch::In]);
    assert_eq!(allows(&received, Some("1"), Progress::Received), None, "it was sent to nobody");
    let told = |changes: &[(&str, Value)]| refused(Kind::StockEntry, &entry("Material Transfer", changes));
    assert!(told(std::slice::from_ref(&of)).starts_with("items[0].ste_detail: "));
    assert!(told(std::slice::from_ref(&row)).starts_with("items[0].ste_detail: "));
    assert!(told(&[of.clone(), row.clone(), ("/add_to_transit", json!(1))]).starts_with("outgoing_stock_entry: "));
    assert!(told(&[of, row, ("/items/0/against_stock_entry", json!(NOTE))]).contains("not outgoing_stock_entry"));
    let issue = entry("Material Issue", &[("/add_to_transit", json!(1)), ("/to_warehouse", Value::Null)]);
    assert!(refused(Kind::StockEntry, &issue).starts_with("add_to_transit: "));
}

#[test]
fn what_is_made_takes_materials_and_brings_the_finished_and_the_scrap() {
    let effects = effects(&good(Kind::StockEntry, &shirts(&[])));
    assert_eq!(moves(&effects), ["CLOTH WIP -3", "SHIRT FG 2", "OFFCUT A 0.2"]);
    assert_eq!(steps(&effects), ["Consumed of WO-1 CLOTH by 3", "Produced of WO-1 all by 2"]);
}

#[test]
fn what_is_made_without_a_work_order_names_its_bill_of_materials() {
    let free = [("/work_order", Value::Null), ("/bom_no", json!("BOM-1"))];
    assert_eq!(steps(&effects(&good(Kind::StockEntry, &shirts(&free)))), Vec::<String>::new());
    assert!(refused(Kind::StockEntry, &shirts(&free[..1])).starts_with("work_order: "));
    // The box fills the materials in.
    let only = json!([{"item_code": "SHIRT", "qty": "2", "is_finished_item": 1}]);
    good(Kind::StockEntry, &shirts(&[("/items", only)]));
}

#[test]
fn what_is_made_is_one_row_and_as_many_as_it_says() {
    let told = |changes: &[(&str, Value)]| refused(Kind::StockEntry, &shirts(changes));
    assert!(told(&[("/items/1/is_finished_item", json!(0))]).contains("one row with is_finished_item"));
    assert!(told(&[("/items/0/is_finished_item", json!(1))]).contains("one row with is_finished_item"));
    assert!(told(&[("/items/1/is_scrap_item", json!(1))]).contains("no scrap"));
    assert!(told(&[("/fg_completed_qty", Value::Null)]).starts_with("fg_completed_qty: "));
    assert!(told(&[("/fg_completed_qty", json!("3"))]).starts_with("items[1].qty: "));
    good(Kind::StockEntry, &shirts(&[("/fg_completed_qty", json!("24")), ("/items/1/uom", json!("Dozen"))]));
    assert!(told(&[("/items/1/s_warehouse", json!("A"))]).contains("what is made has no source"));
    assert!(told(&[("/items/0/t_warehouse", json!("A"))]).contains("a material has no target"));
}

#[test]
fn materials_are_moved_to_work_for_a_work_order() {
    let fields = entry(
        "Material Transfer for Manufacture",
        &[("/work_order", json!("WO-1")), ("/fg_completed_qty", json!("1"))],
    );
    let effects = effects(&good(Kind::StockEntry, &fields));
    assert_eq!(moves(&effects), ["CLOTH A -1.5", "CLOTH B 1.5"]);
    assert_eq!(steps(&effects), ["Transferred of WO-1 CLOTH by 1.5"]);
    assert!(refused(Kind::StockEntry, &with(&fields, &[("/work_order", Value::Null)])).starts_with("work_order: "));
}

#[test]
fn an_order_is_delivered_and_billed_row_by_row() {
    let order = json!({"customer": "Bu Sari", "delivery_date": "2026-12-01", "set_warehouse": "FG",
        "items": [{"item_code": "SHIRT", "qty": "2", "rate": "250000"}]});
    let document = good(Kind::SalesOrder, &order);
    assert_eq!(allows(&document, Some("1"), Progress::Delivered), Some("2".into()));
    assert_eq!(allows(&document, Some("1"), Progress::Billed), Some("2".into()));
    assert_eq!(allows(&document, None, Progress::Advanced), Some("500000".into()));
    assert_eq!((moves(&effects(&document)), effects(&document).sum), (vec![], n("500000")));
    assert!(
        refused(Kind::SalesOrder, &with(&order, &[("/set_warehouse", Value::Null)]))
            .starts_with("items[0].warehouse: ")
    );

    let note = json!({"customer": "Bu Sari", "set_warehouse": "FG", "items": [{"item_code": "SHIRT", "qty": "1", "rate": "250000",
        "against_sales_order": ORDER, "so_detail": "1"}]});
    let document = good(Kind::DeliveryNote, &note);
    assert_eq!(moves(&effects(&document)), ["SHIRT FG -1"]);
    assert_eq!(steps(&effects(&document)), [format!("Delivered of {ORDER} 1 by 1")]);
    assert_eq!(allows(&document, Some("1"), Progress::Billed), Some("1".into()));
    let back = with(
        &note,
        &[
            ("/is_return", json!(1)),
            ("/return_against", json!(NOTE)),
            ("/items/0/qty", json!("-1")),
            ("/items/0/dn_detail", json!("1")),
        ],
    );
    let back = effects(&good(Kind::DeliveryNote, &back));
    assert_eq!(moves(&back), ["SHIRT FG 1"]);
    assert_eq!(steps(&back), [format!("Returned of {NOTE} 1 by 1"), format!("Delivered of {ORDER} 1 by -1")]);
}

#[test]
fn an_invoice_bills_what_was_ordered_and_delivered_and_delivers_only_with_stock() {
    let bill = json!({"customer": "Bu Sari", "items": [{"item_code": "SHIRT", "qty": "1", "rate": "250000",
        "sales_order": ORDER, "so_detail": "1", "delivery_note": NOTE, "dn_detail": "1"}]});
    let billed = |of| format!("Billed of {of} 1 by 1");
    assert_eq!(steps(&effects(&good(Kind::SalesInvoice, &bill))), [billed(ORDER), billed(NOTE)]);
    let stock = [("/update_stock", json!(1)), ("/set_warehouse", json!("FG"))];
    assert!(refused(Kind::SalesInvoice, &with(&bill, &stock)).contains("has moved the goods already"));
    let direct = with(&bill, &[("/items/0/delivery_note", Value::Null), ("/items/0/dn_detail", Value::Null)]);
    let direct = effects(&good(Kind::SalesInvoice, &with(&direct, &stock)));
    assert_eq!(moves(&direct), ["SHIRT FG -1"]);
    assert_eq!(steps(&direct), [billed(ORDER), format!("Delivered of {ORDER} 1 by 1")]);
}

#[test]
fn a_purchase_brings_goods_once() {
    let receipt =
        json!({"supplier": "Toko", "items": [{"item_code": "CLOTH", "qty": "2", "rate": "5", "warehouse": "A"}]});
    let document = good(Kind::PurchaseReceipt, &receipt);
    assert_eq!(moves(&effects(&document)), ["CLOTH A 2"]);
    assert_eq!(allows(&document, Some("1"), Progress::Billed), Some("2".into()));
    let bill = with(&receipt, &[("/items/0/purchase_receipt", json!(NOTE)), ("/items/0/pr_detail", json!("1"))]);
    let document = effects(&good(Kind::PurchaseInvoice, &bill));
    assert_eq!((moves(&document), steps(&document)), (vec![], vec![format!("Billed of {NOTE} 1 by 2")]));
    let twice = with(&bill, &[("/update_stock", json!(1))]);
    assert!(refused(Kind::PurchaseInvoice, &twice).contains("has moved the goods already"));
    assert_eq!(
        moves(&effects(&good(Kind::PurchaseInvoice, &with(&receipt, &[("/update_stock", json!(1))])))),
        ["CLOTH A 2"]
    );
}

#[test]
fn a_count_sets_what_its_rows_of_an_item_come_to() {
    let counted = json!({"set_warehouse": "A", "items": [{"item_code": "THREAD", "qty": "3", "batch_no": "L7"},
        {"item_code": "THREAD", "qty": "2", "batch_no": "L8"}, {"item_code": "THREAD", "qty": "0", "warehouse": "B"}]});
    let effects = effects(&good(Kind::StockReconciliation, &counted));
    let counts: Vec<_> = effects.counts.iter().map(|c| format!("{} {} {}", c.item_code, c.warehouse, c.qty)).collect();
    assert_eq!((counts, moves(&effects)), (vec!["THREAD A 5".to_owned(), "THREAD B 0".to_owned()], vec![]));
    let twice = with(&counted, &[("/items/1/batch_no", json!("L7"))]);
    assert!(refused(Kind::StockReconciliation, &twice).contains("the same as in items[0]"));
    assert!(
        refused(Kind::StockReconciliation, &with(&counted, &[("/set_warehouse", Value::Null)])).contains("warehouse")
    );
}
