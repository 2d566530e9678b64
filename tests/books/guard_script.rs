//! The guard's script, run by Python as ERPNext would run it: what it refuses, with which words, and what it lets through.

use outpost_erpnext::guard::Mode;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

fn script() -> String {
    Mode::WhileDown.script()
}

const NOW: &str = "2026-11-23 16:15:00";

/// What the script says to each document: the words of its refusal, or none.
fn said(script: &str, documents: &[Value]) -> Vec<Option<String>> {
    let here = Path::new(env!("CARGO_TARGET_TMPDIR")).join("restricted-python");
    let python = rig::packages::python(&here, &["RestrictedPython==7.4"]);
    let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/guard.py");
    let told = json!({
        "script": script, "now": NOW, "user": "wati@tailor.local", "documents": documents,
        "warehouses": {
            "Bandung - TW": { "outpost_site": "bandung" }, "Garut - TW": { "outpost_site": "garut" },
            "Solo - TW": { "outpost_site": "solo" }, "Stores - TW": {},
            "Goods In Transit - TW": { "warehouse_type": "Transit" },
            "To Garut - TW": { "warehouse_type": "Transit", "outpost_site": "garut" },
        },
        // Of each the office's clock is an hour slow: it is ERPNext's own that counts.
        "links": {
            "bandung": { "heard": "2026-11-23 15:10:01", "modified": "2026-11-23 16:10:00" },
            "garut": { "heard": "2026-11-23 15:09:58", "modified": "2026-11-23 16:09:59" },
        },
    });
    let mut child = Command::new(python).arg(harness).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(told.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the script cannot be run as ERPNext runs it");
    serde_json::from_slice(&output.stdout).unwrap()
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
        document("Stock Reconciliation", at("Garut - TW"), json!({ "outpost_id": "1", "owner": "connector" })),
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
    let unconcerned = script().replace("doc.owner == frappe.session.user", "True");
    assert_ne!(unconcerned, script());
    assert_eq!(said(&unconcerned, &for_garut()).iter().filter(|said| said.is_none()).count(), 1);
}

#[test]
fn with_the_desk_what_is_for_a_workshop_is_refused_while_its_link_is_up_too_and_sent_there() {
    let desk = Mode::AtDesk.script();
    let for_bandung = [entry("Stores - TW", "Bandung - TW"), entry("Bandung - TW", "Goods In Transit - TW")];
    assert!(said(&script(), &for_bandung).iter().all(Option::is_none), "its link is up");
    for said in said(&desk, &for_bandung) {
        let said = said.unwrap();
        assert!(said.starts_with("Bandung - TW is bandung's, and what lies there only its box knows."), "{said}");
        assert!(said.contains("enter it at Outpost's desk, which asks bandung's box"), "{said}");
    }
    for (document, said) in for_garut().iter().zip(said(&desk, &for_garut())) {
        let said = said.unwrap();
        let is_cancelled = document["docstatus"] == 2;
        assert!(said.starts_with("the link to garut is down since"), "{said}");
        assert_eq!(said.contains("enter it at Outpost's desk"), !is_cancelled, "{said}");
        assert_eq!(said.contains("cancel this once the link is up"), is_cancelled, "{said}");
    }
    let mut taken_back = entry("Bandung - TW", "Goods In Transit - TW");
    taken_back["docstatus"] = json!(2);
    assert_eq!(said(&desk, &[taken_back]), [None], "what was submitted there before is cancelled there");
    let own = [
        entry("Stores - TW", "Goods In Transit - TW"),
        document("Stock Reconciliation", json!({ "warehouse": "Bandung - TW" }), json!({ "outpost_id": "1" })),
        document("Sales Invoice", json!({ "warehouse": "Bandung - TW" }), json!({})),
    ];
    assert!(
        said(&desk, &own).iter().all(Option::is_none),
        "the office's own, what a box has recorded, what moves no stock"
    );
}
