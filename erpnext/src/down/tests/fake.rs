//! An ERPNext in memory, as far as reading goes: lists with conditions, order and pages, as frappe answers them.

use crate::client::{Failure, Query};
use crate::down::{Came, Feed, Progress, Round, Scope, Source};
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::kept::Kept;

pub(super) const COMPANY: &str = "Tailor Works";

pub(super) fn scope() -> Scope {
    let companies = [(COMPANY.to_owned(), vec!["bandung".parse().unwrap()])].into();
    Scope { company: COMPANY.into(), companies, warehouses: BTreeMap::new() }
}

#[derive(Default)]
pub(super) struct Fake {
    pub(super) tables: BTreeMap<String, BTreeMap<String, Value>>,
    /// Seconds of its clock.
    pub(super) now: i64,
    /// What a caller may not read.
    pub(super) forbidden: BTreeSet<String>,
    /// Fields that nobody has added.
    pub(super) absent: BTreeSet<String>,
    pub(super) requests: Cell<usize>,
    /// The request that fails, counted from here.
    pub(super) fails: Cell<Option<usize>>,
    pub(super) log: RefCell<Vec<String>>,
}

/// Doctypes that are parts of others: without `parent` they are not shown.
const PARTS: [&str; 16] = [
    "Item Barcode",
    "UOM Conversion Detail",
    "Mode of Payment Account",
    "Sales Taxes and Charges",
    "Purchase Taxes and Charges",
    "Closed Document",
    "Fiscal Year Company",
    "BOM Item",
    "BOM Scrap Item",
    "BOM Operation",
    "Sales Order Item",
    "Work Order Item",
    "Work Order Operation",
    "Has Role",
    "Stock Entry Detail",
    "Bin Item",
];

impl Fake {
    pub(super) fn new() -> Self {
        let mut fake = Self { now: 40_000, ..Self::default() };
        fake.put("Company", COMPANY, json!({ "default_currency": "IDR" }));
        fake.put("Currency", "IDR", json!({ "smallest_currency_fraction_value": 0.0 }));
        fake
    }

