//! The guard's script, run by Python as ERPNext would run it: what it refuses, with which words, and what it lets through.

use super::python;
use outpost_erpnext::guard::{Mode, scripts};
use serde_json::{Value, json};

/// The text of one of a mode's scripts for Stock Entries.
fn text_of(mode: Mode, event: &str) -> String {
    let name = format!("Outpost Guard: Stock Entry {event}");
    scripts(mode).find(|script| script.to_string() == name).unwrap().text()
}

fn script() -> String {
    text_of(Mode::WhileDown, "Before Submit")
}

const NOW: &str = "2026-11-23 16:15:00";

/// What the script says to each document, or to a change from one to another: the words of its refusal, or none.
fn said(script: &str, documents: &[Value]) -> Vec<Option<String>> {
    let runner = python::runner();
    let told = |document: &Value| {
        let (user, document, before) = match document.get("after") {
            Some(after) => (document["user"].clone(), after.clone(), document["before"].clone()),
            None => (json!("wati@tailor.local"), document.clone(), Value::Null),
        };
        runner(&json!({
            "script": script, "now": NOW, "user": user, "document": document, "before": before,
            "warehouses": {
                "Bandung - TW": { "outpost_site": "bandung" }, "Garut - TW": { "outpost_site": "garut" },
                "Solo - TW": { "outpost_site": "solo" }, "Stores - TW": {},
                "Goods In Transit - TW": { "warehouse_type": "Transit" },
                "To Garut - TW": { "warehouse_type": "Transit", "outpost_site": "garut" },
            },
            // Of each the office's clock is an hour slow: it is ERPNext's own that counts.
            "links": {
                "bandung": { "heard": "2026-11-23 15:10:01", "modified": "2026-11-23 16:10:00", "modified_by": "connector" },
                "garut": { "heard": "2026-11-23 15:09:58", "modified": "2026-11-23 16:09:59", "modified_by": "connector" },
            },
        }))
    };
    documents.iter().map(told).collect()
}

fn document(doctype: &str, row: Value, more: Value) -> Value {
    let mut document = json!({ "doctype": doctype, "docstatus": 1, "owner": "wati@tailor.local", "items": [row] });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document
}

fn entry(from: &str, to: &str) -> Value {
    document("Stock Entry", json!({ "s_warehouse": from, "t_warehouse": to }), json!({}))
}

#[test]
fn what_concerns_no_workshop_that_is_down_passes() {
    let at = |warehouse: &str| json!({ "warehouse": warehouse });
    let documents = [
        entry("Stores - TW", "Stores - TW"),
        entry("Stores - TW", "Goods In Transit - TW"),
        entry("Stores - TW", "To Garut - TW"),
        // Its link was written five minutes ago, and not longer.
        entry("Stores - TW", "Bandung - TW"),
        document("Delivery Note", at("Bandung - TW"), json!({})),
        // Garut's own, however it came; and it is taken back by whoever posted it.
        document("Stock Reconciliation", at("Garut - TW"), json!({ "outpost_id": "1" })),
        document("Stock Entry", json!({ "s_warehouse": "Garut - TW" }), json!({ "outpost_id": "1", "docstatus": 2 })),
        // What moves no stock.
        document("Sales Invoice", at("Garut - TW"), json!({})),
        document("Purchase Invoice", at("Garut - TW"), json!({ "update_stock": 0 })),
        json!({ "doctype": "Sales Invoice", "docstatus": 1, "owner": "wati@tailor.local", "update_stock": 1 }),
    ];
    for (document, said) in documents.iter().zip(said(&script(), &documents)) {
        assert_eq!(said, None, "{document}");
    }
}

