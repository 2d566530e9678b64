//! What two stores tell each other. Every part may be absent; each stands for itself.
//!
//! A message says nothing about who sends it: the envelope around it does, by its keys.

use super::frame::{MAX_BODY, record_hash};
use super::rows::{Cursor, Delta};
use crate::domain::id::{Epoch, Position, RecordHash, Seq, SiteId, StoreId};
use crate::domain::record::Span;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Most records in one batch. With [`MAX_BATCH_BYTES`] it bounds what a receiver holds in memory for one envelope.
pub const MAX_BATCH_RECORDS: usize = 8192;
/// Most bytes of records in one batch before compression. One thousand sales fit.
pub const MAX_BATCH_BYTES: usize = 512 * 1024;
/// Most spans that an ack names beyond what is whole; what is left out is only sent again.
pub const MAX_BEYOND: usize = 64;
/// Most heads in an ack: each copy or fork of a site's journal makes one.
pub const MAX_HEADS: usize = 64;
/// Longest text in a [`Condition`], in bytes.
pub const MAX_CONDITION: usize = 32;

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Said once after a connection, and on every stick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hello: Option<Hello>,
    /// The nonce of the hello that this answers: proof that what is said here is said after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<u64>,
    /// What the sender of this message holds of the receiver's journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack: Option<Ack>,
    /// Records of the sender's journal; none is an empty list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batch: Vec<Run>,
    /// How many records wait at the sender beside those of the batch and those under way.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
    /// The sender's time, milliseconds since 1970, where it is good for others to set a clock by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ms: Option<i64>,
    /// Master data of the sender's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Delta>,
    /// How far the sender of this message is in the receiver's master data. Whoever never says one gets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// How the sender is. Said with a hello, and each hour beside something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

/// How a box is, by its own word: for people to look at. Nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The program's version.
    pub version: String,
    /// Its time, milliseconds since 1970.
    pub at_ms: i64,
    /// Whom it has that from, as `state/box` says it.
    pub time_from: String,
    /// Free space, in MB of 10^6 bytes; none where the system does not say.
    pub free_mb: Option<u64>,
    /// Bytes over its line this month, both ways, as a provider counts them.
    pub bytes_this_month: u64,
}

/// What each says on connecting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Random; comes back as `echo`.
    pub nonce: u64,
    /// The highest number of the dictionaries that the sender of this can read.
    pub dictionary: u8,
    /// What it believes that the receiver of this holds of its journal.
    pub believes: Option<Ack>,
}

/// Word that records are in a journal on a named disk: the only thing that ends their sender's duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// Which disk.
    pub store: StoreId,
    /// What is on it.
    pub held: Held,
}

/// What is held of one site's journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Records up to which all is held: the record, all before it in its epoch, and all epochs that these follow.
    /// More than one where a card was copied.
    pub through: Vec<Position>,
    /// Runs held beyond those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<Span>,
}

/// Consecutive records of one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The epoch.
    pub epoch: Epoch,
    /// The number of the first.
    pub first: Seq,
    /// The hash of the record before the first; the other hashes follow from the records.
    pub prev: RecordHash,
    /// The records' bodies. An empty one was lost to damage at the sender and will never come.
    pub bodies: Vec<ByteBuf>,
    /// The hashes of the lost ones, in their order, as the records after them name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<RecordHash>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Run {
    /// The number of the last record.
    pub fn last(&self) -> Seq {
        Seq(self.first.0 + (self.bodies.len() as u64).saturating_sub(1))
    }

    /// Both ends.
    pub fn span(&self) -> Span {
        Span { epoch: self.epoch, first: self.first, last: self.last() }
    }

    /// The position of the record at `index`.
    pub fn position(&self, index: usize) -> Position {
        Position { epoch: self.epoch, seq: Seq(self.first.0 + index as u64) }
    }

    /// The hash of each record, in order. The run has no fault.
    pub fn hashes(&self, site: &SiteId) -> Vec<RecordHash> {
        let mut lost = self.lost.iter();
        let mut prev = self.prev;
        let hash = |(i, body): (usize, &ByteBuf)| {
            prev = match body.is_empty() {
                true => *lost.next().expect("invariant: a run without fault names the hash of each lost record"),
                false => record_hash(site, self.position(i), &prev, body),
            };
            prev
        };
        self.bodies.iter().enumerate().map(hash).collect()
    }

    /// The rule that the run breaks, if it breaks one. What is sealed by a site's key may still be wrong.
    pub fn fault(&self) -> Option<&'static str> {
        if self.bodies.is_empty() {
            return Some("a run has at least one record");
        }
        let last = self.first.0.checked_add(self.bodies.len() as u64 - 1);
        if self.first.0 == 0 || last.is_none_or(|last| last > Seq::MAX.0) {
            return Some("records are numbered from 1 to 2^48 - 1");
        }
        if self.bodies.iter().any(|body| body.len() > MAX_BODY) {
            return Some("a record larger than a journal takes");
        }
        let lost = self.bodies.iter().filter(|body| body.is_empty()).count();
        (lost != self.lost.len()).then_some("each lost record has a hash")
    }
}

