//! Stock: movements by item and warehouse, what they are worth, `Bin`, batches and serial numbers.
//!
//! In: lines of a document. Out: movements, or `NegativeStockError`. Absent: first in, first out; what is worth what is the average.

use crate::db::Move;
use crate::doc::{Doc, float, flt, int, is, num, owned, put, putf, text};
use crate::erp::Erp;
use crate::error::{Error, Res};
use serde_json::{Value, json};

/// What comes or goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Goods {
    pub(crate) item: String,
    pub(crate) warehouse: String,
    /// Less than 0 goes.
    pub(crate) qty: f64,
    /// What one of what comes in is worth; the average where absent.
    pub(crate) rate: Option<f64>,
    /// True where the quantity is what there is then.
    pub(crate) sets: bool,
    pub(crate) batch: String,
    pub(crate) serials: String,
}

/// When a document is in the ledger, as text that sorts.
pub(crate) fn moment_of(doc: &Doc) -> String {
    let time = text(doc, "posting_time");
    let mut parts = time.splitn(2, '.');
    let whole = parts.next().unwrap_or_default();
    let pad: Vec<String> = whole.split(':').map(|p| format!("{p:0>2}")).collect();
    let fraction = parts.next().unwrap_or("");
    let clock = if whole.is_empty() { "00:00:00".to_owned() } else { pad.join(":") };
    format!("{} {clock}.{fraction:0<6}", text(doc, "posting_date"))
}

/// Works out balances from a position on; where one is below nothing, its position.
fn replay(moves: &mut [Move], from: usize, may_be_negative: bool) -> Option<usize> {
    let (mut balance, mut value) = match from.checked_sub(1).and_then(|i| moves.get(i)) {
        Some(last) => (last.balance, last.value),
        None => (0.0, 0.0),
    };
    let mut negative = None;
    for (i, step) in moves.iter_mut().enumerate().skip(from) {
        if step.sets {
            balance = step.qty;
            value = step.qty * step.rate;
        } else {
            if step.qty < 0.0 {
                step.rate = if balance > 0.0 { value / balance } else { step.rate };
            }
            value += step.qty * step.rate;
            balance = flt(balance + step.qty, 9);
            if balance == 0.0 {
                value = 0.0;
            }
        }
        step.balance = balance;
        step.value = value;
        if balance < -1e-6 && !may_be_negative && negative.is_none() {
            negative = Some(i);
        }
    }
    negative
}

