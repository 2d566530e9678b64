//! The traps in which a real ERPNext answered 200, and booked something else.

use super::*;
use outpost_core::domain::master::{Row, Table};

const MONEY: &str = "transcripts-money.jsonl";
const FIRST: &str = "transcripts.jsonl";

fn fields_of(found: &[Difference]) -> Vec<&str> {
    found.iter().map(|found| found.field.as_str()).collect()
}

#[test]
fn cash_that_is_missing_is_told() {
    // Without the account and the amount paid, a submit in one request books no cash.
    let (sent, got) = call(FIRST, 124);
    let got = merged(got, json!({"status": "Unpaid", "outstanding_amount": 3000.0}));
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "BUTTON", "qty": "3", "rate": "1000"}],
        "payments": [{"mode_of_payment": "Cash", "amount": "3000"}]});
    let found = differences(&sent, &expected(Kind::SalesInvoice, &sale, &json!({}), Reading::First), &got);
    assert_eq!(fields_of(&found), ["payments[0].base_amount", "paid_amount", "outstanding_amount"]);
    assert_eq!(found[2].to_string(), "outstanding_amount is 3000 in ERPNext, and not 0");
    // Found again later, what is left to pay is no less than it was either.
    let found = differences(&sent, &expected(Kind::SalesInvoice, &sale, &json!({}), Reading::Later), &got);
    assert_eq!(fields_of(&found), ["payments[0].base_amount", "paid_amount", "outstanding_amount"]);
}

#[test]
fn tax_that_was_left_out_is_told() {
    let (_, got) = call(MONEY, 4);
    let got = merged(got, json!({"status": "Unpaid", "outstanding_amount": 150000.0}));
    let tax = json!([{"charge_type": "On Net Total", "account_head": "PPN Keluaran - TW", "rate": 11, "description": "PPN 11%",
        "included_in_print_rate": 1}]);
    let sent = json!({"docstatus": 1, "customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": 1, "rate": 150000}],
        "taxes_and_charges": "PPN 11 incl - TW", "taxes": tax});
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "150000"}]});
    let tax = json!({"charge_type": "On Net Total", "account_head": "PPN Keluaran - TW", "rate": "11", "included_in_print_rate": 1});
    let expected = expected(Kind::SalesInvoice, &sale, &json!({"taxes": [tax], "net": "135135.14"}), Reading::First);
    assert_eq!(fields_of(&differences(&sent, &expected, &got)), ["taxes", "net_total", "total_taxes_and_charges"]);
}

#[test]
fn a_day_that_was_replaced_is_told() {
    let (sent, got) = call(FIRST, 110);
    let got = merged(got, json!({"status": "Unpaid", "outstanding_amount": 1000.0}));
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "1000"}]});
    let found = differences(&sent, &expected(Kind::SalesInvoice, &sale, &json!({}), Reading::First), &got);
    assert_eq!(said(&found), ["posting_date is 2026-11-23 in ERPNext, and not 2026-11-02"]);
}

#[test]
fn a_second_customer_of_the_same_name_is_told() {
    let (sent, got) = call(FIRST, 22);
    let expected = expected(Kind::Customer, &json!({"customer_name": "Bu Sari"}), &json!({}), Reading::First);
    assert_eq!(said(&differences(&sent, &expected, &got)), ["name is Bu Sari - 1 in ERPNext, and not Bu Sari"]);
}

#[test]
fn an_answer_that_is_stale_is_told() {
    // What a submit in one request answers: a draft with nothing to pay.
    let (sent, got) = call(MONEY, 15);
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "150000"}]});
    let found = differences(&sent, &expected(Kind::SalesInvoice, &sale, &json!({}), Reading::First), &got);
    assert_eq!(fields_of(&found), ["status", "outstanding_amount"]);
}

#[test]
fn an_advance_that_nobody_sent_is_told() {
    // ERPNext's own allocation took another 1,000 of the customer's.
    let (_, got) = call(MONEY, 31);
    let sent =
        json!({"docstatus": 1, "customer": "Pak Joko", "items": [{"item_code": "SHIRT", "qty": 1, "rate": 250000}]});
    let got = merged(got, json!({"status": "Unpaid", "outstanding_amount": 150000.0}));
    let sale = json!({"customer": "Pak Joko", "items": [{"item_code": "SHIRT", "qty": "1", "rate": "250000"}]});
    let found = differences(&sent, &expected(Kind::SalesInvoice, &sale, &json!({}), Reading::First), &got);
    let order = ["items[0].sales_order", "items[0].so_detail"];
    assert_eq!(fields_of(&found), [&order[..], &["advances", "total_advance", "outstanding_amount"]].concat());
}

