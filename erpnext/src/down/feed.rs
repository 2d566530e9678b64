//! One step after the other: the first load, then what has changed.
//!
//! In: ERPNext, what the office has, how far it came. Out: a page of rows, and how far it has come with them. A doctype that ERPNext
//! refuses is told and left; where ERPNext does not answer, nothing has happened. Absent: when a step is due, where its rows are kept.

use super::fetch::Fetch;
use super::known::Known;
use super::progress::{Follow, Phase, Progress, Turn};
use super::source::Source;
use super::sources::LISTED;
use super::{Scope, changes, names, permissions, prices, settings};
use crate::client::Failure;
use jiff::Timestamp;
use outpost_core::domain::master::{Row, RowKey, Table};
use serde_json::{Value, json};

/// What a round looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// What has changed.
    Changes,
    /// All anew, since ERPNext changes some things and leaves their time as it was; what is there no more; rights and settings: once a
    /// day, say.
    All,
}

/// What came with a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Rows to be put, behind `gone`.
    pub rows: Vec<Row>,
    /// Rows to be deleted, before `rows` are put.
    pub gone: Vec<RowKey>,
    /// What a person should know: of a document that no row can be made of, of an ERPNext that was restored.
    pub told: Vec<String>,
    /// The round goes on.
    pub more: bool,
}

/// What comes before the doctypes, and after them.
const SETTINGS: &str = "(settings)";
const PERMISSIONS: &str = "(permissions)";

/// Reads the companies of an office.
#[derive(Clone, Debug)]
pub struct Feed {
    scope: Scope,
    /// Most documents of a page, whatever the doctype.
    most: usize,
}

impl Feed {
    /// For companies and their sites.
    pub fn new(scope: Scope) -> Self {
        Self { scope, most: usize::MAX }
    }

    /// With small pages.
    #[cfg(test)]
    pub(super) fn paged(scope: Scope, most: usize) -> Self {
        Self { scope, most }
    }

    /// Reads one page. Where no round is under way, one of `round` begins. On an error `progress` is as it was: the same call again
    /// does the same.
    pub fn step(
        &self,
        source: &dyn Source,
        known: &dyn Known,
        progress: &mut Progress,
        round: Round,
    ) -> Result<Came, Failure> {
        let mut next = progress.clone();
        let mut came = Came::default();
        zone(source, &mut next, &mut came)?;
        let begun = Turn { all: round == Round::All, doctype: SETTINGS.into(), phase: Phase::Begin };
        let turn = next.turn.take().unwrap_or(begun);
        let before = next.clone();
        match self.page(source, known, &mut next, &mut came, &turn) {
            Ok(then) => next.turn = then,
            Err(Failure::Refused { status, exc_type, words, .. }) => {
                came = Came { told: came.told, ..Came::default() };
                came.told.push(format!("{}: ERPNext refuses it ({status} {exc_type} {words})", turn.doctype));
                next = Progress { lacks: next.lacks, ..before };
                next.turn = behind(&turn);
            }
            Err(failure) => return Err(failure),
        }
        came.more = next.turn.is_some();
        *progress = next;
        Ok(came)
    }

    /// A page of what a turn is at; where it goes on.
    fn page(
        &self,
        source: &dyn Source,
        known: &dyn Known,
        progress: &mut Progress,
        came: &mut Came,
        turn: &Turn,
    ) -> Result<Option<Turn>, Failure> {
        let first = !progress.follow(&turn.doctype).loaded;
        let at = match turn.phase {
            Phase::Each { next } => next,
            _ => 0,
        };
        let more = match turn.doctype.as_str() {
            SETTINGS | PERMISSIONS if !first && !turn.all => false,
            SETTINGS => {
                settings::step(source, known, &self.scope, came)?;
                false
            }
            PERMISSIONS => permissions::step(source, known, at, came)?,
            doctype => {
                // One that an earlier version knew: the round begins anew.
                let Some(listed) = LISTED.iter().find(|listed| listed.doctype == doctype) else { return Ok(None) };
                let page = listed.page.min(self.most);
                let today = progress.today(Timestamp::now());
                let fetch = Fetch { source, known, scope: &self.scope, listed, page, today };
                return listed_page(&fetch, progress, came, turn);
            }
        };
        progress.follow(&turn.doctype).loaded |= !more;
        if more {
            return Ok(Some(Turn { phase: Phase::Each { next: at + 1 }, ..turn.clone() }));
        }
        Ok(behind(turn))
    }
}

