//! Two workshops that sell and send goods to each other, with an office that has their documents.

use crate::found;
use crate::house::{Desk, Office};
use rig::load::{self, End, Plan};
use rig::town::{House, PASSWORD, Town};
use serde_json::{Value, json};
use std::time::Duration;

/// The day of all documents here.
pub const DAY: &str = "2026-11-02";

/// The office, its boxes `bandung` and `garut`, and somebody with the role `look`.
pub struct Trade {
    pub office: Office,
    pub boxes: [House; 2],
    pub desk: Desk,
}

impl Trade {
    /// Starts it; each box has all of the office's data.
    pub fn open() -> Self {
        let office = Office::open("");
        load(&office, &tables());
        let boxes = ["bandung", "garut"].map(|site| office.with_box(site));
        for house in &boxes {
            let complete = |status: &Value| status["master"]["complete"] == true;
            house.wait_until("master data", Duration::from_secs(60), complete).unwrap();
        }
        let desk = office.log_in("lia");
        Self { office, boxes, desk }
    }

    /// Sends documents of a kind at a box's tablet, and waits until the office has all of the box's records.
    pub fn send(&self, n: usize, slug: &str, documents: &[Value]) {
        publish(&self.boxes[n], &format!("tx/{{client}}/{slug}"), documents);
        // The receipt says that it is in the box's journal, so that counts it.
        let status = self.boxes[n].status().unwrap();
        let (records, site) = (status["records"].as_u64(), status["box"]["site"].as_str().unwrap());
        let has_all = |status: &Value| Town::site(status, site)["records"].as_u64() >= records;
        self.office.town.office.wait_until("all of it at the office", Duration::from_secs(60), has_all).unwrap();
    }

    /// All pages of a list, and how many each had.
    pub fn walk(&self, path: &str, limit: usize) -> (Vec<Value>, Vec<usize>) {
        let (mut items, mut sizes, mut after) = (Vec::new(), Vec::new(), String::new());
        let mark = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = self.desk.ask(&format!("{path}{mark}limit={limit}{after}"));
            let more = page["items"].as_array().unwrap();
            sizes.push(more.len());
            items.extend(more.clone());
            let Some(next) = page["next"].as_str() else { return (items, sizes) };
            after = format!("&after={next}");
        }
    }

    /// A list is the same in pages of one and of two, none of which is empty; an `after` of it is none of `other`, nor is one made up.
    pub fn is_paged(&self, path: &str, other: &str) {
        let whole = self.desk.ask(path);
        let items = whole["items"].as_array().unwrap();
        assert!(items.len() > 2 && whole["next"].is_null(), "{path} has too little to walk through: {whole}");
        for limit in [1, 2] {
            let (walked, sizes) = self.walk(path, limit);
            assert_eq!(walked, *items, "{path} in pages of {limit}");
            assert!(sizes[..sizes.len() - 1].iter().all(|size| *size == limit) && *sizes.last().unwrap() > 0);
        }
        let joined = |path: &str| format!("{path}{}", if path.contains('?') { '&' } else { '?' });
        let next = self.desk.ask(&format!("{}limit=1", joined(path)))["next"].as_str().unwrap().to_owned();
        for after in [&*next, "", "x", "00000000.bandung.1"] {
            let path = if after == next { other } else { path };
            assert_eq!(
                self.desk.get(&format!("{}after={after}", joined(path))).refused(410),
                "after",
                "{path} {after}"
            );
        }
        for limit in ["0", "501", "-1", "x", ""] {
            assert_eq!(self.desk.get(&format!("{}limit={limit}", joined(path))).refused(400), "limit");
        }
        assert_eq!(self.desk.get(&format!("{}colour=red", joined(path))).refused(400), "colour");
    }
}

