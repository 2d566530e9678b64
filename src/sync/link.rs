//! One end of the conversation between two stores.
//!
//! Connecting: each says hello with a nonce, what it believes the other holds, and what it holds itself. What comes
//! back with the nonce was said after it, so it may take back what was believed (an office restored from a backup);
//! any other word only adds. An ack of a lesser store id than the one known is old and ignored.
//!
//! Sending: only once the peer has answered, so that no byte is spent on an office that is not there or on records that
//! it holds. Then, with nothing under way, at once; otherwise what waits is gathered until an ack comes back, or until it
//! fills a batch and the window has room. A batch that a breaking line swallowed halves the next, an acked one
//! doubles it.

use super::inbox::Inbox;
use super::outbox::{Flight, Outbox};
use super::{Log, Shelf};
use crate::domain::id::{Position, RecordHash, Seq, SiteId, StoreId};
use crate::domain::record::{Entry, Span};
use crate::wire::message::{Ack, Hello, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, Message, Run};
use crate::wire::{compress, record};

/// The times and sizes that a link keeps to.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long an ack may wait for something to travel with. The office answers at once; a box waits a little, so
    /// that the ack of an outcome goes with the next sale.
    pub ack_delay_ms: u64,
    /// First wait for an ack before a batch is sent again; doubles each time.
    pub resend_ms: u64,
    /// Longest wait before sending again.
    pub resend_max_ms: u64,
    /// Most batches under way.
    pub window: usize,
    /// Largest batch, in bytes of records before compression.
    pub batch_bytes: usize,
    /// Smallest size that a failing line halves a batch to.
    pub batch_floor_bytes: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            ack_delay_ms: 0,
            resend_ms: 30_000,
            resend_max_ms: 600_000,
            window: 3,
            batch_bytes: MAX_BATCH_BYTES,
            batch_floor_bytes: 2_048,
        }
    }
}

/// A word for the operator. None of these stops anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tell {
    /// The peer is on another disk than before: it was replaced, restored or recovered, and gets again what it lacks.
    NewStore(StoreId),
    /// The peer holds less than was acked on the same disk: it gets the rest again.
    Rewound,
    /// The peer believes that this store holds more than it does: this store was restored from a backup. Its owner
    /// must give it a new store id with [`Link::renew`].
    ThisStoreIsOlder,
    /// Two records follow this one: a copied or restored card. Both are kept.
    Fork(Position),
    /// The record at this position does not follow the one before it: it was altered, or made by something else.
    ChainBroken(Position),
    /// An ack of a disk that was replaced since; ignored.
    OldStore(StoreId),
}

/// What a message brought.
#[derive(Debug, Default)]
pub struct Heard {
    /// Runs to store, none of them held yet. Report with [`Link::stored`] once they are durable.
    pub store: Vec<Run>,
    /// The sender's time in milliseconds since 1970, and whether it was said in answer to this connection's hello.
    pub clock: Option<(i64, bool)>,
    /// For the operator.
    pub tells: Vec<Tell>,
    /// Acks moved: the acks' file is behind.
    pub acks_moved: bool,
}

#[derive(Debug)]
struct Session {
    nonce: u64,
    /// The peer answered this session's hello.
    settled: bool,
    hello_ms: u64,
    hellos: u32,
}

/// One end of a conversation.
#[derive(Debug)]
pub struct Link {
    rules: Rules,
    peer_site: SiteId,
    store: StoreId,
    inbox: Inbox,
    outbox: Outbox,
    session: Option<Session>,
    /// The nonce of the peer's last hello.
    peer_nonce: Option<u64>,
    echo: Option<u64>,
    ack_ms: Option<u64>,
    peer_dictionary: u8,
    peer_has_more: u64,
    batch_bytes: usize,
    record_bytes: usize,
    round_trip_ms: Option<u64>,
    resends: u32,
}

