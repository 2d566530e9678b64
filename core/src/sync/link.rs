//! One end of the conversation between two stores.
//!
//! Connecting: each says hello with a nonce, what it believes the other holds, and what it holds itself. What comes
//! back with the nonce was said after it, so it may take back what was believed (an office restored from a backup).
//! Every ack on a live road carries the nonce; one with another session's nonce is late and ignored, one without any (it
//! came on a stick, or with a first hello) only adds. An ack of a lesser store id than the one known is old and ignored.
//!
//! Sending: only once the peer has answered, so that no byte is spent on an office that is not there or on records that
//! it holds. Then, with nothing under way, at once; otherwise what waits is gathered until an ack comes back, or until it
//! fills a batch and the window has room, or, where the peer lets acks wait, for [`Rules::gather_ms`]. How large a batch is
//! depends on what connections carry before they break: see [`super::pace`]. While batches land, those behind them are not sent again: on a narrow line they wait for their turn.

mod sending;

use super::Shelf;
use super::chain::{Arriving, broken, follows, slice};
use super::inbox::Inbox;
use super::outbox::Outbox;
use super::pace::Pace;
use super::rules::Rules;
use super::session::{NONCES, Session};
use crate::domain::id::{Epoch, Position, SiteId, StoreId};
use crate::wire::compress;
use crate::wire::message::{Ack, Held, Hello, Message, Run};
use std::collections::BTreeSet;

/// A word for the operator. None of these stops anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tell {
    /// The peer is on another disk than before: it was replaced, restored or recovered, and gets again what it lacks.
    NewStore(StoreId),
    /// The peer holds less than was acked on the same disk: it gets the rest again.
    Rewound,
    /// The peer believes that this store holds more than it does, or knows a later store of this name: this store was
    /// restored from a backup. Its owner must give it, with [`Link::renew`], a successor of the id that stands here, or
    /// the peer takes its acks for those of the disk that was replaced.
    ThisStoreIsOlder(StoreId),
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

/// One end of a conversation.
#[derive(Debug)]
pub struct Link {
    rules: Rules,
    peer_site: SiteId,
    store: StoreId,
    inbox: Inbox,
    outbox: Outbox,
    session: Option<Session>,
    echo: Option<u64>,
    ack_ms: Option<u64>,
    /// When what is being stored is to be acked.
    ack_when_stored_ms: Option<u64>,
    /// Epochs of the peer's that the next ack names: it asked about them, or sent again what is held of them.
    asked: BTreeSet<Epoch>,
    peer_dictionary: u8,
    peer_has_more: u64,
    pace: Pace,
    record_bytes: usize,
    round_trip_ms: Option<u64>,
    resends: u32,
    /// The peer's records are taken in and acked, and it gets none of ours.
    held_back: bool,
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
            echo: None,
            ack_ms: None,
            ack_when_stored_ms: None,
            asked: BTreeSet::new(),
            peer_dictionary: 0,
            peer_has_more: 0,
            pace: Pace::new(rules.batch_floor_bytes, rules.batch_bytes),
            record_bytes: 300,
            round_trip_ms: None,
            resends: 0,
            held_back: false,
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

