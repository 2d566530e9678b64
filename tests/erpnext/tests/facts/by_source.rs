//! What Frappe's and ERPNext's public source of version 15 says, and nobody has recorded.

use crate::common::Client;
use crate::{bad, good, name, read, sale, start, with};
use serde_json::{Value, json};

/// From Frappe's source, and in 7 for `User`: a list leaves out what is above level 0, and a document has nothing of it.
#[test]
fn a_field_above_level_0_is_neither_written_nor_read_without_a_right_at_its_level_7() {
    let (erp, manager) = start();
    let seller = Client::new(&erp, &erp.add_user("seller@tailor.local", &["Sales User"]));
    let order = json!({ "customer": "Bu Sari", "delivery_date": "2026-12-01", "ignore_pricing_rule": 1,
        "items": [{ "item_code": "SHIRT", "qty": 2, "rate": 250000, "warehouse": "Finished Goods - TW" }] });
    let theirs = good(seller.post("Sales Order", order.clone()));
    let ours = good(manager.post("Sales Order", order));
    let of = |client: &Client, doc: &Value| read(client, "Sales Order", doc)["ignore_pricing_rule"].clone();
    assert_eq!((of(&manager, &theirs), of(&manager, &ours)), (json!(0), json!(1)));
    // A tick that may not be read reads as none.
    assert_eq!(of(&seller, &ours), json!(0));
    let query = json!({ "fields": ["name", "ignore_pricing_rule"] });
    let has = |client: &Client| client.list("Sales Order", &query).doc()[0].get("ignore_pricing_rule").is_some();
    assert_eq!((has(&seller), has(&manager)), (false, true));
    // A change leaves it as it was.
    good(seller.put("Sales Order", name(&ours), json!({ "ignore_pricing_rule": 0, "po_no": "7" })));
    assert_eq!((of(&manager, &ours), &read(&manager, "Sales Order", &ours)["po_no"]), (json!(1), &json!("7")));
    // Nobody but a manager sees roles.
    assert_eq!(read(&seller, "User", &json!({ "name": "seller@tailor.local" }))["roles"], json!([]));
    assert_ne!(
        read(&Client::new(&erp, &erp.admin()), "User", &json!({ "name": "seller@tailor.local" }))["roles"],
        json!([])
    );
}

/// From ERPNext's source: `check_freezing_date`, `check_stock_frozen_date`.
#[test]
fn what_is_frozen_is_not_frozen_to_who_has_the_role_5() {
    let (erp, client) = start();
    let entry = json!({ "docstatus": 1, "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW", "set_posting_time": 1,
        "posting_date": "2026-11-20", "items": [{ "item_code": "BUTTON", "qty": 1, "basic_rate": 1 }] });
    let settings = [
        ("Accounts Settings", "acc_frozen_upto", "frozen_accounts_modifier", "ValidationError"),
        ("Stock Settings", "stock_frozen_upto", "stock_auth_role", "StockFreezeError"),
    ];
    for (single, until, role, class) in settings {
        erp.set(single, single, until, json!("2026-11-21"));
        bad(&client.post("Stock Entry", entry.clone()), 417, class);
        erp.set(single, single, role, json!("Auditor of another house"));
        bad(&client.post("Stock Entry", entry.clone()), 417, class);
        erp.set(single, single, role, json!("Stock Manager"));
        good(client.post("Stock Entry", entry.clone()));
    }
}

/// From Frappe's source: a Custom Field is committed before its column is made; saving it again makes the column.
#[test]
fn a_field_without_its_column_stops_its_doctype_until_it_is_saved_again_3() {
    let (erp, client) = start();
    let manager = Client::new(&erp, &erp.admin());
    erp.lose_column("Sales Invoice", "outpost_id");
    let query = json!({ "fields": ["name", "outpost_id"] });
    bad(&client.list("Sales Invoice", &query), 500, "OperationalError");
    bad(&client.post("Sales Invoice", sale(1.0, 1000.0)), 500, "OperationalError");
    good(manager.put("Custom Field", "Sales Invoice-outpost_id", json!({})));
    good(client.list("Sales Invoice", &query));
    good(client.post("Sales Invoice", sale(1.0, 1000.0)));
}

