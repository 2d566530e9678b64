//! Stock Entries: what goes where, for which purpose, and what it does to Work Orders and goods under way.
//!
//! In: a Stock Entry. Out: its rows and values, movements. Absent: subcontracting, additional costs, quality.

use super::ledger::line;
use super::stock::Goods;
use crate::doc::{Doc, blank, fill, flt, is, money, num, owned, put, putf, rows, rows_mut, text};
use crate::erp::{COMPANY, Erp};
use crate::error::{Error, Res};

const NEEDS_SOURCE: [&str; 5] = [
    "Material Issue",
    "Material Transfer",
    "Send to Subcontractor",
    "Material Transfer for Manufacture",
    "Material Consumption for Manufacture",
];
const NEEDS_TARGET: [&str; 4] =
    ["Material Receipt", "Material Transfer", "Send to Subcontractor", "Material Transfer for Manufacture"];

/// By ERPNext's source what is made is reckoned by the rows' own `qty`, in whatever unit, and what `fg_completed_qty` is more than that is lost.
fn lost(doc: &mut Doc, purpose: &str) {
    let made: f64 = rows(doc, "items").iter().filter(|r| is(r, "is_finished_item")).map(|r| num(r, "qty")).sum();
    let short = num(doc, "fg_completed_qty") - made;
    if purpose == "Manufacture" && made > 0.0 && short > 0.0 {
        putf(doc, "process_loss_qty", short);
    }
}

/// Values a row at a rate, and says at how much.
fn worth_of(row: &mut Doc, rate: f64) -> f64 {
    let amount = money(num(row, "transfer_qty") * rate);
    putf(row, "basic_rate", rate);
    putf(row, "basic_amount", amount);
    amount
}

impl Erp {
    pub(crate) fn validate_stock_entry(&mut self, doc: &mut Doc) -> Res<()> {
        self.posting_time(doc);
        fill(doc, "company", COMPANY);
        self.open_day(doc, "posting_date")?;
        let kind = owned(doc, "stock_entry_type");
        let of_kind = self.value("Stock Entry Type", &kind, "purpose");
        // An unknown type passes the look at links; the purpose is then the first choice that there is.
        let purpose = if of_kind.is_empty() { "Material Issue".to_owned() } else { of_kind };
        put(doc, "purpose", purpose.clone());
        let makes = matches!(purpose.as_str(), "Manufacture" | "Repack");
        let (from, to) = (owned(doc, "from_warehouse"), owned(doc, "to_warehouse"));
        let mut table = crate::doc::take(doc, "items");
        for (i, row) in table.iter_mut().enumerate() {
            let idx = i + 1;
            self.stock_row(row, idx)?;
            if is(row, "is_finished_item") && makes {
                put(row, "s_warehouse", "");
                fill(row, "t_warehouse", to.clone());
            } else {
                if NEEDS_SOURCE.contains(&purpose.as_str()) || (makes && blank(row, "t_warehouse")) {
                    fill(row, "s_warehouse", from.clone());
                }
                if NEEDS_TARGET.contains(&purpose.as_str()) {
                    fill(row, "t_warehouse", to.clone());
                }
                if !NEEDS_TARGET.contains(&purpose.as_str()) && !makes {
                    put(row, "t_warehouse", "");
                }
                if purpose == "Material Receipt" {
                    put(row, "s_warehouse", "");
                }
                if purpose == "Manufacture" && !is(row, "is_scrap_item") && !blank(row, "s_warehouse") {
                    put(row, "t_warehouse", "");
                }
            }
            let source = NEEDS_SOURCE.contains(&purpose.as_str());
            let target = NEEDS_TARGET.contains(&purpose.as_str()) || (makes && is(row, "is_finished_item"));
            if source && blank(row, "s_warehouse") {
                return Err(Error::invalid(format!("Source warehouse is mandatory for row {idx}")));
            }
            if target && blank(row, "t_warehouse") {
                return Err(Error::invalid(format!("Target warehouse is mandatory for row {idx}")));
            }
            if blank(row, "s_warehouse") && blank(row, "t_warehouse") {
                return Err(Error::invalid("Atleast one warehouse is mandatory"));
            }
        }
        crate::doc::give(doc, "items", table);
        self.no_batch_expired(doc)?;
        self.process_loss(doc, &purpose);
        lost(doc, &purpose);
        self.for_work_order(doc, &purpose)?;
        // By ERPNext's source.
        if !is(doc, "from_bom") {
            putf(doc, "fg_completed_qty", 0.0);
        }
        if purpose == "Manufacture" && !rows(doc, "items").iter().any(|r| is(r, "is_finished_item")) {
            let text = "There must be atleast 1 Finished Good in this Stock Entry";
            return Err(Error::refused("FinishedGoodError", text));
        }
        self.values(doc, &purpose);
        Ok(())
    }

