//! What the fields of a doctype and of its tables are: which people fill in, and which ERPNext does.

use crate::client::{Client, Failure};
use crate::setup::Meta;
use std::collections::BTreeMap;

/// One field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// What people see.
    pub label: String,
    /// ERPNext fills it in: people cannot.
    pub read_only: bool,
    /// People's own.
    pub custom: bool,
}

/// The fields of a doctype, and under the names of its tables those of their rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shapes {
    /// Of the head.
    pub head: BTreeMap<String, Shape>,
    /// Of rows, by the table's field.
    pub tables: BTreeMap<String, BTreeMap<String, Shape>>,
}

impl Shapes {
    /// Asks ERPNext. A table is among them where it is one of `tables`.
    pub fn read(client: &Client, doctype: &str, tables: &[&str]) -> Result<Self, Failure> {
        let meta = Meta::read(client, doctype)?;
        let mut shapes = Self { head: meta.shapes(), ..Self::default() };
        for (table, of) in meta.tables().into_iter().filter(|(table, _)| tables.contains(&table.as_str())) {
            let of = meta.shapes_of(&of);
            shapes.tables.extend(of.map(|of| (table, of)));
        }
        Ok(shapes)
    }
}
