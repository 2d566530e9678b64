//! Making things: bills of material, Work Orders, Job Cards, and the methods that draw up a document.
//!
//! In: what is made of what. Out: required items, Job Cards, progress. Absent: planning, costs of operations, several levels.

use crate::api::argument;
use crate::clock;
use crate::doc::{Doc, blank, fill, float, is, money, num, owned, put, putf, rows, rows_mut, text};
use crate::erp::{COMPANY, Erp, User};
use crate::error::{Error, Res};
use crate::lifecycle::Act;
use serde_json::{Value, json};

impl Erp {
    pub(crate) fn validate_bom(&mut self, doc: &mut Doc) -> Res<()> {
        let code = owned(doc, "item");
        if let Some(item) = self.db.get("Item", &code) {
            for (field, from) in [("item_name", "item_name"), ("description", "description"), ("uom", "stock_uom")] {
                fill(doc, field, owned(&item, from));
            }
        }
        fill(doc, "currency", "IDR");
        if num(doc, "conversion_rate") == 0.0 {
            putf(doc, "conversion_rate", 1.0);
        }
        let mut cost = 0.0;
        let per = num(doc, "quantity").max(1e-9);
        let mut table = crate::doc::take(doc, "items");
        for row in &mut table {
            let code = owned(row, "item_code");
            let Some(item) = self.db.get("Item", &code) else { return Err(Error::missing("Item", &code)) };
            for (field, from) in [("item_name", "item_name"), ("description", "description"), ("uom", "stock_uom")] {
                fill(row, field, owned(&item, from));
            }
            put(row, "stock_uom", owned(&item, "stock_uom"));
            put(row, "is_stock_item", i32::from(is(&item, "is_stock_item")));
            if num(row, "conversion_factor") == 0.0 {
                putf(row, "conversion_factor", self.factor(&item, text(row, "uom")));
            }
            let qty = num(row, "qty") * num(row, "conversion_factor");
            let worth = self.worth(&code, "Stores - TW");
            let rate = if worth == 0.0 { num(row, "rate") } else { worth };
            let amount = money(rate * num(row, "qty"));
            for (field, value) in [
                ("stock_qty", qty),
                ("rate", rate),
                ("base_rate", rate),
                ("amount", amount),
                ("base_amount", amount),
                ("qty_consumed_per_unit", qty / per),
            ] {
                putf(row, field, value);
            }
            cost += amount;
        }
        crate::doc::give(doc, "items", table);
        for field in ["raw_material_cost", "base_raw_material_cost", "total_cost", "base_total_cost"] {
            putf(doc, field, cost);
        }
        Ok(())
    }

    pub(crate) fn validate_work_order(&mut self, doc: &mut Doc, act: Act) -> Res<()> {
        fill(doc, "company", COMPANY);
        let item = owned(doc, "production_item");
        if let Some(found) = self.db.get("Item", &item) {
            fill(doc, "item_name", owned(&found, "item_name"));
            fill(doc, "stock_uom", owned(&found, "stock_uom"));
        }
        if num(doc, "qty") <= 0.0 {
            return Err(Error::invalid("Quantity to Manufacture must be greater than 0."));
        }
        let bom = owned(doc, "bom_no");
        if let Some(bom) = self.db.get("BOM", &bom) {
            if Self::state(&bom) != 1 || text(&bom, "item") != item {
                let name = text(&bom, "name");
                return Err(Error::invalid(format!("BOM {name} does not belong to Item {item}, or is not submitted")));
            }
            let times = num(doc, "qty") / num(&bom, "quantity").max(1e-9);
            let source = owned(doc, "source_warehouse");
            let wip = owned(doc, "wip_warehouse");
            let mut required = Vec::new();
            for row in rows(&bom, "items") {
                let code = text(row, "item_code");
                let place = if source.is_empty() { text(row, "source_warehouse") } else { source.as_str() };
                let there = |place: &str| self.db.moves(code, place).last().map_or(0.0, |m| m.balance);
                let qty = num(row, "stock_qty") * times;
                required.push(json!({
                    "doctype": "Work Order Item", "item_code": code, "item_name": text(row, "item_name"), "description": text(row, "description"),
                    "source_warehouse": place, "required_qty": float(qty), "rate": float(num(row, "rate")), "amount": float(num(row, "rate") * qty),
                    "transferred_qty": 0.0, "consumed_qty": 0.0, "returned_qty": 0.0, "include_item_in_manufacturing": 1, "allow_alternative_item": 0,
                    "available_qty_at_source_warehouse": float(there(place)), "available_qty_at_wip_warehouse": float(there(&wip)),
                }));
            }
            if act.new || rows(doc, "required_items").is_empty() {
                put(doc, "required_items", Value::Array(required));
            }
        }
        for (i, row) in rows_mut(doc, "operations").into_iter().enumerate() {
            fill(row, "status", "Pending");
            put(row, "sequence_id", i as i64 + 1);
        }
        put(doc, "status", if act.submit { "Not Started" } else { "Draft" });
        Ok(())
    }