    /// A moment of its clock, which has no offset.
    pub(super) fn time(seconds: i64) -> String {
        let start = jiff::civil::date(2026, 11, 1).at(0, 0, 0, 0);
        let at = start.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Makes or changes a document now.
    pub(super) fn put(&mut self, doctype: &str, name: &str, fields: Value) {
        self.now += 1;
        self.put_at(doctype, name, fields, self.now);
    }

    /// One that says that it was changed at another time.
    pub(super) fn put_at(&mut self, doctype: &str, name: &str, fields: Value, at: i64) {
        let table = self.tables.entry(doctype.into()).or_default();
        let mut whole = table.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        whole.extend(fields.as_object().cloned().unwrap_or_default());
        whole.insert("name".into(), name.into());
        whole.insert("modified".into(), Self::time(at).into());
        table.insert(name.into(), Value::Object(whole));
    }

    /// The rows of a document, in place of those that it has.
    pub(super) fn parts(&mut self, doctype: &str, of: &str, parent: &str, rows: &[Value]) {
        let table = self.tables.entry(doctype.into()).or_default();
        table.retain(|_, row| row["parent"] != parent || row["parenttype"] != of);
        for (i, row) in rows.iter().enumerate() {
            let name = format!("{parent}-{doctype}-{i}");
            let mut whole = row.as_object().cloned().unwrap_or_default();
            for (field, value) in
                [("name", json!(name)), ("parent", json!(parent)), ("parenttype", json!(of)), ("idx", json!(i + 1))]
            {
                whole.insert(field.into(), value);
            }
            table.insert(name, Value::Object(whole));
        }
    }

    pub(super) fn delete(&mut self, doctype: &str, name: &str) {
        self.tables.get_mut(doctype).unwrap().remove(name);
    }

    /// Another name, and no trace of it.
    pub(super) fn rename(&mut self, doctype: &str, from: &str, to: &str) {
        let table = self.tables.get_mut(doctype).unwrap();
        let mut document = table.remove(from).unwrap();
        document["name"] = to.into();
        table.insert(to.into(), document);
    }

    pub(super) fn item(&mut self, name: &str, item_name: &str) {
        let fields = json!({ "item_name": item_name, "item_group": "Products", "stock_uom": "Nos", "is_stock_item": 1,
            "has_batch_no": 0, "has_serial_no": 0, "has_variants": 0, "disabled": 0 });
        self.put("Item", name, fields);
        self.parts("Item Barcode", "Item", name, &[json!({ "barcode": format!("899{name}"), "uom": null })]);
    }

    pub(super) fn customer(&mut self, name: &str, outpost_id: Option<&str>) {
        let fields = json!({ "customer_name": name, "mobile_no": null, "disabled": 0, "outpost_id": outpost_id });
        self.put("Customer", name, fields);
    }

    pub(super) fn price(&mut self, name: &str, item: &str, rate: &str, valid_from: &str) {
        let number: Value = serde_json::from_str(rate).unwrap();
        let fields = json!({ "item_code": item, "price_list": "Standard Selling", "uom": "Nos", "price_list_rate": number,
            "valid_from": valid_from, "valid_upto": null, "customer": null, "supplier": null, "batch_no": null });
        self.put("Item Price", name, fields);
    }

    pub(super) fn order(&mut self, name: &str, status: &str, outpost_id: Option<&str>) {
        let fields = json!({ "company": COMPANY, "customer": "Bu Sari", "delivery_date": "2026-12-01", "grand_total": 500000.0,
            "rounded_total": 500000.0, "advance_paid": 0.0, "status": status, "docstatus": 1, "outpost_id": outpost_id });
        self.put("Sales Order", name, fields);
        let row = json!({ "item_code": "SHIRT", "qty": 2.0, "uom": "Nos", "rate": 250000.0, "amount": 500000.0,
            "warehouse": null, "delivered_qty": 0.0, "billed_amt": 0.0 });
        self.parts("Sales Order Item", "Sales Order", name, &[row]);
    }

    /// A warehouse for goods under way, and whose it says that it is.
    pub(super) fn transit(&mut self, name: &str, site: Option<&str>) {
        let fields = json!({ "company": COMPANY, "warehouse_type": "Transit", "is_group": 0, "disabled": 0, "outpost_site": site });
        self.put("Warehouse", name, fields);
    }

    /// Goods that somebody has sent there: ten, of which so many were received.
    pub(super) fn sent(&mut self, name: &str, warehouse: &str, received: u8, docstatus: u8, outpost_id: Option<&str>) {
        let fields = json!({ "company": COMPANY, "purpose": "Material Transfer", "add_to_transit": 1, "posting_date": "2026-11-20",
            "per_transferred": 10.0 * f64::from(received), "docstatus": docstatus, "outpost_id": outpost_id });
        self.put("Stock Entry", name, fields);
        let row = json!({ "item_code": "SHIRT", "t_warehouse": warehouse, "uom": "Nos", "stock_uom": "Nos",
            "conversion_factor": 1.0, "qty": 10.0, "transferred_qty": f64::from(received) });
        self.parts("Stock Entry Detail", "Stock Entry", name, &[row]);
    }

    fn count(&self, what: String) -> Result<(), Failure> {
        self.requests.set(self.requests.get() + 1);
        self.log.borrow_mut().push(what);
        match self.fails.get() {
            Some(0) => {
                self.fails.set(None);
                Err(Failure::Again("the line broke".into()))
            }
            left => {
                self.fails.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }
}

fn refused(status: u16, exc_type: &str, words: &str) -> Failure {
    Failure::Refused { status, exc_type: exc_type.into(), words: words.into(), exception: String::new() }
}

/// A moment of a whole second as it is told.
pub(super) fn whole_second(moment: &str) -> &str {
    moment.strip_suffix(".000000").unwrap_or(moment)
}

fn order_of(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()).unwrap(),
        // A whole second is told without its microseconds, and compared as a moment.
        (Value::String(a), Value::String(b)) => whole_second(a).cmp(whole_second(b)),
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (a, b) => panic!("{a} and {b} are not compared by any source"),
    }
}

fn holds(row: &Value, filter: &Value) -> bool {
    let value = row.get(filter[0].as_str().unwrap()).unwrap_or(&Value::Null);
    let among = |list: &Value| list.as_array().unwrap().iter().any(|one| order_of(one, value).is_eq());
    match filter[1].as_str().unwrap() {
        "=" => order_of(value, &filter[2]).is_eq(),
        "<" => order_of(value, &filter[2]).is_lt(),
        ">" => order_of(value, &filter[2]).is_gt(),
        ">=" => order_of(value, &filter[2]).is_ge(),
        "in" => among(&filter[2]),
        "not in" => !among(&filter[2]),
        other => panic!("{other:?} is not among the operators that FACTS has"),
    }
}

impl Source for Fake {
    fn list(&self, doctype: &str, query: &Query<'_>) -> Result<Vec<Value>, Failure> {
        self.count(format!("list {doctype}"))?;
        if self.forbidden.contains(doctype) || (PARTS.contains(&doctype) && query.parent.is_none()) {
            return Err(refused(403, "PermissionError", "Not permitted"));
        }
        let asked = query.fields.iter().chain([&"name"]);
        if let Some(field) = asked.clone().find(|field| self.absent.contains(&format!("{doctype}.{field}"))) {
            return Err(refused(417, "DataError", &format!("Field not permitted in query: {field}")));
        }
        let none = BTreeMap::new();
        let mut rows: Vec<&Value> = self
            .tables
            .get(doctype)
            .unwrap_or(&none)
            .values()
            .filter(|row| query.filters.iter().all(|filter| holds(row, filter)))
            .filter(|row| query.or_filters.is_empty() || query.or_filters.iter().any(|filter| holds(row, filter)))
            .collect();
        let by: Vec<(&str, bool)> = query
            .order_by
            .split(", ")
            .filter(|part| !part.is_empty())
            .map(|part| part.split_once(' ').map(|(field, way)| (field, way == "desc")).unwrap())
            .collect();
        rows.sort_by(|a, b| {
            let one = |(field, down): &(&str, bool)| {
                let order = order_of(&a[*field], &b[*field]);
                if *down { order.reverse() } else { order }
            };
            by.iter().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        let most = if query.page == 0 { usize::MAX } else { query.page };
        let shown = |row: &Value| {
            let field = |field: &&str| ((*field).to_owned(), row.get(*field).cloned().unwrap_or(Value::Null));
            Value::Object(query.fields.iter().map(field).collect::<Map<_, _>>())
        };
        Ok(rows.into_iter().skip(query.start).take(most).map(shown).collect())
    }

    fn get(&self, doctype: &str, name: &str) -> Result<Value, Failure> {
        self.count(format!("get {doctype}"))?;
        let there = self.tables.get(doctype).and_then(|table| table.get(name)).cloned();
        there.ok_or_else(|| refused(404, "DoesNotExistError", name))
    }

    fn call(&self, method: &str, arguments: &Value) -> Result<Value, Failure> {
        self.count(format!("call {method}"))?;
        match method {
            "frappe.client.get_time_zone" => Ok(json!({ "time_zone": "Asia/Jakarta" })),
            "frappe.desk.form.load.getdoctype" => {
                let doctype = arguments["doctype"].as_str().unwrap();
                let rules = self.tables.get("rights").and_then(|all| all.get(doctype));
                let rules = rules.map_or(json!([]), |row| row["rules"].clone());
                Ok(json!({ "docs": [{ "name": doctype, "permissions": rules }] }))
            }
            _ => Err(refused(403, "PermissionError", "Not permitted")),
        }
    }
}

/// An office that reads.
#[derive(Default)]
pub(super) struct Office {
    pub(super) kept: Kept,
    pub(super) progress: Progress,
    pub(super) told: Vec<String>,
    /// Documents of a page, where they are to be few.
    pub(super) page: Option<usize>,
    /// What it reads, where that is not `scope()`.
    pub(super) scope: Option<Scope>,
}

impl Office {
    pub(super) fn step(&mut self, source: &dyn Source, round: Round) -> Result<Came, Failure> {
        let scope = self.scope.clone().unwrap_or_else(scope);
        let feed = match self.page {
            Some(most) => Feed::paged(scope, most),
            None => Feed::new(scope),
        };
        let came = feed.step(source, &self.kept, &mut self.progress, round)?;
        self.kept.take(&came);
        self.told.extend(came.told.iter().cloned());
        // What is kept beside the rows comes back as it was.
        let bytes = serde_json::to_vec(&self.progress).unwrap();
        assert_eq!(serde_json::from_slice::<Progress>(&bytes).unwrap(), self.progress);
        Ok(came)
    }

    /// Steps until the round is over; how many it took.
    pub(super) fn round(&mut self, source: &dyn Source, round: Round) -> usize {
        for steps in 1..10_000 {
            if !self.step(source, round).unwrap().more {
                return steps;
            }
        }
        panic!("the round has no end");
    }

    /// What a new office would have of the same.
    pub(super) fn afresh(source: &dyn Source) -> Self {
        let mut office = Self::default();
        office.round(source, Round::Changes);
        office
    }
}