    /// What it keeps to.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Which disk this is.
    pub fn store(&self) -> StoreId {
        self.store
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

    /// True where `message` was said in answer to the connection as it is now. What it says beside acks counts as they do.
    pub fn is_answered_by(&self, message: &Message) -> bool {
        self.session.as_ref().is_some_and(|session| message.echo == Some(session.nonce()))
    }

    /// The nonce of the peer's session, by which it knows what was said in it.
    pub fn echo(&self) -> Option<u64> {
        self.echo
    }

    /// How many records wait beside those under way.
    pub fn more(&self) -> u64 {
        self.outbox.waiting().map(|span| span.last.0 - span.first.0 + 1).sum()
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
        self.echo = None;
        self.session = Some(Session {
            first_nonce: nonce,
            nonces: 0,
            settled: false,
            told_old: false,
            hello_ms: now_ms,
            hellos: 0,
        });
        self.pace.begins();
    }

    /// The road has closed.
    pub fn disconnected(&mut self) {
        if !self.outbox.flights.is_empty() {
            self.pace.lost();
            self.outbox.flights.clear();
        }
        self.session = None;
    }

    /// Keeps our records from a peer that nobody has vouched for yet, or hands them out again. What is under way then is
    /// not sent a second time.
    pub fn hold_back(&mut self, yes: bool) {
        self.held_back = yes;
        if yes {
            self.outbox.flights.clear();
        }
    }

    /// True where our records are kept from the peer.
    pub fn is_held_back(&self) -> bool {
        self.held_back
    }

    /// Takes in a message from the peer. The caller has checked [`Message::fault`].
    pub fn hear(&mut self, now_ms: u64, message: Message, shelf: &impl Shelf) -> Heard {
        let mut heard = Heard::default();
        let answers = self.session.as_ref().is_some_and(|session| message.echo == Some(session.nonce()));
        let was_settled = self.is_settled();
        // An ack that answers another session was under way while the peer's disk may have been replaced.
        if let Some(ack) = message.ack.as_ref().filter(|_| answers || message.echo.is_none()) {
            self.hear_ack(now_ms, ack, answers, &mut heard);
        }
        if let Some(hello) = &message.hello {
            self.hear_hello(now_ms, hello, message.echo, &mut heard);
        }
        if answers
            && message.ack.is_some()
            && let Some(session) = &mut self.session
            && message.echo == Some(session.nonce())
        {
            let is_old = heard.tells.iter().any(|tell| matches!(tell, Tell::OldStore(_)));
            match is_old {
                false => session.settled = true,
                // Here is the peer itself, on a store that it does not know to be old: it learns that from a hello.
                true if session.settled || !session.told_old => {
                    let nonces = session.nonces + 1;
                    *session = Session { settled: false, told_old: true, hello_ms: now_ms, nonces, ..*session };
                    self.outbox.flights.clear();
                }
                true => {}
            }
        }
        self.peer_has_more = message.more;
        heard.clock = message.clock_ms.map(|at_ms| (at_ms, answers && !was_settled));
        self.hear_batch(now_ms, message.batch, shelf, &mut heard);
        if self.is_waited_for() {
            let hurry = |slot: &mut Option<u64>| *slot = slot.map(|due| due.min(now_ms));
            hurry(&mut self.ack_ms);
            hurry(&mut self.ack_when_stored_ms);
        }
        heard
    }

    /// The peer gathers what it still has until an ack comes, and nothing of ours is about to go that could carry one.
    fn is_waited_for(&self) -> bool {
        self.peer_has_more > 0 && self.outbox.waiting().next().is_none()
    }

    pub(super) fn hear_batch(&mut self, now_ms: u64, batch: Vec<Run>, shelf: &impl Shelf, heard: &mut Heard) {
        let came = !batch.is_empty();
        let shelf = Arriving::new(shelf, &self.peer_site);
        for run in &batch {
            if self.inbox.missing(run.span()).is_empty() {
                self.inbox.touch(run.epoch);
                self.asked.insert(run.epoch);
            }
        }
        self.unheld(batch, shelf, heard);
        if came {
            // A repeat means that the ack was lost: it is answered at once. What is new is acked once it is stored.
            let (due, slot) = match heard.store.is_empty() {
                true => (now_ms, &mut self.ack_ms),
                false => (now_ms + self.rules.ack_delay_ms, &mut self.ack_when_stored_ms),
            };
            *slot = Some(slot.map_or(due, |before| before.min(due)));
        }
    }

    pub(super) fn hear_ack(&mut self, now_ms: u64, ack: &Ack, answers: bool, heard: &mut Heard) {
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
        let landed = self.outbox.landed();
        for flight in &landed {
            let took = now_ms.saturating_sub(flight.sent_ms);
            self.round_trip_ms = Some(self.round_trip_ms.map_or(took, |before| (7 * before + took) / 8));
            self.resends = 0;
            self.pace.landed(flight.bytes);
        }
        if !landed.is_empty() {
            // The line carries: what stands behind these is late only from now on.
            let resend_ms = now_ms + self.patience_ms();
            self.outbox.flights.iter_mut().for_each(|flight| flight.resend_ms = flight.resend_ms.max(resend_ms));
        }
    }

    /// What a word says of what is held. It names what came again, as an ack on a line does, and leaves that to be named
    /// there too.
    pub(super) fn held_by_hand(&mut self) -> Held {
        let asked = if self.session.is_some() { self.asked.clone() } else { std::mem::take(&mut self.asked) };
        self.inbox.held_naming(&asked)
    }

    /// Takes note of what a hello says of its sender, by whichever road it came.
    pub(super) fn hear_belief(&mut self, hello: &Hello, heard: &mut Heard) {
        self.peer_dictionary = hello.dictionary;
        let older = |ack: &&Ack| ack.store > self.store || ack.store == self.store && !self.inbox.covers(&ack.held);
        heard.tells.extend(hello.believes.as_ref().filter(older).map(|ack| Tell::ThisStoreIsOlder(ack.store)));
    }

    fn hear_hello(&mut self, now_ms: u64, hello: &Hello, echo: Option<u64>, heard: &mut Heard) {
        let ahead = self.echo.map_or(0, |known| hello.nonce.wrapping_sub(known));
        if ahead.wrapping_neg() <= NONCES && ahead != 0 {
            // A later hello of this session has overtaken it: to echo it would make all our acks late ones.
            return;
        }
        self.echo = Some(hello.nonce);
        self.ack_ms = Some(now_ms);
        self.asked.extend(hello.believes.iter().flat_map(|ack| &ack.held.through).map(|at| at.epoch));
        self.hear_belief(hello, heard);
        if let Some(session) = &mut self.session
            && (ahead > NONCES || !echo.is_some_and(|echo| session.has_asked(echo)))
        {
            // The peer has connected anew, perhaps from another disk: what it says counts only against a new nonce.
            *session = Session { settled: false, hello_ms: now_ms, hellos: 0, nonces: session.nonces + 1, ..*session };
            self.outbox.flights.clear();
        }
    }

    /// Gathers the parts of `batch` that are not held yet, checked against their neighbours.
    fn unheld(&self, batch: Vec<Run>, mut shelf: Arriving<'_, impl Shelf>, heard: &mut Heard) {
        for run in batch {
            for span in self.inbox.missing(run.span()) {
                let part = if span == run.span() { run.clone() } else { slice(&self.peer_site, &run, span) };
                let broken = broken(&part, &self.inbox, &shelf);
                heard.tells.extend(broken.into_iter().map(Tell::ChainBroken));
                shelf.add(&part);
                heard.store.push(part);
            }
        }
    }

    /// The runs are durable in this store. Returns what the operator should know of them.
    pub fn stored(&mut self, runs: &[Run]) -> Vec<Tell> {
        let mut tells = Vec::new();
        for run in runs {
            let follows = follows(run).map(|link| link.map(|(position, _)| position));
            tells.extend(self.inbox.hold(run.span(), follows).into_iter().map(Tell::Fork));
        }
        self.ack_ms = self.ack_ms.into_iter().chain(self.ack_when_stored_ms.take()).min();
        tells
    }
}