    pub(crate) fn submit_work_order(&mut self, doc: &Doc) -> Res<()> {
        let Some(def) = self.schema.get("Job Card") else { return Ok(()) };
        for row in rows(doc, "operations") {
            for qty in self.batches(doc, row) {
                let name = self.series("PO-JOB.#####");
                let now = self.clock.now();
                let card = json!({
                    "name": name, "doctype": "Job Card", "naming_series": "PO-JOB.#####", "docstatus": 0, "idx": 0, "work_order": text(doc, "name"),
                    "bom_no": text(doc, "bom_no"), "production_item": text(doc, "production_item"), "item_name": text(doc, "item_name"),
                    "company": Self::company(doc), "posting_date": &now[..10], "for_quantity": float(qty), "operation": text(row, "operation"),
                    "workstation": text(row, "workstation"), "wip_warehouse": text(doc, "wip_warehouse"), "time_required": float(num(row, "time_in_mins")),
                    "status": "Open", "operation_id": text(row, "name"), "sequence_id": num(row, "sequence_id") as i64, "owner": text(doc, "owner"), "modified_by": text(doc, "owner"),
                    "creation": now, "modified": now,
                });
                if let Value::Object(mut card) = card {
                    self.defaults(&def, &mut card);
                    self.db.store("Job Card", card);
                }
            }
        }
        self.touch("Work Order", text(doc, "name"), |_| ());
        Ok(())
    }

    /// For how many pieces each Job Card of an operation is. By ERPNext's source: of its batch size, where the operation says so.
    fn batches(&self, order: &Doc, row: &Doc) -> Vec<f64> {
        let (mut left, size) = (num(order, "qty"), num(row, "batch_size"));
        let operation = self.db.get("Operation", text(row, "operation"));
        let split = operation.is_some_and(|operation| is(&operation, "create_job_card_based_on_batch_size"));
        let mut all = Vec::new();
        while split && size > 0.0 && left > size {
            all.push(size);
            left -= size;
        }
        all.push(left);
        all
    }

    /// What a Stock Entry does to its Work Order.
    pub(crate) fn progress_of_work(&mut self, entry: &Doc, sign: f64) {
        let order = owned(entry, "work_order");
        let purpose = owned(entry, "purpose");
        if order.is_empty() || !self.db.has("Work Order", &order) {
            return;
        }
        let fg = num(entry, "fg_completed_qty") * sign;
        let moved: Vec<(String, f64)> = rows(entry, "items")
            .into_iter()
            .filter(|r| !is(r, "is_finished_item"))
            .map(|r| (owned(r, "item_code"), num(r, "transfer_qty") * sign))
            .collect();
        let made = purpose == "Manufacture";
        self.touch("Work Order", &order, |doc| {
            let (field, of_row) = if made {
                ("produced_qty", "consumed_qty")
            } else {
                ("material_transferred_for_manufacturing", "transferred_qty")
            };
            let so_far = num(doc, field);
            putf(doc, field, so_far + fg);
            for (code, qty) in &moved {
                for row in rows_mut(doc, "required_items").into_iter().filter(|r| text(r, "item_code") == code) {
                    let so_far = num(row, of_row);
                    putf(row, of_row, so_far + qty);
                }
            }
            let status = if num(doc, "produced_qty") >= num(doc, "qty") {
                "Completed"
            } else if num(doc, "produced_qty") + num(doc, "material_transferred_for_manufacturing") > 0.0 {
                "In Process"
            } else {
                "Not Started"
            };
            put(doc, "status", status);
        });
    }

