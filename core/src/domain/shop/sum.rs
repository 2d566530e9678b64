//! Adding to a sum that stays within the books.

use crate::domain::decimal::Decimal;

/// Adds. A sum that would leave the range of the books stays as it was: admission refuses what would do that, so only a journal
/// that another program wrote can.
pub(super) fn add(sum: &mut Decimal, by: Decimal) {
    *sum = sum.plus(by).unwrap_or(*sum);
}
