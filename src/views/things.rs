//! What is known: every first record of an id by number, and the numbers of each (site, kind, day), and (site, day), in journal order.
//!
//! Both are written in chunks, because sled spends a page on a handful of small keys. A chunk that should be there and is not is
//! a doubt, never an empty list.

use super::keys::{Key, SiteNo, Tag, day_at};
use super::meta::Locator;
use super::store::{Doubt, Pair, Store};
use crate::domain::id::{Epoch, IntentId, Seq};
use crate::domain::number::{Number, Series};
use std::collections::HashMap;
use uuid::Uuid;

/// Things in a chunk: 1.6 KB, of which sled puts up to 16 into a page.
const CHUNK: u32 = 32;
/// Numbers in a chunk of a day: 1 KB.
const DAY_CHUNK: u32 = 256;
/// Bytes of a thing.
const THING: usize = 2 + 1 + 4 + 4 + 8 + 8 + 16 + 1 + 2 + 4;
/// Where a thing says whether it was cancelled.
const CANCELLED: usize = 43;

/// The first record of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Thing {
    pub(super) site: SiteNo,
    pub(super) sort: u8,
    pub(super) day: i32,
    pub(super) epoch: u32,
    pub(super) seq: Seq,
    pub(super) locator: Locator,
    pub(super) id: IntentId,
    /// A cancellation of it is known.
    pub(super) cancelled: bool,
    /// The number on paper.
    pub(super) no: Option<Number>,
}

/// A series in two bytes.
pub(super) fn series_bytes(series: Series) -> [u8; 2] {
    let mut bytes = [0; 2];
    bytes.iter_mut().zip(series.to_string().bytes()).for_each(|(to, from)| *to = from);
    bytes
}

pub(super) fn append(store: &mut Store, number: u32, thing: &Thing) -> Result<(), Doubt> {
    let chunk = store.edit(&Key::of(Tag::Thing).number(number / CHUNK).0)?;
    if chunk.len() != (number % CHUNK) as usize * THING {
        return Err(Doubt(format!("the chunk of thing {number} has {} bytes", chunk.len())));
    }
    chunk.extend_from_slice(&thing.site.0.to_be_bytes());
    chunk.push(thing.sort);
    chunk.extend_from_slice(&thing.day.to_be_bytes());
    chunk.extend_from_slice(&thing.epoch.to_be_bytes());
    chunk.extend_from_slice(&thing.seq.0.to_be_bytes());
    chunk.extend_from_slice(&thing.locator.0.to_be_bytes());
    chunk.extend_from_slice(thing.id.0.as_bytes());
    chunk.push(thing.cancelled.into());
    chunk.extend_from_slice(&thing.no.map_or([0; 2], |no| series_bytes(no.series)));
    chunk.extend_from_slice(&thing.no.map_or(0, |no| no.count).to_be_bytes());
    Ok(())
}

/// Marks a thing as cancelled.
pub(super) fn cancel(store: &mut Store, number: u32) -> Result<(), Doubt> {
    let chunk = store.edit(&Key::of(Tag::Thing).number(number / CHUNK).0)?;
    let mark = chunk.get_mut((number % CHUNK) as usize * THING + CANCELLED);
    *mark.ok_or_else(|| Doubt(format!("thing {number} is missing")))? = 1;
    Ok(())
}

pub(super) fn get(store: &Store, number: u32) -> Result<Thing, Doubt> {
    let chunk = store.get(&Key::of(Tag::Thing).number(number / CHUNK).0)?;
    let chunk = chunk.ok_or_else(|| Doubt(format!("the chunk of thing {number} is missing")))?;
    at(&chunk, (number % CHUNK) as usize).ok_or_else(|| Doubt(format!("thing {number} is missing")))
}

fn at(chunk: &[u8], index: usize) -> Option<Thing> {
    let bytes = chunk.get(index * THING..(index + 1) * THING)?;
    let series = std::str::from_utf8(&bytes[44..46]).ok()?.trim_end_matches('\0');
    let no = match series {
        "" => None,
        series => {
            Some(Number { series: series.parse().ok()?, count: u32::from_be_bytes(bytes[46..50].try_into().ok()?) })
        }
    };
    Some(Thing {
        site: SiteNo(u16::from_be_bytes(bytes[..2].try_into().ok()?)),
        sort: bytes[2],
        day: i32::from_be_bytes(bytes[3..7].try_into().ok()?),
        epoch: u32::from_be_bytes(bytes[7..11].try_into().ok()?),
        seq: Seq(u64::from_be_bytes(bytes[11..19].try_into().ok()?)),
        locator: Locator(u64::from_be_bytes(bytes[19..27].try_into().ok()?)),
        id: IntentId(Uuid::from_slice(&bytes[27..43]).ok()?),
        cancelled: bytes[CANCELLED] != 0,
        no,
    })
}

/// Several things, whose numbers rise or fall; each chunk is read once.
pub(super) fn get_all(store: &Store, numbers: &[u32]) -> Result<Vec<Thing>, Doubt> {
    let mut found = Vec::with_capacity(numbers.len());
    let mut held: Option<(u32, Vec<u8>)> = None;
    for number in numbers {
        let at_chunk = number / CHUNK;
        if held.as_ref().is_none_or(|(no, _)| *no != at_chunk) {
            let chunk = store.get(&Key::of(Tag::Thing).number(at_chunk).0)?.unwrap_or_default();
            held = Some((at_chunk, chunk));
        }
        let thing = held.as_ref().and_then(|(_, chunk)| at(chunk, (number % CHUNK) as usize));
        found.push(thing.ok_or_else(|| Doubt(format!("thing {number} is missing")))?);
    }
    Ok(found)
}

