//! What is paid: the grand total, rounded to the smallest coin, as ERPNext 15 does it (`frappe/utils/data.py`:
//! `round_based_on_smallest_currency_fraction`).

use super::double::{decimal, left_over, of, rounded};
use super::{Invalid, Rounding, invalid};
use crate::domain::decimal::Decimal;

/// Rounds a grand total to what can be paid.
///
/// With a smallest coin, what is left over it goes up where it is more than half a coin, else down, towards minus infinity: so 2.5
/// is 2, and given back it is 3. Without one (zero) whole units count, and a half goes to the even one. Where that leaves nothing,
/// the grand total is owed as it stands, since the books take a rounded total of zero as none.
pub(super) fn payable(grand_total: f64, rounding: Rounding) -> Result<Decimal, Invalid> {
    let digits = u32::from(rounding.precision);
    let kept = |amount: f64| decimal(amount, digits).ok_or_else(invalid::too_large);
    let Some(coin) = rounding.smallest else { return kept(grand_total) };
    if coin.is_negative() {
        let rule = format!("{coin} is below zero: the office names a coin above zero, or 0 for whole units");
        return Err(Invalid { field: "smallest_currency_fraction_value".into(), rule });
    }
    let whole = if coin.is_zero() { rounded(grand_total, 0) } else { to_coin(grand_total, of(coin), digits) };
    let amount = kept(rounded(whole, digits))?;
    if amount.is_zero() { kept(grand_total) } else { Ok(amount) }
}

fn to_coin(amount: f64, coin: f64, digits: u32) -> f64 {
    let rest = left_over(amount, coin, digits);
    if rest > coin / 2.0 { amount + (coin - rest) } else { amount - rest }
}
