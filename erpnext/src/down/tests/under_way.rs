//! Goods that somebody at ERPNext has sent to a workshop: which entries have a row, who gets it, and what becomes of it.

use super::fake::{COMPANY, Fake, Office};
use super::kept::Kept;
use super::mapping::{apart, made_in, recorded, scene, transit, with};
use crate::down::rows;
use crate::down::{Round, Scope};
use outpost_core::domain::master::{Row, Table, Transit};
use serde_json::{Value, json};

fn scope() -> Scope {
    super::fake::scope()
}

/// What is known: whose the recorded transit warehouse is.
fn of(site: Option<&str>) -> Kept {
    let row = transit("In Transit - TW", site);
    Kept([(row.key(), row)].into())
}

/// The recorded entry, made by nobody's site.
fn entry(fields: Value) -> Value {
    with(with(recorded("SE transfer out to transit"), json!({ "outpost_id": null })), fields)
}

fn row(known: &Kept, document: Value) -> Option<Value> {
    made_in(&scope(), known, rows::sent, &apart(document))
}

#[test]
fn an_entry_into_a_workshop_s_transit_warehouse_is_under_way_to_it_by_erpnext_s_own_names() {
    let wanted = json!({ "entry": "MAT-STE-2026-00550", "number": "MAT-STE-2026-00550", "to": "bandung",
        "warehouse": "In Transit - TW", "sent_on": "2026-11-23",
        "items": [{ "name": "blg3uv0q98", "item_code": "BUTTON", "qty": "10" }] });
    assert_eq!(row(&of(Some("bandung")), entry(json!({}))), Some(wanted));
}

#[test]
fn what_is_nobody_s_or_a_site_s_own_or_over_has_no_row() {
    let known = of(Some("bandung"));
    for off in [
        json!({ "outpost_id": "21510789-ba98-432b-81b2-80fb3fce5819" }),
        json!({ "docstatus": 0 }),
        json!({ "docstatus": 2 }),
        json!({ "per_transferred": 100.0 }),
        json!({ "add_to_transit": 0 }),
        json!({ "purpose": "Material Issue" }),
        json!({ "company": "Another" }),
    ] {
        assert_eq!(row(&known, entry(off.clone())), None, "{off}");
    }
    assert!(row(&known, entry(json!({ "per_transferred": 99.99 }))).is_some());
    assert_eq!(row(&of(None), entry(json!({}))), None, "no workshop's");
    assert_eq!(row(&Kept::default(), entry(json!({}))), None, "a warehouse that is not known");
    let mut shop = of(Some("bandung"));
    shop.0.values_mut().for_each(|row| {
        if let Row::Warehouse(row) = row {
            row.is_transit = false;
        }
    });
    assert_eq!(row(&shop, entry(json!({}))), None, "no transit warehouse");
}

#[test]
fn what_cannot_be_counted_or_goes_to_two_is_said() {
    let known = of(Some("bandung"));
    let why = |document: Value| {
        let document = apart(document);
        rows::sent(document.doc(), scene(&scope(), &known)).unwrap_err()
    };
    let mut rolls = entry(json!({}));
    rolls["items"][0].as_object_mut().unwrap().extend([("conversion_factor".into(), json!(50.0))]);
    rolls["items"][0]["uom"] = json!("Roll");
    assert!(why(rolls).contains("row 1 is in Roll"), "the unit is named");
    let mut two = entry(json!({}));
    let mut second = two["items"][0].clone();
    second["t_warehouse"] = json!("Elsewhere - TW");
    two["items"].as_array_mut().unwrap().push(second);
    assert!(why(two).contains("make a Stock Entry for each"), "the remedy is named");
}

fn under_way(office: &Office) -> Vec<(String, String, String)> {
    let row = |row: &Row| match row {
        Row::Transit(Transit { entry, to, items, .. }) => {
            Some((entry.to_string(), to.to_string(), items[0].received.to_string()))
        }
        _ => None,
    };
    office.kept.0.values().filter_map(row).collect()
}

