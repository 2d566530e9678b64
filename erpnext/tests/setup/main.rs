//! Setup, its undoing, the check and the status, against a stand-in for ERPNext over HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod guard;
mod plans;
mod sabotage;
mod states;

use erpnext_stand_in::{Options, StandIn, Start, User};
use outpost_core::domain::master::{Masters, Row, Table};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::map::Settings;
use outpost_erpnext::setup::{Finding, Level, Wishes, check, plan};
use serde_json::{Value, json};

const EMAIL: &str = "outpost-connector@tailor.local";

fn bare() -> StandIn {
    StandIn::start(Options { start: Start::Bare, ..Options::default() }).unwrap()
}

fn client(stand_in: &StandIn, user: &User) -> Client {
    with_key(stand_in, &Key { key: user.key.clone(), secret: user.secret.clone() })
}

fn with_key(stand_in: &StandIn, key: &Key) -> Client {
    Client::new(&stand_in.url(), key, None).unwrap()
}

fn admin(stand_in: &StandIn) -> Client {
    client(stand_in, &stand_in.admin())
}

fn wishes() -> Wishes {
    Wishes { email: EMAIL.into(), ..Wishes::default() }
}

/// Sets it up; the connector's key.
fn set_up(stand_in: &StandIn) -> Key {
    let admin = admin(stand_in);
    let plan = plan(&admin, &wishes()).unwrap();
    let mut made = None;
    plan.carry_out(&admin, &mut |_| {}, &mut |key| keep(&mut made, key)).unwrap();
    made.unwrap()
}

fn keep(made: &mut Option<Key>, key: Key) -> std::io::Result<()> {
    *made = Some(key);
    Ok(())
}

/// The office's data of one workshop, and the map that fits the stand-in.
fn workshop(stand_in: &StandIn) -> (Settings, Masters) {
    let sites = json!({ "bandung": {
        "time_zone": "Asia/Jakarta", "cost_center": "Bandung - TW", "pos_profile": "Bandung",
        "warehouses": { "Shop": "Bandung - TW" }, "modes_of_payment": { "Tunai": "Cash" },
        "accounts": { "Till": "Cash - TW" }, "price_lists": { "Counter": "Standard Selling" },
    } });
    let settings = serde_json::from_value(json!({ "url": stand_in.url(), "sites": sites })).unwrap();
    let mut masters = Masters::default();
    for (table, row) in [
        (
            Table::Settings,
            json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR", "currency_precision": 2,
            "smallest_currency_fraction_value": "0", "walk_in_customer": "Bu Sari", "selling_price_list": "Counter",
            "buying_price_list": "Standard Buying"}),
        ),
        (Table::Warehouse, json!({"name": "Shop", "site": "bandung"})),
        (Table::Warehouse, json!({"name": "Stores - TW"})),
        (Table::ModeOfPayment, json!({"mode_of_payment": "Tunai", "type": "Cash", "default_account": "Till"})),
        (Table::Account, json!({"name": "Till", "account_type": "Cash"})),
        (Table::Account, json!({"name": "Miscellaneous Expenses - TW", "is_expense": 1})),
        (Table::PriceList, json!({"price_list_name": "Counter", "currency": "IDR", "selling": 1})),
        (
            Table::TaxTemplate,
            json!({"name": "PPN", "taxes": [{"charge_type": "On Net Total", "account_head": "PPN - TW", "rate": "11"}]}),
        ),
    ] {
        masters.put(Row::deserialize_as(table, row).unwrap());
    }
    stand_in.add_site("Bandung", &["Cash"]);
    stand_in.add_mode_of_payment("Cash", "Cash - TW");
    stand_in.add_tax_account("PPN", 11.0);
    stand_in.add_customer("Bu Sari");
    (settings, masters)
}

/// Changes fields of a master behind everybody's back.
fn change(stand_in: &StandIn, doctype: &str, name: &str, fields: Value) {
    let mut doc = stand_in.document(doctype, name).unwrap();
    doc.extend(fields.as_object().unwrap().clone());
    stand_in.seed(doctype, name, Value::Object(doc));
}

fn bad(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.level != Level::Ok).collect()
}

fn looked(stand_in: &StandIn, key: &Key, (settings, masters): &(Settings, Masters)) -> Vec<Finding> {
    check(&with_key(stand_in, key), settings, masters)
}
