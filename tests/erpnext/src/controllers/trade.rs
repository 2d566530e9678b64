//! What orders, deliveries and invoices have in common, and orders and deliveries themselves.
//!
//! In: a document with items. Out: rows filled in from the item and the list of prices; what was ordered, delivered, billed.
//! Absent: money that is paid; that is `invoice` and `payment`.

use super::ledger::line;
use super::shown_day;
use super::stock::Goods;
use super::totals::{payable, totals};
use crate::doc::{Doc, blank, fill, flt, is, money, num, owned, put, putf, rows, rows_mut, text};
use crate::erp::{COMPANY, Erp};
use crate::error::{Error, Res};
use serde_json::{Value, json};
use std::sync::Arc;

/// True of what is bought.
pub(crate) fn buys(doc: &Doc) -> bool {
    text(doc, "doctype").starts_with("Purchase")
}

fn party_field(doc: &Doc) -> &'static str {
    if buys(doc) { "supplier" } else { "customer" }
}

/// Its day, and its time of that day in seconds.
fn posted(doc: &Doc) -> (&str, f64) {
    let parts = text(doc, "posting_time").split(':').map(|part| part.parse::<f64>().unwrap_or_default());
    (text(doc, "posting_date"), parts.fold(0.0, |sum, part| sum * 60.0 + part))
}

/// Bills so much of a row of an order or a delivery; what is wrong where it is more than there is.
fn bill(line: &mut Doc, amount: f64) -> Option<Error> {
    let so_far = num(line, "billed_amt") + amount;
    putf(line, "billed_amt", so_far);
    let all = num(line, "amount");
    let over = amount > 0.0 && so_far > all + 0.01;
    over.then(|| {
        let (item, idx) = (text(line, "item_code"), num(line, "idx"));
        Error::invalid(format!("Cannot overbill for Item {item} in row {idx} more than {all:?}."))
    })
}

/// What comes back into a warehouse is of the batches and pieces of the item that had gone from there, where it had any
/// (`validate_returned_serial_batch_no`).
fn returned_pieces(doc: &Doc, first: &Doc) -> Res<()> {
    let (doctype, against) = (text(doc, "doctype"), text(first, "name"));
    for row in rows(doc, "items") {
        let same =
            |theirs: &&Doc| ["item_code", "warehouse"].iter().all(|field| text(theirs, field) == text(row, field));
        for (field, what, not) in [
            ("serial_no", "Serial No", "is not present in the"),
            ("batch_no", "Batch No", "is not present in the original"),
        ] {
            let gone: Vec<&str> =
                rows(first, "items").into_iter().filter(same).flat_map(|r| text(r, field).lines()).collect();
            if let Some(name) = text(row, field).lines().find(|name| !gone.is_empty() && !gone.contains(name)) {
                let text = format!(
                    "{what} {name} {not} {doctype} {against}, hence you can't return it against the {doctype} {against}"
                );
                return Err(Error::invalid(text));
            }
        }
    }
    Ok(())
}

impl Erp {
    /// Currency, lists of prices, the party's name.
    pub(crate) fn trade_head(&mut self, doc: &mut Doc) -> Res<()> {
        fill(doc, "company", COMPANY);
        fill(doc, "currency", "IDR");
        fill(doc, "price_list_currency", "IDR");
        for field in ["conversion_rate", "plc_conversion_rate"] {
            if num(doc, field) == 0.0 {
                putf(doc, field, 1.0);
            }
        }
        let (list, default) = if buys(doc) {
            ("buying_price_list", "Standard Buying")
        } else {
            ("selling_price_list", "Standard Selling")
        };
        fill(doc, list, default);
        let field = party_field(doc);
        let party = owned(doc, field);
        let doctype = if buys(doc) { "Supplier" } else { "Customer" };
        if let Some(found) = self.db.get(doctype, &party) {
            if is(&found, "disabled") {
                return Err(Error::refused("PartyDisabled", format!("{doctype} {party} is disabled")));
            }
            let name = owned(&found, &format!("{field}_name"));
            put(doc, &format!("{field}_name"), name.clone());
            put(doc, "title", name);
        } else if !party.is_empty() {
            return Err(Error::invalid(format!("{doctype}: {party} does not exists")));
        }
        fill(doc, "language", "en");
        fill(doc, "apply_discount_on", "Grand Total");
        Ok(())
    }

