//! The page of facts where no recorded line shows it: what is stored afterwards, lists, rights, keys.
//!
//! In: requests. Out: what the facts say, by their number. Absent: what the transcripts show, and what the source alone says (`by_source`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod by_source;
#[path = "../common/mod.rs"]
mod common;

use common::{Answer, Client};
use erpnext_stand_in::{Options, StandIn};
use serde_json::{Value, json};

fn start() -> (StandIn, Client) {
    let erp = StandIn::start(Options { now: Some("2026-11-23 16:15:00".into()), ..Options::default() }).unwrap();
    let client = Client::new(&erp, &erp.connector());
    (erp, client)
}

#[track_caller]
fn good(answer: Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.doc().clone()
}

#[track_caller]
fn bad(answer: &Answer, status: u16, exc_type: &str) {
    assert_eq!((answer.status, answer.exc_type()), (status, exc_type), "{}", answer.body);
}

fn name(doc: &Value) -> &str {
    doc["name"].as_str().unwrap()
}

#[track_caller]
fn read(client: &Client, doctype: &str, doc: &Value) -> Value {
    good(client.get(doctype, name(doc)))
}

fn sale(qty: f64, rate: f64) -> Value {
    json!({ "docstatus": 1, "customer": "Bu Sari", "items": [{ "item_code": "SEWING", "qty": qty, "rate": rate }] })
}

fn with(mut doc: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        doc[field] = value.clone();
    }
    doc
}

#[test]
fn keys_1() {
    let (_erp, client) = start();
    bad(&client.with_token(Some("token connector-key:wrong")).get("Item", "SHIRT"), 401, "AuthenticationError");
    bad(&client.with_token(None).get("Item", "SHIRT"), 403, "PermissionError");
    bad(&client.get("Item", "NOPE"), 404, "DoesNotExistError");
    let second = client.raw("GET", "/api/v2/document/Item/NOPE", None).unwrap();
    bad(&second, 404, "DoesNotExistError");
    assert!(second.body.get("exc_type").is_none());
    assert_eq!(client.call("frappe.client.get_time_zone", json!({})).doc()["time_zone"], "Asia/Jakarta");
}

#[test]
fn a_failed_request_leaves_no_gap_in_the_numbers_1() {
    let (_erp, client) = start();
    let first = good(client.post("Sales Invoice", sale(1.0, 1000.0)));
    let short = json!({ "update_stock": 1, "items": [{ "item_code": "BUTTON", "qty": 5, "rate": 1000 }] });
    bad(&client.post("Sales Invoice", with(sale(1.0, 1.0), short)), 417, "NegativeStockError");
    let second = good(client.post("Sales Invoice", sale(1.0, 1000.0)));
    assert_eq!((name(&first), name(&second)), ("ACC-SINV-2026-00001", "ACC-SINV-2026-00002"));
}

#[test]
fn the_till_in_one_request_is_booked_unpaid_2() {
    let (erp, client) = start();
    let till =
        json!({ "is_pos": 1, "pos_profile": "Counter 1", "payments": [{ "mode_of_payment": "Cash", "amount": 1000 }] });
    let trap = good(client.post("Sales Invoice", with(sale(1.0, 1000.0), till)));
    let trap = read(&client, "Sales Invoice", &trap);
    assert_eq!(
        (&trap["status"], &trap["outstanding_amount"], &trap["paid_amount"]),
        (&json!("Unpaid"), &json!(1000.0), &json!(0.0))
    );
    assert!(!erp.balances().contains_key("Cash - TW"));

    let row = json!({ "mode_of_payment": "Cash", "amount": 5000, "base_amount": 5000, "account": "Cash - TW", "type": "Cash" });
    let whole = json!({
        "is_pos": 1, "pos_profile": "Counter 1", "payments": [row], "paid_amount": 5000, "base_paid_amount": 5000,
        "change_amount": 4000, "base_change_amount": 4000, "account_for_change_amount": "Cash - TW",
    });
    let paid = good(client.post("Sales Invoice", with(sale(1.0, 1000.0), whole)));
    assert_eq!(paid["status"], "Draft", "the answer is older than what is stored");
    let paid = read(&client, "Sales Invoice", &paid);
    assert_eq!((&paid["status"], &paid["outstanding_amount"]), (&json!("Paid"), &json!(0.0)));
    assert_eq!(erp.balances()["Cash - TW"], 1000.0);
}

