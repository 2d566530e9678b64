//! What is stored: documents in tables, counters of series, stock movements by item and warehouse; each request whole or not at all.
//!
//! In: documents. Out: documents, and the way back of everything since [`Db::begin`]. Absent: rules; those are the controllers'.

use crate::doc::{Doc, text};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The documents of one doctype, in the order in which they came.
#[derive(Clone, Default)]
pub(crate) struct Table {
    by_name: HashMap<String, u64>,
    pub(crate) rows: BTreeMap<u64, Arc<Doc>>,
}

/// A movement of stock, or a count that sets it.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    /// Posting date and time, as text that sorts.
    pub(crate) at: String,
    pub(crate) voucher: (String, String),
    /// What comes or goes; of a count what it set.
    pub(crate) qty: f64,
    /// True where the movement sets the stock.
    pub(crate) sets: bool,
    /// The rate of what comes in, or of a count.
    pub(crate) rate: f64,
    /// After it.
    pub(crate) balance: f64,
    pub(crate) value: f64,
}

enum Undo {
    Row { doctype: String, name: String, was: Option<(u64, Arc<Doc>)> },
    Series { key: String, was: Option<u64> },
    Moves { key: (String, String), from: usize, tail: Vec<Move> },
}

/// Everything that is stored.
#[derive(Default)]
pub(crate) struct Db {
    tables: HashMap<String, Table>,
    series: HashMap<String, u64>,
    moves: HashMap<(String, String), Vec<Move>>,
    index: Index,
    indexed: HashMap<String, Vec<String>>,
    sequence: u64,
    undo: Vec<Undo>,
    /// What this transaction has stored already: it may be changed in place.
    fresh: HashSet<(String, String)>,
}

/// By doctype, field and value the names of the documents.
type Index = HashMap<(String, String, String), BTreeSet<String>>;

/// A document has another value in an indexed field.
fn reindex(index: &mut Index, (doctype, field): (&str, &str), name: &str, was: &str, is: &str) {
    if was == is {
        return;
    }
    let key = |value: &str| (doctype.to_owned(), field.to_owned(), value.to_owned());
    if !was.is_empty()
        && let Some(names) = index.get_mut(&key(was))
    {
        names.remove(name);
    }
    if !is.is_empty() {
        index.entry(key(is)).or_default().insert(name.to_owned());
    }
}

impl Clone for Db {
    fn clone(&self) -> Self {
        Self {
            tables: self.tables.clone(),
            series: self.series.clone(),
            moves: self.moves.clone(),
            index: self.index.clone(),
            indexed: self.indexed.clone(),
            sequence: self.sequence,
            undo: Vec::new(),
            fresh: HashSet::new(),
        }
    }
}

impl Db {
    /// Starts a transaction.
    pub(crate) fn begin(&mut self) {
        self.undo.clear();
        self.fresh.clear();
    }

