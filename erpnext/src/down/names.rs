//! Names: what ERPNext has that we do not know, and what we have that ERPNext does not.
//!
//! Neither side fits in memory, and their orders differ: so ERPNext's names are gone through page by page and looked up here, then ours,
//! and looked up there. Whatever changed its name without changing its time is found so. Absent: rows that are not ERPNext's.

use super::Came;
use super::fetch::{Fetch, Whole};
use super::known::Known;
use super::progress::{Phase, Progress};
use super::sources::Lookup;
use crate::client::{Failure, Query};
use outpost_core::domain::document::Ref;
use outpost_core::domain::id::{IntentId, SiteId};
use outpost_core::domain::master::{PART, Row, RowKey, Table, Warehouse};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Groups that are looked up at once: each may be a few documents.
const GROUPS: usize = 100;
/// Rows of ours in a page.
const OURS: usize = 500;

/// A page of ERPNext's names; what of them we do not know comes.
pub(super) fn theirs(
    fetch: &Fetch<'_>,
    progress: &mut Progress,
    came: &mut Came,
    after: &str,
) -> Result<Option<Phase>, Failure> {
    let mut filters = fetch.listed.narrowed(fetch.scope);
    if !after.is_empty() {
        filters.push(json!(["name", ">", after]));
    }
    let query = Query { filters, order_by: "name asc", page: fetch.page, ..Query::default() };
    let mut documents = fetch.list(progress, &mut came.told, &query)?;
    let full = documents.len() >= fetch.page;
    let last = documents.last().and_then(|row| row.get("name")).and_then(Value::as_str).map(str::to_owned);
    // What makes no key may be told why.
    documents.retain(|fields| fetch.key(fields).is_none_or(|key| fetch.known.row(&key).is_none()));
    let whole = fetch.complete(progress, &mut came.told, documents)?;
    fetch.rows(&whole, came);
    Ok(Some(match last {
        Some(after) if full => Phase::Theirs { after },
        _ => Phase::Ours { after: String::new() },
    }))
}

/// A page of our names; what of them ERPNext does not have is gone.
pub(super) fn ours(
    fetch: &Fetch<'_>,
    progress: &mut Progress,
    came: &mut Came,
    after: &str,
) -> Result<Option<Phase>, Failure> {
    let most = if matches!(fetch.listed.lookup, Lookup::Group(_)) { GROUPS } else { OURS }.min(fetch.page);
    let page = fetch.known.after(fetch.listed.table, after, most);
    let last = page.last().map(|row| row.key().name);
    let full = page.len() >= most;
    let rows: Vec<Row> = page.into_iter().filter(fetch.listed.owns).collect();
    came.gone.extend(absent(fetch, progress, &mut came.told, &rows)?);
    Ok(match last {
        Some(after) if full => Some(Phase::Ours { after: after.into() }),
        _ => None,
    })
}

/// A page of what we have, as ERPNext has it now; what it has not is gone.
pub(super) fn again(
    fetch: &Fetch<'_>,
    progress: &mut Progress,
    came: &mut Came,
    after: &str,
) -> Result<Option<Phase>, Failure> {
    let page = fetch.known.after(fetch.listed.table, after, fetch.page);
    let (last, full) = (page.last().map(|row| row.key().name), page.len() >= fetch.page);
    let ours: BTreeSet<RowKey> = page.iter().filter(|row| (fetch.listed.owns)(row)).map(Row::key).collect();
    if !ours.is_empty() {
        let mut filters = fetch.listed.base(fetch.scope);
        filters.push(json!(["name", "in", ours.iter().map(|key| &*key.name).collect::<Vec<_>>()]));
        let documents = fetch.list(progress, &mut came.told, &Query { filters, ..Query::default() })?;
        let there: BTreeSet<RowKey> = documents.iter().filter_map(|fields| fetch.key(fields)).collect();
        let whole = fetch.complete(progress, &mut came.told, documents)?;
        fetch.rows(&whole, came);
        came.gone.extend(ours.difference(&there).cloned());
    }
    Ok(match last {
        Some(after) if full => Some(Phase::Again { after: after.into() }),
        _ => None,
    })
}

