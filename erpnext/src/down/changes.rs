//! All of a doctype, and then what has changed of it.
//!
//! In: how far it came. Out: a page, and how far it has come with it. Absent: which doctype is next.
//!
//! Pages follow on each other by (`modified`, name) and not by number, so that nothing is left out where documents change meanwhile. A
//! change can show up later than its time says: so a round begins before the newest change that was known when the last round began, and
//! what was read of that stretch is remembered.

use super::feed::Came;
use super::fetch::{Fetch, Whole};
use super::names;
use super::odd::{Odd, odd};
use super::progress::{Follow, Mark, Phase, Progress, Stretch};
use crate::client::{Failure, Query};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const BY_CHANGE: &str = "modified asc, name asc";
/// How many of the newest are asked for by their names where reading goes on behind them.
const ASKED: usize = 20;

/// The newest change there is.
pub(super) fn top(fetch: &Fetch<'_>, progress: &mut Progress) -> Result<Option<Mark>, Failure> {
    let query = Query {
        fields: &["name", "modified"],
        filters: fetch.listed.base(fetch.scope),
        order_by: "modified desc, name desc",
        page: 1,
        ..Query::default()
    };
    let top = fetch.source.list(fetch.listed.doctype, &query)?.first().and_then(Mark::of);
    fetch.saw(progress, top.as_ref());
    Ok(top)
}

/// The page behind a mark.
fn behind_mark(page: usize, mut filters: Vec<Value>, at: Option<&Mark>) -> Query<'static> {
    let mut or_filters = Vec::new();
    if let Some(at) = at {
        // Both together: later, or at the same time and further on.
        filters.push(json!(["modified", ">=", at.modified]));
        or_filters = vec![json!(["modified", ">", at.modified]), json!(["name", ">", at.name])];
    }
    Query { filters, or_filters, order_by: BY_CHANGE, page, ..Query::default() }
}

/// A page of all that has rows.
pub(super) fn load(
    fetch: &Fetch<'_>,
    progress: &mut Progress,
    came: &mut Came,
    top: &Option<Mark>,
    at: Option<&Mark>,
) -> Result<Option<Phase>, Failure> {
    let (doctype, page) = (fetch.listed.doctype, fetch.page);
    let query = behind_mark(page, fetch.listed.narrowed(fetch.scope), at);
    let documents = fetch.list(progress, &mut came.told, &query)?;
    let read = documents.len();
    let last = documents.last().and_then(Mark::of);
    let marks: Vec<Mark> = documents.iter().filter_map(Mark::of).collect();
    let whole = fetch.complete(progress, &mut came.told, documents)?;
    fetch.rows(&whole, came);
    let from = top.as_ref().map(|top| progress.overlap(&top.modified));
    // What was changed since the load began may have come before, under another key.
    let again = |whole: &&Whole| Mark::of(&whole.fields).is_some_and(|mark| Some(&mark.modified) >= from.as_ref());
    names::siblings(fetch, whole.iter().filter(again), came)?;
    let follow = progress.follow(doctype);
    if at.is_none() {
        follow.seen.clear();
    }
    if let Some(from) = &from {
        marks.iter().filter(|mark| mark.modified >= *from).for_each(|mark| follow.saw(mark));
    }
    if read >= page && last.is_some() {
        return Ok(Some(Phase::Load { top: top.clone(), at: last }));
    }
    follow.loaded = true;
    follow.settled = false;
    follow.newest = top.clone();
    if let (Some(top), Some(from)) = (top, &from) {
        // It may be of no use to anybody, and was not read then.
        follow.seen.entry(top.name.clone()).or_insert_with(|| top.modified.clone());
        follow.trim(from);
    }
    Ok(None)
}

/// The first page of what changed: mostly the only one. Where nothing older can turn up any more, the newest is asked for alone, and what is
/// newer is read on from there: then it is asked whether those of before are as they were, since an ERPNext that was restored may be worked
/// with before anybody looks.
pub(super) fn first(
    fetch: &Fetch<'_>,
    progress: &mut Progress,
    came: &mut Came,
    newest: Mark,
    settled: bool,
) -> Result<Option<Phase>, Failure> {
    let clock = progress.clock.clone();
    let from = progress.overlap(&newest.modified);
    if settled {
        match top(fetch, progress)? {
            Some(top) if top == newest => return Ok(None),
            Some(top) if top > newest => {
                let missing = latest(&progress.follow(fetch.listed.doctype).seen);
                let expected = missing.len();
                let stretch = Stretch { top, clock, at: Some(newest), from, missing, expected, further: true };
                return next(fetch, progress, came, stretch);
            }
            _ => {}
        }
    }
    // Where a time may have come twice, a document that was changed again may be earlier than it was.
    let sure = !progress.is_doubtful(&newest.modified);
    let seen = &progress.follow(fetch.listed.doctype).seen;
    let missing: BTreeSet<String> =
        seen.iter().filter(|(_, modified)| sure && **modified >= from).map(|(name, _)| name.clone()).collect();
    let expected = missing.len();
    next(fetch, progress, came, Stretch { top: newest, clock, at: None, from, missing, expected, further: false })
}

