//! Rows of taxes, read and checked: what each is a part of, of any item or of one with rates of its own. The rules are ERPNext's own
//! for `taxes`.

use super::double::{of as double, rounded};
use super::{FLOAT_PRECISION, Invalid, MAX_TAXES, invalid};
use crate::domain::document::Text;
use crate::domain::master::{ItemTaxRate, TaxRule};

/// A row of taxes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// What it is reckoned from.
    pub charge: Charge,
    /// Prices contain it.
    pub included: bool,
    /// What it does to what is paid.
    pub sense: Sense,
    /// It is said to be taken off, whether it counts or not.
    pub deducts: bool,
}

/// What a row does to what is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// It comes on top.
    Add,
    /// It is taken off.
    Deduct,
    /// It is in the value of the goods alone.
    Value,
}

impl Sense {
    /// What of an amount counts.
    pub(super) fn of(self, amount: f64) -> f64 {
        match self {
            Self::Add => amount,
            Self::Deduct => -amount,
            Self::Value => 0.0,
        }
    }
}

/// What a tax is reckoned from. `of` is the index of an earlier row, a `rate` so many percent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Charge {
    /// A part of the line's net amount.
    OnNetTotal { rate: f64 },
    /// A part of the tax that an earlier row put on the line.
    OnPreviousRowAmount { rate: f64, of: usize },
    /// A part of the line's amount with the taxes up to an earlier row.
    OnPreviousRowTotal { rate: f64, of: usize },
    /// An amount for one of whatever the line sells.
    OnItemQuantity { each: f64 },
    /// An amount for the whole, shared out by net amounts.
    Actual { amount: f64 },
}

/// Reads rows of taxes. `digits` are those of an amount.
pub(super) fn read(taxes: &[TaxRule], digits: u32) -> Result<Vec<Row>, Invalid> {
    if taxes.len() > MAX_TAXES {
        let rule = format!("{} rows are more than {MAX_TAXES}: the office joins some of them", taxes.len());
        return Err(Invalid { field: "taxes".into(), rule });
    }
    let mut rows = Vec::with_capacity(taxes.len());
    for (i, tax) in taxes.iter().enumerate() {
        let (charge, sense) = (charge(i, tax, digits)?, sense(i, tax)?);
        let deducts = tax.add_deduct_tax.as_ref().is_some_and(|word| word.as_str() == "Deduct");
        rows.push(Row { charge, included: tax.included_in_print_rate, sense, deducts });
        included(i, &rows)?;
    }
    Ok(rows)
}

/// The rows as they are for an item with rates of its own: these count where the account is the row's. `None` where they change nothing.
pub(super) fn of_item(rows: &[Row], taxes: &[TaxRule], rates: &[ItemTaxRate]) -> Option<Vec<Row>> {
    let mut own = None;
    for (i, tax) in taxes.iter().enumerate() {
        let Some(rate) = rates.iter().rfind(|rate| rate.tax_type == tax.account_head) else { continue };
        let own = own.get_or_insert_with(|| rows.to_vec());
        own[i].charge = own[i].charge.at(rounded(double(rate.tax_rate), FLOAT_PRECISION));
    }
    own
}

impl Charge {
    /// The same at another rate. An amount for the whole has none.
    fn at(self, rate: f64) -> Self {
        match self {
            Self::OnNetTotal { .. } => Self::OnNetTotal { rate },
            Self::OnPreviousRowAmount { of, .. } => Self::OnPreviousRowAmount { rate, of },
            Self::OnPreviousRowTotal { of, .. } => Self::OnPreviousRowTotal { rate, of },
            Self::OnItemQuantity { .. } => Self::OnItemQuantity { each: rate },
            Self::Actual { amount } => Self::Actual { amount },
        }
    }
}

fn charge(i: usize, tax: &TaxRule, digits: u32) -> Result<Charge, Invalid> {
    let rate = rounded(double(tax.rate), FLOAT_PRECISION);
    let alone = |charge| match tax.row_id {
        None => Ok(charge),
        Some(row) => {
            let rule = format!("{row} is no use to {}: leave it out, it belongs to On Previous Row …", tax.charge_type);
            Err(invalid::at(i, "row_id", rule))
        }
    };
    match tax.charge_type.as_str() {
        "On Net Total" => alone(Charge::OnNetTotal { rate }),
        "On Item Quantity" => Ok(Charge::OnItemQuantity { each: rate }),
        "Actual" => alone(Charge::Actual { amount: rounded(double(tax.tax_amount), digits) }),
        "On Previous Row Amount" => Ok(Charge::OnPreviousRowAmount { rate, of: earlier(i, tax)? }),
        "On Previous Row Total" => Ok(Charge::OnPreviousRowTotal { rate, of: earlier(i, tax)? }),
        other => {
            let rule = format!(
                "{other:?} is not known here: it is On Net Total, On Previous Row Amount, On Previous Row Total, Actual or On Item \
                 Quantity"
            );
            Err(invalid::at(i, "charge_type", rule))
        }
    }
}

fn sense(i: usize, tax: &TaxRule) -> Result<Sense, Invalid> {
    let counts = match tax.category.as_ref().map(Text::as_str) {
        None | Some("Total" | "Valuation and Total") => true,
        Some("Valuation") => false,
        Some(other) => {
            let rule = format!("{other:?} is not known here: it is Total, Valuation or Valuation and Total");
            return Err(invalid::at(i, "category", rule));
        }
    };
    match tax.add_deduct_tax.as_ref().map(Text::as_str) {
        _ if !counts => Ok(Sense::Value),
        None | Some("Add") => Ok(Sense::Add),
        Some("Deduct") => Ok(Sense::Deduct),
        Some(other) => {
            Err(invalid::at(i, "add_deduct_tax", format!("{other:?} is not known here: it is Add or Deduct")))
        }
    }
}

/// The index of the row that `row_id` means, from 1.
fn earlier(i: usize, tax: &TaxRule) -> Result<usize, Invalid> {
    let Some(row) = tax.row_id else {
        let rule = format!("{} needs the number, from 1, of the row that it means", tax.charge_type);
        return Err(invalid::at(i, "row_id", rule));
    };
    match usize::try_from(row) {
        Ok(row) if (1..=i).contains(&row) => Ok(row - 1),
        _ if i == 0 => Err(invalid::at(i, "row_id", "it is the first row, and there is no earlier row".into())),
        _ => Err(invalid::at(i, "row_id", format!("{row} is no earlier row: name one from 1 to {i}"))),
    }
}

/// Whether a row that prices contain can be taken out of them: it has to be known from the price alone.
fn included(i: usize, rows: &[Row]) -> Result<(), Invalid> {
    let row = rows[i];
    let rule = match row.charge {
        _ if !row.included => return Ok(()),
        _ if row.sense == Sense::Value => "what is in the goods' value alone cannot be in the prices: put it on top",
        Charge::Actual { .. } => "an Actual amount cannot be in the prices: put it on top",
        Charge::OnPreviousRowAmount { of, .. } if !rows[of].included => {
            "the row that it is a part of is not in the prices: include that one too"
        }
        // The row itself that `row_id` means is not asked for, as in ERPNext.
        Charge::OnPreviousRowTotal { of, .. } if !rows[..of].iter().all(|row| row.included) => {
            "not all rows before the one that it is a part of are in the prices: include them too"
        }
        _ => return Ok(()),
    };
    Err(invalid::at(i, "included_in_print_rate", rule.into()))
}
