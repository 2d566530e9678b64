//! How far the views are and what of: the record that every commit writes with what it changes.

use super::keys::SiteNo;
use super::store::{Doubt, Sums};
use crate::domain::document::Kind;
use crate::domain::id::{Position, StoreId};
use crate::wire::cbor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Raised whenever keys or values change their meaning, so that older views are rebuilt.
pub(super) const VERSION: u32 = 6;

/// Where a record is in its journal: `(segment, offset)` packed by the journal; here it is only kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Locator(pub u64);

/// One journal that the views are folded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stream {
    /// A site's own journal.
    Up(SiteNo),
    /// The office's journal for a site, with its word on that site's records.
    Down(SiteNo),
}

impl Stream {
    /// The site whose records it is or speaks of.
    pub fn site(self) -> SiteNo {
        match self {
            Self::Up(site) | Self::Down(site) => site,
        }
    }
}

/// One record's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Number in file order, from 1, over all epochs; it rises, with gaps where records are lost to damage.
    pub ordinal: u64,
    /// Where it is to be read.
    pub locator: Locator,
    /// What it is called.
    pub position: Position,
}

/// How far one stream was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reached {
    /// The disk that the journal is on.
    pub(super) store: StoreId,
    /// The last record applied.
    pub(super) place: Place,
}

/// The meta record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) version: u32,
    /// The kinds by number: a new kind means that records were passed over before.
    pub(super) kinds: String,
    /// Days depend on it.
    pub(super) utc_offset_minutes: i32,
    #[serde(with = "pairs")]
    pub(super) reached: BTreeMap<Stream, Reached>,
    /// How many things are known.
    pub(super) things: u32,
    /// Number of the next run of ids.
    pub(super) next_run: u32,
    /// Number of the next run of customers and suppliers.
    pub(super) next_party_run: u32,
    /// Cancellations that came before their documents. Where there is none, a new document need not be looked for among them.
    pub(super) cancelled_ahead: u32,
    /// Outcomes that came before what they are of, likewise.
    pub(super) outcomes_ahead: u32,
    /// Number of the next commit.
    pub(super) commit: u64,
    pub(super) sums: Sums,
}

impl Meta {
    pub(super) fn new(utc_offset_minutes: i32) -> Self {
        Self {
            version: VERSION,
            kinds: Kind::slugs(),
            utc_offset_minutes,
            reached: BTreeMap::new(),
            things: 0,
            next_run: 0,
            next_party_run: 0,
            cancelled_ahead: 0,
            outcomes_ahead: 0,
            commit: 0,
            sums: Sums::default(),
        }
    }

    pub(super) fn read(bytes: &[u8], utc_offset_minutes: i32) -> Result<Self, Doubt> {
        let meta: Self = cbor::from_slice(bytes).map_err(|error| Doubt(format!("the meta record: {error}")))?;
        if meta.version != VERSION || meta.kinds != Kind::slugs() {
            return Err(Doubt::new("made by another version"));
        }
        if meta.utc_offset_minutes != utc_offset_minutes {
            return Err(Doubt::new("made for another time zone"));
        }
        Ok(meta)
    }

    pub(super) fn write(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }
}

/// A map whose keys are no text, as a list of pairs.
mod pairs {
    use super::{BTreeMap, Reached, Stream};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<Stream, Reached>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map.iter())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<Stream, Reached>, D::Error> {
        Ok(Vec::<(Stream, Reached)>::deserialize(d)?.into_iter().collect())
    }
}
