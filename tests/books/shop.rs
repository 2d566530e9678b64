//! A stand-in for ERPNext, an office that posts into it, and boxes.

use super::{SOON, until};
use erpnext_stand_in::{Options, StandIn};
use rig::load::{self, End, Plan};
use rig::town::{House, PASSWORD, Town};
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The program under test.
pub const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// The company that there is from the start, and another.
pub const COMPANY: &str = "Tailor Works";
pub const OTHER: &str = "Cutter Works";
/// A day of an open period.
pub const DAY: &str = "2026-11-20";

/// All of it, running.
pub struct Shop {
    pub erp: StandIn,
    pub town: Town,
    pub boxes: Vec<House>,
    pub stock_before: f64,
    _dir: tempfile::TempDir,
}

/// Where master data comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Files,
    Erpnext,
}

impl Shop {
    /// Starts everything; each site has a tablet `till`. Master data comes from files.
    pub fn open(sites: &[&str]) -> Self {
        Self::found(sites, Source::Files, &|_| ())
    }

    /// The same with all master data but a site's own settings from ERPNext, which is prepared before.
    pub fn reading(site: &str, prepare: &dyn Fn(&StandIn)) -> Self {
        Self::found(&[site], Source::Erpnext, prepare)
    }

    /// The same of two sites: the second has the finished goods.
    pub fn sharing(sites: [&str; 2], prepare: &dyn Fn(&StandIn)) -> Self {
        Self::found(&sites, Source::Erpnext, prepare)
    }

    /// The same of two sites of two companies, of which the second, Cutter Works, has been furnished before `prepare`. Each has the stores
    /// of its company.
    pub fn of_companies(sites: [&str; 2], prepare: &dyn Fn(&StandIn)) -> Self {
        let second = |erp: &StandIn| {
            erp.make(
                "Company",
                json!({ "company_name": OTHER, "abbr": "CW", "default_currency": "IDR", "country": "Indonesia" }),
            );
            prepare(erp);
        };
        Self::furnished(&sites, (Source::Erpnext, &[COMPANY, OTHER]), &second)
    }

    fn found(sites: &[&str], source: Source, prepare: &dyn Fn(&StandIn)) -> Self {
        Self::furnished(sites, (source, &[COMPANY]), prepare)
    }

    /// Each site is of the company at its place, else of the last.
    fn furnished(sites: &[&str], (source, companies): (Source, &[&str]), prepare: &dyn Fn(&StandIn)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let erp = StandIn::start(Options { now: Some("2026-11-23 16:15:00".into()), ..Options::default() }).unwrap();
        for (doctype, fields) in outpost_erpnext::setup::fields() {
            // The stand-in begins with that one.
            for field in fields.iter().filter(|field| field.name != "outpost_id") {
                erp.make("Custom Field", field.body(doctype));
            }
        }
        prepare(&erp);
        let stock_before = erp.stock("BUTTON", "Stores - TW");
        let town = Town::found(EXE, dir.path(), "utc_offset_minutes = 420").unwrap();
        let mut files = files(dir.path(), sites);
        if source == Source::Erpnext {
            files.retain(|path| path.ends_with("settings.json"));
        }
        let load: Vec<&str> = ["office", "load"].into_iter().chain(files.iter().map(String::as_str)).collect();
        town.office.command(&load, "").unwrap();
        write_settings(&town.office.dir, &erp, sites, companies);
        if source == Source::Erpnext {
            let second = if companies.len() > 1 { "Stores - CW" } else { "Finished Goods - TW" };
            read_from_erpnext(&town.office.dir, sites, second);
        }
        let mut boxes = Vec::new();
        for site in sites {
            let mut shop = town.settle(site, None, &["till"], "utc_offset_minutes = 420").unwrap();
            shop.start().unwrap();
            shop.wait_until("master data", SOON, |status| status["master"]["complete"] == true).unwrap();
            boxes.push(shop);
        }
        Self { erp, town, boxes, stock_before, _dir: dir }
    }

    /// Sends a document at a box's tablet; it is answered when this returns.
    pub fn send(&self, n: usize, slug: &str, document: &Value) {
        send(&self.boxes[n], slug, &[document]);
    }

    /// Waits until all of ERPNext's master data was read once, and is at the box.
    pub fn wait_read(&self) {
        let read = |status: &Value| status["erpnext"]["master_data"]["rounds"].as_u64() > Some(0);
        self.town.office.wait_until("a round through ERPNext", SOON, read).unwrap();
        let has = |status: &Value| Town::site(status, "bandung")["master_version"] == status["master_version"];
        self.town.office.wait_until("it at the box", SOON, has).unwrap();
    }

    /// What is held, as the office lists it.
    pub fn held(&self) -> Value {
        let told = self.town.office.command(&["office", "held", "list", "--json"], "").unwrap();
        serde_json::from_str(&told).unwrap()
    }

    /// Waits until so many are held.
    pub fn wait_held(&self, count: u64) -> Value {
        until("what is held", || self.held(), |held| held["count"] == count)
    }

    /// Stops everything in good order.
    pub fn close(mut self) {
        self.boxes.iter_mut().for_each(|shop| shop.stop().unwrap());
        self.town.office.stop().unwrap();
    }
}

/// Sends documents at a box's tablet, all of a kind; they are answered when this returns.
pub fn send(shop: &House, slug: &str, documents: &[&Value]) {
    let lines: String = documents.iter().map(|document| format!("{document}\n")).collect();
    let mut plan = Plan::new(shop.addr, lines);
    plan.client = "till".into();
    plan.topic = format!("tx/{{client}}/{slug}");
    plan.login = Some(("{client}".into(), PASSWORD.into()));
    plan.end = End::Count(documents.len() as u64);
    assert_eq!(load::run(plan).unwrap().acked, documents.len() as u64);
}

