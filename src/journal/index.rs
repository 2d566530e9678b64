//! The index file of a sealed segment: what is known of it, a filter of its keys, and the keys themselves.
//!
//! ```text
//! head     magic 8 | version u16 | 0 u16 | segment u32 | base u64 | next ordinal u64 | end u32 | header crc u32
//!          | runs u32 | damages u32 | filter words u32 | keys u32
//!          | runs × (epoch 16, first u64, ordinal u64, offset u32, count u32 with the top bit for lost)
//!          | damages × (from u32, to u32) | filter words × u64 | crc32 of all this u32
//! pages    from the next multiple of 4096: up to 204 × (key 16, offset u32) in order | 0 | crc32 u32
//! ```
//!
//! Everything here can be built anew from the segment, so any doubt is answered by building. Absent: file names, catalogs.

use super::Key;
use super::bloom::Bloom;
use super::disk::DiskFile;
use super::facts::{Run, SegmentFacts};
use crate::domain::id::Epoch;
use std::cmp::Ordering;
use std::io;
use uuid::Uuid;

const MAGIC: [u8; 8] = *b"OUTPOSTI";
const VERSION: u16 = 1;
const PRELUDE: usize = 56;
const RUN_SIZE: usize = 40;
const LOST: u32 = 1 << 31;
const PAGE: usize = 4096;
const ENTRY: usize = 20;
const PAGE_ENTRIES: usize = (PAGE - 4) / ENTRY;

/// The key pages of an index file: where they start, and how many keys they hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyTable {
    start: u64,
    keys: u32,
}

/// An index's head, as read.
pub(crate) struct Index {
    pub(crate) facts: SegmentFacts,
    pub(crate) bloom: Bloom,
    pub(crate) table: KeyTable,
    /// The crc of the segment's header block, 0 for a damaged one: ties the index to its segment.
    pub(crate) header_crc: u32,
}

impl Index {
    /// Makes the index of a segment, and the file's bytes. `keys` in the order of the file: of equal ones the first counts.
    pub(crate) fn make(facts: SegmentFacts, header_crc: u32, mut keys: Vec<(Key, u32)>) -> (Self, Vec<u8>) {
        keys.sort_unstable();
        keys.dedup_by_key(|(key, _)| *key);
        let bloom = Bloom::of(&keys.iter().map(|(key, _)| *key).collect::<Vec<_>>());
        let mut out = Vec::new();
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(&facts.number.to_le_bytes());
        out.extend_from_slice(&facts.base.to_le_bytes());
        out.extend_from_slice(&facts.next_ordinal.to_le_bytes());
        let counts = [facts.runs.len(), facts.damages.len(), bloom.words().len(), keys.len()];
        let counts = counts.map(|count| count as u32);
        [facts.end, header_crc].iter().chain(&counts).for_each(|n| out.extend_from_slice(&n.to_le_bytes()));
        for run in &facts.runs {
            out.extend_from_slice(run.epoch.0.as_bytes());
            out.extend_from_slice(&run.first.to_le_bytes());
            out.extend_from_slice(&run.ordinal.to_le_bytes());
            out.extend_from_slice(&run.offset.to_le_bytes());
            out.extend_from_slice(&(run.count | if run.lost { LOST } else { 0 }).to_le_bytes());
        }
        for (from, to) in &facts.damages {
            out.extend_from_slice(&from.to_le_bytes());
            out.extend_from_slice(&to.to_le_bytes());
        }
        bloom.words().iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
        out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
        out.resize(out.len().next_multiple_of(PAGE), 0);
        let table = KeyTable { start: out.len() as u64, keys: keys.len() as u32 };
        for entries in keys.chunks(PAGE_ENTRIES) {
            let start = out.len();
            for (key, offset) in entries {
                out.extend_from_slice(key);
                out.extend_from_slice(&offset.to_le_bytes());
            }
            out.resize(start + PAGE - 4, 0);
            let crc = crc32fast::hash(&out[start..]);
            out.extend_from_slice(&crc.to_le_bytes());
        }
        (Self { facts, bloom, table, header_crc }, out)
    }

