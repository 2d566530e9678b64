//! The arithmetic: net amounts, taxes, the discount shared out over the lines, and all of it once more after the discount.

use super::fraction::Fraction;
use super::rows::{Charge, Row, of_item, read};
use super::{Discount, FLOAT_PRECISION, Invalid, MAX_LINES, MAX_PRECISION, Sheet, Totals, coins, invalid};
use crate::domain::decimal::Decimal;

/// How far, in the smallest unit, prices with taxes in them may be from net total and taxes for the grand total to follow the prices.
const MAX_ADJUSTMENT: u32 = 5;

/// A line on its way.
struct Line {
    qty: Fraction,
    /// As priced.
    amount: Decimal,
    /// Without the taxes that its price contains; after the discount, once that is shared out.
    net: Decimal,
    /// The rows of taxes as they are for its item, where that has rates of its own.
    own: Option<Vec<Row>>,
}

impl Line {
    /// The rows of taxes that count for it.
    fn rows<'a>(&'a self, all: &'a [Row]) -> &'a [Row] {
        self.own.as_deref().unwrap_or(all)
    }
}

/// Lines and taxes, reckoned once.
struct Pass {
    net_total: Decimal,
    taxes: Vec<Decimal>,
    adjustment: Decimal,
    grand_total: Decimal,
    /// The grand total as it is before the taxes are rounded one by one. The discount is shared out by it.
    before_rounding: Decimal,
}

/// Adds a sheet up.
pub(super) fn totals(sheet: &Sheet<'_>) -> Result<Totals, Invalid> {
    if sheet.rounding.precision > MAX_PRECISION {
        let rule = format!("{} digits are more than {MAX_PRECISION}: the office names fewer", sheet.rounding.precision);
        return Err(Invalid { field: "currency_precision".into(), rule });
    }
    let digits = u32::from(sheet.rounding.precision);
    let rows = read(sheet.taxes, digits)?;
    let mut lines = priced(sheet, digits)?;
    for (line, rates) in lines.iter_mut().zip(&sheet.item_rates) {
        line.own = of_item(&rows, sheet.taxes, rates)?;
    }
    without_included(&mut lines, &rows, digits)?;
    let total = sum(lines.iter().map(|line| line.amount)).ok_or_else(invalid::too_large)?;

    let first = pass(&lines, &rows, total, None, digits).ok_or_else(invalid::too_large)?;
    let discount_amount = discount_amount(sheet.discount, &first, digits)?;
    let last = if discount_amount.is_zero() {
        // Without a discount the grand total follows the taxes as they are rounded, and `first` says it.
        first
    } else {
        let on_net =
            matches!(sheet.discount, Discount::Percent { on_net: true, .. } | Discount::Amount { on_net: true, .. });
        share_out(&mut lines, discount_amount, shared_by(&first, &rows, on_net)?, digits)?;
        let taken = Taken { discount_amount, before: (!on_net).then_some(first.before_rounding) };
        pass(&lines, &rows, total, Some(taken), digits).ok_or_else(invalid::too_large)?
    };
    Ok(Totals {
        total,
        lines: lines.iter().map(|line| line.net).collect(),
        net_total: last.net_total,
        discount_amount,
        taxes: last.taxes,
        adjustment: last.adjustment,
        grand_total: last.grand_total,
        payable: coins::payable(last.grand_total, sheet.rounding)?,
    })
}

/// The lines' amounts, before anything is taken out of them.
fn priced(sheet: &Sheet<'_>, digits: u32) -> Result<Vec<Line>, Invalid> {
    match sheet.lines.len() {
        0 => return Err(Invalid { field: "items".into(), rule: "there must be at least one row".into() }),
        1..=MAX_LINES => {}
        n => {
            let rule = format!("{n} rows are more than {MAX_LINES}: split the document");
            return Err(Invalid { field: "items".into(), rule });
        }
    }
    let line = |line: &super::SheetLine| {
        let qty = Fraction::of(line.qty.rounded(FLOAT_PRECISION)?);
        let amount = qty.times(Fraction::of(line.rate.rounded(digits)?))?.rounded(digits)?;
        Some(Line { qty, amount, net: amount, own: None })
    };
    sheet.lines.iter().map(line).collect::<Option<_>>().ok_or_else(invalid::too_large)
}

/// Takes the taxes that prices contain out of the lines' net amounts.
fn without_included(lines: &mut [Line], rows: &[Row], digits: u32) -> Result<(), Invalid> {
    if !rows.iter().any(|row| row.included) {
        return Ok(());
    }
    let of_all = contained(rows).ok_or_else(invalid::too_large)?;
    for line in lines {
        let (parts, each) = match &line.own {
            Some(own) => contained(own).ok_or_else(invalid::too_large)?,
            None => of_all,
        };
        let whole = Fraction::ONE.plus(parts).ok_or_else(invalid::too_large)?;
        if whole.is_zero() {
            let rule = "the rows in the prices take away all of them: the office corrects their rates".into();
            return Err(Invalid { field: "taxes".into(), rule });
        }
        let net =
            each.times(line.qty).and_then(|fixed| Fraction::of(line.amount).minus(fixed)?.over(whole)?.rounded(digits));
        line.net = net.ok_or_else(invalid::too_large)?;
    }
    Ok(())
}