/// Documents for Garut, whose link is a second too old.
fn for_garut() -> Vec<Value> {
    let at = |field: &str| json!({ field: "Garut - TW" });
    vec![
        entry("Stores - TW", "Garut - TW"),
        entry("Garut - TW", "Goods In Transit - TW"),
        document("Stock Reconciliation", at("warehouse"), json!({})),
        document("Delivery Note", at("target_warehouse"), json!({})),
        document("Delivery Note", json!({ "warehouse": "Stores - TW" }), json!({ "packed_items": [at("warehouse")] })),
        document("Purchase Receipt", at("rejected_warehouse"), json!({})),
        document("Sales Invoice", at("warehouse"), json!({ "update_stock": 1 })),
        document("Purchase Invoice", at("warehouse"), json!({ "update_stock": 1 })),
        // Somebody at ERPNext submits what the office has given an id, or takes back what was asked for, though it is his own draft.
        document(
            "Stock Entry",
            at("s_warehouse"),
            json!({ "outpost_id": "1", "owner": "connector", "outpost_site": "garut" }),
        ),
        document(
            "Stock Entry",
            at("s_warehouse"),
            json!({ "outpost_id": "1", "docstatus": 2, "outpost_ask": 1, "outpost_site": "garut" }),
        ),
        // Somebody at ERPNext takes back what the workshop made, and what another at ERPNext made.
        document("Stock Entry", at("s_warehouse"), json!({ "outpost_id": "1", "docstatus": 2, "owner": "connector" })),
        document("Stock Entry", at("s_warehouse"), json!({ "docstatus": 2 })),
    ]
}

#[test]
fn what_is_for_a_workshop_that_is_down_is_refused_with_its_name_and_since_when() {
    let documents = for_garut();
    for (document, said) in documents.iter().zip(said(&script(), &documents)) {
        let said = said.unwrap_or_else(|| panic!("it passed: {document}"));
        assert!(said.starts_with("the link to garut is down since 2026-11-23 15:09:58, and Garut - TW is"), "{said}");
        assert!(said.contains("through a transit warehouse"), "{said}");
    }
    // One that was never heard.
    let told = said(&script(), &[entry("Stores - TW", "Solo - TW")]);
    assert!(
        told[0].as_ref().unwrap().starts_with("the link to solo is down, and was never up, and Solo - TW"),
        "{told:?}"
    );
}

#[test]
fn a_script_that_did_not_look_at_the_age_would_let_it_through() {
    let blind = script().replace(" <= longest_s", " is not None");
    assert_ne!(blind, script());
    assert!(said(&blind, &for_garut()).iter().all(Option::is_none));
    let unconcerned = script().replace("doc.owner == frappe.session.user and not doc.get(\"outpost_ask\")", "True");
    assert_ne!(unconcerned, script());
    assert_eq!(said(&unconcerned, &for_garut()).iter().filter(|said| said.is_none()).count(), 3);
}

