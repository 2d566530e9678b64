//! A page of documents with all that belongs to them, in few requests.
//!
//! In: conditions. Out: documents, each with its rows of other doctypes; an error where ERPNext does not answer. Absent: which page is next.

use super::known::Known;
use super::progress::{Mark, Progress};
use super::rows::{Doc, Scene};
use super::source::Source;
use super::sources::{By, Joined, Listed, Lookup};
use super::{Came, Scope};
use crate::client::{Failure, Query};
use jiff::civil::Date;
use outpost_core::domain::master::{Row, RowKey, Table};
use outpost_core::wire::row;
use outpost_core::wire::rows::MAX_ROW;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of documents in one request.
const ROWS: usize = 5_000;

/// A document and what belongs to it.
pub(super) struct Whole {
    pub(super) fields: Value,
    pub(super) with: BTreeMap<&'static str, Vec<Value>>,
}

impl Whole {
    /// One without what belongs to it: enough for its key.
    pub(super) fn bare(fields: Value) -> Self {
        Self { fields, with: BTreeMap::new() }
    }

    pub(super) fn name(&self) -> &str {
        self.fields.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn doc(&self) -> Doc<'_> {
        Doc { fields: &self.fields, with: &self.with }
    }
}

/// One doctype at one ERPNext.
pub(super) struct Fetch<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) known: &'a dyn Known,
    pub(super) scope: &'a Scope,
    pub(super) listed: &'a Listed,
    /// Documents of a page.
    pub(super) page: usize,
    /// By ERPNext's clock.
    pub(super) today: Date,
}