impl Message {
    /// True where nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The rule that the message breaks, if it breaks one. Numbers and spans were checked when the bytes were read.
    pub fn fault(&self) -> Option<&'static str> {
        let records: usize = self.batch.iter().map(|run| run.bodies.len()).sum();
        if records > MAX_BATCH_RECORDS {
            return Some("more records than a batch may have");
        }
        let texts = self.condition.iter().flat_map(|condition| [&condition.version, &condition.time_from]);
        if texts.into_iter().any(|text| text.len() > MAX_CONDITION) {
            return Some("a condition with a longer text than it may have");
        }
        let acks = self.ack.iter().chain(self.hello.iter().filter_map(|hello| hello.believes.as_ref()));
        if acks.into_iter().any(|ack| ack.held.through.len() > MAX_HEADS || ack.held.beyond.len() > MAX_BEYOND) {
            return Some("an ack with more parts than it may have");
        }
        self.batch.iter().find_map(Run::fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch() -> Epoch {
        Epoch::new(1_793_581_347_000, [1; 10])
    }

    fn batch(records: usize) -> Message {
        let run = |first, count| Run {
            epoch: epoch(),
            first: Seq(first),
            prev: RecordHash([3; 32]),
            bodies: vec![ByteBuf::from([0]); count],
            lost: Vec::new(),
        };
        Message { batch: vec![run(1, 1), run(2, records - 1)], ..Message::default() }
    }

    fn condition(version: usize, time_from: usize) -> Message {
        let (version, time_from) = ("v".repeat(version), "t".repeat(time_from));
        let condition = Condition { version, at_ms: 0, time_from, free_mb: None, bytes_this_month: 0 };
        Message { condition: Some(condition), ..Message::default() }
    }

    fn ack(heads: usize, beyond: usize) -> Ack {
        let at = Position { epoch: epoch(), seq: Seq(1) };
        let span = Span { epoch: epoch(), first: Seq(3), last: Seq(4) };
        let held = Held { through: vec![at; heads], beyond: vec![span; beyond] };
        Ack { store: StoreId::new(9, [2; 10]), held }
    }

    #[test]
    fn a_batch_of_all_runs_has_8192_records() {
        assert_eq!(batch(8_192).fault(), None);
        assert_eq!(batch(8_193).fault(), Some("more records than a batch may have"));
    }

    #[test]
    fn a_text_of_a_condition_has_32_bytes() {
        assert_eq!(condition(32, 32).fault(), None);
        for wrong in [condition(33, 0), condition(0, 33)] {
            assert_eq!(wrong.fault(), Some("a condition with a longer text than it may have"));
        }
    }

    #[test]
    fn an_ack_has_64_heads_and_64_spans_whoever_says_it() {
        let said = |ack: Ack| Message { ack: Some(ack), ..Message::default() };
        let believed = |ack: Ack| {
            let hello = Hello { nonce: 1, dictionary: 1, believes: Some(ack) };
            Message { hello: Some(hello), ..Message::default() }
        };
        for message in [said(ack(64, 64)), believed(ack(64, 64))] {
            assert_eq!(message.fault(), None);
        }
        for message in [said(ack(65, 0)), said(ack(0, 65)), believed(ack(65, 0)), believed(ack(0, 65))] {
            assert_eq!(message.fault(), Some("an ack with more parts than it may have"));
        }
    }
}