    /// Rows: item, unit, place, price.
    pub(crate) fn trade_rows(&mut self, doc: &mut Doc) -> Res<()> {
        let buying = buys(doc);
        let doctype = owned(doc, "doctype");
        let list = owned(doc, if buying { "buying_price_list" } else { "selling_price_list" });
        let place = owned(doc, "set_warehouse");
        let day = owned(doc, if doctype.ends_with("Order") { "transaction_date" } else { "posting_date" });
        let moves = is(doc, "update_stock") || matches!(doctype.as_str(), "Delivery Note" | "Purchase Receipt");
        let mut table = crate::doc::take(doc, "items");
        for (i, row) in table.iter_mut().enumerate() {
            let idx = i + 1;
            let code = owned(row, "item_code");
            if code.is_empty() {
                if doctype.ends_with("Invoice") && blank(row, if buying { "expense_account" } else { "income_account" })
                {
                    let kind = if buying { "Expense" } else { "Income" };
                    let text = format!(
                        "Row {idx}: {kind} Account <strong>None</strong> does not belong to Company <strong>{COMPANY}</strong>"
                    );
                    return Err(Error::invalid(text));
                }
            } else {
                let Some(item) = self.db.get("Item", &code) else { return Err(Error::missing("Item", &code)) };
                if is(&item, "disabled") {
                    return Err(Error::invalid(format!("Item {code} is disabled")));
                }
                self.trade_row(&item, row, buying, &place, &list, &day)?;
            }
            let qty = num(row, "qty");
            if qty == 0.0 && !is(row, "is_free_item") {
                let text = format!("Row #{idx}: Quantity for Item <strong>{code}</strong> cannot be zero.");
                return Err(Error::refused("InvalidQtyError", text));
            }
            if num(row, "conversion_factor") == 0.0 {
                putf(row, "conversion_factor", 1.0);
            }
            // A row's numbers are rounded before anything is made of them (`round_floats_in`), and the factor is one of them.
            let factor = flt(num(row, "conversion_factor"), 3);
            putf(row, "conversion_factor", factor);
            let stock_qty = qty * factor;
            putf(row, "stock_qty", stock_qty);
            if matches!(doctype.as_str(), "Purchase Receipt" | "Purchase Invoice")
                && num(row, "received_qty") == 0.0
                && (moves || doctype == "Purchase Receipt")
            {
                putf(row, "received_qty", qty);
            }
            self.whole_number(idx, text(row, "uom"), qty)?;
            self.whole_number(idx, text(row, "stock_uom"), stock_qty)?;
            fill(row, "cost_center", "Main - TW");
            fill(row, "item_tax_rate", "{}");
        }
        crate::doc::give(doc, "items", table);
        Ok(())
    }

    fn trade_row(
        &mut self,
        item: &Arc<Doc>,
        row: &mut Doc,
        buying: bool,
        place: &str,
        list: &str,
        day: &str,
    ) -> Res<()> {
        let code = owned(item, "name");
        for (field, from) in [
            ("item_name", "item_name"),
            ("description", "description"),
            ("item_group", "item_group"),
            ("uom", "stock_uom"),
        ] {
            fill(row, field, owned(item, from));
        }
        put(row, "stock_uom", owned(item, "stock_uom"));
        if num(row, "conversion_factor") == 0.0 {
            putf(row, "conversion_factor", self.factor(item, text(row, "uom")));
        }
        if !place.is_empty() {
            put(row, "warehouse", place);
        }
        fill(row, "warehouse", self.home(item));
        if buying {
            fill(row, "expense_account", "Cost of Goods Sold - TW");
        } else {
            fill(row, "income_account", "Sales - TW");
            fill(row, "expense_account", "Cost of Goods Sold - TW");
        }
        put(row, "is_stock_item", i32::from(is(item, "is_stock_item")));
        let (there, worth) = (self.there(&code, text(row, "warehouse")), self.worth(&code, text(row, "warehouse")));
        putf(row, "actual_qty", there);
        if !buying {
            putf(row, "incoming_rate", if there > 0.0 { worth } else { 0.0 });
        }
        let price = self.price(&code, list, text(row, "uom"), day);
        match price {
            Some(price) if num(row, "price_list_rate") == 0.0 => {
                putf(row, "price_list_rate", price * num(row, "conversion_factor").max(1.0))
            }
            Some(_) => {}
            // A price that is missing is taken from the first document that has one.
            None if num(row, "rate") > 0.0
                && num(row, "qty") > 0.0
                && self.db.has("Price List", list)
                && self.prices(&code, list).is_empty() =>
            {
                let (name, now) = (self.hash(), self.clock.now());
                let price = json!({
                    "name": name, "doctype": "Item Price", "item_code": code, "price_list": list, "uom": text(item, "stock_uom"), "currency": "IDR",
                    "price_list_rate": num(row, "rate"), "selling": i32::from(!buying), "buying": i32::from(buying), "valid_from": self.clock.today(), "creation": now, "modified": now, "docstatus": 0,
                });
                if let Value::Object(price) = price {
                    self.db.store("Item Price", price);
                }
            }
            None => {}
        }
        Ok(())
    }

