//! Days and zones, names, what is missing.

use super::*;
use crate::map::Naming;

fn sale() -> Value {
    json!({"customer": "Bu Sari", "posting_date": "2026-11-02", "posting_time": "23:30:00", "due_date": "2026-11-10",
        "items": [{"item_code": "SEWING", "qty": "1", "rate": "1000"}]})
}

fn on(zone: &str, map: &SiteMap, post_on: Option<&str>, fields: &Value, kind: Kind) -> Result<Value, Unmappable> {
    let (masters, site, zone) = (masters(), site(), TimeZone::get(zone).unwrap());
    let post_on = post_on.map(|day| day.parse().unwrap());
    let about = About { site: &site, masters: &masters, map, erp_zone: &zone, post_on };
    let submitted = submitted(kind, fields, &json!({"no": ["A", 7]}));
    match body(&submitted, &about, &mut names(&[]))? {
        Ask::Insert(request) => Ok(request.body),
        other => panic!("{other:?}"),
    }
}

fn in_jakarta() -> SiteMap {
    SiteMap { time_zone: Some("Asia/Jakarta".into()), ..map() }
}

fn when(body: &Value) -> (&str, &str) {
    (body["posting_date"].as_str().unwrap(), body["posting_time"].as_str().unwrap())
}

#[test]
fn a_moment_is_told_in_erpnext_s_zone_and_stays_on_its_day() {
    let at = |zone: &str, time: &str| {
        let mut fields = sale();
        fields["posting_time"] = time.into();
        let body = on(zone, &in_jakarta(), None, &fields, Kind::SalesInvoice).unwrap();
        (when(&body).0.to_owned(), when(&body).1.to_owned())
    };
    let day = |time: &str| ("2026-11-02".to_owned(), time.to_owned());
    assert_eq!(at("Asia/Jakarta", "23:30:00"), day("23:30:00"));
    assert_eq!(at("Asia/Makassar", "22:30:00"), day("23:30:00"));
    assert_eq!(at("Asia/Makassar", "23:30:00"), day("23:59:59"));
    assert_eq!(at("UTC", "23:30:00.250"), day("16:30:00.250000"));
    assert_eq!(at("UTC", "06:59:59"), day("00:00:00"));
    let hours = json!({"employee": "E", "time_logs": [{"activity_type": "Execution", "from_time": "2026-11-04 00:30:00",
        "to_time": "2026-11-04 01:30:00"}]});
    let body = on("UTC", &in_jakarta(), None, &hours, Kind::Timesheet).unwrap();
    assert_eq!(body["time_logs"][0]["from_time"], "2026-11-03 17:30:00");
    let odd = SiteMap { time_zone: Some("Asia/Atlantis".into()), ..map() };
    let refused = on("UTC", &odd, None, &sale(), Kind::SalesInvoice).unwrap_err();
    assert!(refused.to_string().starts_with("time_zone: Asia/Atlantis"), "{refused}");
}

#[test]
fn a_closed_day_is_kept_beside_the_open_one() {
    let body = on("UTC", &map(), Some("2026-12-01"), &sale(), Kind::SalesInvoice).unwrap();
    assert_eq!(when(&body), ("2026-12-01", "00:00:00"));
    assert_eq!((&body["outpost_date"], &body["due_date"]), (&json!("2026-11-02"), &json!("2026-12-01")));
    // Its own day is no other.
    let body = on("UTC", &map(), Some("2026-11-02"), &sale(), Kind::SalesInvoice).unwrap();
    assert_eq!((when(&body).1, body.get("outpost_date")), ("23:30:00", None));
    let order = json!({"customer": "Bu Sari", "transaction_date": "2026-11-02", "delivery_date": "2026-11-20",
        "set_warehouse": "Shop", "items": [{"item_code": "SHIRT", "qty": "1", "rate": "1"}]});
    let body = on("UTC", &map(), Some("2026-12-01"), &order, Kind::SalesOrder).unwrap();
    assert_eq!((&body["delivery_date"], &body["outpost_date"]), (&json!("2026-12-01"), &json!("2026-11-02")));
}

