//! Customer, Supplier, Item: what a site has met for the first time. None is submitted, and each is named by what people call it.

use super::fields::flag;
use super::making::Making;
use outpost_core::domain::document::{Flag, Item};

/// A customer or supplier; a company where nobody says, as in ERPNext.
pub(super) fn party(making: &mut Making<'_>) {
    let form = match making.kind() {
        outpost_core::domain::document::Kind::Customer => "customer_type",
        _ => "supplier_type",
    };
    making.fields.entry(form).or_insert_with(|| "Company".into());
}

/// An item.
pub(super) fn item(making: &mut Making<'_>, item: &Item) {
    let Flag(stocked) = item.is_stock_item.unwrap_or(Flag(true));
    making.set("is_stock_item", flag(stocked));
    if item.has_batch_no {
        // Batches are named by people, in rows.
        making.set("create_new_batch", flag(false));
    }
}