    fn prices(&self, item: &str, list: &str) -> Vec<Arc<Doc>> {
        let names = self.db.having("Item Price", "item_code", item);
        let all = names.iter().filter_map(|n| self.db.get("Item Price", n));
        all.filter(|p| text(p, "price_list") == list && blank(p, "customer")).collect()
    }

    /// A price from a list: the latest that is valid on the day.
    pub(crate) fn price(&self, item: &str, list: &str, uom: &str, day: &str) -> Option<f64> {
        let mut valid = self.prices(item, list);
        valid.retain(|p| text(p, "valid_from") <= day && (blank(p, "valid_upto") || text(p, "valid_upto") >= day));
        valid.sort_by(|a, b| text(b, "valid_from").cmp(text(a, "valid_from")));
        let same = valid.iter().find(|p| text(p, "uom") == uom).or_else(|| valid.first());
        same.map(|p| num(p, "price_list_rate"))
    }

    /// A return: whose, of what, and no more than there was, where the row says which row it is of.
    pub(crate) fn returns(&self, doc: &Doc, detail: &str) -> Res<()> {
        if !is(doc, "is_return") {
            return Ok(());
        }
        let doctype = text(doc, "doctype");
        if let Some(row) = rows(doc, "items").into_iter().find(|r| num(r, "qty") > 0.0) {
            let text =
                format!("Row # {}: {} must be negative in return document", num(row, "idx").max(1.0), "Quantity");
            return Err(Error::invalid(text));
        }
        let against = owned(doc, "return_against");
        if against.is_empty() {
            return Ok(());
        }
        let Some(first) = self.db.get(doctype, &against).filter(|d| Self::state(d) == 1) else {
            return Err(Error::invalid(format!("{doctype} {against} is not submitted")));
        };
        let party = party_field(doc);
        if text(&first, party) != text(doc, party) {
            return Err(Error::invalid(format!("Invalid {doctype}: {party} is another one")));
        }
        if posted(doc) < posted(&first) {
            let at = format!("{} {}", shown_day(text(&first, "posting_date")), text(&first, "posting_time"));
            return Err(Error::invalid(format!("Posting timestamp must be after {at}")));
        }
        if doctype == "Sales Invoice" && is(doc, "update_stock") && !is(&first, "update_stock") {
            let text = format!("'Update Stock' can not be checked because items are not delivered via {against}");
            return Err(Error::invalid(text));
        }
        let sold: Vec<&str> = rows(&first, "items").into_iter().map(|r| text(r, "item_code")).collect();
        let before: Vec<Arc<Doc>> = self
            .db
            .having(doctype, "return_against", &against)
            .iter()
            .filter_map(|n| self.db.get(doctype, n))
            .filter(|d| Self::state(d) == 1 && text(d, "name") != text(doc, "name"))
            .collect();
        for (i, row) in rows(doc, "items").into_iter().enumerate() {
            let code = text(row, "item_code");
            if !sold.contains(&code) {
                let text = format!("Row # {}: Returned Item {code} does not exist in {doctype} {against}", i + 1);
                return Err(Error::invalid(text));
            }
            let of = text(row, detail);
            let Some(origin) = rows(&first, "items").into_iter().find(|r| !of.is_empty() && text(r, "name") == of)
            else {
                continue;
            };
            let gone: f64 = before
                .iter()
                .flat_map(|d| rows(d, "items"))
                .filter(|r| text(r, detail) == of)
                .map(|r| num(r, "qty"))
                .sum();
            let left = num(origin, "qty") + gone;
            if -num(row, "qty") > left + 1e-9 {
                let text = format!("Row # {}: Cannot return more than {left:?} for Item {code}", i + 1);
                return Err(Error::refused("StockOverReturnError", text));
            }
            let (asked, paid) = (num(row, "rate"), num(origin, "rate"));
            if !buys(doc) && paid != 0.0 && asked > paid {
                let text = format!("Row # {}: Rate cannot be greater than the rate used in {doctype} {against}", i + 1);
                return Err(Error::invalid(text));
            }
        }
        match is(doc, "update_stock") || matches!(doctype, "Delivery Note" | "Purchase Receipt") {
            true => returned_pieces(doc, &first),
            false => Ok(()),
        }
    }

