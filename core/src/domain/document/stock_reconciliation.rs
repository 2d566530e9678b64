//! Stock Reconciliation: stock that was counted. It sets the figure of an item in a warehouse, whatever the books had.
//!
//! Who counts an item by batches counts all of them: what the rows of an item in a warehouse come to is what there is of it there.

use super::check::{distinct, not_below_zero, posted, present, qty_in_range, serials, some_rows};
use super::trade::Names;
use super::{Invalid, ItemRow, Link, LongText, Place, Reference, Rules, Text, Touch};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Piece, StockMove};
use jiff::civil::{Date, Time};

fields! {
    /// A count, with ERPNext's field names.
    StockReconciliation {
        /// The day of the count in the workshop's time zone; the box's time where absent.
        may posting_date: Date,
        /// The time of day; only with `posting_date`.
        may posting_time: Time,
        /// The warehouse of rows that name none.
        may set_warehouse: Text,
        /// What was counted.
        rows items: Vec<CountedItem>,
    }
}

fields! {
    /// One item in one warehouse.
    CountedItem {
        /// The item's code.
        must item_code: Text,
        /// Where it was counted.
        may warehouse: Text,
        /// How much there is, zero or above, in the item's stock unit.
        must qty: Decimal,
        /// The batch.
        may batch_no: Text,
        /// Serial numbers, one a line.
        may serial_no: LongText,
    }
}

impl StockReconciliation {
    fn warehouse<'a>(&'a self, row: &'a CountedItem) -> Option<&'a Text> {
        row.warehouse.as_ref().or(self.set_warehouse.as_ref())
    }
}

impl Rules for StockReconciliation {
    fn validate(&self) -> Result<(), Invalid> {
        some_rows("items", &self.items)?;
        posted(self.posting_date, self.posting_time)?;
        for (i, row) in self.items.iter().enumerate() {
            let field = |name: &str| format!("items[{i}].{name}");
            not_below_zero(|| field("qty"), row.qty)?;
            qty_in_range(|| field("qty"), row.qty)?;
            serials(|| field("serial_no"), row.serial_no.as_ref())?;
            let rule = "name the warehouse of each row, or set_warehouse";
            present(|| field("warehouse"), &self.warehouse(row), rule)?;
        }
        distinct("items", "item_code", &self.items, |row| (&row.item_code, self.warehouse(row), &row.batch_no))
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, _: &Booked) -> Effects {
        let mut counts: Vec<StockMove> = Vec::new();
        for row in &self.items {
            let Some(warehouse) = self.warehouse(row) else { continue };
            let same = |count: &&mut StockMove| count.item_code == row.item_code && count.warehouse == *warehouse;
            match counts.iter_mut().find(same) {
                // Valid rows are in range, and so is the sum of as many as a document may have.
                Some(count) => count.qty = count.qty.plus(row.qty).unwrap_or(count.qty),
                None => {
                    let (item_code, warehouse) = (row.item_code.clone(), warehouse.clone());
                    counts.push(StockMove { item_code, warehouse, qty: row.qty });
                }
            }
        }
        let mut found = Vec::new();
        for row in &self.items {
            let numbers = row.serial_no.as_ref().map(LongText::as_str);
            found.extend(Piece::of_row(&row.item_code, numbers, None, self.warehouse(row)));
        }
        Effects { counts, found, ..Effects::default() }
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        let mut names = Names(&mut found);
        for (i, row) in self.items.iter().enumerate() {
            names.add(&format!("items[{i}].item_code"), Link::Item, Some(&row.item_code));
        }
        found
    }

    fn places(&self) -> Vec<Place<'_>> {
        let touch = Touch::Count;
        let mut places = Vec::new();
        if let Some(warehouse) = &self.set_warehouse {
            places.push(Place { field: "set_warehouse".into(), warehouse, touch });
        }
        for (i, row) in self.items.iter().enumerate() {
            if let Some(warehouse) = &row.warehouse {
                places.push(Place { field: format!("items[{i}].warehouse"), warehouse, touch });
            }
        }
        places
    }

    fn item_rows(&self) -> Vec<ItemRow<'_>> {
        let mut rows = Vec::new();
        for (i, row) in self.items.iter().enumerate() {
            rows.push(ItemRow {
                field: format!("items[{i}]"),
                item_code: &row.item_code,
                qty: row.qty,
                uom: None,
                batch_no: row.batch_no.as_ref(),
                serial_no: row.serial_no.as_ref().map(LongText::as_str),
                moves_stock: true,
                builds_on: Vec::new(),
            });
        }
        rows
    }
}
