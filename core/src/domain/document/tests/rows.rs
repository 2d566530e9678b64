//! Rows: limits, prices, taxes, what belongs together.

use super::super::check::{MAX_FACTOR, MAX_QTY};
use super::super::work_time::MAX_HOURS;
use super::super::{Form, MAX_ROWS};
use super::*;
use serde_json::json;

const SALE: &str = "01936e5b-5a00-7000-8000-0123456789ab";

fn sale() -> Value {
    json!({"customer": "Bu Sari", "items": [{"item_code": "SHIRT", "qty": "3", "rate": "50000"}]})
}

#[test]
fn every_table_takes_as_many_rows_as_it_may_and_no_more() {
    for (kind, payload) in examples::examples() {
        for field in kind.fields() {
            let (Form::Table(_), Some(rows)) = (field.form, payload.get(field.name)) else { continue };
            let many = |count: usize| vec![rows[0].clone(); count];
            let much = with(&payload, &[(&format!("/{}", field.name), json!(many(MAX_ROWS + 1)))]);
            let reason = examples::taken(kind, &much).unwrap_err();
            assert!(reason.contains("more than 200: split"), "{} {}: {reason}", kind.name(), field.name);
            if field.required {
                let none = with(&payload, &[(&format!("/{}", field.name), json!([]))]);
                let reason = examples::taken(kind, &none).unwrap_err();
                assert!(reason.contains("at least one row"), "{reason}");
            }
        }
    }
    let full = with(&sale(), &[("/items", json!(vec![sale()["items"][0].clone(); MAX_ROWS]))]);
    good(Kind::SalesInvoice, &full);
}

#[test]
fn a_quantity_is_taken_at_its_limit_and_refused_past_it() {
    let most = json!(MAX_QTY);
    let past = json!(format!("{MAX_QTY}.000000001"));
    let count = json!({"items": [{"item_code": "A", "warehouse": "W", "qty": "0"}]});
    let issue =
        json!({"stock_entry_type": "Material Issue", "from_warehouse": "W", "items": [{"item_code": "A", "qty": "1"}]});
    let sale = with(&sale(), &[("/items/0/rate", json!("1"))]);
    for (kind, fields) in [(Kind::SalesInvoice, sale), (Kind::StockEntry, issue), (Kind::StockReconciliation, count)] {
        good(kind, &with(&fields, &[("/items/0/qty", most.clone())]));
        assert!(refused(kind, &with(&fields, &[("/items/0/qty", past.clone())])).contains("items[0].qty: "));
        assert!(refused(kind, &with(&fields, &[("/items/0/qty", json!("-1"))])).contains("items[0].qty: "));
    }
}

#[test]
fn an_item_s_unit_is_taken_at_its_limit_and_refused_past_it() {
    let item = |factor: Value| {
        json!({"item_code": "PIN", "item_group": "Notions", "stock_uom": "Nos",
            "uoms": [{"uom": "Box", "conversion_factor": factor}], "barcodes": [{"barcode": "1", "uom": "Box"}]})
    };
    good(Kind::Item, &item(json!(MAX_FACTOR)));
    assert!(refused(Kind::Item, &item(json!(MAX_FACTOR + 1))).contains("larger stock_uom"));
    assert!(refused(Kind::Item, &item(json!(0))).contains("above zero"));
    let strange = with(&item(json!(2)), &[("/barcodes/0/uom", json!("Crate"))]);
    assert!(refused(Kind::Item, &strange).contains("not among uoms"));
    let service = with(&item(json!(2)), &[("/is_stock_item", json!(0)), ("/has_batch_no", json!(1))]);
    assert!(refused(Kind::Item, &service).starts_with("is_stock_item: "));
}

#[test]
fn a_sale_that_the_books_cannot_add_up_is_refused() {
    let large = with(&sale(), &[("/items/0/qty", json!(MAX_QTY)), ("/items/0/rate", json!("99999.99"))]);
    good(Kind::SalesInvoice, &large);
    let larger = with(&large, &[("/items/0/rate", json!("100000"))]);
    assert!(refused(Kind::SalesInvoice, &larger).contains("split the sale"));
}

