//! The box's word to a device, published on `receipt/<device>`: what became of what it sent.

use super::reason::Reason;
use crate::domain::booked::Mark;
use crate::domain::decimal::Decimal;
use crate::domain::id::{IntentId, Position, RecordHash, SiteId};
use crate::domain::outcome::Fate;
use crate::domain::time::rfc3339;
use serde::Serialize;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is in the box's journal, on disk.
    Recorded,
    /// It was refused; the refusal is in the box's journal.
    Refused,
    /// It is in the office's journal.
    AtOffice,
    /// It is in the company's books.
    Posted,
    /// It is not in the books, and somebody or something has to change first.
    Held,
    /// It will never be in the books: they have no place for it, it was cancelled before it came there, or the office gave it up.
    NotPosted,
}

impl From<&Fate> for Status {
    fn from(fate: &Fate) -> Self {
        match fate {
            Fate::Posted { .. } => Self::Posted,
            Fate::Held { .. } => Self::Held,
            Fate::Withdrawn | Fate::Kept | Fate::GivenUp { .. } => Self::NotPosted,
        }
    }
}

/// One receipt. The same id gets the same receipt for ever, but for its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// The device's id of its intent; none where it sent none that could be read.
    pub id: Option<IntentId>,
    /// What became of it.
    pub status: Status,
    /// The site whose journal holds the record.
    pub site: &'a SiteId,
    /// Where in that journal.
    pub position: Position,
    /// The record's hash; its first four bytes are shown.
    pub hash: RecordHash,
    /// When the record was made, milliseconds since 1970, UTC.
    pub at_ms: i64,
    /// Why it was refused.
    pub reason: Option<&'a Reason>,
    /// The packet id of the publish that this answers; none for an answer that comes later.
    pub packet: Option<u16>,
    /// A document's number, as it is printed.
    pub number: Option<&'a str>,
    /// What a document comes to.
    pub total: Option<Decimal>,
    /// What a person should know of it.
    pub marks: &'a [Mark],
    /// The office's word on it.
    pub outcome: Option<&'a Fate>,
}

#[derive(Serialize)]
struct Shape<'a> {
    id: Option<IntentId>,
    status: Status,
    site: &'a SiteId,
    epoch: String,
    seq: u64,
    hash: String,
    at: String,
    reason: Option<&'a Reason>,
    number: Option<&'a str>,
    total: Option<Decimal>,
    marks: &'a [Mark],
    outcome: Option<&'a Fate>,
    packet: Option<u16>,
}

impl Receipt<'_> {
    /// The payload: one JSON object, every field always there.
    pub fn to_json(&self) -> Vec<u8> {
        let shape = Shape {
            id: self.id,
            status: self.status,
            site: self.site,
            epoch: self.position.epoch.to_string(),
            seq: self.position.seq.0,
            hash: self.hash.short(),
            at: rfc3339(self.at_ms),
            reason: self.reason,
            number: self.number,
            total: self.total,
            marks: self.marks,
            outcome: self.outcome,
            packet: self.packet,
        };
        serde_json::to_vec(&shape).expect("invariant: a receipt is plain text and numbers")
    }
}

/// The topic on which `device` gets its receipts.
pub fn topic(device: &crate::domain::id::DeviceId) -> String {
    format!("receipt/{device}")
}