fn told(entry: &str, to: &str, received: &str) -> (String, String, String) {
    (entry.into(), to.into(), received.into())
}

#[test]
fn it_comes_goes_on_and_goes_with_the_rounds() {
    let mut fake = Fake::new();
    fake.transit("Transit 0", Some("bandung"));
    let mut office = Office::afresh(&fake);
    fake.sent("STE-1", "Transit 0", 0, 0, None);
    office.round(&fake, Round::Changes);
    assert_eq!(under_way(&office), [], "a draft");
    fake.sent("STE-1", "Transit 0", 0, 1, None);
    fake.sent("STE-2", "Transit 0", 0, 1, None);
    office.round(&fake, Round::Changes);
    assert_eq!(under_way(&office), [told("STE-1", "bandung", "0"), told("STE-2", "bandung", "0")]);
    // Received by hand, with the time of the sending as it was.
    fake.tables.get_mut("Stock Entry Detail").unwrap().get_mut("STE-2-Stock Entry Detail-0").unwrap()["transferred_qty"] =
        json!(4.0);
    office.round(&fake, Round::Changes);
    assert_eq!(under_way(&office)[1], told("STE-2", "bandung", "4"));
    fake.sent("STE-1", "Transit 0", 0, 2, None);
    office.round(&fake, Round::Changes);
    assert_eq!(under_way(&office), [told("STE-2", "bandung", "4")], "cancelled");
    fake.delete("Stock Entry", "STE-2");
    office.round(&fake, Round::Changes);
    assert_eq!(under_way(&office), []);
}

#[test]
fn whose_the_warehouse_is_may_be_said_afterwards_there_or_at_the_workshop_s_own() {
    let mut fake = Fake::new();
    let shop = |fake: &mut Fake, name: &str, site: &str, transit: Option<&str>| {
        let fields = json!({ "company": COMPANY, "warehouse_type": null, "is_group": 0, "disabled": 0,
            "outpost_site": site, "default_in_transit_warehouse": transit });
        fake.put("Warehouse", name, fields);
    };
    fake.transit("Transit 0", None);
    fake.sent("STE-1", "Transit 0", 2, 1, None);
    let mut office = Office::afresh(&fake);
    assert_eq!(under_way(&office), []);
    shop(&mut fake, "Bandung", "bandung", Some("Transit 0"));
    office.round(&fake, Round::Changes);
    assert_eq!(under_way(&office), [told("STE-1", "bandung", "2")]);
    shop(&mut fake, "Solo", "solo", Some("Transit 0"));
    office.round(&fake, Round::Changes);
    assert_eq!(under_way(&office), [], "of two, nobody knows whose it is");
    fake.transit("Transit 0", Some("solo"));
    office.round(&fake, Round::Changes);
    assert_eq!(under_way(&office), [told("STE-1", "solo", "2")], "its own word comes first");
    fake.transit("Transit 0", None);
    shop(&mut fake, "Solo", "solo", None);
    office.round(&fake, Round::Changes);
    assert_eq!(under_way(&office), [told("STE-1", "bandung", "2")]);
}

#[test]
fn an_erpnext_without_the_field_or_that_does_not_show_stock_entries_is_told_and_goes_on() {
    let mut fake = Fake::new();
    fake.absent.insert("Warehouse.default_in_transit_warehouse".into());
    fake.transit("Transit 0", Some("bandung"));
    fake.sent("STE-1", "Transit 0", 0, 1, None);
    let mut office = Office::afresh(&fake);
    assert_eq!(under_way(&office).len(), 1);
    fake.forbidden.insert("Stock Entry".into());
    fake.item("A", "x");
    office.round(&fake, Round::All);
    let words = office.told.join("\n");
    assert!(words.contains("Warehouse has no field default_in_transit_warehouse"), "{words}");
    assert!(words.contains("Stock Entry: ERPNext refuses it (403"), "{words}");
    assert_eq!((office.kept.names(Table::Item), under_way(&office).len()), (vec!["A".to_owned()], 1));
}
