//! Which ids are known: the newest in memory, the rest in sorted runs with a filter each.
//!
//! A key of its own in sled for every id would cost a page for a few dozen of them, and for random ids a rewritten page
//! for each; a run of many is written once, in chunks of a few kilobytes, and never changed. The filters stay in memory:
//! 12 bits an id, 1.5 MB a million.

use super::keys::{Key, SiteIntent, Tag};
use super::store::{Doubt, Store};
use std::collections::BTreeMap;

/// How many ids make a run. As many are in memory at most, and one commit more.
const RUN_IDS: usize = 16_384;
/// Ids in a chunk: 1.4 KB, of which sled puts up to 16 into a page.
const CHUNK_IDS: usize = 64;
/// Bits of a filter for each id; with six probes one in 300 lookups of an unknown id is made in vain.
const FILTER_BITS: usize = 12;
const FILTER_PROBES: u64 = 6;
/// An id with its site, and its number.
const ENTRY: usize = 18 + 4;

struct Run {
    number: u32,
    first: SiteIntent,
    last: SiteIntent,
    filter: Vec<u8>,
}

#[derive(Default)]
pub(super) struct Ids {
    /// Known and in no run yet.
    tail: BTreeMap<SiteIntent, u32>,
    /// Those of the tail that no commit has taken.
    fresh: Vec<(SiteIntent, u32)>,
    runs: Vec<Run>,
}

impl Ids {
    pub(super) fn load(store: &Store) -> Result<Self, Doubt> {
        let mut ids = Self::default();
        for (_, value) in store.scan_prefix(&Key::of(Tag::IdTail).0)? {
            ids.tail.extend(entries(&value));
        }
        for (key, value) in store.scan_prefix(&Key::of(Tag::IdFilter).0)? {
            let whole = || {
                let number = u32::from_be_bytes(key.get(1..5)?.try_into().ok()?);
                let first = value.get(..18)?.try_into().ok()?;
                let last = value.get(18..36)?.try_into().ok()?;
                Some(Run { number, first, last, filter: value.get(36..).filter(|bits| !bits.is_empty())?.to_vec() })
            };
            ids.runs.push(whole().ok_or_else(|| Doubt::new("a filter is cut"))?);
        }
        Ok(ids)
    }

    /// The number of a known id.
    pub(super) fn get(&self, store: &Store, id: &SiteIntent) -> Result<Option<u32>, Doubt> {
        if let Some(number) = self.tail.get(id) {
            return Ok(Some(*number));
        }
        let mixed = Mixed::of(id);
        for run in self.runs.iter().rev() {
            if (run.first..=run.last).contains(id) && mixed.may_be_in(&run.filter) {
                let from = Key::of(Tag::IdRun).number(run.number);
                let to = Key::of(Tag::IdRun).number(run.number).bytes(id);
                let Some((_, chunk)) = store.last_in(&from.0, &to.0)? else {
                    return Err(Doubt::new(format!("run {} lacks its chunk", run.number)));
                };
                if let Some(number) = find(&chunk, id) {
                    return Ok(Some(number));
                }
            }
        }
        Ok(None)
    }

    pub(super) fn insert(&mut self, id: SiteIntent, number: u32) {
        self.tail.insert(id, number);
        self.fresh.push((id, number));
    }

    /// Hands over to the store what no commit has taken yet: as a piece of the tail, or the whole tail as a run.
    pub(super) fn commit(&mut self, store: &mut Store, commit: u64, next_run: &mut u32) -> Result<(), Doubt> {
        if self.tail.len() < RUN_IDS {
            if !self.fresh.is_empty() {
                store.put(Key::of(Tag::IdTail).long(commit).0, pack(self.fresh.iter().map(|(id, no)| (id, *no))));
                self.fresh.clear();
            }
            return Ok(());
        }
        for (key, _) in store.scan_prefix(&Key::of(Tag::IdTail).0)? {
            store.remove(key);
        }
        self.fresh = Vec::new();
        let tail: Vec<_> = std::mem::take(&mut self.tail).into_iter().collect();
        let (number, first, last) = (*next_run, tail[0].0, tail[tail.len() - 1].0);
        *next_run += 1;
        let mut filter = vec![0; (tail.len() * FILTER_BITS).div_ceil(8)];
        tail.iter().for_each(|(id, _)| Mixed::of(id).note(&mut filter));
        for chunk in tail.chunks(CHUNK_IDS) {
            let key = Key::of(Tag::IdRun).number(number).bytes(&chunk[0].0);
            store.put(key.0, pack(chunk.iter().map(|(id, no)| (id, *no))));
        }
        let head = [&first[..], &last[..], &filter[..]].concat();
        store.put(Key::of(Tag::IdFilter).number(number).0, head);
        self.runs.push(Run { number, first, last, filter });
        Ok(())
    }
}

fn pack<'a>(entries: impl Iterator<Item = (&'a SiteIntent, u32)>) -> Vec<u8> {
    let mut packed = Vec::with_capacity(CHUNK_IDS * ENTRY);
    for (id, number) in entries {
        packed.extend_from_slice(id);
        packed.extend_from_slice(&number.to_be_bytes());
    }
    packed
}

fn entry(bytes: &[u8]) -> (SiteIntent, u32) {
    let (id, number) = bytes.split_at(18);
    let number = number.try_into().expect("invariant: an entry has 22 bytes");
    (id.try_into().expect("invariant: an entry has 22 bytes"), u32::from_be_bytes(number))
}

fn entries(packed: &[u8]) -> impl Iterator<Item = (SiteIntent, u32)> {
    packed.chunks_exact(ENTRY).map(entry)
}

fn find(chunk: &[u8], id: &SiteIntent) -> Option<u32> {
    let (mut low, mut high) = (0, chunk.len() / ENTRY);
    while low < high {
        let middle = (low + high) / 2;
        let (found, number) = entry(&chunk[middle * ENTRY..(middle + 1) * ENTRY]);
        match found.cmp(id) {
            std::cmp::Ordering::Equal => return Some(number),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

/// An id as the filters take it: mixed, since not all ids are random, and once for all runs, of which there are 60 a million ids.
struct Mixed(u64, u64);

impl Mixed {
    fn of(id: &SiteIntent) -> Self {
        let mix = |start: u64| {
            id.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3).rotate_left(29))
        };
        Self(mix(0xcbf2_9ce4_8422_2325), mix(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The bits in a filter of so many bytes.
    fn probes(&self, bytes: usize) -> impl Iterator<Item = (usize, u8)> + use<> {
        let Self(one, two) = *self;
        let bits = bytes as u64 * 8;
        (0..FILTER_PROBES).map(move |i| {
            let bit = one.wrapping_add(two.wrapping_mul(i)) % bits;
            ((bit / 8) as usize, 1 << (bit % 8))
        })
    }

    fn may_be_in(&self, filter: &[u8]) -> bool {
        self.probes(filter.len()).all(|(byte, bit)| filter[byte] & bit != 0)
    }

    fn note(&self, filter: &mut [u8]) {
        self.probes(filter.len()).for_each(|(byte, bit)| filter[byte] |= bit);
    }
}