#[test]
fn a_document_without_a_day_is_posted_only_on_one_that_is_said() {
    let mut fields = sale();
    for field in ["posting_date", "posting_time", "due_date"] {
        fields.as_object_mut().unwrap().remove(field);
    }
    assert!(
        on("UTC", &map(), None, &fields, Kind::SalesInvoice).unwrap_err().to_string().starts_with("posting_date: ")
    );
    let body = on("UTC", &map(), Some("2026-12-01"), &fields, Kind::SalesInvoice).unwrap();
    assert_eq!((when(&body).0, body.get("outpost_date")), ("2026-12-01", None));
}

#[test]
fn a_document_is_named_as_the_site_wants_it() {
    let named = |naming| on("UTC", &SiteMap { naming, ..map() }, None, &sale(), Kind::SalesInvoice).unwrap();
    let (erpnext, site, number) = (named(Naming::Erpnext), named(Naming::Site), named(Naming::Number));
    assert!(erpnext.get("name").is_none() && erpnext.get("naming_series").is_none());
    assert_eq!((&site["naming_series"], site.get("name")), (&json!("BDG-SI-.#####"), None));
    assert_eq!(number["name"], "BDG-SI-A000007");
    let customer = json!({"customer_name": "Pak Joko"});
    let map = SiteMap { naming: Naming::Number, ..map() };
    assert!(on("UTC", &map, None, &customer, Kind::Customer).unwrap().get("name").is_none());
}

#[test]
fn what_is_not_there_yet_is_named() {
    let fields = json!({"customer": "Bu Sari", "is_return": 1, "return_against": OTHER,
        "items": [{"item_code": "SEWING", "qty": "-1", "rate": "1000", "sales_invoice_item": "2"}]});
    let sale = submitted(Kind::SalesInvoice, &fields, &json!({"day": "2026-11-02", "time": "10:00:00"}));
    let not_there = Err(Unmappable::NotThere(Kind::SalesInvoice, id(OTHER)));
    assert_eq!(ask(&sale, &map(), &mut names(&[])), not_there);
    let mut there = names(&[(Kind::SalesInvoice, OTHER, "ACC-SINV-1", &["row-a"])]);
    let refused = ask(&sale, &map(), &mut there).unwrap_err().to_string();
    assert!(refused.starts_with("items[0].sales_invoice_item: ACC-SINV-1 has no row 2"), "{refused}");
    there.0.values_mut().for_each(|known| known.cancelled = true);
    assert_eq!(ask(&sale, &map(), &mut there), Err(Unmappable::Cancelled(Kind::SalesInvoice, id(OTHER))));
}

#[test]
fn what_stands_for_a_cancelled_document_says_so_where_that_was_posted() {
    let mut amended = submitted(Kind::SalesInvoice, &sale(), &json!({}));
    amended.amends = Some(id(OTHER));
    assert!(made(&amended, &mut names(&[])).get("amended_from").is_none());
    let mut there = names(&[(Kind::SalesInvoice, OTHER, "ACC-SINV-1", &[])]);
    assert!(made(&amended, &mut there).get("amended_from").is_none(), "it is not cancelled");
    there.0.values_mut().for_each(|known| known.cancelled = true);
    assert_eq!(made(&amended, &mut there)["amended_from"], "ACC-SINV-1");
}

#[test]
fn what_cannot_be_said_in_one_document_is_refused() {
    let sold = |change: Value| {
        let mut fields = sale();
        fields.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        submitted(Kind::SalesInvoice, &fields, &json!({}))
    };
    let unfit = |sold: &Submitted| ask(sold, &map(), &mut names(&[])).unwrap_err().to_string();
    let refused = |change: Value| unfit(&sold(change));
    assert!(refused(json!({"currency": "USD"})).starts_with("currency: it is in USD and the books are in IDR"));
    let gopay = json!([{"mode_of_payment": "GoPay", "amount": "1"}]);
    assert!(refused(json!({"payments": gopay})).starts_with("payments[0].mode_of_payment: GoPay is no mode"));
    // No box takes such a one any more; journals have them still.
    let mut both = sold(json!({"payments": [{"mode_of_payment": "Cash", "amount": "1"}]}));
    let ahead = sold(json!({"advances": [{"reference_name": "ACC-PAY-1", "allocated_amount": "1"}]})).document;
    if let (Document::SalesInvoice(both), Document::SalesInvoice(ahead)) = (&mut both.document, ahead) {
        both.advances = ahead.advances;
    }
    assert!(unfit(&both).starts_with("advances: "));
    assert!(
        refused(json!({"advances": [{"reference_name": "ACC-PAY-1", "allocated_amount": "1"}]}))
            .contains("nothing of ACC-PAY-1")
    );
    let (masters, site, zone, map) = (Masters::default(), site(), TimeZone::UTC, SiteMap::default());
    let about = About { site: &site, masters: &masters, map: &map, erp_zone: &zone, post_on: None };
    let bare = body(&submitted(Kind::SalesInvoice, &sale(), &json!({})), &about, &mut names(&[])).unwrap_err();
    assert!(bare.to_string().starts_with("company: "), "{bare}");
}

