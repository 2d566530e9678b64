//! The traps in which a real ERPNext answered 200, and booked something else.

use super::*;

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
