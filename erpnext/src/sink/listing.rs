//! Documents whole, from lists: one of the documents, and one of the rows of each doctype that their tables have.
//!
//! In: names, and what was sent. Out: documents with their rows, of each the columns that a comparison looks at. Absent: what is made of them.

use super::confirming::Made;
use crate::client::{Client, Failure, Query};
use crate::readback::looked_at;
use crate::setup::Meta;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What says whose a row is.
const OF_ROW: [&str; 3] = ["parent", "parentfield", "docstatus"];

/// How a doctype's documents are listed.
pub(super) struct Listing {
    columns: Vec<String>,
    tables: Vec<Table>,
}

struct Table {
    field: String,
    child: String,
    columns: Vec<String>,
}

/// One list: of the documents, or of all rows of a doctype.
struct List<'a> {
    child: Option<&'a str>,
    fields: Vec<&'a str>,
}

impl Listing {
    pub(super) fn of(meta: &Meta) -> Self {
        let table = |(field, child): (String, String)| Table { field, columns: meta.columns_of(&child), child };
        Self { columns: meta.columns(), tables: meta.tables().into_iter().map(table).collect() }
    }

    /// How many lists there are at most.
    pub(super) fn count(&self) -> usize {
        self.tables.len() + 1
    }

    /// The documents of a doctype by their names; some lists at once.
    pub(super) fn read(
        &self,
        client: &Client,
        at_once: usize,
        doctype: &str,
        made: &[&Made],
    ) -> Result<BTreeMap<String, Value>, Failure> {
        let names: Vec<&str> = made.iter().map(|made| made.name.as_str()).collect();
        let ask = |list: &List<'_>| {
            let query = Query { fields: &list.fields, ..Query::default() };
            let Some(child) = list.child else {
                let filters = vec![json!(["name", "in", names])];
                return client.list(doctype, &Query { filters, page: names.len(), ..query });
            };
            let filters = vec![json!(["parent", "in", names]), json!(["parenttype", "=", doctype])];
            client.list(child, &Query { filters, order_by: "parent asc, idx asc", parent: Some(doctype), ..query })
        };
        let mut answers = together(&self.lists(made), at_once, ask)?.into_iter();
        let mut whole: BTreeMap<String, Value> = BTreeMap::new();
        for mut document in answers.next().unwrap_or_default() {
            // What is no object has no name either, and is not there.
            if let Some(fields) = document.as_object_mut() {
                fields.extend(self.tables.iter().map(|table| (table.field.clone(), json!([]))));
            }
            whole.insert(text(&document, "name").to_owned(), document);
        }
        for row in answers.flatten() {
            let table =
                whole.get_mut(text(&row, "parent")).and_then(|document| document.get_mut(text(&row, "parentfield")));
            if let Some(Value::Array(rows)) = table {
                rows.push(row);
            }
        }
        Ok(whole)
    }

    fn lists(&self, made: &[&Made]) -> Vec<List<'_>> {
        let bodies = || made.iter().filter_map(|made| made.request.body.as_object());
        let sent = bodies().flat_map(|body| body.keys().map(String::as_str)).collect();
        let document = List { child: None, fields: fields(&["name", "docstatus"], &self.columns, &sent) };
        let mut by_child: BTreeMap<&str, (&[String], BTreeSet<&str>)> = BTreeMap::new();
        for table in &self.tables {
            let (_, sent) = by_child.entry(&table.child).or_insert_with(|| (&table.columns, BTreeSet::new()));
            let rows = bodies().filter_map(|body| body.get(&table.field)?.as_array()).flatten();
            sent.extend(rows.filter_map(Value::as_object).flat_map(|row| row.keys().map(String::as_str)));
        }
        let rows = |(child, (columns, sent)): (_, (_, _))| {
            let fields = fields(&OF_ROW, columns, &sent);
            List { child: Some(child), fields }
        };
        std::iter::once(document).chain(by_child.into_iter().map(rows)).collect()
    }
}

/// What a list is asked for: what it always has, and what is looked at; all where it is not known what columns there are.
fn fields<'a>(always: &[&'static str], columns: &'a [String], sent: &BTreeSet<&str>) -> Vec<&'a str> {
    if columns.is_empty() {
        return vec!["*"];
    }
    let more = looked_at(columns, sent).into_iter().filter(|column| !always.contains(column));
    always.iter().copied().chain(more).collect()
}

/// Asks each of these, so many at once; what a failure says where one fails, after which its own asker asks no more.
fn together<T: Sync, A: Send>(
    what: &[T],
    at_once: usize,
    ask: impl Fn(&T) -> Result<A, Failure> + Sync,
) -> Result<Vec<A>, Failure> {
    let ask_all = |some: &[T]| some.iter().map(&ask).collect::<Result<Vec<_>, _>>();
    let share = what.len().div_ceil(at_once).max(1);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let askers: Vec<_> = what.chunks(share).map(|some| scope.spawn(move || ask_all(some))).collect();
        let join = |asker: std::thread::ScopedJoinHandle<'_, _>| {
            asker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        askers.into_iter().map(join).collect()
    });
    Ok(answers.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}