#[test]
fn states_and_stamps_2() {
    let (_erp, client) = start();
    let entry = json!({ "posting_date": "2026-11-23", "docstatus": 1, "accounts": [
        { "account": "Miscellaneous Expenses - TW", "debit_in_account_currency": 20000 },
        { "account": "Cash - TW", "credit_in_account_currency": 20000 },
    ] });
    let journal = good(client.post("Journal Entry", entry));
    let again = good(client.put("Journal Entry", name(&journal), json!({ "docstatus": 1 })));
    assert!(again["modified"].as_str() > journal["modified"].as_str());
    bad(
        &client.put("Journal Entry", name(&journal), json!({ "user_remark": "x", "modified": journal["modified"] })),
        417,
        "TimestampMismatchError",
    );
    let args = json!({ "doctype": "Journal Entry", "name": name(&journal) });
    assert_eq!(good(client.call("frappe.client.cancel", args.clone()))["docstatus"], 2);
    bad(&client.call("frappe.client.cancel", args), 417, "ValidationError");
    let draft = json!({ "customer": "Bu Sari", "items": [{ "item_code": "SEWING", "qty": 1, "rate": 1 }] });
    let draft = good(client.post("Sales Invoice", draft));
    bad(&client.put("Sales Invoice", name(&draft), json!({ "docstatus": 2 })), 417, "DocstatusTransitionError");
}

#[test]
fn money_that_comes_later_2b() {
    let (erp, client) = start();
    let invoice = good(client.post("Sales Invoice", sale(7.0, 1000.55)));
    assert_eq!(read(&client, "Sales Invoice", &invoice)["outstanding_amount"], json!(7004.0));
    let pay = |amount: f64| {
        let reference = json!({ "reference_doctype": "Sales Invoice", "reference_name": name(&invoice), "allocated_amount": amount });
        json!({ "docstatus": 1, "payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "paid_to": "Cash - TW",
            "paid_amount": amount, "received_amount": amount, "references": [reference] })
    };
    let part = good(client.post("Payment Entry", pay(4.0)));
    let now = read(&client, "Sales Invoice", &invoice);
    assert_eq!((&now["status"], &now["outstanding_amount"]), (&json!("Partly Paid"), &json!(7000.0)));
    bad(&client.post("Payment Entry", pay(7001.0)), 417, "ValidationError");
    good(client.post("Payment Entry", pay(7000.0)));
    let paid = read(&client, "Sales Invoice", &invoice);
    assert_eq!(paid["status"], "Paid");
    let more = client.post("Payment Entry", pay(1.0));
    assert!(more.body["exception"].as_str().unwrap().contains("has already been fully paid"), "{}", more.body);
    assert_eq!(erp.balances()["Cash - TW"], 7004.0);
    good(client.call("frappe.client.cancel", json!({ "doctype": "Payment Entry", "name": name(&part) })));
    assert_eq!(read(&client, "Sales Invoice", &invoice)["outstanding_amount"], json!(4.0));
    good(client.call("frappe.client.cancel", json!({ "doctype": "Sales Invoice", "name": name(&invoice) })));
    assert_eq!(erp.balances()["Debtors - TW"], -7000.0, "the payment is kept, and free");
}

#[test]
fn taxes_and_their_trap_2b() {
    let (erp, client) = start();
    let row = json!({ "charge_type": "On Net Total", "account_head": "PPN Keluaran - TW", "rate": 11, "description": "PPN", "included_in_print_rate": 1 });
    let booked = good(client.post("Sales Invoice", with(sale(3.0, 33333.0), json!({ "taxes": [row] }))));
    assert_eq!((&booked["net_total"], &booked["grand_total"]), (&json!(90089.19), &json!(99999.0)));
    let balances = erp.balances();
    assert_eq!((balances["PPN Keluaran - TW"], balances["Sales - TW"]), (-9909.81, -90089.19));
    assert!(balances.values().sum::<f64>().abs() < 0.005);
    erp.seed("Sales Taxes and Charges Template", "PPN 11 - TW", json!({ "title": "PPN 11", "taxes": [row] }));
    let trap =
        good(client.post("Sales Invoice", with(sale(1.0, 150_000.0), json!({ "taxes_and_charges": "PPN 11 - TW" }))));
    assert_eq!(trap["total_taxes_and_charges"], json!(0.0));
}

