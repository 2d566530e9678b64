//! Master data from files: what an office without ERPNext gives its workshops.
//!
//! In come files by name and bytes, CSV or JSON, one table each; they are read ([`table_of`] says which table), checked against
//! each other and against what the office has, and only if nothing is wrong at all taken, in one go. Out goes a [`Report`]: what is
//! wrong, file by file and line by line, what a person should look at, and how many rows are new, changed, unchanged or deleted.
//!
//! Rows go into whatever keeps the office's rows ([`Rows`]). What is absent: files' whereabouts and sockets (`cli::load`,
//! `office::answers`), and how rows travel.

mod check;
mod csv;
mod defaults;
mod graph;
mod json;
mod plan;
mod read;
mod report;
mod secret;
mod shape;
#[cfg(test)]
mod tests;

pub use read::{MAX_FILE_BYTES, MAX_FILES, Source, table_of};
pub use report::{Problem, Report, TableCount};

use crate::domain::decimal::Decimal;
use crate::domain::document::Text;
use crate::domain::id::IntentId;
use crate::domain::master::segment::Audience;
use crate::domain::master::{RowKey, Table};
use std::collections::BTreeSet;

/// What is to be done with the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Order {
    /// Look at them, and change nothing.
    pub check: bool,
    /// The tables that the files name hold nothing else afterwards: what is not in the files is deleted.
    pub replace: bool,
}

/// A row that changes: its bytes and who gets them, or `None` where it is deleted.
pub type Change = (RowKey, Option<(Vec<u8>, Audience)>);

/// What keeps the office's rows.
pub trait Rows {
    /// Hands over each row's key and bytes, or says why they cannot be read.
    fn each(&self, take: &mut dyn FnMut(&RowKey, &[u8])) -> Result<(), String>;

    /// Takes the changes, and returns when they are on the disk. On an error some may be taken; the same load again does the rest.
    fn put(&mut self, changes: Vec<Change>) -> Result<(), String>;
}

/// What of a stock level the site's own documents are, which are in it already: their sum, and the latest count among them.
pub type Included<'a> = &'a dyn Fn(&Text, &Text) -> (Decimal, Option<IntentId>);

/// For an office that has no document of the site's in its figures.
pub fn nothing_included(_warehouse: &Text, _item: &Text) -> (Decimal, Option<IntentId>) {
    (Decimal::ZERO, None)
}

/// Reads the files, checks them, and takes them unless something is wrong or only a check was asked for.
///
/// An error is that of the rows' keeper; what is wrong with the files is in the report.
pub fn load(sources: &[Source], order: Order, rows: &mut dyn Rows, included: Included<'_>) -> Result<Report, String> {
    let tables = sources.iter().filter_map(|source| table_of(&source.name)).filter(|_| order.replace).collect();
    load_replacing(sources, (order.check, &tables), rows, included)
}

/// The same, where only these of the files' tables hold nothing else afterwards.
pub fn load_replacing(
    sources: &[Source],
    (check, replace): (bool, &BTreeSet<Table>),
    rows: &mut dyn Rows,
    included: Included<'_>,
) -> Result<Report, String> {
    let mut report = Report::default();
    let before = plan::before(rows, &mut report)?;
    let found = read::read(sources, included, &mut report);
    if report.is_refused() {
        return Ok(report);
    }
    let mut planned = plan::plan(found, before, replace, &mut report);
    check::check(&planned, &mut report);
    if report.is_refused() {
        return Ok(report);
    }
    secret::hash_all(&mut planned)?;
    let changes = plan::changes(&planned, &mut report);
    if !check {
        rows.put(changes)?;
        report.taken = true;
    }
    Ok(report)
}