/// Publishes at a box's tablet; all is answered when this returns.
pub fn publish(house: &House, topic: &str, payloads: &[Value]) {
    let lines: String = payloads.iter().map(|payload| format!("{payload}\n")).collect();
    let mut plan = Plan::new(house.addr, lines);
    plan.client = "till".into();
    plan.topic = topic.into();
    plan.login = Some(("{client}".into(), PASSWORD.into()));
    plan.end = End::Count(payloads.len() as u64);
    assert_eq!(load::run(plan).unwrap().acked, payloads.len() as u64);
}

/// Gives the office master data in files.
pub fn load(office: &Office, tables: &[(&str, Value)]) {
    let write = |(table, rows): &(&str, Value)| {
        let path = office.dir.path().join(format!("{table}.json"));
        std::fs::write(&path, rows.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let files: Vec<String> = tables.iter().map(write).collect();
    let args: Vec<&str> = ["office", "load"].into_iter().chain(files.iter().map(String::as_str)).collect();
    office.town.office.command(&args, "").unwrap();
}

/// Waits until a box has the office's master data as it is now.
pub fn is_told(office: &Office, site: &str) {
    found("the box to have it", || {
        let status = office.town.office.status().unwrap();
        (Town::site(&status, site)["master_version"] == status["master_version"]).then_some(())
    });
}

/// The office's settings of a site.
pub fn settings(site: &str, prefix: &str) -> Value {
    json!({"site": site, "company": "Tailor Works", "currency": "IDR", "number_prefix": prefix,
           "smallest_currency_fraction_value": "0"})
}

fn tables() -> Vec<(&'static str, Value)> {
    let warehouse =
        |name: &str, site: &str, is_transit: u8| json!({"name": name, "site": site, "is_transit": is_transit});
    let item = |code: &str, barcode: &str| {
        json!({"item_code": code, "item_name": code, "item_group": "Raw", "stock_uom": "Nos", "is_stock_item": 1,
               "barcodes": [{"barcode": barcode}]})
    };
    vec![
        ("settings", json!([settings("bandung", "BDG"), settings("garut", "GRT")])),
        (
            "warehouse",
            json!([
                warehouse("Bandung", "bandung", 0),
                warehouse("Garut", "garut", 0),
                warehouse("To Garut", "garut", 1)
            ]),
        ),
        ("uom", json!([{"uom_name": "Nos", "must_be_whole_number": 1}])),
        ("item", json!([item("BUTTON", "8991234567890"), item("ZIP", "8991234567891")])),
        ("customer", json!([{"name": "Bu Sari", "customer_name": "Bu Sari"}])),
        ("account", json!([{"name": "Cash - TW", "account_type": "Cash"}])),
        ("mode-of-payment", json!([{"mode_of_payment": "Cash", "type": "Cash", "default_account": "Cash - TW"}])),
        ("fiscal-year", json!([{"year": "2026", "year_start_date": "2026-01-01", "year_end_date": "2026-12-31"}])),
        ("level", json!([{"item_code": "BUTTON", "warehouse": "Bandung", "actual_qty": "100"}])),
    ]
}

/// The id of a test's document.
pub fn id(n: u32) -> String {
    format!("01a199c7-0000-7000-8000-{n:012}")
}

/// A sale of buttons for cash at a warehouse.
pub fn sale(n: u32, qty: u32, warehouse: &str) -> Value {
    json!({
        "id": id(n), "customer": "Bu Sari", "posting_date": DAY, "update_stock": 1, "set_warehouse": warehouse,
        "items": [{"item_code": "BUTTON", "qty": qty, "rate": "1000"}],
        "payments": [{"mode_of_payment": "Cash", "amount": (qty * 1000).to_string()}],
    })
}

/// Goods that come in.
pub fn receipt(n: u32, item: &str, qty: u32, warehouse: &str) -> Value {
    json!({
        "id": id(n), "stock_entry_type": "Material Receipt", "posting_date": DAY, "to_warehouse": warehouse,
        "items": [{"item_code": item, "qty": qty, "basic_rate": "500"}],
    })
}

/// The ids of a page.
pub fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap()).collect()
}
