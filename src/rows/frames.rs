//! What stands in the frames of a log of rows: CBOR, named fields. FORMAT.md fixes it.

use crate::domain::id::{Generation, SiteId};
use crate::domain::master::segment::Audience;
use crate::sync::rows::{Change, Slot};
use crate::wire::rows::{Cursor, Jump, Key, Line};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::collections::{BTreeMap, BTreeSet};

/// A frame of the office's table. Every part may be left out.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OfficeFrame {
    /// The table's generation from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) generation: Option<Generation>,
    /// Those of sites that have their own from now on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) generations: BTreeMap<SiteId, Generation>,
    /// Jumps between openings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) jumps: Vec<(u64, u64)>,
    /// Rows as they are from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) slots: Vec<WrittenSlot>,
}

/// Who gets a row: null is everybody.
type Who = Option<BTreeSet<SiteId>>;

/// Table, name, version, version of the content, bytes; who gets it, who has had it since the content, who had it once.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WrittenSlot(u8, Box<str>, u64, u64, Option<ByteBuf>, Who, Who, Who);

fn who(audience: &Audience) -> Who {
    match audience {
        Audience::All => None,
        Audience::Sites(sites) => Some(sites.clone()),
    }
}

fn audience(who: Who) -> Audience {
    who.map_or(Audience::All, Audience::Sites)
}

impl WrittenSlot {
    pub(super) fn of(key: &Key, slot: &Slot) -> Self {
        let Slot { version, content, body, audience, kept, former } = slot;
        let body = body.as_ref().map(|body| ByteBuf::from(body.to_vec()));
        Self(key.table, key.name.clone(), *version, *content, body, who(audience), who(kept), who(former))
    }

    pub(super) fn read(self) -> (Key, Slot) {
        let Self(table, name, version, content, body, to, kept, former) = self;
        let body = body.map(|body| body.into_vec().into_boxed_slice());
        let (to, kept, former) = (audience(to), audience(kept), audience(former));
        (Key { table, name }, Slot { version, content, body, audience: to, kept, former })
    }

    /// About how many bytes it takes.
    pub(super) fn size(key: &Key, slot: &Slot) -> usize {
        let sites = |audience: &Audience| match audience {
            Audience::All => 1,
            Audience::Sites(sites) => sites.iter().map(|site| site.as_str().len() + 2).sum::<usize>() + 3,
        };
        let body = slot.body.as_ref().map_or(1, |body| body.len() + 5);
        key.name.len() + body + sites(&slot.audience) + sites(&slot.kept) + sites(&slot.former) + 32
    }
}

pub(super) fn jumps(jumps: impl IntoIterator<Item = Jump>) -> Vec<(u64, u64)> {
    jumps.into_iter().map(|jump| (jump.after, jump.first)).collect()
}

/// A frame of what a box has taken: a change, as [`Change`] has it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BoxFrame {
    /// How far it is with this.
    cursor: Cursor,
    /// What was held before is of a former generation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    begins: bool,
    /// All that the office had has been here at least once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) complete: bool,
    /// Table, name, version, bytes or null.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rows: Vec<(u8, Box<str>, u64, Option<ByteBuf>)>,
}

impl BoxFrame {
    pub(super) fn of(change: &Change, complete: bool) -> Self {
        let row = |line: &Line| {
            let body = line.body.as_ref().map(|body| ByteBuf::from(body.to_vec()));
            (line.key.table, line.key.name.clone(), line.version, body)
        };
        Self { cursor: change.cursor, begins: change.begins, complete, rows: change.rows.iter().map(row).collect() }
    }

    pub(super) fn read(self) -> Change {
        let line = |(table, name, version, body): (u8, Box<str>, u64, Option<ByteBuf>)| Line {
            key: Key { table, name },
            version,
            body: body.map(|body| body.into_vec().into_boxed_slice()),
        };
        Change { rows: self.rows.into_iter().map(line).collect(), begins: self.begins, cursor: self.cursor }
    }
}