/// What prices contain beside the net amount: as a part of that, and as an amount for one.
fn contained(rows: &[Row]) -> Option<(Fraction, Fraction)> {
    let mut parts: Vec<Fraction> = Vec::with_capacity(rows.len());
    let mut with: Vec<Fraction> = Vec::with_capacity(rows.len());
    let mut each = Fraction::ZERO;
    for row in rows {
        let part = match row.charge {
            _ if !row.included => Fraction::ZERO,
            Charge::OnNetTotal { part } => part,
            Charge::OnPreviousRowAmount { part, of } => part.times(parts[of])?,
            Charge::OnPreviousRowTotal { part, of } => part.times(with[of])?,
            Charge::OnItemQuantity { each: one } => {
                each = each.plus(row.sense.of(one)?)?;
                Fraction::ZERO
            }
            Charge::Actual { .. } => Fraction::ZERO,
        };
        let part = row.sense.of(part)?;
        with.push(with.last().copied().unwrap_or(Fraction::ONE).plus(part)?);
        parts.push(part);
    }
    Some((sum_of(&parts)?, each))
}

/// What was taken off before a second pass.
#[derive(Clone, Copy)]
struct Taken {
    discount_amount: Decimal,
    /// The grand total that it was taken off; absent where it was taken off the net total.
    before: Option<Decimal>,
}

/// Reckons taxes on lines. `total` is the sum of the lines as priced. Nothing where an amount is too large.
fn pass(lines: &[Line], rows: &[Row], total: Decimal, taken: Option<Taken>, digits: u32) -> Option<Pass> {
    let net_total = sum(lines.iter().map(|line| line.net))?;
    let exact = taxes(lines, rows, net_total)?;
    let rounded: Vec<Decimal> = exact.iter().map(|tax| tax.rounded(digits)).collect::<Option<_>>()?;
    let counted = |(tax, row): (&Decimal, &Row)| row.sense.of_rounded(*tax);
    let taxed = rounded.iter().zip(rows).map(counted).try_fold(net_total, Decimal::plus)?;
    let with = |sum, (tax, row): (&Fraction, &Row)| Fraction::of(sum).plus(row.sense.of(*tax)?)?.rounded(digits);
    let before_rounding = exact.iter().zip(rows).try_fold(net_total, with)?;

    let adjustment = if rows.iter().any(|row| row.included) {
        let on_top = sum(rounded.iter().zip(rows).filter(|(_, row)| !row.included).map(counted))?;
        let taken = taken.map_or(Decimal::ZERO, |taken| taken.discount_amount);
        let off = total.plus(on_top)?.minus(taxed)?.minus(taken)?;
        let limit = Decimal::of_parts(i128::from(MAX_ADJUSTMENT), digits)?;
        if off.abs() <= limit { off } else { Decimal::ZERO }
    } else {
        match taken {
            Some(Taken { discount_amount, before: Some(before) }) if !rows.is_empty() => {
                before.minus(discount_amount)?.minus(taxed)?
            }
            _ => Decimal::ZERO,
        }
    };
    Some(Pass { net_total, taxes: rounded, adjustment, grand_total: taxed.plus(adjustment)?, before_rounding })
}

/// Each row's tax over all lines, not rounded.
fn taxes(lines: &[Line], rows: &[Row], net_total: Decimal) -> Option<Vec<Fraction>> {
    let mut sums = vec![Fraction::ZERO; rows.len()];
    for line in lines {
        let mut on_line: Vec<Fraction> = Vec::with_capacity(rows.len());
        let mut with: Vec<Fraction> = Vec::with_capacity(rows.len());
        for (i, row) in line.rows(rows).iter().enumerate() {
            let net = Fraction::of(line.net);
            let tax = match row.charge {
                Charge::OnNetTotal { part } => part.times(net)?,
                Charge::OnPreviousRowAmount { part, of } => part.times(on_line[of])?,
                Charge::OnPreviousRowTotal { part, of } => part.times(with[of])?,
                Charge::OnItemQuantity { each } => each.times(line.qty)?,
                Charge::Actual { amount } => share(amount, net, net_total, std::ptr::eq(line, lines.last()?))?,
            };
            with.push(with.last().copied().unwrap_or(net).plus(row.sense.of(tax)?)?);
            on_line.push(tax);
            sums[i] = sums[i].plus(tax)?;
        }
    }
    Some(sums)
}

/// A line's share of an amount for the whole. Where the net total is nothing, the last line bears it.
fn share(amount: Decimal, net: Fraction, net_total: Decimal, last: bool) -> Option<Fraction> {
    match (net_total.is_zero(), last) {
        (true, true) => Some(Fraction::of(amount)),
        (true, false) => Some(Fraction::ZERO),
        (false, _) => Fraction::of(amount).times(net)?.over(Fraction::of(net_total)),
    }
}