#[test]
fn an_order_with_a_deposit_2b() {
    let (erp, client) = start();
    erp.add_stock("SHIRT", "Finished Goods - TW", 5.0, 90_000.0);
    let row = json!({ "item_code": "SHIRT", "qty": 2, "rate": 250_000, "warehouse": "Finished Goods - TW", "description": "chest 102" });
    let order = good(client.post(
        "Sales Order",
        json!({ "docstatus": 1, "customer": "Bu Sari", "delivery_date": "2026-12-01", "items": [row] }),
    ));
    let (so, so_row) = (name(&order).to_owned(), name(&order["items"][0]).to_owned());
    assert_eq!(read(&client, "Sales Order", &order)["status"], "To Deliver and Bill");
    let reserved = client
        .list("Bin", &json!({ "filters": [["item_code", "=", "SHIRT"]], "fields": ["reserved_qty", "projected_qty"] }));
    assert_eq!(reserved.doc()[0], json!({ "reserved_qty": 2.0, "projected_qty": 3.0 }));
    let pay = |amount: f64, doctype: &str, to: &str| {
        json!({ "docstatus": 1, "payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "paid_to": "Cash - TW",
            "paid_amount": amount, "received_amount": amount,
            "references": [{ "reference_doctype": doctype, "reference_name": to, "allocated_amount": amount }] })
    };
    let deposit = good(client.post("Payment Entry", pay(100_000.0, "Sales Order", &so)));
    assert_eq!(read(&client, "Sales Order", &order)["advance_paid"], json!(100_000.0));
    let row = json!({ "item_code": "SHIRT", "qty": 2, "rate": 250_000, "warehouse": "Finished Goods - TW", "against_sales_order": so, "so_detail": so_row });
    let slip = good(client.post("Delivery Note", json!({ "docstatus": 1, "customer": "Bu Sari", "items": [row] })));
    let delivered = read(&client, "Sales Order", &order);
    assert_eq!((&delivered["per_delivered"], &delivered["status"]), (&json!(100.0), &json!("To Bill")));
    assert!(delivered["modified"].as_str() > order["modified"].as_str());
    let row = json!({ "item_code": "SHIRT", "qty": 2, "rate": 250_000, "sales_order": so, "so_detail": so_row, "delivery_note": name(&slip), "dn_detail": name(&slip["items"][0]) });
    let advance = json!({ "reference_type": "Payment Entry", "reference_name": name(&deposit), "reference_row": name(&deposit["references"][0]),
        "advance_amount": 100_000, "allocated_amount": 100_000 });
    let bill = good(client.post(
        "Sales Invoice",
        json!({ "docstatus": 1, "customer": "Bu Sari", "items": [row], "advances": [advance] }),
    ));
    assert_eq!(read(&client, "Sales Invoice", &bill)["outstanding_amount"], json!(400_000.0));
    good(client.post("Payment Entry", pay(400_000.0, "Sales Invoice", name(&bill))));
    assert_eq!(read(&client, "Sales Invoice", &bill)["status"], "Paid");
    assert_eq!(read(&client, "Sales Order", &order)["status"], "Completed");
    assert_eq!(read(&client, "Delivery Note", &slip)["status"], "Completed");
    bad(&client.call("frappe.client.cancel", json!({ "doctype": "Sales Order", "name": so })), 417, "LinkExistsError");
    let more = json!({ "item_code": "SHIRT", "qty": 1, "rate": 250_000, "warehouse": "Finished Goods - TW", "against_sales_order": so, "so_detail": so_row });
    bad(
        &client.post("Delivery Note", json!({ "docstatus": 1, "customer": "Bu Sari", "items": [more] })),
        417,
        "OverAllowanceError",
    );
    let balances = erp.balances();
    assert_eq!(
        (balances["Cash - TW"], balances["Debtors - TW"], erp.stock("SHIRT", "Finished Goods - TW")),
        (500_000.0, 0.0, 3.0)
    );
    assert!(erp.ignored().is_empty(), "{:?}", erp.ignored());
}

#[test]
fn what_is_paid_ahead_goes_into_an_account_of_its_own_only_as_a_draft() {
    let (erp, client) = start();
    let mut company = erp.document("Company", "Tailor Works").unwrap();
    let on = json!({ "book_advance_payments_in_separate_party_account": 1,
        "default_advance_received_account": "Earnest Money - TW" });
    company.extend(on.as_object().unwrap().clone());
    erp.seed("Company", "Tailor Works", Value::Object(company));
    let pay = |state: i32| {
        json!({ "docstatus": state, "payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari",
            "paid_to": "Cash - TW", "paid_amount": 1000, "received_amount": 1000 })
    };
    for (state, account) in [(0, "Earnest Money - TW"), (1, "Debtors - TW")] {
        let made = good(client.post("Payment Entry", pay(state)));
        assert_eq!(read(&client, "Payment Entry", &made)["paid_from"], account);
    }
}

