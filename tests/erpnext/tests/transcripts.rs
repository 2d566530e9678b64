//! The recorded requests against a stand-in, in order: the same status, the same exception, the same sums.
//!
//! In: `shared/erpnext/transcripts.jsonl` and `transcripts-money.jsonl`, in a directory above this one. Names that the real system gave
//! are turned into those that this one gave. What was done there between the recorded lines is done here too ([`between`]).
//! Absent: texts of exceptions.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{Answer, Client, part};
use erpnext_stand_in::{Options, StandIn, Start, definitions};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The sums that are held against each other, wherever both answers have them.
const SUMS: [&str; 12] = [
    "total",
    "net_total",
    "grand_total",
    "rounded_total",
    "rounding_adjustment",
    "outstanding_amount",
    "status",
    "total_taxes_and_charges",
    "paid_amount",
    "change_amount",
    "discount_amount",
    "total_advance",
];

/// Lines that are answered otherwise, and why: file, number from 0, reason.
const OTHERWISE: [(&str, usize, &str); 0] = [];

const FILES: [&str; 2] = ["transcripts.jsonl", "transcripts-money.jsonl"];

fn lines(file: &str) -> Vec<Value> {
    let path = definitions().parent().map(|dir| dir.join(file)).unwrap();
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The recorded answer; long ones were cut off, and are text.
fn recorded(line: &Value) -> Value {
    match &line["response"] {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| line["response"].clone()),
        other => other.clone(),
    }
}

/// A scalar of a recorded answer that may be cut off: the first of its name at the top of the document.
fn told(answer: &Value, field: &str) -> Option<Value> {
    match answer {
        Value::String(cut) => {
            let head = cut.split(r#": [{"#).next().unwrap_or_default();
            let key = format!("\"{field}\": ");
            let rest = &head[head.find(&key)? + key.len()..];
            serde_json::from_str(rest.split([',', '}']).next()?).ok()
        }
        _ => {
            let doc = answer.get("data").or(answer.get("message"))?;
            doc.get(field).cloned()
        }
    }
}

fn exc_type(answer: &Value) -> String {
    match answer {
        Value::String(cut) => {
            let key = r#""exc_type": ""#;
            let at = cut.find(key).map(|at| at + key.len());
            let plain = at.map(|at| cut[at..].split('"').next().unwrap_or_default().to_owned());
            let exception = || {
                let text = cut.strip_prefix(r#"{"exception": ""#)?.split(':').next()?;
                text.rsplit('.').next().map(str::to_owned)
            };
            plain.or_else(exception).unwrap_or_default()
        }
        _ => answer.pointer("/errors/0/type").unwrap_or(&answer["exc_type"]).as_str().unwrap_or_default().to_owned(),
    }
}

/// Names there → names here.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn learn(&mut self, there: &Value, here: &Value) {
        match (there, here) {
            (Value::Object(there), Value::Object(here)) => {
                for (key, value) in there {
                    match (key.as_str(), here.get(key)) {
                        ("name", Some(Value::String(new))) => self.note(value.as_str().unwrap_or_default(), new),
                        ("creation" | "modified", Some(Value::String(new))) => {
                            self.note(value.as_str().unwrap_or_default(), new)
                        }
                        (_, Some(other)) => self.learn(value, other),
                        _ => {}
                    }
                }
            }
            (Value::Array(there), Value::Array(here)) => {
                for (there, here) in there.iter().zip(here) {
                    if let (Value::String(there), Value::String(here)) = (there, here) {
                        self.note(there, here);
                    }
                    self.learn(there, here);
                }
            }
            (Value::String(cut), here) => {
                if let (Some(Value::String(old)), Some(Value::String(new))) = (told(there, "name"), told(here, "name"))
                {
                    self.note(&old, &new);
                }
                // The rows that are still in what was cut off.
                for (table, rows) in here.get("data").and_then(Value::as_object).into_iter().flatten() {
                    let Some(rows) = rows.as_array() else { continue };
                    let Some(at) = cut.find(&format!("\"{table}\": [{{")) else { continue };
                    let key = r#"{"name": ""#;
                    if let (Some(from), Some(row)) = (cut[at..].find(key), rows.first()) {
                        let old = cut[at + from + key.len()..].split('"').next().unwrap_or_default();
                        self.note(old, row["name"].as_str().unwrap_or_default());
                    }
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, there: &str, here: &str) {
        if !there.is_empty() && there != here {
            self.0.insert(there.to_owned(), here.to_owned());
        }
    }

    fn here(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.0.get(text).unwrap_or(text).clone().into(),
            Value::Array(list) => list.iter().map(|v| self.here(v)).collect(),
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), self.here(v))).collect(),
            other => other.clone(),
        }
    }

    fn path(&self, path: &str) -> String {
        let parts = path.split('/').map(|p| part(self.0.get(p).map_or(p, String::as_str)));
        parts.collect::<Vec<_>>().join("/")
    }
}

