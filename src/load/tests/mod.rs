//! Facts of loading, over rows in memory.

mod checks;
mod files;
mod page;
mod secrets;
mod whole;

use super::read::{MAX_LIST, MAX_ROWS};
use super::report::MAX_PROBLEMS;
use super::secret::MAX_CLEAR;
use super::*;
use crate::domain::master::{Row, RowKey, Table};
use crate::wire::row;
use std::collections::BTreeMap;

/// The office's rows, in memory.
#[derive(Clone, Default, PartialEq, Debug)]
struct Memory(BTreeMap<RowKey, (Vec<u8>, Audience)>);

impl Rows for Memory {
    fn each(&self, take: &mut dyn FnMut(&RowKey, &[u8])) -> Result<(), String> {
        self.0.iter().for_each(|(key, (bytes, _))| take(key, bytes));
        Ok(())
    }

    fn put(&mut self, changes: Vec<Change>) -> Result<(), String> {
        for (key, row) in changes {
            match row {
                Some(row) => drop(self.0.insert(key, row)),
                None => drop(self.0.remove(&key)),
            }
        }
        Ok(())
    }
}

impl Memory {
    fn rows(&self) -> Vec<Row> {
        self.0.iter().map(|(key, (bytes, _))| row::decode(key.table, bytes).unwrap()).collect()
    }

    fn take(&mut self, files: &[(&str, &str)]) -> Report {
        self.load(files, Order::default())
    }

    fn load(&mut self, files: &[(&str, &str)], order: Order) -> Report {
        load(&sources(files), order, self, &nothing_included).unwrap()
    }

    fn readers(&self, table: Table, name: &str) -> Option<Audience> {
        self.0.get(&RowKey { table, name: name.into() }).map(|row| row.1.clone())
    }
}

fn sources(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(name, text)| Source { name: (*name).into(), bytes: text.as_bytes().into() }).collect()
}

/// A workshop with what its other tables name.
fn workshop() -> Memory {
    let mut rows = Memory::default();
    let report = rows.take(&[
        ("uom.csv", "uom_name,must_be_whole_number\nNos,1\nMeter,\nBox,1\n"),
        ("settings.json", r#"[{"site": "bandung", "company": "Tailor Works", "currency": "IDR"}]"#),
        ("warehouse.csv", "name,site,is_transit\nBandung - TW,bandung,\nTransit - TW,,1\nCentral - TW,,\n"),
        ("account.csv", "name,account_type\nCash - TW,Cash\nVAT - TW,Tax\n"),
        ("price-list.csv", "price_list_name,currency,selling\nRetail,IDR,1\n"),
        ("item.csv", "item_code,stock_uom,uoms.uom,uoms.conversion_factor\nSHIRT,Nos,Box,12\nCLOTH,Meter,,\n"),
        ("customer.csv", "name\nBu Sari\n"),
    ]);
    assert!(report.taken, "{report}");
    assert_eq!(report.warnings, [], "{report}");
    rows
}

/// What is wrong with one file, over a workshop's rows.
#[track_caller]
fn wrong(file: &str, text: &str) -> Vec<String> {
    let mut rows = workshop();
    let before = rows.clone();
    let report = rows.take(&[(file, text)]);
    assert!(!report.taken, "taken: {report}");
    assert_eq!(rows, before, "something was changed");
    report.errors.iter().map(ToString::to_string).collect()
}

/// One thing is wrong, said so.
#[track_caller]
fn is_wrong(file: &str, text: &str, begins: &str, contains: &str) {
    let errors = wrong(file, text);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].starts_with(begins) && errors[0].contains(contains), "{}", errors[0]);
}
