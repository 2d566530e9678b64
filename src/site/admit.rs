//! What the journal's writer decides on each entry: new, a repeat, or a conflict; and the stamp it gets.
//!
//! Runs on the writer's thread, so that two repeats in one group are told apart from two intents.

use super::floor::{self, Coming, Floor, Printed, Settings};
use super::people::Folk;
use crate::domain::admit::{self, Admission};
use crate::domain::id::{DeviceId, Epoch, IntentId, Position, RecordHash, StoreId};
use crate::domain::person::SessionId;
use crate::domain::record::{Entry, Follows, Opened, Record, Sent};
use crate::domain::repeats::Repeats;
use crate::domain::request::Declined;
use crate::domain::time::Stamp;
use crate::intake::{self, Code, Reason};
use crate::journal::{self, Group, Held, Key, Line, Reader, Verdict, Written};
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
    entry: Entry,
    /// The entry's bytes, encoded where the work can be shared out; none where the writer completes it first.
    bytes: Option<Vec<u8>>,
    /// Why it is refused, where it is.
    reason: Option<Reason>,
    /// The session that came beside it.
    session: Option<SessionId>,
    /// For the refusal of one that contradicts its own id.
    came: Came,
}

impl Submission {
    /// An entry as it came, or word of its refusal with the reason.
    pub(super) fn new(entry: Entry, reason: Option<Reason>, session: Option<SessionId>, came: Came) -> Self {
        let completed =
            matches!(entry, Entry::Submitted(_) | Entry::Cancelled(_) | Entry::DayClosed(_) | Entry::Barcode(_));
        let bytes = (!completed).then(|| record::entry(&entry));
        Self { entry, bytes, reason, session, came }
    }
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
    /// What is printed beside a document's hash.
    pub(super) printed: Printed,
}

/// The site's admission to its journal.
pub(super) struct Admit {
    moment: Arc<Moment>,
    store: StoreId,
    boot: Uuid,
    /// By ordinal.
    repeats: Repeats<u64>,
    floor: Floor,
    folk: Folk,
    /// The first ordinal of the group that is being gathered.
    group_from: Option<u64>,
}

/// An entry's key in the journal's index, from a record's bytes.
pub(super) fn key_of(body: &[u8]) -> Option<Key> {
    key(&record::decode(body).ok()?.entry)
}

fn key(entry: &Entry) -> Option<Key> {
    entry.intent().map(key_of_intent)
}

/// An intent's key in the journal's index.
pub(super) fn key_of_intent(id: IntentId) -> Key {
    *id.0.as_bytes()
}

