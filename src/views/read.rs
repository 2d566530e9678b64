//! What can be asked of the views.

use super::acked;
use super::fold::{Fold, LATEST, Listed, Totals};
use super::keys::{Key, SORT_SCAN, SiteNo, Tag, kind_of, site_intent, sort_of};
use super::meta::Locator;
use super::stock::{self, StockLevel};
use super::store::Doubt;
use super::things::{self, Thing};
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, Position};
use crate::wire::cbor;

/// Where a record is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// In the site's journal.
    Saved,
    /// In the office's journal, since this moment (milliseconds since 1970, by the office's stamp).
    AtOffice {
        /// Since when.
        at_ms: i64,
    },
}

/// A document, as the views know it. Its fields are in the journal, at `locator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentLine {
    /// Whose.
    pub site: SiteNo,
    /// The device's id of it.
    pub id: IntentId,
    /// Which kind.
    pub kind: Kind,
    /// Its day, in days since 1970: `posting_date`, or the day of its stamp at the views' offset from UTC.
    pub day: i32,
    /// What the record is called.
    pub position: Position,
    /// Where the record is.
    pub locator: Locator,
    /// Where it is on its way.
    pub state: State,
}

impl Fold {
    /// What became of a record.
    pub(super) fn state(&self, site: SiteNo, position: Position) -> Result<State, Doubt> {
        let Some(epoch) = self.epochs.known(site, position.epoch) else { return Ok(State::Saved) };
        let since = acked::since(&self.store, site, epoch, position.seq.0)?;
        Ok(since.map_or(State::Saved, |at_ms| State::AtOffice { at_ms }))
    }

    fn line(&self, thing: &Thing) -> Result<Option<DocumentLine>, Doubt> {
        if thing.sort >= SORT_SCAN {
            return Ok(None);
        }
        let kind = kind_of(thing.sort).ok_or_else(|| Doubt(format!("no kind has number {}", thing.sort)))?;
        let position = Position { epoch: self.epochs.name(thing.site, thing.epoch)?, seq: thing.seq };
        let state = self.state(thing.site, position)?;
        let (site, id, day, locator) = (thing.site, thing.id, thing.day, thing.locator);
        Ok(Some(DocumentLine { site, id, kind, day, position, locator, state }))
    }

    pub(super) fn document(&self, site: SiteNo, id: IntentId) -> Result<Option<DocumentLine>, Doubt> {
        let Some(number) = self.ids.get(&self.store, &site_intent(site, id))? else { return Ok(None) };
        let thing = things::get(&self.store, number)?;
        if (thing.site, thing.id) != (site, id) {
            return Err(Doubt(format!("thing {number} is not what its id names")));
        }
        self.line(&thing)
    }

    pub(super) fn documents(
        &self,
        (site, kind, day): (SiteNo, Kind, i32),
        skip: u32,
        limit: u32,
    ) -> Result<Vec<DocumentLine>, Doubt> {
        let numbers = things::of_day(&self.store, (site, sort_of(kind), day), skip, limit)?;
        let things = things::get_all(&self.store, &numbers)?;
        let mut lines = Vec::with_capacity(things.len());
        for thing in &things {
            lines.extend(self.line(thing)?);
        }
        Ok(lines)
    }

    pub(super) fn days(&self, site: SiteNo, kind: Kind, from: i32, to: i32) -> Result<Vec<(i32, u32)>, Doubt> {
        if from > to {
            return Ok(Vec::new());
        }
        things::days(&self.store, site, sort_of(kind), from, to)
    }

    pub(super) fn stock(&self, site: SiteNo, warehouse: Option<&str>) -> Result<Vec<StockLevel>, Doubt> {
        stock::levels(&self.store, site, warehouse)
    }

    pub(super) fn totals(&self, site: SiteNo) -> Totals {
        self.totals.get(&site).cloned().unwrap_or_default()
    }

    pub(super) fn sites(&self) -> Vec<SiteNo> {
        let mut sites: Vec<_> = self.totals.keys().copied().collect();
        sites.sort();
        sites
    }

    /// The latest of a list, the newest first.
    pub(super) fn latest(&self, tag: Tag, site: SiteNo, limit: usize) -> Result<Vec<Listed>, Doubt> {
        debug_assert!(matches!(tag, Tag::Refusal | Tag::Conflict | Tag::Hole));
        let found = self.store.scan_prefix(&Key::of(tag).site(site).0)?;
        let listed = found.iter().map(|(_, value)| cbor::from_slice(value));
        let listed: Result<Vec<Listed>, _> = listed.collect();
        let mut listed = listed.map_err(|error| Doubt(format!("a list: {error}")))?;
        listed.sort_by_key(|line| std::cmp::Reverse(line.place.ordinal));
        listed.truncate(limit.min(LATEST as usize));
        Ok(listed)
    }
}
