//! Master data under way: what a sender has of it for the receiver of a message, and how far a receiver is.
//!
//! The sender keeps a table whose every change has a version of its own. A [`Delta`] brings, of the changes after one version up
//! to another, the newest of each row; a [`Cursor`] says up to which version a receiver has all. A row travels as bytes: which
//! fields it has is no matter here, and a table of a later version travels as well.

use crate::domain::id::Generation;
use crate::domain::master::{MAX_NAME, RowKey, Table};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Most rows in one message.
pub const MAX_ROWS: usize = 8_192;
/// Largest row, in bytes. A bill of materials with a thousand lines fits.
pub const MAX_ROW: usize = 64 * 1024;
/// Most jumps that a table remembers, and a message has. An office that is started anew once a week and changes something each time
/// has more than a year of them.
pub const MAX_JUMPS: usize = 64;
/// Largest version: what a stick's file name has digits for.
pub const MAX_VERSION: u64 = (1 << 53) - 1;

/// What a row is known by, also where its table is one of a later version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The number of its table.
    pub table: u8,
    /// Its name there.
    pub name: Box<str>,
}

impl Key {
    /// The key, where this version knows the table.
    pub fn known(&self) -> Option<RowKey> {
        Some(RowKey { table: Table::of_number(self.table)?, name: self.name.clone() })
    }
}

impl From<&RowKey> for Key {
    fn from(key: &RowKey) -> Self {
        Self { table: key.table as u8, name: key.name.clone() }
    }
}

/// One row, or word that it is there no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub key: Key,
    /// The version that changed it.
    pub version: u64,
    /// Its bytes ([`super::row`]); none where it was deleted, or is the receiver's no more.
    pub body: Option<Box<[u8]>>,
}

impl Line {
    /// About how many bytes it is in a message.
    pub fn size(&self) -> usize {
        self.key.name.len() + self.body.as_ref().map_or(0, |body| body.len()) + OVERHEAD
    }
}

/// What a line has beside name and body: heads of an array and three values, the table, the step.
const OVERHEAD: usize = 10;

/// How far a receiver is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Of which table.
    pub generation: Generation,
    /// Up to here it has all.
    pub version: u64,
    /// By how much the newest version of any delta that brought it there is beyond. Rows that had changed by then stand there, so what
    /// it has is of a history that went so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ahead: u64,
    /// It has once had all that there was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}

impl Cursor {
    /// The newest version that it knows of.
    pub fn seen(&self) -> u64 {
        self.version.saturating_add(self.ahead)
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Between two openings of the sender's table: the newest version of the one and the first of the other. What lies between was
/// never given; who heard of it heard it from a table that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The newest before.
    pub after: u64,
    /// The first one then.
    pub first: u64,
}

impl Jump {
    /// True for what lies between.
    pub fn skips(&self, version: u64) -> bool {
        self.after < version && version < self.first
    }
}

/// The changes after `from`, up to `through`, of what is the receiver's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Delta {
    /// Of which table.
    pub generation: Generation,
    /// What is assumed to be held.
    pub from: u64,
    /// Up to where nothing is left out.
    pub through: u64,
    /// The newest version that there was.
    pub newest: u64,
    /// The jumps after `from`, in their order.
    pub jumps: Vec<Jump>,
    /// The rows, by version.
    pub rows: Vec<Line>,
}

impl Delta {
    /// True where that was all there was.
    pub fn is_last(&self) -> bool {
        self.through == self.newest
    }

    /// Bytes of its rows.
    pub fn size(&self) -> usize {
        self.rows.iter().map(Line::size).sum()
    }
}

/// A delta as it is written: a row's version is told by the step from the one before, the first one's from `from`.
#[derive(Serialize, Deserialize)]
struct Written {
    generation: Generation,
    from: u64,
    through: u64,
    newest: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    jumps: Vec<(u64, u64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rows: Vec<(u8, Box<str>, u64, Option<ByteBuf>)>,
}

impl From<Delta> for Written {
    fn from(Delta { generation, from, through, newest, jumps, rows }: Delta) -> Self {
        let mut before = from;
        let row = |Line { key, version, body }: Line| {
            let step = version.saturating_sub(std::mem::replace(&mut before, version));
            (key.table, key.name, step, body.map(|body| ByteBuf::from(body.into_vec())))
        };
        let jumps = jumps.into_iter().map(|jump| (jump.after, jump.first)).collect();
        Self { generation, from, through, newest, jumps, rows: rows.into_iter().map(row).collect() }
    }
}

impl TryFrom<Written> for Delta {
    type Error = &'static str;