#[test]
fn where_a_workshop_is_asked_what_is_for_it_is_refused_while_its_link_is_up_too_with_how_to_ask() {
    let asking = text_of(Mode::Asking, "Before Submit");
    let for_bandung = [entry("Stores - TW", "Bandung - TW"), entry("Bandung - TW", "Goods In Transit - TW")];
    assert!(said(&script(), &for_bandung).iter().all(Option::is_none), "its link is up");
    for said in said(&asking, &for_bandung) {
        let said = said.unwrap();
        assert!(said.starts_with("Bandung - TW is bandung's, and what lies there only its box knows."), "{said}");
        assert!(said.contains("tick Ask the Workshop and save: bandung's box is asked"), "{said}");
    }
    let count = document("Stock Reconciliation", json!({ "warehouse": "Bandung - TW" }), json!({}));
    let told = said(&asking, &[count])[0].clone().unwrap();
    assert!(told.ends_with("counts are the workshop's own: let bandung count it."), "{told}");
    for (document, said) in for_garut().iter().zip(said(&asking, &for_garut())) {
        let said = said.unwrap();
        if document["outpost_id"] == "1" && document["docstatus"] == 1 {
            assert!(said.starts_with("it is asked of garut's box, and submitted by itself"), "{said}");
            continue;
        }
        let can_be_asked = document["docstatus"] != 2 && document["doctype"] != "Stock Reconciliation";
        assert!(said.starts_with("the link to garut is down since"), "{said}");
        assert_eq!(said.contains("tick Ask the Workshop"), can_be_asked, "{said}");
        assert_eq!(said.contains("cancel this once the link is up"), document["docstatus"] == 2, "{said}");
    }
    let mut taken_back = entry("Bandung - TW", "Goods In Transit - TW");
    taken_back["docstatus"] = json!(2);
    assert_eq!(said(&asking, &[taken_back]), [None], "what was submitted there before is cancelled there");
    // The office submits what a person wrote; the office's own, what a box has recorded, and what moves no stock pass.
    let by_office = document(
        "Stock Entry",
        json!({ "s_warehouse": "Bandung - TW" }),
        json!({ "outpost_id": "1", "outpost_ask": 1, "outpost_site": "bandung" }),
    );
    let by_office = json!({ "user": "connector", "after": by_office });
    let own = [
        entry("Stores - TW", "Goods In Transit - TW"),
        document("Stock Reconciliation", json!({ "warehouse": "Bandung - TW" }), json!({ "outpost_id": "1" })),
        document("Sales Invoice", json!({ "warehouse": "Bandung - TW" }), json!({})),
        by_office,
    ];
    assert!(said(&asking, &own).iter().all(Option::is_none));
}

#[test]
fn a_draft_of_which_a_box_is_asked_stays_as_it_is_but_for_the_tick() {
    let [save, delete] = ["Before Save", "Before Delete"].map(|event| text_of(Mode::Asking, event));
    let before = json!({
        "doctype": "Stock Entry", "name": "MAT-1", "docstatus": 0, "outpost_ask": 1, "outpost_id": "1", "outpost_site": "bandung",
        "outpost_answer": "bandung's box is asked", "remarks": "", "items": [{ "item_code": "BUTTON", "qty": 3.0, "s_warehouse": "Bandung - TW" }],
    });
    let change = |user: &str, pointer: &str, value: Value, ask: i64| {
        let mut after = before.clone();
        after["outpost_ask"] = json!(ask);
        *after.pointer_mut(pointer).unwrap() = value;
        json!({ "user": user, "before": before, "after": after })
    };
    let wati = "wati@tailor.local";
    let refused = [
        change(wati, "/remarks", json!("soon"), 1),
        change(wati, "/items/0/qty", json!(4.0), 0),
        change(wati, "/items", json!([]), 0),
        change(wati, "/outpost_id", json!(""), 0),
        change(wati, "/docstatus", json!(1), 0),
    ];
    for (change, said) in refused.iter().zip(said(&save, &refused)) {
        let said = said.unwrap_or_else(|| panic!("it passed: {change}"));
        assert!(said.starts_with("bandung's box is asked of it") && said.contains("untick Ask the Workshop"), "{said}");
    }
    let mut free = change(wati, "/items/0/qty", json!(4.0), 1);
    for side in ["before", "after"] {
        free[side]["outpost_id"] = json!("");
    }
    let passes = [change(wati, "/items/0/qty", json!(3), 0), change("connector", "/items/0/qty", json!(4.0), 1), free];
    assert_eq!(said(&save, &passes), [None, None, None]);
    let gone = [change(wati, "/remarks", json!(""), 1), change("connector", "/remarks", json!(""), 1)];
    let told = said(&delete, &gone);
    assert!(told[0].as_ref().unwrap().contains("To delete it, untick Ask the Workshop"), "{told:?}");
    assert_eq!(told[1], None);
    // One that looked at nothing would let each through.
    let blind = save.replace("changed.append(", "str(");
    assert_ne!(blind, save);
    assert!(said(&blind, &refused).iter().all(Option::is_none));
}