    /// What is delivered or billed is for the project of what it builds on, where that has one (`validate_with_previous_doc`).
    pub(crate) fn same_project(&self, doc: &Doc) -> Res<()> {
        for (doctype, field) in
            [("Sales Order", "against_sales_order"), ("Sales Order", "sales_order"), ("Delivery Note", "delivery_note")]
        {
            for row in rows(doc, "items") {
                let Some(before) = self.db.get(doctype, text(row, field)) else { continue };
                let project = text(&before, "project");
                if !project.is_empty() && text(doc, "project") != project {
                    return Err(Error::invalid(format!("Incorrect value: Project must be = {project}")));
                }
            }
        }
        Ok(())
    }

    pub(crate) fn validate_order(&mut self, doc: &mut Doc) -> Res<()> {
        self.trade_head(doc)?;
        fill(doc, "transaction_date", self.clock.today());
        self.open_day(doc, "transaction_date")?;
        self.trade_rows(doc)?;
        totals(doc);
        if !buys(doc) {
            let day = owned(doc, "delivery_date");
            let latest = rows(doc, "items").iter().map(|r| owned(r, "delivery_date")).max().unwrap_or_default();
            if day.is_empty() && latest.is_empty() {
                return Err(Error::invalid("Please enter Delivery Date"));
            }
            let day = if day.is_empty() { latest } else { day };
            fill(doc, "delivery_date", day.clone());
            for row in rows_mut(doc, "items") {
                fill(row, "delivery_date", day.clone());
                put(row, "reserve_stock", 0);
            }
            // Frappe's own slip: the pattern stays as it is.
            put(doc, "title", "{customer_name}");
            if day.as_str() < text(doc, "transaction_date") {
                return Err(Error::invalid("Expected Delivery Date should be after Sales Order Date"));
            }
            fill(doc, "order_type", "Sales");
            fill(doc, "billing_status", "Not Billed");
            fill(doc, "delivery_status", "Not Delivered");
        } else {
            let day = owned(doc, "schedule_date");
            for row in rows_mut(doc, "items") {
                fill(row, "schedule_date", day.clone());
            }
        }
        self.schedule(doc, "transaction_date");
        put(doc, "status", "Draft");
        Ok(())
    }

    /// What is to be paid when: as it is said, or all on one day.
    pub(crate) fn schedule(&self, doc: &mut Doc, day: &str) {
        let due = if blank(doc, "due_date") { owned(doc, day) } else { owned(doc, "due_date") };
        let amount = payable(doc);
        if !rows(doc, "payment_schedule").is_empty() {
            for row in rows_mut(doc, "payment_schedule") {
                let part = amount * num(row, "invoice_portion") / 100.0;
                for field in ["payment_amount", "outstanding", "base_payment_amount", "base_outstanding"] {
                    putf(row, field, part);
                }
            }
            return;
        }
        let row = json!({
            "due_date": due, "invoice_portion": 100.0, "payment_amount": crate::doc::float(amount), "outstanding": crate::doc::float(amount),
            "base_payment_amount": crate::doc::float(amount), "base_outstanding": crate::doc::float(amount), "paid_amount": 0.0,
            "discount": 0.0, "discounted_amount": 0.0, "base_paid_amount": 0.0,
        });
        put(doc, "payment_schedule", Value::Array(vec![row]));
    }