    fn try_from(Written { generation, from, through, newest, jumps, rows }: Written) -> Result<Self, Self::Error> {
        if from > through || through > newest || newest > MAX_VERSION {
            return Err("a delta goes from one version to the same or a later one, below 2^53");
        }
        if rows.len() > MAX_ROWS || jumps.len() > MAX_JUMPS {
            return Err("more rows or jumps than a message may have");
        }
        let jumps = jumps.into_iter().map(|(after, first)| Jump { after, first }).collect();
        let mut version = from;
        let line = |(table, name, step, body): (u8, Box<str>, u64, Option<ByteBuf>)| {
            version = version.checked_add(step).filter(|version| step > 0 && *version <= through)?;
            let body = body.map(|body| body.into_vec().into_boxed_slice());
            let fits = name.len() <= MAX_NAME && body.as_ref().is_none_or(|body| body.len() <= MAX_ROW);
            fits.then_some(Line { key: Key { table, name }, version, body })
        };
        let rows = rows.into_iter().map(line).collect::<Option<Vec<_>>>();
        let rows =
            rows.ok_or("rows stand by version, within the delta, with names and bodies that are not too long")?;
        Ok(Self { generation, from, through, newest, jumps, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::cbor;

    fn line(name: &str, version: u64, body: Option<&[u8]>) -> Line {
        Line { key: Key { table: 4, name: name.into() }, version, body: body.map(Into::into) }
    }

    fn delta(rows: Vec<Line>) -> Delta {
        Delta {
            generation: Generation::new(1, [1; 10]),
            from: 10,
            through: 1 << 40,
            newest: 1 << 41,
            jumps: vec![],
            rows,
        }
    }

    fn survives(delta: &Delta) -> bool {
        cbor::from_slice::<Delta>(&cbor::to_vec(delta)).is_ok_and(|read| read == *delta)
    }

    #[test]
    fn a_delta_is_read_as_it_was_written() {
        assert!(survives(&delta(vec![])));
        assert!(survives(&Delta { jumps: vec![Jump { after: 10, first: 1 << 39 }; MAX_JUMPS], ..delta(vec![]) }));
        assert!(!survives(&Delta { jumps: vec![Jump { after: 1, first: 3 }; MAX_JUMPS + 1], ..delta(vec![]) }));
        assert!(survives(&delta(vec![line("a", 11, Some(b"x")), line("b", 12, None), line("c", 1 << 40, Some(b""))])));
    }

    #[test]
    fn a_row_after_another_costs_one_byte_for_its_version() {
        let one = cbor::to_vec(&delta(vec![line("a", 1 << 39, None)])).len();
        let two = cbor::to_vec(&delta(vec![line("a", 1 << 39, None), line("b", (1 << 39) + 1, None)])).len();
        assert_eq!(two - one, 6, "an array of a table, a name of one letter, a step and nothing");
    }

    #[test]
    fn what_is_too_long_too_much_or_out_of_order_is_refused() {
        let name = |length| line(&"n".repeat(length), 11, None);
        let body = |length: usize| line("a", 11, Some(&vec![7; length]));
        assert!(survives(&delta(vec![name(MAX_NAME)])) && !survives(&delta(vec![name(MAX_NAME + 1)])));
        assert!(survives(&delta(vec![body(MAX_ROW)])) && !survives(&delta(vec![body(MAX_ROW + 1)])));
        let rows = |count: u64| delta((1..=count).map(|n| line("a", 10 + n, None)).collect());
        assert!(survives(&rows(MAX_ROWS as u64)) && !survives(&rows(MAX_ROWS as u64 + 1)));
        assert!(!survives(&delta(vec![line("a", 12, None), line("b", 12, None)])), "two of one version");
        assert!(!survives(&delta(vec![line("a", (1 << 40) + 1, None)])), "past the end");
        assert!(!survives(&Delta { from: 2, through: 1, ..delta(vec![]) }));
        assert!(!survives(&Delta { through: 1 << 42, ..delta(vec![]) }));
        assert!(survives(&Delta { newest: MAX_VERSION, ..delta(vec![]) }));
        assert!(!survives(&Delta { newest: MAX_VERSION + 1, ..delta(vec![]) }));
    }
}
