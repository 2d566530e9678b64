//! A document for a site, entered at the office: each time the one that refuses it, and its rule.

use crate::caller::Caller;
use crate::{EXE, SOON};
use rig::town::Town;
use serde_json::{Value, json};

fn receipt(warehouse: &str) -> Value {
    json!({
        "id": "01a199c7-0000-7000-8000-000000000001", "stock_entry_type": "Material Receipt", "posting_date": "2026-01-05",
        "to_warehouse": warehouse, "items": [{ "item_code": "BUTTON", "qty": 1, "basic_rate": "500" }],
    })
}

#[test]
fn a_document_for_a_sites_warehouse_is_judged_and_who_refuses_it_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(EXE, dir.path(), "").unwrap();
    let mut solo = town.settle("solo", None, &["till"], "").unwrap();
    town.office.command(&["enrol", "bandung"], "").unwrap();
    let ani = Caller::at(&town.office, "ani", "admin");
    let import = ani.import();
    let warehouses = "name,site,is_transit\nSolo,solo,0\nBandung,bandung,0\nRoad,,1\nMain,,0\n";
    ani.put(&import, "warehouse.csv", warehouses.as_bytes());
    let report = ani.post("/api/master", &json!({ "import": import })).json();
    assert_eq!(report["taken"], true, "{report}");

    let enter = |site: &str, kind: &str, document: Value| {
        ani.post("/api/transactions", &json!({ "site": site, "kind": kind, "document": document }))
    };
    let rule = |document: Value| enter("solo", "stock-entry", document).json()["error"]["rule"].to_string();
    assert_eq!(enter("nowhere", "stock-entry", receipt("Solo")).refused(404), "site");
    assert_eq!(enter("solo", "lunch", receipt("Solo")).refused(422), "kind");
    assert_eq!(enter("solo", "stock-entry", json!({})).refused(422), "document");
    assert_eq!(
        enter("solo", "day-close", json!({ "id": receipt("")["id"], "day": "2026-01-05" })).refused(422),
        "kind"
    );
    for (warehouse, who) in
        [("Bandung", "needs the site bandung"), ("Main", "needs the office"), ("Moon", "is no warehouse")]
    {
        let heard = enter("solo", "stock-entry", receipt(warehouse));
        assert!(heard.refused(422).as_str().unwrap().contains("warehouse"), "{heard:?}");
        assert!(rule(receipt(warehouse)).contains(who), "{warehouse}");
    }
    assert_eq!(enter("solo", "stock-entry", receipt("Solo")).refused(422), "site");
    assert!(rule(receipt("Solo")).contains("its line is down"), "{}", rule(receipt("Solo")));
    solo.start().unwrap();
    town.office.wait_until("solo", SOON, |status| Town::site(status, "solo")["answers"] == true).unwrap();
    assert!(rule(receipt("Solo")).contains("the box of solo decides"), "{}", rule(receipt("Solo")));
    assert!(!rule(receipt("Solo")).contains("down"));
    let status = town.office.status().unwrap();
    assert_eq!(Town::site(&status, "solo")["documents"], 0, "nothing was made up");
}
