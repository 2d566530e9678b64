//! What the box works out when a document is submitted, and keeps with it: the number, the day, the total that was printed,
//! and what it had to say about it.
//!
//! A document stays as its device sent it, so that a repeat is known again. What depends on the master data of that hour is
//! here, so that whoever reads the record later, with other master data, books the same.

use super::decimal::Decimal;
use super::document::{Kind, Ref, Text};
use super::master::{ItemTaxRate, TaxRule};
use super::number::Number;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

/// What was worked out. What is absent did not apply, or is as the document says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booked {
    /// The number on paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no: Option<Number>,
    /// What that number begins with, as the office had chosen it by then: it may choose another later. None where it had chosen none, and in
    /// records of before. One letter, since a lone sale may be 350 bytes on its way up.
    #[serde(default, rename = "p", skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Text>,
    /// The day, in the workshop's time zone, where the document names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// The time of that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
    /// Before taxes, where it differs from `total`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<Decimal>,
    /// What is to be paid, rounded as the books round it; left out where the lines alone add up to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Decimal>,
    /// The rows of the tax template that it names, or of the default one, and one for each account that only an item's own taxes have;
    /// none where the document has rows itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxRule>,
    /// The item tax templates by which rows of `items` are taxed, named by these rows or the items' own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub item_taxes: Vec<ItemTaxed>,
    /// For each row of `items`, how many of the item's stock unit one is; left out where all are 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Decimal>,
    /// Materials and scrap of what was made, where the document has only the finished row: from the Work Order or the bill of materials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filled: Vec<Filled>,
    /// The lines of a till's closing: what was expected, and what was there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub till: Vec<TillLine>,
    /// What a person should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
}

impl Booked {
    /// The number as the paper has it. `today` is what the site's numbers begin with now, by which records of before go.
    pub fn number(&self, kind: Kind, today: &str) -> Option<String> {
        Some(self.no?.print(self.prefix.as_ref().map_or(today, Text::as_str), kind))
    }

    /// What taxes the row of `items` with this index, where that is an item tax template.
    pub fn item_taxed(&self, index: usize) -> Option<&ItemTaxed> {
        self.item_taxes.iter().find(|taxed| taxed.rows.iter().any(|row| usize::from(*row) == index + 1))
    }
}

/// Rows that are taxed by an item tax template: where its accounts are those of rows of taxes, its rates count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemTaxed {
    /// The template.
    pub item_tax_template: Text,
    /// Its rates at that hour.
    pub taxes: Vec<ItemTaxRate>,
    /// The rows of `items`, by their numbers from 1.
    pub rows: Vec<u16>,
}

/// A row that the box filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// The item.
    pub item_code: Text,
    /// From where, or for scrap to where.
    pub warehouse: Text,
    /// In the item's stock unit: a material is negative, scrap positive.
    pub qty: Decimal,
}

/// A line of a day sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillLine {
    /// Cash, Wire Transfer …
    pub mode_of_payment: Text,
    /// The float.
    pub opening: Decimal,
    /// The float and what came in since, change and refunds taken off.
    pub expected: Decimal,
    /// What was counted; the rest to `expected` is missing, or too much.
    pub closing: Decimal,
}

impl TillLine {
    /// What is there and not expected; negative where something is missing.
    pub fn difference(&self) -> Decimal {
        self.closing.minus(self.expected).unwrap_or_default()
    }
}

/// Something about a document that a person should know. It was taken all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It takes more than there is.
    Short {
        /// Of which item.
        item_code: Text,
        /// Where.
        warehouse: Text,
        /// By how much, in the item's stock unit.
        by: Decimal,
    },
    /// A piece with this serial number is not where it is taken from, or is there already, as far as the box knows.
    Misplaced {
        /// Of which item.
        item_code: Text,
        /// The number.
        serial_no: Text,
    },
    /// It receives what the office has not told of yet: the goods came before word of them.
    Unmatched {
        /// The entry that it names as the sender's.
        entry: Ref,
    },
    /// What a till's count differs by is not in the books, though the office wants it there.
    NotBooked {
        /// Of which money.
        mode_of_payment: Text,
        /// Why, for a person.
        why: String,
    },
    /// The box had no master data yet: references, taxes and rights were not looked at.
    Unchecked,
}