#[test]
fn a_rate_below_the_list_price_says_its_discount() {
    let line = |rate: &str, list: Value, percent: Value| {
        let (rate_at, list_at) = ("/items/0/rate", "/items/0/price_list_rate");
        with(&sale(), &[(rate_at, json!(rate)), (list_at, list), ("/items/0/discount_percentage", percent)])
    };
    let null = Value::Null;
    let fifteen = good(Kind::SalesInvoice, &line("127500", json!("150000"), json!("15")));
    assert_eq!(fifteen.rules().priced().unwrap().discount_percent, n("15"));
    good(Kind::SalesInvoice, &line("150000", json!("150000"), null.clone()));
    good(Kind::SalesInvoice, &line("160000", json!("150000"), null.clone()));
    good(Kind::SalesInvoice, &line("33.33", json!("50"), json!("33.33")));
    // 12792.5, of a currency without digits.
    good(Kind::SalesInvoice, &line("12792", json!("15050"), json!("15")));
    good(Kind::SalesInvoice, &line("0", json!("150000"), json!("100")));
    for (rate, list, percent) in [
        ("127500", json!("150000"), null.clone()),
        ("127500.02", json!("150000"), json!("15")),
        ("12791", json!("15050"), json!("15")),
        ("160000", json!("150000"), json!("15")),
    ] {
        assert!(refused(Kind::SalesInvoice, &line(rate, list, percent)).starts_with("items[0].rate: "));
    }
    assert!(refused(Kind::SalesInvoice, &line("1", null, json!("15"))).starts_with("items[0].price_list_rate: "));
    for percent in ["-1", "100.1"] {
        assert!(refused(Kind::SalesInvoice, &line("1", json!("1"), json!(percent))).contains("0 to 100"));
    }
}

#[test]
fn a_discount_of_the_whole_is_percent_or_an_amount() {
    let percent = with(&sale(), &[("/additional_discount_percentage", json!("10"))]);
    assert_eq!(good(Kind::SalesInvoice, &percent).rules().priced().unwrap().discount_percent, n("10"));
    let amount = with(&sale(), &[("/discount_amount", json!("37500")), ("/apply_discount_on", json!("Net Total"))]);
    let amount = good(Kind::SalesInvoice, &amount);
    let priced = amount.rules().priced().unwrap();
    assert_eq!(priced.discount_percent, n("25"));
    assert_eq!(priced.discount, crate::domain::totals::Discount::Amount { amount: n("37500"), on_net: true });
    let both = with(&percent, &[("/discount_amount", json!("1"))]);
    assert!(refused(Kind::SalesInvoice, &both).contains("send one of them"));
    let free = with(&sale(), &[("/items/0/rate", json!("0")), ("/discount_amount", json!("1"))]);
    assert_eq!(good(Kind::SalesInvoice, &free).rules().priced().unwrap().discount_percent, n("100"));
    assert!(refused(Kind::SalesInvoice, &with(&sale(), &[("/discount_amount", json!("-1"))])).contains("above zero"));
}

#[test]
fn rows_of_taxes_are_told_apart_from_what_only_looks_like_them() {
    let tax = |charge: &str| json!({"charge_type": charge, "account_head": "PPN", "rate": "11", "description": "PPN"});
    let taxed = |taxes: Value| with(&sale(), &[("/taxes", taxes)]);
    good(Kind::SalesInvoice, &taxed(json!([tax("On Net Total")])));
    assert!(refused(Kind::SalesInvoice, &taxed(json!([tax("On Moon")]))).starts_with("taxes[0].charge_type: "));
    let untold = with(&tax("On Net Total"), &[("/description", Value::Null)]);
    assert!(refused(Kind::SalesInvoice, &taxed(json!([untold]))).contains("missing field `description`"));
    let on_row = |row: u32| with(&tax("On Previous Row Total"), &[("/row_id", json!(row))]);
    good(Kind::SalesInvoice, &taxed(json!([tax("Actual"), on_row(1)])));
    for row in [0, 2, 3] {
        assert!(
            refused(Kind::SalesInvoice, &taxed(json!([tax("Actual"), on_row(row)]))).starts_with("taxes[1].row_id: ")
        );
    }
}

#[test]
fn document_and_row_stand_together() {
    for (of, row) in [("sales_order", "so_detail"), ("delivery_note", "dn_detail")] {
        let lone = with(&sale(), &[(&format!("/items/0/{of}"), json!(SALE))]);
        assert!(refused(Kind::SalesInvoice, &lone).starts_with(&format!("items[0].{row}: ")));
        let lone = with(&sale(), &[(&format!("/items/0/{row}"), json!("1"))]);
        assert!(refused(Kind::SalesInvoice, &lone).starts_with(&format!("items[0].{of}: ")));
    }
}

