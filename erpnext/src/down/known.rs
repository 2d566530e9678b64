//! What the office has already, and what of ERPNext's figures the sites' own documents did.
//!
//! In: keys. Out: rows, sums. The sums are what the caller knows of what it has posted: a box adds its site's own documents to what a row
//! says, so a row must not hold them as well.

use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Ref, Text};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::master::{Masters, PART, Row, RowKey, Table};
use std::collections::BTreeSet;

/// Rows that are looked at together.
const GROUP: usize = 64;

/// The office's rows, and the sites' part in ERPNext's figures.
///
/// For [`Masters`] it is here for small offices and tests: it goes through a whole table for each page. Who keeps rows by their keys has
/// something better.
pub trait Known {
    /// The row of a key.
    fn row(&self, key: &RowKey) -> Option<Row>;

    /// At most `most` rows of a table in the order of their names, as bytes, from behind the name `after`.
    fn after(&self, table: Table, after: &str, most: usize) -> Vec<Row>;

    /// The rows of a table whose keys have one of these as their first part.
    fn of_groups(&self, table: Table, groups: &BTreeSet<&str>) -> Vec<Row> {
        groups.iter().flat_map(|group| self.of_group(table, group)).collect()
    }

    /// The rows of a table whose keys have this as their first part.
    fn of_group(&self, table: Table, group: &str) -> Vec<Row> {
        let first = format!("{group}{PART}");
        let mut after = first.clone();
        let mut rows = Vec::new();
        loop {
            let page = self.after(table, &after, GROUP);
            let read = page.len();
            let of_group: Vec<Row> = page.into_iter().filter(|row| row.key().name.starts_with(&first)).collect();
            let all = of_group.len() == read;
            rows.extend(of_group);
            match rows.last().map(Row::key) {
                Some(last) if all && read == GROUP => after = last.name.into(),
                _ => return rows,
            }
        }
    }

    /// The customer or supplier that has a site's own id.
    fn made(&self, table: Table, id: IntentId) -> Option<RowKey>;

    /// A site has made it, and it may not be in ERPNext yet: it is not deleted because it is not there.
    fn is_awaited(&self, row: &Row) -> bool {
        match row {
            Row::Customer(row) => row.outpost_id.is_some(),
            Row::Supplier(row) => row.outpost_id.is_some(),
            _ => false,
        }
    }

    /// What sites' posted documents delivered and billed of a row of a Sales Order.
    fn done(&self, _order: &Ref, _row: &Text) -> (Decimal, Decimal) {
        (Decimal::ZERO, Decimal::ZERO)
    }

    /// What sites' posted documents paid ahead for a Sales Order.
    fn advance(&self, _order: &Ref) -> Decimal {
        Decimal::ZERO
    }

    /// What sites' posted documents made of a Work Order.
    fn produced(&self, _work_order: &Text) -> Decimal {
        Decimal::ZERO
    }

    /// What sites' posted documents received of a row of a Stock Entry with which the office has sent goods.
    fn received(&self, _entry: &Ref, _row: &Text) -> Decimal {
        Decimal::ZERO
    }

    /// What sites' posted documents paid of an invoice.
    fn paid(&self, _invoice: &Ref) -> Decimal {
        Decimal::ZERO
    }
}

impl Known for Masters {
    fn row(&self, key: &RowKey) -> Option<Row> {
        self.get(key)
    }

    fn after(&self, table: Table, after: &str, most: usize) -> Vec<Row> {
        // A table keeps its rows by the parts of their keys, which is not always the order of their names.
        let mut names: Vec<_> = self.rows(table).map(|row| row.key()).filter(|key| &*key.name > after).collect();
        names.sort_unstable();
        names.truncate(most);
        names.iter().filter_map(|key| self.get(key)).collect()
    }

    fn of_groups(&self, table: Table, groups: &BTreeSet<&str>) -> Vec<Row> {
        let first = |row: &Row| groups.contains(row.key().name.split(PART).next().unwrap_or_default());
        self.rows(table).filter(first).collect()
    }

    fn made(&self, table: Table, id: IntentId) -> Option<RowKey> {
        let known = id.to_string();
        let row = match table {
            Table::Customer => Row::Customer(self.customer(&known)?.clone()),
            Table::Supplier => Row::Supplier(self.supplier(&known)?.clone()),
            _ => return None,
        };
        Some(row.key())
    }
}
