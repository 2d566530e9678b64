//! Stock Entry: goods that come in, go out, or move from one warehouse to another.

use super::{Invalid, Rules, Text, present, some_rows};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, StockMove};
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

/// What a stock entry does, by ERPNext's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Out of a warehouse.
    #[serde(rename = "Material Issue")]
    Issue,
    /// Into a warehouse.
    #[serde(rename = "Material Receipt")]
    Receipt,
    /// From one warehouse to another.
    #[serde(rename = "Material Transfer")]
    Transfer,
}

/// A movement of goods, with ERPNext's field names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockEntry {
    /// What it does.
    pub stock_entry_type: Purpose,
    /// The day of the movement in the workshop's time zone; the box's time where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting_date: Option<Date>,
    /// The time of day; only with `posting_date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting_time: Option<Time>,
    /// The source of rows that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_warehouse: Option<Text>,
    /// The target of rows that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_warehouse: Option<Text>,
    /// What moves.
    pub items: Vec<EntryItem>,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remarks: Option<Text>,
}

/// One line of a movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryItem {
    /// The item's code.
    pub item_code: Text,
    /// How much, above zero.
    pub qty: Decimal,
    /// The unit; the item's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uom: Option<Text>,
    /// Source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s_warehouse: Option<Text>,
    /// Target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t_warehouse: Option<Text>,
    /// Value of one, zero or above; only for what comes in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basic_rate: Option<Decimal>,
}

impl StockEntry {
    fn source<'a>(&'a self, row: &'a EntryItem) -> &'a Option<Text> {
        if row.s_warehouse.is_some() { &row.s_warehouse } else { &self.from_warehouse }
    }

    fn target<'a>(&'a self, row: &'a EntryItem) -> &'a Option<Text> {
        if row.t_warehouse.is_some() { &row.t_warehouse } else { &self.to_warehouse }
    }
}

impl Rules for StockEntry {
    fn validate(&self) -> Result<(), Invalid> {
        some_rows("items", &self.items)?;
        if self.posting_time.is_some() {
            present(|| "posting_date".into(), &self.posting_date, "posting_time needs posting_date beside it")?;
        }
        let takes = self.stock_entry_type != Purpose::Receipt;
        let brings = self.stock_entry_type != Purpose::Issue;
        for (i, row) in self.items.iter().enumerate() {
            if row.qty.is_zero() || row.qty.is_negative() {
                return Err(Invalid::at(format!("items[{i}].qty"), format!("{} is not above zero", row.qty)));
            }
            if row.basic_rate.is_some_and(|rate| rate.is_negative()) {
                return Err(Invalid::at(format!("items[{i}].basic_rate"), "a value below zero"));
            }
            let (source, target) = (self.source(row), self.target(row));
            let source_field = || format!("items[{i}].s_warehouse");
            let target_field = || format!("items[{i}].t_warehouse");
            if takes {
                present(source_field, source, "name the source here or in from_warehouse")?;
            } else if source.is_some() {
                return Err(Invalid::at(source_field(), "a Material Receipt has no source: leave it out"));
            }
            if brings {
                present(target_field, target, "name the target here or in to_warehouse")?;
            } else if target.is_some() {
                return Err(Invalid::at(target_field(), "a Material Issue has no target: leave it out"));
            }
            if takes && brings && source == target {
                return Err(Invalid::at(target_field(), "source and target are the same warehouse"));
            }
        }
        Ok(())
    }

    fn effects(&self, _: &Booked) -> Effects {
        let mut moves = Vec::new();
        for row in &self.items {
            let item_code = &row.item_code;
            if let (Some(warehouse), Some(qty)) = (self.source(row).clone(), Decimal::ZERO.minus(row.qty)) {
                moves.push(StockMove { item_code: item_code.clone(), warehouse, qty });
            }
            if let Some(warehouse) = self.target(row).clone() {
                moves.push(StockMove { item_code: item_code.clone(), warehouse, qty: row.qty });
            }
        }
        Effects { moves, ..Effects::default() }
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }
}