fn count_key(site: SiteNo, sort: u8, day: i32) -> Vec<u8> {
    Key::of(Tag::DayCount).site(site).byte(sort).day(day).0
}

fn number_in(value: &[u8]) -> Result<u32, Doubt> {
    let bytes = value.try_into().map_err(|_| Doubt::new("a count is cut"))?;
    Ok(u32::from_be_bytes(bytes))
}

pub(super) fn day_count(store: &Store, site: SiteNo, sort: u8, day: i32) -> Result<u32, Doubt> {
    store.get(&count_key(site, sort, day))?.map_or(Ok(0), |value| number_in(&value))
}

pub(super) fn append_to_day(store: &mut Store, (site, sort, day): (SiteNo, u8, i32), number: u32) -> Result<(), Doubt> {
    let count = day_count(store, site, sort, day)?;
    let chunk = store.edit(&Key::of(Tag::Day).site(site).byte(sort).day(day).number(count / DAY_CHUNK).0)?;
    if chunk.len() != (count % DAY_CHUNK) as usize * 4 {
        return Err(Doubt(format!("a chunk of day {day} has {} bytes", chunk.len())));
    }
    chunk.extend_from_slice(&number.to_be_bytes());
    store.put(count_key(site, sort, day), (count + 1).to_be_bytes().to_vec());
    Ok(())
}

/// The numbers of a day from the `skip`th on, at most `limit`, in journal order.
pub(super) fn of_day(
    store: &Store,
    (site, sort, day): (SiteNo, u8, i32),
    skip: u32,
    limit: u32,
) -> Result<Vec<u32>, Doubt> {
    let end = day_count(store, site, sort, day)?.min(skip.saturating_add(limit));
    let mut numbers = Vec::new();
    let mut next = skip;
    while next < end {
        let key = Key::of(Tag::Day).site(site).byte(sort).day(day).number(next / DAY_CHUNK);
        let chunk = store.get(&key.0)?.unwrap_or_default();
        let last = end.min((next / DAY_CHUNK + 1) * DAY_CHUNK);
        let within = (next % DAY_CHUNK) as usize * 4..((last - 1) % DAY_CHUNK + 1) as usize * 4;
        let bytes = chunk.get(within).ok_or_else(|| Doubt(format!("a chunk of day {day} is cut")))?;
        numbers.extend(bytes.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])));
        next = last;
    }
    Ok(numbers)
}

/// The days of a site and kind that have any, with how many, in order; both ends included.
pub(super) fn days(store: &Store, site: SiteNo, sort: u8, from: i32, to: i32) -> Result<Vec<(i32, u32)>, Doubt> {
    let found = store.scan(&count_key(site, sort, from), &count_key(site, sort, to))?;
    let day = |(key, value): Pair| {
        let day = day_at(&key, 4).ok_or_else(|| Doubt::new("the key of a day is cut"))?;
        Ok((day, number_in(&value)?))
    };
    found.into_iter().map(day).collect()
}

/// Epochs by number, so that a thing holds four bytes for its epoch and not sixteen.
#[derive(Default)]
pub(super) struct Epochs {
    numbers: HashMap<(SiteNo, Epoch), u32>,
    names: HashMap<SiteNo, Vec<Epoch>>,
}

impl Epochs {
    pub(super) fn load(store: &Store) -> Result<Self, Doubt> {
        let mut epochs = Self::default();
        for (key, value) in store.scan_prefix(&Key::of(Tag::Epoch).0)? {
            let site = key.get(1..3).and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes);
            let (Some(site), Ok(epoch)) = (site, Uuid::from_slice(&value)) else {
                return Err(Doubt::new("an epoch is cut"));
            };
            epochs.add(SiteNo(site), Epoch(epoch));
        }
        Ok(epochs)
    }

    fn add(&mut self, site: SiteNo, epoch: Epoch) -> u32 {
        let names = self.names.entry(site).or_default();
        let number = names.len() as u32;
        names.push(epoch);
        self.numbers.insert((site, epoch), number);
        number
    }

    /// An epoch's number, given where it has none.
    pub(super) fn number(&mut self, store: &mut Store, site: SiteNo, epoch: Epoch) -> u32 {
        if let Some(number) = self.numbers.get(&(site, epoch)) {
            return *number;
        }
        let number = self.add(site, epoch);
        store.put(Key::of(Tag::Epoch).site(site).number(number).0, epoch.0.as_bytes().to_vec());
        number
    }

    pub(super) fn known(&self, site: SiteNo, epoch: Epoch) -> Option<u32> {
        self.numbers.get(&(site, epoch)).copied()
    }

    pub(super) fn name(&self, site: SiteNo, number: u32) -> Result<Epoch, Doubt> {
        let name = self.names.get(&site).and_then(|names| names.get(number as usize));
        name.copied().ok_or_else(|| Doubt(format!("epoch {number} is missing")))
    }
}