/// The name of the `Bin` of an item in a warehouse.
pub(crate) fn bin_name(item: &str, warehouse: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in item.bytes().chain([0]).chain(warehouse.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    format!("{hash:016x}")[..10].to_owned()
}

impl Erp {
    /// What one is worth there now.
    pub(crate) fn worth(&self, item: &str, warehouse: &str) -> f64 {
        match self.db.moves(item, warehouse).last() {
            Some(last) if last.balance > 0.0 => last.value / last.balance,
            Some(last) => last.rate,
            None => num(&self.db.get("Item", item).map(|d| Doc::clone(&d)).unwrap_or_default(), "valuation_rate"),
        }
    }

    /// What there is now.
    pub(crate) fn there(&self, item: &str, warehouse: &str) -> f64 {
        self.db.moves(item, warehouse).last().map_or(0.0, |m| m.balance)
    }

    /// What there is, and what one is worth, at a moment.
    pub(crate) fn at(&self, item: &str, warehouse: &str, moment: &str) -> (f64, f64) {
        let last = self.db.moves(item, warehouse).iter().rev().find(|m| *m.at <= *moment);
        last.map_or((0.0, 0.0), |m| (m.balance, if m.balance > 0.0 { m.value / m.balance } else { m.rate }))
    }

    fn negative(&self, item: &str, warehouse: &str, step: &Move) -> Error {
        let (doctype, name) = &step.voucher;
        let needed = -step.balance;
        let text = format!(
            "<strong>{needed:?}</strong> units of <a href=\"/app/Form/Item/{item}\" style=\"font-weight: bold;\">Item {item}</a> needed in \
             <a href=\"/app/Form/Warehouse/{warehouse}\" style=\"font-weight: bold;\">Warehouse {warehouse}</a> on {} for \
             <a href=\"/app/Form/{doctype}/{name}\" style=\"font-weight: bold;\">{doctype} {name}</a> to complete this transaction.",
            step.at
        );
        Error::refused("NegativeStockError", text)
    }

    /// Posts what comes and goes. What all of it together changes in value, in the order of the lines.
    pub(crate) fn post_stock(&mut self, doc: &Doc, goods: &[Goods]) -> Res<Vec<f64>> {
        let at = moment_of(doc);
        let frozen = self.value("Stock Settings", "Stock Settings", "stock_frozen_upto");
        let is_frozen = !frozen.is_empty() && text(doc, "posting_date") <= frozen.as_str();
        if is_frozen && !self.is_exempt(doc, "Stock Settings", "stock_auth_role") {
            let text = format!("Stock transactions before {} are frozen", super::shown_day(&frozen));
            return Err(Error::refused("StockFreezeError", text));
        }
        let voucher = (owned(doc, "doctype"), owned(doc, "name"));
        let free = is(&self.load("Stock Settings", "Stock Settings").unwrap_or_default(), "allow_negative_stock");
        let mut values = Vec::new();
        for goods in goods {
            let (item, warehouse) = (goods.item.as_str(), goods.warehouse.as_str());
            let Some(master) = self.db.get("Item", item) else { return Err(Error::missing("Item", item)) };
            let batch = self.batch_and_serials(&master, goods)?;
            let rate = goods.rate.unwrap_or_else(|| self.worth(item, warehouse));
            let before = self.at(item, warehouse, &at);
            let position = self.db.moves(item, warehouse).partition_point(|m| m.at <= at);
            let step = Move {
                at: at.clone(),
                voucher: voucher.clone(),
                qty: goods.qty,
                sets: goods.sets,
                rate,
                balance: 0.0,
                value: 0.0,
            };
            let may = free || is(&master, "allow_negative_stock");
            let mut low = None;
            let mut made = None;
            self.db.change_moves(item, warehouse, position, |moves| {
                moves.insert(position, step);
                low = replay(moves, position, may).map(|i| moves[i].clone());
                made = moves.get(position).cloned();
            });
            if let Some(step) = low {
                return Err(self.negative(item, warehouse, &step));
            }
            let Some(made) = made else { continue };
            let (qty, value) = if goods.sets {
                (made.balance - before.0, made.value - before.0 * before.1)
            } else {
                (made.qty, made.qty * made.rate)
            };
            values.push(value);
            self.ledger_entry(doc, goods, &batch, qty, &made);
            self.bin(item, warehouse, 0.0);
        }
        Ok(values)
    }

    fn ledger_entry(&mut self, doc: &Doc, goods: &Goods, batch: &str, qty: f64, step: &Move) {
        let now = self.clock.now();
        let entry = json!({
            "name": self.hash(), "doctype": "Stock Ledger Entry", "docstatus": 1, "owner": text(doc, "owner"), "creation": now, "modified": now,
            "item_code": goods.item, "warehouse": goods.warehouse, "posting_date": text(doc, "posting_date"),
            "posting_time": text(doc, "posting_time"), "posting_datetime": step.at, "voucher_type": text(doc, "doctype"),
            "voucher_no": text(doc, "name"), "actual_qty": float(qty), "qty_after_transaction": float(step.balance),
            "incoming_rate": float(if qty > 0.0 { step.rate } else { 0.0 }), "valuation_rate": float(step.rate),
            "stock_value": float(step.value), "batch_no": batch, "company": Self::company(doc), "is_cancelled": 0,
        });
        if let Value::Object(entry) = entry {
            self.db.store("Stock Ledger Entry", entry);
        }
    }

    /// Brings a `Bin` up to date, and its reserved quantity by so much on.
    pub(crate) fn bin(&mut self, item: &str, warehouse: &str, reserved: f64) {
        let (actual, value) = self.db.moves(item, warehouse).last().map_or((0.0, 0.0), |m| (m.balance, m.value));
        let worth = self.worth(item, warehouse);
        let name = bin_name(item, warehouse);
        let now = self.clock.now();
        let mut bin = self.db.get("Bin", &name).map(|d| Doc::clone(&d)).unwrap_or_else(|| {
            let mut bin = Doc::new();
            for (field, value) in [
                ("name", name.as_str()),
                ("doctype", "Bin"),
                ("item_code", item),
                ("warehouse", warehouse),
                ("creation", &now),
            ] {
                put(&mut bin, field, value);
            }
            put(&mut bin, "stock_uom", self.value("Item", item, "stock_uom"));
            put(&mut bin, "docstatus", 0);
            for field in ["ordered_qty", "planned_qty", "indented_qty", "reserved_qty", "reserved_qty_for_production"] {
                putf(&mut bin, field, 0.0);
            }
            bin
        });
        let reserved = num(&bin, "reserved_qty") + reserved;
        putf(&mut bin, "reserved_qty", reserved);
        putf(&mut bin, "actual_qty", actual);
        let projected = actual + num(&bin, "ordered_qty") - reserved;
        putf(&mut bin, "projected_qty", projected);
        putf(&mut bin, "valuation_rate", flt(worth, 9));
        putf(&mut bin, "stock_value", crate::doc::money(value));
        put(&mut bin, "modified", now);
        self.db.store("Bin", bin);
    }

    fn batch_and_serials(&mut self, item: &Doc, goods: &Goods) -> Res<String> {
        let code = text(item, "name");
        let mut batch = goods.batch.clone();
        if is(item, "has_batch_no") {
            if batch.is_empty() && goods.qty < 0.0 {
                let held = |b: &&std::sync::Arc<Doc>| {
                    text(b, "item") == code && num(b, &format!("__{}", goods.warehouse)) > 0.0
                };
                batch = self.db.rows("Batch").find(held).map(|b| owned(b, "name")).unwrap_or_default();
            }
            if batch.is_empty() {
                return Err(Error::invalid(format!("Serial No / Batch No are mandatory for Item {code}")));
            }
            let Some(found) = self.db.get("Batch", &batch) else {
                return Err(Error::refused("LinkValidationError", format!("Could not find Row #1: Batch No: {batch}")));
            };
            let field = format!("__{}", goods.warehouse);
            let left = num(&found, &field) + goods.qty;
            if left < -1e-6 {
                let text = format!("The batch {batch} has negative quantity in the warehouse {}", goods.warehouse);
                return Err(Error::refused("BatchNegativeStockError", text));
            }
            self.touch("Batch", &batch, |b| {
                putf(b, &field, left);
                let whole = num(b, "batch_qty") + goods.qty;
                putf(b, "batch_qty", whole);
            });
        }
        if is(item, "has_serial_no") {
            let serials: Vec<&str> =
                goods.serials.split(['\n', ',']).map(str::trim).filter(|s| !s.is_empty()).collect();
            if serials.len() as f64 != goods.qty.abs() {
                return Err(Error::invalid(format!("Serial No / Batch No are mandatory for Item {code}")));
            }
            for serial in serials {
                let there = self.value("Serial No", serial, "warehouse");
                if goods.qty < 0.0 && there != goods.warehouse {
                    let text = format!(
                        "Serial No <strong>{serial}</strong> is not present in the warehouse <strong>{}</strong>.",
                        goods.warehouse
                    );
                    return Err(Error::refused("SerialNoWarehouseError", text));
                }
                if goods.qty > 0.0 && !there.is_empty() {
                    return Err(Error::invalid(format!("Serial No {serial} is already in the warehouse {there}")));
                }
                let to = if goods.qty > 0.0 { goods.warehouse.as_str() } else { "" };
                let mut doc = self.db.get("Serial No", serial).map(|d| Doc::clone(&d)).unwrap_or_default();
                for (field, value) in [
                    ("name", serial),
                    ("serial_no", serial),
                    ("doctype", "Serial No"),
                    ("item_code", code),
                    ("warehouse", to),
                ] {
                    put(&mut doc, field, value);
                }
                put(&mut doc, "modified", self.clock.now());
                self.db.store("Serial No", doc);
            }
        }
        Ok(batch)
    }

    /// Takes back what a document moved.
    pub(crate) fn unpost_stock(&mut self, doc: &Doc) -> Res<()> {
        let voucher = (owned(doc, "doctype"), owned(doc, "name"));
        let mut places: Vec<(String, String)> = Vec::new();
        for name in self.db.having("Stock Ledger Entry", "voucher_no", &voucher.1) {
            let Some(entry) = self.db.get("Stock Ledger Entry", &name) else { continue };
            if text(&entry, "voucher_type") != voucher.0 || int(&entry, "is_cancelled") == 1 {
                continue;
            }
            self.touch("Stock Ledger Entry", &name, |e| put(e, "is_cancelled", 1));
            let (field, back) = (format!("__{}", text(&entry, "warehouse")), num(&entry, "actual_qty"));
            self.touch("Batch", text(&entry, "batch_no"), |batch| {
                let (here, all) = (num(batch, &field), num(batch, "batch_qty"));
                putf(batch, &field, here - back);
                putf(batch, "batch_qty", all - back);
            });
            let place = (owned(&entry, "item_code"), owned(&entry, "warehouse"));
            if !places.contains(&place) {
                places.push(place);
            }
        }
        for row in crate::doc::rows(doc, "items").into_iter().filter(|r| is(r, "serial_no")) {
            let comes = super::trade::buys(doc) || !text(row, "t_warehouse").is_empty();
            let from = text(row, "s_warehouse");
            let back = if comes || !from.is_empty() { from } else { text(row, "warehouse") };
            for serial in text(row, "serial_no").split(['\n', ',']).map(str::trim) {
                self.touch("Serial No", serial, |s| put(s, "warehouse", back));
            }
        }
        for (item, warehouse) in places {
            let Some(from) = self.db.moves(&item, &warehouse).iter().position(|m| m.voucher == voucher) else {
                continue;
            };
            let may = self.db.get("Item", &item).is_some_and(|i| is(&i, "allow_negative_stock"));
            let mut low = None;
            self.db.change_moves(&item, &warehouse, from, |moves| {
                moves.retain(|m| m.voucher != voucher);
                low = replay(moves, from, may).map(|i| moves[i].clone());
            });
            if let Some(step) = low {
                return Err(self.negative(&item, &warehouse, &step));
            }
            self.bin(&item, &warehouse, 0.0);
        }
        Ok(())
    }
}
