//! What a site's records decide of what the office asked of it.
//!
//! In: records that have come from a site. Out: the office's word on each answer among them, for its journal for the site. Absent: asking
//! ([`super::asking`]).

use crate::domain::id::Position;
use crate::domain::record::{Entry, Record, Span};
use crate::domain::request::{self, TakenBack};
use crate::journal::{Reader, Slot};
use crate::wire::record;

/// Records that are looked through at a time for answers.
const ANSWER_BYTES: usize = 256 * 1024;

/// What is decided by these records of a site: the office asks for it no more. A box in the place of this one, or its card from a
/// backup, has not the answer, and would decide a second time.
pub(super) fn by(up: &Reader, span: Span) -> Vec<Entry> {
    let mut decided = Vec::new();
    let mut at = Position { epoch: span.epoch, seq: span.first };
    while at.seq <= span.last {
        let most = (span.last.0 - at.seq.0 + 1) as usize;
        let Ok(slots) = up.read_from(at, ANSWER_BYTES, most) else { break };
        let Some(last) = slots.last().map(Slot::position).filter(|last| last.epoch == span.epoch) else { break };
        at.seq.0 = last.seq.0 + 1;
        for slot in slots {
            if let Slot::Record(stored) = slot
                && request::may_answer(&stored.body)
                && let Ok(Record { entry, .. }) = record::decode(&stored.body)
            {
                decided.extend(entry.answers().map(|id| Entry::TakenBack(TakenBack::decided(id))));
            }
        }
    }
    decided
}
