//! Counts of stock: what is there from then on.
//!
//! In: a Stock Reconciliation. Out: differences, and movements that set the stock. Absent: counts by batch.

use super::ledger::line;
use super::stock::{Goods, moment_of};
use crate::doc::{Doc, blank, fill, flt, is, num, owned, put, putf, rows, text};
use crate::erp::Erp;
use crate::error::{Error, Res};

impl Erp {
    pub(crate) fn validate_reconciliation(&mut self, doc: &mut Doc) -> Res<()> {
        self.posting_time(doc);
        self.open_day(doc, "posting_date")?;
        let place = owned(doc, "set_warehouse");
        let mut table = crate::doc::take(doc, "items");
        let lost: Vec<String> =
            table.iter().map(|r| owned(r, "item_code")).filter(|c| !c.is_empty() && !self.db.has("Item", c)).collect();
        if !lost.is_empty() {
            return Err(Error::invalid(format!("Items {} do not exist in the Item master.", lost.join(", "))));
        }
        let moment = moment_of(doc);
        let mut kept = Vec::new();
        let count = table.len();
        for (i, row) in table.iter_mut().enumerate() {
            if num(row, "qty") < 0.0 {
                return Err(Error::invalid(format!("['Row # {}: Negative Quantity is not allowed']", i + 1)));
            }
            fill(row, "warehouse", place.clone());
            let code = owned(row, "item_code");
            let Some(item) = self.db.get("Item", &code) else { continue };
            if !is(&item, "is_stock_item") {
                return Err(Error::invalid(format!("['Row # {}: {code} is not a stock Item']", i + 1)));
            }
            // A later version 15 does both, whatever is counted.
            let said = ["use_serial_batch_fields", "reconcile_all_serial_batch"].iter().any(|field| is(row, field));
            if (is(&item, "has_serial_no") || is(&item, "has_batch_no"))
                && !said
                && blank(row, "serial_and_batch_bundle")
            {
                let text = format!("Row # {}: Please add Serial and Batch Bundle for Item {code}", i + 1);
                return Err(Error::invalid(text));
            }
            if is(&item, "has_serial_no") && is(row, "use_serial_batch_fields") && blank(row, "serial_no") {
                return Err(Error::invalid(format!("Row # {}: Please enter Serial No", i + 1)));
            }
            let uom = owned(&item, "stock_uom");
            self.whole_number(i + 1, &uom, num(row, "qty"))?;
            fill(row, "item_name", owned(&item, "item_name"));
            fill(row, "item_group", owned(&item, "item_group"));
            fill(row, "stock_uom", uom);
            let (there, worth) = self.at(&code, text(row, "warehouse"), &moment);
            let given = num(row, "valuation_rate");
            // Where it was never valued nothing is looked for: not a price, and not what the item says.
            let rate = if given == 0.0 { flt(worth, 9) } else { given };
            putf(row, "valuation_rate", rate);
            let qty = num(row, "qty");
            for (field, value) in [
                ("current_qty", there),
                ("current_valuation_rate", flt(worth, 9)),
                ("current_amount", there * worth),
                ("amount", qty * rate),
                ("quantity_difference", qty - there),
                ("amount_difference", qty * rate - there * worth),
            ] {
                putf(row, field, value);
            }
            if (qty - there).abs() > 1e-9 || (given != 0.0 && (flt(worth, 9) - given).abs() > 1e-6) {
                kept.push(row.clone());
            }
        }
        if kept.is_empty() && count > 0 && !blank(doc, "purpose") {
            let text = "None of the items have any change in quantity or value.";
            return Err(Error::refused("EmptyStockReconciliationItemsError", text));
        }
        let whole: f64 = kept.iter().map(|r| num(r, "amount_difference")).sum();
        putf(doc, "difference_amount", crate::doc::money(whole));
        fill(doc, "expense_account", "Stock Adjustment - TW");
        fill(doc, "cost_center", "Main - TW");
        put(doc, "scan_mode", 0);
        crate::doc::give(doc, "items", kept);
        Ok(())
    }

    pub(crate) fn submit_reconciliation(&mut self, doc: &Doc) -> Res<()> {
        for (i, row) in rows(doc, "items").into_iter().enumerate() {
            let (code, free) = (text(row, "item_code"), is(row, "allow_zero_valuation_rate"));
            if num(row, "qty") != 0.0 && num(row, "valuation_rate") == 0.0 && !free {
                return Err(Error::invalid(format!("Valuation Rate required for Item {code} at row {}", i + 1)));
            }
        }
        let goods: Vec<Goods> = rows(doc, "items")
            .into_iter()
            .map(|row| Goods {
                item: owned(row, "item_code"),
                warehouse: owned(row, "warehouse"),
                qty: num(row, "qty"),
                rate: Some(num(row, "valuation_rate")),
                sets: true,
                ..Goods::default()
            })
            .collect();
        let value: f64 = self.post_stock(doc, &goods)?.iter().sum();
        self.gl(doc, vec![line("Stock In Hand - TW", value), line(owned(doc, "expense_account"), -value)])
    }
}