/// What is taken off. A return's is negative, as its total is.
fn discount_amount(discount: Discount, first: &Pass, digits: u32) -> Result<Decimal, Invalid> {
    let of = |on_net: bool| if on_net { first.net_total } else { first.grand_total };
    match discount {
        Discount::None => Ok(Decimal::ZERO),
        Discount::Percent { percent, on_net } => {
            if percent.is_negative() || percent > Decimal::from(100) {
                let rule = format!("{percent} is not from 0 to 100: say how many percent are taken off");
                return Err(Invalid { field: "additional_discount_percentage".into(), rule });
            }
            let amount =
                Fraction::percent(percent).and_then(|part| part.times(Fraction::of(of(on_net)))?.rounded(digits));
            amount.ok_or_else(invalid::too_large)
        }
        Discount::Amount { amount, on_net } => {
            let amount = amount.rounded(digits).ok_or_else(invalid::too_large)?;
            let of = of(on_net);
            if !amount.is_zero() && (amount.is_negative() != of.is_negative() || amount.abs() > of.abs()) {
                let rule = format!(
                    "{amount} is not between 0 and {of}, which it is taken off: take off less, with the same sign"
                );
                return Err(Invalid { field: "discount_amount".into(), rule });
            }
            Ok(amount)
        }
    }
}

/// The sum by which a discount is shared out: what it is taken off, without what stays the same whatever is taken off.
fn shared_by(first: &Pass, rows: &[Row], on_net: bool) -> Result<Fraction, Invalid> {
    if on_net || rows.is_empty() {
        return Ok(Fraction::of(first.net_total));
    }
    let whole = if first.before_rounding.is_zero() { first.grand_total } else { first.before_rounding };
    let by = fixed(first, rows).and_then(|fixed| Fraction::of(whole).minus(fixed)).ok_or_else(invalid::too_large)?;
    if by.is_zero() {
        let rule = "there is nothing but fixed charges to take it off: leave it out, or lower a price".into();
        return Err(Invalid { field: "discount_amount".into(), rule });
    }
    Ok(by)
}

/// Taxes that do not follow the lines' net amounts, and the taxes on those: at the rates of the rows whatever the items have, as in
/// ERPNext.
fn fixed(first: &Pass, rows: &[Row]) -> Option<Fraction> {
    let mut all = Fraction::ZERO;
    // Per row: its own fixed amount, and all up to it.
    let mut known: Vec<Option<(Fraction, Fraction)>> = Vec::with_capacity(rows.len());
    for (row, tax) in rows.iter().zip(&first.taxes) {
        let amount = match row.charge {
            Charge::Actual { .. } | Charge::OnItemQuantity { .. } => Some(row.sense.of(Fraction::of(*tax))?),
            Charge::OnNetTotal { .. } => None,
            Charge::OnPreviousRowAmount { part, of } => match known[of] {
                Some((amount, _)) => Some(amount.times(part)?),
                None => None,
            },
            Charge::OnPreviousRowTotal { part, of } => match known[of] {
                Some((_, up_to)) => Some(up_to.times(part)?),
                None => None,
            },
        };
        if let Some(amount) = amount {
            all = all.plus(amount)?;
        }
        known.push(amount.map(|amount| (amount, all)));
    }
    Some(all)
}

/// Takes the discount off the lines by their net amounts. What rounding would lose is put right at the line where it grows to a whole
/// unit, so the lines' sum is off by less than one.
fn share_out(lines: &mut [Line], discount: Decimal, by: Fraction, digits: u32) -> Result<(), Invalid> {
    let shared = || -> Option<Vec<Decimal>> {
        let part = Fraction::of(discount).over(by)?;
        let (mut exact, mut done) = (Fraction::ZERO, Decimal::ZERO);
        let mut nets = Vec::with_capacity(lines.len());
        for line in lines.iter() {
            let net = Fraction::of(line.net);
            let net = net.minus(net.times(part)?)?;
            exact = exact.plus(net)?;
            let rounded = net.rounded(digits)?;
            let off = exact.minus(Fraction::of(done.plus(rounded)?))?.rounded(digits)?;
            let rounded = rounded.plus(off)?;
            done = done.plus(rounded)?;
            nets.push(rounded);
        }
        Some(nets)
    };
    let nets = shared().ok_or_else(invalid::too_large)?;
    for (line, net) in lines.iter_mut().zip(nets) {
        line.net = net;
    }
    Ok(())
}

fn sum(amounts: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    amounts.into_iter().try_fold(Decimal::ZERO, |sum, amount| sum.plus(amount))
}

fn sum_of(parts: &[Fraction]) -> Option<Fraction> {
    parts.iter().try_fold(Fraction::ZERO, |sum, part| sum.plus(*part))
}
