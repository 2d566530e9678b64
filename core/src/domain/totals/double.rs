//! Numbers as ERPNext reckons with them: doubles, rounded as Frappe rounds them. What is a half by the digits is a half here only as far
//! as the doubles on the way have kept it one, and so it is in the books: 75.46 with 12 % in it is 67.37 there and not 67.375, half of
//! which goes to 67.38. So these are no exact numbers, on purpose, and each sum is made in the order in which ERPNext makes it.
//!
//! In and out: [`Decimal`]s. Each operation is the same to the last bit on every machine and in the tablet (`tablet/src/money/double.ts`).

use crate::domain::decimal::Decimal;

/// From here on doubles are further apart than the twelfth digit after the point.
const COARSE: f64 = 8192.0;
/// How near a half is one: the distance of doubles between 1 and 2.
const NEAR: f64 = f64::EPSILON;

/// The double that is nearest to a decimal.
pub(super) fn of(number: Decimal) -> f64 {
    // A decimal's text is always a number.
    number.to_string().parse().unwrap_or(f64::NAN)
}

/// The decimal of a double that is rounded to `digits`; `None` where the books cannot keep it.
pub(super) fn decimal(value: f64, digits: u32) -> Option<Decimal> {
    // The shortest text that means this double; else one with as many digits as asked for.
    let short: Option<Decimal> = value.to_string().parse().ok();
    let long = || format!("{value:.*}", usize::try_from(digits).ok()?).parse().ok();
    short.or_else(long)?.rounded(digits)
}

/// Rounded to `digits` after the point, as Frappe's `Banker's Rounding` does it: a half goes to the even neighbour, on both sides of zero,
/// and what is off a half by no more than a double can be is one.
pub(super) fn rounded(value: f64, digits: u32) -> f64 {
    let unit = f64::from(10u32.pow(digits.min(9)));
    let scaled = to_twelve(value * unit);
    if scaled == 0.0 {
        return 0.0;
    }
    let below = scaled.floor();
    let is_half = (scaled - below - 0.5).abs() < scaled.abs() * NEAR;
    let whole = match (is_half, below % 2.0 == 0.0) {
        (true, true) => below,
        (true, false) => below + 1.0,
        (false, _) => scaled.round_ties_even(),
    };
    whole / unit
}

/// What is left over whole `of`s, on the side of zero that `of` has, rounded to `digits`.
pub(super) fn left_over(value: f64, of: f64, digits: u32) -> f64 {
    let unit = f64::from(10u32.pow(digits.min(9)));
    let rest = (value * unit) % (of * unit);
    let rest = if rest != 0.0 && (rest < 0.0) != (of < 0.0) { rest + of * unit } else { rest };
    rounded(rest / unit, digits)
}

/// Rounded to twelve digits after the point, before halves are looked at.
fn to_twelve(value: f64) -> f64 {
    if value.abs() < COARSE { format!("{value:.12}").parse().unwrap_or(value) } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour_and_others_to_the_nearer_one() {
        for (value, cents) in [(0.005, 0.0), (0.015, 0.02), (-0.015, -0.02), (0.025, 0.02), (1.005, 1.0), (2.675, 2.68)]
        {
            assert_eq!(rounded(value, 2), cents, "{value}");
        }
        assert_eq!([rounded(0.5, 0), rounded(1.5, 0), rounded(-2.5, 0), rounded(-3.5, 0)], [0.0, 2.0, -2.0, -4.0]);
        assert_eq!(rounded(200.0 / 3.0, 2), 66.67);
        assert_eq!(rounded(16505.5, 0), 16506.0);
        assert_eq!(rounded(1_000_000.125, 2), 1_000_000.12);
    }

    #[test]
    fn what_doubles_have_lost_of_a_half_is_lost() {
        // 67.375, 32.6655 and 36787059.805 by their digits.
        assert_eq!(rounded(75.46 / (1.0 + 12.0 / 100.0), 2), 67.37);
        assert_eq!(rounded(1.281 * 25.5, 3), 32.665);
        assert_eq!(rounded(1_743_462.55 * 21.1, 2), 36_787_059.81);
    }

    #[test]
    fn a_rest_has_the_sign_of_what_it_is_left_of() {
        assert_eq!([left_over(7.0, 5.0, 0), left_over(-7.0, 5.0, 0), left_over(-5.0, 5.0, 0)], [2.0, 3.0, 0.0]);
        assert_eq!([left_over(1.02, 0.05, 2), left_over(-1.02, 0.05, 2), left_over(1.05, 0.05, 2)], [0.02, 0.03, 0.0]);
    }

    #[test]
    fn a_decimal_comes_back_as_it_was() {
        for text in ["0", "-0.01", "999999999999", "123456789.123", "0.000000001"] {
            let number: Decimal = text.parse().unwrap();
            assert_eq!(decimal(of(number), 9).map(|number| number.to_string()).as_deref(), Some(text));
        }
        assert_eq!(decimal(-0.0, 2), Some(Decimal::ZERO));
        for unkept in [1e12, -1e12, f64::INFINITY, f64::NAN] {
            assert_eq!(decimal(unkept, 2), None, "the books keep numbers below ten to the twelfth");
        }
    }
}
