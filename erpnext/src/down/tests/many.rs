//! An ERPNext with very many items, each made as it is asked for.

use super::fake::whole_second;
use crate::client::{Failure, Query};
use crate::down::Source;
use serde_json::{Value, json};
use std::cell::Cell;

pub(super) struct Many {
    items: usize,
    /// Items that have one time.
    together: usize,
    /// Something else was changed an hour later.
    pub(super) worked_on: bool,
    pub(super) requests: Cell<usize>,
}

impl Many {
    pub(super) fn new(items: usize, together: usize) -> Self {
        Self { items, together, worked_on: false, requests: Cell::new(0) }
    }

    fn item(&self, i: usize) -> Value {
        let start = jiff::civil::date(2026, 11, 1).at(0, 0, 0, 0);
        let at = start.checked_add(jiff::SignedDuration::from_secs((i / self.together) as i64)).unwrap();
        json!({ "name": format!("I{i:06}"), "modified": at.strftime("%Y-%m-%d %H:%M:%S").to_string(), "stock_uom": "Nos" })
    }

    /// How many stand before a mark, or up to it.
    fn before(&self, passed: impl Fn(&Value) -> bool) -> usize {
        let (mut low, mut high) = (0, self.items);
        while low < high {
            let middle = (low + high) / 2;
            if passed(&self.item(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

fn text<'a>(filters: &'a [Value], field: &str, operator: &str) -> Option<&'a str> {
    filters.iter().find(|filter| filter[0] == field && filter[1] == operator)?[2].as_str()
}

impl Source for Many {
    fn list(&self, doctype: &str, query: &Query<'_>) -> Result<Vec<Value>, Failure> {
        self.requests.set(self.requests.get() + 1);
        let names = query.filters.iter().find(|filter| filter[1] == "in").map(|filter| filter[2].as_array().unwrap());
        match doctype {
            "Item" if names.is_some() => Ok(names.unwrap().iter().map(|name| json!({ "name": name })).collect()),
            "Item" if query.order_by.contains("desc") => Ok(vec![self.item(self.items - 1)]),
            "Item" => {
                let from = whole_second(text(&query.filters, "modified", ">=").unwrap_or_default());
                let after = text(&query.filters, "name", ">").or(text(&query.or_filters, "name", ">"));
                let skip = match after {
                    // Names and times are in one order.
                    Some(after) => self.before(|item| item["name"].as_str().unwrap() <= after),
                    None => self.before(|item| item["modified"].as_str().unwrap() < from),
                };
                Ok((skip..self.items).take(query.page).map(|i| self.item(i)).collect())
            }
            "Item Barcode" => {
                let of = |name: &Value| json!({ "parent": name, "barcode": format!("8{}", name.as_str().unwrap()) });
                Ok(names.unwrap().iter().map(of).collect())
            }
            "Activity Type" if self.worked_on && names.is_none() && text(&query.or_filters, "name", ">").is_none() => {
                Ok(vec![json!({ "name": "Execution", "modified": "2026-11-20 10:00:00" })])
            }
            _ => Ok(Vec::new()),
        }
    }

    fn get(&self, _: &str, name: &str) -> Result<Value, Failure> {
        self.requests.set(self.requests.get() + 1);
        Ok(json!({ "name": name, "default_currency": "IDR" }))
    }

    fn call(&self, method: &str, arguments: &Value) -> Result<Value, Failure> {
        self.requests.set(self.requests.get() + 1);
        Ok(match method {
            "frappe.client.get_time_zone" => json!({ "time_zone": "Asia/Jakarta" }),
            _ => json!({ "docs": [{ "name": arguments["doctype"], "permissions": [] }] }),
        })
    }
}
