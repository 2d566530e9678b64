//! Master data: what comes down from the office so that a workshop can work without it. Items, prices, customers, open
//! orders, stock levels, people, rights, settings.
//!
//! One row is one thing under one key; the newest version of a key counts, and a key may be deleted. Names and fields are
//! ERPNext's, without what a workshop must not see: valuations, margins, wages are never in a row. Adding a table is one line
//! in [`tables!`] and a type. A field that a newer office sends and this version does not know is ignored.
//!
//! [`Masters`] keeps the rows of one site by table, and finds them; [`segment`] says who gets which row.

mod accounts;
mod company;
mod goods;
mod item_taxes;
mod keep;
mod life;
mod masters;
mod orders;
mod people;
mod places;
mod progress;
pub mod segment;
mod settings;
#[cfg(test)]
mod tests;

pub use accounts::{Account, FiscalYear, ModeAccount, ModeOfPayment, OpenInvoice, Period, TaxRule, TaxTemplate};
pub use company::{OF_COMPANIES, companies};
pub use goods::{Barcode, Batch, Bom, BomRow, Item, ItemPrice, PriceList, Uom, UomFactor};
pub use item_taxes::{ItemTax, ItemTaxRate, ItemTaxTemplate};
pub use life::Life;
pub use masters::Masters;
pub use orders::{OrderRow, RequiredItem, SalesOrderRow, Transit, TransitLine, WorkOperation, WorkOrder};
pub use people::{ActivityType, Customer, Employee, Permission, Project, Supplier, User};
pub use places::{Level, Warehouse};
pub use progress::{LineProgress, MAX_LINES as MAX_PROGRESS_LINES, SiteProgress};
pub use settings::{Approvals, Settings, Shortage};

use crate::domain::document::Ref;
use keep::{Keep, Parts};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

macro_rules! tables {
    ($($row:ident, $field:ident, $number:literal, $slug:literal;)*) => {
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

            /// Whether the office makes its rows by itself, so that no file has them.
            pub fn is_made(self) -> bool {
                matches!(self, Self::Life | Self::SiteProgress)
            }

            /// Those whose rows are loaded from files.
            pub fn loaded() -> impl Iterator<Item = Self> {
                Self::ALL.iter().copied().filter(|table| !table.is_made())
            }

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
                RowKey { table: self.table(), name: match self { $(Self::$row(row) => name_of(&row.parts()),)* } }
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

        /// The rows of each table.
        #[derive(Clone, Debug, Default)]
        struct Tables { $(
            $field: Keep<Arc<$row>>,
        )* }

        impl Tables {
            /// Takes a row in the place of the one that has its key.
            fn put(&mut self, row: Row) {
                match row { $(Row::$row(row) => { self.$field.put(Arc::new(row)); })* }
            }

            /// Takes the row of a key out; whether there was one.
            fn delete(&mut self, table: Table, key: &Parts<'_>) -> bool {
                match table { $(Table::$row => self.$field.take(key).is_some(),)* }
            }

            /// The row of a key.
            fn get(&self, table: Table, key: &Parts<'_>) -> Option<Row> {
                match table { $(Table::$row => self.$field.get(key).map(|row| Row::$row((**row).clone())),)* }
            }

            /// How many rows a table has.
            fn len(&self, table: Table) -> usize {
                match table { $(Table::$row => self.$field.len(),)* }
            }

            /// The rows of a table, in the order of their keys.
            fn iter(&self, table: Table) -> Box<dyn Iterator<Item = Row> + '_> {
                match table { $(Table::$row => Box::new(self.$field.iter().map(|row| Row::$row((**row).clone()))),)* }
            }
        }
    };
}

tables! {
    Settings, settings, 1, "settings";
    Warehouse, warehouses, 2, "warehouse";
    Uom, uoms, 3, "uom";
    Item, items, 4, "item";
    PriceList, price_lists, 5, "price-list";
    ItemPrice, prices, 6, "item-price";
    Customer, customers, 7, "customer";
    Supplier, suppliers, 8, "supplier";
    Account, accounts, 9, "account";
    ModeOfPayment, modes_of_payment, 10, "mode-of-payment";
    TaxTemplate, tax_templates, 11, "tax-template";
    Period, periods, 12, "period";
    FiscalYear, fiscal_years, 13, "fiscal-year";
    Bom, boms, 14, "bom";
    WorkOrder, work_orders, 15, "work-order";
    SalesOrderRow, sales_orders, 16, "sales-order";
    OpenInvoice, open_invoices, 17, "open-invoice";
    Level, levels, 18, "level";
    Transit, transits, 19, "transit";
    Employee, employees, 20, "employee";
    Project, projects, 21, "project";
    ActivityType, activity_types, 22, "activity-type";
    User, users, 23, "user";
    Permission, permissions, 24, "permission";
    Batch, batches, 25, "batch";
    ItemTaxTemplate, item_tax_templates, 26, "item-tax-template";
    Life, lives, 27, "life";
    SiteProgress, progress, 28, "site-progress";
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
/// Longest name of a row, in bytes: three texts of 140 characters, four bytes each, a day, and what stands
/// between them.
pub const MAX_NAME: usize = 3 * 140 * 4 + 10 + 3;

/// What each type of row says of itself.
pub(crate) trait Named {
    /// The parts of its name in its table.
    fn parts(&self) -> Parts<'_>;
}

fn name_of(parts: &Parts<'_>) -> Box<str> {
    let used = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
    parts[..used].join("\u{1f}").into()
}

fn parts_of(name: &str) -> Parts<'_> {
    let mut parts = Parts::default();
    for (part, text) in parts.iter_mut().zip(name.splitn(keep::MAX_PARTS, PART)) {
        *part = text.into();
    }
    parts
}

fn ref_parts(reference: &Ref) -> Parts<'_> {
    match reference {
        Ref::Own(id) => [id.to_string().into(), "".into(), "".into(), "".into()],
        Ref::Office(name) => keep::parts([name.as_str()]),
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
