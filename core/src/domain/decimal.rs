//! Amounts and quantities: exact decimals that no float ever touches, but where the books themselves reckon with floats (`totals`).
//!
//! In comes text (`"1.50"`), a JSON number read by its digits, or an integer. A binary float is refused, since
//! what it meant can no longer be known. Out goes text, always.

use rust_decimal::RoundingStrategy;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Most digits after the point: ERPNext keeps `decimal(21,9)`.
pub const MAX_SCALE: u32 = 9;
/// Values stay below 10^12 on either side of zero, as in ERPNext's `decimal(21,9)`.
pub const MAX_WHOLE: i64 = 1_000_000_000_000;

/// The name under which serde_json, built with exact numbers, hands over a number's digits.
const JSON_NUMBER: &str = "$serde_json::private::Number";

/// An exact decimal number: at most nine digits after the point, below 10^12 in size.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(rust_decimal::Decimal);

/// Why a number was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDecimal {
    /// No number at all.
    #[error("{0:?} is not a decimal number: write digits with a point, like 12.50")]
    NotANumber(String),
    /// More digits after the point than the books keep.
    #[error("{0} has more than {MAX_SCALE} digits after the point: round it first")]
    TooFine(String),
    /// Too large for the books.
    #[error("{0} is too large: the books keep numbers below {MAX_WHOLE}")]
    TooLarge(String),
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(rust_decimal::Decimal::ZERO);

    /// True below zero.
    pub fn is_negative(&self) -> bool {
        *self < Self::ZERO
    }

    /// True at zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// The sum, or `None` where it leaves the range of the books.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).filter(fits).map(Self)
    }

    /// The difference, or `None` where it leaves the range of the books.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).filter(fits).map(Self)
    }

    /// The product, exact, or `None` where it leaves the range of the books.
    pub fn times(self, other: Self) -> Option<Self> {
        self.0.checked_mul(other.0).filter(fits).map(Self)
    }

    /// The same size on the other side of zero.
    pub fn negated(self) -> Self {
        Self(-self.0)
    }

    /// Its size.
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Rounded to `digits` after the point; a half goes to the even neighbour, on both sides of zero, as ERPNext 15 rounds
    /// by default ("Banker's Rounding"). `None` where that leaves the range of the books.
    pub fn rounded(self, digits: u32) -> Option<Self> {
        let value = self.0.round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven);
        fits(&value).then_some(Self(value))
    }

    /// The quotient, rounded once to `digits` after the point (at most [`MAX_SCALE`]) as [`Self::rounded`] rounds. `None` for a
    /// division by zero, and where it leaves the range of the books.
    pub fn over(self, divisor: Self, digits: u32) -> Option<Self> {
        let scale = 10i128.checked_pow(digits.min(MAX_SCALE).checked_add(divisor.0.scale())?)?;
        let numerator = self.0.mantissa().checked_mul(scale)?;
        let denominator = divisor.0.mantissa().checked_mul(10i128.checked_pow(self.0.scale())?)?;
        Self::of_parts(nearest(numerator, denominator)?, digits.min(MAX_SCALE))
    }

    /// The digits as a whole number, and how many of them stand after the point.
    #[cfg(test)]
    pub(crate) fn parts(self) -> (i128, u32) {
        (self.0.mantissa(), self.0.scale())
    }

    /// The number of these digits with `scale` of them after the point; `None` where the books cannot keep it.
    pub(crate) fn of_parts(digits: i128, scale: u32) -> Option<Self> {
        let value = rust_decimal::Decimal::try_from_i128_with_scale(digits, scale).ok()?.normalize();
        (value.scale() <= MAX_SCALE && fits(&value)).then_some(Self(value))
    }
}

/// The whole number nearest to a quotient; of two equally near ones the even one. `None` for a division by zero.
pub(crate) fn nearest(numerator: i128, denominator: i128) -> Option<i128> {
    let below = numerator.checked_div_euclid(denominator)?;
    let rest = numerator.checked_rem_euclid(denominator)?.unsigned_abs();
    let to_next = denominator.unsigned_abs() - rest;
    let up = rest > to_next || (rest == to_next && below % 2 != 0);
    if up { below.checked_add(denominator.signum()) } else { Some(below) }
}

fn fits(value: &rust_decimal::Decimal) -> bool {
    value.abs() < rust_decimal::Decimal::from(MAX_WHOLE)
}

impl FromStr for Decimal {
    type Err = BadDecimal;
    fn from_str(text: &str) -> Result<Self, BadDecimal> {
        let shown = || text.chars().take(40).collect::<String>();
        let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
        if !plain || text.is_empty() || text.len() > 64 {
            return Err(BadDecimal::NotANumber(shown()));
        }
        let value = if text.contains(['e', 'E']) {
            rust_decimal::Decimal::from_scientific(text)
        } else {
            rust_decimal::Decimal::from_str_exact(text)
        };
        let value = value.map_err(|error| match error {
            rust_decimal::Error::ExceedsMaximumPossibleValue => BadDecimal::TooLarge(shown()),
            rust_decimal::Error::Underflow | rust_decimal::Error::ScaleExceedsMaximumPrecision(_) => {
                BadDecimal::TooFine(shown())
            }
            _ => BadDecimal::NotANumber(shown()),
        })?;
        // Trailing zeros carry no meaning, and one number must have one form: "1.50" and "1.5" are the same bytes.
        let value = value.normalize();
        if value.scale() > MAX_SCALE {
            return Err(BadDecimal::TooFine(shown()));
        }
        if !fits(&value) {
            return Err(BadDecimal::TooLarge(shown()));
        }
        Ok(Self(value))
    }
}

