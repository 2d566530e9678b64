//! Whether an entry is new, a repeat of a record, or something else under a known id. One function decides, for the
//! journal's writer, for the simulation, and for nobody else.

use super::id::IntentId;
use super::record::Entry;
use super::repeats::Repeats;

/// What to do with an entry. `P` is where a record is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission<P> {
    /// Append it.
    New,
    /// It is this record, sent again: give its receipt again.
    Repeat(P),
    /// Its id is this record's, but it means something else: refuse it.
    Conflict(P),
}

/// Decides. `known` finds the first record with an intent's id, and reads it.
pub fn admit<P: Copy>(
    entry: &Entry,
    repeats: &Repeats<P>,
    known: impl FnOnce(IntentId) -> Option<(P, Entry)>,
) -> Admission<P> {
    let Some(id) = entry.intent() else {
        return repeats.original(entry).map_or(Admission::New, Admission::Repeat);
    };
    match known(id) {
        None => Admission::New,
        Some((place, first)) if first.same_meaning(entry) => Admission::Repeat(place),
        Some((place, _)) => Admission::Conflict(place),
    }
}
