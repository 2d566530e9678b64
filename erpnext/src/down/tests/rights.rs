//! Permissions, settings and users: what ERPNext decides, and what stays the office's.

use super::fake::{Fake, Office};
use crate::down::Round;
use crate::down::settings::{facts, of_site};
use outpost_core::domain::master::{Row, Table};
use serde_json::json;

#[test]
fn rights_are_those_of_whole_documents_and_go_with_the_rule() {
    let mut fake = Fake::new();
    let rules = json!([
        { "role": "Sales User", "permlevel": 0, "read": 1, "create": 1, "submit": 0, "cancel": 0 },
        { "role": "Sales User", "permlevel": 0, "read": 0, "create": 0, "submit": 1, "cancel": 0 },
        { "role": "Sales User", "permlevel": 1, "read": 1, "cancel": 1 },
        { "role": "Employee", "permlevel": 0, "if_owner": 1, "read": 1, "create": 1 },
    ]);
    fake.put("rights", "Sales Invoice", json!({ "rules": rules }));
    let mut office = Office::afresh(&fake);
    assert_eq!(office.kept.names(Table::Permission), ["Sales User\u{1f}sales-invoice"]);
    let Some(Row::Permission(row)) = office.kept.get(Table::Permission, "Sales User\u{1f}sales-invoice") else {
        panic!()
    };
    assert_eq!((row.read, row.create, row.submit, row.cancel), (true, true, true, false));
    fake.put("rights", "Sales Invoice", json!({ "rules": [{ "role": "Shop", "read": 1 }] }));
    office.round(&fake, Round::Changes);
    assert_eq!(office.kept.names(Table::Permission).len(), 1, "rights are looked at with the names");
    office.round(&fake, Round::All);
    assert_eq!(office.kept.names(Table::Permission), ["Shop\u{1f}sales-invoice"]);
}

#[test]
fn a_user_keeps_pin_badge_and_sites_when_roles_change() {
    let mut fake = Fake::new();
    let ani = "ani@tailor.local";
    fake.put("User", ani, json!({ "enabled": 1, "full_name": "Ani" }));
    fake.put("User", "shopper@example.org", json!({ "enabled": 1, "full_name": "Shopper" }));
    fake.put("User", "Administrator", json!({ "enabled": 1, "full_name": "Administrator" }));
    fake.parts("Has Role", "User", ani, &[json!({ "role": "Stock User" }), json!({ "role": "Sales User" })]);
    fake.parts("Has Role", "User", "shopper@example.org", &[json!({ "role": "Customer" })]);
    fake.parts("Has Role", "User", "Administrator", &[json!({ "role": "System Manager" })]);
    let mut office = Office::afresh(&fake);
    assert_eq!(office.kept.names(Table::User), [ani]);
    for row in office.kept.0.values_mut() {
        if let Row::User(row) = row {
            row.pin_hash = Some("$argon2id$x".into());
            row.sites = vec!["bandung".parse().unwrap()];
            row.is_manager = true;
        }
    }
    fake.parts("Has Role", "User", ani, &[json!({ "role": "Sales User" })]);
    fake.put("User", ani, json!({ "full_name": "Ani S." }));
    office.round(&fake, Round::Changes);
    let Some(Row::User(row)) = office.kept.get(Table::User, ani) else { panic!() };
    assert_eq!((row.full_name.as_str(), row.roles.len(), row.sites.len(), row.is_manager), ("Ani S.", 1, 1, true));
    assert_eq!(row.pin_hash.as_deref(), Some("$argon2id$x"));
    fake.put("User", ani, json!({ "enabled": 0 }));
    office.round(&fake, Round::Changes);
    assert!(office.kept.names(Table::User).is_empty());
}

#[test]
fn settings_take_the_currency_from_erpnext_and_keep_the_rest() {
    let mut fake = Fake::new();
    let mut office = Office::afresh(&fake);
    let row = |office: &Office| match office.kept.get(Table::Settings, "bandung") {
        Some(Row::Settings(row)) => row.clone(),
        other => panic!("{other:?}"),
    };
    let first = row(&office);
    assert_eq!((first.company.as_str(), first.currency.as_str()), ("Tailor Works", "IDR"));
    assert_eq!(first.smallest_currency_fraction_value.map(|smallest| smallest.to_string()).as_deref(), Some("0"));
    let mut changed = first;
    changed.number_prefix = Some("BDG".try_into().unwrap());
    changed.smallest_currency_fraction_value = None;
    let changed = Row::Settings(changed);
    office.kept.0.insert(changed.key(), changed);
    fake.put("Company", "Tailor Works", json!({ "default_currency": "USD" }));
    fake.put("Currency", "USD", json!({ "smallest_currency_fraction_value": 0.01 }));
    office.round(&fake, Round::All);
    let now = row(&office);
    assert_eq!((now.currency.as_str(), now.number_prefix.as_ref().map(|text| text.as_str())), ("USD", Some("BDG")));
    assert_eq!(now.smallest_currency_fraction_value, None, "an office that rounds nothing goes on so");
}

#[test]
fn digits_are_those_of_the_settings_where_they_may_be_read() {
    let company = json!({ "name": "Tailor Works", "default_currency": "IDR" });
    let digits = |system: serde_json::Value| {
        let facts = facts(&company, &json!({ "smallest_currency_fraction_value": 0.05 }), &system).unwrap();
        of_site(&"bandung".parse().unwrap(), &facts, None).currency_precision
    };
    assert_eq!(digits(json!(null)), 2);
    assert_eq!(digits(json!({ "currency_precision": "3", "number_format": "#,###.##" })), 3);
    assert_eq!(digits(json!({ "currency_precision": "", "number_format": "#.###" })), 0);
    assert_eq!(digits(json!({ "currency_precision": null, "number_format": "#,###.###" })), 3);
}
