//! Business documents, by ERPNext's names and fields.
//!
//! Adding a kind is one line in [`documents!`] below and one file beside this one that defines the type and says what
//! makes one valid ([`Validate`]). Topics, records, views and CSV follow from that.

mod flag;
mod sales_invoice;
mod stock_entry;
mod text;

pub use sales_invoice::{InvoiceItem, Payment, SalesInvoice};
pub use stock_entry::{EntryItem, Purpose, StockEntry};
pub use text::Text;

use crate::domain::decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Most rows of a table in one document (items, payments).
pub const MAX_ROWS: usize = 200;

/// Which document, which rule it breaks and what to do about it. `field` is a path like `items[2].qty`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct Invalid {
    /// The path of the field.
    pub field: String,
    /// The rule that it breaks, with the remedy.
    pub rule: String,
}

impl Invalid {
    fn at(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { field: field.into(), rule: rule.into() }
    }
}

/// What a document moves: stock of an item in a warehouse, in the unit named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMove {
    /// The item's code.
    pub item_code: Text,
    /// The warehouse.
    pub warehouse: Text,
    /// More is positive, less is negative.
    pub qty: Decimal,
}

/// The rules of one kind of document, beyond the types of its fields.
pub trait Validate {
    /// The first rule that is broken, or nothing.
    fn validate(&self) -> Result<(), Invalid>;

    /// The stock that the document moves once it is submitted.
    fn stock_moves(&self) -> Vec<StockMove>;

    /// Its own date, `posting_date`, where the device sent one.
    fn posting_date(&self) -> Option<jiff::civil::Date>;
}

macro_rules! documents {
    ($($kind:ident, $slug:literal, $name:literal;)*) => {
        /// A kind of document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind { $(
            #[doc = $name]
            #[serde(rename = $name)]
            $kind,
        )* }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// How topics and commands name it: lower case with hyphens.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)* }
            }

            /// ERPNext's name for it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }

        /// A document, valid as far as can be known without the office's data.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Document { $(
            #[doc = $name]
            #[serde(rename = $name)]
            $kind($kind),
        )* }

        impl Document {
            /// Which kind it is.
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)* }
            }

            /// Reads one of `kind` from whatever format `deserializer` reads; not yet validated.
            pub fn deserialize_as<'de, D: serde::Deserializer<'de>>(kind: Kind, deserializer: D) -> Result<Self, D::Error> {
                match kind { $(Kind::$kind => $kind::deserialize(deserializer).map(Self::$kind),)* }
            }

            /// Writes the document's fields alone, without its kind.
            pub fn serialize_fields<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$kind(fields) => fields.serialize(serializer),)* }
            }

            /// The rules of its kind.
            pub fn rules(&self) -> &dyn Validate {
                match self { $(Self::$kind(fields) => fields,)* }
            }
        }
    };
}

documents! {
    SalesInvoice, "sales-invoice", "Sales Invoice";
    StockEntry, "stock-entry", "Stock Entry";
}

impl Kind {
    /// The kind that `text` names, by slug or by ERPNext's name.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == text || kind.name() == text)
    }

    /// The slugs of all kinds, for a message.
    pub fn slugs() -> String {
        Self::ALL.iter().map(|kind| kind.slug()).collect::<Vec<_>>().join(", ")
    }
}

fn some_rows<T>(table: &str, rows: &[T]) -> Result<(), Invalid> {
    match rows.len() {
        0 => Err(Invalid::at(table, "there must be at least one row")),
        1..=MAX_ROWS => Ok(()),
        n => Err(Invalid::at(table, format!("{n} rows are more than {MAX_ROWS}: split the document"))),
    }
}

fn present<T>(field: impl FnOnce() -> String, value: &Option<T>, rule: &str) -> Result<(), Invalid> {
    if value.is_some() { Ok(()) } else { Err(Invalid::at(field(), rule)) }
}