#[test]
fn credit_notes_2b() {
    let (_erp, client) = start();
    let first = good(client.post("Sales Invoice", sale(1.0, 150_000.0)));
    let note = |own: i32| {
        with(
            sale(-1.0, 150_000.0),
            json!({ "is_return": 1, "return_against": name(&first), "update_outstanding_for_self": own }),
        )
    };
    let note_1 = good(client.post("Sales Invoice", note(1)));
    assert_eq!(read(&client, "Sales Invoice", &note_1)["outstanding_amount"], json!(-150_000.0));
    let open = read(&client, "Sales Invoice", &first);
    assert_eq!((&open["status"], &open["outstanding_amount"]), (&json!("Unpaid"), &json!(150_000.0)));
    good(client.call("frappe.client.cancel", json!({ "doctype": "Sales Invoice", "name": name(&note_1) })));
    let note_2 = good(client.post("Sales Invoice", note(0)));
    assert_eq!(read(&client, "Sales Invoice", &note_2)["status"], "Return");
    let closed = read(&client, "Sales Invoice", &first);
    assert_eq!((&closed["status"], &closed["outstanding_amount"]), (&json!("Credit Note Issued"), &json!(0.0)));
}

#[test]
fn a_return_of_an_invoice_that_moved_no_stock_moves_none() {
    let (erp, client) = start();
    erp.add_stock("SHIRT", "Finished Goods - TW", 5.0, 90_000.0);
    let sold = |qty: f64, moves: i32| {
        let row = json!({ "item_code": "SHIRT", "qty": qty, "rate": 250_000, "warehouse": "Finished Goods - TW" });
        json!({ "docstatus": 1, "customer": "Bu Sari", "update_stock": moves, "items": [row] })
    };
    let back =
        |first: &Value, moves: i32| with(sold(-1.0, moves), json!({ "is_return": 1, "return_against": name(first) }));
    let billed = good(client.post("Sales Invoice", sold(2.0, 0)));
    let refused = client.post("Sales Invoice", back(&billed, 1));
    bad(&refused, 417, "ValidationError");
    let said = refused.body["exception"].as_str().unwrap();
    assert!(said.contains("'Update Stock' can not be checked because items are not delivered via"), "{said}");
    good(client.post("Sales Invoice", back(&billed, 0)));
    assert_eq!(erp.stock("SHIRT", "Finished Goods - TW"), 5.0);
    let moved = good(client.post("Sales Invoice", sold(2.0, 1)));
    good(client.post("Sales Invoice", back(&moved, 1)));
    assert_eq!(erp.stock("SHIRT", "Finished Goods - TW"), 4.0);
}

#[test]
fn goods_under_way_2b() {
    let (erp, client) = start();
    let shop = erp.add_site("Bandung", &["Cash"]);
    erp.add_stock("BUTTON", "Stores - TW", 10.0, 500.0);
    let out = json!({ "docstatus": 1, "stock_entry_type": "Material Transfer", "add_to_transit": 1, "from_warehouse": "Stores - TW",
        "to_warehouse": "Bandung Transit - TW", "items": [{ "item_code": "BUTTON", "qty": 10 }] });
    let out = good(client.post("Stock Entry", out));
    let come = |qty: f64| {
        json!({ "docstatus": 1, "stock_entry_type": "Material Transfer", "outgoing_stock_entry": name(&out), "from_warehouse": "Bandung Transit - TW",
            "to_warehouse": shop, "items": [{ "item_code": "BUTTON", "qty": qty, "against_stock_entry": name(&out), "ste_detail": name(&out["items"][0]) }] })
    };
    good(client.post("Stock Entry", come(8.0)));
    assert_eq!(read(&client, "Stock Entry", &out)["per_transferred"], json!(80.0));
    bad(&client.post("Stock Entry", come(3.0)), 417, "NegativeStockError");
    assert_eq!((erp.stock("BUTTON", &shop), erp.stock("BUTTON", "Bandung Transit - TW")), (8.0, 2.0));
}