    fn stock_row(&mut self, row: &mut Doc, idx: usize) -> Res<()> {
        let code = owned(row, "item_code");
        let item = self.db.get("Item", &code).filter(|i| is(i, "is_stock_item"));
        let Some(item) = item else { return Err(Error::invalid(format!("{code} is not a stock Item"))) };
        if is(&item, "disabled") {
            return Err(Error::invalid(format!("Item {code} is not active or end of life has been reached")));
        }
        for (field, from) in [
            ("item_name", "item_name"),
            ("description", "description"),
            ("uom", "stock_uom"),
            ("item_group", "item_group"),
        ] {
            fill(row, field, owned(&item, from));
        }
        put(row, "stock_uom", owned(&item, "stock_uom"));
        if num(row, "conversion_factor") == 0.0 {
            putf(row, "conversion_factor", self.factor(&item, text(row, "uom")));
        }
        let qty = num(row, "qty");
        if qty == 0.0 {
            let text = format!("Row #{idx}: Quantity for Item <strong>{code}</strong> cannot be zero.");
            return Err(Error::refused("InvalidQtyError", text));
        }
        if qty < 0.0 {
            return Err(Error::invalid(format!("Row {idx}: The item {code}, quantity must be positive number")));
        }
        let whole = qty * num(row, "conversion_factor");
        if flt(whole, 3) == 0.0 {
            let text = format!("Row {idx}: Qty in Stock UOM can not be zero.");
            return Err(Error::invalid(text));
        }
        putf(row, "transfer_qty", whole);
        self.whole_number(idx, text(row, "uom"), qty)?;
        self.whole_number(idx, text(row, "stock_uom"), whole)?;
        fill(row, "expense_account", "Stock Adjustment - TW");
        fill(row, "cost_center", "Main - TW");
        Ok(())
    }

    /// By ERPNext's source: what the bill of materials reckons as lost, which with a Work Order is taken off what is made, whatever was told.
    fn process_loss(&self, doc: &mut Doc, purpose: &str) {
        let bom = self.db.get("BOM", text(doc, "bom_no")).filter(|_| purpose == "Manufacture");
        let percent = bom.map_or(0.0, |bom| num(&bom, "process_loss_percentage"));
        if percent == 0.0 {
            return;
        }
        let made = num(doc, "fg_completed_qty");
        let loss = made * percent / 100.0;
        putf(doc, "process_loss_percentage", percent);
        putf(doc, "process_loss_qty", loss);
        if blank(doc, "work_order") {
            return;
        }
        for row in rows_mut(doc, "items").into_iter().filter(|row| is(row, "is_finished_item")) {
            putf(row, "qty", made - loss);
            let factor = num(row, "conversion_factor");
            putf(row, "transfer_qty", (made - loss) * factor);
        }
    }

    fn for_work_order(&self, doc: &Doc, purpose: &str) -> Res<()> {
        let order = owned(doc, "work_order");
        let fg = num(doc, "fg_completed_qty");
        if !purpose.contains("Manufacture") || order.is_empty() {
            return Ok(());
        }
        if fg == 0.0 && purpose != "Material Transfer for Manufacture" {
            return Err(Error::invalid("For Quantity (Manufactured Qty) is mandatory"));
        }
        let Some(found) = self.db.get("Work Order", &order) else { return Ok(()) };
        if Self::state(&found) != 1 {
            return Err(Error::invalid(format!("Work Order {order} must be submitted")));
        }
        if text(&found, "status") == "Stopped" {
            return Err(Error::invalid(format!("Transaction not allowed against stopped Work Order {order}")));
        }
        let qty = num(&found, "qty");
        // By ERPNext's source: of each operation as many have to be done, and submitted cards alone count.
        let made = fg + num(&found, "produced_qty");
        for (i, row) in rows(&found, "operations").into_iter().enumerate().filter(|_| purpose == "Manufacture") {
            if made > num(row, "completed_qty") + num(row, "process_loss_qty") {
                let (idx, operation) = (i + 1, text(row, "operation"));
                let text = format!(
                    "Row #{idx}: Operation <strong>{operation}</strong> is not completed for <strong>{made:?}</strong> qty of finished goods in Work Order {order}. Please update operation status via Job Card."
                );
                return Err(Error::refused("OperationsNotCompleteError", text));
            }
        }
        if purpose == "Manufacture" && fg > qty {
            let text = format!("For quantity {fg:?} should not be greater than allowed quantity {qty:?}");
            return Err(Error::invalid(text));
        }
        // By ERPNext's source: of what is transferred as well, but for what comes without a quantity.
        let (label, field) = match purpose {
            "Manufacture" => ("Manufactured Qty", "produced_qty"),
            _ => ("Material Transferred for Manufacturing", "material_transferred_for_manufacturing"),
        };
        let all = fg + num(&found, field);
        if fg != 0.0 && is(doc, "from_bom") && all > qty {
            let text =
                format!("{label} ({all:?}) cannot be greater than planned quantity ({qty:?}) in Work Order {order}");
            return Err(Error::refused("StockOverProductionError", text));
        }
        Ok(())
    }