#[test]
fn what_others_have_paid_since_is_no_difference_later() {
    let (sent, got) = call(MONEY, 15);
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "150000"}]});
    let found = |left: f64, reading| {
        let got = merged(got.clone(), json!({"status": "Partly Paid", "outstanding_amount": left}));
        fields_of(&differences(&sent, &expected(Kind::SalesInvoice, &sale, &json!({}), reading), &got)).len()
    };
    assert_eq!((found(50000.0, Reading::First), found(50000.0, Reading::Later), found(0.0, Reading::Later)), (1, 0, 0));
    assert_eq!((found(150001.0, Reading::Later), found(-1.0, Reading::Later)), (1, 1));
    // And a payment that an invoice has used has other rows.
    let (sent, got) = call(MONEY, 18);
    let got = merged(
        got,
        json!({"references": [{"reference_doctype": "Sales Invoice", "reference_name": "I", "allocated_amount": 100000.0}]}),
    );
    let paid = json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
        "paid_amount": "100000",
        "references": [{"reference_doctype": "Sales Order", "reference_name": "S", "allocated_amount": "100000"}]});
    let found = |reading| differences(&sent, &expected(Kind::PaymentEntry, &paid, &json!({}), reading), &got).len();
    assert_eq!((found(Reading::First), found(Reading::Later)), (2, 0));
}

#[test]
fn another_rate_of_exchange_and_a_cancellation_are_told() {
    let (sent, got) = call(MONEY, 15);
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "150000"}]});
    let found = |more: Value, reading| {
        let got = merged(merged(got.clone(), json!({"status": "Unpaid", "outstanding_amount": 150000.0})), more);
        said(&differences(&sent, &expected(Kind::SalesInvoice, &sale, &json!({}), reading), &got))
    };
    let rate = json!({"conversion_rate": 1.5});
    assert_eq!(found(rate, Reading::First), ["conversion_rate is 1.5 in ERPNext, and not 1"]);
    let cancelled = json!({"docstatus": 2, "status": "Cancelled", "outstanding_amount": 0.0});
    let told = ["docstatus is 2 in ERPNext, and not 1", "status is Cancelled in ERPNext, and not submitted"];
    assert_eq!(found(cancelled, Reading::Later), told);
}

#[test]
fn what_erpnext_fetches_and_what_people_have_decided_since_is_no_difference() {
    let (sent, got) = call(MONEY, 15);
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "150000"}]});
    let found = |more: Value, reading| {
        let got = merged(merged(got.clone(), json!({"status": "Unpaid", "outstanding_amount": 150000.0})), more);
        said(&differences(&sent, &expected(Kind::SalesInvoice, &sale, &json!({}), reading), &got))
    };
    assert_eq!(found(json!({"is_internal_customer": 1}), Reading::First), [""; 0]);
    let on_hold = json!({"on_hold": 1, "disabled": 1, "is_frozen": 1});
    assert_eq!(found(on_hold.clone(), Reading::First).len(), 3);
    assert_eq!(found(on_hold, Reading::Later), [""; 0]);
    let terms = json!({"payment_schedule": [{"outstanding": 1000.0, "base_outstanding": 0.0}]});
    assert_eq!(found(terms, Reading::First), [""; 0]);
}

#[test]
fn what_hours_cost_is_no_difference() {
    let (sent, got) = call(FIRST, 220);
    let sheet = json!({"employee": "E", "time_logs": [{"activity_type": "Execution", "from_time": "2026-11-23 08:00:00",
        "to_time": "2026-11-23 10:30:00"}]});
    let expected = expected(Kind::Timesheet, &sheet, &json!({}), Reading::First);
    let costly = merged(got, json!({"total_costing_amount": 100000.0, "base_total_costing_amount": 0.0}));
    assert_eq!(said(&differences(&sent, &expected, &costly)), [""; 0]);
}

