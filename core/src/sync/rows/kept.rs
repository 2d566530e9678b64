//! The rows that a receiver holds, as its disk does.
//!
//! Rows of the generation before stay until the present one is whole: a workshop sells by what it knows. Whoever has the receiver's rows
//! for its part (a tablet) is told what changed since it last asked: the rows in the order of their versions, and which were deleted,
//! as far back as that is remembered ([`Kept::changes`]).

use super::follow::{Change, NOTHING};
use crate::wire::rows::{Cursor, Key};
use std::collections::{BTreeMap, BTreeSet};

/// Most deletions that are remembered. An office that deletes more between two questions has a tablet begin anew.
const MAX_DELETED: usize = 4096;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    version: u64,
    /// Of the cursor's generation.
    is_current: bool,
    body: Box<[u8]>,
}

/// Where somebody is who reads the changes: first those of the generation before come, then those of the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Among the rows of the generation before, at a version of that.
    Former(u64),
    /// At a version of the present one.
    Current(u64),
}

/// How far somebody has read the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// The last that they have.
    pub place: Place,
    /// Where the rows were when they began with nothing; deletions before that concern no row of theirs.
    pub began: u64,
}

/// A change: where it stands, which row, and its bytes; none where it was deleted.
pub type Changed<'a> = (Place, &'a Key, Option<&'a [u8]>);

/// All rows, and how far they go.
#[derive(Clone, Debug)]
pub struct Kept {
    cursor: Cursor,
    rows: BTreeMap<Key, Row>,
    /// How many rows are not of the cursor's generation.
    former: usize,
    /// What was deleted, by the version that said so.
    deleted: BTreeSet<(u64, Key)>,
    /// Deletions up to here are not remembered.
    forgotten: u64,
}

impl Default for Kept {
    fn default() -> Self {
        Self { cursor: NOTHING, rows: BTreeMap::new(), former: 0, deleted: BTreeSet::new(), forgotten: 0 }
    }
}

