//! What codes stand for: by the office's rows, and where these do not say, by the word of somebody at the site.
//!
//! In: the site's records, of which the latest word on a code counts, and the office's data. Out: the item and unit of a code, and whose word
//! that is. Absent: GS1 codes, which whoever scans takes apart.

use super::Shop;
use crate::domain::document::Text;
use crate::domain::id::{DeviceId, IntentId, Position};
use crate::domain::master::{Item, Masters};
use crate::domain::record::NamedCode;
use crate::domain::time::Stamp;
use serde::{Deserialize, Serialize};

/// The site's word on a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The intent.
    pub id: IntentId,
    /// The item.
    pub item_code: Text,
    /// The unit, where it is not the item's own.
    pub uom: Option<Text>,
    /// Who said so.
    pub user: Option<Text>,
    /// Where.
    pub device: DeviceId,
    /// When, milliseconds since 1970, by the record's own stamp.
    pub at_ms: i64,
}

impl Said {
    fn of(named: &NamedCode, stamp: &Stamp) -> Self {
        let NamedCode { id, device, user, item_code, uom, .. } = named.clone();
        Self { id, item_code, uom, user, device, at_ms: stamp.at_ms() }
    }
}

/// What a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandsFor<'a> {
    /// By the office's data: the item, and the unit where it is not the item's own.
    Office(&'a Item, Option<&'a Text>),
    /// By the site's word, which holds until the office has one.
    Site(&'a Said),
}

impl Shop {
    pub(super) fn say(&mut self, at: Position, named: &NamedCode, stamp: &Stamp) {
        self.said.edit(named.code.clone(), |said| *said = Some(Said::of(named, stamp)));
        *self.said_at.edit() = Some(at);
    }

    /// The record with the site's latest word on any code.
    pub fn said_at(&self) -> Option<Position> {
        *self.said_at.get()
    }

    /// What a code stands for; none where nobody knows it.
    pub fn stands_for<'a>(&'a self, masters: &'a Masters, code: &str) -> Option<StandsFor<'a>> {
        let office = masters.item_of_barcode(code).map(|(item, uom)| StandsFor::Office(item, uom));
        office.or_else(|| self.said(code).map(StandsFor::Site))
    }

    /// The site's latest word on a code, whatever the office says.
    pub fn said(&self, code: &str) -> Option<&Said> {
        self.said.get(code)?.as_ref()
    }

    /// What the site says of codes that the office's data does not know, by code.
    pub fn unanswered<'a>(&'a self, masters: &'a Masters) -> impl Iterator<Item = (&'a str, &'a Said)> {
        let said = self.said.iter().filter_map(|(code, said)| Some((code.as_str(), said.as_ref()?)));
        said.filter(|(code, _)| masters.item_of_barcode(code).is_none())
    }
}
