//! What the journal's writer decides on each entry: new, a repeat, or a conflict; and the stamp it gets.
//!
//! Runs on the writer's thread, so that two repeats in one group are told apart from two intents.

use crate::domain::admit::{self, Admission};
use crate::domain::id::{DeviceId, Epoch, IntentId, Position, RecordHash, StoreId};
use crate::domain::record::{Entry, Follows, Opened, Record, Sent};
use crate::domain::repeats::Repeats;
use crate::intake::{self, Code, Reason};
use crate::journal::{self, Group, Held, Key, Reader, Verdict, Written};
use crate::moment::Moment;
use crate::wire::record;
use std::sync::Arc;
use uuid::Uuid;

/// How many of the journal's last records are looked at on starting, for retransmissions: a few dozen devices' worth
/// of what each can have had in flight.
const LOOK_BACK: u64 = 4096;

/// What the desk submits.
pub(super) struct Submission {
    /// What came, or word of its refusal.
    pub(super) entry: Entry,
    /// The entry's bytes, encoded where the work can be shared out.
    pub(super) bytes: Vec<u8>,
    /// Why it is refused, where it is.
    pub(super) reason: Option<Reason>,
    /// For the refusal of one that contradicts its own id.
    pub(super) came: Came,
}

/// How something came.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub(super) device: DeviceId,
    pub(super) topic: String,
    pub(super) payload: bytes::Bytes,
    pub(super) sent: Sent,
}

/// What the reply needs beside the record's place.
pub(super) struct Note {
    /// The record's moment, milliseconds since 1970.
    pub(super) at_ms: i64,
    /// The intent, for the receipt.
    pub(super) id: Option<IntentId>,
    /// Why it was refused.
    pub(super) reason: Option<Reason>,
}

/// The site's admission to its journal.
pub(super) struct Admit {
    moment: Arc<Moment>,
    store: StoreId,
    boot: Uuid,
    /// By ordinal.
    repeats: Repeats<u64>,
    /// The first ordinal of the group that is being gathered.
    group_from: Option<u64>,
}

/// An entry's key in the journal's index, from a record's bytes.
pub(super) fn key_of(body: &[u8]) -> Option<Key> {
    key(&record::decode(body).ok()?.entry)
}

fn key(entry: &Entry) -> Option<Key> {
    entry.intent().map(|id| *id.0.as_bytes())
}

impl Admit {
    pub(super) fn new(moment: Arc<Moment>, store: StoreId, boot: Uuid, reader: &Reader) -> Self {
        let mut repeats = Repeats::default();
        for stored in reader.scan(reader.count().saturating_sub(LOOK_BACK)).flatten() {
            if let Ok(Record { entry, .. }) = record::decode(&stored.body) {
                repeats.note(&entry, stored.ordinal);
            }
        }
        Self { moment, store, boot, repeats, group_from: None }
    }

    /// A new epoch and its first record.
    pub(super) fn opening(&self, last: Option<(Position, RecordHash)>) -> (Epoch, Vec<u8>) {
        let stamp = self.moment.stamp();
        let mut random = [0; 10];
        getrandom::fill(&mut random).expect("invariant: the kernel gives random bytes");
        let epoch = Epoch::new(u64::try_from(stamp.at_ms()).unwrap_or(0), random);
        let follows = last.map(|(at, hash)| Follows { epoch: at.epoch, seq: at.seq, hash });
        let program = env!("CARGO_PKG_VERSION").to_owned();
        let opened = Opened { follows, store: self.store, boot: self.boot, program };
        (epoch, record::body(&stamp, &record::entry(&Entry::Opened(opened))))
    }

    fn append(&mut self, group: &Group<'_>, entry: &Entry, bytes: &[u8], reason: Option<Reason>) -> Verdict<Note> {
        let ordinal = group.next_ordinal();
        self.group_from.get_or_insert(ordinal);
        self.repeats.note(entry, ordinal);
        let stamp = self.moment.stamp();
        let note = Note { at_ms: stamp.at_ms(), id: entry.intent(), reason };
        Verdict::Append { body: record::body(&stamp, bytes), key: key(entry), note }
    }
}

impl journal::Admit for Admit {
    type Submission = Submission;
    type Note = Note;

    fn admit(&mut self, submission: Submission, group: &Group<'_>) -> Verdict<Note> {
        let Submission { entry, bytes, reason, came } = submission;
        // Where an index or an old record cannot be read the entry counts as new: the fold counts a repeat once.
        let read = |held: Held| Some((held, record::decode(&group.body(held).ok()?).ok()?));
        let known = |id: IntentId| {
            let (held, Record { stamp, entry }) = read(group.find(id.0.as_bytes()).ok()??)?;
            Some(((held, stamp.at_ms()), entry))
        };
        let admission = match entry.intent() {
            _ if crate::sabotage::is("no-dedupe") => Admission::New,
            Some(_) => admit::admit(&entry, &Repeats::default(), known),
            None => match admit::admit(&entry, &self.repeats, |_| None) {
                Admission::Repeat(ordinal) => {
                    let found = group.held_at(ordinal).and_then(read);
                    found.map_or(Admission::New, |(held, record)| Admission::Repeat((held, record.stamp.at_ms())))
                }
                _ => Admission::New,
            },
        };
        match admission {
            Admission::New => self.append(group, &entry, &bytes, reason),
            Admission::Repeat((of, at_ms)) => Verdict::Repeat { of, note: Note { at_ms, id: entry.intent(), reason } },
            Admission::Conflict(_) => {
                let text = "id: it is known for something else: make a new UUID for each document, and send a \
                            document again only as it was";
                let reason = Reason::new(Code::Conflict, text);
                let refused = intake::refused(&came.device, &came.topic, &came.payload, came.sent, &reason);
                let mut verdict = self.append(group, &refused, &record::entry(&refused), Some(reason));
                if let Verdict::Append { note, .. } = &mut verdict {
                    note.id = entry.intent();
                }
                verdict
            }
        }
    }

    fn settled(&mut self, written: Option<&[Written]>) {
        if let (Some(from), None) = (self.group_from.take(), written) {
            self.repeats.forget(|ordinal| ordinal >= from);
        }
    }

    fn begin(&mut self, last: Option<(Position, RecordHash)>) -> (Epoch, Vec<u8>) {
        self.opening(last)
    }
}
