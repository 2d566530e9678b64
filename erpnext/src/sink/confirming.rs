//! What was made is read back, many documents at a time: a list of them, and a list for each table that their doctype has.
//!
//! In: what was sent, under which name it is. Out: a [`Verdict`] for each, after the same comparison as of one that is read alone. Absent:
//! what is found again after a lost answer; that is read alone.
//!
//! Lists show all columns of the database, of rows as well, and the doctype says which tables there are, so a table that somebody has added
//! is read too. They decide nothing against a document: what reads otherwise in them is read once more, alone and whole. Few are read
//! alone at once, and so are those of a doctype whose lists ERPNext does not show.

use super::Erpnext;
use super::posting::done;
use crate::client::{Client, Failure, Query};
use crate::payload::Request;
use crate::readback::{Expected, differences};
use crate::setup::Meta;
use jiff::civil::Date;
use outpost_core::domain::id::IntentId;
use outpost_core::posting::Verdict;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Most rows of documents in one list: each is some 3 kB.
const MAX_ROWS: usize = 500;
/// Lists that one site asks for at once. They lock nothing; what ERPNext has no worker for waits there.
pub(super) const LISTS_AT_ONCE: usize = 8;

/// A document that ERPNext has made.
pub(super) struct Made {
    pub(super) request: Request,
    pub(super) expected: Expected,
    pub(super) name: String,
    /// The day on which it was posted, where that is not its own.
    pub(super) day: Option<Date>,
}

/// A field of a doctype and the doctype of its rows.
type Table = (String, String);

impl Made {
    fn rows(&self) -> usize {
        let tables = self.request.body.as_object().into_iter().flat_map(|body| body.values());
        tables.filter_map(Value::as_array).map(Vec::len).sum::<usize>() + 1
    }
}

impl Erpnext {
    /// Reads these back: a verdict for each, in their order.
    pub(super) fn read_all(&mut self, ids: &[IntentId]) -> Vec<Verdict> {
        let mut made = std::mem::take(&mut self.made);
        let mut by_doctype: BTreeMap<&str, Vec<(IntentId, Made)>> = BTreeMap::new();
        for id in ids {
            if let Some(made) = made.remove(id) {
                by_doctype.entry(made.request.doctype).or_default().push((*id, made));
            }
        }
        let mut verdicts: BTreeMap<IntentId, Verdict> = BTreeMap::new();
        let mut why = "it was posted over a connection that is gone".to_owned();
        'all: for (doctype, all) in by_doctype {
            let listed = self.listed(doctype, &all);
            for (id, made) in all {
                let agrees = listed.get(&made.name).is_some_and(|there| is_as_sent(&made, there));
                let verdict = if agrees { done(&made) } else { self.read_alone(&made) };
                let silent = match &verdict {
                    Verdict::Again { why, .. } | Verdict::Stopped(why) => Some(why.clone()),
                    _ => None,
                };
                verdicts.insert(id, verdict);
                // Where one has no answer the next would not have one either, and each may take minutes.
                if let Some(said) = silent {
                    why = said;
                    break 'all;
                }
            }
        }
        let unread = || Verdict::Again { why: why.clone(), alive: false };
        ids.iter().map(|id| verdicts.remove(id).unwrap_or_else(unread)).collect()
    }

    /// The documents whole, by their names, as lists show them; those that are better read alone are not among them.
    fn listed(&mut self, doctype: &'static str, all: &[(IntentId, Made)]) -> BTreeMap<String, Value> {
        let mut whole = BTreeMap::new();
        let mut rest = all;
        while !rest.is_empty() {
            let mut rows = 0;
            let fits = |(_, made): &&(IntentId, Made)| {
                rows += made.rows();
                rows <= MAX_ROWS
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (some, others) = rest.split_at(count);
            rest = others;
            if some.len() == 1 && !self.lists {
                continue;
            }
            // As many requests bring as many documents alone.
            let least = if self.lists { 0 } else { some.len() };
            let Some(tables) = self.tables(doctype).filter(|tables| least == 0 || tables.len() + 1 < least) else {
                continue;
            };
            let names: Vec<&str> = some.iter().map(|(_, made)| made.name.as_str()).collect();
            match lists(&self.client, self.at_once, (doctype, &tables), &names) {
                Ok(read) => whole.extend(read),
                // The connector may see documents of that doctype, and not its lists.
                Err(Failure::Refused { .. }) => drop(self.tables.insert(doctype, None)),
                Err(_) => break,
            }
        }
        whole
    }

    /// The tables of a doctype; none where ERPNext does not say, or shows no lists.
    fn tables(&mut self, doctype: &'static str) -> Option<Vec<Table>> {
        if !self.tables.contains_key(doctype) {
            let tables = match Meta::read(&self.client, doctype) {
                Ok(meta) => Some(meta.tables()),
                Err(Failure::Refused { .. }) => None,
                Err(_) => return None,
            };
            self.tables.insert(doctype, tables);
        }
        self.tables.get(doctype)?.clone()
    }
}

fn is_as_sent(made: &Made, there: &Value) -> bool {
    differences(&made.request.body, &made.expected, there).is_empty()
}

/// The documents of these names with their rows, in one request for each doctype; some of those at once.
fn lists(
    client: &Client,
    at_once: usize,
    (doctype, tables): (&str, &[Table]),
    names: &[&str],
) -> Result<BTreeMap<String, Value>, Failure> {
    let all = Query { fields: &["*"], ..Query::default() };
    let list = |child: &Option<&str>| match child {
        None => {
            let query = Query { filters: vec![json!(["name", "in", names])], page: names.len(), ..all.clone() };
            client.list(doctype, &query)
        }
        Some(child) => {
            let of = vec![json!(["parent", "in", names]), json!(["parenttype", "=", doctype])];
            let rows = Query { filters: of, order_by: "parent asc, idx asc", parent: Some(doctype), ..all.clone() };
            client.list(child, &rows)
        }
    };
    let children: BTreeSet<&str> = tables.iter().map(|(_, child)| child.as_str()).collect();
    let asked: Vec<Option<&str>> = std::iter::once(None).chain(children.into_iter().map(Some)).collect();
    let mut answers = together(&asked, at_once, list)?.into_iter();
    let mut whole: BTreeMap<String, Value> = BTreeMap::new();
    for mut document in answers.next().unwrap_or_default() {
        for (field, _) in tables {
            document[field] = json!([]);
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
