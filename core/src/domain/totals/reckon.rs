//! The arithmetic: net amounts, taxes, the discount shared out over the lines, and all of it once more after the discount. Each step is
//! ERPNext's, in its order, since with doubles the order tells (`double`).

use super::double::{decimal, of, rounded};
use super::rows::{Charge, Row, Sense, of_item, read};
use super::{Discount, FLOAT_PRECISION, Invalid, MAX_LINES, MAX_PRECISION, Sheet, SheetLine, Totals, coins, invalid};
use crate::domain::decimal::Decimal;

/// How far, in the smallest unit, prices with taxes in them may be from net total and taxes for the grand total to follow the prices.
const MAX_ADJUSTMENT: f64 = 5.0;

/// A line on its way.
struct Line {
    qty: f64,
    /// As priced.
    amount: f64,
    /// Without the taxes that its price contains; after the discount, once that is shared out.
    net: f64,
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
    net_total: f64,
    taxes: Vec<f64>,
    adjustment: f64,
    grand_total: f64,
    /// The grand total as it is before the taxes are rounded one by one. The discount is shared out by it.
    before_rounding: f64,
}

/// Adds a sheet up.
pub(super) fn totals(sheet: &Sheet<'_>) -> Result<Totals, Invalid> {
    if sheet.rounding.precision > MAX_PRECISION {
        let rule = format!("{} digits are more than {MAX_PRECISION}: the office names fewer", sheet.rounding.precision);
        return Err(Invalid { field: "currency_precision".into(), rule });
    }
    let digits = u32::from(sheet.rounding.precision);
    let kept = |amount: f64| decimal(amount, digits).ok_or_else(invalid::too_large);
    let rows = read(sheet.taxes, digits)?;
    let mut lines = priced(sheet, digits)?;
    for (line, rates) in lines.iter_mut().zip(&sheet.item_rates) {
        line.own = of_item(&rows, sheet.taxes, rates);
    }
    without_included(&mut lines, &rows, digits)?;
    let total = rounded(sum(lines.iter().map(|line| line.amount)), digits);
    let first = pass(&lines, &rows, total, None, digits);
    kept(first.grand_total)?;
    let discount_amount = discount_amount(sheet.discount, &first, digits)?;
    let last = if discount_amount == 0.0 {
        // Without a discount the grand total follows the taxes as they are rounded, and `first` says it.
        first
    } else {
        let on_net =
            matches!(sheet.discount, Discount::Percent { on_net: true, .. } | Discount::Amount { on_net: true, .. });
        share_out(&mut lines, discount_amount, shared_by(&first, &rows, on_net)?, digits);
        let taken = Taken { discount_amount, before: (!on_net).then_some(first.before_rounding) };
        pass(&lines, &rows, total, Some(taken), digits)
    };
    Ok(Totals {
        total: kept(total)?,
        lines: lines.iter().map(|line| kept(line.net)).collect::<Result<_, _>>()?,
        net_total: kept(last.net_total)?,
        discount_amount: kept(discount_amount)?,
        taxes: last.taxes.iter().map(|tax| kept(*tax)).collect::<Result<_, _>>()?,
        adjustment: kept(last.adjustment)?,
        grand_total: kept(last.grand_total)?,
        payable: coins::payable(last.grand_total, sheet.rounding)?,
    })
}

/// A line's quantity, and its amount before anything is taken out of it.
fn amount(line: &SheetLine, digits: u32) -> (f64, f64) {
    let qty = rounded(of(line.qty), FLOAT_PRECISION);
    (qty, rounded(rounded(of(line.rate), digits) * qty, digits))
}

/// See [`SheetLine::amount`].
pub(super) fn line_amount(line: &SheetLine, digits: u32) -> Option<Decimal> {
    decimal(amount(line, digits).1, digits)
}

/// The lines, before anything is taken out of them.
fn priced(sheet: &Sheet<'_>, digits: u32) -> Result<Vec<Line>, Invalid> {
    match sheet.lines.len() {
        0 => return Err(Invalid { field: "items".into(), rule: "there must be at least one row".into() }),
        1..=MAX_LINES => {}
        n => {
            let rule = format!("{n} rows are more than {MAX_LINES}: split the document");
            return Err(Invalid { field: "items".into(), rule });
        }
    }
    let line = |line: &SheetLine| {
        let (qty, amount) = amount(line, digits);
        decimal(amount, digits).map(|_| Line { qty, amount, net: amount, own: None })
    };
    sheet.lines.iter().map(line).collect::<Option<_>>().ok_or_else(invalid::too_large)
}

