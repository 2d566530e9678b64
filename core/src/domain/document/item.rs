//! Item: something that the site sells, buys or makes for the first time.

use super::check::{MAX_FACTOR, above_zero, distinct, few_rows, new_name, not_below_zero};
use super::trade::Names;
use super::{Flag, Invalid, Link, LongText, Reference, Rules, Text};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::Effects;
use jiff::civil::Date;

fields! {
    /// A new item, with ERPNext's field names.
    Item {
        /// Its code, and its name for the office.
        must item_code: Text,
        /// What people call it; its code where absent.
        may item_name: Text,
        /// Its group.
        must item_group: Text,
        /// The unit in which its stock is kept.
        must stock_uom: Text,
        /// It has stock, as it has where this is absent; else it is a service.
        may is_stock_item: Flag,
        /// Each movement names a batch.
        flag has_batch_no: bool,
        /// Each piece has a number.
        flag has_serial_no: bool,
        /// The price of one.
        may standard_rate: Decimal,
        /// What it is.
        may description: LongText,
        /// What scanners read.
        some barcodes: Vec<ItemBarcode>,
        /// Other units in which it is sold or bought.
        some uoms: Vec<ItemUnit>,
    }
}

fields! {
    /// A code that scanners read for it.
    ItemBarcode {
        /// The code.
        must barcode: Text,
        /// The unit that it stands for, where it is not the item's own.
        may uom: Text,
    }
}

fields! {
    /// One more unit.
    ItemUnit {
        /// The unit.
        must uom: Text,
        /// How many of `stock_uom` it is, above zero.
        must conversion_factor: Decimal,
    }
}

impl Rules for Item {
    fn validate(&self) -> Result<(), Invalid> {
        let kept = self.is_stock_item.is_none_or(|Flag(kept)| kept);
        if !kept && (self.has_batch_no || self.has_serial_no) {
            return Err(Invalid::at(
                "is_stock_item",
                "batches and serial numbers are of what has stock: correct one of them",
            ));
        }
        if let Some(rate) = self.standard_rate {
            not_below_zero(|| "standard_rate".into(), rate)?;
        }
        few_rows("barcodes", &self.barcodes)?;
        distinct("barcodes", "barcode", &self.barcodes, |row| &row.barcode)?;
        few_rows("uoms", &self.uoms)?;
        distinct("uoms", "uom", &self.uoms, |row| &row.uom)?;
        for (i, row) in self.uoms.iter().enumerate() {
            let (field, factor) = (|| format!("uoms[{i}].conversion_factor"), row.conversion_factor);
            above_zero(field, factor)?;
            if factor > Decimal::from(MAX_FACTOR) {
                return Err(Invalid::at(
                    field(),
                    format!("{factor} is more than {MAX_FACTOR}: use a larger stock_uom"),
                ));
            }
            if row.uom == self.stock_uom && factor != Decimal::from(1) {
                return Err(Invalid::at(field(), "the item's own unit is 1 of itself: leave the row out"));
            }
        }
        for (i, row) in self.barcodes.iter().enumerate() {
            let known = |uom: &Text| *uom == self.stock_uom || self.uoms.iter().any(|row| row.uom == *uom);
            if !row.uom.as_ref().is_none_or(known) {
                return Err(Invalid::at(format!("barcodes[{i}].uom"), "not among uoms: add it there, or leave it out"));
            }
        }
        Ok(())
    }

    fn of_late(&self) -> Result<(), Invalid> {
        new_name("item_code", "Item", &self.item_code)
    }

    fn posting_date(&self) -> Option<Date> {
        None
    }

    fn effects(&self, _: &Booked) -> Effects {
        Effects::default()
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        let mut names = Names(&mut found);
        names.add("stock_uom", Link::Uom, Some(&self.stock_uom));
        for (i, row) in self.uoms.iter().enumerate() {
            names.add(&format!("uoms[{i}].uom"), Link::Uom, Some(&row.uom));
        }
        found
    }
}