#[test]
fn a_tax_on_what_goods_are_worth_is_one_of_the_total_where_there_are_none() {
    let fields =
        json!({"supplier": "Toko Kain", "bill_no": "1", "items": [{"item_code": "SEWING", "qty": "1", "rate": "9"}]});
    let expected = expected(Kind::PurchaseInvoice, &fields, &json!({}), Reading::First);
    let with = |category: &str| json!({"docstatus": 1, "taxes": [{"category": category}]});
    let found = |ours: &str, theirs: &str| {
        let found = differences(&with(ours), &expected, &with(theirs));
        fields_of(&found).contains(&"taxes[0].category")
    };
    assert!(
        !found("Valuation and Total", "Total") && found("Total", "Valuation and Total") && found("Valuation", "Total")
    );
}

#[test]
fn an_items_group_is_the_same_with_other_capitals() {
    let (sent, got) = call(FIRST, 26);
    let item = json!({"item_code": "CLOTH-1", "item_group": "Raw Material", "stock_uom": "Meter"});
    let expected = expected(Kind::Item, &item, &json!({}), Reading::First);
    let found = |group: &str| said(&differences(&sent, &expected, &merged(got.clone(), json!({"item_group": group}))));
    assert_eq!(found("RAW material"), [""; 0]);
    assert_eq!(found("Products"), ["item_group is Products in ERPNext, and not Raw Material"]);
}

#[test]
fn what_a_set_is_packed_of_is_no_difference_and_what_nothing_is_packed_of_is() {
    let (sent, got) = call(FIRST, 110);
    let got =
        merged(got, json!({"status": "Unpaid", "outstanding_amount": 1000.0, "posting_date": sent["posting_date"]}));
    let sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "1000"}]});
    let expected = expected(Kind::SalesInvoice, &sale, &json!({}), Reading::First);
    let packed = |of: &str| {
        let row = json!({"parent_item": of, "item_code": "BUTTON", "qty": 6.0, "docstatus": 1});
        as_listed(&sent, &merged(got.clone(), json!({"packed_items": [row]})))
    };
    assert_eq!(said(&differences(&sent, &expected, &packed("SEWING"))), [""; 0]);
    let found = said(&differences(&sent, &expected, &packed("SHIRT")));
    assert_eq!(found, ["packed_items is 1 rows of others in ERPNext, and not parts of what was sold"]);
}

/// What is said of a sale of these rows that ERPNext has with these figures.
fn said_of(items: &Value, booked: &Value, got: Value) -> Vec<String> {
    let fields = json!({"customer": "Bu Sari", "posting_date": "2026-11-02", "items": items});
    let rows = items.as_array().unwrap().iter();
    let number = |row: &Value, field: &str| n(row[field].as_str().unwrap());
    let sent = json!({"disable_rounded_total": 0, "items": rows
        .map(|row| json!({"qty": crate::payload::number(number(row, "qty")), "rate": crate::payload::number(number(row, "rate"))}))
        .collect::<Vec<_>>()});
    let got = merged(json!({"disable_rounded_total": 0, "status": "Unpaid", "items": sent["items"]}), got);
    said(&differences(&sent, &expected(Kind::SalesInvoice, &fields, booked, Reading::First), &got))
}

#[test]
fn a_total_that_is_rounded_to_nothing_has_its_adjustment_all_the_same() {
    let items = json!([{"item_code": "BUTTON", "qty": "1", "rate": "0.4"}]);
    let got = |adjustment: f64| {
        json!({"items": [{"qty": 1.0, "rate": 0.4, "amount": 0.4}], "total": 0.4, "net_total": 0.4, "grand_total": 0.4,
            "rounded_total": 0.0, "rounding_adjustment": adjustment, "outstanding_amount": 0.4})
    };
    assert_eq!(said_of(&items, &json!({}), got(-0.4)), [""; 0]);
    assert_eq!(said_of(&items, &json!({}), got(0.0)).len(), 1);
}

