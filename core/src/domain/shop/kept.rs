//! A map and a single value that can be taken back: what was changed since they were last settled goes back to what it was, exactly,
//! when the disk refuses the group that it came from.
//!
//! Every change notes the old value; [`Kept::settle`] throws the notes away, or puts them back from the last to the first.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::RangeBounds;

/// A map that can be taken back. A value that is the default is not kept, so that equal states are equal maps.
#[derive(Clone, Debug)]
pub(super) struct Kept<K, V> {
    map: BTreeMap<K, V>,
    old: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self { map: BTreeMap::new(), old: Vec::new() }
    }
}

impl<K: Ord, V: PartialEq> PartialEq for Kept<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<K: Ord + Clone, V: Clone + Default + PartialEq> Kept<K, V> {
    /// The value.
    pub(super) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.map.get(key)
    }

    /// Changes a value, which is the default where there is none.
    pub(super) fn edit(&mut self, key: K, change: impl FnOnce(&mut V)) {
        let before = self.map.get(&key).cloned();
        let mut value = before.clone().unwrap_or_default();
        change(&mut value);
        match (value == V::default(), before.is_some()) {
            (true, false) => return,
            (true, true) => drop(self.map.remove(&key)),
            (false, _) => drop(self.map.insert(key.clone(), value)),
        }
        self.old.push((key, before));
    }

    /// All of it, by key.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.map.iter()
    }

    /// Those whose keys are in a range.
    pub(super) fn range(&self, keys: impl RangeBounds<K>) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.map.range(keys)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    /// Keeps what was changed since, or takes it back.
    pub(super) fn settle(&mut self, kept: bool) {
        if kept {
            self.old.clear();
            return;
        }
        for (key, before) in self.old.drain(..).rev() {
            match before {
                Some(value) => drop(self.map.insert(key, value)),
                None => drop(self.map.remove(&key)),
            }
        }
    }
}

/// As a list of pairs, since a key may be more than a text.
impl<K: Serialize, V: Serialize> Serialize for Kept<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.map)
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Kept<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = Vec::<(K, V)>::deserialize(deserializer)?;
        Ok(Self { map: pairs.into_iter().collect(), old: Vec::new() })
    }
}

/// One value that can be taken back.
#[derive(Clone, Debug, Default)]
pub(super) struct One<T> {
    value: T,
    old: Option<T>,
}

impl<T: PartialEq> PartialEq for One<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Clone> One<T> {
    /// The value.
    pub(super) fn get(&self) -> &T {
        &self.value
    }

    /// The value, to be changed.
    pub(super) fn edit(&mut self) -> &mut T {
        self.old.get_or_insert_with(|| self.value.clone());
        &mut self.value
    }

    /// Keeps what was changed since, or takes it back.
    pub(super) fn settle(&mut self, kept: bool) {
        if let (Some(before), false) = (self.old.take(), kept) {
            self.value = before;
        }
    }
}

impl<T: Serialize> Serialize for One<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { value: T::deserialize(deserializer)?, old: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_taken_back_is_as_it_was(
            before in proptest::collection::vec((0u8..6, 0i64..4), 0..20),
            group in proptest::collection::vec((0u8..6, 0i64..4), 0..20),
        ) {
            let mut kept = Kept::<u8, i64>::default();
            let mut one = One::<i64>::default();
            for (key, value) in before {
                kept.edit(key, |old| *old = value);
                *one.edit() += value;
            }
            kept.settle(true);
            one.settle(true);
            let (was, was_one) = (kept.clone(), one.clone());
            for (key, value) in group {
                kept.edit(key, |old| *old = value);
                *one.edit() += value;
            }
            kept.settle(false);
            one.settle(false);
            prop_assert_eq!(&kept.map, &was.map);
            prop_assert_eq!(one.value, was_one.value);
            prop_assert!(kept.map.values().all(|value| *value != 0), "a default is not kept");
            kept.settle(false);
            prop_assert_eq!(&kept.map, &was.map, "nothing is taken back twice");
        }
    }
}
