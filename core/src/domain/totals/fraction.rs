//! Fractions: what stands between two roundings, exact. Tax out of a price that contains it is a quotient, and a quotient that was
//! rounded on the way can end up a cent beside.
//!
//! Each operation is `None` where its result needs more than 128 bits: no shop's figures do, and a wrong one would be worse.

use crate::domain::decimal::{Decimal, nearest};

/// An exact fraction in its lowest terms; the denominator is above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// Nothing.
    pub(super) const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// One.
    pub(super) const ONE: Self = Self { numerator: 1, denominator: 1 };

    fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let shared = i128::try_from(greatest_common(numerator.unsigned_abs(), denominator.unsigned_abs())).ok()?;
        let (numerator, denominator) = (numerator / shared, denominator / shared);
        if denominator > 0 {
            Some(Self { numerator, denominator })
        } else {
            Some(Self { numerator: numerator.checked_neg()?, denominator: denominator.checked_neg()? })
        }
    }

    /// The fraction that a decimal is.
    pub(super) fn of(number: Decimal) -> Self {
        let (digits, scale) = number.parts();
        // At most 28 digits after the point, of a product: ten to that power is within 128 bits.
        Self::new(digits, 10i128.pow(scale)).unwrap_or(Self::ZERO)
    }

    /// The hundredth part of a decimal, for what is said in percent.
    pub(super) fn percent(number: Decimal) -> Option<Self> {
        Self::of(number).over(Self { numerator: 100, denominator: 1 })
    }

    /// True at zero.
    pub(super) fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// The sum.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let shared =
            i128::try_from(greatest_common(self.denominator.unsigned_abs(), other.denominator.unsigned_abs())).ok()?;
        let (mine, theirs) = (self.denominator / shared, other.denominator / shared);
        let numerator = self.numerator.checked_mul(theirs)?.checked_add(other.numerator.checked_mul(mine)?)?;
        Self::new(numerator, self.denominator.checked_mul(theirs)?)
    }

    /// The difference.
    pub(super) fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { numerator: other.numerator.checked_neg()?, denominator: other.denominator })
    }

    /// The product.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        // Crosswise reduction first: it keeps the numbers as small as the result is.
        let left = Self::new(self.numerator, other.denominator)?;
        let right = Self::new(other.numerator, self.denominator)?;
        let numerator = left.numerator.checked_mul(right.numerator)?;
        Some(Self { numerator, denominator: left.denominator.checked_mul(right.denominator)? })
    }

    /// The quotient; `None` for a division by zero as well.
    pub(super) fn over(self, divisor: Self) -> Option<Self> {
        self.times(Self::new(divisor.denominator, divisor.numerator)?)
    }

    /// The decimal with `digits` after the point that is nearest; a half goes to the even neighbour. `None` where the books
    /// cannot keep it.
    pub(super) fn rounded(self, digits: u32) -> Option<Decimal> {
        Decimal::of_parts(nearest(self.numerator.checked_mul(10i128.checked_pow(digits)?)?, self.denominator)?, digits)
    }
}

fn greatest_common(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f(text: &str) -> Fraction {
        Fraction::of(text.parse().unwrap())
    }

    #[test]
    fn thirds_add_up_to_one() {
        let third = Fraction::ONE.over(f("3")).unwrap();
        assert_eq!(third.plus(third).and_then(|sum| sum.plus(third)), Some(Fraction::ONE));
        assert_eq!(third.times(f("3")), Some(Fraction::ONE));
        assert_eq!(Fraction::ONE.minus(third), f("2").over(f("3")));
    }

    #[test]
    fn there_is_one_form_of_each_fraction() {
        assert_eq!(f("0.50"), Fraction { numerator: 1, denominator: 2 });
        assert_eq!(f("1").over(f("-2")), Some(Fraction { numerator: -1, denominator: 2 }));
        assert_eq!(f("0").over(f("-7")), Some(Fraction::ZERO));
    }

    #[test]
    fn halves_go_to_the_even_neighbour_and_thirds_to_the_nearer_one() {
        for (text, cents) in [("0.005", "0"), ("0.015", "0.02"), ("-0.005", "0"), ("-0.015", "-0.02")] {
            assert_eq!(f(text).rounded(2).unwrap().to_string(), cents);
        }
        assert_eq!(f("200").over(f("3")).unwrap().rounded(2).unwrap().to_string(), "66.67");
        assert_eq!(f("-200").over(f("3")).unwrap().rounded(2).unwrap().to_string(), "-66.67");
    }

    #[test]
    fn what_does_not_fit_is_none_and_never_wrong() {
        let huge = Fraction { numerator: i128::MAX, denominator: 1 };
        assert_eq!(huge.plus(Fraction::ONE), None);
        assert_eq!(huge.times(huge), None);
        assert_eq!(huge.rounded(2), None);
        assert_eq!(Fraction::ONE.over(Fraction::ZERO), None);
        assert_eq!(f("999999999999.999").rounded(2), None, "the books keep numbers below ten to the twelfth");
    }
}
