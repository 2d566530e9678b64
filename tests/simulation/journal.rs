//! A store's own journal and its replica of the peer's, as the model keeps them on a [`Card`].

use super::card::{Card, OWN, PEER, Refusal};
use super::dice::Dice;
use super::frames::{Frame, encode, scan};
use outpost::domain::id::{Epoch, Position, RecordHash, Seq, SiteId};
use outpost::domain::record::{Entry, Follows, Opened, Record, Span};
use outpost::domain::time::Stamp;
use outpost::sync::{Log, Shelf};
use outpost::wire::frame::record_hash;
use outpost::wire::message::Run;
use outpost::wire::record;
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;

/// A record in its place. A lost one has no body; its hash is how its successor names it.
#[derive(Clone, Debug)]
pub struct Line {
    pub at: Position,
    pub prev: RecordHash,
    pub hash: RecordHash,
    pub body: Vec<u8>,
    pub record: Option<Record>,
}

/// A store's own journal.
#[derive(Clone, Debug, Default)]
pub struct Own {
    pub lines: Vec<Line>,
    /// Where each epoch begins in `lines`.
    starts: BTreeMap<Epoch, usize>,
    /// So many lines survive a power cut.
    pub durable: usize,
    end: usize,
    next: (Option<Epoch>, u64),
}

/// What was found at opening.
#[derive(Debug, Default)]
pub struct Findings {
    pub holes: Vec<Span>,
    /// Records that do not follow the one before: altered while the power was off.
    pub broken: Vec<Position>,
}

impl Own {
    /// Reads what is on the card. Nothing is written.
    pub fn read(card: &Card, site: &SiteId) -> (Self, Findings) {
        let mut own = Self::default();
        let mut findings = Findings::default();
        let (frames, end) = scan(card.bytes(OWN));
        own.end = end;
        for (_, frame) in frames {
            own.lose_up_to(&frame, &mut findings);
            let follows = own.lines.last().map_or(RecordHash::NONE, |line| line.hash);
            if follows != frame.prev {
                findings.broken.push(frame.position);
            }
            own.take(site, frame.position, frame.prev, frame.body.to_vec());
        }
        own.durable = own.lines.len();
        (own, findings)
    }

    /// Lines for the records that are missing before `frame`.
    fn lose_up_to(&mut self, frame: &Frame<'_>, findings: &mut Findings) {
        let at = frame.position;
        if at.seq.0 == 1
            && let Some(Record { entry: Entry::Opened(Opened { follows: Some(before), .. }), .. }) =
                record::decode(frame.body).ok()
        {
            self.lose_through(before.position(), before.hash, findings);
        }
        if at.seq.0 > 1 {
            self.lose_through(Position { epoch: at.epoch, seq: Seq(at.seq.0 - 1) }, frame.prev, findings);
        }
    }

    fn lose_through(&mut self, last: Position, hash: RecordHash, findings: &mut Findings) {
        let first = if self.next.0 == Some(last.epoch) { self.next.1 } else { 1 };
        if self.next.0 != Some(last.epoch) && self.starts.contains_key(&last.epoch) || first > last.seq.0 {
            return;
        }
        for seq in first..=last.seq.0 {
            let at = Position { epoch: last.epoch, seq: Seq(seq) };
            let hash = if seq == last.seq.0 { hash } else { RecordHash::NONE };
            let prev = self.lines.last().map_or(RecordHash::NONE, |line| line.hash);
            self.place(Line { at, prev, hash, body: vec![], record: None });
        }
        findings.holes.push(Span { epoch: last.epoch, first: Seq(first), last: last.seq });
    }

    fn take(&mut self, site: &SiteId, at: Position, prev: RecordHash, body: Vec<u8>) {
        let hash = record_hash(site, at, &prev, &body);
        let record = record::decode(&body).ok();
        self.place(Line { at, prev, hash, body, record });
    }

    fn place(&mut self, line: Line) {
        if self.next.0 != Some(line.at.epoch) {
            self.starts.insert(line.at.epoch, self.lines.len());
        }
        self.next = (Some(line.at.epoch), line.at.seq.0 + 1);
        self.lines.push(line);
    }

    /// What the next epoch's first record follows.
    pub fn follows(&self) -> Option<Follows> {
        self.lines.last().map(|line| Follows { epoch: line.at.epoch, seq: line.at.seq, hash: line.hash })
    }

    /// Writes a record; `epoch` is given where it begins one. It is not durable yet.
    pub fn append(
        &mut self,
        (card, site): (&mut Card, &SiteId),
        epoch: Option<Epoch>,
        stamp: &Stamp,
        entry: &Entry,
        dice: &mut Dice,
    ) -> Result<usize, Refusal> {
        let at = match epoch {
            Some(epoch) => Position { epoch, seq: Seq(1) },
            None => Position { epoch: self.next.0.expect("a journal is opened first"), seq: Seq(self.next.1) },
        };
        let body = record::body(stamp, &record::entry(entry));
        let prev = self.lines.last().map_or(RecordHash::NONE, |line| line.hash);
        let mut bytes = Vec::new();
        encode(&mut bytes, &Frame { position: at, prev, body: &body });
        card.write(OWN, self.end, &bytes, dice)?;
        self.end += bytes.len();
        self.take(site, at, prev, body);
        Ok(self.lines.len() - 1)
    }

