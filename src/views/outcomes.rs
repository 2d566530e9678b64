//! What became of documents and cancellations in the office's books, by the number of the thing that they are: the latest word of each.
//!
//! A word may come before what it is about, where the journals are read anew: then it waits under the id.

use super::fold::Fold;
use super::keys::{Key, SiteNo, Tag, site_intent};
use super::store::{Doubt, Store};
use crate::domain::id::IntentId;
use crate::domain::outcome::{Fate, Outcome, SaidAt};
use crate::wire::cbor;
use std::ops::Range;

/// Things in a chunk: about 1.5 KB.
const CHUNK: u32 = 32;
/// Before a word in its chunk: which thing's it is, and how many bytes, so that the others need not be read.
const HEAD: usize = 1 + 4;

/// A word, and when it was said.
pub(super) type Word = (SaidAt, Fate);

fn key(number: u32) -> Vec<u8> {
    Key::of(Tag::Outcome).number(number / CHUNK).0
}

fn ahead(site: SiteNo, id: IntentId) -> Vec<u8> {
    Key::of(Tag::OutcomeAhead).bytes(&site_intent(site, id)).0
}

/// Where the word on a thing stands in its chunk, with its head; nothing where there is none.
fn place(chunk: &[u8], number: u32) -> Result<Option<Range<usize>>, Doubt> {
    let (of, mut at) = ((number % CHUNK) as u8, 0);
    while let Some(head) = chunk.get(at..at + HEAD) {
        let length = head.last_chunk().map_or(0, |length| u32::from_be_bytes(*length));
        let next = at + HEAD + length as usize;
        if head.first() == Some(&of) && next <= chunk.len() {
            return Ok(Some(at..next));
        }
        at = next;
    }
    match at == chunk.len() {
        true => Ok(None),
        false => Err(Doubt(format!("the outcomes by thing {number} are cut"))),
    }
}

/// What became of a thing.
fn get(store: &Store, number: u32) -> Result<Option<Word>, Doubt> {
    let Some(chunk) = store.get(&key(number))? else { return Ok(None) };
    place(&chunk, number)?.map(|place| read(&chunk[place.start + HEAD..place.end])).transpose()
}

/// Keeps a word, unless a later one is here already.
fn put(store: &mut Store, number: u32, word: &Word) -> Result<(), Doubt> {
    let mut chunk = store.get(&key(number))?.unwrap_or_default();
    if let Some(place) = place(&chunk, number)? {
        let (known, _) = read(&chunk[place.start + HEAD..place.end])?;
        if known > word.0 {
            return Ok(());
        }
        chunk.drain(place);
    }
    let body = cbor::to_vec(word);
    chunk.push((number % CHUNK) as u8);
    chunk.extend_from_slice(&(body.len() as u32).to_be_bytes());
    chunk.extend_from_slice(&body);
    store.put(key(number), chunk);
    Ok(())
}

fn read(bytes: &[u8]) -> Result<Word, Doubt> {
    cbor::from_slice(bytes).map_err(|error| Doubt(format!("an outcome: {error}")))
}

impl Fold {
    /// Takes the office's word.
    pub(super) fn outcome(&mut self, site: SiteNo, outcome: &Outcome, said: SaidAt) -> Result<(), Doubt> {
        let word = (said, outcome.fate.clone());
        if let Some(number) = self.ids.get(&self.store, &site_intent(site, outcome.of))? {
            return put(&mut self.store, number, &word);
        }
        let waiting = ahead(site, outcome.of);
        match self.store.get(&waiting)?.map(|bytes| read(&bytes)).transpose()? {
            Some((known, _)) if known > said => return Ok(()),
            Some(_) => {}
            None => self.meta.outcomes_ahead += 1,
        }
        self.store.put(waiting, cbor::to_vec(&word));
        Ok(())
    }

    /// A new thing, which gets that number, may have a word waiting for it.
    pub(super) fn had_outcome_ahead(&mut self, site: SiteNo, id: IntentId, number: u32) -> Result<(), Doubt> {
        if self.meta.outcomes_ahead == 0 {
            return Ok(());
        }
        let waiting = ahead(site, id);
        let Some(bytes) = self.store.get(&waiting)? else { return Ok(()) };
        let word = read(&bytes)?;
        self.store.remove(waiting);
        self.meta.outcomes_ahead -= 1;
        put(&mut self.store, number, &word)
    }

    /// The latest word on an intent of a site, and when it was said.
    pub(super) fn word(&self, site: SiteNo, id: IntentId) -> Result<Option<Word>, Doubt> {
        self.word_at(site, id, self.ids.get(&self.store, &site_intent(site, id))?)
    }

    /// The same of an intent that has that number, if it is here.
    pub(super) fn word_at(&self, site: SiteNo, id: IntentId, number: Option<u32>) -> Result<Option<Word>, Doubt> {
        match number {
            Some(number) => get(&self.store, number),
            None => self.store.get(&ahead(site, id))?.map(|bytes| read(&bytes)).transpose(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_that_is_cut_is_a_doubt_and_no_word_is_made_of_it() {
        let chunk = [&[1, 0, 0, 0, 2, 7, 7][..], &[3, 0, 0, 0, 1, 9]].concat();
        assert_eq!(place(&chunk, CHUNK + 1), Ok(Some(0..7)));
        assert_eq!(place(&chunk, CHUNK + 3), Ok(Some(7..13)));
        assert_eq!(place(&chunk, CHUNK + 2), Ok(None));
        assert_eq!(place(&[], 3), Ok(None));
        for cut in [1, 6, 8, 12] {
            assert!(place(&chunk[..cut], 3).is_err(), "{cut}");
        }
    }
}