/// From Frappe's source: `CustomField.on_trash`.
#[test]
fn a_custom_field_of_administrators_is_removed_by_nobody_else_1() {
    let (erp, _) = start();
    let manager = Client::new(&erp, &erp.admin());
    let delete = |client: &Client| {
        client.call("frappe.client.delete", json!({ "doctype": "Custom Field", "name": "Task-outpost_id" }))
    };
    bad(&delete(&manager), 417, "ValidationError");
    good(manager.put("Custom Field", "Task-outpost_id", json!({ "label": "Id" })));
    good(delete(&Client::new(&erp, &erp.add_user("Administrator", &["System Manager"]))));
}

/// From Frappe's source: `server_script.json`, `handle_does_not_exist_error`.
#[test]
fn who_is_no_script_manager_may_not_read_scripts_and_is_not_told_that_there_is_none_7() {
    let (erp, _) = start();
    let boss = Client::new(&erp, &erp.add_user("boss@tailor.local", &["System Manager"]));
    bad(&boss.get("Server Script", "Nothing"), 403, "PermissionError");
    bad(&boss.get("DocType", "Nothing"), 404, "DoesNotExistError");
    bad(&Client::new(&erp, &erp.admin()).get("Server Script", "Nothing"), 404, "DoesNotExistError");
}

/// From ERPNext's source, as 10 has it: a call leaves more than 100 rows to a job, a change of `docstatus` does not.
#[test]
fn a_long_entry_is_cancelled_by_its_state_and_not_by_a_call_10() {
    let (_erp, client) = start();
    let line = |side: &str| json!({ "account": "Cash - TW", side: 10 });
    let entry = |pairs: usize| {
        let both = [line("debit_in_account_currency"), line("credit_in_account_currency")];
        let accounts: Vec<Value> = std::iter::repeat_n(both, pairs).flatten().collect();
        json!({ "docstatus": 1, "posting_date": "2026-11-23", "voucher_type": "Journal Entry", "accounts": accounts })
    };
    let cancel =
        |doc: &Value| client.call("frappe.client.cancel", json!({ "doctype": "Journal Entry", "name": name(doc) }));
    let short = good(client.post("Journal Entry", entry(50)));
    good(cancel(&short));
    assert_eq!(read(&client, "Journal Entry", &short)["docstatus"], 2);
    let long = good(client.post("Journal Entry", entry(51)));
    good(cancel(&long));
    assert_eq!(read(&client, "Journal Entry", &long)["docstatus"], 1);
    bad(&cancel(&long), 417, "ValidationError");
    let long = good(client.post("Journal Entry", entry(51)));
    good(client.put("Journal Entry", name(&long), json!({ "docstatus": 2 })));
    assert_eq!(read(&client, "Journal Entry", &long)["docstatus"], 2);
}