impl From<u32> for Decimal {
    fn from(whole: u32) -> Self {
        Self(whole.into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DecimalVisitor)
    }
}

struct DecimalVisitor;

impl<'de> Visitor<'de> for DecimalVisitor {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number as text, like \"12.50\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, whole: i64) -> Result<Decimal, E> {
        self.visit_str(&whole.to_string())
    }

    fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Decimal, E> {
        self.visit_str(&whole.to_string())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Decimal, E> {
        Err(E::custom("a float is not exact: send the number as text, like \"12.50\""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Decimal, A::Error> {
        match map.next_key::<String>()? {
            Some(key) if key == JSON_NUMBER => map.next_value::<String>()?.parse().map_err(de::Error::custom),
            _ => Err(de::Error::custom("a decimal number is text, like \"12.50\", not an object")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn json_numbers_keep_every_digit() {
        let read = |json: &str| serde_json::from_str::<Decimal>(json).map(|d| d.to_string());
        assert_eq!(read("0.1").unwrap(), "0.1");
        assert_eq!(read("999999999999.123456789").unwrap(), "999999999999.123456789");
        assert_eq!(read("\"1.50\"").unwrap(), "1.5");
        assert_eq!(read("1e3").unwrap(), "1000");
        assert_eq!(read("-0").unwrap(), "0");
    }

    #[test]
    fn the_limits_hold_at_and_past_their_edges() {
        assert!("999999999999.999999999".parse::<Decimal>().is_ok());
        assert!(matches!("1000000000000".parse::<Decimal>(), Err(BadDecimal::TooLarge(_))));
        assert!(matches!("0.0000000001".parse::<Decimal>(), Err(BadDecimal::TooFine(_))));
        for bad in ["", "1,5", "NaN", "inf", "0x10", "1 ", "--1", "1_000", "."] {
            assert!(matches!(bad.parse::<Decimal>(), Err(BadDecimal::NotANumber(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_binary_float_is_refused_with_a_remedy() {
        let float = de::value::F64Deserializer::<de::value::Error>::new(1.5);
        assert!(Decimal::deserialize(float).unwrap_err().to_string().contains("as text"));
    }

    fn n(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_half_is_rounded_to_the_even_neighbour_on_both_sides_of_zero() {
        for (from, to) in [("0.125", "0.12"), ("0.135", "0.14"), ("0.1250001", "0.13"), ("2.5", "2.5"), ("1.005", "1")]
        {
            assert_eq!(n(from).rounded(2), Some(n(to)));
            assert_eq!(n(from).negated().rounded(2), Some(n(to).negated()));
        }
        let whole = |text| n(text).rounded(0).unwrap().to_string();
        assert_eq!([whole("0.5"), whole("1.5"), whole("-2.5")], ["0", "2", "-2"]);
        assert_eq!(n("999999999999.5").rounded(0), None, "the next even number is past the range of the books");
    }

    #[test]
    fn there_is_one_zero() {
        for zero in [Decimal::ZERO.negated(), n("-0.001").rounded(2).unwrap(), n("-0.1").over(n("100"), 0).unwrap()] {
            assert_eq!((zero.to_string().as_str(), zero.is_negative()), ("0", false));
        }
    }

    #[test]
    fn a_quotient_is_rounded_once() {
        assert_eq!(n("1").over(n("3"), 9), Some(n("0.333333333")));
        assert_eq!(n("1").over(n("8"), 2), Some(n("0.12")));
        assert_eq!(n("-3").over(n("8"), 2), Some(n("-0.38")));
        assert_eq!(n("3").over(n("-0.8"), 1), Some(n("-3.8")));
        assert_eq!(n("99999").over(n("1.11"), 2), Some(n("90089.19")));
        assert_eq!(n("1").over(Decimal::ZERO, 2), None);
    }

    #[test]
    fn a_quotient_past_the_range_of_the_books_is_none() {
        assert_eq!(n("999999999999").over(n("1"), 9), Some(n("999999999999")));
        assert_eq!(n("999999999999").over(n("0.5"), 2), None);
        assert_eq!(n("999999999999.999999999").over(n("1"), 2), None, "it is rounded up to what the books cannot keep");
        assert_eq!(n("999999999999.999999999").over(n("0.000000001"), 9), None);
    }

    proptest! {
        #[test]
        fn a_quotient_is_as_near_as_it_can_be(a in -1_000_000i64..1_000_000, b in 1i64..10_000, digits in 0u32..=MAX_SCALE) {
            let quotient = n(&a.to_string()).over(n(&b.to_string()), digits).unwrap();
            let (units, scale) = quotient.parts();
            let ten = |power: u32| 10i128.pow(power);
            // |a / b - units / 10^scale| <= 0.5 / 10^digits, in whole numbers.
            let off = (i128::from(a) * ten(scale) - units * i128::from(b)).abs() * ten(digits) * 2;
            prop_assert!(off <= i128::from(b) * ten(scale));
        }

        #[test]
        fn text_survives_the_way_there_and_back(units in -999_999_999_999i64..999_999_999_999, nanos in 0u32..1_000_000_000) {
            let text = format!("{units}.{nanos:09}");
            let once: Decimal = text.parse().unwrap();
            prop_assert_eq!(once.to_string().parse::<Decimal>().unwrap(), once);
        }
    }
}
