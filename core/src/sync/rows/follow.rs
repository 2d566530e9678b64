//! The receiver's end: whether a delta joins what is held, and how far that brings it.
//!
//! A delta joins where it begins no later than the cursor and goes beyond it. One that leaves a gap changes nothing: what would be
//! kept of it could be of a history that its sender has lost since, and nobody would ever tell.

use crate::domain::id::Generation;
use crate::wire::rows::{Cursor, Delta, Line};
use uuid::Uuid;

/// What is to be stored. Report with [`Follow::stored`] once it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Rows to keep or delete.
    pub rows: Vec<Line>,
    /// The rows are all there are up to the cursor: others that are held count as of the generation before.
    pub begins: bool,
    /// How far it is with them. Of another generation than before: rows of the one before stay until it is whole.
    pub cursor: Cursor,
}

/// How far a receiver is, and whether it has to say so.
#[derive(Debug)]
pub struct Follow {
    cursor: Cursor,
    due: bool,
}

/// The cursor of who has nothing: of no generation.
pub const NOTHING: Cursor = Cursor { generation: Generation(Uuid::nil()), version: 0, ahead: 0, whole: false };

impl Follow {
    /// One that holds what its store says.
    pub fn new(cursor: Cursor) -> Self {
        Self { cursor, due: true }
    }

    /// How far it is.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The peer is to hear how far this end is: a road has opened, or the peer begins anew.
    pub fn asked(&mut self) {
        self.due = true;
    }

    /// The cursor, where it is to be said. [`Follow::said`] ends that.
    pub fn due(&self) -> Option<Cursor> {
        self.due.then_some(self.cursor)
    }

    /// It was said so that the peer takes it for a word of this session.
    pub fn said(&mut self) {
        self.due = false;
    }

    /// Takes in a delta. What of it is to be stored, if anything; in any case the cursor is said again.
    pub fn hear(&mut self, delta: Delta) -> Option<Change> {
        let Delta { generation, from, through, newest, jumps, mut rows } = delta;
        self.due = true;
        // An older one lay on a stick since before the office was restored.
        let base = match generation.cmp(&self.cursor.generation) {
            std::cmp::Ordering::Less => return None,
            std::cmp::Ordering::Equal => self.cursor,
            std::cmp::Ordering::Greater => Cursor { generation, ..NOTHING },
        };
        let is_lost = jumps.iter().any(|jump| jump.skips(base.version) || jump.skips(base.seen()));
        let seen = newest.max(base.seen());
        let whole = base.whole || through == seen;
        let brings = through > base.version || through == base.version && whole && !base.whole;
        if from > base.version || !brings || is_lost {
            return None;
        }
        // A delta from the very beginning leaves out what was deleted: it says what there is, not what changed. Who has had all
        // once has better to go by.
        let begins = from == 0 && !base.whole;
        if from == 0 && base.whole {
            return None;
        }
        rows.retain(|line| begins || line.version > base.version);
        let cursor = Cursor { generation, version: through, ahead: seen - through, whole };
        Some(Change { rows, begins, cursor })
    }

    /// The change is durable in this store.
    pub fn stored(&mut self, cursor: Cursor) {
        self.cursor = cursor;
        self.due = true;
    }
}
