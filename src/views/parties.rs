//! Whose documents are whose: customers and suppliers, the newest in memory, the rest in sorted runs.
//!
//! A chunk for each customer, as days have them, would cost a rewritten page for nearly every document, since customers come in no
//! order; a run of many is written once and never changed, as with ids. A name is known by its digest: names are in the master
//! data, and 64 bits meet by chance in no shop. In: a digest and a thing's number. Out: numbers, the newest first.

use super::keys::{Key, SiteNo, Tag};
use super::store::{Doubt, Store};
use sha2::{Digest, Sha256};

/// How many documents make a run: a search asks each run once or twice, and a million documents have fifteen. As many are in memory at
/// most, 1 MB, and one commit more.
const RUN: usize = 65_536;
/// Bytes after which a chunk is full: sled puts up to 16 of such into a page.
const CHUNK: usize = 2_000;
/// Documents in a piece of the tail: at most 60 KB.
const PIECE: usize = 4_096;
/// Bytes of a digest.
const DIGEST: usize = 8;
/// A group: a digest, how many numbers it has here, the numbers. So a customer's digest is written once in a run, not with each document.
const HEAD: usize = DIGEST + 2;

/// A party of a site.
pub(super) type Party = [u8; DIGEST];

/// A party and a thing's number: sorted, those of one party are together, the oldest first.
type Entry = (Party, u32);

/// What a party of that name is known by.
pub(super) fn digest(site: SiteNo, name: &str) -> Party {
    let digest: [u8; 32] = Sha256::new().chain_update(site.0.to_be_bytes()).chain_update(name).finalize().into();
    digest[..DIGEST].try_into().expect("invariant: a part of 32 bytes")
}

#[derive(Default)]
pub(super) struct Parties {
    /// In no run yet; numbers rise.
    tail: Vec<Entry>,
    /// How many of the tail a commit has taken.
    taken: usize,
}

impl Parties {
    pub(super) fn load(store: &Store) -> Result<Self, Doubt> {
        let mut tail: Vec<Entry> = Vec::new();
        for (_, piece) in store.scan_prefix(&Key::of(Tag::PartyTail).0)? {
            for (party, numbers) in groups(&piece)? {
                tail.extend(each(numbers).map(|number| (party, number)));
            }
        }
        tail.sort_unstable_by_key(|(_, number)| *number);
        Ok(Self { taken: tail.len(), tail })
    }

    pub(super) fn insert(&mut self, party: Party, number: u32) {
        self.tail.push((party, number));
    }

    /// Hands over to the store what no commit has taken yet: as pieces of the tail, or the whole tail as a run.
    pub(super) fn commit(&mut self, store: &mut Store, commit: u64, next_run: &mut u32) -> Result<(), Doubt> {
        if self.tail.len() < RUN {
            for (index, piece) in self.tail[self.taken..].chunks(PIECE).enumerate() {
                let mut piece = piece.to_vec();
                piece.sort_unstable();
                let packed = pack(&piece, usize::MAX).into_iter().map(|(_, chunk)| chunk).next().unwrap_or_default();
                store.put(Key::of(Tag::PartyTail).long(commit).number(index as u32).0, packed);
            }
            self.taken = self.tail.len();
            return Ok(());
        }
        for (key, _) in store.scan_prefix(&Key::of(Tag::PartyTail).0)? {
            store.remove(key);
        }
        let mut tail = std::mem::take(&mut self.tail);
        self.taken = 0;
        tail.sort_unstable();
        for (first, chunk) in pack(&tail, CHUNK) {
            store.put(key(*next_run, first), chunk);
        }
        *next_run += 1;
        Ok(())
    }

    /// The numbers of a party's documents below `before`, the greatest first, at most `limit`. `runs` is how many runs there are.
    pub(super) fn find(
        &self,
        store: &Store,
        runs: u32,
        party: &Party,
        before: Option<u32>,
        limit: usize,
    ) -> Result<Vec<u32>, Doubt> {
        let last = match before {
            None => u32::MAX,
            Some(0) => return Ok(Vec::new()),
            Some(before) => before - 1,
        };
        let newest = self.tail.iter().rev().filter(|(of, number)| of == party && *number <= last);
        let mut found: Vec<u32> = newest.map(|(_, number)| *number).take(limit).collect();
        for run in (0..runs).rev() {
            let mut upper = Some(last);
            while let Some(to) = upper.filter(|_| found.len() < limit) {
                upper = of_chunk(store, run, (*party, to), limit, &mut found)?;
            }
        }
        Ok(found)
    }
}

fn key(run: u32, (party, number): Entry) -> Vec<u8> {
    Key::of(Tag::PartyRun).number(run).bytes(&party).number(number).0
}

/// Finds a party's numbers up to one in the chunk that has the greatest of them. Tells up to where the chunk before it is to be
/// asked; nothing where the party has no more in this run.
fn of_chunk(store: &Store, run: u32, to: Entry, limit: usize, found: &mut Vec<u32>) -> Result<Option<u32>, Doubt> {
    // Where no chunk begins at or below it, all of the run is above it.
    let Some((_, chunk)) = store.last_in(&key(run, ([0; DIGEST], 0)), &key(run, to))? else { return Ok(None) };
    let groups = groups(&chunk)?;
    let Some(index) = groups.iter().position(|(party, _)| *party == to.0) else { return Ok(None) };
    let numbers = groups[index].1;
    let wanted = limit - found.len();
    found.extend(each(numbers).rev().filter(|number| *number <= to.1).take(wanted));
    // Only where the chunk begins with the party may there be more of it before.
    Ok(each(numbers).next().filter(|_| index == 0).and_then(|first| first.checked_sub(1)))
}