#[test]
fn one_id_one_document_3() {
    let (erp, client) = start();
    let with_id = with(sale(1.0, 1000.0), json!({ "outpost_id": "x-1" }));
    let draft = with(with_id.clone(), json!({ "docstatus": 0 }));
    let draft = good(client.post("Sales Invoice", draft));
    bad(&client.post("Sales Invoice", with_id.clone()), 417, "UniqueValidationError");
    assert_eq!(
        client.raw("DELETE", &format!("/api/resource/Sales%20Invoice/{}", name(&draft)), None).unwrap().status,
        202
    );
    let first = good(client.post("Sales Invoice", with_id.clone()));
    good(client.call("frappe.client.cancel", json!({ "doctype": "Sales Invoice", "name": name(&first) })));
    bad(&client.post("Sales Invoice", with_id), 417, "UniqueValidationError");
    let amended = with(sale(1.0, 2000.0), json!({ "outpost_id": "x-2", "amended_from": name(&first) }));
    assert_eq!(name(&good(client.post("Sales Invoice", amended))), format!("{}-1", name(&first)));
    assert_eq!(erp.submitted().keys().collect::<Vec<_>>(), ["x-2"]);
    let own = with(sale(1.0, 1000.0), json!({ "naming_series": "BDG-SI-.#####" }));
    assert_eq!(name(&good(client.post("Sales Invoice", own))), "BDG-SI-00001");
    let bare = StandIn::start(Options { start: erpnext_stand_in::Start::Bare, v1_names: false, ..Options::default() })
        .unwrap();
    bare.add_item("SEWING", "Services", "Nos", false);
    bare.add_customer("Bu Sari");
    let client = Client::new(&bare, &bare.connector());
    for _ in 0..2 {
        good(client.post("Sales Invoice", with(sale(1.0, 1000.0), json!({ "outpost_id": "x-1", "name": "OWN" }))));
    }
    assert_eq!(bare.ignored().len(), 1, "without the custom field it is one that nobody knows");
    assert_eq!(
        good(client.send("POST", "/api/v2/document/Sales%20Invoice", &with(sale(1.0, 1.0), json!({ "name": "OWN" }))))
            ["name"],
        "OWN"
    );
}

#[test]
fn days_5() {
    let (_erp, client) = start();
    let on = |day: &str, set: i32| with(sale(1.0, 1000.0), json!({ "posting_date": day, "set_posting_time": set }));
    bad(&client.post("Sales Invoice", on("2026-10-10", 1)), 417, "ClosedAccountingPeriod");
    bad(&client.post("Sales Invoice", on("2025-10-10", 1)), 417, "FiscalYearError");
    assert_eq!(good(client.post("Sales Invoice", on("2026-10-10", 0)))["posting_date"], "2026-11-23");
    let late = good(client.post("Sales Invoice", on("2026-11-02", 1)));
    assert_eq!(read(&client, "Sales Invoice", &late)["status"], "Overdue");
}

#[test]
fn stock_of_the_past_5() {
    let (erp, client) = start();
    let entry = |kind: &str, day: &str, qty: f64| {
        let side = if kind == "Material Receipt" { "to_warehouse" } else { "from_warehouse" };
        json!({ "docstatus": 1, "stock_entry_type": kind, "set_posting_time": 1, "posting_date": day, "posting_time": "08:00:00", side: "Stores - TW",
            "items": [{ "item_code": "BUTTON", "qty": qty, "basic_rate": 500 }] })
    };
    good(client.post("Stock Entry", entry("Material Receipt", "2026-11-10", 10.0)));
    bad(&client.post("Stock Entry", entry("Material Issue", "2026-11-09", 1.0)), 417, "NegativeStockError");
    good(client.post("Stock Entry", entry("Material Issue", "2026-11-12", 9.0)));
    bad(&client.post("Stock Entry", entry("Material Issue", "2026-11-11", 2.0)), 417, "NegativeStockError");
    let count = json!({ "docstatus": 1, "purpose": "Stock Reconciliation", "set_posting_time": 1, "posting_date": "2026-11-15", "posting_time": "08:00:00",
        "items": [{ "item_code": "BUTTON", "warehouse": "Stores - TW", "qty": 100 }] });
    good(client.post("Stock Reconciliation", count));
    assert_eq!(erp.stock("BUTTON", "Stores - TW"), 100.0);
    good(client.post("Stock Entry", entry("Material Issue", "2026-11-13", 1.0)));
    assert_eq!(erp.stock("BUTTON", "Stores - TW"), 100.0, "the count of a later day stands");
}

