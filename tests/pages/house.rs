//! A box with an office's data, and no line: all that is tried here works without one.

use crate::{EXE, JOKOS_PIN, WATIS_PIN};
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use outpost::domain::id::Generation;
use outpost::domain::master::{Row, Table};
use outpost::rows::BoxRows;
use outpost::sync::rows::Change;
use outpost::wire::row;
use outpost::wire::rows::{Cursor, Line};
use rig::town::{House, Town};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tempfile::TempDir;

/// The day of all documents here.
pub const DAY: &str = "2026-01-05";

/// A box with tablets `till` and `other`.
pub struct Shop {
    pub house: House,
    /// Where its pages are.
    pub at: SocketAddr,
    _town: Town,
    _dir: TempDir,
}

impl Shop {
    /// Starts one; `more` rows beside the usual.
    pub fn open(more: &[(&str, Value)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut town = Town::found(EXE, dir.path(), "").unwrap();
        let mut house = town.settle("bandung", None, &["till", "other"], "").unwrap();
        town.office.stop().unwrap();
        keep(&house, 1, &[&rows()[..], more].concat());
        house.start().unwrap();
        Self { at: house.pages().unwrap(), house, _town: town, _dir: dir }
    }

    /// Starts it again with this in its settings, which has its own line.
    pub fn set(&mut self, line: &str) {
        self.house.stop().unwrap();
        let file = self.house.dir.join("box.toml");
        let name = line.split_once(" = ").unwrap().0;
        let settings = std::fs::read_to_string(&file).unwrap();
        let others = settings.lines().filter(|line| !line.starts_with(name));
        let settings: String = [line].into_iter().chain(others).map(|line| format!("{line}\n")).collect();
        std::fs::write(&file, settings).unwrap();
        self.house.start().unwrap();
        self.at = self.house.pages().unwrap();
    }

    /// Starts it again after a change of its data.
    pub fn open_again(&mut self, version: u64, changes: &[(&str, Value)], gone: &[(&str, &str)]) {
        self.house.stop().unwrap();
        change(&self.house, version, changes, gone);
        self.house.start().unwrap();
        self.at = self.house.pages().unwrap();
    }
}

/// What the office decides for the site, with what its numbers begin with.
pub fn settings(prefix: &str) -> (&'static str, Value) {
    let settings = json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR", "number_prefix": prefix,
        "smallest_currency_fraction_value": "0", "selling_price_list": "Retail"});
    ("settings", settings)
}

/// What the office sends.
fn rows() -> Vec<(&'static str, Value)> {
    vec![
        settings("BDG"),
        ("warehouse", json!({"name": "Stores", "site": "bandung", "is_transit": 0})),
        ("uom", json!({"uom_name": "Nos", "must_be_whole_number": 1})),
        (
            "item",
            json!({"item_code": "BUTTON", "item_name": "Button", "item_group": "Raw Material", "stock_uom": "Nos",
            "is_stock_item": 1, "barcodes": [{"barcode": "8991234567890"}]}),
        ),
        ("price-list", json!({"price_list_name": "Retail", "currency": "IDR", "selling": 1})),
        ("item-price", json!({"item_code": "BUTTON", "price_list": "Retail", "uom": "Nos", "price_list_rate": "1000"})),
        ("customer", json!({"name": "Bu Sari", "customer_name": "Bu Sari"})),
        ("account", json!({"name": "Cash - TW", "account_type": "Cash"})),
        ("mode-of-payment", json!({"mode_of_payment": "Cash", "type": "Cash", "default_account": "Cash - TW"})),
        ("fiscal-year", json!({"year": "2026", "year_start_date": "2026-01-01", "year_end_date": "2026-12-31"})),
    ]
}

/// Two people: Wati may read and sell, Joko may neither.
pub fn people() -> Vec<(&'static str, Value)> {
    let user = |name: &str, role: &str, pin: &str| json!({"name": name, "full_name": name, "roles": [role], "is_manager": 0, "pin_hash": hash(pin)});
    vec![
        ("user", user("wati", "Till", WATIS_PIN)),
        ("user", user("joko", "Stock", JOKOS_PIN)),
        ("permission", json!({"role": "Till", "document": "Sales Invoice", "read": 1, "create": 1, "submit": 1})),
        ("permission", json!({"role": "Stock", "document": "Stock Entry", "read": 1})),
    ]
}

/// The hash of a secret, cheap: what is tried here is not argon2.
fn hash(secret: &str) -> String {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
    let hash: argon2::password_hash::phc::PasswordHash =
        argon2.hash_password_with_salt(secret.as_bytes(), &[7; 16]).unwrap();
    hash.to_string()
}

/// Puts the office's data where a box has it once it has come, each row under a version of its own.
fn keep(house: &House, first: u64, rows: &[(&str, Value)]) {
    change(house, first, rows, &[]);
}

fn change(house: &House, first: u64, rows: &[(&str, Value)], gone: &[(&str, &str)]) {
    let (mut store, _) = BoxRows::open(&house.dir.join("rows"), Box::new(())).unwrap();
    let put = |(table, row): &(&str, Value)| {
        let row = Row::deserialize_as(Table::named(table).unwrap(), row.clone()).unwrap();
        ((&row.key()).into(), Some(row::encode(&row).into()))
    };
    let delete = |(table, name): &(&str, &str)| {
        let key = outpost::wire::rows::Key { table: Table::named(table).unwrap() as u8, name: (*name).into() };
        (key, None)
    };
    let all = rows.iter().map(put).chain(gone.iter().map(delete));
    let lines: Vec<Line> = all.zip(first..).map(|((key, body), version)| Line { key, version, body }).collect();
    let generation = Generation(uuid::Uuid::from_u128(0x01936e5b_5a00_7000_8000_0123456789ab));
    let version = lines.last().unwrap().version;
    let cursor = Cursor { generation, version, ahead: 0, whole: true };
    store.apply(Change { rows: lines, begins: first == 1, cursor }).unwrap();
}

/// The id of a test's document.
pub fn id(n: u32) -> String {
    format!("01a199c7-0000-7000-8000-{n:012}")
}

/// A sale of buttons for cash, out of stock.
pub fn sale(n: u32, qty: u32, session: Option<&str>) -> Value {
    json!({
        "id": id(n), "session": session, "customer": "Bu Sari", "posting_date": DAY, "update_stock": 1,
        "set_warehouse": "Stores",
        "items": [{"item_code": "BUTTON", "qty": qty, "rate": "1000"}],
        "payments": [{"mode_of_payment": "Cash", "amount": (qty * 1000).to_string()}],
    })
}

/// Buttons that come in.
pub fn receipt(n: u32, qty: u32) -> Value {
    json!({
        "id": id(n), "stock_entry_type": "Material Receipt", "posting_date": DAY, "to_warehouse": "Stores",
        "items": [{"item_code": "BUTTON", "qty": qty, "basic_rate": "500"}],
    })
}
