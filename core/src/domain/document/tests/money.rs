//! What is paid, given back, owed.

use super::*;
use serde_json::json;

const SALE: &str = "01936e5b-5a00-7000-8000-0123456789ab";

fn sale() -> Value {
    json!({"customer": "Bu Sari", "items": [{"item_code": "SHIRT", "qty": "3", "rate": "50000"}],
        "payments": [{"mode_of_payment": "Card", "amount": "100000"}, {"mode_of_payment": "Cash", "amount": "70000"}],
        "change_amount": "20000"})
}

fn returned() -> Value {
    json!({"customer": "Bu Sari", "is_return": 1, "return_against": SALE,
        "items": [{"item_code": "SHIRT", "qty": "-2", "rate": "50000", "sales_invoice_item": "1"}]})
}

fn payment() -> Value {
    json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
        "paid_amount": "100", "references": [
            {"reference_doctype": "Sales Invoice", "reference_name": "ACC-SINV-1", "allocated_amount": "60"},
            {"reference_doctype": "Sales Order", "reference_name": SALE, "allocated_amount": "30"}]})
}

#[test]
fn change_is_taken_off_the_last_payment() {
    let document = good(Kind::SalesInvoice, &sale());
    assert_eq!(money(&effects(&document)), ["Card 100000", "Cash 50000"]);
    let much = with(&sale(), &[("/change_amount", json!("70000"))]);
    assert_eq!(money(&effects(&good(Kind::SalesInvoice, &much))), ["Card 100000", "Cash 0"]);
    let more = with(&sale(), &[("/change_amount", json!("70000.01"))]);
    assert!(refused(Kind::SalesInvoice, &more).contains("put cash last"));
    let none = with(&sale(), &[("/payments", Value::Null)]);
    assert!(refused(Kind::SalesInvoice, &none).starts_with("change_amount: "));
}

#[test]
fn payments_add_up_to_the_total_or_less_with_what_was_given_back() {
    let document = good(Kind::SalesInvoice, &sale());
    assert_eq!(settles(&document, "150000"), Ok(()));
    assert!(settles(&document, "149999").unwrap_err().rule.contains("change_amount"));
    assert!(settles(&document, "150001").unwrap_err().rule.contains("was given back"));
    let part = good(Kind::SalesInvoice, &with(&sale(), &[("/change_amount", Value::Null)]));
    assert_eq!(settles(&part, "200000"), Ok(()), "the rest is on account");
}

#[test]
fn what_was_paid_ahead_is_no_more_than_the_total() {
    let advance = json!([{"reference_name": SALE, "allocated_amount": "150000"}]);
    let ahead = with(&sale(), &[("/payments", Value::Null), ("/change_amount", Value::Null), ("/advances", advance)]);
    let document = good(Kind::SalesInvoice, &ahead);
    assert_eq!(settles(&document, "150000"), Ok(()));
    assert!(settles(&document, "149999.99").unwrap_err().rule.contains("use less of it up"));
    assert_eq!(allows(&document, None, Progress::Paid), Some("0".into()));
}

#[test]
fn an_invoice_is_paid_at_once_or_uses_up_what_was_paid_ahead() {
    let advance = json!([{"reference_name": SALE, "allocated_amount": "100000"}]);
    let both = with(&sale(), &[("/change_amount", Value::Null), ("/advances", advance)]);
    // What a box has recorded before it knew of this is read as it was.
    let rule = good(Kind::SalesInvoice, &both).rules().of_late().unwrap_err().to_string();
    assert!(rule.starts_with("payments: ") && rule.contains("as a Payment Entry for this invoice"), "{rule}");
    for alone in ["/payments", "/advances"] {
        good(Kind::SalesInvoice, &with(&both, &[(alone, Value::Null)])).rules().of_late().unwrap();
    }
}

#[test]
fn no_more_is_given_back_than_came_back() {
    let refund = |amount: &str| {
        let payments = json!([{"mode_of_payment": "Cash", "amount": amount}]);
        good(Kind::SalesInvoice, &with(&returned(), &[("/payments", payments)]))
    };
    assert_eq!(settles(&refund("-100000"), "-100000"), Ok(()));
    assert_eq!(money(&effects(&refund("-100000"))), ["Cash -100000"]);
    assert!(settles(&refund("-100000.01"), "-100000").unwrap_err().rule.contains("no more than that"));
    let payments = json!([{"mode_of_payment": "Cash", "amount": "1"}]);
    assert!(refused(Kind::SalesInvoice, &with(&returned(), &[("/payments", payments)])).contains("below zero"));
}