    pub(crate) fn validate_job_card(&mut self, doc: &mut Doc, act: Act) -> Res<()> {
        let (mut minutes, mut done) = (0.0, 0.0);
        let (mut first, mut last) = (String::new(), String::new());
        for row in rows_mut(doc, "time_logs") {
            let (from, to) = (owned(row, "from_time"), owned(row, "to_time"));
            if let (Some(a), Some(b)) = (clock::moment(&from), clock::moment(&to)) {
                if a > b {
                    return Err(Error::invalid("Row 1: From time must be less than to time"));
                }
                let took = b.duration_since(a).as_secs_f64() / 60.0;
                putf(row, "time_in_mins", money(took));
                minutes += took;
            }
            done += num(row, "completed_qty");
            if first.is_empty() || from < first {
                first = from;
            }
            last = last.max(to);
        }
        putf(doc, "total_time_in_mins", minutes);
        // By ERPNext's source: as many as each of the sub-operations has, of which a line may name one.
        let of_lines: Vec<(String, f64)> =
            rows(doc, "time_logs").iter().map(|row| (owned(row, "operation"), num(row, "completed_qty"))).collect();
        let mut parts: Vec<f64> = Vec::new();
        for row in rows_mut(doc, "sub_operations") {
            let own = of_lines.iter().filter(|(operation, _)| operation == text(row, "sub_operation"));
            let qty = own.map(|(_, qty)| qty).sum();
            putf(row, "completed_qty", qty);
            parts.push(qty);
        }
        putf(doc, "total_completed_qty", parts.into_iter().reduce(f64::min).unwrap_or(done));
        if !first.is_empty() {
            put(doc, "actual_start_date", first);
            put(doc, "actual_end_date", last);
        }
        self.in_sequence(doc)?;
        let logged = !rows(doc, "time_logs").is_empty();
        if act.submit {
            if !logged {
                return Err(Error::invalid(format!("Time logs are required for Job Card {}", text(doc, "name"))));
            }
            if num(doc, "for_quantity") > 0.0
                && (num(doc, "total_completed_qty") + num(doc, "process_loss_qty") - num(doc, "for_quantity")).abs()
                    > 1e-9
            {
                let text = format!(
                    "The Total Completed Qty ({:?}) must be equal to Qty to Manufacture ({:?})",
                    num(doc, "total_completed_qty"),
                    num(doc, "for_quantity")
                );
                return Err(Error::invalid(text));
            }
        }
        put(
            doc,
            "status",
            if act.submit {
                "Completed"
            } else if logged {
                "Work In Progress"
            } else {
                "Open"
            },
        );
        Ok(())
    }

    /// By ERPNext's source: no more pieces of an operation than of those before it, of which submitted cards alone count.
    fn in_sequence(&self, card: &Doc) -> Res<()> {
        let (name, sequence) = (text(card, "work_order"), num(card, "sequence_id"));
        let Some(order) = self.db.get("Work Order", name).filter(|_| sequence != 0.0) else { return Ok(()) };
        let operations = rows(&order, "operations");
        let own = operations.iter().find(|row| text(row, "name") == text(card, "operation_id"));
        let done = own.map_or(0.0, |row| num(row, "completed_qty")) + num(card, "total_completed_qty");
        let (card, own) = (text(card, "name"), text(card, "operation"));
        for row in operations.iter().filter(|row| num(row, "sequence_id") < sequence) {
            let (before, completed) = (text(row, "operation"), num(row, "completed_qty"));
            if completed >= done {
                continue;
            }
            if text(row, "status") == "Completed" {
                return Err(Error::invalid(format!(
                    "The completed quantity {done:?} of an operation {own} cannot be greater than the completed quantity {completed:?} of a previous operation {before}."
                )));
            }
            let text = format!(
                "Job Card <strong>{card}</strong>: As per the sequence of the operations in the work order <strong>{name}</strong>, complete the operation <strong>{before}</strong> before the operation <strong>{own}</strong>."
            );
            return Err(Error::refused("OperationSequenceError", text));
        }
        Ok(())
    }

    pub(crate) fn submit_job_card(&mut self, doc: &Doc) -> Res<()> {
        self.operation(doc, 1.0);
        Ok(())
    }

