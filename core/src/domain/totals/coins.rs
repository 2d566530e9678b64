//! What is paid: the grand total, rounded to the smallest coin, as ERPNext 15 does it (`frappe/utils/data.py`:
//! `round_based_on_smallest_currency_fraction`).

use super::{Invalid, Rounding, invalid};
use crate::domain::decimal::Decimal;

/// Rounds a grand total to what can be paid.
///
/// With a smallest coin, what is left over it goes up where it is more than half a coin, else down, towards minus infinity: so 2.5
/// is 2, and given back it is 3. Without one (zero) whole units count, and a half goes to the even one. Where that leaves nothing,
/// the grand total is owed as it stands, since the books take a rounded total of zero as none.
pub(super) fn payable(grand_total: Decimal, rounding: Rounding) -> Result<Decimal, Invalid> {
    let Some(coin) = rounding.smallest else { return Ok(grand_total) };
    if coin.is_negative() {
        let rule = format!("{coin} is below zero: the office names a coin above zero, or 0 for whole units");
        return Err(Invalid { field: "smallest_currency_fraction_value".into(), rule });
    }
    let rounded = if coin.is_zero() { grand_total.rounded(0) } else { to_coin(grand_total, coin) };
    let rounded =
        rounded.and_then(|amount| amount.rounded(u32::from(rounding.precision))).ok_or_else(invalid::too_large)?;
    Ok(if rounded.is_zero() { grand_total } else { rounded })
}

fn to_coin(amount: Decimal, coin: Decimal) -> Option<Decimal> {
    let (digits, scale) = amount.parts();
    let (coin_digits, coin_scale) = coin.parts();
    let shared = scale.max(coin_scale);
    let digits = digits.checked_mul(10i128.checked_pow(shared - scale)?)?;
    let coin_digits = coin_digits.checked_mul(10i128.checked_pow(shared - coin_scale)?)?;
    let rest = digits.checked_rem_euclid(coin_digits)?;
    let below = digits - rest;
    Decimal::of_parts(if rest > coin_digits - rest { below.checked_add(coin_digits)? } else { below }, shared)
}
