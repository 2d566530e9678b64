//! What the office asked of a site, and what the site answered: the two stand in two journals and may be read in either order.
//!
//! Kept are places of records, never what they say. Requests are made by people, a few a day, so that all that wait are read at once.

use super::fold::Fold;
use super::keys::{Key, SiteNo, Tag};
use super::meta::{Locator, Place};
use super::store::Doubt;
use crate::domain::id::IntentId;
use crate::wire::cbor;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A request, as the views know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// Its id, which its document has.
    pub id: IntentId,
    /// The record of it, in the office's journal for the site. Its ordinal tells it from others, and later ones are greater.
    pub place: Place,
    /// The site's answer.
    pub answer: Option<Answer>,
    /// The record by which it was taken back, in the same journal, where it was.
    pub taken_back: Option<Locator>,
}

/// A site's answer: a record of its own journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether the site recorded the document.
    pub is_done: bool,
    /// The document, or why not.
    pub locator: Locator,
}

#[derive(Serialize, Deserialize)]
struct Asked {
    id: IntentId,
    place: Place,
}

fn by_id(tag: Tag, site: SiteNo, id: IntentId) -> Vec<u8> {
    Key::of(tag).site(site).bytes(id.0.as_bytes()).0
}

fn by_ordinal(tag: Tag, site: SiteNo, ordinal: u64) -> Vec<u8> {
    Key::of(tag).site(site).long(ordinal).0
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Doubt> {
    cbor::from_slice(bytes).map_err(|error| Doubt(format!("a request: {error}")))
}

impl Fold {
    fn request_part<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, Doubt> {
        self.store.get(key)?.map(|bytes| read(&bytes)).transpose()
    }

    /// The office asks. The first record of an id counts.
    pub(super) fn requested(&mut self, site: SiteNo, id: IntentId, place: Place) -> Result<(), Doubt> {
        let of = by_id(Tag::RequestOf, site, id);
        if self.store.get(&of)?.is_some() {
            return Ok(());
        }
        self.store.put(of, cbor::to_vec(&place.ordinal));
        self.store.put(by_ordinal(Tag::Request, site, place.ordinal), cbor::to_vec(&Asked { id, place }));
        if self.store.get(&by_id(Tag::Answer, site, id))?.is_none() {
            self.store.put(by_ordinal(Tag::Pending, site, place.ordinal), Vec::new());
        }
        Ok(())
    }

    /// The site answers. A document counts whatever else was said: its goods have moved.
    pub(super) fn answered(
        &mut self,
        site: SiteNo,
        id: IntentId,
        locator: Locator,
        is_done: bool,
    ) -> Result<(), Doubt> {
        let key = by_id(Tag::Answer, site, id);
        if self.request_part::<Answer>(&key)?.is_some_and(|before| before.is_done || !is_done) {
            return Ok(());
        }
        self.store.put(key, cbor::to_vec(&Answer { is_done, locator }));
        if let Some(ordinal) = self.request_part::<u64>(&by_id(Tag::RequestOf, site, id))? {
            self.store.remove(by_ordinal(Tag::Pending, site, ordinal));
        }
        Ok(())
    }

    /// The office wants it no more.
    pub(super) fn taken_back(&mut self, site: SiteNo, id: IntentId, locator: Locator) {
        self.store.put(by_id(Tag::TakenBack, site, id), cbor::to_vec(&locator));
    }

    fn request_line(&self, site: SiteNo, Asked { id, place }: Asked) -> Result<RequestLine, Doubt> {
        let answer = self.request_part(&by_id(Tag::Answer, site, id))?;
        let taken_back = self.request_part(&by_id(Tag::TakenBack, site, id))?;
        Ok(RequestLine { id, place, answer, taken_back })
    }

    fn request_at(&self, site: SiteNo, ordinal: u64) -> Result<RequestLine, Doubt> {
        let asked = self.request_part(&by_ordinal(Tag::Request, site, ordinal))?;
        self.request_line(site, asked.ok_or_else(|| Doubt::new("a request is not where its id names it"))?)
    }

    /// One of them.
    pub(super) fn request(&self, site: SiteNo, id: IntentId) -> Result<Option<RequestLine>, Doubt> {
        let ordinal = self.request_part(&by_id(Tag::RequestOf, site, id))?;
        ordinal.map(|ordinal| self.request_at(site, ordinal)).transpose()
    }

    /// Those that wait for the site's answer, the oldest first.
    pub(super) fn pending_requests(&self, site: SiteNo) -> Result<Vec<RequestLine>, Doubt> {
        let pending = self.store.scan_prefix(&Key::of(Tag::Pending).site(site).0)?;
        let ordinal = |key: &[u8]| key.get(3..11).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
        let ordinals = pending.iter().map(|(key, _)| ordinal(key).ok_or_else(|| Doubt::new("a request's key is cut")));
        ordinals.map(|found| self.request_at(site, found?)).collect()
    }

    /// The newest before an ordinal, the newest first.
    pub(super) fn requests(&self, site: SiteNo, before: u64, limit: usize) -> Result<Vec<RequestLine>, Doubt> {
        let (from, mut before) = (by_ordinal(Tag::Request, site, 0), before);
        let mut lines = Vec::new();
        while let Some(last) = before.checked_sub(1).filter(|_| lines.len() < limit) {
            let to = by_ordinal(Tag::Request, site, last);
            let Some((_, bytes)) = self.store.last_in(&from, &to)? else { break };
            let asked: Asked = read(&bytes)?;
            before = asked.place.ordinal;
            lines.push(self.request_line(site, asked)?);
        }
        Ok(lines)
    }
}