#[test]
fn what_comes_back_is_what_had_gone_at_no_higher_price() {
    let (erp, client) = start();
    for (code, kept) in [("MACHINE", "has_serial_no"), ("DYE", "has_batch_no")] {
        erp.make("Item", json!({ "item_code": code, "item_group": "Raw Material", "is_stock_item": 1, kept: 1 }));
    }
    for batch in ["B-1", "B-2"] {
        erp.make("Batch", json!({ "batch_id": batch, "item": "DYE" }));
    }
    let row = |field: &str, item: &str, qty: i32, piece: &str| {
        json!({ "item_code": item, "qty": qty, "rate": 2000, "basic_rate": 1000, "use_serial_batch_fields": 1, field: piece,
            "warehouse": "Stores - TW" })
    };
    for (field, item, pieces, said) in [
        ("serial_no", "MACHINE", ["M-1", "M-2"], "Serial No M-2 is not present in the Sales Invoice"),
        ("batch_no", "DYE", ["B-1", "B-2"], "Batch No B-2 is not present in the original Sales Invoice"),
    ] {
        let come: Vec<Value> = pieces.iter().map(|piece| row(field, item, 1, piece)).collect();
        good(client.post("Stock Entry", json!({ "docstatus": 1, "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW", "items": come })));
        let sold = pieces.map(|piece| {
            let items = json!([row(field, item, 1, piece)]);
            good(client.post(
                "Sales Invoice",
                json!({ "docstatus": 1, "customer": "Bu Sari", "update_stock": 1, "items": items }),
            ))
        });
        let back = |piece: &str, rate: i32| {
            let mut row = with(row(field, item, -1, piece), json!({ "rate": rate }));
            row["sales_invoice_item"] = sold[0]["items"][0]["name"].clone();
            json!({ "docstatus": 1, "customer": "Bu Sari", "update_stock": 1, "is_return": 1, "return_against": name(&sold[0]), "items": [row] })
        };
        let other = client.post("Sales Invoice", back(pieces[1], 2000));
        bad(&other, 417, "ValidationError");
        assert!(other.body["exception"].as_str().unwrap().contains(said), "{}", other.body);
        let dear = client.post("Sales Invoice", back(pieces[0], 2001));
        bad(&dear, 417, "ValidationError");
        assert!(dear.body["exception"].as_str().unwrap().contains("Rate cannot be greater"), "{}", dear.body);
        good(client.post("Sales Invoice", back(pieces[0], 2000)));
    }
}

#[test]
fn no_money_is_taken_ahead_for_an_order_that_is_billed() {
    let (_erp, client) = start();
    let row = json!({ "item_code": "SEWING", "qty": 2, "rate": 1000, "warehouse": "Stores - TW" });
    let order = json!({ "docstatus": 1, "customer": "Bu Sari", "delivery_date": "2026-12-01", "items": [row] });
    let order = good(client.post("Sales Order", order));
    let ahead = || {
        let row =
            json!({ "reference_doctype": "Sales Order", "reference_name": name(&order), "allocated_amount": 100 });
        json!({ "docstatus": 1, "payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "paid_to": "Cash - TW",
            "paid_amount": 100, "received_amount": 100, "references": [row] })
    };
    let bill = || {
        let mut bill = sale(1.0, 1000.0);
        bill["items"][0]["sales_order"] = order["name"].clone();
        bill["items"][0]["so_detail"] = order["items"][0]["name"].clone();
        bill
    };
    good(client.post("Sales Invoice", bill()));
    good(client.post("Payment Entry", ahead()));
    good(client.post("Sales Invoice", bill()));
    let late = client.post("Payment Entry", ahead());
    bad(&late, 417, "ValidationError");
    assert!(late.body["exception"].as_str().unwrap().contains("has already been fully paid"), "{}", late.body);
}

#[test]
fn a_part_of_the_money_that_is_given_back_is_told_of_no_return() {
    let (_erp, client) = start();
    let first = good(client.post("Sales Invoice", sale(1.0, 1500.0)));
    let row = json!({ "mode_of_payment": "Cash", "amount": -500, "base_amount": -500, "account": "Cash - TW", "type": "Cash" });
    let till = json!({ "is_return": 1, "return_against": name(&first), "update_outstanding_for_self": 1, "is_pos": 1,
        "pos_profile": "Counter 1", "payments": [row], "paid_amount": -500, "base_paid_amount": -500 });
    let back = good(client.post("Sales Invoice", with(sale(-1.0, 1500.0), till)));
    assert_eq!(read(&client, "Sales Invoice", &back)["outstanding_amount"], json!(0.0));
    let bill = |qty: f64, paid: f64| {
        json!({ "docstatus": 1, "supplier": "Toko Kain", "items": [{ "item_code": "SEWING", "qty": qty, "rate": 150 }],
            "is_paid": 1, "mode_of_payment": "Cash", "cash_bank_account": "Cash - TW", "paid_amount": paid })
    };
    let first = good(client.post("Purchase Invoice", bill(1.0, 150.0)));
    let back = |paid: f64| with(bill(-1.0, paid), json!({ "is_return": 1, "return_against": name(&first) }));
    bad(&client.post("Purchase Invoice", back(-50.0)), 417, "ValidationError");
    good(client.post("Purchase Invoice", back(-150.0)));
}

