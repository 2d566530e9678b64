//! Rows of taxes, read and checked: what each is a part of. The rules are ERPNext's own for `taxes`.

use super::fraction::Fraction;
use super::{FLOAT_PRECISION, Invalid, MAX_TAXES, invalid};
use crate::domain::decimal::Decimal;
use crate::domain::master::TaxRule;

/// A row of taxes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// What it is reckoned from.
    pub charge: Charge,
    /// Prices contain it.
    pub included: bool,
}

/// What a tax is reckoned from. `of` is the index of an earlier row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Charge {
    /// A part of the line's net amount.
    OnNetTotal { part: Fraction },
    /// A part of the tax that an earlier row put on the line.
    OnPreviousRowAmount { part: Fraction, of: usize },
    /// A part of the line's amount with the taxes up to an earlier row.
    OnPreviousRowTotal { part: Fraction, of: usize },
    /// An amount for one of whatever the line sells.
    OnItemQuantity { each: Fraction },
    /// An amount for the whole, shared out by net amounts.
    Actual { amount: Decimal },
}

/// Reads rows of taxes. `digits` are those of an amount.
pub(super) fn read(taxes: &[TaxRule], digits: u32) -> Result<Vec<Row>, Invalid> {
    if taxes.len() > MAX_TAXES {
        let rule = format!("{} rows are more than {MAX_TAXES}: the office joins some of them", taxes.len());
        return Err(Invalid { field: "taxes".into(), rule });
    }
    let mut rows = Vec::with_capacity(taxes.len());
    for (i, tax) in taxes.iter().enumerate() {
        rows.push(Row { charge: charge(i, tax, digits)?, included: tax.included_in_print_rate });
        included(i, &rows)?;
    }
    Ok(rows)
}

fn charge(i: usize, tax: &TaxRule, digits: u32) -> Result<Charge, Invalid> {
    let rate = tax.rate.rounded(FLOAT_PRECISION).ok_or_else(invalid::too_large)?;
    let part = Fraction::percent(rate).ok_or_else(invalid::too_large)?;
    let alone = |charge| match tax.row_id {
        None => Ok(charge),
        Some(row) => {
            let rule = format!("{row} is no use to {}: leave it out, it belongs to On Previous Row …", tax.charge_type);
            Err(invalid::at(i, "row_id", rule))
        }
    };
    match tax.charge_type.as_str() {
        "On Net Total" => alone(Charge::OnNetTotal { part }),
        "On Item Quantity" => Ok(Charge::OnItemQuantity { each: Fraction::of(rate) }),
        "Actual" => alone(Charge::Actual { amount: tax.tax_amount.rounded(digits).ok_or_else(invalid::too_large)? }),
        "On Previous Row Amount" => Ok(Charge::OnPreviousRowAmount { part, of: earlier(i, tax)? }),
        "On Previous Row Total" => Ok(Charge::OnPreviousRowTotal { part, of: earlier(i, tax)? }),
        other => {
            let rule = format!(
                "{other:?} is not known here: it is On Net Total, On Previous Row Amount, On Previous Row Total, Actual or On Item \
                 Quantity"
            );
            Err(invalid::at(i, "charge_type", rule))
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
        _ => Err(invalid::at(i, "row_id", format!("{row} is no earlier row: name one from 1 to {i}"))),
    }
}

/// Whether a row that prices contain can be taken out of them: it has to be known from the price alone.
fn included(i: usize, rows: &[Row]) -> Result<(), Invalid> {
    let row = rows[i];
    let rule = match row.charge {
        _ if !row.included => return Ok(()),
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