    pub(crate) fn submit_order(&mut self, doc: &Doc) -> Res<()> {
        self.order_state(text(doc, "doctype"), text(doc, "name"));
        if !buys(doc) {
            for row in rows(doc, "items").into_iter().filter(|r| is(r, "is_stock_item")) {
                self.bin(text(row, "item_code"), text(row, "warehouse"), num(row, "stock_qty"));
            }
        }
        Ok(())
    }

    pub(crate) fn cancel_order(&mut self, doc: &Doc) {
        if !buys(doc) {
            for row in rows(doc, "items").into_iter().filter(|r| is(r, "is_stock_item")) {
                let open = num(row, "stock_qty") - num(row, "delivered_qty") * num(row, "conversion_factor");
                self.bin(text(row, "item_code"), text(row, "warehouse"), -open);
            }
        }
    }

    /// Percentages and the status of an order, from its rows.
    fn order_state(&mut self, doctype: &str, name: &str) {
        let bought = doctype == "Purchase Order";
        self.touch(doctype, name, |doc| {
            let done = if bought { "received_qty" } else { "delivered_qty" };
            let all = rows(doc, "items");
            let share = |part: f64, whole: f64| if whole == 0.0 { 0.0 } else { money(part / whole * 100.0).min(100.0) };
            let delivered = share(
                all.iter().map(|r| num(r, done).min(num(r, "qty"))).sum(),
                all.iter().map(|r| num(r, "qty")).sum(),
            );
            let billed =
                share(all.iter().map(|r| num(r, "billed_amt")).sum(), all.iter().map(|r| num(r, "amount")).sum());
            putf(doc, if bought { "per_received" } else { "per_delivered" }, delivered);
            putf(doc, "per_billed", billed);
            let word = |share: f64, none: &str, some: &str, all: &str| {
                if share >= 99.99 {
                    all.to_owned()
                } else if share > 0.0 {
                    some.to_owned()
                } else {
                    none.to_owned()
                }
            };
            if !bought {
                put(doc, "delivery_status", word(delivered, "Not Delivered", "Partly Delivered", "Fully Delivered"));
                put(doc, "billing_status", word(billed, "Not Billed", "Partly Billed", "Fully Billed"));
            }
            let what = if bought { "Receive" } else { "Deliver" };
            let status = match (delivered >= 99.99, billed >= 99.99) {
                (true, true) => "Completed".to_owned(),
                (true, false) => "To Bill".to_owned(),
                (false, true) => format!("To {what}"),
                (false, false) => format!("To {what} and Bill"),
            };
            if Self::state(doc) == 1 {
                put(doc, "status", status);
            }
        });
    }

    /// Says on the rows of orders and deliveries what a document delivers and bills, or takes it back (`sign` -1).
    pub(crate) fn progress(&mut self, doc: &Doc, delivers: bool, bills: bool, sign: f64) -> Res<()> {
        let mut over = None;
        let bought = buys(doc);
        let (order, order_field, row_field) = if bought {
            ("Purchase Order", "purchase_order", if bills { "po_detail" } else { "purchase_order_item" })
        } else {
            ("Sales Order", "sales_order", "so_detail")
        };
        let mut orders: Vec<String> = Vec::new();
        let mut slips: Vec<String> = Vec::new();
        let (slip, slip_field, slip_row) = if bought {
            ("Purchase Receipt", "purchase_receipt", "pr_detail")
        } else {
            ("Delivery Note", "delivery_note", "dn_detail")
        };
        for row in rows(doc, "items") {
            let on = if blank(row, order_field) { owned(row, "against_sales_order") } else { owned(row, order_field) };
            let detail = text(row, row_field);
            let (qty, amount) = (num(row, "qty") * sign, num(row, "amount") * sign);
            if !on.is_empty() && !detail.is_empty() {
                self.db.change(order, &on, |order| {
                    for line in rows_mut(order, "items").into_iter().filter(|l| text(l, "name") == detail) {
                        let done = if bought { "received_qty" } else { "delivered_qty" };
                        if delivers {
                            let so_far = num(line, done) + qty;
                            putf(line, done, so_far);
                            if so_far > num(line, "qty") + 1e-9 && qty > 0.0 {
                                let item = text(line, "item_code");
                                let by = so_far - num(line, "qty");
                                let text = format!("This document is over limit by Qty {by:?} for item {item}. Are you making another against the same?");
                                over = Some(Error::refused("OverAllowanceError", text));
                            }
                        }
                        if bills {
                            over = over.take().or_else(|| bill(line, amount));
                        }
                    }
                });
                if delivers && !bought {
                    self.bin(text(row, "item_code"), text(row, "warehouse"), -num(row, "stock_qty") * sign);
                }
                if !orders.contains(&on) {
                    orders.push(on);
                }
            }
            let on = owned(row, slip_field);
            let detail = text(row, slip_row);
            if bills && !on.is_empty() {
                self.db.change(slip, &on, |slip| {
                    for line in rows_mut(slip, "items").into_iter().filter(|l| text(l, "name") == detail) {
                        over = over.take().or_else(|| bill(line, amount));
                    }
                });
                if !slips.contains(&on) {
                    slips.push(on);
                }
            }
        }
        for on in orders {
            self.order_state(order, &on);
        }
        for on in slips {
            self.slip_state(slip, &on);
        }
        over.map_or(Ok(()), Err)
    }

