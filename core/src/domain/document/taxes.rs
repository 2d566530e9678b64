//! Rows of taxes in a document. They are of the type that the office's templates have, but a template may hold fields of a later
//! version, while what a device sends and nobody knows is refused.

use super::Text;
use super::fields::{Described, Field};
use crate::domain::decimal::Decimal;
use crate::domain::master::TaxRule;
use serde::{Deserialize, Deserializer};

fields! {
    /// A row of taxes as a device sends it.
    TaxRow {
        /// How it is worked out.
        must charge_type: Text,
        /// The account.
        must account_head: Text,
        /// Percent; for `On Item Quantity` an amount for one.
        may rate: Decimal,
        /// The amount, for `Actual`.
        may tax_amount: Decimal,
        /// What it is on paper.
        must description: Text,
        /// Prices contain it.
        flag included_in_print_rate: bool,
        /// The row, from 1, that `On Previous Row …` means.
        may row_id: u32,
    }
}

impl Described for TaxRule {
    fn fields() -> Vec<Field> {
        TaxRow::fields()
    }
}

/// Reads the rows of a document.
pub(super) fn strict<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TaxRule>, D::Error> {
    let rows = Vec::<TaxRow>::deserialize(deserializer)?;
    let rule = |row: TaxRow| TaxRule {
        charge_type: row.charge_type,
        account_head: row.account_head,
        rate: row.rate.unwrap_or_default(),
        tax_amount: row.tax_amount.unwrap_or_default(),
        description: Some(row.description),
        included_in_print_rate: row.included_in_print_rate,
        row_id: row.row_id,
        category: None,
        add_deduct_tax: None,
    };
    Ok(rows.into_iter().map(rule).collect())
}