/// The turn at what comes behind.
fn behind(turn: &Turn) -> Option<Turn> {
    let places: Vec<&str> =
        [SETTINGS].into_iter().chain(LISTED.iter().map(|listed| listed.doctype)).chain([PERMISSIONS]).collect();
    let at = places.iter().position(|place| *place == turn.doctype)?;
    let doctype = (*places.get(at + 1)?).to_owned();
    Some(Turn { all: turn.all, doctype, phase: Phase::Begin })
}

/// Asks once in which time zone ERPNext tells the time.
fn zone(source: &dyn Source, progress: &mut Progress, came: &mut Came) -> Result<(), Failure> {
    if progress.time_zone.is_some() {
        return Ok(());
    }
    let answer = source.call("frappe.client.get_time_zone", &json!({}))?;
    let zone = answer.get("time_zone").and_then(Value::as_str).unwrap_or_default();
    if jiff::tz::TimeZone::get(zone).is_err() {
        came.told
            .push(format!("ERPNext's time zone {zone:?} is not known here: hours that come twice are not noticed"));
    }
    progress.time_zone = Some(zone.to_owned());
    Ok(())
}

fn listed_page(
    fetch: &Fetch<'_>,
    progress: &mut Progress,
    came: &mut Came,
    turn: &Turn,
) -> Result<Option<Turn>, Failure> {
    let doctype = fetch.listed.doctype;
    if fetch.listed.table == Table::Transit && turn.phase == Phase::Begin {
        // Where another receives what is in a warehouse, what was read says nothing of who gets it.
        let receivers = names::receivers(fetch.known);
        if progress.receivers != receivers {
            progress.receivers = receivers;
            *progress.follow(doctype) = Follow { names_due: true, ..Follow::default() };
        }
    }
    let phase = match &turn.phase {
        Phase::Theirs { after } => names::theirs(fetch, progress, came, after)?,
        Phase::Ours { after } => names::ours(fetch, progress, came, after)?,
        Phase::Again { after } => names::again(fetch, progress, came, after)?,
        Phase::Load { top, at } => changes::load(fetch, progress, came, top, at.as_ref())?,
        Phase::Changes(stretch) => changes::next(fetch, progress, came, (**stretch).clone())?,
        Phase::Begin | Phase::Each { .. } => {
            let follow = progress.follow(doctype).clone();
            match follow.newest.filter(|_| follow.loaded && !turn.all) {
                Some(newest) => changes::first(fetch, progress, came, newest, follow.settled)?,
                None => {
                    let top = changes::top(fetch, progress)?;
                    changes::load(fetch, progress, came, &top, None)?
                }
            }
        }
    };
    fetch.hanging(progress, came)?;
    if fetch.listed.table == Table::ItemPrice {
        prices::settle(fetch, progress, came)?;
    }
    let follow = progress.follow(doctype);
    let reading = matches!(turn.phase, Phase::Begin | Phase::Load { .. } | Phase::Changes(_) | Phase::Each { .. });
    Ok(match phase {
        Some(phase) => Some(Turn { phase, ..turn.clone() }),
        // What ERPNext has was all read just now.
        None if reading && turn.all => Some(Turn { phase: Phase::Ours { after: String::new() }, ..turn.clone() }),
        None if reading && follow.names_due => {
            Some(Turn { phase: Phase::Theirs { after: String::new() }, ..turn.clone() })
        }
        None => {
            follow.names_due &= reading;
            let again = fetch.listed.again && !matches!(turn.phase, Phase::Again { .. });
            if again && !fetch.known.after(fetch.listed.table, "", 1).is_empty() {
                return Ok(Some(Turn { phase: Phase::Again { after: String::new() }, ..turn.clone() }));
            }
            behind(turn)
        }
    })
}
