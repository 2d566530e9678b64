//! What became of documents and cancellations in the office's books, by the number of the thing that they are: the latest word of each.
//!
//! A word may come before what it is about, where the journals are read anew: then it waits under the id.

use super::fold::Fold;
use super::keys::{Key, SiteNo, Tag, site_intent};
use super::store::{Doubt, Store};
use crate::domain::id::IntentId;
use crate::domain::outcome::{Fate, Outcome, SaidAt};
use crate::wire::cbor;
use std::collections::BTreeMap;

/// Things in a chunk: about 1.5 KB.
const CHUNK: u32 = 32;

type Chunk = BTreeMap<u8, Word>;

/// A word, and when it was said.
type Word = (SaidAt, Fate);

fn key(number: u32) -> Vec<u8> {
    Key::of(Tag::Outcome).number(number / CHUNK).0
}

fn ahead(site: SiteNo, id: IntentId) -> Vec<u8> {
    Key::of(Tag::OutcomeAhead).bytes(&site_intent(site, id)).0
}

fn chunk(store: &Store, number: u32) -> Result<Chunk, Doubt> {
    let Some(bytes) = store.get(&key(number))? else { return Ok(Chunk::new()) };
    cbor::from_slice(&bytes).map_err(|error| Doubt(format!("the outcomes by thing {number}: {error}")))
}

/// What became of a thing.
fn get(store: &Store, number: u32) -> Result<Option<Word>, Doubt> {
    Ok(chunk(store, number)?.remove(&((number % CHUNK) as u8)))
}

/// Keeps a word, unless a later one is here already.
fn put(store: &mut Store, number: u32, word: Word) -> Result<(), Doubt> {
    let mut chunk = chunk(store, number)?;
    let at = (number % CHUNK) as u8;
    if chunk.get(&at).is_some_and(|(known, _)| *known > word.0) {
        return Ok(());
    }
    chunk.insert(at, word);
    store.put(key(number), cbor::to_vec(&chunk));
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
            return put(&mut self.store, number, word);
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
        put(&mut self.store, number, word)
    }

    /// The latest word on an intent of a site, and when it was said.
    pub(super) fn word(&self, site: SiteNo, id: IntentId) -> Result<Option<Word>, Doubt> {
        match self.ids.get(&self.store, &site_intent(site, id))? {
            Some(number) => get(&self.store, number),
            None => self.store.get(&ahead(site, id))?.map(|bytes| read(&bytes)).transpose(),
        }
    }
}
