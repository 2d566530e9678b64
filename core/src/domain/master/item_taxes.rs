//! Taxes that an item has of its own: templates of rates by account, and which template counts on a day.
//!
//! In: the rows of an item's `taxes`, and a day. Out: the templates that count then, as ERPNext 15 chooses them
//! (`erpnext/stock/get_item_details.py`: `_get_item_tax_template`). Absent: taxes of item groups, which do not come down; ranges of
//! prices (`minimum_net_rate`, `maximum_net_rate`), for which a row has no field; what a rate does (`domain/totals`).

use super::keep::{Parts, parts};
use super::{Item, Named};
use crate::domain::decimal::Decimal;
use crate::domain::document::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Rates that an item has instead of those of rows of taxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemTaxTemplate {
    /// Its name.
    pub name: Text,
    /// Its rates, each for one account.
    pub taxes: Vec<ItemTaxRate>,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

/// The rate of an item for the rows of taxes of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemTaxRate {
    /// The account, ERPNext's `tax_type`.
    pub tax_type: Text,
    /// Percent; for `On Item Quantity` an amount for one.
    pub tax_rate: Decimal,
}

/// A row of an item's `taxes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemTax {
    /// The template.
    pub item_tax_template: Text,
    /// It counts in documents of this tax category alone; what a workshop writes is of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<Text>,
    /// From this day on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The company whose template it is, where the office has several: it counts at its sites alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

impl Item {
    /// The templates that count on a day in a document of a company without a tax category; the first is the one that it takes by itself.
    ///
    /// Rows of other companies are passed over. Rows that have begun go before those without a first day, the latest before the others. As
    /// in ERPNext that is so whatever their tax category.
    pub fn tax_templates_on(&self, day: Date, company: Option<&Text>) -> Vec<&Text> {
        let own = || self.taxes.iter().filter(|row| row.company.is_none() || row.company.as_ref() == company);
        let mut rows: Vec<&ItemTax> = own().filter(|row| row.valid_from.is_some_and(|from| from <= day)).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.valid_from));
        if rows.is_empty() {
            rows.extend(own().filter(|row| row.valid_from.is_none()));
        }
        rows.into_iter().filter(|row| row.tax_category.is_none()).map(|row| &row.item_tax_template).collect()
    }

    /// Whether it has templates in a company at all.
    pub fn is_taxed_in(&self, company: Option<&Text>) -> bool {
        self.taxes.iter().any(|row| row.company.is_none() || row.company.as_ref() == company)
    }
}

impl Named for ItemTaxTemplate {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::{Value, json};

    fn on(taxes: Value, day: Date) -> Vec<String> {
        let fields = json!({"item_code": "SHIRT", "item_name": "Shirt", "stock_uom": "Nos", "taxes": taxes});
        let item: Item = serde_json::from_value(fields).unwrap();
        item.tax_templates_on(day, Some(&"Tailor Works".try_into().unwrap())).into_iter().map(Text::to_string).collect()
    }

    #[test]
    fn of_templates_that_have_begun_the_latest_is_the_first_and_one_without_a_day_waits_behind_them() {
        let taxes = json!([
            {"item_tax_template": "Always"},
            {"item_tax_template": "January", "valid_from": "2026-01-01"},
            {"item_tax_template": "November", "valid_from": "2026-11-02"},
            {"item_tax_template": "November too", "valid_from": "2026-11-02"},
        ]);
        assert_eq!(on(taxes.clone(), date(2025, 12, 31)), ["Always"]);
        assert_eq!(on(taxes.clone(), date(2026, 1, 1)), ["January"]);
        assert_eq!(on(taxes.clone(), date(2026, 11, 1)), ["January"]);
        assert_eq!(on(taxes, date(2026, 11, 2)), ["November", "November too", "January"]);
    }

    #[test]
    fn a_template_of_another_company_counts_for_nobody_else() {
        let taxes = json!([
            {"item_tax_template": "Theirs", "company": "Cutter Works", "valid_from": "2026-01-01"},
            {"item_tax_template": "Ours", "company": "Tailor Works"},
        ]);
        assert_eq!(on(taxes, date(2026, 11, 1)), ["Ours"]);
        assert!(on(json!([{"item_tax_template": "Theirs", "company": "Cutter Works"}]), date(2026, 11, 1)).is_empty());
    }

    #[test]
    fn a_template_of_a_tax_category_counts_in_nothing_that_a_workshop_writes() {
        let taxes = json!([{"item_tax_template": "Export", "tax_category": "Abroad"}, {"item_tax_template": "Home"}]);
        assert_eq!(on(taxes, date(2026, 1, 1)), ["Home"]);
        let begun = json!([
            {"item_tax_template": "Export", "tax_category": "Abroad", "valid_from": "2026-01-01"},
            {"item_tax_template": "Home"},
        ]);
        assert_eq!(on(begun.clone(), date(2025, 12, 31)), ["Home"]);
        assert!(
            on(begun, date(2026, 1, 1)).is_empty(),
            "what has begun goes before what has no day, whatever it is for"
        );
    }
}
