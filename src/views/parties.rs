//! Whose documents are whose: customers and suppliers, the newest in memory, the rest in sorted runs.
//!
//! A chunk for each customer, as days have them, would cost a rewritten page for nearly every document, since customers come in no
//! order; a run of many is written once and never changed, as with ids. A name is known by its digest: names are in the master
//! data, and 96 bits meet by chance in no shop. In: a digest and a thing's number. Out: numbers, the newest first.

use super::keys::{Key, SiteNo, Tag};
use super::store::{Doubt, Store};
use sha2::{Digest, Sha256};

/// How many documents make a run: a search asks each run once or twice, and a million documents have fifteen. As many are in memory at
/// most, 1 MB, and one commit more.
const RUN: usize = 65_536;
/// Entries in a chunk: 2 KB, of which sled puts up to 16 into a page.
const CHUNK: usize = 128;
/// Bytes of a digest.
const DIGEST: usize = 12;
/// A digest, and a thing's number: sorted, those of one party are together, the oldest first.
const ENTRY: usize = DIGEST + 4;

type Entry = [u8; ENTRY];

/// A party of a site.
pub(super) type Party = [u8; DIGEST];

/// What a party of that name is known by.
pub(super) fn digest(site: SiteNo, name: &str) -> Party {
    let digest: [u8; 32] = Sha256::new().chain_update(site.0.to_be_bytes()).chain_update(name).finalize().into();
    digest[..DIGEST].try_into().expect("invariant: a part of 32 bytes")
}

fn entry(party: &Party, number: u32) -> Entry {
    let mut entry = [0; ENTRY];
    entry[..DIGEST].copy_from_slice(party);
    entry[DIGEST..].copy_from_slice(&number.to_be_bytes());
    entry
}

fn number(entry: &[u8]) -> u32 {
    u32::from_be_bytes(entry[DIGEST..].try_into().expect("invariant: an entry has 16 bytes"))
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
        let mut tail = Vec::new();
        for (_, piece) in store.scan_prefix(&Key::of(Tag::PartyTail).0)? {
            let entry = |bytes: &[u8]| Entry::try_from(bytes).expect("invariant: chunks are of that size");
            tail.extend(piece.chunks_exact(ENTRY).map(entry));
        }
        Ok(Self { taken: tail.len(), tail })
    }

    pub(super) fn insert(&mut self, party: Party, number: u32) {
        self.tail.push(entry(&party, number));
    }

    /// Hands over to the store what no commit has taken yet: as a piece of the tail, or the whole tail as a run.
    pub(super) fn commit(&mut self, store: &mut Store, commit: u64, next_run: &mut u32) -> Result<(), Doubt> {
        if self.tail.len() < RUN {
            if self.taken < self.tail.len() {
                // A commit may hold more than a value should: then it is several.
                for (index, piece) in self.tail[self.taken..].chunks(RUN / 16).enumerate() {
                    store.put(Key::of(Tag::PartyTail).long(commit).number(index as u32).0, piece.concat());
                }
                self.taken = self.tail.len();
            }
            return Ok(());
        }
        for (key, _) in store.scan_prefix(&Key::of(Tag::PartyTail).0)? {
            store.remove(key);
        }
        let mut tail = std::mem::take(&mut self.tail);
        self.taken = 0;
        tail.sort_unstable();
        for chunk in tail.chunks(CHUNK) {
            store.put(Key::of(Tag::PartyRun).number(*next_run).bytes(&chunk[0]).0, chunk.concat());
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
        let below = |number: u32| before.is_none_or(|before| number < before);
        let newest = self.tail.iter().rev().filter(|entry| entry.starts_with(party)).map(|entry| number(entry));
        let mut found: Vec<u32> = newest.filter(|number| below(*number)).take(limit).collect();
        let last = match before {
            None => Some(u32::MAX),
            Some(before) => before.checked_sub(1),
        };
        for run in (0..runs).rev() {
            let mut upper = last;
            while let Some(to) = upper.filter(|_| found.len() < limit) {
                upper = of_chunk(store, run, party, to, limit, &mut found)?;
            }
        }
        Ok(found)
    }
}

/// Finds a party's numbers up to `to` in the one chunk that has the greatest of them. Tells up to where the chunk before it is to be
/// asked; nothing where the party has no more in this run.
fn of_chunk(
    store: &Store,
    run: u32,
    party: &Party,
    to: u32,
    limit: usize,
    found: &mut Vec<u32>,
) -> Result<Option<u32>, Doubt> {
    let key = |entry: &[u8]| Key::of(Tag::PartyRun).number(run).bytes(entry).0;
    let upper = entry(party, to);
    // Without a chunk at or below it the whole run is above: its first chunk would be there otherwise.
    let Some((_, chunk)) = store.last_in(&key(&[0; ENTRY]), &key(&upper))? else { return Ok(None) };
    if chunk.is_empty() || chunk.len() % ENTRY != 0 {
        return Err(Doubt(format!("a chunk of run {run} of parties is cut")));
    }
    for entry in chunk.rchunks_exact(ENTRY).filter(|entry| *entry <= &upper[..]) {
        if !entry.starts_with(party) || found.len() == limit {
            return Ok(None);
        }
        found.push(number(entry));
    }
    Ok(number(&chunk[..ENTRY]).checked_sub(1))
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
        store.put(Key::of(Tag::PartyRun).number(0).bytes(&entry(&party(1), 1)).0, vec![0; ENTRY + 1]);
        assert!(Parties::default().find(&store, 1, &party(1), None, 1).is_err());
    }
}
