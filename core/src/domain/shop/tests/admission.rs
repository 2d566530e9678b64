//! What is taken, with what the box works out for it, and what is refused.

use super::*;
use crate::domain::booked::Mark;
use crate::domain::record::{Asked, DayClosed};

fn cloth(qty: &str) -> Value {
    sale(json!([{"item_code": "CLOTH", "qty": qty, "rate": "1000.55"}]))
}

#[test]
fn a_sale_gets_its_number_day_and_total() {
    let mut bench = Bench::tailor();
    let booked = bench.submit(1, "sales-invoice", cloth("7")).unwrap();
    assert_eq!(booked.no.map(|no| no.print("BDG", Kind::SalesInvoice)).as_deref(), Some("BDG-SI-A000001"));
    assert_eq!((booked.day, booked.time), (Some(TODAY), Some(time(9, 0, 0, 0))));
    assert_eq!((booked.net, booked.total), (Some("7003.85".parse().unwrap()), Some(7004.into())));
    assert!(booked.marks.is_empty() && booked.factors.is_empty());
    assert_eq!(bench.stock("Stores", "CLOTH"), "93");
    let booked = bench.submit(2, "sales-invoice", cloth("1")).unwrap();
    assert_eq!(booked.no.map(|no| no.count), Some(2));
}

#[test]
fn a_number_begins_as_on_its_paper_whatever_the_office_chooses_later() {
    let mut bench = Bench::tailor();
    let before = bench.submit(1, "sales-invoice", cloth("1")).unwrap();
    let settings = json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR",
        "smallest_currency_fraction_value": "0", "number_prefix": "BD2"});
    bench.put(Table::Settings, settings);
    let after = bench.submit(2, "sales-invoice", cloth("1")).unwrap();
    let today = bench.masters.number_prefix(&"bandung".parse().unwrap());
    let printed = |booked: &Booked| booked.number(Kind::SalesInvoice, &today).unwrap();
    assert_eq!((&*printed(&before), &*printed(&after)), ("BDG-SI-A000001", "BD2-SI-A000002"));
    // A record of before the prefix was kept goes by today's.
    assert_eq!(printed(&Booked { prefix: None, ..before }), "BD2-SI-A000001");
}

#[test]
fn without_the_offices_data_a_sale_is_taken_unchecked_and_says_so() {
    let mut bench = Bench::bare();
    let unknown = json!({"customer": "Anybody", "items": [{"item_code": "NOPE", "qty": "1", "rate": "5"}]});
    let booked = bench.submit(1, "sales-invoice", unknown).unwrap();
    assert_eq!(booked.marks, [Mark::Unchecked]);
    // The lines alone add up to the total: it is not said twice.
    assert_eq!((booked.total, booked.no.map(|no| no.count)), (None, Some(1)));
}

#[test]
fn what_is_not_known_or_not_in_use_is_refused_by_its_field() {
    let mut bench = Bench::tailor();
    let mut submit = |fields: Value| refused(bench.submit(1, "sales-invoice", fields));
    let (why, field) = submit(sale(json!([{"item_code": "NOPE", "qty": "1", "rate": "5"}])));
    assert_eq!((why, &*field), (Why::Reference, "items[0].item_code"));
    let (why, field) = submit(sale(json!([{"item_code": "OLD", "qty": "1", "rate": "5"}])));
    assert_eq!((why, &*field), (Why::Reference, "items[0].item_code"));
    let mut fields = cloth("1");
    fields["customer"] = json!("Nobody");
    assert_eq!(submit(fields), (Why::Reference, "customer".into()));
    let mut fields = cloth("1");
    fields["set_warehouse"] = json!("Nowhere");
    assert_eq!(submit(fields).0, Why::Reference);
}

#[test]
fn units_are_the_items_own_and_whole_where_they_must_be() {
    let mut bench = Bench::tailor();
    let buttons = |qty: &str, uom: &str| sale(json!([{"item_code": "BUTTON", "qty": qty, "rate": "5", "uom": uom}]));
    assert_eq!(refused(bench.submit(1, "sales-invoice", buttons("1.5", "Nos"))).1, "items[0].qty");
    assert_eq!(refused(bench.submit(1, "sales-invoice", buttons("1", "Meter"))).1, "items[0].uom");
    assert_eq!(refused(bench.submit(1, "sales-invoice", buttons("0.3", "Dozen"))).1, "items[0].qty");
    let booked = bench.submit(1, "sales-invoice", buttons("1.5", "Dozen")).unwrap();
    assert_eq!(booked.factors, [12.into()]);
    assert_eq!(bench.stock("Stores", "BUTTON"), "482");
}

#[test]
fn what_has_no_stock_moves_none() {
    let mut bench = Bench::tailor();
    let booked =
        bench.submit(1, "sales-invoice", sale(json!([{"item_code": "SEWING", "qty": "1", "rate": "5"}]))).unwrap();
    assert_eq!((booked.factors, booked.marks), (vec![0.into()], vec![]));
    assert_eq!(bench.stock("Stores", "SEWING"), "-");
}

