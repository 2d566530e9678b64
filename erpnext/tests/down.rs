//! Master data is read out of the stand-in round by round, as an office does it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use erpnext_stand_in::{Options, StandIn};
use outpost_core::domain::master::{Masters, Row};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::down::{Feed, Progress, Round, Scope};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longer than a change may take to show up.
const LATER: Duration = Duration::from_secs(3_600);

struct Office {
    client: Client,
    masters: Masters,
    progress: Progress,
    told: Vec<String>,
}

impl Office {
    fn of(erp: &StandIn) -> Self {
        let user = erp.connector();
        let client = Client::new(&erp.url(), &Key { key: user.key, secret: user.secret }, None).unwrap();
        Self { client, masters: Masters::default(), progress: Progress::default(), told: Vec::new() }
    }

    fn round(&mut self) {
        let companies = [("Tailor Works".to_owned(), vec!["bandung".parse().unwrap()])].into();
        let scope = Scope { company: "Tailor Works".into(), companies, warehouses: BTreeMap::new() };
        let feed = Feed::new(scope);
        loop {
            let came = feed.step(&self.client, &self.masters, &mut self.progress, Round::Changes).unwrap();
            came.gone.iter().for_each(|key| _ = self.masters.delete(key));
            came.rows.into_iter().for_each(|row| self.masters.put(row));
            self.told.extend(came.told);
            if !came.more {
                return;
            }
        }
    }

    fn price(&self, item: &str) -> Option<String> {
        let day = "2026-11-23".parse().unwrap();
        self.masters.price(item, "Standard Selling", "Nos", day).map(|price| price.to_string())
    }

    fn rows(&self) -> Vec<Row> {
        self.masters.iter().collect()
    }
}

#[test]
fn books_that_are_restored_and_worked_with_before_anybody_looks_are_read_as_they_are() {
    let erp = StandIn::start(Options { now: Some("2026-11-23 08:00:00".into()), ..Options::default() }).unwrap();
    let admin = erp.admin();
    let people = Client::new(&erp.url(), &Key { key: admin.key, secret: admin.secret }, None).unwrap();
    let price = |item: &str, rate: u32| {
        let fields = json!({"item_code": item, "price_list": "Standard Selling", "uom": "Nos", "price_list_rate": rate, "valid_from": "2026-01-01"});
        people.make("Item Price", &fields).unwrap().unwrap()
    };
    let [shirt, button] = [("SHIRT", 250_000), ("BUTTON", 1_000)].map(|(item, rate)| price(item, rate));
    let raise =
        |name: &str, rate: u32| drop(people.update("Item Price", name, &json!({"price_list_rate": rate})).unwrap());
    erp.add_customer("Bu Wati");
    erp.put_clock_on(LATER);
    let backup = erp.snapshot();
    raise(&shirt, 300_000);
    people.update("Customer", "Bu Wati", &json!({"mobile_no": "0812"})).unwrap();
    let mut office = Office::of(&erp);
    office.round();
    // So much later that nothing of before can turn up any more.
    let work = |what: &str| drop(people.update("Item", "BUTTON", &json!({"description": what})).unwrap());
    for colour in ["red", "blue"] {
        erp.put_clock_on(LATER);
        work(colour);
        office.round();
    }
    assert_eq!((office.price("SHIRT").as_deref(), office.price("BUTTON").as_deref()), (Some("300000"), Some("1000")));
    erp.restore(&backup);
    erp.put_clock_on(LATER);
    // Of each doctype that has lost something there is something newer by now.
    work("green");
    raise(&button, 1_100);
    erp.add_customer("Bu Ani");
    office.round();
    assert_eq!((office.price("SHIRT").as_deref(), office.price("BUTTON").as_deref()), (Some("250000"), Some("1100")));
    assert!(office.told.iter().any(|told| told.contains("Customer Bu Wati is older at ERPNext")), "{:?}", office.told);
    office.round();
    let mut anew = Office::of(&erp);
    anew.round();
    assert_eq!(office.rows(), anew.rows());
}
