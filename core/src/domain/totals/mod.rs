//! Totals, taxes and rounding to the cent as ERPNext does it.
//!
//! In: lines, tax rows, a discount, and how amounts are rounded. Out: what a receipt says. Source: the facts recorded against a real
//! ERPNext 15 and its documented arithmetic; no float is ever touched.

use super::decimal::Decimal;
use super::master::TaxRule;

/// What is to be added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet<'a> {
    /// The lines, in order.
    pub lines: Vec<SheetLine>,
    /// Rows of taxes, in order.
    pub taxes: &'a [TaxRule],
    /// What is taken off the whole.
    pub discount: Discount,
    /// How amounts are rounded.
    pub rounding: Rounding,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetLine {
    /// How much; negative in a return.
    pub qty: Decimal,
    /// The price of one, after the line's own discount.
    pub rate: Decimal,
}

/// What is taken off the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discount {
    /// Nothing.
    #[default]
    None,
    /// Percent of the grand total (`apply_discount_on` Grand Total) or of the net total.
    Percent {
        /// How many.
        percent: Decimal,
        /// Of the net total; else of the grand total.
        on_net: bool,
    },
    /// An amount off the grand total or the net total.
    Amount {
        /// How much.
        amount: Decimal,
        /// Off the net total; else off the grand total.
        on_net: bool,
    },
}

/// How amounts are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// Digits after the point.
    pub precision: u8,
    /// The smallest coin of what is paid; zero rounds to whole units; `None` rounds nothing.
    pub smallest: Option<Decimal>,
}

/// What it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Sum of the lines after discount, without taxes.
    pub net_total: Decimal,
    /// What was taken off.
    pub discount_amount: Decimal,
    /// The amount of each tax row after discount.
    pub taxes: Vec<Decimal>,
    /// With taxes.
    pub grand_total: Decimal,
    /// What is paid: the grand total, rounded to coins.
    pub payable: Decimal,
}
