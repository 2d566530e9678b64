//! Two sites of two companies of one ERPNext: each sells for cash, and the money lies in its own company's account, there and at the box.

use super::shop::{COMPANY, DAY, OTHER, Shop, answered, id};
use super::{books, until};
use erpnext_stand_in::StandIn;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// The second company's till. The stand-in would take an account of the first for the second's of the same name, so it has another.
const TILL: &str = "Solo Till - CW";

fn prepare(erp: &StandIn) {
    erp.seed(
        "Account",
        TILL,
        json!({ "account_name": "Solo Till", "company": OTHER, "account_type": "Cash", "root_type": "Asset" }),
    );
    for (abbr, company) in [("TW", COMPANY), ("CW", OTHER)] {
        let row = json!({ "account_name": "Tea", "company": company, "root_type": "Expense" });
        erp.seed("Account", &format!("Tea - {abbr}"), row);
    }
    let accounts =
        json!([{ "company": COMPANY, "default_account": "Cash - TW" }, { "company": OTHER, "default_account": TILL }]);
    let cash = json!({ "mode_of_payment": "Cash", "type": "Cash", "enabled": 1, "accounts": accounts });
    erp.seed("Mode of Payment", "Cash", cash);
    erp.add_stock_at("BUTTON", "Stores - TW", 100.0, 500.0, "2026-11-18");
    let row = json!({ "item_code": "BUTTON", "qty": 100.0, "basic_rate": 500.0, "cost_center": "Main - CW" });
    let brought = json!({
        "docstatus": 1, "company": OTHER, "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - CW", "items": [row],
        "set_posting_time": 1, "posting_date": "2026-11-18", "posting_time": "00:00:00",
    });
    erp.make("Stock Entry", brought);
}

fn sale(n: u32, warehouse: &str) -> Value {
    json!({
        "id": id(n), "customer": "Bu Sari", "posting_date": DAY, "posting_time": "10:00:00", "update_stock": 1,
        "set_warehouse": warehouse,
        "items": [{"item_code": "BUTTON", "qty": "3", "rate": "1000"}],
        "payments": [{"mode_of_payment": "Cash", "amount": "3000"}],
    })
}

/// Tea that was paid out of a till.
fn tea(n: u32, expense: &str, till: &str) -> Value {
    json!({
        "id": id(n), "posting_date": DAY, "mode_of_payment": "Cash", "user_remark": "tea",
        "accounts": [
            { "account": expense, "debit_in_account_currency": "500" },
            { "account": till, "credit_in_account_currency": "500" },
        ],
    })
}

/// Pays for tea; the document, where the box knows the accounts.
fn spent(shop: &Shop, at: usize, expense: &str, till: &str) -> Option<u32> {
    static NEXT: AtomicU32 = AtomicU32::new(100);
    // A device that is refused too often is sent away.
    std::thread::sleep(Duration::from_millis(500));
    let n = NEXT.fetch_add(1, Relaxed);
    (answered(&shop.boxes[at], "journal-entry", &tea(n, expense, till))["status"] == "recorded").then_some(n)
}

/// The document in ERPNext once it is there.
fn posted(shop: &Shop, at: usize, n: u32, doctype: &str) -> Value {
    let state = until("it in the books", || books(&shop.boxes[at], &id(n)), |state| state.starts_with("posted"));
    Value::Object(shop.erp.document(doctype, state.strip_prefix("posted as ").unwrap()).unwrap())
}

#[test]
fn each_company_s_money_lies_in_its_own_account() {
    let shop = Shop::of_companies(["bandung", "solo"], &prepare);
    let places = [("Stores - TW", COMPANY, "Cash - TW", "Tea - TW"), ("Stores - CW", OTHER, TILL, "Tea - CW")];
    let centers = ["Main - TW", "Main - CW"];
    for (at, n, (warehouse, company, till, expense)) in [(0, 10, places[0]), (1, 20, places[1])] {
        let center = centers[at];
        let own = until("its own account at the box", || spent(&shop, at, expense, till), Option::is_some).unwrap();
        let there = posted(&shop, at, own, "Journal Entry");
        assert_eq!((&there["company"], &there["accounts"][1]["account"]), (&json!(company), &json!(till)));
        assert_eq!(there["accounts"][0]["cost_center"], center);
        assert_eq!(answered(&shop.boxes[at], "sales-invoice", &sale(n, warehouse))["status"], "recorded");
        let there = posted(&shop, at, n, "Sales Invoice");
        assert_eq!((&there["company"], &there["payments"][0]["account"]), (&json!(company), &json!(till)));
        assert_eq!(
            (&there["items"][0]["warehouse"], &there["items"][0]["cost_center"]),
            (&json!(warehouse), &json!(center))
        );
        // The box knows its own company's accounts alone, and which of them cash is.
        let (_, _, their_till, their_expense) = places[1 - at];
        for (n, (expense, till)) in [(n + 1, (expense, their_till)), (n + 2, (their_expense, till))] {
            let said = answered(&shop.boxes[at], "journal-entry", &tea(n, expense, till));
            assert_eq!((&said["status"], &said["reason"]["code"]), (&json!("refused"), &json!("reference")), "{said}");
        }
    }
    // A warehouse of the other company's is unknown.
    let said = answered(&shop.boxes[1], "sales-invoice", &sale(30, "Stores - TW"));
    assert_eq!((&said["status"], &said["reason"]["code"]), (&json!("refused"), &json!("rights")), "{said}");
    assert!(said.to_string().contains("Stores - TW is no warehouse that the office has told of"), "{said}");
    shop.close();
}