#[test]
fn a_return_on_account_is_taken_off_the_invoice_only_where_it_says_so() {
    let alone = good(Kind::SalesInvoice, &returned());
    assert_eq!(steps(&effects(&alone)), [format!("Returned of {SALE} 1 by 2")]);
    let off = good(Kind::SalesInvoice, &with(&returned(), &[("/update_outstanding_for_self", json!(0))]));
    let paid = |by: &str| format!("Paid of {SALE} all by {by}");
    assert_eq!(steps(&effects(&off))[1], paid("100000"));
    let half = json!([{"mode_of_payment": "Cash", "amount": "-40000"}]);
    let half = with(&returned(), &[("/update_outstanding_for_self", json!(0)), ("/payments", half)]);
    assert_eq!(steps(&effects(&good(Kind::SalesInvoice, &half)))[1], paid("60000"), "the rest was given back in cash");
    let sold = with(&sale(), &[("/update_outstanding_for_self", json!(0))]);
    assert!(refused(Kind::SalesInvoice, &sold).contains("only a return"));
}

#[test]
fn what_is_owed_is_the_total_without_what_was_paid_at_once() {
    let document = good(Kind::SalesInvoice, &sale());
    let booked = Booked { total: Some(n("166500")), ..Booked::default() };
    assert_eq!(document.rules().allows(&booked, None, Progress::Paid), Some(n("16500")));
    assert_eq!(document.rules().effects(&booked).sum, n("166500"));
    let returned = good(Kind::SalesInvoice, &returned());
    assert_eq!(allows(&returned, None, Progress::Paid), None, "nobody pays a return");
}

#[test]
fn a_payment_pays_invoices_and_ahead_on_orders() {
    let document = good(Kind::PaymentEntry, &payment());
    let effects = effects(&document);
    assert_eq!(money(&effects), ["Cash 100"]);
    assert_eq!(steps(&effects), ["Paid of ACC-SINV-1 all by 60".to_owned(), format!("Advanced of {SALE} all by 30")]);
    assert_eq!(allows(&document, None, Progress::Used), Some("40".into()), "what no invoice has got");
    assert_eq!(allows(&document, Some("2"), Progress::Used), Some("30".into()));
    assert_eq!(allows(&document, Some("1"), Progress::Used), None, "an invoice has got it");
}

#[test]
fn a_payment_allocates_no_more_than_it_is() {
    let all = with(&payment(), &[("/references/1/allocated_amount", json!("40"))]);
    good(Kind::PaymentEntry, &all);
    let more = with(&payment(), &[("/references/1/allocated_amount", json!("40.000000001"))]);
    assert!(refused(Kind::PaymentEntry, &more).contains("more than paid_amount"));
    let twice = with(&payment(), &[("/references/1/reference_name", json!("ACC-SINV-1"))]);
    assert!(refused(Kind::PaymentEntry, &twice).contains("the same as in references[0]"));
    let theirs = with(&payment(), &[("/references/0/reference_doctype", json!("Purchase Invoice"))]);
    assert!(refused(Kind::PaymentEntry, &theirs).contains("party_type"));
    let back = with(&payment(), &[("/payment_type", json!("Pay"))]);
    assert!(refused(Kind::PaymentEntry, &back).contains("leave references out"));
    let number = with(&payment(), &[("/reference_no", json!("TRX"))]);
    assert!(refused(Kind::PaymentEntry, &number).starts_with("reference_date: "));
}

#[test]
fn money_that_is_paid_goes_out() {
    let fields = json!({"payment_type": "Pay", "party_type": "Supplier", "party": "Toko Kain", "mode_of_payment": "Cash",
        "paid_amount": "1000"});
    let document = good(Kind::PaymentEntry, &fields);
    assert_eq!((money(&effects(&document)), effects(&document).sum), (vec!["Cash -1000".to_owned()], n("1000")));
    assert_eq!(allows(&document, None, Progress::Used), None, "sales use up what customers have paid");
}

