//! Stock: what ERPNext says lies in a site's warehouses.
//!
//! In: warehouses; for each item what of the site's own documents is in the figure. Out: rows, a page at a time. It has to be read
//! *between* two postings of that site: a document that is posted while a page is read would be in the figure and not in what
//! `included` says, and the box would count it twice. Absent: the sums of documents, which who posts them knows.

use super::rows::Doc;
use super::source::Source;
use crate::client::{Failure, Query};
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::Text;
use outpost_core::domain::id::IntentId;
use outpost_core::domain::master::{Level, Row};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Bins of a page.
const PAGE: usize = 500;

/// The sum of what a site's documents moved of an item in a warehouse that ERPNext has, since the latest of its counts that ERPNext has;
/// and that count.
pub type Included<'a> = dyn Fn(&Text, &Text) -> (Decimal, Option<IntentId>) + 'a;

/// Reads the stock of warehouses, and hands each page to `take`. Out comes what could not be read.
/// `included` is asked by warehouse and item.
pub fn levels(
    source: &dyn Source,
    warehouses: &[Text],
    included: &Included<'_>,
    take: &mut dyn FnMut(Vec<Row>),
) -> Result<Vec<String>, Failure> {
    let mut told = Vec::new();
    let mut after = String::new();
    if warehouses.is_empty() {
        return Ok(told);
    }
    loop {
        let names: Vec<&str> = warehouses.iter().map(Text::as_str).collect();
        let mut filters = vec![json!(["warehouse", "in", names])];
        if !after.is_empty() {
            filters.push(json!(["name", ">", after]));
        }
        let fields = ["name", "item_code", "warehouse", "actual_qty"];
        let query = Query { fields: &fields, filters, order_by: "name asc", page: PAGE, ..Query::default() };
        let bins = source.list("Bin", &query)?;
        let mut rows = Vec::with_capacity(bins.len());
        for bin in &bins {
            match level(bin, included) {
                Ok(row) => rows.push(row),
                Err(why) => told.push(format!("Bin {}: {why}", bin.get("name").unwrap_or(&Value::Null))),
            }
        }
        take(rows);
        match bins.last().and_then(|bin| bin.get("name")).and_then(Value::as_str) {
            Some(last) if bins.len() >= PAGE => after = last.to_owned(),
            _ => return Ok(told),
        }
    }
}

fn level(bin: &Value, included: &Included<'_>) -> Result<Row, String> {
    let bin = Doc { fields: bin, with: &BTreeMap::new() };
    let (warehouse, item_code) = (bin.text("warehouse")?, bin.text("item_code")?);
    let actual_qty = bin.number("actual_qty")?;
    let (included, counted) = included(&warehouse, &item_code);
    Ok(Row::Level(Level { item_code, warehouse, actual_qty, included, counted }))
}