impl Link {
    /// A link to `peer_site` for the store `store`, which holds `inbox` of the peer's journal and owes `outbox`.
    pub fn new(rules: Rules, peer_site: SiteId, store: StoreId, inbox: Inbox, outbox: Outbox) -> Self {
        Self {
            peer_site,
            store,
            inbox,
            outbox,
            session: None,
            peer_nonce: None,
            echo: None,
            ack_ms: None,
            peer_dictionary: 0,
            peer_has_more: 0,
            batch_bytes: rules.batch_bytes,
            record_bytes: 300,
            round_trip_ms: None,
            resends: 0,
            rules,
        }
    }

    /// What is held of the peer's journal.
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// What is owed to the peer.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The newest dictionary that both ends know.
    pub fn dictionary(&self) -> u8 {
        self.peer_dictionary.min(compress::NEWEST)
    }

    /// How many records the peer said that it had still to send.
    pub fn peer_has_more(&self) -> u64 {
        self.peer_has_more
    }

    /// True while the road is there and the peer has answered on it.
    pub fn is_settled(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.settled)
    }

    /// How many batches are under way.
    pub fn under_way(&self) -> usize {
        self.outbox.flights.len()
    }

    /// Takes what the acks' file says of the peer, at start.
    pub fn remember(&mut self, ack: &Ack) {
        self.outbox.replace(ack);
    }

    /// This store has a new id from now on.
    pub fn renew(&mut self, store: StoreId) {
        self.store = store;
    }

    /// The journal has grown to `last`, durably.
    pub fn appended(&mut self, last: Position) {
        self.outbox.appended(last);
    }

    /// A road to the peer has opened. `nonce` is random.
    pub fn connected(&mut self, now_ms: u64, nonce: u64) {
        self.session = Some(Session { nonce, settled: false, hello_ms: now_ms, hellos: 0 });
    }

    /// The road has closed.
    pub fn disconnected(&mut self) {
        if !self.outbox.flights.is_empty() {
            self.batch_bytes = (self.batch_bytes / 2).max(self.rules.batch_floor_bytes);
            self.outbox.flights.clear();
        }
        self.session = None;
    }

    /// Takes in a message from the peer. The caller has checked [`Message::fault`].
    pub fn hear(&mut self, now_ms: u64, message: Message, shelf: &impl Shelf) -> Heard {
        let mut heard = Heard::default();
        let answers = self.session.as_ref().is_some_and(|session| message.echo == Some(session.nonce));
        if let Some(ack) = &message.ack {
            self.hear_ack(now_ms, ack, answers, &mut heard);
        }
        if let Some(hello) = &message.hello {
            self.hear_hello(now_ms, hello, answers, &mut heard);
        }
        if answers
            && message.ack.is_some()
            && let Some(session) = &mut self.session
        {
            session.settled = true;
        }
        self.peer_has_more = message.more;
        heard.clock = message.clock_ms.map(|at_ms| (at_ms, answers));
        let came = !message.batch.is_empty();
        for run in message.batch {
            heard.store.extend(self.unheld(run, shelf, &mut heard.tells));
        }
        if came {
            // A repeat means that the ack was lost: it is answered at once.
            let wait = if heard.store.is_empty() { 0 } else { self.rules.ack_delay_ms };
            let due = now_ms + wait;
            self.ack_ms = Some(self.ack_ms.map_or(due, |before| before.min(due)));
        }
        heard
    }

    fn hear_ack(&mut self, now_ms: u64, ack: &Ack, answers: bool, heard: &mut Heard) {
        let known = self.outbox.peer();
        if known.is_some_and(|known| ack.store < known) {
            return heard.tells.push(Tell::OldStore(ack.store));
        }
        heard.acks_moved = true;
        let before = self.outbox.unacked();
        let settled = self.session.as_ref().is_some_and(|session| session.settled);
        let complete = ack.held.beyond.len() < crate::wire::message::MAX_BEYOND;
        if known != Some(ack.store) {
            self.outbox.replace(ack);
            heard.tells.extend(known.map(|_| Tell::NewStore(ack.store)));
        } else if answers && !settled && complete {
            self.outbox.replace(ack);
            heard.tells.extend((self.outbox.unacked() > before).then_some(Tell::Rewound));
        } else {
            self.outbox.merge(&ack.held);
        }
        for flight in self.outbox.landed() {
            let took = now_ms.saturating_sub(flight.sent_ms);
            self.round_trip_ms = Some(self.round_trip_ms.map_or(took, |before| (7 * before + took) / 8));
            self.resends = 0;
            if flight.bytes >= self.batch_bytes / 2 {
                self.batch_bytes = (2 * self.batch_bytes).min(self.rules.batch_bytes);
            }
        }
    }

    fn hear_hello(&mut self, now_ms: u64, hello: &Hello, answers: bool, heard: &mut Heard) {
        self.peer_dictionary = hello.dictionary;
        self.echo = Some(hello.nonce);
        self.ack_ms = Some(now_ms);
        let believed = hello.believes.as_ref().filter(|ack| ack.store == self.store);
        if believed.is_some_and(|ack| !self.inbox.covers(&ack.held)) {
            heard.tells.push(Tell::ThisStoreIsOlder);
        }
        let is_new = self.peer_nonce.replace(hello.nonce) != Some(hello.nonce);
        if !answers
            && is_new
            && let Some(session) = self.session.as_mut().filter(|session| session.settled)
        {
            // The peer has connected anew, perhaps from another disk: what it says counts only against a new nonce. One
            // whose own hello is still open keeps it, or two who connect at once would ask each other for ever.
            *session = Session { nonce: session.nonce.wrapping_add(1), settled: false, hello_ms: now_ms, hellos: 0 };
            self.outbox.flights.clear();
        }
    }

    /// The parts of `run` that are not held yet, checked against their neighbours.
    fn unheld(&self, run: Run, shelf: &impl Shelf, tells: &mut Vec<Tell>) -> Vec<Run> {
        let missing = self.inbox.missing(run.span());
        let mut parts = Vec::new();
        for span in missing {
            let part = if span == run.span() { run.clone() } else { slice(&self.peer_site, &run, span) };
            let before = Position { epoch: span.epoch, seq: Seq(span.first.0 - 1) };
            let after = Position { epoch: span.epoch, seq: Seq(span.last.0 + 1) };
            let known_before = match follows(&part) {
                Some(Some((position, cited))) => shelf.hash(position).or(Some(cited)),
                Some(None) => Some(RecordHash::NONE),
                None => shelf.hash(before),
            };
            if known_before.is_some_and(|hash| hash != part.prev) {
                tells.push(Tell::ChainBroken(Position { epoch: span.epoch, seq: span.first }));
            }
            if shelf.prev(after).is_some_and(|named| part.hashes(&self.peer_site).last() != Some(&named)) {
                tells.push(Tell::ChainBroken(after));
            }
            parts.push(part);
        }
        parts
    }

    /// The runs are durable in this store. Returns what the operator should know of them.
    pub fn stored(&mut self, runs: &[Run]) -> Vec<Tell> {
        let mut tells = Vec::new();
        for run in runs {
            let follows = follows(run).map(|link| link.map(|(position, _)| position));
            tells.extend(self.inbox.hold(run.span(), follows).into_iter().map(Tell::Fork));
        }
        tells
    }

    /// What to say now, if anything. Says nothing twice: the caller hands it to the road at once.
    pub fn poll<L: Log>(&mut self, now_ms: u64, clock_ms: Option<i64>, log: &L) -> Result<Option<Message>, L::Error> {
        let Some(session) = &self.session else { return Ok(None) };
        let settled = session.settled;
        let mut message = Message { hello: self.hello(now_ms), ..Message::default() };
        if settled {
            message.batch = self.batch(now_ms, log)?;
            message.more = self.outbox.waiting().map(|span| span.last.0 - span.first.0 + 1).sum();
        }
        let ack_due = self.ack_ms.is_some_and(|due| due <= now_ms);
        if !(ack_due || message.hello.is_some() || !message.batch.is_empty()) {
            return Ok(None);
        }
        if ack_due || message.hello.is_some() || self.ack_ms.is_some() {
            message.ack = Some(Ack { store: self.store, held: self.inbox.held() });
            message.clock_ms = clock_ms;
            self.ack_ms = None;
        }
        message.echo = self.echo.take();
        Ok(Some(message))
    }

    fn hello(&mut self, now_ms: u64) -> Option<Hello> {
        let believes = self.outbox.believes();
        let session = self.session.as_mut().filter(|session| !session.settled && session.hello_ms <= now_ms)?;
        session.hellos += 1;
        let wait = self.rules.resend_ms.saturating_mul(1 << (session.hellos - 1).min(10));
        session.hello_ms = now_ms + wait.min(self.rules.resend_max_ms);
        Some(Hello { nonce: session.nonce, dictionary: compress::NEWEST, believes })
    }

    fn batch<L: Log>(&mut self, now_ms: u64, log: &L) -> Result<Vec<Run>, L::Error> {
        let overdue = self.outbox.flights.iter().any(|flight| flight.resend_ms <= now_ms);
        if overdue {
            self.resends += 1;
            self.outbox.flights.retain(|flight| flight.resend_ms > now_ms);
        }
        let flying = self.outbox.flights.len();
        if flying >= self.rules.window {
            return Ok(Vec::new());
        }
        if flying > 0 && !overdue {
            let waiting: u64 = self.outbox.waiting().map(|span| span.last.0 - span.first.0 + 1).sum();
            let bytes = (waiting as usize).saturating_mul(self.record_bytes);
            if bytes < self.batch_bytes && waiting < MAX_BATCH_RECORDS as u64 {
                return Ok(Vec::new());
            }
        }
        let (mut runs, mut bytes, mut records) = (Vec::new(), 0, 0);
        let waiting: Vec<Span> = self.outbox.waiting().take(MAX_BATCH_RECORDS).collect();
        'gather: for mut span in waiting {
            while span.first <= span.last {
                if bytes >= self.batch_bytes || records >= MAX_BATCH_RECORDS {
                    break 'gather;
                }
                let most = (MAX_BATCH_RECORDS - records) as u64;
                span.last = span.last.min(Seq(span.first.0 + most - 1));
                let run = log.run(span, self.batch_bytes - bytes)?;
                bytes += run.bodies.iter().map(|body| body.len()).sum::<usize>();
                records += run.bodies.len();
                span.first = Seq(run.last().0 + 1);
                runs.push(run);
            }
        }
        if runs.is_empty() {
            return Ok(runs);
        }
        self.record_bytes = (bytes / records).max(16);
        let expected = self.round_trip_ms.map_or(0, |ms| 4 * ms);
        let wait = self.rules.resend_ms.max(expected).saturating_mul(1 << self.resends.min(10));
        let resend_ms = now_ms + wait.min(self.rules.resend_max_ms);
        let spans = runs.iter().map(Run::span).collect();
        self.outbox.flights.push(Flight { spans, bytes, sent_ms: now_ms, resend_ms });
        Ok(runs)
    }

    /// When [`Link::poll`] has something to do though nothing happens before.
    pub fn wake_ms(&self) -> Option<u64> {
        let session = self.session.as_ref()?;
        let hello = (!session.settled).then_some(session.hello_ms);
        let resend = self.outbox.flights.iter().map(|flight| flight.resend_ms).min();
        [hello, resend, self.ack_ms].into_iter().flatten().min()
    }
}

/// What a run's first record follows: `None` where the run does not begin an epoch, or its first record cannot be read.
fn follows(run: &Run) -> Option<Option<(Position, RecordHash)>> {
    if run.first.0 != 1 {
        return None;
    }
    match record::decode(run.bodies.first()?).ok()?.entry {
        Entry::Opened(opened) => Some(opened.follows.map(|follows| (follows.position(), follows.hash))),
        _ => None,
    }
}

fn slice(site: &SiteId, run: &Run, span: Span) -> Run {
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