/// What was done at the recorded system before a line, and was not recorded.
fn between(file: &str, line: usize, erp: &StandIn, names: &mut Names) {
    match (file, line) {
        // The Data Import of items.csv.
        ("transcripts.jsonl", 278) => {
            erp.add_item("THREAD-RED", "Raw Material", "Nos", true);
            erp.add_item("THREAD-BLU", "Raw Material", "Nos", true);
        }
        // Receipts made to measure throughput.
        ("transcripts.jsonl", 280) => {
            erp.add_stock("CLOTH-1", "Stores - TW", 400.0, 50000.0);
            erp.add_stock("BUTTON", "Stores - TW", 1000.0, 500.0);
        }
        // An invoice of 62,000 that the payments are about.
        ("transcripts.jsonl", 281) => {
            let items = json!([{ "item_code": "SEWING", "qty": 1, "rate": 62000 }]);
            let invoice = json!({ "docstatus": 1, "customer": "Bu Sari", "items": items });
            names.note("ACC-SINV-2026-00483", &erp.make("Sales Invoice", invoice));
        }
        // Two entries that the lines about deleting are about.
        ("transcripts.jsonl", 285) => {
            let entry = |state: i32| {
                let items = json!([{ "item_code": "BUTTON", "qty": 1, "basic_rate": 500 }]);
                json!({ "docstatus": state, "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW", "items": items })
            };
            for (there, state) in [("MAT-STE-2026-00541", 1), ("MAT-STE-2026-00542", 0)] {
                names.note(there, &erp.make("Stock Entry", entry(state)));
            }
        }
        ("transcripts.jsonl", 287) => {
            let items = json!([{ "item_code": "BUTTON", "qty": 1, "basic_rate": 500 }]);
            let draft =
                json!({ "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW", "items": items });
            names.note("MAT-STE-2026-00542", &erp.make("Stock Entry", draft));
        }
        _ => {}
    }
}

fn ask(client: &Client, names: &Names, line: &Value) -> Answer {
    let args = names.here(&line["args"]);
    let kw = names.here(&line["kw"]);
    let word = |i: usize| args[i].as_str().unwrap_or_default().to_owned();
    match line["call"].as_str().unwrap() {
        "call" => client.call(&word(0), kw),
        "get" if args.as_array().unwrap().len() > 1 => client.get(&word(0), &word(1)),
        "get" => client.list(&word(0), &kw),
        "post" => client.post(&word(0), args[1].clone()),
        "put" => client.put(&word(0), &word(1), args[2].clone()),
        "delete" => client.send("DELETE", &format!("/api/resource/{}/{}", part(&word(0)), part(&word(1))), &json!({})),
        "req" => {
            let path = names.path(line["args"][1].as_str().unwrap());
            let body = kw["data"].as_str().map_or_else(|| kw["json"].to_string(), str::to_owned);
            let body = if body == "null" { String::new() } else { body };
            client.raw(&word(0), &path, Some(&body)).unwrap()
        }
        other => panic!("what is {other}?"),
    }
}

/// Whose request it was: the recorder had two keys, and told neither.
fn by_manager(line: &Value) -> bool {
    let label = line["label"].as_str().unwrap_or_default();
    let response = line["response"].to_string();
    label.ends_with(" adm")
        || label == "custom field again"
        || label.starts_with("rerun data import")
        || (label == "start")
        || response.contains(r#"modified_by\": \"admin-api"#)
        || response.contains(r#"modified_by":"admin-api"#)
}

fn same(there: &Value, here: &Value) -> bool {
    match (there.as_f64(), here.as_f64()) {
        (Some(there), Some(here)) => (there - here).abs() < 0.005,
        _ => there == here,
    }
}

#[test]
fn every_recorded_line_is_answered_as_the_real_one_answered() {
    let options = Options { start: Start::Bare, now: Some("2026-11-23 16:15:00".into()), ..Options::default() };
    let erp = StandIn::start(options).unwrap();
    let connector = Client::new(&erp, &erp.connector());
    let manager = Client::new(&erp, &erp.admin());
    let mut names = Names::default();
    let mut said = String::new();
    let mut differ = Vec::new();
    for file in FILES {
        for (i, line) in lines(file).iter().enumerate() {
            between(file, i, &erp, &mut names);
            let client = if by_manager(line) { &manager } else { &connector };
            let answer = ask(client, &names, line);
            let there = recorded(line);
            let status = line["status"].as_u64().unwrap();
            let mut off = Vec::new();
            if u64::from(answer.status) != status || answer.exc_type() != exc_type(&there) {
                off.push(format!("{status} {} there, {} {} here", exc_type(&there), answer.status, answer.exc_type()));
            }
            for field in SUMS {
                if let (Some(a), Some(b)) = (told(&there, field), told(&answer.body, field))
                    && !same(&a, &b)
                {
                    off.push(format!("{field}: {a} there, {b} here"));
                }
            }
            if !off.is_empty() {
                differ.push((file, i));
                writeln!(said, "{file} {i} ({}): {}\n    {}", line["label"], off.join("; "), answer.body["exception"])
                    .unwrap();
            }
            if answer.status == 200 {
                names.learn(&there, &answer.body);
            }
        }
    }
    let expected: Vec<(&str, usize)> = OTHERWISE.iter().map(|(file, line, _)| (*file, *line)).collect();
    assert_eq!(differ, expected, "\n{said}");
    assert!(erp.ignored().iter().all(|i| i.field == "nonsense_field"), "{:?}", erp.ignored());
}
