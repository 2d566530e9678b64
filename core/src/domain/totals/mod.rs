//! Totals, taxes and rounding to the cent as ERPNext does it.
//!
//! In: lines, rows of taxes, the rates that items have of their own, a discount, and how amounts are rounded. Out: what a receipt says,
//! or which field breaks which rule.
//! Absent: prices, and whose taxes they are; several currencies; ERPNext's regional whole-unit taxes and its setting to round taxes
//! line by line, both off unless somebody turns them on.
//!
//! **Rounding.** Amounts are rounded to the currency's digits where ERPNext rounds them, and nowhere else. A half goes to the even
//! neighbour, on both sides of zero: `Banker's Rounding`, which Frappe 15 takes where System Settings say nothing else
//! (`frappe/utils/data.py`: `rounded`). Between two roundings stand doubles, as in ERPNext (`double`): exact fractions would be a cent
//! beside the books wherever its doubles have lost what is a half by its digits, which is one in twenty sales with half the price off. What
//! is paid is rounded to coins in another way, see `coins`.
//!
//! **Source.** The figures recorded against ERPNext 15.71 (tests), and what `erpnext/controllers/taxes_and_totals.py` does there.

mod coins;
mod double;
mod invalid;
mod reckon;
mod rows;
#[cfg(test)]
mod tests;

use super::decimal::Decimal;
use super::document::Invalid;
use super::master::{ItemTaxRate, TaxRule};

/// Most lines of a sheet: as many as a document has ([`MAX_ROWS`](super::document::MAX_ROWS)).
pub const MAX_LINES: usize = super::document::MAX_ROWS;
/// Most rows of taxes. Each is reckoned for each line, twice where there is a discount; real templates have fewer than ten.
pub const MAX_TAXES: usize = 30;
/// Most digits after the point of an amount: more than any currency has, and what the books keep.
pub const MAX_PRECISION: u8 = 9;
/// Digits after the point of quantities and rates of taxes. ERPNext rounds them to its `float_precision`, 3 by default, before it
/// multiplies; a total that kept more digits would differ from what is booked.
pub const FLOAT_PRECISION: u32 = 3;

/// What is to be added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet<'a> {
    /// The lines, in order.
    pub lines: Vec<SheetLine>,
    /// Rows of taxes, in order.
    pub taxes: &'a [TaxRule],
    /// For each line the rates of its item, which count instead of those of the rows of the same account; empty where no item has any.
    pub item_rates: Vec<&'a [ItemTaxRate]>,
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

impl SheetLine {
    /// What it comes to as priced, with `precision` digits after the point; `None` where the books cannot keep it.
    pub fn amount(&self, precision: u8) -> Option<Decimal> {
        reckon::line_amount(self, u32::from(precision.min(MAX_PRECISION)))
    }
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
    /// Sum of the lines as priced, before the discount, with the taxes that prices contain.
    pub total: Decimal,
    /// Each line after discount, without taxes. Their sum is `net_total`.
    pub lines: Vec<Decimal>,
    /// Sum of the lines after discount, without taxes.
    pub net_total: Decimal,
    /// What was taken off.
    pub discount_amount: Decimal,
    /// The amount of each tax row after discount.
    pub taxes: Vec<Decimal>,
    /// What rounding left between the prices and net total with taxes: a few of the smallest unit at most, often nothing.
    pub adjustment: Decimal,
    /// With taxes: `net_total`, `taxes` and `adjustment` together.
    pub grand_total: Decimal,
    /// What is paid: the grand total, rounded to coins.
    pub payable: Decimal,
}

impl Sheet<'_> {
    /// Adds it up.
    pub fn totals(&self) -> Result<Totals, Invalid> {
        reckon::totals(self)
    }
}

/// The first rule that rows of taxes break, whatever they are reckoned on: what a template is held to when it is loaded.
pub fn check_taxes(taxes: &[TaxRule]) -> Result<(), Invalid> {
    rows::read(taxes, u32::from(MAX_PRECISION)).map(|_| ())
}

/// The rows of taxes for a return: an amount that was charged as such is given back, as ERPNext does when it makes a return of a
/// sale. The other rows follow the quantities, which are negative there.
pub fn for_return(taxes: &[TaxRule]) -> Vec<TaxRule> {
    let turned = |row: &TaxRule| TaxRule { tax_amount: row.tax_amount.negated(), ..row.clone() };
    taxes.iter().map(turned).collect()
}
