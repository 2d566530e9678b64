//! Documents by their number on paper. Counts of a series have no gaps, so a chunk is an array: four bytes for each document, and the
//! newest chunk alone is written again. A copied or restored card gives numbers twice: the second document that bears one has a key of its own.

use super::keys::{Key, SiteNo, Tag};
use super::store::{Doubt, Store};
use super::things::series_bytes;
use crate::domain::number::Number;

/// Numbers in a chunk: 1 KB.
const CHUNK: u32 = 256;

fn key((site, sort): (SiteNo, u8), no: Number) -> Vec<u8> {
    Key::of(Tag::Number).site(site).byte(sort).bytes(&series_bytes(no.series)).number(no.count / CHUNK).0
}

fn shared((site, sort): (SiteNo, u8), no: Number) -> Key {
    Key::of(Tag::Shared).site(site).byte(sort).bytes(&series_bytes(no.series)).number(no.count)
}

fn at(no: Number) -> usize {
    (no.count % CHUNK) as usize * 4
}

/// Takes note of a document's number.
pub(super) fn note(store: &mut Store, of: (SiteNo, u8), no: Number, thing: u32) -> Result<(), Doubt> {
    let chunk = store.edit(&key(of, no))?;
    // What came out of order leaves room for what comes between; it never is more than a chunk.
    if chunk.len() < at(no) + 4 {
        chunk.resize(at(no) + 4, 0);
    }
    let place = &mut chunk[at(no)..at(no) + 4];
    // Zero is for nothing, so things are counted from 1 here.
    match place == [0; 4] {
        true => place.copy_from_slice(&(thing + 1).to_be_bytes()),
        false => store.put(shared(of, no).number(thing).0, Vec::new()),
    }
    Ok(())
}

/// The things that bear a number, the first that came first.
pub(super) fn get(store: &Store, of: (SiteNo, u8), no: Number) -> Result<Vec<u32>, Doubt> {
    let Some(first) = first(store, of, no)? else { return Ok(Vec::new()) };
    let others = store.scan_prefix(&shared(of, no).0)?;
    Ok([first].into_iter().chain(others.iter().filter_map(|(key, _)| thing_of(key))).collect())
}

/// The things that bear a number which another one bore before, of all kinds of a site, in the order of their numbers; at most `limit`.
pub(super) fn again(store: &Store, site: SiteNo, limit: usize) -> Result<Vec<u32>, Doubt> {
    let all = store.scan_prefix(&Key::of(Tag::Shared).site(site).0)?;
    Ok(all.iter().filter_map(|(key, _)| thing_of(key)).take(limit).collect())
}

/// A key of [`Tag::Shared`] ends with the thing's number.
fn thing_of(key: &[u8]) -> Option<u32> {
    key.last_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn first(store: &Store, of: (SiteNo, u8), no: Number) -> Result<Option<u32>, Doubt> {
    let chunk = store.get(&key(of, no))?.unwrap_or_default();
    let place = chunk.get(at(no)..at(no) + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    Ok(place.and_then(|thing| thing.checked_sub(1)))
}
