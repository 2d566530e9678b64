//! Rows that came from ERPNext, kept with who gets them.

use super::own::each;
use crate::domain::master::segment::{affected, audience};
use crate::domain::master::{Masters, OF_COMPANIES, Row, RowKey, Table};
use crate::rows::{OfficeRows, RowsError, Told};
use crate::wire::row;
use outpost_erpnext::down::Came;
use std::collections::BTreeSet;

/// Tables with rows that go to whose a warehouse is.
const DEPENDENT: [Table; 3] = [Table::Level, Table::WorkOrder, Table::SalesOrderRow];

/// Keeps what came with a step; how many rows that changed. What is gone goes first: a renamed customer keeps its id.
pub(super) fn keep(rows: &OfficeRows, came: &Came) -> Result<usize, RowsError> {
    // Whose a row is, warehouses say, and settings: of which company a site is.
    let mut masters = Masters::default();
    each(rows, Table::Warehouse, &mut |row| masters.put(row));
    each(rows, Table::Settings, &mut |row| masters.put(row));
    let mut moved: Vec<RowKey> = came.gone.iter().filter(|key| key.table == Table::Warehouse).cloned().collect();
    for key in &came.gone {
        masters.delete(key);
    }
    for row in &came.rows {
        let has_moved = match row {
            Row::Warehouse(row) => {
                let before = masters.warehouse(row.name.as_str());
                before.map_or((&None, &None), |before| (&before.site, &before.company)) != (&row.site, &row.company)
            }
            Row::Settings(row) => masters.company(&row.site) != Some(&row.company),
            _ => continue,
        };
        if has_moved {
            moved.push(row.key());
        }
        masters.put(row.clone());
    }
    let told = |row: &Row, masters: &Masters| (row.key(), Some((row::encode(row), audience(row, masters))));
    let mut put: Vec<Told> = came.rows.iter().map(|row| told(row, &masters)).collect();
    if !moved.is_empty() {
        // What lies in a warehouse that has another owner now is the other's as well; so is what is of a site's new company.
        let tables: BTreeSet<Table> = DEPENDENT.into_iter().chain(OF_COMPANIES).collect();
        let others = tables.into_iter().filter(|table| *table != Table::Warehouse);
        others.for_each(|table| each(rows, table, &mut |row| masters.put(row)));
        let theirs: BTreeSet<RowKey> = moved.iter().flat_map(|key| affected(key, &masters)).collect();
        let here: BTreeSet<RowKey> = came.rows.iter().map(Row::key).collect();
        put.extend(theirs.difference(&here).filter_map(|key| masters.get(key)).map(|row| told(&row, &masters)));
    }
    let gone = rows.put(came.gone.iter().map(|key| (key.clone(), None)).collect())?;
    Ok(gone + rows.put(put)?)
}