/// Sends one, and gives what the box says to it.
pub fn answered(shop: &House, slug: &str, document: &Value) -> Value {
    told(shop, &format!("tx/till/{slug}"), document, |_| true)
}

/// Publishes something with an id, and gives the first receipt for it that is such a one.
pub fn told(shop: &House, topic: &str, sent: &Value, is: impl Fn(&Value) -> bool) -> Value {
    let mut options = MqttOptions::new("till", shop.addr.ip().to_string(), shop.addr.port());
    options.set_credentials("till", PASSWORD);
    let (client, mut connection) = Client::new(options, 10);
    client.subscribe("receipt/till", QoS::AtLeastOnce).unwrap();
    client.publish(topic, QoS::AtLeastOnce, false, sent.to_string()).unwrap();
    for event in connection.iter() {
        let Event::Incoming(Packet::Publish(heard)) = event.unwrap() else { continue };
        let receipt: Value = serde_json::from_slice(&heard.payload).unwrap();
        if receipt["id"] == sent["id"] && is(&receipt) {
            return receipt;
        }
    }
    panic!("the box has closed the connection")
}

/// The id of a test's document.
pub fn id(n: u32) -> String {
    format!("01a199c7-0000-7000-8000-{n:012}")
}

/// A sale of buttons for cash, out of stock.
pub fn sale(n: u32, qty: &str) -> Value {
    let paid = qty.parse::<u64>().unwrap() * 1000;
    json!({
        "id": id(n), "customer": "Bu Sari", "posting_date": DAY, "posting_time": "10:00:00", "update_stock": 1,
        "set_warehouse": "Stores - TW",
        "items": [{"item_code": "BUTTON", "qty": qty, "rate": "1000"}],
        "payments": [{"mode_of_payment": "Cash", "amount": paid.to_string()}],
    })
}

/// Buttons that come in.
pub fn receipt(n: u32, qty: &str) -> Value {
    json!({
        "id": id(n), "stock_entry_type": "Material Receipt", "posting_date": DAY, "posting_time": "08:00:00",
        "to_warehouse": "Stores - TW",
        "items": [{"item_code": "BUTTON", "qty": qty, "basic_rate": "500"}],
    })
}

/// `erpnext.toml` and the key.
fn write_settings(office: &Path, erp: &StandIn, sites: &[&str], companies: &[&str]) {
    let of = |i: usize| companies[i.min(companies.len() - 1)];
    let section = |(i, site): (usize, &&str)| format!("[sites.{site}]\ncompany = \"{}\"\n", of(i));
    let each: String = sites.iter().enumerate().map(section).collect();
    std::fs::write(office.join("erpnext.toml"), format!("url = \"{}\"\n{each}", erp.url())).unwrap();
    let user = erp.connector();
    let key = office.join("erpnext.key");
    std::fs::write(&key, format!("{}:{}\n", user.key, user.secret)).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// Says that master data comes from there, looked at as often as can be.
fn read_from_erpnext(office: &Path, sites: &[&str], of_second: &str) {
    let path = office.join("erpnext.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    let own = format!(
        "[master_data]\ncompany = \"Tailor Works\"\nchanges_every_s = 1\nstock_every_s = 1\n\
         [master_data.warehouses]\n\"Stores - TW\" = \"{}\"\n",
        sites[0]
    );
    let second = sites.get(1).map(|site| format!("\"{of_second}\" = \"{site}\"\n")).unwrap_or_default();
    std::fs::write(path, before + &own + &second).unwrap();
}

/// Master data by ERPNext's names.
fn files(dir: &Path, sites: &[&str]) -> Vec<String> {
    let settings = |(i, site): (usize, &&str)| {
        let prefix = ["BDG", "GRT", "SMD"][i];
        json!({"site": site, "company": "Tailor Works", "currency": "IDR", "number_prefix": prefix,
               "smallest_currency_fraction_value": "0"})
    };
    let settings: Vec<Value> = sites.iter().enumerate().map(settings).collect();
    let tables = [
        ("settings", Value::Array(settings)),
        (
            "warehouse",
            json!([{"name": "Stores - TW", "site": sites[0], "is_transit": 0},
                             {"name": "Finished Goods - TW", "site": sites.last().unwrap(), "is_transit": 0}]),
        ),
        ("price-list", json!([{"price_list_name": "Standard Selling", "currency": "IDR", "selling": 1}])),
        ("uom", json!([{"uom_name": "Nos", "must_be_whole_number": 1}])),
        (
            "item",
            json!([{"item_code": "BUTTON", "item_name": "Button", "item_group": "Raw Material",
                         "stock_uom": "Nos", "is_stock_item": 1}]),
        ),
        ("customer", json!([{"name": "Bu Sari", "customer_name": "Bu Sari"}])),
        ("account", json!([{"name": "Cash - TW", "account_type": "Cash"}])),
        ("mode-of-payment", json!([{"mode_of_payment": "Cash", "type": "Cash", "default_account": "Cash - TW"}])),
        ("fiscal-year", json!([{"year": "2026", "year_start_date": "2026-01-01", "year_end_date": "2026-12-31"}])),
    ];
    let write = |(table, rows): &(&str, Value)| {
        let path = dir.join(format!("{table}.json"));
        std::fs::write(&path, rows.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    tables.iter().map(write).collect()
}