#[test]
fn lists_6() {
    let (erp, client) = start();
    let stamps: Vec<String> = (1..=5)
        .map(|i| {
            good(client.post("Sales Invoice", sale(f64::from(i), 1000.0)))["modified"].as_str().unwrap().to_owned()
        })
        .collect();
    assert!(stamps.windows(2).all(|w| w[0] < w[1]));
    let ask = |more: Value| {
        client.list("Sales Invoice", &with(json!({ "order_by": "modified asc, name asc" }), more)).doc().clone()
    };
    assert_eq!(ask(json!({ "filters": [["modified", ">", stamps[2]]] })).as_array().unwrap().len(), 2);
    assert_eq!(ask(json!({ "limit_page_length": 2, "limit_start": 4 })).as_array().unwrap().len(), 1);
    let rows =
        ask(json!({ "fields": ["name", "items.qty as q"], "filters": [["Sales Invoice Item", "qty", ">=", 4]] }));
    assert_eq!(rows.as_array().unwrap().iter().map(|r| r["q"].as_f64().unwrap()).collect::<Vec<_>>(), [4.0, 5.0]);
    for (filter, count) in [
        (json!([["name", "in", ["ACC-SINV-2026-00001", "x"]]]), 1),
        (json!([["name", "not in", ["ACC-SINV-2026-00001"]]]), 4),
        (json!([["name", "like", "%0003"]]), 1),
        (json!([["grand_total", "between", [2000, 4000]]]), 3),
        (json!([["outpost_id", "is", "not set"]]), 5),
        (json!([["grand_total", "<=", 1000]]), 1),
        (json!({ "customer": "bu sari", "docstatus": 1 }), 5),
        (json!([["modified", "between", ["2026-11-23", "2026-11-23"]]]), 5),
        (json!([["customer", "!=", "Bu Sari"]]), 0),
    ] {
        assert_eq!(ask(json!({ "filters": filter })).as_array().unwrap().len(), count, "{filter}");
    }
    bad(&client.list("Item", &json!({ "fields": ["nope"] })), 417, "DataError");
    bad(&client.list("Sales Invoice Item", &json!({})), 403, "PermissionError");
    let children = client.list(
        "Sales Invoice Item",
        &json!({ "parent": "Sales Invoice", "fields": ["parent", "qty"], "limit_page_length": 0 }),
    );
    assert_eq!(children.doc().as_array().unwrap().len(), 5);
    let of_two = json!([["parent", "in", ["ACC-SINV-2026-00002", "ACC-SINV-2026-00004"]]]);
    let whole =
        json!({ "parent": "Sales Invoice", "fields": ["*"], "filters": of_two, "order_by": "parent asc, idx asc" });
    let whole = client.list("Sales Invoice Item", &whole).doc().clone();
    assert_eq!(whole.as_array().unwrap().len(), 2);
    let mut row = client.get("Sales Invoice", "ACC-SINV-2026-00004").doc()["items"][0].clone();
    // Of a row a list has every column, and nothing that is none.
    row.as_object_mut().unwrap().retain(|field, _| !["doctype", "is_stock_item"].contains(&field.as_str()));
    assert_eq!(whole[1], row);
    let many = json!({ "doctype": "Item", "fields": ["name"], "filters": [["item_code", "in", ["SHIRT", "BUTTON"]]] });
    assert_eq!(client.call("frappe.client.get_list", many).doc().as_array().unwrap().len(), 2);
    erp.add_stock("BUTTON", "Stores - TW", 3.0, 500.0);
    let bins = client.list("Bin", &json!({ "fields": ["item_code", "warehouse", "actual_qty", "valuation_rate"] }));
    assert_eq!(
        bins.doc()[0],
        json!({ "item_code": "BUTTON", "warehouse": "Stores - TW", "actual_qty": 3.0, "valuation_rate": 500.0 })
    );
}

