//! Sales Invoice: what was sold to whom, and what was paid for it at once.

use super::{Invalid, Rules, Text, present, some_rows};
use crate::domain::booked::Booked;
use crate::domain::decimal::Decimal;
use crate::domain::effects::{Effects, StockMove};
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

/// A sale, with ERPNext's field names. Fields that are absent take the office's defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SalesInvoice {
    /// Who bought.
    pub customer: Text,
    /// The day of the sale in the workshop's time zone; the box's time where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting_date: Option<Date>,
    /// The time of day of the sale; only with `posting_date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting_time: Option<Time>,
    /// When what is owed is due; not before `posting_date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Date>,
    /// Three capital letters, ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Text>,
    /// The sale itself takes the goods out of stock; each row, or `set_warehouse`, then names the warehouse.
    #[serde(default, deserialize_with = "super::flag::flag", skip_serializing_if = "is_false")]
    pub update_stock: bool,
    /// The warehouse of rows that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_warehouse: Option<Text>,
    /// What was sold.
    pub items: Vec<InvoiceItem>,
    /// What was paid at once; none means on account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remarks: Option<Text>,
}

/// One line of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceItem {
    /// The item's code.
    pub item_code: Text,
    /// How much, above zero.
    pub qty: Decimal,
    /// Price of one, zero or above.
    pub rate: Decimal,
    /// The unit; the item's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uom: Option<Text>,
    /// Where it is taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<Text>,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Cash, Wire Transfer …
    pub mode_of_payment: Text,
    /// How much, above zero.
    pub amount: Decimal,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl SalesInvoice {
    /// The sum of the lines, before taxes and rounding.
    pub fn net_total(&self) -> Option<Decimal> {
        self.items.iter().try_fold(Decimal::ZERO, |sum, row| sum.plus(row.qty.times(row.rate)?))
    }
}

impl Rules for SalesInvoice {
    fn validate(&self) -> Result<(), Invalid> {
        some_rows("items", &self.items)?;
        if self.posting_time.is_some() {
            present(|| "posting_date".into(), &self.posting_date, "posting_time needs posting_date beside it")?;
        }
        if let (Some(due), Some(posted)) = (self.due_date, self.posting_date)
            && due < posted
        {
            return Err(Invalid::at("due_date", format!("{due} is before posting_date {posted}")));
        }
        if let Some(currency) = &self.currency
            && !(currency.as_str().len() == 3 && currency.as_str().bytes().all(|b| b.is_ascii_uppercase()))
        {
            return Err(Invalid::at("currency", format!("{currency} is not three capital letters, like IDR")));
        }
        for (i, row) in self.items.iter().enumerate() {
            if row.qty.is_zero() || row.qty.is_negative() {
                return Err(Invalid::at(format!("items[{i}].qty"), format!("{} is not above zero", row.qty)));
            }
            if row.rate.is_negative() {
                return Err(Invalid::at(format!("items[{i}].rate"), format!("{} is below zero", row.rate)));
            }
            if self.update_stock && self.set_warehouse.is_none() {
                let rule = "update_stock needs the warehouse of each row, or set_warehouse";
                present(|| format!("items[{i}].warehouse"), &row.warehouse, rule)?;
            }
        }
        if !self.payments.is_empty() {
            some_rows("payments", &self.payments)?;
        }
        for (i, row) in self.payments.iter().enumerate() {
            if row.amount.is_zero() || row.amount.is_negative() {
                return Err(Invalid::at(format!("payments[{i}].amount"), format!("{} is not above zero", row.amount)));
            }
        }
        let too_large = || Invalid::at("items", "the total is too large for the books: split the sale");
        self.net_total().ok_or_else(too_large)?;
        Ok(())
    }

    fn effects(&self, _: &Booked) -> Effects {
        let moved = |row: &InvoiceItem| {
            let warehouse = row.warehouse.clone().or_else(|| self.set_warehouse.clone())?;
            Some(StockMove { item_code: row.item_code.clone(), warehouse, qty: Decimal::ZERO.minus(row.qty)? })
        };
        let moves = if self.update_stock { self.items.iter().filter_map(moved).collect() } else { Vec::new() };
        Effects { moves, ..Effects::default() }
    }

    fn posting_date(&self) -> Option<Date> {
        self.posting_date
    }

    fn party(&self) -> Option<&Text> {
        Some(&self.customer)
    }
}
