//! Cancellations: each by the document that it is of. The first of a document counts, which stays in all lists, marked.
//!
//! A journal at the office may hold a cancellation before its document, since batches come in any order: then the document is
//! cancelled as it comes. Documents are known by their numbers here, which rise: ids are random, and each would cost a page.

use super::fold::Fold;
use super::keys::{Key, SORT_BARCODE, SiteNo, Tag, site_intent};
use super::meta::Locator;
use super::store::{Doubt, Store};
use super::things;
use crate::domain::id::IntentId;

fn key(document: u32) -> Vec<u8> {
    Key::of(Tag::Cancel).number(document).0
}

fn ahead(site: SiteNo, document: IntentId) -> Vec<u8> {
    Key::of(Tag::CancelAhead).bytes(&site_intent(site, document)).0
}

/// The number of a cancellation.
fn at(store: &Store, key: &[u8]) -> Result<Option<u32>, Doubt> {
    let Some(value) = store.get(key)? else { return Ok(None) };
    let bytes = value.as_slice().try_into().map_err(|_| Doubt::new("a cancellation is cut"))?;
    Ok(Some(u32::from_be_bytes(bytes)))
}

/// Where the record of the cancellation is that a document is marked with.
pub(super) fn locator(store: &Store, document: u32) -> Result<Locator, Doubt> {
    let number = at(store, &key(document))?.ok_or_else(|| Doubt::new("a cancellation is missing"))?;
    Ok(things::get(store, number)?.locator)
}

impl Fold {
    /// Takes note of a cancellation, which is the thing of that number.
    pub(super) fn cancel(&mut self, site: SiteNo, document: IntentId, number: u32) -> Result<(), Doubt> {
        let Some(of) = self.ids.get(&self.store, &site_intent(site, document))? else {
            let key = ahead(site, document);
            if at(&self.store, &key)?.is_none() {
                self.store.put(key, number.to_be_bytes().to_vec());
                self.meta.cancelled_ahead += 1;
            }
            return Ok(());
        };
        let thing = things::get(&self.store, of)?;
        // An id may name a scan, or a cancellation: there is nothing to cancel in those.
        if thing.cancelled || thing.sort >= SORT_BARCODE {
            return Ok(());
        }
        self.store.put(key(of), number.to_be_bytes().to_vec());
        things::cancel(&mut self.store, of)
    }

    /// True where the cancellation of a new document, which gets that number, is there already.
    pub(super) fn was_cancelled_ahead(&mut self, site: SiteNo, id: IntentId, number: u32) -> Result<bool, Doubt> {
        if self.meta.cancelled_ahead == 0 {
            return Ok(false);
        }
        let waiting = ahead(site, id);
        let Some(cancellation) = at(&self.store, &waiting)? else { return Ok(false) };
        self.store.remove(waiting);
        self.store.put(key(number), cancellation.to_be_bytes().to_vec());
        self.meta.cancelled_ahead -= 1;
        Ok(true)
    }
}