impl<'a> Fetch<'a> {
    pub(super) fn scene(&self) -> Scene<'a> {
        Scene { scope: self.scope, known: self.known, today: self.today }
    }

    /// A page of documents without what belongs to them. A field that is not there is told, and left out from then on.
    pub(super) fn list(
        &self,
        progress: &mut Progress,
        told: &mut Vec<String>,
        query: &Query<'_>,
    ) -> Result<Vec<Value>, Failure> {
        let doctype = self.listed.doctype;
        loop {
            let there = |field: &&&str| !progress.lacks.contains(&lack(doctype, field));
            let optional = self.listed.optional.iter().filter(there);
            let fields: Vec<&str> =
                ["name", "modified"].iter().chain(self.listed.fields).chain(optional).copied().collect();
            let asked = Query { fields: &fields, ..query.clone() };
            match self.source.list(doctype, &asked) {
                Err(failure) if failure.is("DataError") => {
                    let missing = self
                        .listed
                        .optional
                        .iter()
                        .find(|field| failure.to_string().contains(**field) || self.listed.optional.len() == 1);
                    let missing = missing.filter(|field| progress.lacks.insert(lack(doctype, field)));
                    let Some(missing) = missing else { return Err(failure) };
                    told.push(format!("{doctype} has no field {missing} at ERPNext: it is read without"));
                }
                Err(failure) => return Err(failure),
                Ok(documents) => {
                    self.saw(progress, documents.iter().filter_map(Mark::of).max().as_ref());
                    return Ok(documents);
                }
            }
        }
    }

    /// Takes note of what time it is at ERPNext, where a document says so.
    pub(super) fn saw(&self, progress: &mut Progress, mark: Option<&Mark>) {
        if !self.listed.timed_by_database {
            progress.saw(mark);
        }
    }

    /// Whether a field that may be missing is there, as far as is known.
    pub(super) fn has(&self, progress: &Progress, field: &str) -> bool {
        self.listed.optional.contains(&field) && !progress.lacks.contains(&lack(self.listed.doctype, field))
    }

    /// The documents with what belongs to them.
    pub(super) fn complete(
        &self,
        progress: &mut Progress,
        told: &mut Vec<String>,
        documents: Vec<Value>,
    ) -> Result<Vec<Whole>, Failure> {
        let mut whole: Vec<Whole> = documents.into_iter().map(Whole::bare).collect();
        let several = self.scope.is_several();
        for joined in self.listed.joined.iter().filter(|joined| several || !matches!(joined.by, By::NamedInRows(..))) {
            self.join(progress, told, joined, &mut whole)?;
        }
        Ok(whole)
    }

    fn join(
        &self,
        progress: &mut Progress,
        told: &mut Vec<String>,
        joined: &Joined,
        whole: &mut [Whole],
    ) -> Result<(), Failure> {
        let theirs = match joined.by {
            By::Parent => "parent",
            By::Field(field) | By::Pointing(field) => field,
            By::Named(_) | By::NamedInRows(..) => "name",
        };
        let mut names: Vec<String> = whole.iter().flat_map(|document| named(document, joined.by)).collect();
        names.sort_unstable();
        names.dedup();
        let optional = matches!(joined.by, By::Named(_) | By::Pointing(_));
        let several = matches!(joined.by, By::Named(_) | By::NamedInRows(..));
        if names.is_empty() || (optional && progress.lacks.contains(&lack(joined.doctype, joined.fields[0]))) {
            return Ok(());
        }
        let mut fields = vec!["name", "idx"];
        if matches!(joined.by, By::Parent) {
            fields.push("parent");
        }
        let there = |field: &&&str| !progress.lacks.contains(&lack(joined.doctype, field));
        fields.extend(joined.fields.iter().filter(there));
        let mut filters = vec![json!([theirs, "in", names])];
        let is_child = matches!(joined.by, By::Parent);
        if is_child {
            filters.push(json!(["parenttype", "=", self.listed.doctype]));
        }
        let order = format!("{theirs} asc, idx asc, name asc");
        let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut start = 0;
        loop {
            let query = Query {
                fields: &fields,
                filters: filters.clone(),
                order_by: &order,
                start,
                page: ROWS,
                parent: is_child.then_some(self.listed.doctype),
                ..Query::default()
            };
            let page = match self.source.list(joined.doctype, &query) {
                Err(failure) if optional && failure.is("DataError") => {
                    let said = failure.to_string();
                    let missing = joined.fields.iter().find(|field| said.contains(**field));
                    let field = missing.unwrap_or(&joined.fields[0]);
                    if !progress.lacks.insert(lack(joined.doctype, field)) {
                        return Err(failure);
                    }
                    told.push(format!("{} has no field {field} at ERPNext: it is read without", joined.doctype));
                    return self.join(progress, told, joined, whole);
                }
                answer => answer?,
            };
            let read = page.len();
            for row in page {
                if let Some(owner) = row.get(theirs).and_then(Value::as_str) {
                    rows.entry(owner.to_owned()).or_default().push(row);
                }
            }
            if read < ROWS {
                break;
            }
            start += read;
        }
        for document in whole {
            let names = named(document, joined.by);
            // Several may name the same.
            let found =
                names.iter().filter_map(|name| if several { rows.get(name).cloned() } else { rows.remove(name) });
            let found = found.flatten().collect();
            document.with.insert(joined.doctype, found);
        }
        Ok(())
    }

    /// The key of a document's row, if it has one.
    pub(super) fn key(&self, fields: &Value) -> Option<RowKey> {
        let doc = Doc { fields, with: &BTreeMap::new() };
        match self.listed.lookup {
            Lookup::Group(_) => (self.listed.row)(doc, self.scene()).ok().flatten().map(|row| row.key()),
            lookup => {
                let is_order = self.listed.table == Table::SalesOrderRow;
                let by_id = is_order && lookup == Lookup::NameOrId;
                let id = doc.intent().filter(|_| by_id).map(|id| id.to_string());
                let name = id.unwrap_or_else(|| doc.str("name").to_owned());
                (!name.is_empty()).then(|| RowKey { table: self.listed.table, name: name.into() })
            }
        }
    }

    /// Makes the rows of documents. What has none any more is gone, where it was there.
    pub(super) fn rows(&self, whole: &[Whole], came: &mut Came) {
        for document in whole {
            match (self.listed.row)(document.doc(), self.scene()) {
                // The same limit keeps a page from being taken at all.
                Ok(Some(row)) if row::encode(&row).len() > MAX_ROW => {
                    let rule = "it has too many lines to be told to workshops (64 KiB): split it";
                    came.told.push(format!("{} {}: {rule}", self.listed.doctype, document.name()));
                }
                Ok(Some(row)) => self.renamed(row, came),
                Ok(None) => self.gone(&document.fields, came),
                Err(why) => {
                    came.told.push(format!("{} {}: {why}", self.listed.doctype, document.name()));
                    if self.listed.withdraws {
                        self.gone(&document.fields, came);
                    }
                }
            }
        }
        // Two documents of one page may have changed names: what is there is not gone.
        let here: BTreeSet<RowKey> = came.rows.iter().map(Row::key).collect();
        came.gone.retain(|key| !here.contains(key));
    }

    /// Documents whose rows hang on what came of the doctype, and that have not come themselves.
    pub(super) fn hanging(&self, progress: &mut Progress, came: &mut Came) -> Result<(), Failure> {
        let Some(hangs) = self.listed.hangs.filter(|_| !came.rows.is_empty() || !came.gone.is_empty()) else {
            return Ok(());
        };
        let mut filters = self.listed.narrowed(self.scope);
        filters.extend(hangs());
        let mut documents = self.list(progress, &mut came.told, &Query { filters, ..Query::default() })?;
        let here: BTreeSet<RowKey> = came.rows.iter().map(Row::key).collect();
        documents.retain(|fields| self.key(fields).is_none_or(|key| !here.contains(&key)));
        let whole = self.complete(progress, &mut came.told, documents)?;
        self.rows(&whole, came);
        Ok(())
    }

    fn gone(&self, fields: &Value, came: &mut Came) {
        let Some(key) = self.key(fields) else { return };
        if self.known.row(&key).is_some_and(|row| (self.listed.owns)(&row)) && !came.gone.contains(&key) {
            came.gone.push(key);
        }
    }

    /// Takes a row; where we have the same under another name, that is gone.
    fn renamed(&self, row: Row, came: &mut Came) {
        let id = match &row {
            Row::Customer(row) => row.outpost_id,
            Row::Supplier(row) => row.outpost_id,
            _ => None,
        };
        let key = row.key();
        if let Some(before) = id.and_then(|id| self.known.made(key.table, id)).filter(|before| *before != key) {
            came.told.push(format!("{} {} is now {}", self.listed.doctype, before.name, key.name));
            came.gone.push(before);
        }
        came.rows.push(row);
    }
}

/// The names by which rows of another doctype belong to a document, each once.
fn named(document: &Whole, by: By) -> BTreeSet<String> {
    let text = |fields: &Value, field: &str| fields.get(field).and_then(Value::as_str).map(str::to_owned);
    let names: BTreeSet<String> = match by {
        By::Parent | By::Field(_) | By::Pointing(_) => text(&document.fields, "name").into_iter().collect(),
        By::Named(field) => text(&document.fields, field).into_iter().collect(),
        By::NamedInRows(doctype, field) => {
            document.with.get(doctype).into_iter().flatten().filter_map(|row| text(row, field)).collect()
        }
    };
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

fn lack(doctype: &str, field: &str) -> String {
    format!("{doctype}.{field}")
}
