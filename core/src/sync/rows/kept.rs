//! The rows that a receiver holds, as its disk does.
//!
//! Rows of the generation before stay until the present one is whole: a workshop sells by what it knows.

use super::follow::{Change, NOTHING};
use crate::wire::rows::{Cursor, Key};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    version: u64,
    /// Of the cursor's generation.
    is_current: bool,
    body: Box<[u8]>,
}

/// All rows, and how far they go.
#[derive(Clone, Debug)]
pub struct Kept {
    cursor: Cursor,
    rows: BTreeMap<Key, Row>,
    /// How many rows are not of the cursor's generation.
    former: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self { cursor: NOTHING, rows: BTreeMap::new(), former: 0 }
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
        self.cursor = Cursor { generation: self.cursor.generation, ..NOTHING };
        self.rows.values_mut().for_each(|row| row.is_current = false);
        self.former = self.rows.len();
    }

    /// Makes a change, and returns the rows of the generation before that it ends, since the present one is whole now.
    pub fn apply(&mut self, Change { rows, begins, cursor }: Change) -> Vec<Key> {
        if begins || cursor.generation != self.cursor.generation {
            self.doubt();
        }
        self.cursor = cursor;
        for line in rows {
            let before = match line.body {
                Some(body) => self.rows.insert(line.key, Row { version: line.version, is_current: true, body }),
                None => self.rows.remove(&line.key),
            };
            self.former -= before.map_or(0, |before| usize::from(!before.is_current));
        }
        if !cursor.whole || self.former == 0 {
            return Vec::new();
        }
        self.former = 0;
        let ended = self.rows.iter().filter(|(_, row)| !row.is_current).map(|(key, _)| key.clone());
        let ended: Vec<Key> = ended.collect();
        ended.iter().for_each(|key| drop(self.rows.remove(key)));
        ended
    }
}
