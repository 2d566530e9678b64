//! Documents that were read and do not come again: deleted, renamed, or lost with an ERPNext that was restored.
//!
//! In: their names and times. Out: which of these it is. A time never goes back by itself; where none of the newest is left, that is
//! taken for a restored ERPNext too, since reading anew does no harm.

use super::fetch::Fetch;
use super::progress::Mark;
use crate::client::{Failure, Query};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What became of documents that were read and did not come again.
pub(super) enum Odd {
    No,
    /// Some are there no more.
    Vanished(String),
    /// Their times went back, which says nothing of ERPNext: a statement did it, by the database's clock.
    SetBack,
    /// ERPNext is older than it was: for sure, or so it looks.
    Restored {
        sure: bool,
        name: String,
    },
}

/// `expected` is how many there were, of which these are missing; where reading went `further` they were not listed, and a single one that is
/// gone was deleted.
pub(super) fn odd(
    fetch: &Fetch<'_>,
    seen: &BTreeMap<String, String>,
    missing: &BTreeSet<String>,
    (expected, further): (usize, bool),
) -> Result<Odd, Failure> {
    let Some(example) = missing.first() else { return Ok(Odd::No) };
    let query = Query {
        fields: &["name", "modified"],
        filters: vec![json!(["name", "in", missing])],
        page: missing.len(),
        ..Query::default()
    };
    let found: Vec<Mark> = fetch.source.list(fetch.listed.doctype, &query)?.iter().filter_map(Mark::of).collect();
    let older = |mark: &&Mark| seen.get(&mark.name).is_some_and(|before| mark.modified < *before);
    if let Some(mark) = found.iter().find(older) {
        if fetch.listed.timed_by_database {
            return Ok(Odd::SetBack);
        }
        return Ok(Odd::Restored { sure: true, name: mark.name.clone() });
    }
    let there: BTreeSet<&String> = found.iter().map(|mark| &mark.name).collect();
    let vanished: Vec<&String> = missing.iter().filter(|name| !there.contains(name)).collect();
    Ok(match vanished.first() {
        None => Odd::No,
        Some(_) if vanished.len() == expected && (expected > 1 || !further) => {
            Odd::Restored { sure: false, name: example.clone() }
        }
        Some(first) if vanished.len() == 1 => Odd::Vanished((*first).clone()),
        Some(first) => Odd::Vanished(format!("{first} and {} others", vanished.len() - 1)),
    })
}