#[test]
fn a_shortage_is_marked_or_refused_as_the_office_wants_it() {
    let mut bench = Bench::tailor();
    let booked = bench.submit(1, "sales-invoice", cloth("101.5")).unwrap();
    let short = |by: &str| Mark::Short { item_code: text("CLOTH"), warehouse: text("Stores"), by: by.parse().unwrap() };
    assert_eq!(booked.marks, [short("1.5")]);
    let settings =
        |shortage: &str| json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR", "shortage": shortage});
    bench.put(Table::Settings, settings("refuse"));
    assert_eq!(refused(bench.submit(2, "sales-invoice", cloth("1"))).0, Why::Stock);
    bench.put(Table::Settings, settings("approve"));
    assert_eq!(refused(bench.submit(2, "sales-invoice", cloth("1"))).0, Why::Approval);
    let mut agreed = Submitted::new(id(2), "tablet-1".parse().unwrap(), None, document("sales-invoice", cloth("1")));
    agreed.approved_by = Some(text("wati"));
    assert_eq!(bench.take(agreed).unwrap().marks, [short("2.5")]);
}

#[test]
fn nothing_is_booked_ahead_in_a_closed_period_or_outside_the_years() {
    let mut bench = Bench::tailor();
    let dated = |day: &str| {
        let mut fields = cloth("1");
        fields["posting_date"] = json!(day);
        fields
    };
    for day in ["2026-11-03", "2026-10-31", "2026-10-01", "2025-12-31"] {
        let refusal = refused(bench.submit(1, "sales-invoice", dated(day)));
        assert_eq!(refusal, (Why::Period, "posting_date".into()), "{day}");
    }
    bench.submit(1, "sales-invoice", dated("2026-11-02")).unwrap();
    bench.submit(2, "sales-invoice", dated("2026-11-01")).unwrap();
    bench.submit(3, "sales-invoice", dated("2026-09-30")).unwrap();
    assert_eq!(bench.cancel(4, 3), Ok(()));
}

#[test]
fn a_cancellation_takes_back_what_the_document_did_once() {
    let mut bench = Bench::tailor();
    assert_eq!(refused(bench.cancel(9, 1)).0, Why::Reference);
    bench.submit(1, "sales-invoice", cloth("7")).unwrap();
    bench.cancel(2, 1).unwrap();
    assert_eq!(bench.stock("Stores", "CLOTH"), "100");
    assert!(bench.shop.is_cancelled(id(1)));
    assert_eq!(refused(bench.cancel(3, 1)), (Why::Reference, "document".into()));
}

#[test]
fn an_amendment_names_a_cancelled_document_of_its_kind_that_no_other_stands_for() {
    let mut bench = Bench::tailor();
    let amend = |bench: &mut Bench, n: u128, of: u128, kind: &str, fields: Value| {
        let mut submitted = Submitted::new(id(n), "tablet-1".parse().unwrap(), None, document(kind, fields));
        submitted.amends = Some(id(of));
        bench.take(submitted)
    };
    assert_eq!(refused(amend(&mut bench, 2, 1, "sales-invoice", cloth("1"))).1, "amended_from");
    bench.submit(1, "sales-invoice", cloth("7")).unwrap();
    assert_eq!(refused(amend(&mut bench, 2, 1, "sales-invoice", cloth("1"))).1, "amended_from");
    bench.cancel(3, 1).unwrap();
    let issue = json!({"stock_entry_type": "Material Issue", "from_warehouse": "Stores",
        "items": [{"item_code": "CLOTH", "qty": "1"}]});
    assert_eq!(refused(amend(&mut bench, 2, 1, "stock-entry", issue)).1, "amended_from");
    amend(&mut bench, 4, 1, "sales-invoice", cloth("1")).unwrap();
    assert_eq!(bench.shop.amended_by(id(1)), Some(id(4)));
    assert_eq!(refused(amend(&mut bench, 5, 1, "sales-invoice", cloth("1"))).1, "amended_from");
}

#[test]
fn a_day_that_a_person_closes_is_counted_by_the_box() {
    let mut bench = Bench::tailor();
    bench.submit(1, "sales-invoice", cloth("7")).unwrap();
    let asked = |day: Date| {
        let last = Position { epoch: Epoch(Uuid::from_u128(1)), seq: Seq(1) };
        let asked = Some(Asked { id: id(9), device: "tablet-1".parse().unwrap() });
        Entry::DayClosed(DayClosed { day, last, kinds: vec![], by: Some(text("wati")), asked })
    };
    assert_eq!(refused(bench.admit(asked(TODAY.tomorrow().unwrap()))).0, Why::Period);
    let Entry::DayClosed(closed) = bench.admit(asked(TODAY)).unwrap() else { panic!("a close") };
    assert_eq!((closed.kinds.len(), closed.kinds[0].documents, closed.by), (1, 1, Some(text("wati"))));
}

#[test]
fn quantities_that_no_sum_can_hold_are_refused() {
    let mut bench = Bench::tailor();
    let level = json!({"item_code": "CLOTH", "warehouse": "Stores", "actual_qty": "999999999990", "included": "0"});
    bench.put(Table::Level, level);
    let receive = |qty: &str| {
        json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Stores",
            "items": [{"item_code": "CLOTH", "qty": qty}]})
    };
    bench.submit(1, "stock-entry", receive("9")).unwrap();
    assert_eq!(refused(bench.submit(2, "stock-entry", receive("1"))).0, Why::Rule);
}