impl Admit {
    pub(super) fn new(
        moment: Arc<Moment>,
        store: StoreId,
        boot: Uuid,
        reader: &Reader,
        settings: Settings,
        folk: Folk,
    ) -> Self {
        let mut repeats = Repeats::default();
        for stored in reader.scan(reader.count().saturating_sub(LOOK_BACK)).flatten() {
            if let Ok(Record { entry, .. }) = record::decode(&stored.body) {
                repeats.note(&entry, stored.ordinal);
            }
        }
        let floor = Floor::open(settings, reader);
        Self { moment, store, boot, repeats, floor, folk, group_from: None }
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

    /// Appends a new entry with what the box works out for it, or word of its refusal.
    fn append(&mut self, group: &Group<'_>, submission: Submission) -> Verdict<Note> {
        let Submission { mut entry, bytes, reason, session, came } = submission;
        let (stamp, id) = (self.moment.stamp(), entry.intent());
        if reason.is_none() {
            let original = |id| floor::find(group, id).map(|(_, original)| original);
            if let Err(reason) = self.folk.judge(&mut entry, session.as_ref(), &stamp, original) {
                return self.refuse(group, &came, stamp, id, reason);
            }
        }
        match self.floor.admit(entry, stamp, group) {
            Ok(_) => self.line_up(group, bytes, Note { id, ..Note::of(&stamp, reason) }),
            Err(reason) => self.refuse(group, &came, stamp, id, reason),
        }
    }

    fn refuse(
        &mut self,
        group: &Group<'_>,
        came: &Came,
        stamp: Stamp,
        id: Option<IntentId>,
        reason: Reason,
    ) -> Verdict<Note> {
        let refused = match id.filter(|_| came.device == DeviceId::office()) {
            Some(request) => Entry::Declined(Declined::new(request, reason.text.clone())),
            None => intake::refused(&came.device, &came.topic, &came.payload, came.sent, &reason),
        };
        self.floor.line_up(Vec::new(), refused, stamp, group.last());
        self.line_up(group, None, Note { id, ..Note::of(&stamp, Some(reason)) })
    }

    fn conflict(&mut self, group: &Group<'_>, submission: &Submission) -> Verdict<Note> {
        let text = "id: it is known for something else: make a new UUID for each document, and send a document again \
                    only as it was";
        let (id, stamp) = (submission.entry.intent(), self.moment.stamp());
        self.refuse(group, &submission.came, stamp, id, Reason::new(Code::Conflict, text))
    }

    /// The lines of what the floor has lined up. `bytes` are those of the answered entry, where they are known.
    fn line_up(&mut self, group: &Group<'_>, bytes: Option<Vec<u8>>, mut note: Note) -> Verdict<Note> {
        let from = group.next_ordinal();
        self.group_from.get_or_insert(from);
        let Coming { records, answered } = self.floor.coming();
        let mut bytes = bytes;
        let line = |(i, record): (usize, &Record)| {
            let known = if i == answered { bytes.take() } else { None };
            let bytes = known.unwrap_or_else(|| record::entry(&record.entry));
            Line { body: record::body(&record.stamp, &bytes), key: key(&record.entry) }
        };
        let mut lines: Vec<Line> = records.iter().enumerate().map(line).collect();
        for (ordinal, record) in (from..).zip(records) {
            self.repeats.note(&record.entry, ordinal);
            self.folk.lined_up(ordinal, record);
        }
        note.printed = self.floor.printed(&records[answered].entry);
        match lines.len() {
            1 => {
                let Line { body, key } = lines.remove(0);
                Verdict::Append { body, key, note }
            }
            _ => Verdict::AppendAll { lines, answered, note },
        }
    }
}

impl Note {
    fn of(stamp: &Stamp, reason: Option<Reason>) -> Self {
        Self { at_ms: stamp.at_ms(), id: None, reason, printed: Printed::default() }
    }
}

impl journal::Admit for Admit {
    type Submission = Submission;
    type Note = Note;

    fn admit(&mut self, submission: Submission, group: &Group<'_>) -> Verdict<Note> {
        let entry = &submission.entry;
        // Where an index or an old record cannot be read the entry counts as new: the fold counts a repeat once.
        let read = |held: Held| Some((held, record::decode(&group.body(held).ok()?).ok()?));
        let known = |id: IntentId| {
            let (held, Record { stamp, entry }) = read(group.find(id.0.as_bytes()).ok()??)?;
            Some(((held, stamp.at_ms()), entry))
        };
        let admission = match entry.intent() {
            _ if crate::sabotage::is("no-dedupe") => Admission::New,
            Some(_) => admit::admit(entry, &Repeats::default(), known),
            None => match admit::admit(entry, &self.repeats, |_| None) {
                Admission::Repeat(ordinal) => {
                    let found = group.held_at(ordinal).and_then(read);
                    found.map_or(Admission::New, |(held, record)| Admission::Repeat((held, record.stamp.at_ms())))
                }
                _ => Admission::New,
            },
        };
        match admission {
            Admission::New => self.append(group, submission),
            Admission::Repeat((of, at_ms)) => {
                let first = entry.intent().and_then(|_| read(of));
                let is_asked = |entry: &Entry| matches!(entry, Entry::Submitted(it) if it.is_requested());
                // A device has sent the very same under the id of a request: that is not the request's document.
                if is_asked(entry) && first.as_ref().is_some_and(|(_, first)| !is_asked(&first.entry)) {
                    return self.conflict(group, &submission);
                }
                let printed = first.map(|(_, record)| self.floor.printed(&record.entry)).unwrap_or_default();
                Verdict::Repeat { of, note: Note { at_ms, id: entry.intent(), reason: submission.reason, printed } }
            }
            Admission::Conflict(_) => self.conflict(group, &submission),
        }
    }

    fn appended(&mut self, at: &[Position], group: &Group<'_>) {
        self.floor.appended(at, group);
    }

    fn settled(&mut self, written: Option<&[Written]>) {
        self.floor.settled(written);
        self.folk.settled(written);
        if let (Some(from), None) = (self.group_from.take(), written) {
            self.repeats.forget(|ordinal| ordinal >= from);
        }
    }

    fn begin(&mut self, last: Option<(Position, RecordHash)>) -> (Epoch, Vec<u8>) {
        // A group that failed may be on the disk after all.
        self.floor.catch_up();
        self.folk.catch_up();
        self.opening(last)
    }
}