    pub(crate) fn cancel_job_card(&mut self, doc: &Doc) {
        self.operation(doc, -1.0);
        self.db.change("Job Card", text(doc, "name"), |doc| put(doc, "status", "Completed"));
    }

    fn operation(&mut self, doc: &Doc, sign: f64) {
        let (id, done, minutes) =
            (owned(doc, "operation_id"), num(doc, "total_completed_qty"), num(doc, "total_time_in_mins"));
        self.touch("Work Order", text(doc, "work_order"), |order| {
            let ordered = num(order, "qty");
            for row in rows_mut(order, "operations").into_iter().filter(|r| text(r, "name") == id) {
                let (qty, time) = (num(row, "completed_qty"), num(row, "actual_operation_time"));
                putf(row, "completed_qty", qty + done * sign);
                putf(row, "actual_operation_time", time + minutes * sign);
                let status = match num(row, "completed_qty") {
                    qty if qty >= ordered => "Completed",
                    qty if qty > 0.0 => "Work in Progress",
                    _ => "Pending",
                };
                put(row, "status", status);
            }
        });
    }

    /// `make_stock_entry`, `make_work_order`, `stop_unstop`.
    pub(crate) fn work_order_method(&mut self, user: &User, method: &str, args: &Doc) -> Res<Value> {
        match method {
            "make_stock_entry" => {
                let order = self.load("Work Order", text(args, "work_order_id"))?;
                let purpose = owned(args, "purpose");
                let qty = if blank(args, "qty") && argument(args, "qty") == 0.0 {
                    num(&order, "qty")
                } else {
                    argument(args, "qty")
                };
                let part = qty / num(&order, "qty").max(1e-9);
                let makes = purpose == "Manufacture";
                let (wip, target) = (text(&order, "wip_warehouse"), text(&order, "fg_warehouse"));
                let mut items = Vec::new();
                for row in rows(&order, "required_items") {
                    let (from, to) = if makes { (wip, None) } else { (text(row, "source_warehouse"), Some(wip)) };
                    let qty = num(row, "required_qty") * part;
                    items.push(json!({ "item_code": text(row, "item_code"), "qty": float(qty), "s_warehouse": from, "t_warehouse": to }));
                }
                if makes {
                    items.push(json!({ "item_code": text(&order, "production_item"), "qty": float(qty), "t_warehouse": target, "is_finished_item": 1 }));
                }
                Ok(json!({
                    "name": null, "doctype": "Stock Entry", "docstatus": 0, "stock_entry_type": purpose, "purpose": purpose, "work_order": text(&order, "name"),
                    "company": Self::company(&order), "from_bom": 1, "bom_no": text(&order, "bom_no"), "fg_completed_qty": float(qty),
                    "to_warehouse": if makes { target } else { wip }, "items": items, "owner": user.name,
                }))
            }
            "make_work_order" => {
                let bom = self.load("BOM", text(args, "bom_no"))?;
                let operations: Vec<Value> = rows(&bom, "operations")
                    .into_iter()
                    .map(|r| json!({ "operation": text(r, "operation"), "workstation": text(r, "workstation"), "time_in_mins": float(num(r, "time_in_mins")), "bom": text(&bom, "name"), "status": "Pending" }))
                    .collect();
                Ok(json!({
                    "doctype": "Work Order", "docstatus": 0, "production_item": text(&bom, "item"), "bom_no": text(&bom, "name"), "company": Self::company(&bom),
                    "qty": float(argument(args, "qty")), "operations": operations, "owner": user.name, "status": "Draft",
                }))
            }
            "stop_unstop" => {
                let name = owned(args, "work_order");
                let order = self.load("Work Order", &name)?;
                let stops = text(args, "status") == "Stopped";
                let moved = num(&order, "produced_qty") + num(&order, "material_transferred_for_manufacturing");
                let status = if stops {
                    "Stopped"
                } else if moved > 0.0 {
                    "In Process"
                } else {
                    "Not Started"
                };
                self.touch("Work Order", &name, |doc| put(doc, "status", status));
                Ok(json!(status))
            }
            _ => Err(Error::denied(format!("Function {method} is not whitelisted."))),
        }
    }
}