    /// Makes all that was written durable.
    pub fn sync(&mut self, card: &mut Card) -> Result<(), Refusal> {
        card.sync(OWN)?;
        self.durable = self.lines.len();
        Ok(())
    }

    /// The last durable position of each epoch, in order.
    pub fn lineage(&self) -> Vec<Position> {
        let mut ends: Vec<Position> = Vec::new();
        for line in &self.lines[..self.durable] {
            match ends.last_mut() {
                Some(end) if end.epoch == line.at.epoch => *end = line.at,
                _ => ends.push(line.at),
            }
        }
        ends
    }

    pub fn last(&self) -> Option<Position> {
        self.lines[..self.durable].last().map(|line| line.at)
    }

    /// Lines that are on the card for certain.
    pub fn durable_lines(&self) -> &[Line] {
        &self.lines[..self.durable]
    }
}

impl Log for Own {
    type Error = String;

    fn run(&self, span: Span, max_bytes: usize) -> Result<Run, String> {
        let from = *self.starts.get(&span.epoch).ok_or("no such epoch")? + span.first.0 as usize - 1;
        let (mut bodies, mut lost, mut bytes) = (Vec::new(), Vec::new(), 0);
        for line in self.durable_lines().iter().skip(from) {
            if line.at.epoch != span.epoch || line.at.seq > span.last || (bytes >= max_bytes && !bodies.is_empty()) {
                break;
            }
            bytes += line.body.len();
            if line.body.is_empty() {
                lost.push(line.hash);
            }
            bodies.push(ByteBuf::from(line.body.clone()));
        }
        let first = self.lines.get(from).filter(|line| line.at.seq == span.first && line.at.epoch == span.epoch);
        let prev = first.ok_or(format!("asked for {span:?}, which is not there"))?.prev;
        Ok(Run { epoch: span.epoch, first: span.first, prev, bodies, lost })
    }
}

/// What is held of the peer's journal, under the positions that it has there.
#[derive(Clone, Debug, Default)]
pub struct Replica {
    pub lines: BTreeMap<Position, Line>,
    /// In the order in which they came.
    pub order: Vec<Position>,
    end: usize,
}

impl Replica {
    pub fn read(bytes: &[u8], peer: &SiteId) -> Self {
        let mut replica = Self::default();
        let (frames, end) = scan(bytes);
        replica.end = end;
        for (_, frame) in frames {
            replica.take(peer, frame.position, frame.prev, frame.body.to_vec(), None);
        }
        replica
    }

    fn take(&mut self, peer: &SiteId, at: Position, prev: RecordHash, body: Vec<u8>, lost: Option<RecordHash>) {
        // A lost one's frame has its own hash in the place of its predecessor's.
        let (prev, hash) = match (body.is_empty(), lost) {
            (true, lost) => (RecordHash::NONE, lost.unwrap_or(prev)),
            _ => (prev, record_hash(peer, at, &prev, &body)),
        };
        let record = record::decode(&body).ok();
        self.lines.insert(at, Line { at, prev, hash, body, record });
        self.order.push(at);
    }

    /// Writes what is new of `runs` and makes it durable. Repeats are told and left alone.
    pub fn store(&mut self, card: &mut Card, peer: &SiteId, runs: &[Run], dice: &mut Dice) -> Result<(), Refusal> {
        self.write(card, peer, runs, dice)?;
        card.sync(PEER)
    }

    pub fn write(&mut self, card: &mut Card, peer: &SiteId, runs: &[Run], dice: &mut Dice) -> Result<(), Refusal> {
        let (mut bytes, mut new) = (Vec::new(), Vec::<(Position, RecordHash, Vec<u8>)>::new());
        for run in runs {
            let (mut prev, mut lost) = (run.prev, run.lost.iter());
            for (i, body) in run.bodies.iter().enumerate() {
                let at = Position { epoch: run.epoch, seq: Seq(run.first.0 + i as u64) };
                let hash = match body.is_empty() {
                    true => *lost.next().expect("Message::fault counted them"),
                    false => record_hash(peer, at, &prev, body),
                };
                if !self.lines.contains_key(&at) && !new.iter().any(|(known, ..)| *known == at) {
                    let shown = if body.is_empty() { hash } else { prev };
                    encode(&mut bytes, &Frame { position: at, prev: shown, body });
                    new.push((at, shown, body.to_vec()));
                }
                prev = hash;
            }
        }
        card.write(PEER, self.end, &bytes, dice)?;
        self.end += bytes.len();
        for (at, prev, body) in new {
            self.take(peer, at, prev, body, None);
        }
        Ok(())
    }
}

impl Shelf for Replica {
    fn hash(&self, at: Position) -> Option<RecordHash> {
        self.lines.get(&at).map(|line| line.hash)
    }

    fn prev(&self, at: Position) -> Option<RecordHash> {
        self.lines.get(&at).filter(|line| !line.body.is_empty()).map(|line| line.prev)
    }
}
