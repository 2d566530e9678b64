//! Documents by their number on paper. Counts of a series have no gaps, so a chunk is an array: four bytes for each document, and the
//! newest chunk alone is written again.

use super::keys::{Key, SiteNo, Tag};
use super::store::{Doubt, Store};
use super::things::series_bytes;
use crate::domain::number::Number;

/// Numbers in a chunk: 1 KB.
const CHUNK: u32 = 256;

fn key((site, sort): (SiteNo, u8), no: Number) -> Vec<u8> {
    Key::of(Tag::Number).site(site).byte(sort).bytes(&series_bytes(no.series)).number(no.count / CHUNK).0
}

fn at(no: Number) -> usize {
    (no.count % CHUNK) as usize * 4
}

/// Takes note of a document's number. The first one that bears it stands: a copied card gives numbers twice, and both are in the
/// journal.
pub(super) fn note(store: &mut Store, of: (SiteNo, u8), no: Number, thing: u32) -> Result<(), Doubt> {
    let chunk = store.edit(&key(of, no))?;
    // What came out of order leaves room for what comes between; it never is more than a chunk.
    if chunk.len() < at(no) + 4 {
        chunk.resize(at(no) + 4, 0);
    }
    let place = &mut chunk[at(no)..at(no) + 4];
    if place == [0; 4] {
        // Zero is for nothing, so things are counted from 1 here.
        place.copy_from_slice(&(thing + 1).to_be_bytes());
    }
    Ok(())
}

/// The thing that bears a number.
pub(super) fn get(store: &Store, of: (SiteNo, u8), no: Number) -> Result<Option<u32>, Doubt> {
    let chunk = store.get(&key(of, no))?.unwrap_or_default();
    let place = chunk.get(at(no)..at(no) + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    Ok(place.and_then(|thing| thing.checked_sub(1)))
}
