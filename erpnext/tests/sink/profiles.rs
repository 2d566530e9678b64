//! What ERPNext puts, by a POS Profile, over what a sale says that is paid at once.

use crate::common::{Books, Workshop, done, place, post};
use outpost_core::domain::master::Table;
use outpost_core::domain::outcome::Hold;
use outpost_core::posting::Verdict;
use outpost_erpnext::map::SiteMap;
use serde_json::{Value, json};

const OF: &str = "bandung";

fn change(books: &Books, doctype: &str, name: &str, fields: Value) {
    let mut doc = books.erp.document(doctype, name).unwrap();
    doc.extend(fields.as_object().unwrap().clone());
    books.erp.seed(doctype, name, Value::Object(doc));
}

fn sale(paid: &str) -> Value {
    let mut sale = json!({"customer": "Bu Sari", "items": [{"item_code": "SEWING", "qty": "1", "rate": "1000"}]});
    if !paid.is_empty() {
        sale["payments"] = json!([{"mode_of_payment": "Cash", "amount": paid}]);
    }
    sale
}

#[test]
fn a_sale_that_is_paid_at_once_may_be_of_the_customer_s_list_of_prices() {
    for (doctype, name, field) in [
        ("POS Profile", "Bandung", "selling_price_list"),
        ("Customer", "Bu Sari", "default_price_list"),
        ("Customer Group", "Regulars", "default_price_list"),
    ] {
        let books = Books::with_fields();
        books.erp.seed(
            "Price List",
            "Regulars",
            json!({"price_list_name": "Regulars", "currency": "IDR", "selling": 1, "enabled": 1}),
        );
        books.erp.seed("Customer Group", "Regulars", json!({"customer_group_name": "Regulars"}));
        change(&books, "Customer", "Bu Sari", json!({"customer_group": "Regulars"}));
        change(&books, doctype, name, json!({field: "Regulars"}));
        let (mut shop, mut sink) = (Workshop::new(OF, &books.office, 1_000), books.sink(OF));
        let paid = shop.make("sales-invoice", sale("1000"));
        let there = done(&mut sink, OF, &paid);
        assert_eq!(books.erp.document("Sales Invoice", &there).unwrap()["selling_price_list"], "Regulars");
        let found = post(&mut sink, &paid, &place(OF, true));
        assert!(matches!(found, Verdict::Done(_)), "{found:?}");
        // What is not paid at once is of the list that it says.
        let owed = shop.make("sales-invoice", sale(""));
        let there = done(&mut sink, OF, &owed);
        assert_eq!(books.erp.document("Sales Invoice", &there).unwrap()["selling_price_list"], "Standard Selling");
    }
}

#[test]
fn what_a_profile_takes_from_elsewhere_is_told_where_the_receipt_says_it() {
    let books = Books::with_fields();
    let (mut shop, mut sink) = (Workshop::new(OF, &books.office, 1_000), books.sink(OF));
    change(&books, "POS Profile", "Bandung", json!({"account_for_change_amount": "Bank Account - TW"}));
    let mut fields = sale("1500");
    fields["change_amount"] = "500".into();
    let changed = shop.make("sales-invoice", fields);
    let taxes =
        json!([{"charge_type": "On Net Total", "account_head": "PPN Keluaran - TW", "rate": 11, "description": "PPN"}]);
    books.erp.seed("Sales Taxes and Charges Template", "PPN - TW", json!({"title": "PPN", "taxes": taxes}));
    let held = |verdict: Verdict| match verdict {
        Verdict::Held(Hold::Differs, said) => said,
        other => panic!("{other:?}"),
    };
    let said = held(post(&mut sink, &changed, &place(OF, false)));
    assert!(said.contains("account_for_change_amount is Bank Account - TW in ERPNext, and not Cash - TW"), "{said}");
    change(&books, "POS Profile", "Bandung", json!({"taxes_and_charges": "PPN - TW"}));
    let untaxed = shop.make("sales-invoice", sale("1000"));
    let said = held(post(&mut sink, &untaxed, &place(OF, false)));
    assert!(said.contains("taxes is 1 rows in ERPNext, and not no rows"), "{said}");
}

#[test]
fn where_none_is_named_erpnext_takes_one() {
    let books = Books::with_fields();
    let map = SiteMap { pos_profile: None, ..Books::map(OF) };
    let (mut shop, mut sink) = (Workshop::new(OF, &books.office, 1_000), books.sink_with(OF, map));
    let paid = shop.make("sales-invoice", sale("1000"));
    let there = done(&mut sink, OF, &paid);
    let profile = books.erp.document("Sales Invoice", &there).unwrap()["pos_profile"].clone();
    assert_eq!(profile, "Counter 1");
}

#[test]
fn a_mode_of_payment_may_be_of_another_type_than_its_account() {
    let books = Books::with_fields();
    change(&books, "Mode of Payment", "Cash", json!({"type": "General"}));
    // The office's files say nothing of its type: it is the account's.
    books.office.put(Table::ModeOfPayment, json!({"mode_of_payment": "Cash", "default_account": "Cash - TW"}));
    books.office.put(Table::Account, json!({"name": "Cash - TW", "account_type": "Cash"}));
    let (mut shop, mut sink) = (Workshop::new(OF, &books.office, 1_000), books.sink(OF));
    let mut fields = sale("1500");
    fields["change_amount"] = "500".into();
    let paid = shop.make("sales-invoice", fields);
    let there = done(&mut sink, OF, &paid);
    let there = books.erp.document("Sales Invoice", &there).unwrap();
    assert_eq!((&there["payments"][0]["type"], &there["change_amount"]), (&json!("General"), &json!(500.0)));
    assert_eq!(books.erp.balances()["Cash - TW"], 1_000.0);
}
