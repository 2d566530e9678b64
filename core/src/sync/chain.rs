//! Whether what has arrived joins what is held: each record names the hash of the one before it.

use super::{Inbox, Shelf};
use crate::domain::id::{Position, RecordHash, Seq, SiteId};
use crate::domain::record::{Entry, Span};
use crate::wire::message::Run;
use crate::wire::record;
use std::collections::BTreeMap;

/// What is held, and what the message at hand has brought already.
pub(super) struct Arriving<'a, S> {
    shelf: &'a S,
    site: &'a SiteId,
    /// Predecessor's hash and own hash.
    lines: BTreeMap<Position, (RecordHash, RecordHash)>,
}

impl<'a, S: Shelf> Arriving<'a, S> {
    /// Nothing has arrived yet from `site`.
    pub(super) fn new(shelf: &'a S, site: &'a SiteId) -> Self {
        Self { shelf, site, lines: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, part: &Run) {
        let mut prev = part.prev;
        for (seq, hash) in (part.first.0..).zip(part.hashes(self.site)) {
            self.lines.insert(Position { epoch: part.epoch, seq: Seq(seq) }, (prev, hash));
            prev = hash;
        }
    }
}

impl<S: Shelf> Shelf for Arriving<'_, S> {
    fn hash(&self, at: Position) -> Option<RecordHash> {
        self.lines.get(&at).map(|line| line.1).or_else(|| self.shelf.hash(at))
    }

    fn prev(&self, at: Position) -> Option<RecordHash> {
        self.lines.get(&at).map(|line| line.0).or_else(|| self.shelf.prev(at))
    }
}

/// What a run's first record follows: `None` where the run does not begin an epoch, or its first record cannot be read.
pub(super) fn follows(run: &Run) -> Option<Option<(Position, RecordHash)>> {
    if run.first.0 != 1 {
        return None;
    }
    match record::decode(run.bodies.first()?).ok()?.entry {
        Entry::Opened(opened) => Some(opened.follows.map(|follows| (follows.position(), follows.hash))),
        _ => None,
    }
}

/// The records `span` of a run, as a run of their own.
pub(super) fn slice(site: &SiteId, run: &Run, span: Span) -> Run {
    let hashes = run.hashes(site);
    let (from, to) = ((span.first.0 - run.first.0) as usize, (span.last.0 - run.first.0) as usize);
    let lost_before = run.bodies[..from].iter().filter(|body| body.is_empty()).count();
    let bodies = run.bodies[from..=to].to_vec();
    let lost_here = bodies.iter().filter(|body| body.is_empty()).count();
    Run {
        epoch: run.epoch,
        first: span.first,
        prev: if from == 0 { run.prev } else { hashes[from - 1] },
        lost: run.lost[lost_before..lost_before + lost_here].to_vec(),
        bodies,
    }
}

/// Where `part` does not join what is held, or is arriving, before and after it.
pub(super) fn broken(part: &Run, inbox: &Inbox, shelf: &Arriving<'_, impl Shelf>) -> Vec<Position> {
    let (span, hashes) = (part.span(), part.hashes(shelf.site));
    let mut broken = Vec::new();
    let known_before = match follows(part) {
        Some(Some((position, cited))) => shelf.hash(position).or(Some(cited)),
        Some(None) => Some(RecordHash::NONE),
        None => shelf.hash(Position { epoch: span.epoch, seq: Seq(span.first.0 - 1) }),
    };
    if known_before.is_some_and(|hash| hash != part.prev) {
        broken.push(Position { epoch: span.epoch, seq: span.first });
    }
    let next = Position { epoch: span.epoch, seq: Seq(span.last.0 + 1) };
    let openings = inbox.followers(span).map(|(at, epoch)| (at, Position { epoch, seq: Seq(1) }));
    for (at, after) in openings.chain([(Position { epoch: span.epoch, seq: span.last }, next)]) {
        let hash = hashes[(at.seq.0 - span.first.0) as usize];
        if shelf.prev(after).is_some_and(|named| named != hash) {
            broken.push(after);
        }
    }
    broken
}