    /// The status of a delivery or a receipt, from what was billed of it.
    fn slip_state(&mut self, doctype: &str, name: &str) {
        self.touch(doctype, name, |doc| {
            let all = rows(doc, "items");
            let whole: f64 = all.iter().map(|r| num(r, "amount")).sum();
            let billed: f64 = all.iter().map(|r| num(r, "billed_amt")).sum();
            let share = if whole == 0.0 { 100.0 } else { money(billed / whole * 100.0).min(100.0) };
            putf(doc, "per_billed", if whole == 0.0 { 0.0 } else { share });
            let status = if is(doc, "is_return") {
                "Return"
            } else if share >= 99.99 {
                "Completed"
            } else if share > 0.0 && doctype == "Purchase Receipt" {
                "Partly Billed"
            } else {
                "To Bill"
            };
            if Self::state(doc) == 1 {
                put(doc, "status", status);
            }
        });
    }

    pub(crate) fn validate_delivery(&mut self, doc: &mut Doc) -> Res<()> {
        self.posting_time(doc);
        self.trade_head(doc)?;
        self.trade_rows(doc)?;
        totals(doc);
        self.open_day(doc, "posting_date")?;
        self.no_batch_expired(doc)?;
        let detail = if buys(doc) { "purchase_receipt_item" } else { "dn_detail" };
        self.returns(doc, detail)?;
        if !buys(doc) {
            self.same_project(doc)?;
        }
        put(doc, "status", "Draft");
        fill(doc, "installation_status", "Not Installed");
        Ok(())
    }

    /// What a document with items moves.
    pub(crate) fn goods(&self, doc: &Doc) -> Vec<Goods> {
        let comes = buys(doc);
        rows(doc, "items")
            .into_iter()
            .filter(|row| self.db.get("Item", text(row, "item_code")).is_some_and(|i| is(&i, "is_stock_item")))
            .map(|row| {
                let qty = num(row, "stock_qty") * if comes { 1.0 } else { -1.0 };
                let factor = num(row, "conversion_factor").max(1e-9);
                Goods {
                    item: owned(row, "item_code"),
                    warehouse: owned(row, "warehouse"),
                    qty,
                    rate: (comes && qty > 0.0).then(|| num(row, "base_net_rate") / factor),
                    sets: false,
                    batch: owned(row, "batch_no"),
                    serials: owned(row, "serial_no"),
                }
            })
            .collect()
    }

    pub(crate) fn submit_delivery(&mut self, doc: &Doc) -> Res<()> {
        let goods = self.goods(doc);
        let value: f64 = self.post_stock(doc, &goods)?.iter().sum();
        let other = if buys(doc) { "Stock Received But Not Billed - TW" } else { "Cost of Goods Sold - TW" };
        self.gl(doc, vec![line("Stock In Hand - TW", value), line(other, -value)])?;
        self.progress(doc, true, false, 1.0)?;
        self.slip_state(text(doc, "doctype"), text(doc, "name"));
        Ok(())
    }

    pub(crate) fn cancel_delivery(&mut self, doc: &Doc) -> Res<()> {
        self.progress(doc, true, false, -1.0)
    }
}
