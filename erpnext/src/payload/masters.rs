//! Customer, Supplier, Item: what a site has met for the first time. None is submitted, and each is named by what people call it.

use super::fields::flag;
use super::making::Making;
use outpost_core::domain::document::{Flag, Item, Kind, is_telephone};
use serde_json::{Map, Value};

/// A customer or supplier; a company where nobody says, as in ERPNext.
pub(super) fn party(making: &mut Making<'_>) {
    let form = if making.kind() == Kind::Customer { "customer_type" } else { "supplier_type" };
    making.fields.entry(form).or_insert_with(|| "Company".into());
    reach(making.kind().name(), &mut making.fields);
}

/// How long a name may be of which ERPNext can make a Contact: it calls that by the name twice, with a hyphen, in 140 characters.
const MAX_REACHED: usize = 69;

/// ERPNext makes a Contact of a telephone number and an e-mail address, and refuses the whole where it cannot: what it would not take stands in
/// the details.
pub(crate) fn reach(doctype: &str, fields: &mut Map<String, Value>) {
    let (name, details) = match doctype {
        "Customer" => ("customer_name", "customer_details"),
        _ => ("supplier_name", "supplier_details"),
    };
    let text = |fields: &Map<String, Value>, field: &str| fields.get(field).and_then(Value::as_str).map(str::to_owned);
    let is_long = text(fields, name).is_some_and(|name| name.chars().count() > MAX_REACHED);
    if is_long || text(fields, "mobile_no").is_some_and(|number| !is_telephone(&number)) {
        note(fields, "mobile_no", details);
    }
    if is_long {
        note(fields, "email_id", details);
    }
}

/// Puts what ERPNext would refuse under `field` into a line of the details.
fn note(fields: &mut Map<String, Value>, field: &str, details: &str) {
    let Some(Value::String(noted)) = fields.remove(field) else { return };
    let text = match fields.get(details).and_then(Value::as_str) {
        Some(text) => format!("{text}\n{noted}"),
        None => noted,
    };
    fields.insert(details.into(), text.into());
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
