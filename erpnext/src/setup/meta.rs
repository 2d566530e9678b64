//! What ERPNext says of a doctype: its fields, and who may do what.
//!
//! In: the name of a doctype. Out: the answer, and questions to it. Any user may ask: reading `Custom Field` or `DocPerm` is for System
//! Managers alone, while this answers to the connector as well, with custom fields and changed rights in it.

use crate::client::{Client, Failure};
use crate::draft::Shape;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Types of fields that have no column in the database: Frappe's `no_value_fields`.
const NO_COLUMN: [&str; 10] = [
    "Section Break",
    "Column Break",
    "Tab Break",
    "HTML",
    "Table",
    "Table MultiSelect",
    "Button",
    "Image",
    "Fold",
    "Heading",
];

/// A doctype as it is there, and those of its tables.
pub(crate) struct Meta {
    own: Value,
    others: Vec<Value>,
}

impl Meta {
    pub(crate) fn read(client: &Client, doctype: &str) -> Result<Self, Failure> {
        let mut answer = client.ask("frappe.desk.form.load.getdoctype", &json!({ "doctype": doctype }))?;
        // The doctype's child tables come with it.
        let mut others = match answer.get_mut("docs").map(Value::take) {
            Some(Value::Array(docs)) => docs,
            _ => Vec::new(),
        };
        match others.iter().position(|doc| text(doc, "name") == doctype) {
            Some(at) => Ok(Self { own: others.remove(at), others }),
            None => Err(Failure::Refused {
                status: 200,
                exc_type: String::new(),
                words: format!("it does not say what {doctype} is"),
                exception: String::new(),
            }),
        }
    }

    /// The fields that it has as columns in the database.
    pub(crate) fn columns(&self) -> Vec<String> {
        columns(&self.own)
    }

    /// The same of the doctype of one of its tables; none where the answer did not have that.
    pub(crate) fn columns_of(&self, child: &str) -> Vec<String> {
        self.of(child).map(columns).unwrap_or_default()
    }

    /// Its tables: the field, and the doctype of the rows.
    pub(crate) fn tables(&self) -> Vec<(String, String)> {
        let is_table = |field: &&Value| matches!(text(field, "fieldtype"), "Table" | "Table MultiSelect");
        let of = |field: &Value| (text(field, "fieldname").to_owned(), text(field, "options").to_owned());
        self.rows("fields").filter(is_table).map(of).collect()
    }

    /// What its fields are, by their names.
    pub(crate) fn shapes(&self) -> BTreeMap<String, Shape> {
        shapes(&self.own)
    }

    /// The same of the doctype of one of its tables.
    pub(crate) fn shapes_of(&self, child: &str) -> Option<BTreeMap<String, Shape>> {
        self.of(child).map(shapes)
    }

    fn of(&self, child: &str) -> Option<&Value> {
        self.others.iter().find(|doc| text(doc, "name") == child)
    }

    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        self.rows("fields").find(|field| text(field, "fieldname") == name)
    }

    /// Whether somebody with these roles may do `right`.
    pub(super) fn allows(&self, roles: &[String], right: &str) -> bool {
        self.allows_at(0, roles, right)
    }

    /// The same for fields of a level. A right in what somebody has made himself is none to what others have made, and each is his own to
    /// whoever makes it.
    pub(super) fn allows_at(&self, level: u64, roles: &[String], right: &str) -> bool {
        self.permissions().any(|row| {
            let role = text(row, "role");
            let of_all = number(row, "if_owner") == 0 || right == "create";
            number(row, "permlevel") == level
                && number(row, right) == 1
                && of_all
                && roles.iter().any(|own| own == role)
        })
    }

    /// Fields above level 0 that have columns, each with its level: its own by their name, those of rows as `items.rate`.
    pub(super) fn levels(&self) -> Vec<(String, u64)> {
        let above = |doctype: &Value, table: Option<&str>| -> Vec<(String, u64)> {
            let columns = columns(doctype);
            let level = |name: &String| {
                let field = rows(doctype, "fields").find(|field| text(field, "fieldname") == name)?;
                Some(number(field, "permlevel")).filter(|level| *level > 0)
            };
            let path = |name: &String| table.map_or_else(|| name.clone(), |table| format!("{table}.{name}"));
            columns.iter().filter_map(|name| Some((path(name), level(name)?))).collect()
        };
        let mut all = above(&self.own, None);
        for (table, child) in self.tables() {
            all.extend(self.of(&child).into_iter().flat_map(|child| above(child, Some(&table))));
        }
        all
    }

    /// Its rows of who may do what.
    pub(super) fn permissions(&self) -> impl Iterator<Item = &Value> {
        self.rows("permissions")
    }

    fn rows(&self, table: &str) -> impl Iterator<Item = &Value> {
        rows(&self.own, table)
    }
}

fn rows<'a>(doc: &'a Value, table: &str) -> impl Iterator<Item = &'a Value> {
    doc.get(table).and_then(Value::as_array).into_iter().flatten()
}

fn shapes(doctype: &Value) -> BTreeMap<String, Shape> {
    let shape = |field: &Value| Shape {
        label: text(field, "label").to_owned(),
        read_only: number(field, "read_only") == 1,
        custom: number(field, "is_custom_field") == 1,
    };
    rows(doctype, "fields").map(|field| (text(field, "fieldname").to_owned(), shape(field))).collect()
}

fn columns(doctype: &Value) -> Vec<String> {
    let is_column = |field: &&Value| !NO_COLUMN.contains(&text(field, "fieldtype")) && number(field, "is_virtual") == 0;
    rows(doctype, "fields").filter(is_column).map(|field| text(field, "fieldname").to_owned()).collect()
}

/// The text of a field; empty where it has none.
pub(super) fn text<'a>(doc: &'a Value, field: &str) -> &'a str {
    doc.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A whole number, or a yes (1) or no (0); settings have them as texts.
pub(super) fn number(doc: &Value, field: &str) -> u64 {
    match doc.get(field) {
        Some(Value::String(text)) => text.trim().parse().unwrap_or_default(),
        Some(value) => value.as_u64().unwrap_or_default(),
        None => 0,
    }
}

/// The user whose key this is.
pub fn who(client: &Client) -> Result<String, Failure> {
    let user = client.call("frappe.auth.get_logged_user", &json!({}))?;
    Ok(user.as_str().unwrap_or_default().to_owned())
}

/// The roles of a user.
pub(super) fn roles_of(client: &Client, user: &str) -> Result<Vec<String>, Failure> {
    let roles = client.call("frappe.core.doctype.user.user.get_roles", &json!({ "uid": user }))?;
    Ok(roles.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// A document, or nothing where there is none.
pub(super) fn get(client: &Client, doctype: &str, name: &str) -> Result<Option<Value>, Failure> {
    match client.get(doctype, name) {
        Ok(doc) => Ok(Some(doc)),
        Err(Failure::Refused { status: 404, .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_in_what_is_ones_own_is_none_but_to_make_it() {
        let own = |if_owner: u8| {
            let row = json!({ "role": "Sales User", "permlevel": 0, "if_owner": if_owner, "read": 1, "create": 1, "cancel": 1 });
            Meta { own: json!({ "permissions": [row] }), others: Vec::new() }
        };
        let roles = ["Sales User".to_owned()];
        let allowed = |meta: Meta| ["read", "create", "cancel"].map(|right| meta.allows(&roles, right));
        assert_eq!(allowed(own(1)), [false, true, false]);
        assert_eq!(allowed(own(0)), [true; 3]);
    }
}
