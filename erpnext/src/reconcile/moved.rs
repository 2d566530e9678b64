//! What ERPNext says was moved in some warehouses on some days (Stock Ledger Entry), and whose the documents are that have moved it.
//!
//! Pages go by the moment at which an entry was made, which never changes: entries are named anew within the hour (`to_rename`), and one
//! that is cancelled meanwhile stays in its place. So what is cancelled is left out here and not by ERPNext.

use super::{AT_ONCE, PAGE, Reader};
use crate::client::{Failure, Query};
use crate::readback::decimal;
use jiff::civil::Date;
use outpost_core::domain::document::Kind;
use outpost_core::reconcile::Goods;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The doctype of movements. Stock User and Accounts Manager may read it.
const DOCTYPE: &str = "Stock Ledger Entry";
/// What is asked for of each.
const FIELDS: [&str; 8] =
    ["creation", "voucher_type", "voucher_no", "posting_date", "item_code", "warehouse", "actual_qty", "is_cancelled"];

/// A movement that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Of which doctype the document is that has moved it.
    pub doctype: String,
    /// Its name.
    pub name: String,
    /// The day on which it did.
    pub day: Date,
    /// What it has moved.
    pub goods: Goods,
}

impl Reader<'_> {
    /// Hands over what was moved in these warehouses on these days; `take` says whether to go on.
    pub fn moved(
        &self,
        warehouses: &[String],
        (from, to): (Date, Date),
        take: &mut dyn FnMut(Moved) -> bool,
    ) -> Result<(), Failure> {
        // How many of the same moment were read before.
        let (mut since, mut start) = (String::new(), 0);
        while !warehouses.is_empty() {
            let mut filters = vec![
                json!(["warehouse", "in", warehouses]),
                json!(["posting_date", "between", [from.to_string(), to.to_string()]]),
            ];
            if !since.is_empty() {
                filters.push(json!(["creation", ">=", since]));
            }
            let order_by = "creation asc, name asc";
            let query = Query { fields: &FIELDS, filters, order_by, start, page: PAGE, ..Query::default() };
            let rows = self.client.list(DOCTYPE, &query)?;
            for row in &rows {
                let made = text(row, "creation");
                if made != since {
                    (since, start) = (made.to_owned(), 0);
                }
                start += 1;
                let cancelled = row.get("is_cancelled").and_then(Value::as_u64) == Some(1);
                if let Some(moved) = read(row).filter(|_| !cancelled)
                    && !take(moved)
                {
                    return Ok(());
                }
            }
            if rows.len() < PAGE {
                break;
            }
        }
        Ok(())
    }

    /// The sites of these, at most [`AT_ONCE`] of them, by name: of those that are said to be a site's.
    pub fn sites_of(&self, kind: Kind, names: &[String]) -> Result<HashMap<String, String>, Failure> {
        let query = Query {
            fields: &["name", "outpost_site"],
            filters: vec![json!(["name", "in", names])],
            page: AT_ONCE,
            ..Query::default()
        };
        let rows = self.client.list(kind.name(), &query)?;
        let site = |row: &Value| (text(row, "name").to_owned(), text(row, "outpost_site").to_owned());
        Ok(rows.iter().map(site).filter(|(_, site)| !site.is_empty()).collect())
    }
}

fn read(row: &Value) -> Option<Moved> {
    Some(Moved {
        doctype: row.get("voucher_type")?.as_str()?.to_owned(),
        name: row.get("voucher_no")?.as_str()?.to_owned(),
        day: text(row, "posting_date").get(..10)?.parse().ok()?,
        goods: Goods {
            item: text(row, "item_code").to_owned(),
            warehouse: text(row, "warehouse").to_owned(),
            qty: row.get("actual_qty").and_then(decimal).unwrap_or_default(),
        },
    })
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}