/// Takes the taxes that prices contain out of the lines' net amounts.
fn without_included(lines: &mut [Line], rows: &[Row], digits: u32) -> Result<(), Invalid> {
    if !rows.iter().any(|row| row.included) {
        return Ok(());
    }
    for line in lines {
        let (parts, fixed) = contained(line.rows(rows), line.qty);
        if parts == 0.0 && fixed == 0.0 {
            continue;
        }
        let whole = 1.0 + parts;
        if whole == 0.0 {
            let rule = "the rows in the prices take away all of them: the office corrects their rates".into();
            return Err(Invalid { field: "taxes".into(), rule });
        }
        line.net = rounded((line.amount - fixed) / whole, digits);
        decimal(line.net, digits).ok_or_else(invalid::too_large)?;
    }
    Ok(())
}

/// What the price of a line contains beside the net amount: as a part of that, and as an amount.
fn contained(rows: &[Row], qty: f64) -> (f64, f64) {
    let mut parts: Vec<f64> = Vec::with_capacity(rows.len());
    let mut with: Vec<f64> = Vec::with_capacity(rows.len());
    let (mut all, mut fixed) = (0.0, 0.0);
    for row in rows {
        let part = match row.charge {
            _ if !row.included => 0.0,
            Charge::OnNetTotal { rate } => rate / 100.0,
            Charge::OnPreviousRowAmount { rate, of } => (rate / 100.0) * parts[of],
            Charge::OnPreviousRowTotal { rate, of } => (rate / 100.0) * with[of],
            Charge::OnItemQuantity { each } => {
                fixed += row.sense.of(each) * qty;
                0.0
            }
            Charge::Actual { .. } => 0.0,
        };
        let part = row.sense.of(part);
        with.push(with.last().copied().unwrap_or(1.0) + part);
        parts.push(part);
        all += part;
    }
    (all, fixed)
}

/// What was taken off before a second pass.
#[derive(Clone, Copy)]
struct Taken {
    discount_amount: f64,
    /// The grand total that it was taken off; absent where it was taken off the net total.
    before: Option<f64>,
}

/// Reckons taxes on lines. `total` is the sum of the lines as priced.
fn pass(lines: &[Line], rows: &[Row], total: f64, taken: Option<Taken>, digits: u32) -> Pass {
    let net_total = rounded(sum(lines.iter().map(|line| line.net)), digits);
    let exact = taxes(lines, rows, net_total);
    let taxes: Vec<f64> = exact.iter().map(|tax| rounded(*tax, digits)).collect();
    let with = |taxes: &[f64]| {
        let each = taxes.iter().zip(rows).map(|(tax, row)| row.sense.of(*tax));
        each.fold(net_total, |sum, tax| rounded(sum + tax, digits))
    };
    let (before_rounding, taxed) = (with(&exact), with(&taxes));
    let adjustment = if rows.iter().any(|row| row.included) {
        let on_top = taxes.iter().zip(rows).filter(|(_, row)| !row.included).map(|(tax, row)| row.sense.of(*tax));
        let off = total + sum(on_top) - taxed - taken.map_or(0.0, |taken| taken.discount_amount);
        let off = rounded(off, digits);
        if off.abs() <= MAX_ADJUSTMENT / f64::from(10u32.pow(digits)) { off } else { 0.0 }
    } else {
        match taken {
            Some(Taken { discount_amount, before: Some(before) }) if !rows.is_empty() => {
                rounded(before - discount_amount - taxed, digits)
            }
            _ => 0.0,
        }
    };
    Pass { net_total, taxes, adjustment, grand_total: rounded(taxed + adjustment, digits), before_rounding }
}

/// Each row's tax over all lines, not rounded.
fn taxes(lines: &[Line], rows: &[Row], net_total: f64) -> Vec<f64> {
    let mut sums = vec![0.0; rows.len()];
    // What is left of an amount for the whole: the last line bears what sharing it out has lost.
    let mut left: Vec<f64> =
        rows.iter().map(|row| if let Charge::Actual { amount } = row.charge { amount } else { 0.0 }).collect();
    for (n, line) in lines.iter().enumerate() {
        let mut on_line: Vec<f64> = Vec::with_capacity(rows.len());
        let mut with: Vec<f64> = Vec::with_capacity(rows.len());
        for (i, row) in line.rows(rows).iter().enumerate() {
            let tax = match row.charge {
                Charge::OnNetTotal { rate } => (rate / 100.0) * line.net,
                Charge::OnPreviousRowAmount { rate, of } => (rate / 100.0) * on_line[of],
                Charge::OnPreviousRowTotal { rate, of } => (rate / 100.0) * with[of],
                Charge::OnItemQuantity { each } => each * line.qty,
                Charge::Actual { amount } => {
                    let share = if net_total == 0.0 { 0.0 } else { line.net * amount / net_total };
                    left[i] -= share;
                    if n + 1 == lines.len() { share + left[i] } else { share }
                }
            };
            with.push(with.last().copied().unwrap_or(line.net) + row.sense.of(tax));
            on_line.push(tax);
            sums[i] += tax;
        }
    }
    sums
}

