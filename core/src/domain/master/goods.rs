//! Items, their units, prices, batches, and bills of materials.

use super::keep::{Parts, parts};
use super::{ItemTax, Named, is_default};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Text, flag};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uom {
    /// Nos, Meter …
    pub uom_name: Text,
    /// Halves of it are refused.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub must_be_whole_number: bool,
}

/// An item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its code, and its name for the office.
    pub item_code: Text,
    /// What people call it.
    pub item_name: Text,
    /// Its group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_group: Option<Text>,
    /// The unit in which its stock is kept.
    pub stock_uom: Text,
    /// It has stock; else it is a service.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub is_stock_item: bool,
    /// Each movement names a batch.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub has_batch_no: bool,
    /// Each piece has a number, and each movement names them.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub has_serial_no: bool,
    /// It is in use no more.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub disabled: bool,
    /// What it is a size or a colour of, where it is: what has no price of its own has that one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_of: Option<Text>,
    /// What scanners read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub barcodes: Vec<Barcode>,
    /// Other units in which it is sold or bought, beside `stock_uom`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uoms: Vec<UomFactor>,
    /// Its item tax templates, in order; none where rows of taxes are the same for it as for others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<ItemTax>,
}

/// A code that scanners read for an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barcode {
    /// The code.
    pub barcode: Text,
    /// The unit that it stands for, where it is not the item's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uom: Option<Text>,
}

/// One more unit of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UomFactor {
    /// The unit.
    pub uom: Text,
    /// How many of the item's `stock_uom` it is.
    pub conversion_factor: Decimal,
}

/// A list of prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceList {
    /// Its name.
    pub price_list_name: Text,
    /// Its currency, ISO 4217.
    pub currency: Text,
    /// For sales.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub selling: bool,
    /// For purchases.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub buying: bool,
}

/// A price of an item. There may be one for each first day, so that a rise can be sent ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPrice {
    /// The item.
    pub item_code: Text,
    /// The list.
    pub price_list: Text,
    /// The unit.
    pub uom: Text,
    /// The price of one.
    pub price_list_rate: Decimal,
    /// From this day on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// Until this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_upto: Option<Date>,
}

/// A batch of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Its number.
    pub batch_id: Text,
    /// The item.
    pub item: Text,
    /// It is not to be used after this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<Date>,
}

/// A bill of materials: what makes `quantity` of `item`. Without costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bom {
    /// Its name.
    pub name: Text,
    /// What is made.
    pub item: Text,
    /// How much of it, in its stock unit.
    pub quantity: Decimal,
    /// Used where nobody names another.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub is_default: bool,
    /// What goes in.
    pub items: Vec<BomRow>,
    /// What comes out beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scrap_items: Vec<BomRow>,
    /// The names of its operations, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Text>,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

/// A line of a bill of materials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BomRow {
    /// The item.
    pub item_code: Text,
    /// How much, in its stock unit.
    pub stock_qty: Decimal,
}

impl Named for Uom {
    fn parts(&self) -> Parts<'_> {
        parts([self.uom_name.as_str()])
    }
}

impl Named for Item {
    fn parts(&self) -> Parts<'_> {
        parts([self.item_code.as_str()])
    }
}

impl Named for PriceList {
    fn parts(&self) -> Parts<'_> {
        parts([self.price_list_name.as_str()])
    }
}

impl Named for ItemPrice {
    fn parts(&self) -> Parts<'_> {
        let mut key = parts([self.item_code.as_str(), self.price_list.as_str(), self.uom.as_str()]);
        if let Some(day) = self.valid_from {
            key[3] = day.to_string().into();
        }
        key
    }
}

impl Named for Batch {
    fn parts(&self) -> Parts<'_> {
        parts([self.batch_id.as_str()])
    }
}

impl Named for Bom {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}
