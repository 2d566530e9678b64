//! What every client does, and what has to come of it.

use crate::{EXE, SOON};
use rig::sales::{Sale, Sales};
use rig::town::{House, PASSWORD, Town};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub(crate) const SITE: &str = "bandung";
pub(crate) const TABLET: &str = "till-1";

/// An office and a box with a tablet, and what the tablet is to sell.
pub(crate) struct Shop {
    pub(crate) town: Town,
    pub(crate) till: House,
    pub(crate) sales: Vec<Sale>,
    _dir: TempDir,
}

impl Shop {
    pub(crate) fn open(seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let town = Town::found(EXE, dir.path(), "").unwrap();
        let mut till = town.settle(SITE, None, &[TABLET], "").unwrap();
        till.start().unwrap();
        Self { town, till, sales: Sales::new(seed).take(3).collect(), _dir: dir }
    }

    /// What a script is told: where, who, and the payload of each step.
    pub(crate) fn told(&self, version: u8, port: u16) -> Value {
        json!({
            "host": "127.0.0.1", "port": port, "version": version, "user": TABLET, "password": PASSWORD,
            "sale": self.sales[0].json, "bad": bad(&self.sales[1]), "by_cbor": self.sales[2].json,
        })
    }

    /// The office's books hold these sales, each once, and nothing else.
    pub(crate) fn check_books(&self, sold: &[&Sale]) {
        let is_there = |status: &Value| Town::site(status, SITE)["documents"] == sold.len() as u64;
        self.town.office.wait_until("every sale in the books", SOON, is_there).unwrap();
        let mut booked = self.town.office.exported_ids("sales-invoice").unwrap();
        let mut sold: Vec<_> = sold.iter().map(|sale| sale.id.clone()).collect();
        booked.sort();
        sold.sort();
        assert_eq!(booked, sold);
    }
}

/// A sale with a field that nobody knows.
pub(crate) fn bad(sale: &Sale) -> String {
    sale.json.replacen("\"qty\"", "\"quantity\"", 1)
}

/// What came of each step: `puback` (the reason code; 0 in 3.1.1, null where there was none) and `receipt`.
pub(crate) type Steps = BTreeMap<String, Value>;

/// Runs a client's script, which prints one JSON object a line, each with its `step`.
pub(crate) fn run(command: &mut Command, told: &Value) -> Steps {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the script starts");
    child.stdin.take().unwrap().write_all(told.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the client failed:\n{out}\n{err}");
    let steps = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    steps.map(|step| (step["step"].as_str().unwrap().to_owned(), step)).collect()
}

/// Holds what came of the steps that every client takes against what has to.
pub(crate) fn check(steps: &Steps, sale: &Sale, version: u8) {
    let show = format!("{steps:#?}");
    let step = |name: &str| steps.get(name).unwrap_or_else(|| panic!("no step {name} in {show}"));
    let receipt = |name: &str| &step(name)["receipt"];
    assert_eq!(step("state")["payload"]["site"], SITE, "{show}");
    for name in ["sale", "sale_again", "scan_text", "scan_json", "weight_text", "weight_json"] {
        assert_eq!(step(name)["puback"], 0, "{name}: {show}");
        assert_eq!(receipt(name)["status"], "recorded", "{name}: {show}");
        assert_eq!(receipt(name)["reason"], Value::Null, "{name}: {show}");
    }
    assert_eq!(receipt("sale")["id"], sale.id, "{show}");
    for field in ["id", "site", "epoch", "seq", "hash", "at"] {
        assert!(!receipt("sale")[field].is_null(), "{field}: {show}");
        assert_eq!(receipt("sale")[field], receipt("sale_again")[field], "{field}: {show}");
    }
    // What MQTT 3.1.1 has no word for is acknowledged, so that the device does not repeat it for ever.
    for (name, code, puback) in [("bad", "field", 0x99), ("forbidden", "unknown_topic", 0x87)] {
        assert_eq!(receipt(name)["status"], "refused", "{name}: {show}");
        assert_eq!(receipt(name)["reason"]["code"], code, "{name}: {show}");
        assert!(!receipt(name)["reason"]["text"].as_str().unwrap().is_empty(), "{name}: {show}");
        assert_eq!(step(name)["puback"], if version == 5 { puback } else { 0 }, "{name}: {show}");
    }
    assert!(receipt("bad")["reason"]["text"].as_str().unwrap().contains("quantity"), "{show}");
    assert_eq!(receipt("qos0")["status"], "refused", "{show}");
    assert_eq!(receipt("qos0")["reason"]["code"], "qos", "{show}");
    assert_eq!(step("no_login")["refused"], true, "{show}");
    assert_eq!(step("wrong_password")["refused"], true, "{show}");
}
