//! Closes of days: what a site said of each day, so that a whole day can be told from a part of one.

use super::fold::days_since_1970;
use super::keys::{Key, SiteNo, Tag, day_at};
use super::meta::Place;
use super::store::{Doubt, Pair, Store};
use crate::domain::id::Position;
use crate::domain::record::DayClosed;
use crate::wire::cbor;

/// One close of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayClose {
    /// The day, in days since 1970.
    pub day: i32,
    /// What its record is called.
    pub position: Position,
    /// What it says.
    pub closed: DayClosed,
}

pub(super) fn note(store: &mut Store, site: SiteNo, place: Place, closed: &DayClosed) {
    let key = Key::of(Tag::DayClose).site(site).day(days_since_1970(closed.day)).long(place.ordinal);
    store.put(key.0, cbor::to_vec(&(place.position, closed)));
}

/// Those of the days from `from` to `to`, both included.
pub(super) fn between(store: &Store, site: SiteNo, from: i32, to: i32) -> Result<Vec<DayClose>, Doubt> {
    let at = |day, ordinal| Key::of(Tag::DayClose).site(site).day(day).long(ordinal).0;
    let close = |(key, value): Pair| {
        let day = day_at(&key, 3).ok_or_else(|| Doubt::new("the key of a close is cut"))?;
        let (position, closed) =
            cbor::from_slice(&value).map_err(|error| Doubt(format!("the close of day {day}: {error}")))?;
        Ok(DayClose { day, position, closed })
    };
    store.scan(&at(from, 0), &at(to, u64::MAX))?.into_iter().map(close).collect()
}
