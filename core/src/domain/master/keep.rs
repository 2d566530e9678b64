//! The rows of one table, in the order of their keys, without keeping any key a second time.
//!
//! In come rows; out go rows by key, or all of a range. A key is what the row says of itself ([`Named::parts`]), so a table is a
//! sorted set that looks into its rows. What is absent: any meaning of a row.

use super::Named;
use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

/// Most parts of a key: item, list, unit and first day of a price.
pub(super) const MAX_PARTS: usize = 4;

/// The parts of a key, in order; empty where a key has fewer.
pub(super) type Parts<'a> = [Cow<'a, str>; MAX_PARTS];

/// Parts of a key, from texts.
pub(super) fn parts<'a, const N: usize>(texts: [&'a str; N]) -> Parts<'a> {
    let mut all = <Parts<'a>>::default();
    for (part, text) in all.iter_mut().zip(texts) {
        *part = Cow::Borrowed(text);
    }
    all
}

/// What has a place in a table: a row, or the key of one that is looked for.
trait Placed {
    fn place(&self) -> Parts<'_>;
}

impl Placed for Parts<'_> {
    fn place(&self) -> Parts<'_> {
        self.each_ref().map(|part| Cow::Borrowed(&**part))
    }
}

impl PartialEq for dyn Placed + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for dyn Placed + '_ {}

impl PartialOrd for dyn Placed + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn Placed + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl<T: Named> Named for Arc<T> {
    fn parts(&self) -> Parts<'_> {
        (**self).parts()
    }
}

/// A row where it stands.
#[derive(Clone, Debug)]
struct Kept<T>(T);

impl<T: Named> Placed for Kept<T> {
    fn place(&self) -> Parts<'_> {
        self.0.parts()
    }
}

impl<'a, T: Named + 'a> Borrow<dyn Placed + 'a> for Kept<T> {
    fn borrow(&self) -> &(dyn Placed + 'a) {
        self
    }
}

impl<T: Named> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Named> Eq for Kept<T> {}

impl<T: Named> PartialOrd for Kept<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Named> Ord for Kept<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

/// Rows of one type by key. Tables hold them shared, so that a copy of a table costs no copy of its rows, and an index none of
/// their texts.
#[derive(Clone, Debug)]
pub(super) struct Keep<T>(BTreeSet<Kept<T>>);

impl<T> Default for Keep<T> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

impl<T: Named> Keep<T> {
    /// Takes a row, in the place of the one that has its key, which is handed back.
    pub(super) fn put(&mut self, row: T) -> Option<T> {
        self.0.replace(Kept(row)).map(|before| before.0)
    }

    /// Takes the row of a key out.
    pub(super) fn take(&mut self, key: &Parts<'_>) -> Option<T> {
        self.0.take(key as &dyn Placed).map(|row| row.0)
    }

    /// The row of a key.
    pub(super) fn get(&self, key: &Parts<'_>) -> Option<&T> {
        self.0.get(key as &dyn Placed).map(|row| &row.0)
    }

    /// All rows, in the order of their keys.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|row| &row.0)
    }

    /// The rows whose keys begin with these parts.
    pub(super) fn under<'a, 'k, const N: usize>(
        &'a self,
        first: [&'k str; N],
    ) -> impl Iterator<Item = &'a T> + use<'a, 'k, N, T> {
        let from = parts(first);
        let range = self.0.range::<dyn Placed, _>((Bound::Included(&from as &dyn Placed), Bound::Unbounded));
        range
            .map(|row| &row.0)
            .take_while(move |row| row.parts().iter().zip(first).all(|(part, wanted)| part == wanted))
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