#[test]
fn a_total_that_was_printed_as_it_stood_is_not_rounded_there() {
    let fields = json!({"customer": "Bu Sari", "posting_date": "2026-11-02",
        "items": [{"item_code": "BUTTON", "qty": "7", "rate": "1000.55"}]});
    let disabled = |booked: Value| {
        made(&submitted(Kind::SalesInvoice, &fields, &booked), &mut names(&[]))["disable_rounded_total"].clone()
    };
    assert_eq!(disabled(json!({"total": "7004"})), json!(0));
    assert_eq!(disabled(json!({"total": "7003.85"})), json!(1));
    assert_eq!(disabled(json!({"marks": ["unchecked"]})), json!(1));
}

#[test]
fn a_rate_that_is_rounded_to_nothing_is_free_and_not_the_price_of_the_list() {
    let listed = |rate: &str| {
        let fields = json!({"customer": "Bu Sari", "posting_date": "2026-11-02",
            "items": [{"item_code": "BUTTON", "qty": "1", "rate": rate}]});
        made(&submitted(Kind::SalesInvoice, &fields, &json!({})), &mut names(&[]))["items"][0]["price_list_rate"]
            .clone()
    };
    assert_eq!([listed("0"), listed("0.004"), listed("0.005")], [json!(0), json!(0), json!(0)]);
    assert_eq!(listed("0.006"), Value::Null);
}

#[test]
fn a_discount_is_sent_with_the_digits_of_an_amount() {
    let fields = json!({"customer": "Bu Sari", "posting_date": "2026-11-02", "discount_amount": "43671.076",
        "items": [{"item_code": "BUTTON", "qty": "1", "rate": "90000"}]});
    let made = made(&submitted(Kind::SalesInvoice, &fields, &json!({})), &mut names(&[]));
    assert_eq!(n(&made["discount_amount"].to_string()), n("43671.08"));
    assert_eq!(made["apply_discount_on"], "Grand Total");
}

#[test]
fn a_row_has_the_factor_that_the_box_has_worked_with() {
    let fields = json!({"customer": "Bu Sari", "posting_date": "2026-11-02",
        "items": [{"item_code": "CLOTH-001", "qty": "1", "rate": "1", "uom": "Roll"}]});
    let factor = |booked: Value| {
        n(&made(&submitted(Kind::SalesInvoice, &fields, &booked), &mut names(&[]))["items"][0]["conversion_factor"]
            .to_string())
    };
    assert_eq!(factor(json!({"factors": ["24"]})), n("24"));
    assert_eq!(factor(json!({"factors": ["0"]})), n("25"), "of a service, the office's");
    assert_eq!(factor(json!({"marks": ["unchecked"]})), n("25"), "the box knew none");
    assert_eq!(factor(json!({})), n("1"));
}

