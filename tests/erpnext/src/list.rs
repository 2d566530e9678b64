//! Lists: fields, conditions, order, pages; of a doctype, or of it with one of its tables.
//!
//! In: what a request asks for. Out: rows, as values or as the text of an answer. Absent: who may read what; the API asks that first.

use crate::doc::{Doc, as_num, rows, text};
use crate::erp::Erp;
use crate::error::{Error, Res};
use crate::schema::{Doctype, Kind};
use crate::shape::STANDARD;
use crate::shown::written;
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a list is asked for.
#[derive(Default)]
pub(crate) struct Query {
    pub(crate) fields: Vec<String>,
    pub(crate) filters: Value,
    pub(crate) or_filters: Value,
    pub(crate) order_by: String,
    pub(crate) start: usize,
    /// 0 is all.
    pub(crate) page: usize,
}

/// A column: of the document, or of a row of one of its tables.
#[derive(Clone)]
struct Column {
    table: Option<String>,
    field: String,
    /// What it reads where nothing is stored.
    nothing: Value,
}

/// What a field of a doctype reads where nothing is stored.
fn empty(def: &Doctype, field: &str) -> Value {
    def.field(field).map_or(Value::Null, |f| crate::shown::nothing(f.kind))
}

struct Condition {
    column: Column,
    how: String,
    value: Value,
    /// The values that `in` and its like name.
    several: Vec<Value>,
    is_moment: bool,
}

/// A document that fits, or one row of it.
struct Hit<'a> {
    document: Arc<Doc>,
    /// The table and place of the row that a list of child rows is about.
    within: Option<(&'a str, usize)>,
    /// The row of the table that a list of documents is joined with.
    line: Option<usize>,
}

/// The rows of a list, not written yet.
pub(crate) struct Listed<'a> {
    columns: Vec<(String, Column)>,
    table: Option<String>,
    hits: Vec<Hit<'a>>,
}

impl Hit<'_> {
    fn doc(&self) -> &Doc {
        self.within.and_then(|(table, at)| row(&self.document, table, at)).unwrap_or(&self.document)
    }

    fn value<'v>(&'v self, table: Option<&str>, column: &'v Column) -> &'v Value {
        let joined = || self.line.and_then(|at| row(&self.document, table?, at));
        let of = if column.table.is_some() { joined() } else { Some(self.doc()) };
        of.and_then(|d| d.get(&column.field)).unwrap_or(&column.nothing)
    }
}

fn row<'d>(doc: &'d Doc, table: &str, at: usize) -> Option<&'d Doc> {
    doc.get(table)?.as_array()?.get(at)?.as_object()
}

impl Listed<'_> {
    /// The rows as values.
    pub(crate) fn values(&self) -> Vec<Value> {
        let table = self.table.as_deref();
        let cells = |hit: &Hit<'_>| {
            let cell = |(alias, column): &(String, Column)| (alias.clone(), hit.value(table, column).clone());
            Value::Object(self.columns.iter().map(cell).collect())
        };
        self.hits.iter().map(cells).collect()
    }

    /// Leaves out the columns of which this is not true: of the document, or of this table's rows.
    pub(crate) fn keep(&mut self, is_kept: impl Fn(Option<&str>, &str) -> bool) {
        self.columns.retain(|(_, column)| is_kept(column.table.as_deref(), &column.field));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.hits.len()
    }

    /// The rows as text.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let names: Vec<String> =
            self.columns.iter().map(|(alias, _)| format!("{}:", Value::from(alias.as_str()))).collect();
        out.push(b'[');
        for (i, hit) in self.hits.iter().enumerate() {
            out.extend_from_slice(if i > 0 { b",{" } else { b"{" });
            for (j, (name, (_, column))) in names.iter().zip(&self.columns).enumerate() {
                if j > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(name.as_bytes());
                written(out, hit.value(self.table.as_deref(), column));
            }
            out.push(b'}');
        }
        out.push(b']');
    }
}

fn unknown(field: &str) -> Error {
    Error::refused("DataError", format!("Field not permitted in query: {field}"))
}