#[test]
fn a_row_is_held_against_what_it_comes_to_with_doubles_and_quantities_are_rounded_before_they_are_added() {
    // By their digits 36787059.805, half of which goes to 36787059.80.
    let items = json!([{"item_code": "CLOTH-001", "qty": "21.1", "rate": "1743462.55"}]);
    let got = |amount: f64| {
        json!({"items": [{"qty": 21.1, "rate": 1_743_462.55, "amount": amount}], "total": amount, "net_total": amount,
            "grand_total": amount, "rounded_total": 36_787_060.0, "rounding_adjustment": 0.19, "total_qty": 21.1,
            "outstanding_amount": 36_787_060.0})
    };
    let booked = json!({"total": "36787060"});
    assert_eq!(said_of(&items, &booked, got(36_787_059.81)), [""; 0]);
    assert!(!said_of(&items, &booked, got(36_787_059.8)).is_empty());
    // 18.601 and 7.782, where 18.6011 and 7.7824 are 26.3835.
    let items = json!([{"item_code": "CLOTH-001", "qty": "18.6011", "rate": "1"}, {"item_code": "CLOTH-001", "qty": "7.7824", "rate": "1"}]);
    let got = json!({"items": [{"qty": 18.601, "rate": 1.0, "amount": 18.6}, {"qty": 7.782, "rate": 1.0, "amount": 7.78}],
        "total": 26.38, "net_total": 26.38, "grand_total": 26.38, "rounded_total": 26.0, "rounding_adjustment": -0.38,
        "total_qty": 26.383, "outstanding_amount": 26.0});
    assert_eq!(said_of(&items, &json!({"total": "26"}), got), [""; 0]);
}

#[test]
fn with_another_coin_today_all_is_held_against_what_the_receipt_says() {
    // Rounded to whole rupiah, and to hundreds from then on.
    let tax = json!({"charge_type": "On Net Total", "account_head": "PPN - TW", "rate": "11", "description": "PPN"});
    let sale = json!({"customer": "Bu Sari", "items": [row("7", "1000.55")], "taxes": [tax]});
    let sent = json!({"disable_rounded_total": 0, "items": [{"qty": 7, "rate": 1000.55}], "taxes": [{"rate": 11}]});
    let got = json!({"disable_rounded_total": 0, "status": "Unpaid", "total": 7003.85, "net_total": 7003.85,
        "items": [{"qty": 7.0, "rate": 1000.55, "amount": 7003.85}], "total_taxes_and_charges": 770.42,
        "taxes": [{"rate": 11.0, "tax_amount_after_discount_amount": 770.42}], "discount_amount": 0.0,
        "grand_total": 7774.27, "rounded_total": 7774.0, "rounding_adjustment": -0.27, "outstanding_amount": 7774.0});
    let submitted = submitted(Kind::SalesInvoice, &sale, &json!({"total": "7774", "net": "7003.85"}));
    let with = |coin: &str, digits: u8| {
        let mut masters = masters();
        let settings = json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR",
            "currency_precision": digits, "smallest_currency_fraction_value": coin});
        masters.put(Row::deserialize_as(Table::Settings, settings).unwrap());
        Expected::of(&submitted, &masters, &site(), Reading::First)
    };
    for coin in ["0", "100", "0.05"] {
        let expected = with(coin, 2);
        assert_eq!(said(&differences(&sent, &expected, &got)), [""; 0], "{coin}");
        for pointer in [
            "/net_total",
            "/total",
            "/total_taxes_and_charges",
            "/grand_total",
            "/rounded_total",
            "/discount_amount",
            "/outstanding_amount",
            "/taxes/0/tax_amount_after_discount_amount",
        ] {
            let mut changed = got.clone();
            let value = changed.pointer_mut(pointer).unwrap();
            *value = other(value);
            let found = differences(&sent, &expected, &changed);
            assert!(fields_of(&found).contains(&path(pointer).as_str()), "{coin} {pointer}: {:?}", said(&found));
        }
    }
    // With other digits nothing can be worked out again, but for what the receipt says.
    let mut changed = got.clone();
    changed["net_total"] = json!(7000.0);
    let found = said(&differences(&sent, &with("0", 1), &changed));
    assert!(found.contains(&"net_total is 7000 in ERPNext, and not 7003.85".to_owned()), "{found:?}");
}

fn row(qty: &str, rate: &str) -> Value {
    json!({"item_code": "SEWING", "qty": qty, "rate": rate})
}