/// Sorted entries as chunks of groups, each with its first entry.
fn pack(sorted: &[Entry], full: usize) -> Vec<(Entry, Vec<u8>)> {
    let mut chunks: Vec<(Entry, Vec<u8>)> = Vec::new();
    let mut last: Option<(Party, usize)> = None;
    for (party, number) in sorted {
        if chunks.last().is_none_or(|(_, chunk)| chunk.len() >= full) {
            chunks.push(((*party, *number), Vec::new()));
            last = None;
        }
        let Some((_, chunk)) = chunks.last_mut() else { continue };
        let head = match last.filter(|(of, _)| of == party) {
            Some((_, head)) => head,
            None => {
                chunk.extend_from_slice(party);
                chunk.extend_from_slice(&[0; 2]);
                chunk.len() - HEAD
            }
        };
        chunk.extend_from_slice(&number.to_be_bytes());
        // A chunk or a piece holds some thousands at most.
        let count = ((chunk.len() - head - HEAD) / 4) as u16;
        chunk[head + DIGEST..head + HEAD].copy_from_slice(&count.to_be_bytes());
        last = Some((*party, head));
    }
    chunks
}

/// The groups of a chunk or a piece.
fn groups(packed: &[u8]) -> Result<Vec<(Party, &[u8])>, Doubt> {
    let mut groups = Vec::new();
    let mut rest = packed;
    while !rest.is_empty() {
        let group = || {
            let (head, after) = rest.split_at_checked(HEAD)?;
            let (party, count) = head.split_at_checked(DIGEST)?;
            let (numbers, after) =
                after.split_at_checked(usize::from(u16::from_be_bytes(count.try_into().ok()?)) * 4)?;
            Some((party.try_into().ok()?, numbers, after))
        };
        let (party, numbers, after) = group().ok_or_else(|| Doubt::new("a chunk of parties is cut"))?;
        groups.push((party, numbers));
        rest = after;
    }
    Ok(groups)
}

fn each(numbers: &[u8]) -> impl DoubleEndedIterator<Item = u32> {
    numbers.chunks_exact(4).map(|bytes| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::store::Disk;
    use std::collections::HashMap;

    const SITE: SiteNo = SiteNo(3);

    fn party(number: u32) -> Party {
        digest(SITE, &format!("Customer {number}"))
    }

    /// Every third document is of one customer, others are of one of `parties`, and every seventh of nobody.
    fn filled(store: &mut Store, documents: u32, parties: u32) -> (Parties, u32, HashMap<Party, Vec<u32>>) {
        let (mut made, mut runs, mut model) = (Parties::default(), 0, HashMap::<_, Vec<_>>::new());
        for number in (0..documents).filter(|number| number % 7 != 0) {
            let who = if number % 3 == 0 { 0 } else { number.wrapping_mul(2_654_435_761) % parties };
            made.insert(party(who), number);
            model.entry(party(who)).or_default().push(number);
            if number % 5_000 == 1 {
                made.commit(store, u64::from(number), &mut runs).unwrap();
            }
        }
        made.commit(store, u64::from(documents), &mut runs).unwrap();
        (made, runs, model)
    }

    #[test]
    fn all_of_a_partys_documents_are_found_over_runs_and_the_tail_and_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::over(Disk::open(&dir.path().join("views")).unwrap());
        let (made, runs, model) = filled(&mut store, 300_000, 400);
        assert!(runs >= 3 && !made.tail.is_empty(), "{runs} runs, {} in the tail", made.tail.len());
        let opened = Parties::load(&store).unwrap();
        assert_eq!((opened.tail.len(), opened.taken), (made.tail.len(), made.taken));
        for parties in [&made, &opened] {
            for (party, numbers) in &model {
                let mut expected = numbers.clone();
                expected.reverse();
                assert_eq!(parties.find(&store, runs, party, None, usize::MAX).unwrap(), expected);
                let middle = expected.len() / 2;
                let next = parties.find(&store, runs, party, Some(expected[middle]), 10).unwrap();
                assert_eq!(next, expected[middle + 1..].iter().copied().take(10).collect::<Vec<_>>());
            }
        }
        for (who, before, limit) in [(999, None, 10), (0, Some(0), 10), (0, None, 0)] {
            assert!(made.find(&store, runs, &party(who), before, limit).unwrap().is_empty());
        }
    }

    #[test]
    fn a_run_is_made_at_its_limit_and_not_before() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::over(Disk::open(&dir.path().join("views")).unwrap());
        let (mut parties, mut runs) = (Parties::default(), 0);
        (0..RUN as u32 - 1).for_each(|number| parties.insert(party(number % 9), number));
        parties.commit(&mut store, 1, &mut runs).unwrap();
        assert_eq!((runs, parties.tail.len()), (0, RUN - 1));
        parties.insert(party(1), RUN as u32);
        parties.commit(&mut store, 2, &mut runs).unwrap();
        assert_eq!((runs, parties.tail.len()), (1, 0));
        assert_eq!(store.scan_prefix(&Key::of(Tag::PartyTail).0).unwrap(), []);
        assert_eq!(parties.find(&store, runs, &party(1), None, 1).unwrap(), [RUN as u32]);
    }

    #[test]
    fn a_chunk_that_is_cut_is_a_doubt() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::over(Disk::open(&dir.path().join("views")).unwrap());
        let (first, mut chunk) = pack(&[(party(1), 1)], CHUNK).remove(0);
        chunk.pop();
        store.put(key(0, first), chunk);
        assert!(Parties::default().find(&store, 1, &party(1), None, 1).is_err());
    }
}