    /// Takes back everything since [`Db::begin`].
    pub(crate) fn rollback(&mut self) {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Row { doctype, name, was } => self.set(&doctype, &name, was),
                Undo::Series { key, was: Some(was) } => drop(self.series.insert(key, was)),
                Undo::Series { key, was: None } => drop(self.series.remove(&key)),
                Undo::Moves { key, from, tail } => {
                    let moves = self.moves.entry(key).or_default();
                    moves.truncate(from);
                    moves.extend(tail);
                }
            }
        }
    }

    /// Keeps an index of a field, so that a look-up by it is quick.
    pub(crate) fn keep_index(&mut self, doctype: &str, field: &str) {
        let fields = self.indexed.entry(doctype.to_owned()).or_default();
        if fields.iter().any(|f| f == field) {
            return;
        }
        fields.push(field.to_owned());
        let there: Vec<(String, String)> =
            self.rows(doctype).map(|d| (text(d, field).to_owned(), text(d, "name").to_owned())).collect();
        for (value, name) in there.into_iter().filter(|(value, _)| !value.is_empty()) {
            self.index.entry((doctype.to_owned(), field.to_owned(), value)).or_default().insert(name);
        }
    }

    /// True where a field is indexed.
    pub(crate) fn has_index(&self, doctype: &str, field: &str) -> bool {
        self.indexed.get(doctype).is_some_and(|fields| fields.iter().any(|f| f == field))
    }

    /// The names of the documents with this value in an indexed field.
    pub(crate) fn having(&self, doctype: &str, field: &str, value: &str) -> Vec<String> {
        let key = (doctype.to_owned(), field.to_owned(), value.to_owned());
        self.index.get(&key).map(|names| names.iter().cloned().collect()).unwrap_or_default()
    }

    fn set(&mut self, doctype: &str, name: &str, row: Option<(u64, Arc<Doc>)>) {
        let table = self.tables.entry(doctype.to_owned()).or_default();
        let old = table.by_name.get(name).copied().and_then(|at| table.rows.remove(&at));
        table.by_name.remove(name);
        let new = row.as_ref().map(|(_, doc)| doc.clone());
        if let Some((at, doc)) = row {
            table.by_name.insert(name.to_owned(), at);
            table.rows.insert(at, doc);
        }
        if let Some(fields) = self.indexed.get(doctype) {
            for field in fields {
                let said =
                    |doc: &Option<Arc<Doc>>| doc.as_ref().map(|doc| text(doc, field).to_owned()).unwrap_or_default();
                reindex(&mut self.index, (doctype, field), name, &said(&old), &said(&new));
            }
        }
    }

    fn entry(&self, doctype: &str, name: &str) -> Option<(u64, Arc<Doc>)> {
        let table = self.tables.get(doctype)?;
        let at = *table.by_name.get(name)?;
        Some((at, table.rows.get(&at)?.clone()))
    }

    /// A document.
    pub(crate) fn get(&self, doctype: &str, name: &str) -> Option<Arc<Doc>> {
        self.entry(doctype, name).map(|(_, doc)| doc)
    }

    pub(crate) fn has(&self, doctype: &str, name: &str) -> bool {
        self.tables.get(doctype).is_some_and(|t| t.by_name.contains_key(name))
    }

    /// All documents of a doctype, in the order in which they came.
    pub(crate) fn rows(&self, doctype: &str) -> impl DoubleEndedIterator<Item = &Arc<Doc>> {
        self.tables.get(doctype).into_iter().flat_map(|t| t.rows.values())
    }

    /// Stores a document under its name.
    pub(crate) fn store(&mut self, doctype: &str, doc: Doc) {
        let name = text(&doc, "name").to_owned();
        let was = self.entry(doctype, &name);
        let at = was.as_ref().map_or_else(
            || {
                self.sequence += 1;
                self.sequence
            },
            |(at, _)| *at,
        );
        if self.fresh.insert((doctype.to_owned(), name.clone())) {
            self.undo.push(Undo::Row { doctype: doctype.to_owned(), name: name.clone(), was });
        }
        self.set(doctype, &name, Some((at, Arc::new(doc))));
    }

    /// Changes a document where it is there.
    pub(crate) fn change(&mut self, doctype: &str, name: &str, how: impl FnOnce(&mut Doc)) {
        let Some(table) = self.tables.get_mut(doctype) else { return };
        let Some(at) = table.by_name.get(name).copied() else { return };
        let Some(row) = table.rows.get_mut(&at) else { return };
        if self.fresh.insert((doctype.to_owned(), name.to_owned())) {
            let was = Some((at, row.clone()));
            self.undo.push(Undo::Row { doctype: doctype.to_owned(), name: name.to_owned(), was });
        }
        let fields = self.indexed.get(doctype).map_or(&[][..], Vec::as_slice);
        let was: Vec<String> = fields.iter().map(|field| text(row, field).to_owned()).collect();
        // Where nobody else holds it, it is changed where it is.
        let doc = Arc::make_mut(row);
        how(doc);
        for (field, was) in fields.iter().zip(&was) {
            reindex(&mut self.index, (doctype, field), name, was, text(doc, field));
        }
    }

    pub(crate) fn remove(&mut self, doctype: &str, name: &str) {
        let was = self.entry(doctype, name);
        if was.is_some() {
            self.undo.push(Undo::Row { doctype: doctype.to_owned(), name: name.to_owned(), was });
            self.set(doctype, name, None);
        }
    }

    /// The next number of a series.
    pub(crate) fn next(&mut self, key: &str) -> u64 {
        let was = self.series.get(key).copied();
        self.undo.push(Undo::Series { key: key.to_owned(), was });
        let next = was.unwrap_or(0) + 1;
        self.series.insert(key.to_owned(), next);
        next
    }

    /// The movements of an item in a warehouse, by posting time.
    pub(crate) fn moves(&self, item: &str, warehouse: &str) -> &[Move] {
        self.moves.get(&(item.to_owned(), warehouse.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Changes the movements from one position on; `how` gets all of them.
    pub(crate) fn change_moves(&mut self, item: &str, warehouse: &str, from: usize, how: impl FnOnce(&mut Vec<Move>)) {
        let key = (item.to_owned(), warehouse.to_owned());
        let moves = self.moves.entry(key.clone()).or_default();
        let from = from.min(moves.len());
        self.undo.push(Undo::Moves { key, from, tail: moves[from..].to_vec() });
        how(moves);
    }

    /// The doctypes that have documents.
    pub(crate) fn doctypes(&self) -> Vec<String> {
        self.tables.keys().cloned().collect()
    }
}