#[test]
fn rights_7() {
    let (erp, connector) = start();
    let reader = Client::new(&erp, &erp.user("reader"));
    for doctype in ["Bin", "Item", "Work Order", "Sales Order", "Customer", "Supplier", "Stock Ledger Entry", "Company"]
    {
        assert_eq!(reader.list(doctype, &json!({})).status, 200, "{doctype}");
    }
    for doctype in ["BOM", "Item Price", "Employee", "GL Entry", "Sales Invoice"] {
        bad(&reader.list(doctype, &json!({})), 403, "PermissionError");
        assert_eq!(connector.list(doctype, &json!({})).status, 200, "{doctype}");
    }
    bad(&reader.post("Sales Invoice", sale(1.0, 1.0)), 403, "PermissionError");
    let entry = json!({ "docstatus": 1, "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW", "items": [{ "item_code": "BUTTON", "qty": 1, "basic_rate": 1 }] });
    good(reader.post("Stock Entry", entry));
    for doctype in [
        "Role",
        "DocPerm",
        "Custom DocPerm",
        "User Permission",
        "Role Profile",
        "Custom Field",
        "Version",
        "Data Import",
    ] {
        bad(&connector.list(doctype, &json!({})), 403, "PermissionError");
    }
    bad(&connector.list("Has Role", &json!({})), 403, "PermissionError");
    let roles = json!({ "parent": "User", "filters": [["parenttype", "=", "User"]], "fields": ["parent", "role"], "limit_page_length": 0 });
    assert!(reader.list("Has Role", &roles).doc().as_array().unwrap().iter().any(|r| r["role"] == "Stock User"));
    let of = reader.call("frappe.core.doctype.user.user.get_roles", json!({ "uid": "reader@tailor.local" }));
    assert!(of.doc().as_array().unwrap().contains(&json!("Stock User")));
    let may = |client: &Client, what: &str| {
        client
            .call(
                "frappe.client.has_permission",
                json!({ "doctype": "Sales Invoice", "docname": "x", "perm_type": what }),
            )
            .doc()
            .clone()
    };
    assert_eq!(
        (may(&reader, "read"), may(&connector, "submit")),
        (json!({ "has_permission": false }), json!({ "has_permission": true }))
    );
    let meta = good(connector.raw("GET", "/api/v2/doctype/Sales%20Invoice/meta", None).unwrap());
    assert!(meta["permissions"].as_array().unwrap().iter().any(|p| p["role"] == "Accounts User" && p["submit"] == 1));
    assert!(meta["fields"].as_array().unwrap().iter().any(|f| f["fieldname"] == "outpost_id" && f["unique"] == 1));
    let manager = Client::new(&erp, &erp.admin());
    bad(&manager.list("Expense Claim", &json!({})), 404, "DoesNotExistError");
    bad(&connector.list("Expense Claim", &json!({})), 403, "PermissionError");
}

#[test]
fn odd_values_5() {
    let (erp, client) = start();
    let row = |more: Value| with(json!({ "item_code": "BUTTON", "qty": 1, "basic_rate": 5 }), more);
    let entry = |more: Value| {
        with(
            json!({ "docstatus": 1, "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW", "items": [row(json!({}))] }),
            more,
        )
    };
    bad(
        &client.post("Stock Entry", entry(json!({ "set_posting_time": 1, "posting_date": "2026-11-20T07:00:00Z" }))),
        500,
        "OperationalError",
    );
    bad(&client.post("Stock Entry", entry(json!({ "stock_entry_type": "Nonsense" }))), 417, "ValidationError");
    bad(&client.post("Stock Entry", entry(json!({ "is_opening": "Maybe" }))), 417, "ValidationError");
    bad(
        &client.post("Stock Entry", entry(json!({ "items": [row(json!({ "t_warehouse": "Nowhere" }))] }))),
        417,
        "LinkValidationError",
    );
    good(client.post("Stock Entry", entry(json!({ "nonsense": 1, "items": [row(json!({ "odd": 2 }))] }))));
    let ignored: Vec<String> = erp.ignored().into_iter().map(|i| format!("{}.{}", i.doctype, i.field)).collect();
    assert!(
        ignored.contains(&"Stock Entry.nonsense".to_owned()) && ignored.contains(&"Stock Entry Detail.odd".to_owned()),
        "{ignored:?}"
    );
}

#[test]
fn batches_and_serials_come_back_2b() {
    let (erp, client) = start();
    erp.make(
        "Item",
        json!({ "item_code": "MACHINE", "item_group": "Raw Material", "is_stock_item": 1, "has_serial_no": 1 }),
    );
    erp.make(
        "Item",
        json!({ "item_code": "DYE", "item_group": "Raw Material", "is_stock_item": 1, "has_batch_no": 1 }),
    );
    erp.make("Batch", json!({ "batch_id": "B-1", "item": "DYE" }));
    let receipt = json!({ "docstatus": 1, "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW", "items": [
        { "item_code": "MACHINE", "qty": 1, "basic_rate": 1000, "use_serial_batch_fields": 1, "serial_no": "M-1" },
        { "item_code": "DYE", "qty": 2, "basic_rate": 1000, "use_serial_batch_fields": 1, "batch_no": "B-1" },
    ] });
    good(client.post("Stock Entry", receipt));
    let sold = json!({ "docstatus": 1, "customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Stores - TW", "items": [
        { "item_code": "MACHINE", "qty": 1, "rate": 2000, "use_serial_batch_fields": 1, "serial_no": "M-1" },
        { "item_code": "DYE", "qty": 2, "rate": 2000 },
    ] });
    let first = good(client.post("Sales Invoice", sold.clone()));
    bad(&client.post("Sales Invoice", sold.clone()), 417, "SerialNoWarehouseError");
    good(client.call("frappe.client.cancel", json!({ "doctype": "Sales Invoice", "name": name(&first) })));
    good(client.post("Sales Invoice", sold));
    assert_eq!(erp.stock("DYE", "Stores - TW"), 0.0);
}

