//! What is left of what was paid ahead.
//!
//! As an invoice uses a part of a Payment Entry's row, ERPNext takes that off the row, or takes the row out, and appends one for the
//! invoice. So a row's number says nothing later on; the order that it was paid ahead on does. Where that invoice is cancelled its row goes
//! and its amount is unallocated, and the order's row does not come back: what is wanted of an order may be there in two parts.

use outpost_core::domain::decimal::Decimal;
use serde_json::Value;

/// What invoices may use of a Payment Entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// ERPNext's name of the Payment Entry.
    pub payment: String,
    /// Its parts, in the order in which they are used; none where all of it is used.
    pub parts: Vec<Part>,
}

/// A part of it, that ERPNext wants to be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The row's name; none for what has no row.
    pub row: Option<String>,
    /// How much is left of it.
    pub amount: Decimal,
}

/// Which part is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// What no row allocates.
    Unallocated,
    /// The row of this name.
    Row(&'a str),
    /// The row that was paid ahead on this Sales Order.
    Order(&'a str),
}

impl Left {
    /// Reads it from the whole Payment Entry: the row that is wanted, and after it what no row allocates, which may have been that row's.
    /// Nothing where this is no Payment Entry.
    pub fn of(payment: &Value, wanted: Wanted<'_>) -> Option<Self> {
        let name = payment.get("name")?.as_str()?.to_owned();
        let says = |row: &Value, field: &str, what: &str| row.get(field).and_then(Value::as_str) == Some(what);
        let is_wanted = |row: &&Value| match wanted {
            Wanted::Row(row_name) => says(row, "name", row_name),
            Wanted::Order(order) => says(row, "reference_doctype", "Sales Order") && says(row, "reference_name", order),
            Wanted::Unallocated => false,
        };
        let rows = payment.get("references").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let of_row = rows.iter().find(is_wanted).and_then(|row| {
            Some(Part { row: Some(row.get("name")?.as_str()?.to_owned()), amount: amount(row, "allocated_amount") })
        });
        let free = Part { row: None, amount: amount(payment, "unallocated_amount") };
        let parts = of_row.into_iter().chain([free]).filter(|part| part.amount > Decimal::ZERO).collect();
        Some(Self { payment: name, parts })
    }
}

fn amount(of: &Value, field: &str) -> Decimal {
    of.get(field).and_then(crate::readback::decimal).unwrap_or_default()
}