/// The newest of those that were read last, for whom it is asked where reading goes on behind them.
fn latest(seen: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut names: Vec<_> = seen.iter().map(|(name, modified)| (modified, name)).collect();
    names.sort_unstable();
    names.into_iter().rev().take(ASKED).map(|(_, name)| name.clone()).collect()
}

/// A page of what changed.
pub(super) fn next(
    fetch: &Fetch<'_>,
    progress: &mut Progress,
    came: &mut Came,
    stretch: Stretch,
) -> Result<Option<Phase>, Failure> {
    let Stretch { top: known_top, clock, at, from, mut missing, expected, further } = stretch;
    let (doctype, page) = (fetch.listed.doctype, fetch.page);
    let mut filters = fetch.listed.base(fetch.scope);
    if at.is_none() {
        filters.push(json!(["modified", ">=", from]));
    }
    let query = behind_mark(page, filters, at.as_ref());
    let mut documents = fetch.list(progress, &mut came.told, &query)?;
    let mut newest = known_top;
    if at.is_none() && documents.len() >= page {
        // There is more: what is newest has to be known before the first page is read.
        newest = top(fetch, progress)?.unwrap_or(newest);
        documents = fetch.list(progress, &mut came.told, &query)?;
    }
    let read = documents.len();
    let last = documents.last().and_then(Mark::of);
    if at.is_none() && read < page {
        newest = last.clone().unwrap_or(newest);
    }
    let marks: Vec<Mark> = documents.iter().filter_map(Mark::of).collect();
    let seen = progress.follow(doctype).seen.clone();
    documents.retain(|document| Mark::of(document).is_none_or(|mark| seen.get(&mark.name) != Some(&mark.modified)));
    marks.iter().for_each(|mark| {
        missing.remove(&mark.name);
    });
    let whole = fetch.complete(progress, &mut came.told, documents)?;
    fetch.rows(&whole, came);
    names::siblings(fetch, whole.iter(), came)?;
    let recent = progress.overlap(&newest.modified);
    let follow = progress.follow(doctype);
    marks.iter().filter(|mark| mark.modified >= recent).for_each(|mark| follow.saw(mark));
    if read >= page && last.is_some() {
        follow.trim(&from);
        let stretch = Stretch { top: newest, clock, at: last, from, missing, expected, further };
        return Ok(Some(Phase::Changes(Box::new(stretch))));
    }
    let oddly = odd(fetch, &seen, &missing, (expected, further))?;
    let doubtful = progress.is_doubtful(&newest.modified);
    let settled = progress.is_settled(&newest.modified, &clock);
    let follow = progress.follow(doctype);
    let newest = match follow.newest.take() {
        Some(before) if doubtful => before.max(newest),
        _ => newest,
    };
    // Those behind which reading went on have not come, and were not to: what is remembered of them holds.
    if !further || !matches!(oddly, Odd::No) {
        missing.iter().for_each(|name| {
            follow.seen.remove(name);
        });
    }
    follow.newest = Some(newest);
    follow.settled = settled;
    follow.trim(&recent);
    match oddly {
        Odd::No => Ok(None),
        Odd::Vanished(names) => {
            came.told.push(format!("{doctype}: {names} is there no more: all names are compared"));
            follow.names_due = true;
            Ok(None)
        }
        Odd::SetBack => {
            *progress.follow(doctype) = Follow { names_due: true, ..Follow::default() };
            Ok(Some(Phase::Begin))
        }
        Odd::Restored { sure, name } => {
            came.told.push(match sure {
                true => format!("{doctype} {name} is older at ERPNext than it was: ERPNext was restored; all is read anew"),
                false => format!(
                    "{doctype}: of the newest ones none is at ERPNext, as {name}: it was restored, or they were deleted; all of \
                     them are read anew"
                ),
            });
            progress.clock.clear();
            let anew = Follow { names_due: true, ..Follow::default() };
            if sure {
                progress.at.values_mut().for_each(|follow| *follow = anew.clone());
            }
            *progress.follow(doctype) = anew;
            Ok(Some(Phase::Begin))
        }
    }
}