#[test]
fn buying_4() {
    let (erp, client) = start();
    let row = json!({ "item_code": "CLOTH-1", "qty": 10, "rate": 48000 });
    let receipt = good(client.post(
        "Purchase Receipt",
        json!({ "docstatus": 1, "supplier": "Toko Kain", "set_warehouse": "Stores - TW", "items": [row] }),
    ));
    let row = with(row, json!({ "purchase_receipt": name(&receipt), "pr_detail": name(&receipt["items"][0]) }));
    let bill = good(client.post(
        "Purchase Invoice",
        json!({ "docstatus": 1, "supplier": "Toko Kain", "bill_no": "B-1", "items": [row] }),
    ));
    assert_eq!(read(&client, "Purchase Receipt", &receipt)["status"], "Completed");
    let open = read(&client, "Purchase Invoice", &bill);
    assert_eq!((&open["status"], &open["outstanding_amount"]), (&json!("Unpaid"), &json!(480_000.0)));
    let reference =
        json!({ "reference_doctype": "Purchase Invoice", "reference_name": name(&bill), "allocated_amount": 480_000 });
    let pay = json!({ "docstatus": 1, "payment_type": "Pay", "party_type": "Supplier", "party": "Toko Kain", "paid_from": "Cash - TW",
        "paid_amount": 480_000, "received_amount": 480_000, "references": [reference] });
    good(client.post("Payment Entry", pay));
    assert_eq!(read(&client, "Purchase Invoice", &bill)["status"], "Paid");
    let balances = erp.balances();
    assert_eq!(
        (balances["Stock Received But Not Billed - TW"], balances["Creditors - TW"], balances["Cash - TW"]),
        (0.0, 0.0, -480_000.0)
    );
    assert_eq!(balances["Stock In Hand - TW"], 480_000.0);
    let at_once = json!({ "docstatus": 1, "supplier": "Toko Kain", "is_paid": 1, "mode_of_payment": "Cash", "cash_bank_account": "Cash - TW",
        "paid_amount": 30000, "items": [{ "item_code": "SEWING", "qty": 1, "rate": 30000 }] });
    let paid = good(client.post("Purchase Invoice", at_once));
    assert_eq!(read(&client, "Purchase Invoice", &paid)["status"], "Paid");
}

#[test]
fn making_4() {
    let (erp, client) = start();
    erp.add_stock("CLOTH-1", "Stores - TW", 10.0, 50000.0);
    let order = json!({ "docstatus": 1, "production_item": "SHIRT", "bom_no": "BOM-SHIRT-002", "qty": 2, "wip_warehouse": "Work In Progress - TW",
        "fg_warehouse": "Finished Goods - TW", "source_warehouse": "Stores - TW",
        "operations": [{ "operation": "Sew", "workstation": "Sewing Table", "time_in_mins": 60, "bom": "BOM-SHIRT-002" }] });
    let order = good(client.post("Work Order", order));
    let cards = client.list(
        "Job Card",
        &json!({ "filters": [["work_order", "=", name(&order)]], "fields": ["name", "for_quantity", "status"] }),
    );
    assert_eq!(cards.doc()[0]["status"], "Open");
    let card = cards.doc()[0].clone();
    let log = json!({ "employee": "HR-EMP-00001", "from_time": "2026-11-23 08:00:00", "to_time": "2026-11-23 09:30:00", "completed_qty": 2 });
    good(client.put("Job Card", name(&card), json!({ "time_logs": [log] })));
    assert_eq!(good(client.put("Job Card", name(&card), json!({ "docstatus": 1 })))["total_time_in_mins"], json!(90.0));
    assert_eq!(read(&client, "Work Order", &order)["operations"][0]["actual_operation_time"], json!(90.0));
    for purpose in ["Material Transfer for Manufacture", "Manufacture"] {
        let method = "erpnext.manufacturing.doctype.work_order.work_order.make_stock_entry";
        let drawn = good(client.call(method, json!({ "work_order_id": name(&order), "purpose": purpose, "qty": 2 })));
        good(client.post("Stock Entry", with(drawn, json!({ "docstatus": 1 }))));
    }
    let done = read(&client, "Work Order", &order);
    assert_eq!((&done["status"], &done["produced_qty"]), (&json!("Completed"), &json!(2.0)));
    assert_eq!((erp.stock("SHIRT", "Finished Goods - TW"), erp.stock("CLOTH-1", "Stores - TW")), (2.0, 7.0));
}