    /// Reads an index's head; `None` where it is not whole or of another version.
    pub(crate) fn read(file: &dyn DiskFile) -> io::Result<Option<Self>> {
        let mut head = vec![0; PRELUDE];
        if file.read_at(&mut head, 0)? < PRELUDE || head[..8] != MAGIC || head[8..10] != VERSION.to_le_bytes() {
            return Ok(None);
        }
        let counts = [40, 44, 48, 52].map(|at| u32_at(&head, at) as usize);
        let [runs, damages, words, keys] = counts;
        let size = PRELUDE + runs * RUN_SIZE + damages * 8 + words * 8 + 4;
        let pages = keys.div_ceil(PAGE_ENTRIES) * PAGE;
        if file.size()? != (size.next_multiple_of(PAGE) + pages) as u64 {
            return Ok(None);
        }
        head.resize(size, 0);
        file.read_at(&mut head[PRELUDE..], PRELUDE as u64)?;
        let (head, crc) = head.split_at(size - 4);
        if crc != crc32fast::hash(head).to_le_bytes() {
            return Ok(None);
        }
        let (run_bytes, rest) = head[PRELUDE..].split_at(runs * RUN_SIZE);
        let (damage_bytes, word_bytes) = rest.split_at(damages * 8);
        let words = word_bytes.chunks_exact(8).map(|word| u64_at(word, 0)).collect();
        let Some(bloom) = Bloom::from_words(words) else { return Ok(None) };
        let facts = SegmentFacts {
            number: u32_at(head, 12),
            base: u64_at(head, 16),
            next_ordinal: u64_at(head, 24),
            end: u32_at(head, 32),
            runs: run_bytes.chunks_exact(RUN_SIZE).map(read_run).collect(),
            damages: damage_bytes.chunks_exact(8).map(|d| (u32_at(d, 0), u32_at(d, 4))).collect(),
        };
        let table = KeyTable { start: size.next_multiple_of(PAGE) as u64, keys: keys as u32 };
        Ok(Some(Self { facts, bloom, table, header_crc: u32_at(head, 36) }))
    }
}

fn read_run(bytes: &[u8]) -> Run {
    let epoch = Epoch(Uuid::from_bytes(bytes[..16].try_into().expect("invariant: a run has 40 bytes")));
    let count = u32_at(bytes, 36);
    Run {
        epoch,
        first: u64_at(bytes, 16),
        ordinal: u64_at(bytes, 24),
        offset: u32_at(bytes, 32),
        count: count & !LOST,
        lost: count & LOST != 0,
    }
}

/// A page of an index does not check.
#[derive(Debug)]
pub(crate) struct DamagedPage;

impl KeyTable {
    /// The offset of the first record with that key. About ten reads of a page for 100,000 keys.
    pub(crate) fn find(&self, file: &dyn DiskFile, key: &Key) -> io::Result<Result<Option<u32>, DamagedPage>> {
        let pages = (self.keys as usize).div_ceil(PAGE_ENTRIES);
        let (mut low, mut high) = (0, pages);
        let mut page = [0; PAGE];
        while low < high {
            let middle = (low + high) / 2;
            let read = file.read_at(&mut page, self.start + (middle * PAGE) as u64)?;
            if read < PAGE || page[PAGE - 4..] != crc32fast::hash(&page[..PAGE - 4]).to_le_bytes() {
                return Ok(Err(DamagedPage));
            }
            let entries = PAGE_ENTRIES.min(self.keys as usize - middle * PAGE_ENTRIES);
            let entry = |i: usize| &page[i * ENTRY..(i + 1) * ENTRY];
            if key[..] < entry(0)[..16] {
                high = middle;
            } else if key[..] > entry(entries - 1)[..16] {
                low = middle + 1;
            } else {
                return Ok(Ok(search(&page[..entries * ENTRY], key)));
            }
        }
        Ok(Ok(None))
    }

    /// True where every page checks.
    pub(crate) fn is_whole(&self, file: &dyn DiskFile) -> io::Result<bool> {
        let mut page = [0; PAGE];
        for number in 0..(self.keys as usize).div_ceil(PAGE_ENTRIES) {
            let read = file.read_at(&mut page, self.start + (number * PAGE) as u64)?;
            if read < PAGE || page[PAGE - 4..] != crc32fast::hash(&page[..PAGE - 4]).to_le_bytes() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn search(entries: &[u8], key: &Key) -> Option<u32> {
    let (mut low, mut high) = (0, entries.len() / ENTRY);
    while low < high {
        let middle = (low + high) / 2;
        let entry = &entries[middle * ENTRY..(middle + 1) * ENTRY];
        match entry[..16].cmp(key) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => return Some(u32_at(entry, 16)),
        }
    }
    None
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("invariant: the slice has 4 bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("invariant: the slice has 8 bytes"))
}
