//! What became of documents and cancellations in the office's books, by the number of the thing that they are: the latest word of each.
//!
//! A word may come before what it is about, where the journals are read anew: then it waits under the id.

use super::fold::Fold;
use super::keys::{Key, SiteNo, Tag, site_intent};
use super::store::{Doubt, Store};
use crate::domain::id::IntentId;
use crate::domain::outcome::{Fate, Outcome};
use crate::wire::cbor;
use std::collections::BTreeMap;

/// Things in a chunk: about 1.5 KB.
const CHUNK: u32 = 32;

type Chunk = BTreeMap<u8, Fate>;

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
pub(super) fn get(store: &Store, number: u32) -> Result<Option<Fate>, Doubt> {
    Ok(chunk(store, number)?.remove(&((number % CHUNK) as u8)))
}

fn put(store: &mut Store, number: u32, fate: Fate) -> Result<(), Doubt> {
    let mut chunk = chunk(store, number)?;
    chunk.insert((number % CHUNK) as u8, fate);
    store.put(key(number), cbor::to_vec(&chunk));
    Ok(())
}

impl Fold {
    /// Takes the office's word.
    pub(super) fn outcome(&mut self, site: SiteNo, outcome: &Outcome) -> Result<(), Doubt> {
        let fate = outcome.fate.clone();
        match self.ids.get(&self.store, &site_intent(site, outcome.of))? {
            Some(number) => put(&mut self.store, number, fate),
            None => {
                let waiting = ahead(site, outcome.of);
                self.meta.outcomes_ahead += u32::from(self.store.get(&waiting)?.is_none());
                self.store.put(waiting, cbor::to_vec(&fate));
                Ok(())
            }
        }
    }

    /// A new thing, which gets that number, may have a word waiting for it.
    pub(super) fn had_outcome_ahead(&mut self, site: SiteNo, id: IntentId, number: u32) -> Result<(), Doubt> {
        if self.meta.outcomes_ahead == 0 {
            return Ok(());
        }
        let waiting = ahead(site, id);
        let Some(bytes) = self.store.get(&waiting)? else { return Ok(()) };
        let fate = cbor::from_slice(&bytes).map_err(|error| Doubt(format!("an outcome: {error}")))?;
        self.store.remove(waiting);
        self.meta.outcomes_ahead -= 1;
        put(&mut self.store, number, fate)
    }

    /// The latest word on an intent of a site.
    pub(super) fn fate(&self, site: SiteNo, id: IntentId) -> Result<Option<Fate>, Doubt> {
        match self.ids.get(&self.store, &site_intent(site, id))? {
            Some(number) => get(&self.store, number),
            None => {
                let waiting = self.store.get(&ahead(site, id))?;
                let read = |bytes: Vec<u8>| cbor::from_slice(&bytes);
                waiting.map(read).transpose().map_err(|error| Doubt(format!("an outcome: {error}")))
            }
        }
    }
}