#[test]
fn an_expense_is_paid_from_the_account_of_its_last_row() {
    let spent = json!({"mode_of_payment": "Cash", "accounts": [
        {"account": "Rent", "debit_in_account_currency": "700"}, {"account": "Needles", "debit_in_account_currency": "300"},
        {"account": "Cash", "credit_in_account_currency": "1000"}]});
    let document = good(Kind::JournalEntry, &spent);
    assert_eq!((money(&effects(&document)), effects(&document).sum), (vec!["Cash -1000".to_owned()], n("1000")));
    let found = json!({"mode_of_payment": "Cash", "accounts": [
        {"account": "Till difference", "credit_in_account_currency": "5"}, {"account": "Cash", "debit_in_account_currency": "5"}]});
    assert_eq!(money(&effects(&good(Kind::JournalEntry, &found))), ["Cash 5"]);
    let odd = with(&spent, &[("/accounts/0/debit_in_account_currency", json!("700.01"))]);
    assert!(refused(Kind::JournalEntry, &odd).contains("differ by 0.01"));
    let both = with(&spent, &[("/accounts/0/credit_in_account_currency", json!("1"))]);
    assert!(refused(Kind::JournalEntry, &both).contains("a debit or a credit"));
    let sides = with(
        &spent,
        &[
            ("/accounts/2/credit_in_account_currency", Value::Null),
            ("/accounts/2/debit_in_account_currency", json!("1")),
        ],
    );
    assert!(refused(Kind::JournalEntry, &sides).contains("same side"));
    let alone =
        json!({"mode_of_payment": "Cash", "accounts": [{"account": "Cash", "credit_in_account_currency": "5"}]});
    assert!(refused(Kind::JournalEntry, &alone).contains("two rows"));
    let own = with(&spent, &[("/accounts/0/account", json!("Cash"))]);
    assert!(refused(Kind::JournalEntry, &own).contains("own account"));
}

#[test]
fn a_bill_that_is_paid_says_by_what_and_how_much() {
    let bill = json!({"supplier": "Toko Kain", "items": [{"item_code": "CLOTH", "qty": "2", "rate": "30"}],
        "is_paid": 1, "mode_of_payment": "Cash", "paid_amount": "40"});
    let document = good(Kind::PurchaseInvoice, &bill);
    assert_eq!(money(&effects(&document)), ["Cash -40"]);
    assert_eq!(allows(&document, None, Progress::Paid), Some("20".into()));
    assert_eq!(settles(&document, "40"), Ok(()));
    assert!(settles(&document, "39").is_err());
    for field in ["/mode_of_payment", "/paid_amount"] {
        assert!(refused(Kind::PurchaseInvoice, &with(&bill, &[(field, Value::Null)])).contains("is_paid"));
    }
    assert!(refused(Kind::PurchaseInvoice, &with(&bill, &[("/is_paid", json!(0))])).contains("is_paid"));
}

#[test]
fn a_till_opens_with_a_float_and_closes_with_a_count_of_each_mode_once() {
    let open = json!({"balance_details": [{"mode_of_payment": "Cash", "opening_amount": "0"}]});
    assert_eq!(effects(&good(Kind::TillOpening, &open)), Effects::default(), "a float is no money that came in");
    let below = with(&open, &[("/balance_details/0/opening_amount", json!("-1"))]);
    assert!(refused(Kind::TillOpening, &below).contains("below zero"));
    let row = json!({"mode_of_payment": "Cash", "closing_amount": "5"});
    assert!(refused(Kind::TillClosing, &json!({"payment_reconciliation": [row, row]})).contains("the same as"));
}

#[test]
fn what_lines_come_to_is_kept_in_as_many_digits_as_the_books_have() {
    let fine = with(
        &sale(),
        &[
            ("/items/0/qty", json!("0.000000001")),
            ("/items/0/rate", json!("0.5")),
            ("/payments", Value::Null),
            ("/change_amount", Value::Null),
        ],
    );
    let sum = effects(&good(Kind::SalesInvoice, &fine)).sum;
    assert_eq!(sum.to_string().parse::<Decimal>(), Ok(sum));
}
