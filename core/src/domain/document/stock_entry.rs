//! Stock Entry: goods that come in, go out, move from one warehouse or site to another, or become other goods.
//!
//! Between sites: the sender moves goods into a transit warehouse (`add_to_transit`), the receiver counts and moves out of it what
//! came (`outgoing_stock_entry`, and of each row `ste_detail`). What is made: one finished row, materials, scrap; an entry
//! without materials has them filled in by the box from the bill of materials.

use super::check::{absent, distinct, in_stock_unit, posted, present, row_named, row_qty, serials, some_rows};
use super::trade::Names;
use super::{Invalid, ItemRow, Link, LongText, Place, Ref, Reference, Rules, Text, Touch};
use crate::domain::booked::{Booked, Filled};
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, Piece, Progress, Step, StockMove};
use jiff::civil::{Date, Time};

choice! {
    /// What a stock entry does, by ERPNext's names.
    Purpose {
        /// Out of a warehouse.
        Issue = "Material Issue",
        /// Into a warehouse.
        Receipt = "Material Receipt",
        /// From one warehouse to another.
        Transfer = "Material Transfer",
        /// Materials of a Work Order to where work is in progress.
        ToWork = "Material Transfer for Manufacture",
        /// Materials become what is made, by a Work Order or a bill of materials alone.
        Manufacture = "Manufacture",
    }
}

fields! {
    /// A movement of goods, with ERPNext's field names.
    StockEntry {
        /// What it does.
        must stock_entry_type: Purpose,
        /// The day of the movement in the workshop's time zone; the box's time where absent.
        may posting_date: Date,
        /// The time of day; only with `posting_date`.
        may posting_time: Time,
        /// The source of rows that name none.
        may from_warehouse: Text,
        /// The target of rows that name none.
        may to_warehouse: Text,
        /// What moves.
        rows items: Vec<EntryItem>,
        /// A note.
        may remarks: Text,
        /// The goods go to another site: the target is a transit warehouse.
        flag add_to_transit: bool,
        /// The entry with which another site has sent what is received here.
        may outgoing_stock_entry: Ref,
        /// The Work Order.
        may work_order: Text,
        /// The bill of materials.
        may bom_no: Text,
        /// How many are made, or materials moved for, in the stock unit of what is made.
        may fg_completed_qty: Decimal,
        /// The project that it is for.
        may project: Text,
    }
}

fields! {
    /// One line of a movement.
    EntryItem {
        /// The item's code.
        must item_code: Text,
        /// How much, above zero.
        must qty: Decimal,
        /// The unit; the item's own where absent.
        may uom: Text,
        /// Source.
        may s_warehouse: Text,
        /// Target.
        may t_warehouse: Text,
        /// Value of one of the item's stock unit, as in ERPNext, whatever the row's own unit; zero or above, and only for what comes in.
        may basic_rate: Decimal,
        /// The batch.
        may batch_no: Text,
        /// Serial numbers, one a line.
        may serial_no: LongText,
        /// It is what is made.
        flag is_finished_item: bool,
        /// It comes out beside what is made.
        flag is_scrap_item: bool,
        /// The entry with which it was sent; the same as `outgoing_stock_entry`.
        may against_stock_entry: Ref,
        /// The row of `outgoing_stock_entry` of which it is received.
        may ste_detail: Text,
    }
}

impl StockEntry {
    /// Whether a row takes from a source and brings to a target.
    fn ways(&self, row: &EntryItem) -> (bool, bool) {
        match self.stock_entry_type {
            Purpose::Issue => (true, false),
            Purpose::Receipt => (false, true),
            Purpose::Transfer | Purpose::ToWork => (true, true),
            Purpose::Manufacture => {
                let made = row.is_finished_item || row.is_scrap_item;
                (!made, made)
            }
        }
    }

    fn source<'a>(&'a self, row: &'a EntryItem) -> Option<&'a Text> {
        row.s_warehouse.as_ref().or(self.from_warehouse.as_ref()).filter(|_| self.ways(row).0)
    }

    fn target<'a>(&'a self, row: &'a EntryItem) -> Option<&'a Text> {
        row.t_warehouse.as_ref().or(self.to_warehouse.as_ref()).filter(|_| self.ways(row).1)
    }