#[test]
fn a_return_without_the_row_that_it_takes_back_is_refused() {
    let back = json!({"customer": "Bu Sari", "supplier": "Toko", "is_return": 1, "return_against": SALE, "set_warehouse": "W",
        "items": [{"item_code": "SHIRT", "qty": "-2", "rate": "50000"}]});
    for (kind, row, other) in [
        (Kind::SalesInvoice, "sales_invoice_item", "/supplier"),
        (Kind::DeliveryNote, "dn_detail", "/supplier"),
        (Kind::PurchaseReceipt, "purchase_receipt_item", "/customer"),
        (Kind::PurchaseInvoice, "purchase_invoice_item", "/customer"),
    ] {
        let fields = with(&back, &[(other, Value::Null)]);
        assert!(
            refused(kind, &fields).starts_with(&format!("items[0].{row}: a return names the row")),
            "{}",
            kind.name()
        );
        let named = with(&fields, &[(&format!("/items/0/{row}"), json!("1"))]);
        let document = good(kind, &named);
        assert_eq!(steps(&effects(&document)), [format!("Returned of {SALE} 1 by 2")]);
        assert_eq!(allows(&document, Some("1"), Progress::Returned), None, "a return is not returned");
        assert!(refused(kind, &with(&named, &[("/return_against", Value::Null)])).starts_with("return_against: "));
        assert!(refused(kind, &with(&named, &[("/items/0/qty", json!("2"))])).contains("write -2"));
        let sold = with(&named, &[("/is_return", json!(0)), ("/items/0/qty", json!("2"))]);
        assert!(refused(kind, &sold).contains("only a return"));
    }
}

#[test]
fn no_more_of_a_row_comes_back_than_was_sold_and_rows_have_one_name() {
    let document = good(Kind::SalesInvoice, &sale());
    assert_eq!(allows(&document, Some("1"), Progress::Returned), Some("3".into()));
    // Progress is summed by the row's name: a second name for it would be a second row.
    for other in ["0", "2", "01", "+1", "1.0", "x"] {
        assert_eq!(allows(&document, Some(other), Progress::Returned), None, "{other}");
    }
    assert_eq!(allows(&document, None, Progress::Returned), None);
}

#[test]
fn days_are_in_order() {
    let due = with(&sale(), &[("/posting_date", json!("2026-11-02")), ("/due_date", json!("2026-11-01"))]);
    assert!(refused(Kind::SalesInvoice, &due).starts_with("due_date: 2026-11-01 is before posting_date"));
    let time = with(&sale(), &[("/posting_time", json!("10:00:00"))]);
    assert!(refused(Kind::SalesInvoice, &time).starts_with("posting_date: "));
    let order = json!({"customer": "Bu Sari", "transaction_date": "2026-11-02", "delivery_date": "2026-11-02",
        "items": [{"item_code": "SHIRT", "qty": "3", "rate": "50000", "warehouse": "W"}]});
    good(Kind::SalesOrder, &order);
    let late = with(&order, &[("/items/0/delivery_date", json!("2026-11-01"))]);
    assert!(refused(Kind::SalesOrder, &late).starts_with("items[0].delivery_date: "));
}

#[test]
fn serial_numbers_are_one_a_line_and_each_once() {
    let sold = |serials: &str| with(&sale(), &[("/items/0/serial_no", json!(serials))]);
    let document = good(Kind::SalesInvoice, &sold("S-1\nS-2\nS-3"));
    assert_eq!(document.rules().item_rows()[0].serial_no, Some("S-1\nS-2\nS-3"));
    assert!(refused(Kind::SalesInvoice, &sold("S-1\nS-1")).contains("twice"));
    assert!(refused(Kind::SalesInvoice, &sold("S-1\n\nS-2")).contains("one a line"));
}

#[test]
fn nobody_works_twice_at_once_nor_longer_than_a_day() {
    let sheet = |rows: Value| json!({"employee": "E1", "time_logs": rows});
    let log = |from: &str, to: &str| json!({"activity_type": "Sewing", "from_time": from, "to_time": to});
    let morning = log("2026-11-04 08:00:00", "2026-11-04 10:00:00");
    good(Kind::Timesheet, &sheet(json!([log("2026-11-04 10:00:00", "2026-11-04 12:00:00"), morning])));
    let twice = sheet(json!([log("2026-11-04 09:59:59", "2026-11-04 12:00:00"), morning]));
    assert!(refused(Kind::Timesheet, &twice).starts_with("time_logs[0].from_time: "));
    assert_eq!(MAX_HOURS, 24);
    good(Kind::Timesheet, &sheet(json!([log("2026-11-04 08:00:00", "2026-11-05 08:00:00")])));
    assert!(
        refused(Kind::Timesheet, &sheet(json!([log("2026-11-04 08:00:00", "2026-11-05 08:00:01")]))).contains("split")
    );
    assert!(
        refused(Kind::Timesheet, &sheet(json!([log("2026-11-04 08:00:00", "2026-11-04 08:00:00")])))
            .contains("not after")
    );
    let said = |hours: &str| sheet(json!([with(&morning, &[("/hours", json!(hours))])]));
    good(Kind::Timesheet, &said("2.01"));
    assert!(refused(Kind::Timesheet, &said("2.02")).starts_with("time_logs[0].hours: "));
    let days = good(Kind::Timesheet, &sheet(json!([log("2026-11-05 08:00:00", "2026-11-05 09:00:00"), morning])));
    assert_eq!(days.rules().posting_date(), Some(jiff::civil::date(2026, 11, 4)));
}

