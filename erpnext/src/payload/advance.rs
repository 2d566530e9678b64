//! What is left of what was paid ahead.
//!
//! As an invoice uses a part of a Payment Entry's row, ERPNext takes that off the row, or takes the row out, and appends one for the
//! invoice. So a row's number says nothing later on; the order that it was paid ahead on does.

use outpost_core::domain::decimal::Decimal;
use serde_json::Value;

/// A part of a Payment Entry that invoices may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// ERPNext's name of the Payment Entry.
    pub payment: String,
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
    /// Reads it from the whole Payment Entry; nothing where there is no such part any more.
    pub fn of(payment: &Value, wanted: Wanted<'_>) -> Option<Self> {
        let name = payment.get("name")?.as_str()?.to_owned();
        let amount = |of: &Value, field: &str| crate::readback::decimal(of.get(field)?);
        if wanted == Wanted::Unallocated {
            return Some(Self { payment: name, row: None, amount: amount(payment, "unallocated_amount")? });
        }
        let rows = payment.get("references")?.as_array()?;
        let says = |row: &Value, field: &str, what: &str| row.get(field).and_then(Value::as_str) == Some(what);
        let found = rows.iter().find(|row| match wanted {
            Wanted::Row(row_name) => says(row, "name", row_name),
            Wanted::Order(order) => says(row, "reference_doctype", "Sales Order") && says(row, "reference_name", order),
            Wanted::Unallocated => false,
        })?;
        let row = found.get("name")?.as_str()?.to_owned();
        Some(Self { payment: name, row: Some(row), amount: amount(found, "allocated_amount")? })
    }
}
