//! What a file may leave out or say otherwise than the row does, as with ERPNext: names that are the code, and the PIN in clear.

use super::Included;
use super::shape::{Fields, Shape};
use crate::domain::document::Text;
use crate::domain::master::Table;
use serde_json::{Map, Value};

/// Adds the fields that a file has and a row has not.
pub(super) fn add_fields(table: Table, fields: &mut Fields) {
    if table == Table::User {
        fields.extend([("pin", Shape::Text), ("badge", Shape::Text)]);
    }
}

/// Fills in what may be left out.
pub(super) fn fill(table: Table, fields: &mut Map<String, Value>, included: Included<'_>) {
    match table {
        Table::Item => {
            copy(fields, "item_code", "item_name");
            // ERPNext's default: who leaves the column out keeps stock of all.
            fields.entry("is_stock_item").or_insert_with(|| true.into());
        }
        Table::Customer => both(fields, "name", "customer_name"),
        Table::Supplier => both(fields, "name", "supplier_name"),
        Table::Employee => both(fields, "name", "employee_name"),
        Table::Project => both(fields, "name", "project_name"),
        Table::User => copy(fields, "name", "full_name"),
        Table::Level => count_in(fields, included),
        _ => {}
    }
}

fn copy(fields: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = fields.get(from).cloned() {
        fields.entry(to).or_insert(value);
    }
}

fn both(fields: &mut Map<String, Value>, one: &str, other: &str) {
    copy(fields, one, other);
    copy(fields, other, one);
}

/// A file says how much there is; what of it is the site's own doing, the office's books say.
fn count_in(fields: &mut Map<String, Value>, included: Included<'_>) {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).and_then(|text| Text::try_from(text).ok());
    if fields.contains_key("included") {
        return;
    }
    let (Some(warehouse), Some(item)) = (text("warehouse"), text("item_code")) else { return };
    let (sum, counted) = included(&warehouse, &item);
    fields.insert("included".into(), sum.to_string().into());
    if let Some(id) = counted {
        fields.insert("counted".into(), id.to_string().into());
    }
}