#[test]
fn hours_are_for_one_project_where_the_whole_names_one() {
    let log = json!({"activity_type": "Sewing", "from_time": "2026-11-04 08:00:00", "to_time": "2026-11-04 10:00:00"});
    let sheet = json!({"employee": "E1", "parent_project": "P1", "time_logs": [log]});
    let of = |project: &str| with(&sheet, &[("/time_logs/0/project", json!(project))]);
    for same in [&sheet, &of("P1"), &with(&of("P2"), &[("/parent_project", Value::Null)])] {
        good(Kind::Timesheet, same).rules().of_late().unwrap();
    }
    // What a box has recorded before it knew of this is read as it was.
    let rule = good(Kind::Timesheet, &of("P2")).rules().of_late().unwrap_err().to_string();
    assert!(rule.starts_with("time_logs[0].project: ") && rule.contains("P1"), "{rule}");
}

#[test]
fn work_on_an_operation_is_pieces_and_minutes() {
    let card = json!({"work_order": "MFG-WO-1", "operation": "Sew", "time_logs": [
        {"employee": "E1", "from_time": "2026-11-04 08:00:00", "to_time": "2026-11-04 09:30:20", "completed_qty": "2"},
        {"employee": "E2", "from_time": "2026-11-04 08:00:00", "to_time": "2026-11-04 08:10:00", "completed_qty": "0"}]});
    let document = good(Kind::JobCard, &card);
    assert_eq!(
        steps(&effects(&document)),
        ["Completed of MFG-WO-1 Sew by 2", "Minutes of MFG-WO-1 Sew by 100.333333333"]
    );
    assert_eq!(document.rules().posting_date(), Some(jiff::civil::date(2026, 11, 4)));
    let same = with(&card, &[("/time_logs/1/employee", json!("E1"))]);
    assert!(refused(Kind::JobCard, &same).contains("one person works once"));
}

#[test]
fn an_address_that_erpnext_would_refuse_is_refused() {
    let mail = |text: &str| json!({"customer_name": "Pak Joko", "email_id": text});
    good(Kind::Customer, &mail("joko@example.com"));
    for bad in ["joko", "@example.com", "joko@host", "a@b@c.d", "a b@c.d"] {
        assert!(refused(Kind::Customer, &mail(bad)).starts_with("email_id: "), "{bad}");
    }
}

#[test]
fn a_telephone_number_that_erpnext_would_refuse_is_refused_of_what_is_new() {
    let parties =
        [(Kind::Customer, "customer_name", "customer_details"), (Kind::Supplier, "supplier_name", "supplier_details")];
    for (kind, name, notes) in parties {
        // What a box has recorded before it knew of this is read as it was.
        let of = |number: &str| good(kind, &json!({name: "Pak Joko", "mobile_no": number}));
        for fine in ["+62 (812) 345-67#9*_", "0812,0813.0814", "7", &"1".repeat(20)] {
            of(fine).rules().of_late().unwrap();
        }
        for bad in [&*"1".repeat(21), "0812/0813", "0812 (Ibu)", "０８１２", "tel:0812"] {
            let rule = of(bad).rules().of_late().unwrap_err().to_string();
            assert!(
                rule.starts_with("mobile_no: ") && rule.contains("up to 20 digits") && rule.ends_with(notes),
                "{rule}"
            );
        }
    }
}

#[test]
fn a_name_that_erpnext_would_refuse_is_refused_of_what_is_new() {
    let item = |code: &str| json!({"item_code": code, "item_group": "Products", "stock_uom": "Nos"});
    for (kind, field) in
        [(Kind::Customer, "customer_name"), (Kind::Supplier, "supplier_name"), (Kind::Item, "item_code")]
    {
        let doctype = kind.name();
        // What a box has recorded before it knew of this is read as it was.
        let of = |name: &str| match kind {
            Kind::Item => good(kind, &item(name)),
            _ => good(kind, &json!({field: name})),
        };
        for fine in [&*doctype.to_lowercase(), &format!("{doctype} 1"), &format!("A New {doctype}"), "New Sari & Co"] {
            of(fine).rules().of_late().unwrap();
        }
        for (bad, why) in [
            ("Sari <3".to_owned(), "< or >"),
            ("-> Sari".to_owned(), "< or >"),
            (doctype.to_owned(), "every"),
            (format!("New {doctype}"), "begins with"),
            (format!("New {doctype}s of Sari"), "begins with"),
        ] {
            let rule = of(&bad).rules().of_late().unwrap_err().to_string();
            assert!(rule.starts_with(&format!("{field}: ")) && rule.contains(why), "{rule}");
        }
    }
}