impl Erp {
    fn column(&self, def: &Doctype, doctype: Option<&str>, field: &str) -> Option<Column> {
        if let Some(other) = doctype.filter(|d| *d != def.name) {
            let table = def.tables().find(|t| t.options == other || t.name == other)?;
            let child = self.schema.get(&table.options)?;
            let known = child.field(field).is_some() || STANDARD.contains(&field);
            return known.then(|| Column {
                table: Some(table.name.clone()),
                field: field.to_owned(),
                nothing: empty(&child, field),
            });
        }
        let known = def.free || def.field(field).is_some_and(|f| f.kind != Kind::Table) || STANDARD.contains(&field);
        known.then(|| Column { table: None, field: field.to_owned(), nothing: empty(def, field) })
    }

    /// A field as it is written in `fields` or `order_by`.
    fn written(&self, def: &Doctype, text: &str) -> Option<Column> {
        let text = text.trim().replace('`', "");
        match text.rsplit_once('.') {
            Some((of, field)) => self.column(def, Some(of.strip_prefix("tab").unwrap_or(of)), field),
            None => self.column(def, None, &text),
        }
    }

    fn conditions(&self, def: &Doctype, filters: &Value) -> Res<Vec<Condition>> {
        let mut out = Vec::new();
        let mut add = |of: Option<&str>, field: &str, how: &str, value: &Value| {
            let (of, field) = match field.rsplit_once('.') {
                Some((of, field)) => (Some(of), field),
                None => (of, field),
            };
            let missing = || Error::no_column(&def.name, field, "WHERE");
            let column = self.column(def, of, field).ok_or_else(missing)?;
            let is_moment = matches!(field, "creation" | "modified")
                || (column.table.is_none() && def.field(field).is_some_and(|f| f.kind == Kind::Datetime));
            let (how, value, several) = (how.to_lowercase(), value.clone(), several(value));
            out.push(Condition { column, how, value, several, is_moment });
            Ok::<(), Error>(())
        };
        match filters {
            Value::Object(map) => {
                for (field, value) in map {
                    match value {
                        Value::Array(pair) if pair.len() == 2 => {
                            add(None, field, pair[0].as_str().unwrap_or("="), &pair[1])?
                        }
                        value => add(None, field, "=", value)?,
                    }
                }
            }
            Value::Array(list) => {
                let alone = list.first().is_some_and(Value::is_string);
                let list = if alone { vec![filters.clone()] } else { list.clone() };
                for filter in &list {
                    let word = |i: usize| filter[i].as_str().unwrap_or_default();
                    match filter.as_array().map_or(0, Vec::len) {
                        2 => add(None, word(0), "=", &filter[1])?,
                        3 => add(None, word(0), word(1), &filter[2])?,
                        4.. => add(Some(word(0)), word(1), word(2), &filter[3])?,
                        _ => return Err(Error::invalid("Invalid filter")),
                    }
                }
            }
            _ => {}
        }
        Ok(out)
    }

    /// The rows of a list.
    pub(crate) fn list(&self, doctype: &str, query: &Query) -> Res<Listed<'_>> {
        let def = self.doctype(doctype)?;
        let asked = if query.fields.is_empty() { vec!["name".to_owned()] } else { query.fields.clone() };
        let mut columns: Vec<(String, Column)> = Vec::new();
        let mut count = None;
        for field in &asked {
            let field = field.trim();
            let lower = field.to_lowercase();
            let (what, alias) = match lower.rfind(" as ") {
                Some(at) => (field[..at].trim(), Some(field[at + 4..].trim().replace('`', ""))),
                None => (field, None),
            };
            if what.to_lowercase().starts_with("count(") {
                count = Some(alias.unwrap_or_else(|| what.to_owned()));
            } else if what == "*" {
                // A row says whose it is.
                let own = if def.is_child { &STANDARD[..10] } else { &STANDARD[..7] };
                let own = own.iter().map(|s| (*s).to_owned());
                let all = own.chain(def.fields.iter().filter(|f| f.kind != Kind::Table).map(|f| f.name.clone()));
                columns.extend(all.map(|f| {
                    let nothing = empty(&def, &f);
                    (f.clone(), Column { table: None, field: f, nothing })
                }));
            } else {
                let column = self.written(&def, what).ok_or_else(|| unknown(what))?;
                columns.push((alias.unwrap_or_else(|| column.field.clone()), column));
            }
        }
        let own = columns.iter().filter(|(_, column)| column.table.is_none());
        let lost =
            own.map(|(_, column)| column.field.as_str()).find(|name| def.field(name).is_some_and(|f| !f.has_column));
        if let Some(name) = lost {
            return Err(Error::no_column(&def.name, name, "SELECT"));
        }
        let all = self.conditions(&def, &query.filters)?;
        let any = self.conditions(&def, &query.or_filters)?;
        let mut order = Vec::new();
        for part in query.order_by.split(',').filter(|p| !p.trim().is_empty()) {
            let mut words = part.split_whitespace();
            let column = words.next().and_then(|f| self.written(&def, f)).ok_or_else(|| unknown(part))?;
            order.push((column, words.next().is_some_and(|w| w.eq_ignore_ascii_case("desc"))));
        }
        let in_table = |c: &Column| c.table.clone();
        let table = columns.iter().find_map(|(_, c)| in_table(c));
        let table = table.or_else(|| all.iter().chain(&any).find_map(|c| in_table(&c.column)));

