//! Journals as [`crate::sync`] sees them.

use crate::domain::id::{Position, RecordHash, Seq};
use crate::domain::record::Span;
use crate::journal::{ReadError, Reader, Slot};
use crate::sync::{Log, Shelf};
use crate::wire::message::Run;
use serde_bytes::ByteBuf;

/// The own journal, to send from.
pub(super) struct OwnLog(pub(super) Reader);

impl Log for OwnLog {
    type Error = ReadError;

    fn run(&self, span: Span, max_bytes: usize) -> Result<Run, ReadError> {
        let from = Position { epoch: span.epoch, seq: span.first };
        let most = (span.last.0 - span.first.0 + 1) as usize;
        let mut slots = self.0.read_from(from, max_bytes, most)?;
        slots.retain(|slot| slot.position().epoch == span.epoch && slot.position().seq <= span.last);
        let prev = match slots.first() {
            Some(Slot::Record(stored)) => stored.prev,
            Some(Slot::Lost { .. }) => hash_before(&self.0, from)?,
            None => return Err(ReadError::Nothing),
        };
        let mut run = Run { epoch: span.epoch, first: span.first, prev, bodies: vec![], lost: vec![] };
        for slot in slots {
            match slot {
                Slot::Record(stored) => run.bodies.push(ByteBuf::from(stored.body)),
                Slot::Lost { hash, .. } => {
                    run.bodies.push(ByteBuf::new());
                    run.lost.push(hash.unwrap_or(RecordHash::NONE));
                }
            }
        }
        Ok(run)
    }
}

fn hash_before(reader: &Reader, at: Position) -> Result<RecordHash, ReadError> {
    let before = Position { epoch: at.epoch, seq: Seq(at.seq.0 - 1) };
    Ok(match reader.read_position(before)? {
        Some(Slot::Record(stored)) => stored.hash(reader.site()),
        Some(Slot::Lost { hash: Some(hash), .. }) => hash,
        _ => RecordHash::NONE,
    })
}

/// What is held of the peer's journal.
pub(super) struct PeerShelf(pub(super) Reader);

impl PeerShelf {
    fn read(&self, at: Position) -> Option<Slot> {
        self.0.read_position(at).inspect_err(|error| tracing::warn!(%error, "a held record cannot be read")).ok()?
    }
}

impl Shelf for PeerShelf {
    fn hash(&self, at: Position) -> Option<RecordHash> {
        match self.read(at)? {
            Slot::Record(stored) => Some(stored.hash(self.0.site())),
            Slot::Lost { hash, .. } => hash,
        }
    }

    fn prev(&self, at: Position) -> Option<RecordHash> {
        match self.read(at)? {
            Slot::Record(stored) => Some(stored.prev),
            Slot::Lost { .. } => None,
        }
    }
}