    /// Rates and amounts of rows, and their sums.
    fn values(&mut self, doc: &mut Doc, purpose: &str) {
        let (mut out, mut into) = (0.0, 0.0);
        let mut table = crate::doc::take(doc, "items");
        for row in table.iter_mut().filter(|row| !blank(row, "s_warehouse")) {
            let rate = self.worth(text(row, "item_code"), text(row, "s_warehouse"));
            out += worth_of(row, rate);
        }
        let finished: f64 = table.iter().filter(|r| is(r, "is_finished_item")).map(|r| num(r, "transfer_qty")).sum();
        for i in 0..table.len() {
            // What scrap is worth so far: by ERPNext's source, in the order of the rows, and as it was sent where its rate is set by hand.
            let scrap: f64 = table.iter().filter(|r| is(r, "is_scrap_item")).map(|r| num(r, "basic_amount")).sum();
            let row = &mut table[i];
            if !blank(row, "s_warehouse") || is(row, "set_basic_rate_manually") {
                continue;
            }
            let (given, free) = (num(row, "basic_rate"), is(row, "allow_zero_valuation_rate"));
            let rate = if is(row, "is_finished_item") && purpose == "Manufacture" && finished > 0.0 && !free {
                (out - scrap) / finished
            } else if given == 0.0 && !free {
                self.worth(text(row, "item_code"), text(row, "t_warehouse"))
            } else {
                given
            };
            worth_of(row, rate);
        }
        for row in &mut table {
            let (rate, amount) = (num(row, "basic_rate"), num(row, "basic_amount"));
            for (field, value) in [("valuation_rate", rate), ("amount", amount)] {
                putf(row, field, value);
            }
            if !blank(row, "t_warehouse") {
                into += amount;
            }
        }
        let total = if purpose == "Manufacture" { 0.0 } else { table.iter().map(|r| num(r, "amount")).sum() };
        crate::doc::give(doc, "items", table);
        for (field, value) in [
            ("total_outgoing_value", out),
            ("total_incoming_value", into),
            ("value_difference", into - out),
            ("total_amount", total),
        ] {
            putf(doc, field, money(value));
        }
    }

    pub(crate) fn submit_stock_entry(&mut self, doc: &Doc) -> Res<()> {
        let table = rows(doc, "items");
        let one = |row: &&Doc, place: &str, qty: f64, rate: Option<f64>| Goods {
            item: owned(row, "item_code"),
            warehouse: owned(row, place),
            qty,
            rate,
            sets: false,
            batch: owned(row, "batch_no"),
            serials: owned(row, "serial_no"),
        };
        let leaves = table
            .iter()
            .filter(|r| !blank(r, "s_warehouse"))
            .map(|r| one(r, "s_warehouse", -num(r, "transfer_qty"), None));
        let comes = table
            .iter()
            .filter(|r| !blank(r, "t_warehouse"))
            .map(|r| one(r, "t_warehouse", num(r, "transfer_qty"), Some(num(r, "valuation_rate"))));
        let goods: Vec<Goods> = leaves.chain(comes).collect();
        let value: f64 = self.post_stock(doc, &goods)?.iter().sum();
        let account = table.first().map(|r| owned(r, "expense_account")).unwrap_or_default();
        self.gl(doc, vec![line("Stock In Hand - TW", value), line(account, -value)])?;
        self.under_way(doc, 1.0);
        self.progress_of_work(doc, 1.0);
        Ok(())
    }

    pub(crate) fn cancel_stock_entry(&mut self, doc: &Doc) {
        self.under_way(doc, -1.0);
        self.progress_of_work(doc, -1.0);
    }

    /// What of goods under way has come in. By ERPNext's source it adds up rows' own `qty`, in whatever unit, of rows that say what they are of.
    fn under_way(&mut self, doc: &Doc, sign: f64) {
        let first = owned(doc, "outgoing_stock_entry");
        if first.is_empty() {
            return;
        }
        let of_it = |row: &&Doc| text(row, "against_stock_entry") == first;
        let came: Vec<(String, f64)> = rows(doc, "items")
            .into_iter()
            .filter(of_it)
            .map(|r| (owned(r, "ste_detail"), num(r, "qty") * sign))
            .collect();
        self.touch("Stock Entry", &first, |first| {
            for (detail, qty) in &came {
                for row in rows_mut(first, "items").into_iter().filter(|r| text(r, "name") == detail) {
                    let so_far = num(row, "transferred_qty");
                    putf(row, "transferred_qty", so_far + qty);
                }
            }
            let all = rows(first, "items");
            let whole: f64 = all.iter().map(|r| num(r, "qty")).sum();
            let part: f64 = all.iter().map(|r| num(r, "transferred_qty")).sum();
            putf(first, "per_transferred", if whole == 0.0 { 0.0 } else { money(part / whole * 100.0) });
        });
    }
}