        let (candidates, known) = self.candidates(&def, &all);
        let mut hits: Vec<Hit<'_>> = Vec::new();
        for candidate in candidates {
            let lines = match table.as_ref().map_or(0, |table| rows(candidate.doc(), table).len()) {
                0 => vec![None],
                n => (0..n).map(Some).collect(),
            };
            for line in lines {
                let hit = Hit { document: candidate.document.clone(), line, ..candidate };
                let holds = |c: &Condition| holds(c, hit.value(table.as_deref(), &c.column));
                let those = all.iter().enumerate().filter(|(at, _)| Some(*at) != known);
                if those.map(|(_, c)| c).all(holds) && (any.is_empty() || any.iter().any(holds)) {
                    hits.push(hit);
                }
            }
        }
        hits.sort_by(|a, b| {
            let by = |(column, down): &(Column, bool)| {
                let by = compare(a.value(table.as_deref(), column), b.value(table.as_deref(), column));
                if *down { by.reverse() } else { by }
            };
            order.iter().map(by).find(|by| *by != Ordering::Equal).unwrap_or(Ordering::Equal)
        });
        if let Some(alias) = count {
            let counted = Column { table: None, field: String::new(), nothing: hits.len().into() };
            let one = Hit { document: Arc::default(), within: None, line: None };
            return Ok(Listed { columns: vec![(alias, counted)], table: None, hits: vec![one] });
        }
        let page = if query.page == 0 { usize::MAX } else { query.page };
        let hits = hits.into_iter().skip(query.start).take(page).collect();
        Ok(Listed { columns, table, hits })
    }

    /// The documents that are worth a look: by an index where a condition allows it, or all; and which condition that was.
    fn candidates(&self, def: &Doctype, all: &[Condition]) -> (Vec<Hit<'_>>, Option<usize>) {
        let by = |field: &str| all.iter().enumerate().find_map(|(at, c)| Some((named(c, field)?, at)));
        let get = |doctype: &str, names: &BTreeSet<String>| -> Vec<Arc<Doc>> {
            names.iter().filter_map(|name| self.db.get(doctype, name)).map(|doc| self.altered(doctype, doc)).collect()
        };
        let everything = |doctype: &str| self.db.rows(doctype).map(|doc| self.altered(doctype, doc.clone())).collect();
        if def.is_child {
            let of = by("parent");
            let mut hits = Vec::new();
            for (parent, table) in self.schema.parents.get(&def.name).into_iter().flatten() {
                let docs: Vec<_> = of.as_ref().map_or_else(|| everything(parent), |(names, _)| get(parent, names));
                for document in docs {
                    let count = rows(&document, table).len();
                    let hit = |at| Hit { document: document.clone(), within: Some((table.as_str(), at)), line: None };
                    hits.extend((0..count).map(hit));
                }
            }
            return (hits, of.map(|(_, at)| at));
        }
        let whole = |document| Hit { document, within: None, line: None };
        if let Some((names, at)) = by("name") {
            return (get(&def.name, &names).into_iter().map(whole).collect(), Some(at));
        }
        for condition in all {
            let field = &condition.column.field;
            if let Some(values) = named(condition, field).filter(|_| self.db.has_index(&def.name, field)) {
                let names: BTreeSet<_> = values.iter().flat_map(|v| self.db.having(&def.name, field, v)).collect();
                return (get(&def.name, &names).into_iter().map(whole).collect(), None);
            }
        }
        (everything(&def.name).into_iter().map(whole).collect(), None)
    }

    /// A document as it is shown, where anything reads otherwise than it was booked.
    fn altered(&self, doctype: &str, doc: Arc<Doc>) -> Arc<Doc> {
        if self.alterations.is_empty() { doc } else { Arc::new(self.shown(doctype, Doc::clone(&doc))) }
    }
}

