//! What is at the office, as runs of records with the moment of each run, and not as a mark on each document: one
//! word of the office changes one chunk, however many documents it is about.

use super::keys::{Key, SiteNo, Tag};
use super::store::{Doubt, Store};

/// Runs in a chunk: 3 KB.
const CHUNK: usize = 128;
/// Bytes of a run.
const RUN: usize = 24;

/// Records `first` to `last` of one epoch, at the office since `at_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    first: u64,
    last: u64,
    at_ms: i64,
}

fn key(site: SiteNo, epoch: u32, first: u64) -> Vec<u8> {
    Key::of(Tag::Acked).site(site).number(epoch).long(first).0
}

fn unpack(chunk: &[u8]) -> Vec<Run> {
    let long = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("invariant: eight bytes"));
    let run = |b: &[u8]| Run { first: long(&b[..8]), last: long(&b[8..16]), at_ms: long(&b[16..]) as i64 };
    chunk.chunks_exact(RUN).map(run).collect()
}

fn pack(runs: &[Run]) -> Vec<u8> {
    runs.iter().flat_map(|run| [run.first, run.last, run.at_ms as u64]).flat_map(u64::to_be_bytes).collect()
}

/// Since when the record is at the office.
pub(super) fn since(store: &Store, site: SiteNo, epoch: u32, seq: u64) -> Result<Option<i64>, Doubt> {
    let Some((_, chunk)) = store.last_in(&key(site, epoch, 0), &key(site, epoch, seq))? else { return Ok(None) };
    let runs = unpack(&chunk);
    let before = runs.partition_point(|run| run.first <= seq);
    Ok(runs[..before].last().filter(|run| seq <= run.last).map(|run| run.at_ms))
}

/// Takes the office's word. What was there before keeps its first moment.
pub(super) fn note(
    store: &mut Store,
    site: SiteNo,
    epoch: u32,
    first: u64,
    last: u64,
    at_ms: i64,
) -> Result<(), Doubt> {
    // No journal has as many; without the cut the record after the last would have no number.
    let last = last.min(u64::MAX - 1);
    let mut gaps = Vec::new();
    let mut next = first;
    for run in overlapping(store, site, epoch, first, last)? {
        if next < run.first {
            gaps.push(Run { first: next, last: run.first - 1, at_ms });
        }
        next = next.max(run.last + 1);
    }
    if next <= last {
        gaps.push(Run { first: next, last, at_ms });
    }
    gaps.into_iter().try_for_each(|gap| insert(store, site, epoch, gap))
}

fn overlapping(store: &Store, site: SiteNo, epoch: u32, first: u64, last: u64) -> Result<Vec<Run>, Doubt> {
    let before = store.last_in(&key(site, epoch, 0), &key(site, epoch, first))?;
    let from = before.map_or_else(|| key(site, epoch, first), |(key, _)| key);
    let found = store.scan(&from, &key(site, epoch, last))?;
    let runs = found.into_iter().flat_map(|(_, chunk)| unpack(&chunk));
    Ok(runs.filter(|run| run.first <= last && first <= run.last).collect())
}

fn insert(store: &mut Store, site: SiteNo, epoch: u32, new: Run) -> Result<(), Doubt> {
    let Some((at, chunk)) = store.last_in(&key(site, epoch, 0), &key(site, epoch, new.first))? else {
        store.put(key(site, epoch, new.first), pack(&[new]));
        return Ok(());
    };
    let mut runs = unpack(&chunk);
    let index = runs.partition_point(|run| run.first <= new.first);
    match index.checked_sub(1).map(|before| &mut runs[before]) {
        Some(before) if before.last + 1 == new.first && before.at_ms == new.at_ms => {
            before.last = new.last;
        }
        _ => runs.insert(index, new),
    }
    if runs.len() > CHUNK {
        // What comes in order fills its chunks; what comes in between halves one.
        let cut = if index + 1 == runs.len() { index } else { runs.len() / 2 };
        let rest = runs.split_off(cut);
        store.put(key(site, epoch, rest[0].first), pack(&rest));
    }
    store.put(at, pack(&runs));
    Ok(())
}