/// What is taken off. A return's is negative, as its total is.
fn discount_amount(discount: Discount, first: &Pass, digits: u32) -> Result<f64, Invalid> {
    let of_whole = |on_net: bool| if on_net { first.net_total } else { first.grand_total };
    let (field, amount) = match discount {
        Discount::None => return Ok(0.0),
        Discount::Percent { percent, on_net } => {
            let field = "additional_discount_percentage";
            if percent.is_negative() || percent > Decimal::from(100) {
                let rule = format!("{percent} is not from 0 to 100: say how many percent are taken off");
                return Err(Invalid { field: field.into(), rule });
            }
            (field, rounded(of_whole(on_net) * of(percent) / 100.0, digits))
        }
        Discount::Amount { amount, on_net } => {
            let (field, amount) = ("discount_amount", rounded(of(amount), digits));
            let whole = of_whole(on_net);
            if amount != 0.0 && ((amount < 0.0) != (whole < 0.0) || amount.abs() > whole.abs()) {
                let (amount, whole) = (shown(amount, digits), shown(whole, digits));
                let rule = format!(
                    "{amount} is not between 0 and {whole}, which it is taken off: take off less, with the same sign"
                );
                return Err(Invalid { field: field.into(), rule });
            }
            (field, amount)
        }
    };
    // Of a net total, where more is taken off for taxes than comes on top.
    if amount.abs() > first.grand_total.abs() {
        let (amount, whole) = (shown(amount, digits), shown(first.grand_total, digits));
        let rule = format!("{amount} is more than {whole}, the total with taxes: take off less");
        return Err(Invalid { field: field.into(), rule });
    }
    Ok(amount)
}

/// An amount for a person.
fn shown(amount: f64, digits: u32) -> String {
    decimal(amount, digits).map_or_else(|| amount.to_string(), |amount| amount.to_string())
}

/// The sum by which a discount is shared out: what it is taken off, without what stays the same whatever is taken off.
fn shared_by(first: &Pass, rows: &[Row], on_net: bool) -> Result<f64, Invalid> {
    if on_net || rows.is_empty() {
        return Ok(first.net_total);
    }
    let by = first.before_rounding - fixed(first, rows);
    if by == 0.0 {
        let rule = "there is nothing but fixed charges to take it off: leave it out, or lower a price".into();
        return Err(Invalid { field: "discount_amount".into(), rule });
    }
    Ok(by)
}

/// Taxes that do not follow the lines' net amounts, and the taxes on those: at the rates of the rows whatever the items have, as in
/// ERPNext. What is in the goods' value alone does not count itself, but a tax on it does.
fn fixed(first: &Pass, rows: &[Row]) -> f64 {
    let mut all = 0.0;
    // Per row: its own fixed amount, and all that counts up to it.
    let mut known: Vec<Option<(f64, f64)>> = Vec::with_capacity(rows.len());
    for (row, tax) in rows.iter().zip(&first.taxes) {
        let amount = match row.charge {
            Charge::Actual { .. } | Charge::OnItemQuantity { .. } => Some(*tax),
            Charge::OnNetTotal { .. } => None,
            Charge::OnPreviousRowAmount { rate, of } => known[of].map(|(amount, _)| amount * rate / 100.0),
            Charge::OnPreviousRowTotal { rate, of } => known[of].map(|(_, up_to)| up_to * rate / 100.0),
        };
        let amount = amount.map(|amount| if row.deducts { -amount } else { amount });
        if let (Some(amount), true) = (amount, row.sense != Sense::Value) {
            all += amount;
        }
        known.push(amount.map(|amount| (amount, all)));
    }
    all
}

/// Takes the discount off the lines by their net amounts. What rounding would lose is put right at the line where it grows to a whole
/// unit, so the lines' sum is off by less than one.
fn share_out(lines: &mut [Line], discount: f64, by: f64, digits: u32) {
    let (mut exact, mut done) = (0.0, 0.0);
    for line in lines {
        let net = line.net - discount * line.net / by;
        exact += net;
        line.net = rounded(net, digits);
        done += line.net;
        let off = rounded(exact - done, digits);
        if off != 0.0 {
            line.net = rounded(line.net + off, digits);
            done += off;
        }
    }
}

/// Added up from zero, in order.
fn sum(amounts: impl Iterator<Item = f64>) -> f64 {
    amounts.fold(0.0, |sum, amount| sum + amount)
}