/// The texts that a condition lets a field of the document have; none where it lets it have others.
fn named(condition: &Condition, field: &str) -> Option<BTreeSet<String>> {
    let fits = condition.column.table.is_none() && condition.column.field == field;
    let values = match (fits, condition.how.as_str()) {
        (true, "=") => vec![condition.value.clone()],
        (true, "in") => condition.several.clone(),
        _ => return None,
    };
    values.iter().map(|value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)).collect()
}

fn word(value: &Value) -> String {
    match value {
        Value::String(s) => s.to_lowercase(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    if a.is_number() || (b.is_number() && !a.is_string()) {
        return as_num(a).partial_cmp(&as_num(b)).unwrap_or(Ordering::Equal);
    }
    if let (Value::String(a), Value::String(b)) = (a, b) {
        let small = |text: &'_ str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
        if a.is_ascii() && b.is_ascii() {
            return a.bytes().map(|c| c.to_ascii_lowercase()).cmp(b.bytes().map(|c| c.to_ascii_lowercase()));
        }
        return small(a).cmp(&small(b));
    }
    word(a).cmp(&word(b))
}

fn like(text: &str, pattern: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = &pattern[1..];
            (0..=text.len()).filter(|i| text.is_char_boundary(*i)).any(|i| like(&text[i..], rest))
        }
        Some(c) => text
            .chars()
            .next()
            .is_some_and(|t| (c == '_' || c == t) && like(&text[t.len_utf8()..], &pattern[c.len_utf8()..])),
    }
}

fn several(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        Value::String(s) => s.split(',').map(|v| v.trim().into()).collect(),
        other => vec![other.clone()],
    }
}

fn holds(condition: &Condition, value: &Value) -> bool {
    let wanted = &condition.value;
    let by = || compare(value, wanted);
    let there = !value.is_null();
    match condition.how.as_str() {
        "=" | "" => {
            if wanted.is_null() || wanted == "" {
                return word(value).is_empty();
            }
            there && by() == Ordering::Equal
        }
        "!=" | "<>" => by() != Ordering::Equal,
        ">" => there && by() == Ordering::Greater,
        "<" => there && by() == Ordering::Less,
        ">=" => there && by() != Ordering::Less,
        "<=" => there && by() != Ordering::Greater,
        "in" => there && condition.several.iter().any(|w| compare(value, w) == Ordering::Equal),
        "not in" => condition.several.iter().all(|w| compare(value, w) != Ordering::Equal),
        "like" => like(&word(value), &word(wanted)),
        "not like" => !like(&word(value), &word(wanted)),
        "between" => {
            let (Some(from), Some(to)) = (condition.several.first(), condition.several.get(1)) else { return false };
            let late = to
                .as_str()
                .filter(|t| condition.is_moment && t.len() == 10)
                .map(|t| json!(format!("{t} 23:59:59.999999")));
            let to = late.as_ref().unwrap_or(to);
            there && compare(value, from) != Ordering::Less && compare(value, to) != Ordering::Greater
        }
        "is" => (word(wanted) == "set") != word(value).is_empty(),
        _ => false,
    }
}

/// The text of a document's name, for a list of names.
pub(crate) fn names(docs: &[Doc]) -> Vec<Value> {
    docs.iter().map(|d| text(d, "name").into()).collect()
}