    fn check_row(&self, i: usize, row: &EntryItem) -> Result<(), Invalid> {
        let field = |name: &str| format!("items[{i}].{name}");
        row_qty(|| field("qty"), row.qty)?;
        if row.basic_rate.is_some_and(|rate| rate.is_negative()) {
            return Err(Invalid::at(field("basic_rate"), "a value below zero"));
        }
        serials(|| field("serial_no"), row.serial_no.as_ref())?;
        self.check_ways(&field, row)?;
        match &self.outgoing_stock_entry {
            None => {
                absent(
                    || field("ste_detail"),
                    &row.ste_detail,
                    "only what outgoing_stock_entry has sent has it: leave it out",
                )?;
                absent(
                    || field("against_stock_entry"),
                    &row.against_stock_entry,
                    "name it in outgoing_stock_entry as well",
                )
            }
            Some(sent) => {
                let rule = "name the row of outgoing_stock_entry that is received: its number from 1";
                present(|| field("ste_detail"), &row.ste_detail, rule)?;
                match &row.against_stock_entry {
                    Some(against) if against != sent => {
                        Err(Invalid::at(field("against_stock_entry"), "not outgoing_stock_entry: leave it out"))
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    fn check_ways(&self, field: &dyn Fn(&str) -> String, row: &EntryItem) -> Result<(), Invalid> {
        let (takes, brings) = self.ways(row);
        let (source, target) = (self.source(row), self.target(row));
        let (source_field, target_field) = (|| field("s_warehouse"), || field("t_warehouse"));
        let made = self.stock_entry_type == Purpose::Manufacture;
        if takes {
            present(source_field, &source, "name the source here or in from_warehouse")?;
        } else if row.s_warehouse.is_some() || (!made && self.from_warehouse.is_some()) {
            let what = if made { "what is made" } else { "a Material Receipt" };
            return Err(Invalid::at(source_field(), format!("{what} has no source: leave it out")));
        }
        if brings {
            present(target_field, &target, "name the target here or in to_warehouse")?;
        } else if row.t_warehouse.is_some() || (!made && self.to_warehouse.is_some()) {
            let what = if made { "a material" } else { "a Material Issue" };
            return Err(Invalid::at(target_field(), format!("{what} has no target: leave it out")));
        }
        if takes && brings && source == target {
            return Err(Invalid::at(target_field(), "source and target are the same warehouse"));
        }
        Ok(())
    }

    fn check_transit(&self) -> Result<(), Invalid> {
        let transfer = self.stock_entry_type == Purpose::Transfer;
        if self.add_to_transit && !transfer {
            return Err(Invalid::at("add_to_transit", "only a Material Transfer goes to another site: leave it out"));
        }
        if !transfer {
            let rule = "only a Material Transfer receives what was sent: leave it out";
            return absent(|| "outgoing_stock_entry".into(), &self.outgoing_stock_entry, rule);
        }
        if self.add_to_transit {
            let rule = "goods are received or sent on, not both in one entry: leave one out";
            return absent(|| "outgoing_stock_entry".into(), &self.outgoing_stock_entry, rule);
        }
        if self.outgoing_stock_entry.is_some() {
            distinct("items", "ste_detail", &self.items, |row| (&row.ste_detail, &row.batch_no, &row.serial_no))?;
        }
        Ok(())
    }

    fn check_work(&self) -> Result<(), Invalid> {
        let makes = self.stock_entry_type == Purpose::Manufacture;
        let finished: Vec<usize> = (0..self.items.len()).filter(|&i| self.items[i].is_finished_item).collect();
        let scrap = self.items.iter().position(|row| row.is_scrap_item);
        if !makes && self.stock_entry_type != Purpose::ToWork {
            let rule = "only a Manufacture or a Material Transfer for Manufacture has it: leave it out";
            absent(|| "work_order".into(), &self.work_order, rule)?;
            absent(|| "bom_no".into(), &self.bom_no, rule)?;
            absent(|| "fg_completed_qty".into(), &self.fg_completed_qty, rule)?;
        } else {
            let rule = "say how many of the finished item are made, or materials are moved for";
            present(|| "fg_completed_qty".into(), &self.fg_completed_qty, rule)?;
            row_qty(|| "fg_completed_qty".into(), self.fg_completed_qty.unwrap_or_default())?;
            if !makes || self.bom_no.is_none() {
                present(
                    || "work_order".into(),
                    &self.work_order,
                    "name the Work Order; what is made without one needs bom_no",
                )?;
            }
        }
        if !makes {
            let Some(i) = finished.first().copied().or(scrap) else { return Ok(()) };
            return Err(Invalid::at(
                format!("items[{i}]"),
                "only a Manufacture has finished or scrap rows: leave it out",
            ));
        }
        let &[i] = finished.as_slice() else {
            return Err(Invalid::at("items", "a Manufacture has one row with is_finished_item: what is made"));
        };
        let row = &self.items[i];
        if row.is_scrap_item {
            return Err(Invalid::at(
                format!("items[{i}].is_scrap_item"),
                "what is made is no scrap: leave one of them out",
            ));
        }
        // In another unit, only the box knows how many of the stock unit it is.
        if row.uom.is_none() && Some(row.qty) != self.fg_completed_qty {
            return Err(Invalid::at(format!("items[{i}].qty"), "not as many as fg_completed_qty: correct one of them"));
        }
        Ok(())
    }

    fn steps(&self, booked: &Booked) -> Vec<Step> {
        let mut steps = Vec::new();
        let order = self.work_order.clone().map(Ref::from);
        for (i, row) in self.items.iter().enumerate() {
            let by = in_stock_unit(row.qty, booked, i);
            if let Some(of) = self.outgoing_stock_entry.clone() {
                steps.push(Step { of, row: row.ste_detail.clone(), what: Progress::Received, by });
            }
            let Some(of) = order.clone() else { continue };
            let what = match self.stock_entry_type {
                Purpose::ToWork => Progress::Transferred,
                _ if self.ways(row).0 => Progress::Consumed,
                _ => continue,
            };
            steps.push(Step { of, row: Some(row.item_code.clone()), what, by });
        }
        for Filled { item_code, qty, .. } in booked.filled.iter().filter(|row| row.qty.is_negative()) {
            let Some(of) = order.clone() else { continue };
            let (row, by) = (Some(item_code.clone()), qty.negated());
            steps.push(Step { of, row, what: Progress::Consumed, by });
        }
        if let (Purpose::Manufacture, Some(of), Some(by)) = (self.stock_entry_type, order, self.fg_completed_qty) {
            steps.push(Step { of, row: None, what: Progress::Produced, by });
        }
        steps
    }
}

impl Rules for StockEntry {
    fn validate(&self) -> Result<(), Invalid> {
        some_rows("items", &self.items)?;
        posted(self.posting_date, self.posting_time)?;
        for (i, row) in self.items.iter().enumerate() {
            self.check_row(i, row)?;
        }
        self.check_transit()?;
        self.check_work()
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn effects(&self, booked: &Booked) -> Effects {
        let mut moves = Vec::new();
        for (i, row) in self.items.iter().enumerate() {
            let qty = in_stock_unit(row.qty, booked, i);
            let mut moved = |warehouse: Option<&Text>, qty| {
                if let Some(warehouse) = warehouse.cloned() {
                    moves.push(StockMove { item_code: row.item_code.clone(), warehouse, qty });
                }
            };
            moved(self.source(row), qty.negated());
            moved(self.target(row), qty);
        }
        let mut pieces = Vec::new();
        for row in &self.items {
            let numbers = row.serial_no.as_ref().map(LongText::as_str);
            pieces.extend(Piece::of_row(&row.item_code, numbers, self.source(row), self.target(row)));
        }
        for Filled { item_code, warehouse, qty } in &booked.filled {
            moves.push(StockMove { item_code: item_code.clone(), warehouse: warehouse.clone(), qty: *qty });
        }
        Effects { moves, pieces, steps: self.steps(booked), ..Effects::default() }
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        let mut names = Names(&mut found);
        names.add("work_order", Link::WorkOrder, self.work_order.as_ref());
        names.add("bom_no", Link::Bom, self.bom_no.as_ref());
        names.add("project", Link::Project, self.project.as_ref());
        for (i, row) in self.items.iter().enumerate() {
            names.add(&format!("items[{i}].item_code"), Link::Item, Some(&row.item_code));
            names.add(&format!("items[{i}].uom"), Link::Uom, row.uom.as_ref());
        }
        found
    }

    fn places(&self) -> Vec<Place<'_>> {
        let out = if self.outgoing_stock_entry.is_some() { Touch::Receive } else { Touch::Out };
        let into = if self.add_to_transit { Touch::Send } else { Touch::In };
        let named = [("from_warehouse", &self.from_warehouse, out), ("to_warehouse", &self.to_warehouse, into)];
        let mut places: Vec<Place<'_>> = Vec::new();
        for (field, warehouse, touch) in named {
            places.extend(warehouse.iter().map(|warehouse| Place { field: field.into(), warehouse, touch }));
        }
        for (i, row) in self.items.iter().enumerate() {
            for (field, warehouse, touch) in
                [("s_warehouse", &row.s_warehouse, out), ("t_warehouse", &row.t_warehouse, into)]
            {
                let field = || format!("items[{i}].{field}");
                places.extend(warehouse.iter().map(|warehouse| Place { field: field(), warehouse, touch }));
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
                uom: row.uom.as_ref(),
                batch_no: row.batch_no.as_ref(),
                serial_no: row.serial_no.as_ref().map(LongText::as_str),
                moves_stock: true,
                builds_on: Vec::new(),
            });
        }
        rows
    }

    /// Of what was sent to another site: as much as was sent, in the stock unit.
    fn allows(&self, booked: &Booked, row: Option<&Text>, what: Progress) -> Option<Decimal> {
        if what != Progress::Received || !self.add_to_transit {
            return None;
        }
        row_named(&self.items, row).map(|(i, row)| in_stock_unit(row.qty, booked, i))
    }
}