/// From Frappe's source: `validate_phone_number`, of the Contact that ERPNext makes of it.
#[test]
fn a_telephone_number_has_20_digits_and_their_marks_5() {
    let (erp, client) = start();
    for (doctype, name) in [("Customer", "customer_name"), ("Supplier", "supplier_name")] {
        let made = |number: &str| client.post(doctype, json!({ name: "Pak Anon", "mobile_no": number }));
        for number in [&*"1".repeat(21), "0812/0813", "0812 Ibu"] {
            bad(&made(number), 417, "InvalidPhoneNumberError");
        }
        assert!(!erp.documents(doctype).iter().any(|doc| doc[name] == "Pak Anon"));
        good(made("+62 (812) 3456-7890*"));
    }
}

/// From Frappe's and ERPNext's source: a Contact is called by the name of whose it is, twice (`Contact.autoname`).
#[test]
fn whoever_can_be_reached_has_a_name_of_69_characters_at_most_5() {
    let (_erp, client) = start();
    for (doctype, name) in [("Customer", "customer_name"), ("Supplier", "supplier_name")] {
        for reached in [json!({ "mobile_no": "0812" }), json!({ "email_id": "a@example.com" })] {
            let made =
                |letters: usize| client.post(doctype, with(json!({ name: "x".repeat(letters) }), reached.clone()));
            bad(&made(70), 500, "DataError");
        }
        good(client.post(doctype, json!({ name: "x".repeat(69), "mobile_no": "0812" })));
        good(client.post(doctype, json!({ name: "x".repeat(70) })));
    }
}

/// From Frappe's source: `validate_name`.
#[test]
fn nobody_is_called_as_a_doctype_is_5() {
    let (_erp, client) = start();
    for (doctype, name) in [("Customer", "customer_name"), ("Supplier", "supplier_name"), ("Item", "item_code")] {
        let made = |called: &str| client.post(doctype, json!({ name: called, "item_group": "Products" }));
        for called in [doctype, &format!("New {doctype}s"), "Sari <3", "-> Sari"] {
            bad(&made(called), 409, "NameError");
        }
        for called in [&*format!("{doctype} 1"), &doctype.to_lowercase(), "New Sari"] {
            good(made(called));
        }
    }
}

/// From Frappe's and ERPNext's source of version 15: what a row is made of does not know whose document it is in (`_set_defaults`), and so has the
/// usual company's cost center; `validate_item_cost_centers`.
#[test]
fn a_row_without_a_cost_center_has_that_of_the_usual_company_5() {
    let (erp, client) = start();
    let company =
        json!({ "company_name": "Hill Tailors", "abbr": "HT", "default_currency": "IDR", "country": "Indonesia" });
    good(Client::new(&erp, &erp.admin()).post("Company", company));
    let ours = good(client.post("Sales Invoice", sale(1.0, 1000.0)));
    assert_eq!(ours["items"][0]["cost_center"], "Main - TW");
    let mut theirs = with(sale(1.0, 1000.0), json!({ "company": "Hill Tailors" }));
    bad(&client.post("Sales Invoice", theirs.clone()), 417, "ValidationError");
    theirs["items"][0]["cost_center"] = json!("Main - HT");
    good(client.post("Sales Invoice", theirs));
}
