//! Rows as an office keeps them: by their names.

use crate::down::{Came, Known};
use outpost_core::domain::document::Ref;
use outpost_core::domain::id::IntentId;
use outpost_core::domain::master::{Row, RowKey, Table};
use std::collections::BTreeMap;
use std::ops::Bound;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept(pub(super) BTreeMap<RowKey, Row>);

impl Kept {
    /// Takes a step's rows, as its caller has to.
    pub(super) fn take(&mut self, came: &Came) {
        for key in &came.gone {
            self.0.remove(key);
        }
        for row in &came.rows {
            self.0.insert(row.key(), row.clone());
        }
    }

    pub(super) fn names(&self, table: Table) -> Vec<String> {
        self.0.keys().filter(|key| key.table == table).map(|key| key.name.to_string()).collect()
    }

    pub(super) fn get(&self, table: Table, name: &str) -> Option<&Row> {
        self.0.get(&RowKey { table, name: name.into() })
    }
}

impl Known for Kept {
    fn row(&self, key: &RowKey) -> Option<Row> {
        self.0.get(key).cloned()
    }

    fn after(&self, table: Table, after: &str, most: usize) -> Vec<Row> {
        let from = RowKey { table, name: after.into() };
        let rows = self.0.range((Bound::Excluded(from), Bound::Unbounded));
        rows.take_while(|(key, _)| key.table == table).take(most).map(|(_, row)| row.clone()).collect()
    }

    fn made(&self, table: Table, id: IntentId) -> Option<RowKey> {
        let has = |row: &Row| match row {
            Row::Customer(row) => row.outpost_id == Some(id),
            Row::Supplier(row) => row.outpost_id == Some(id),
            Row::SalesOrderRow(row) => row.order == Ref::Own(id),
            _ => false,
        };
        self.0.iter().find(|(key, row)| key.table == table && has(row)).map(|(key, _)| key.clone())
    }
}
