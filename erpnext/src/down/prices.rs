//! Prices of an item that have one key: from the same day on, in one list and unit, and of different ends. ERPNext takes any of them; a
//! workshop has one row, and all rounds have to come to the same one.
//!
//! In: the rows of a page. Out: the same, with one row for each key. Absent: prices for one customer alone; those have no row.

use super::Came;
use super::fetch::{Fetch, Whole};
use super::progress::Progress;
use crate::client::{Failure, Query};
use outpost_core::domain::master::{ItemPrice, Row, RowKey};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Where a price is beside another, all of its item are read, and the one that holds longest counts.
pub(super) fn settle(fetch: &Fetch<'_>, progress: &mut Progress, came: &mut Came) -> Result<(), Failure> {
    let mut keys = BTreeSet::new();
    let mut doubtful = BTreeSet::new();
    for row in came.rows.iter().filter_map(price) {
        let key = Row::ItemPrice(row.clone()).key();
        let before = fetch.known.row(&key);
        let other = before.as_ref().and_then(price).is_some_and(|before| before.valid_upto != row.valid_upto);
        if !keys.insert(key) || other {
            doubtful.insert(row.item_code.to_string());
        }
    }
    if doubtful.is_empty() {
        return Ok(());
    }
    let mut filters = fetch.listed.narrowed(fetch.scope);
    filters.push(json!(["item_code", "in", doubtful]));
    let documents =
        fetch.list(progress, &mut came.told, &Query { filters, order_by: "name asc", ..Query::default() })?;
    let mut one: BTreeMap<RowKey, ItemPrice> = BTreeMap::new();
    for document in documents.into_iter().map(Whole::bare) {
        let Ok(Some(Row::ItemPrice(row))) = (fetch.listed.row)(document.doc(), fetch.scene()) else { continue };
        let key = Row::ItemPrice(row.clone()).key();
        let Some(there) = one.get(&key) else {
            one.insert(key, row);
            continue;
        };
        came.told.push(format!(
            "Item Price {}: {} has two prices in {} from the same day: the one that holds longest counts. Give one another first day.",
            document.name(),
            row.item_code,
            row.price_list
        ));
        if !holds_longer(there, &row) {
            one.insert(key, row);
        }
    }
    came.rows.retain(|row| !price(row).is_some_and(|row| doubtful.contains(row.item_code.as_str())));
    came.rows.extend(one.into_values().map(Row::ItemPrice));
    Ok(())
}

fn price(row: &Row) -> Option<&ItemPrice> {
    match row {
        Row::ItemPrice(row) => Some(row),
        _ => None,
    }
}

/// At least as long as the other: without an end is longest.
fn holds_longer(this: &ItemPrice, other: &ItemPrice) -> bool {
    match (this.valid_upto, other.valid_upto) {
        (None, _) => true,
        (Some(this), Some(other)) => this >= other,
        (Some(_), None) => false,
    }
}