/// Which of these rows ERPNext has no document for.
fn absent(
    fetch: &Fetch<'_>,
    progress: &mut Progress,
    told: &mut Vec<String>,
    rows: &[Row],
) -> Result<Vec<RowKey>, Failure> {
    let mut there: BTreeSet<RowKey> = BTreeSet::new();
    let mut ids: BTreeSet<IntentId> = BTreeSet::new();
    let mut look = |progress: &mut Progress, field: &str, values: BTreeSet<String>| -> Result<(), Failure> {
        if values.is_empty() {
            return Ok(());
        }
        let mut filters = fetch.listed.narrowed(fetch.scope);
        filters.push(json!([field, "in", values]));
        for document in fetch.list(progress, told, &Query { filters, ..Query::default() })? {
            let whole = Whole::bare(document);
            ids.extend(whole.doc().intent());
            there.extend(fetch.key(&whole.fields));
        }
        Ok(())
    };
    match fetch.listed.lookup {
        Lookup::Name => look(progress, "name", rows.iter().map(|row| row.key().name.into()).collect())?,
        Lookup::Group(field) => look(progress, field, rows.iter().map(|row| group(&row.key())).collect())?,
        Lookup::NameOrId => {
            let is_id = |row: &&Row| matches!(by_name(row), Some(Ref::Own(_)));
            let names = rows.iter().filter(|row| !is_id(row)).map(|row| row.key().name.into()).collect();
            look(progress, "name", names)?;
            if fetch.has(progress, "outpost_id") {
                look(progress, "outpost_id", rows.iter().filter_map(own).map(|id| id.to_string()).collect())?;
            }
        }
    }
    let gone = rows.iter().filter(|row| {
        // Under another name it is there: that one has come.
        let renamed = own(row).is_some_and(|id| ids.contains(&id));
        !there.contains(&row.key()) && (renamed || !fetch.known.is_awaited(row))
    });
    Ok(gone.map(Row::key).collect())
}

/// Rows whose key begins as that of a changed document does, and that are there no more: a price's day was changed, say.
pub(super) fn siblings<'a>(
    fetch: &Fetch<'_>,
    changed: impl Iterator<Item = &'a Whole>,
    came: &mut Came,
) -> Result<(), Failure> {
    let Lookup::Group(field) = fetch.listed.lookup else { return Ok(()) };
    let groups: BTreeSet<&str> =
        changed.map(|whole| whole.doc().str(field)).filter(|group| !group.is_empty()).collect();
    let rows = fetch.known.of_groups(fetch.listed.table, &groups);
    if rows.is_empty() {
        return Ok(());
    }
    let gone = absent(fetch, &mut Progress::default(), &mut came.told, &rows)?;
    let here: BTreeSet<RowKey> = came.rows.iter().map(Row::key).collect();
    came.gone.extend(gone.into_iter().filter(|key| !here.contains(key)));
    came.gone.sort_unstable();
    came.gone.dedup();
    Ok(())
}

/// Who receives what is in a transit warehouse, of those that are somebody's.
pub(super) fn receivers(known: &dyn Known) -> BTreeMap<String, SiteId> {
    let mut receivers = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = known.after(Table::Warehouse, &after, OURS);
        let full = page.len() >= OURS;
        let Some(last) = page.last().map(|row| row.key().name) else { return receivers };
        receivers.extend(page.into_iter().filter_map(|row| match row {
            Row::Warehouse(Warehouse { name, site: Some(site), is_transit: true, .. }) => Some((name.into(), site)),
            _ => None,
        }));
        if !full {
            return receivers;
        }
        after = last.into();
    }
}

/// The first part of a key.
fn group(key: &RowKey) -> String {
    key.name.split(PART).next().unwrap_or_default().to_owned()
}

fn by_name(row: &Row) -> Option<Ref> {
    outpost_core::domain::document::Text::try_from(&*row.key().name).ok().map(Ref::from)
}

/// The site's own id of what a row tells of.
fn own(row: &Row) -> Option<IntentId> {
    match row {
        Row::Customer(row) => row.outpost_id,
        Row::Supplier(row) => row.outpost_id,
        Row::SalesOrderRow(row) => match row.order {
            Ref::Own(id) => Some(id),
            Ref::Office(_) => None,
        },
        _ => None,
    }
}
