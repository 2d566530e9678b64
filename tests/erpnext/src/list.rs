//! Lists: fields, conditions, order, pages; of a doctype, or of it with one of its tables.
//!
//! In: what a request asks for. Out: rows. Absent: who may read what; the API asks that first.

use crate::doc::{Doc, as_num, rows, text};
use crate::erp::Erp;
use crate::error::{Error, Res};
use crate::schema::{Doctype, Kind};
use crate::shape::STANDARD;
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
    is_moment: bool,
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
            let missing = || {
                let text = format!("(1054, \"Unknown column 'tab{}.{field}' in 'WHERE'\")", def.name);
                Error { message: String::new(), ..Error::with(500, "OperationalError", text) }
            };
            let column = self.column(def, of, field).ok_or_else(missing)?;
            let is_moment = matches!(field, "creation" | "modified")
                || (column.table.is_none() && def.field(field).is_some_and(|f| f.kind == Kind::Datetime));
            out.push(Condition { column, how: how.to_lowercase(), value: value.clone(), is_moment });
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
    pub(crate) fn list(&self, doctype: &str, query: &Query) -> Res<Vec<Value>> {
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

        let docs = self.candidates(&def, &all);
        let mut found: Vec<(Arc<Doc>, Option<usize>)> = Vec::new();
        for doc in docs {
            let doc = if self.alterations.is_empty() { doc } else { Arc::new(self.shown(doctype, Doc::clone(&doc))) };
            let lines = match &table {
                Some(table) => {
                    let n = rows(&doc, table).len();
                    if n == 0 { vec![None] } else { (0..n).map(Some).collect() }
                }
                None => vec![None],
            };
            for line in lines {
                let row = line.and_then(|i| table.as_deref().and_then(|t| rows(&doc, t).into_iter().nth(i)));
                let holds = |c: &Condition| holds(c, pick(&doc, row, &c.column));
                if all.iter().all(holds) && (any.is_empty() || any.iter().any(holds)) {
                    found.push((doc.clone(), line));
                }
            }
        }
        let row = |doc: &Arc<Doc>, line: &Option<usize>| -> Option<Doc> {
            line.and_then(|i| table.as_deref().and_then(|t| rows(doc, t).into_iter().nth(i).cloned()))
        };
        if !order.is_empty() {
            found.sort_by(|(a, la), (b, lb)| {
                let (ra, rb) = (row(a, la), row(b, lb));
                for (column, down) in &order {
                    let by = compare(pick(a, ra.as_ref(), column), pick(b, rb.as_ref(), column));
                    if by != Ordering::Equal {
                        return if *down { by.reverse() } else { by };
                    }
                }
                Ordering::Equal
            });
        }
        if let Some(alias) = count {
            return Ok(vec![json!({ alias: found.len() })]);
        }
        let page = if query.page == 0 { usize::MAX } else { query.page };
        let take = found.into_iter().skip(query.start).take(page);
        Ok(take
            .map(|(doc, line)| {
                let row = row(&doc, &line);
                let cell =
                    |(alias, column): &(String, Column)| (alias.clone(), pick(&doc, row.as_ref(), column).clone());
                Value::Object(columns.iter().map(cell).collect())
            })
            .collect())
    }

    /// The documents that are worth a look: by an index where a condition allows it, or all.
    fn candidates(&self, def: &Doctype, all: &[Condition]) -> Vec<Arc<Doc>> {
        if def.is_child {
            let places = self.schema.parents.get(&def.name).cloned().unwrap_or_default();
            let of = |(parent, table): &(String, String)| {
                let docs = match all.iter().find_map(|c| named(c, "parent")) {
                    Some(names) => names.iter().filter_map(|name| self.db.get(parent, name)).collect(),
                    None => self.db.rows(parent).cloned().collect::<Vec<_>>(),
                };
                let rows_of = |doc: Arc<Doc>| {
                    let altered = (!self.alterations.is_empty()).then(|| self.shown(parent, Doc::clone(&doc)));
                    rows(altered.as_ref().unwrap_or(&doc), table).into_iter().cloned().map(Arc::new).collect::<Vec<_>>()
                };
                docs.into_iter().flat_map(rows_of).collect::<Vec<_>>()
            };
            return places.iter().flat_map(of).collect();
        }
        if let Some(names) = all.iter().find_map(|c| named(c, "name")) {
            return names.iter().filter_map(|name| self.db.get(&def.name, name)).collect();
        }
        for condition in all {
            let field = &condition.column.field;
            if let Some(values) = named(condition, field).filter(|_| self.db.has_index(&def.name, field)) {
                let names: BTreeSet<_> = values.iter().flat_map(|v| self.db.having(&def.name, field, v)).collect();
                return names.iter().filter_map(|name| self.db.get(&def.name, name)).collect();
            }
        }
        self.db.rows(&def.name).cloned().collect()
    }
}

/// The texts that a condition lets a field of the document have; none where it lets it have others.
fn named(condition: &Condition, field: &str) -> Option<BTreeSet<String>> {
    let fits = condition.column.table.is_none() && condition.column.field == field;
    let values = match (fits, condition.how.as_str()) {
        (true, "=") => vec![condition.value.clone()],
        (true, "in") => several(&condition.value),
        _ => return None,
    };
    values.iter().map(|value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)).collect()
}

fn pick<'a>(doc: &'a Doc, row: Option<&'a Doc>, column: &'a Column) -> &'a Value {
    let of = if column.table.is_some() { row } else { Some(doc) };
    of.and_then(|d| d.get(&column.field)).unwrap_or(&column.nothing)
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
        "in" => there && several(wanted).iter().any(|w| compare(value, w) == Ordering::Equal),
        "not in" => several(wanted).iter().all(|w| compare(value, w) != Ordering::Equal),
        "like" => like(&word(value), &word(wanted)),
        "not like" => !like(&word(value), &word(wanted)),
        "between" => {
            let ends = several(wanted);
            let (Some(from), Some(to)) = (ends.first(), ends.get(1)) else { return false };
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