impl Kept {
    /// How far it goes.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The rows, by key: each with its version, and whether it is of the cursor's generation.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &[u8], u64, bool)> {
        self.rows.iter().map(|(key, row)| (key, &*row.body, row.version, row.is_current))
    }

    /// A row's bytes.
    pub fn get(&self, key: &Key) -> Option<&[u8]> {
        self.rows.get(key).map(|row| &*row.body)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Some rows were lost to damage: everything has to come again, and what does not is deleted then.
    pub fn doubt(&mut self) {
        self.forget();
        self.cursor = Cursor { generation: self.cursor.generation, ..NOTHING };
        self.rows.values_mut().for_each(|row| row.is_current = false);
        self.former = self.rows.len();
    }

    /// No deletion up to now is remembered: those that were may be lost.
    pub fn forget(&mut self) {
        self.forgotten = self.forgotten.max(self.cursor.version);
        self.deleted.clear();
    }

    /// Where a reader begins who has nothing, so that the first question gets everything.
    pub fn beginning(&self) -> Read {
        Read { place: Place::Former(0), began: self.cursor.version.max(self.forgotten) }
    }

    /// What changed after `read`, in order. `None` where that is not known any more, or is not of these rows: the reader begins anew.
    pub fn changes(&self, read: Read) -> Option<Vec<Changed<'_>>> {
        let known = match read.place {
            Place::Current(version) => version <= self.cursor.version && version.max(read.began) >= self.forgotten,
            Place::Former(_) => read.began >= self.forgotten,
        };
        known.then_some(())?;
        let place = |row: &Row| if row.is_current { Place::Current(row.version) } else { Place::Former(row.version) };
        let rows = self.rows.iter().map(|(key, row)| (place(row), key, Some(&*row.body)));
        let deleted = self.deleted.iter().map(|(version, key)| (Place::Current(*version), key, None));
        // A former row of version 0 is none: versions begin at 1.
        let mut changes: Vec<_> = rows.chain(deleted).filter(|(at, ..)| *at > read.place).collect();
        changes.sort_unstable_by_key(|(at, key, _)| (*at, *key));
        Some(changes)
    }

    fn remember_deleted(&mut self, version: u64, key: Key) {
        self.deleted.insert((version, key));
        while self.deleted.len() > MAX_DELETED {
            if let Some((version, _)) = self.deleted.pop_first() {
                self.forgotten = self.forgotten.max(version);
            }
        }
    }

    /// Makes a change, and returns the rows of the generation before that it ends, since the present one is whole now.
    pub fn apply(&mut self, Change { rows, begins, cursor }: Change) -> Vec<Key> {
        if begins || cursor.generation != self.cursor.generation {
            self.doubt();
        }
        if cursor.generation != self.cursor.generation {
            // Nobody has read anything of this one yet.
            self.forgotten = 0;
        }
        self.cursor = cursor;
        for line in rows {
            let before = match line.body {
                Some(body) => self.rows.insert(line.key, Row { version: line.version, is_current: true, body }),
                None => {
                    let before = self.rows.remove(&line.key);
                    if before.is_some() {
                        self.remember_deleted(line.version, line.key);
                    }
                    before
                }
            };
            self.former -= before.map_or(0, |before| usize::from(!before.is_current));
        }
        if !cursor.whole || self.former == 0 {
            return Vec::new();
        }
        self.former = 0;
        let ended = self.rows.iter().filter(|(_, row)| !row.is_current).map(|(key, _)| key.clone());
        let ended: Vec<Key> = ended.collect();
        for key in &ended {
            self.rows.remove(key);
            self.remember_deleted(cursor.version, key.clone());
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Generation;
    use crate::wire::rows::Line;

    fn change(generation: u64, version: u64, whole: bool, rows: &[(&str, u64, bool)]) -> Change {
        let line = |(name, version, is_there): &(&str, u64, bool)| Line {
            key: Key { table: 4, name: (*name).into() },
            version: *version,
            body: is_there.then(|| format!("{name}{version}").into_bytes().into()),
        };
        let cursor = Cursor { generation: Generation::new(generation, [1; 10]), version, ahead: 0, whole };
        Change { rows: rows.iter().map(line).collect(), begins: false, cursor }
    }

    /// What a reader is told, and where it is then.
    fn told(kept: &Kept, read: Read) -> Option<Vec<String>> {
        let word = |(_, key, body): &Changed<'_>| format!("{}{}", if body.is_some() { "+" } else { "-" }, key.name);
        Some(kept.changes(read)?.iter().map(word).collect())
    }

    fn at(version: u64) -> Read {
        Read { place: Place::Current(version), began: 0 }
    }

    #[test]
    fn a_reader_is_told_what_changed_in_the_order_of_versions() {
        let mut kept = Kept::default();
        kept.apply(change(1, 3, true, &[("b", 1, true), ("a", 2, true), ("c", 3, true)]));
        assert_eq!(told(&kept, kept.beginning()).unwrap(), ["+b", "+a", "+c"]);
        kept.apply(change(1, 5, true, &[("b", 4, true), ("a", 5, false)]));
        assert_eq!(told(&kept, at(3)).unwrap(), ["+b", "-a"]);
        assert_eq!(told(&kept, at(5)).unwrap(), [""; 0]);
        assert_eq!(told(&kept, at(6)), None, "that is not of these rows");
    }

    #[test]
    fn deletions_that_are_forgotten_send_back_whoever_had_the_rows_and_nobody_else() {
        let mut kept = Kept::default();
        kept.apply(change(1, 2, true, &[("a", 1, true), ("b", 2, true)]));
        kept.apply(change(1, 3, true, &[("a", 3, false)]));
        kept.forget();
        assert_eq!(told(&kept, at(2)), None);
        assert_eq!(told(&kept, at(3)).unwrap(), [""; 0]);
        let begun = Read { place: Place::Current(1), began: kept.beginning().began };
        assert_eq!(told(&kept, begun).unwrap(), ["+b"], "who began after it goes on");
        let many: Vec<String> = (0..=MAX_DELETED).map(|n| format!("row {n:05}")).collect();
        let rows: Vec<_> = many.iter().zip(4..).map(|(name, version)| (&**name, version, true)).collect();
        let last = rows.last().unwrap().1;
        kept.apply(change(1, last, true, &rows));
        let gone: Vec<_> = many.iter().zip(last + 1..).map(|(name, version)| (&**name, version, false)).collect();
        kept.apply(change(1, gone.last().unwrap().1, true, &gone));
        assert_eq!(told(&kept, at(last)), None, "one more than is remembered");
        assert_eq!(told(&kept, at(last + 1)).unwrap().len(), MAX_DELETED);
    }

    #[test]
    fn of_a_new_generation_come_the_former_rows_first_and_what_it_has_not_is_deleted_once_it_is_whole() {
        let mut kept = Kept::default();
        kept.apply(change(1, 9, true, &[("a", 7, true), ("b", 8, true), ("c", 9, true)]));
        kept.apply(change(2, 1, false, &[("c", 1, true)]));
        let read = kept.beginning();
        assert_eq!(told(&kept, read).unwrap(), ["+a", "+b", "+c"]);
        let between = Read { place: Place::Former(7), ..read };
        kept.apply(change(2, 2, true, &[("a", 2, true)]));
        assert_eq!(told(&kept, between).unwrap(), ["+c", "+a", "-b"], "a came anew, and b is no more");
        assert_eq!(told(&kept, at(1)).unwrap(), ["+a", "-b"]);
    }
}
