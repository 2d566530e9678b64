//! Master data: what comes down from the office so that a workshop can work without it. Items, prices, customers, open
//! orders, stock levels, people, rights, settings.
//!
//! One row is one thing under one key; the newest version of a key counts, and a key may be deleted. Names and fields are
//! ERPNext's, without what a workshop must not see: valuations, margins, wages are never in a row. Adding a table is one line
//! in [`tables!`] and a type. A field that a newer office sends and this version does not know is ignored.
//!
//! [`Masters`] keeps the rows of one site by table, and finds them; [`segment`] says who gets which row.

mod accounts;
mod goods;
mod orders;
mod people;
mod places;
pub mod segment;
mod settings;

pub use accounts::{Account, FiscalYear, ModeOfPayment, OpenInvoice, Period, TaxRule, TaxTemplate};
pub use goods::{Barcode, Batch, Bom, BomRow, Item, ItemPrice, PriceList, Uom, UomFactor};
pub use orders::{OrderRow, RequiredItem, SalesOrderRow, Transit, TransitLine, WorkOperation, WorkOrder};
pub use people::{ActivityType, Customer, Employee, Permission, Project, Supplier, User};
pub use places::{Level, Warehouse};
pub use settings::{Approvals, Settings, Shortage};

use crate::domain::document::Text;
use serde::{Deserialize, Serialize};

macro_rules! tables {
    ($($row:ident, $number:literal, $slug:literal;)*) => {
        /// A table of master data. The numbers are on disk and on the wire, and never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Table { $(
            #[doc = $slug]
            $row = $number,
        )* }

        impl Table {
            /// Every table there is.
            pub const ALL: &[Self] = &[$(Self::$row),*];

            /// How files and commands name it.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$row => $slug,)* }
            }

            /// The table of a number; `None` for one of a later version.
            pub fn of_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$row),)* _ => None }
            }

            /// The table that a slug names.
            pub fn named(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|table| table.slug() == slug)
            }
        }

        /// One row.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Row { $(
            #[doc = $slug]
            $row($row),
        )* }

        impl Row {
            /// Its table.
            pub fn table(&self) -> Table {
                match self { $(Self::$row(_) => Table::$row,)* }
            }

            /// Its key.
            pub fn key(&self) -> RowKey {
                RowKey { table: self.table(), name: match self { $(Self::$row(row) => row.name(),)* } }
            }

            /// Reads a row of `table` from whatever format `deserializer` reads.
            pub fn deserialize_as<'de, D: serde::Deserializer<'de>>(table: Table, deserializer: D) -> Result<Self, D::Error> {
                match table { $(Table::$row => $row::deserialize(deserializer).map(Self::$row),)* }
            }

            /// Writes the row's fields, without its table.
            pub fn serialize_fields<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$row(row) => row.serialize(serializer),)* }
            }
        }
    };
}

tables! {
    Settings, 1, "settings";
    Warehouse, 2, "warehouse";
    Uom, 3, "uom";
    Item, 4, "item";
    PriceList, 5, "price-list";
    ItemPrice, 6, "item-price";
    Customer, 7, "customer";
    Supplier, 8, "supplier";
    Account, 9, "account";
    ModeOfPayment, 10, "mode-of-payment";
    TaxTemplate, 11, "tax-template";
    Period, 12, "period";
    FiscalYear, 13, "fiscal-year";
    Bom, 14, "bom";
    WorkOrder, 15, "work-order";
    SalesOrderRow, 16, "sales-order";
    OpenInvoice, 17, "open-invoice";
    Level, 18, "level";
    Transit, 19, "transit";
    Employee, 20, "employee";
    Project, 21, "project";
    ActivityType, 22, "activity-type";
    User, 23, "user";
    Permission, 24, "permission";
    Batch, 25, "batch";
}

/// What a row is known by: its table, and its name there. Where ERPNext has no name of one part (a price, a level), the
/// parts stand in a fixed order with [`PART`] between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The table.
    pub table: Table,
    /// The name in it, at most [`MAX_NAME`] bytes.
    pub name: Box<str>,
}

/// Between the parts of a name. [`Text`] holds no control characters, so it stands in none of them.
pub const PART: char = '\u{1f}';
/// Longest name of a row, in bytes: three texts of 140 characters, four bytes each, and what stands between them.
pub const MAX_NAME: usize = 3 * 140 * 4 + 2;

/// What each type of row says of itself.
pub(crate) trait Named {
    /// Its name in its table.
    fn name(&self) -> Box<str>;
}

fn name_of(parts: &[&Text]) -> Box<str> {
    let mut name = String::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            name.push(PART);
        }
        name.push_str(part.as_str());
    }
    name.into()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