#[test]
fn what_is_left_of_a_payment_is_read_from_it() {
    let payment = json!({"name": "ACC-PAY-7", "unallocated_amount": 5000.0, "references": [
        {"name": "r1", "reference_doctype": "Sales Invoice", "reference_name": "ACC-SINV-1", "allocated_amount": 1.0},
        {"name": "r2", "reference_doctype": "Sales Order", "reference_name": "SAL-ORD-3", "allocated_amount": 60000.0}]});
    let left = |wanted| {
        let parts = Left::of(&payment, wanted).unwrap().parts;
        parts.into_iter().map(|part| (part.row.unwrap_or_default(), part.amount)).collect::<Vec<_>>()
    };
    let part = |row: &str, amount: &str| (row.to_owned(), n(amount));
    let free = part("", "5000");
    assert_eq!(left(Wanted::Unallocated), std::slice::from_ref(&free));
    assert_eq!(left(Wanted::Row("r1")), [part("r1", "1"), free.clone()]);
    assert_eq!(left(Wanted::Order("SAL-ORD-3")), [part("r2", "60000"), free.clone()]);
    assert_eq!(left(Wanted::Order("SAL-ORD-4")), [free]);
    assert_eq!(Left::of(&json!({}), Wanted::Unallocated), None);
}

#[test]
fn an_advance_is_of_its_row_first_and_then_of_what_no_row_has() {
    let used = |amounts: [&str; 2]| {
        let mut fields = sale();
        fields["items"][0]["rate"] = "100000".into();
        let row = |row: &str, amount: &str| json!({"reference_name": OTHER, "reference_row": row, "allocated_amount": amount});
        fields["advances"] = json!([row("1", amounts[0]), row("2", amounts[1])]);
        let part = |row: Option<&str>, amount| Part { row: row.map(str::to_owned), amount: n(amount) };
        let mut names = names(&[]);
        let parts = vec![part(Some("r2"), "40000"), part(None, "30000")];
        names.1.push(Left { payment: "ACC-PAY-8".into(), parts });
        ask(&submitted(Kind::SalesInvoice, &fields, &json!({})), &map(), &mut names)
    };
    let Ok(Ask::Insert(Request { body, .. })) = used(["10000", "35000"]) else { panic!("it is enough") };
    let row = |amount: u32, left: u32| {
        json!({"reference_type": "Payment Entry", "reference_name": "ACC-PAY-8", "advance_amount": left,
            "allocated_amount": amount, "remarks": ID})
    };
    let mut of_row = row(40_000, 40_000);
    of_row["reference_row"] = "r2".into();
    same(&body["advances"], &json!([of_row, row(5_000, 30_000)]));
    let refused = used(["40000", "30001"]).unwrap_err().to_string();
    assert_eq!(refused, "advances[1].reference_name: ACC-PAY-8 has 70000 left, and 30001 is used of it");
}

#[test]
fn every_name_goes_through_the_site_s_map() {
    let mut map = map();
    map.company = Some("Other Works".into());
    map.cost_center = Some("Bandung - OW".into());
    map.pos_profile = Some("Counter 1".into());
    for (names, from, to) in [
        (&mut map.accounts, "Cash - TW", "Till - OW"),
        (&mut map.modes_of_payment, "Cash", "Tunai"),
        (&mut map.price_lists, "Shop prices", "Standard Selling"),
    ] {
        names.insert(from.into(), to.into());
    }
    map.accounts.insert("PPN - TW".into(), "VAT - OW".into());
    let fields = json!({"customer": "Bu Sari", "posting_date": "2026-11-02", "selling_price_list": "Shop prices",
        "items": [{"item_code": "SEWING", "qty": "1", "rate": "1000"}],
        "taxes": [{"charge_type": "On Net Total", "account_head": "PPN - TW", "rate": "11", "description": "PPN",
            "included_in_print_rate": 1}],
        "payments": [{"mode_of_payment": "Cash", "amount": "2000"}], "change_amount": "1000"});
    let body = on("UTC", &map, None, &fields, Kind::SalesInvoice).unwrap();
    for (at, name) in [
        ("/company", "Other Works"),
        ("/cost_center", "Bandung - OW"),
        ("/items/0/cost_center", "Bandung - OW"),
        ("/taxes/0/cost_center", "Bandung - OW"),
        ("/taxes/0/account_head", "VAT - OW"),
        ("/pos_profile", "Counter 1"),
        ("/payments/0/mode_of_payment", "Tunai"),
        ("/payments/0/account", "Till - OW"),
        ("/account_for_change_amount", "Till - OW"),
        ("/selling_price_list", "Standard Selling"),
    ] {
        assert_eq!(body.pointer(at), Some(&json!(name)), "{at}");
    }
}
