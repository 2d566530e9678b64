//! One end of a conversation with its disk and its keys: envelopes in, envelopes out, records kept in between.
//!
//! The box has one, the office one for each site; they are the same. [`crate::sync`] decides, this does: opens and
//! seals, stores what came before anything is acked, reads what is to be sent. Every call may block on the disk.
//! Absent: roads, runtimes, and what records mean.

mod acks;
mod master;
mod shelf;

use crate::chain;
use crate::domain::id::{Position, SiteId, StoreId};
use crate::domain::record::{Extent, Span};
use crate::journal::{ReadError, Reader, Replica, WriteError};
use crate::sync::{Heard, Inbox, Link, Outbox, Parcel, Rules, Tell};
use crate::wire::cbor;
use crate::wire::envelope::{self, Header, Known, Proof, Public, Purpose, Secret, Unopened};
use crate::wire::message::{Condition, Message, Run};
use crate::wire::refusal::Refusal;
use getrandom::SysRng;
pub use master::{Lying, Master, RowsExtent, STICK_BYTES};
use master::{Part, Said, Way};
use rand_core::UnwrapErr;
use shelf::{OwnLog, PeerShelf};
use std::collections::VecDeque;
use std::path::PathBuf;

/// Most words for the operator that are kept for `outpost status`, newest last.
const NOTICES: usize = 50;
/// How often this site's condition is said on a line that stays up: some 100 bytes.
const CONDITION_EVERY_MS: u64 = 3_600_000;

/// Looks how this site is.
pub type Look = Box<dyn Fn() -> Condition + Send>;

/// What an exchange is made of.
pub struct Parts {
    /// This site.
    pub me: SiteId,
    /// The site at the other end.
    pub peer: SiteId,
    /// This site's key.
    pub secret: Secret,
    /// The peer's keys, old and new.
    pub peer_keys: Vec<Public>,
    /// This disk.
    pub store: StoreId,
    /// What is held of the peer's journal.
    pub replica: Replica,
    /// The journal that the peer gets.
    pub own: Reader,
    /// Where the peer's acks are remembered.
    pub acks: PathBuf,
    /// Times and sizes.
    pub rules: Rules,
    /// What it gives or takes of master data.
    pub master: Master,
}

/// Why an envelope changed nothing. Counted and told; never a reason to stop.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    /// It is for somebody else, or from somebody else.
    #[error("an envelope from {sender} to {receiver} came to the wrong place: check the topics at the broker")]
    Misdirected {
        /// Who says to have sent it.
        sender: SiteId,
        /// For whom it is.
        receiver: SiteId,
    },
    /// Sealed by a key that is not the peer's.
    #[error("{0} sealed with a key that is not known here: a box enrolled elsewhere or revoked")]
    UnknownSender(SiteId),
    /// Sealed for a key that is not ours.
    #[error("{0} sealed for a key that is not ours: another office's, or one from before it was replaced")]
    NotOurKey(SiteId),
    /// It does not open.
    #[error(transparent)]
    Unopened(#[from] Unopened),
    /// It opens, and what is in it is wrong.
    #[error("the message inside is wrong: {0}")]
    Fault(String),
    /// What it brought could not be stored; the sender keeps it and sends it again.
    #[error(transparent)]
    Store(#[from] WriteError),
    /// Rows that it brought could not be stored; the sender keeps them and sends them again.
    #[error(transparent)]
    Rows(#[from] crate::rows::RowsError),
}

/// What an envelope brought.
#[derive(Debug, Default)]
pub struct Arrived {
    /// What is newly in the replica, durable.
    pub stored: Vec<Span>,
    /// How many of its records were held before.
    pub known: u64,
    /// How many rows of master data it changed.
    pub rows: u64,
    /// The peer's time in milliseconds since 1970, and whether it was said in answer to this connection.
    pub clock: Option<(i64, bool)>,
    /// How the peer is, by its own word.
    pub condition: Option<Condition>,
    /// This store turned out to be restored from a backup: it needs a new id ([`Exchange::renew`]), a successor of this one.
    pub is_older: Option<StoreId>,
    /// The peer's acks moved.
    pub acks_moved: bool,
}

/// What has happened so far, for status.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Envelopes that were taken in.
    pub taken: u64,
    /// Envelopes that were rejected.
    pub rejected: u64,
    /// Why the last one was.
    pub last_rejection: Option<String>,
    /// Envelopes made.
    pub sent: u64,
    /// Their bytes.
    pub sent_bytes: u64,
    /// When the last one was taken in, by the clock handed to [`Exchange::arrived`].
    pub heard_ms: Option<u64>,
    /// Words for the operator, newest last.
    pub notices: Vec<String>,
}

/// How the state machine takes a message in: live, or carried by hand.
type Hear = fn(&mut Link, u64, Message, &PeerShelf) -> Heard;

/// An envelope for a stick.
#[derive(Debug)]
pub struct Sealed {
    /// From which record to which.
    pub extent: Extent,
    /// How many they are.
    pub records: u64,
    /// What travels.
    pub envelope: Vec<u8>,
}

/// One end of a conversation.
pub struct Exchange {
    me: SiteId,
    peer: SiteId,
    secret: Secret,
    peer_keys: Vec<Public>,
    replica: Replica,
    log: OwnLog,
    shelf: PeerShelf,
    link: Link,
    master: Part,
    acks: PathBuf,
    tally: Tally,
    /// How this site is, where the peer is to know, and when it was last said on the line.
    look: Option<Look>,
    looked_ms: u64,
}

impl Exchange {
    /// Works out from the journals what is held and what is owed.
    pub fn open(parts: Parts) -> Result<Self, ReadError> {
        let Parts { me, peer, secret, peer_keys, store, replica, own, acks, rules, master } = parts;
        let inbox = held(&replica.reader())?;
        let outbox = owed(&own)?;
        let mut link = Link::new(rules, peer.clone(), store, inbox, outbox);
        if let Some(ack) = acks::load(&acks) {
            link.remember(&ack);
        }
        let shelf = PeerShelf(replica.reader());
        let tally = Tally::default();
        let master = Part::new(master);
        let (log, look, looked_ms) = (OwnLog(own), None, 0);
        Ok(Self { me, peer, secret, peer_keys, replica, log, shelf, link, master, acks, tally, look, looked_ms })
    }

    /// Tells the peer how this site is, from now on.
    pub fn tells_condition(&mut self, look: Look) {
        self.look = Some(look);
    }

    /// The state machine, for looking at.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// What has happened so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// For reading what is held of the peer's journal.
    pub fn held(&self) -> Reader {
        self.replica.reader()
    }

    /// The peer's keys have changed.
    pub fn set_peer_keys(&mut self, keys: Vec<Public>) {
        self.peer_keys = keys;
    }

    /// Whether there is anybody to seal to: not before the peer's key has come, nor after its last one was revoked.
    pub fn has_peer_key(&self) -> bool {
        !self.peer_keys.is_empty()
    }

    /// Keeps this site's records from a peer that nobody has vouched for yet; see [`Link::hold_back`].
    pub fn hold_back(&mut self, yes: bool) {
        self.link.hold_back(yes);
    }

    /// The own journal has grown, durably.
    pub fn appended(&mut self, last: Position) {
        self.link.appended(last);
    }

    /// A road has opened.
    pub fn connected(&mut self, now_ms: u64) {
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).expect("invariant: the kernel gives random bytes");
        self.link.connected(now_ms, u64::from_le_bytes(nonce));
        self.master.connected();
    }

    /// The road has closed.
    pub fn disconnected(&mut self) {
        self.link.disconnected();
        self.master.disconnected();
    }

    /// This store has a new id.
    pub fn renew(&mut self, store: StoreId) {
        self.link.renew(store);
    }

    /// Takes in an envelope that came on a live road. What it brings is durable when this returns.
    pub fn arrived(&mut self, now_ms: u64, envelope: &[u8]) -> Result<Arrived, Rejected> {
        let opened = self.open_envelope(envelope, &self.peer_keys);
        let taken = opened.and_then(|message| self.take_live(now_ms, message));
        self.tallied(Some(now_ms), taken)
    }

    /// Takes in an envelope that was carried by hand, however old.
    pub fn carried(&mut self, now_ms: u64, envelope: &[u8]) -> Result<Arrived, Rejected> {
        let opened = self.open_envelope(envelope, &self.peer_keys);
        let taken = opened.and_then(|mut message| {
            let said = Said::of(&mut message, false);
            let arrived = self.take(now_ms, message, Link::hear_carried)?;
            let rows = self.master.hear(now_ms, &self.peer, said, Way::ByHand)?;
            Ok(Arrived { rows, ..arrived })
        });
        self.tallied(None, taken)
    }

    /// Records first, then rows: where the disk takes no more rows, what became of the documents is known all the same.
    fn take_live(&mut self, now_ms: u64, mut message: Message) -> Result<Arrived, Rejected> {
        let answers = self.link.is_answered_by(&message);
        let said = Said::of(&mut message, answers);
        let arrived = self.take(now_ms, message, Link::hear)?;
        let way = Way::Live(self.link.is_settled());
        let rows = self.master.hear(now_ms, &self.peer, said, way);
        let rows = rows.inspect_err(|error| tracing::error!(%error, "master data could not be stored; it comes again"));
        Ok(Arrived { rows: rows.unwrap_or(0), ..arrived })
    }

    /// Takes in the records of an envelope that one of `keys` sealed: a person vouches for what the peer once sealed by
    /// them. Nothing else in it counts: whoever has such a key now is not the peer, and its hello or its acks would be taken
    /// for the peer's.
    pub fn released(&mut self, now_ms: u64, envelope: &[u8], keys: &[Public]) -> Result<Arrived, Rejected> {
        let records = |Message { batch, .. }| Message { batch, ..Message::default() };
        let opened = self.open_envelope(envelope, keys).map(records);
        let taken = opened.and_then(|message| self.take(now_ms, message, Link::hear_carried));
        self.tallied(None, taken)
    }

    /// The message in an envelope to this site that the peer sealed by one of `keys`. Changes nothing.
    pub fn peek(&self, envelope: &[u8], keys: &[Public]) -> Option<Message> {
        self.open_envelope(envelope, keys).ok()
    }

    /// True where every record of `message` is held.
    pub fn holds(&self, message: &Message) -> bool {
        message.batch.iter().all(|run| self.link.inbox().missing(run.span()).is_empty())
    }

    /// Opens the peer's word that it does not take this site's key. One to another key than ours is not for us.
    pub fn refused(&self, envelope: &[u8]) -> Result<Refusal, Rejected> {
        let plain = self.opened(Purpose::Refusal, envelope, &self.peer_keys)?;
        let refusal: Refusal = cbor::from_slice(&plain).map_err(|error| Rejected::Fault(error.to_string()))?;
        match refusal.fault() {
            Some(fault) => Err(Rejected::Fault(fault.into())),
            None => Ok(refusal),
        }
    }

    /// Counts what became of an envelope; `heard_ms` where it came from the peer itself, just now.
    fn tallied(&mut self, heard_ms: Option<u64>, taken: Result<Arrived, Rejected>) -> Result<Arrived, Rejected> {
        match &taken {
            Ok(_) => {
                self.tally.taken += 1;
                self.tally.heard_ms = heard_ms.or(self.tally.heard_ms);
            }
            Err(rejected) => {
                tracing::warn!(peer = %self.peer, %rejected, "an envelope was rejected");
                self.tally.rejected += 1;
                self.tally.last_rejection = Some(rejected.to_string());
            }
        }
        taken
    }

    fn open_envelope(&self, envelope: &[u8], keys: &[Public]) -> Result<Message, Rejected> {
        let plain = self.opened(Purpose::Records, envelope, keys)?;
        let message: Message = cbor::from_slice(&plain).map_err(|error| Rejected::Fault(error.to_string()))?;
        match message.fault() {
            Some(fault) => Err(Rejected::Fault(fault.into())),
            None => Ok(message),
        }
    }

    fn opened(&self, wanted: Purpose, envelope: &[u8], keys: &[Public]) -> Result<Vec<u8>, Rejected> {
        let (header, _, _) = Header::read(envelope)?;
        let Header { purpose, sender, receiver, sender_key, receiver_key, .. } = header;
        if purpose != wanted || sender != self.peer || receiver != self.me {
            return Err(Rejected::Misdirected { sender, receiver });
        }
        if receiver_key != self.secret.public().id() {
            return Err(Rejected::NotOurKey(sender));
        }
        let known = keys.iter().find(|key| key.id() == sender_key);
        let Some(key) = known else { return Err(Rejected::UnknownSender(sender)) };
        Ok(envelope::open(envelope, &self.secret, Known::Key(key))?)
    }

    fn take(&mut self, now_ms: u64, message: Message, hear: Hear) -> Result<Arrived, Rejected> {
        let came = message.batch.iter().map(|run| run.bodies.len() as u64).sum::<u64>();
        let condition = message.condition.clone();
        let heard = hear(&mut self.link, now_ms, message, &self.shelf);
        let new = heard.store.iter().map(|run| run.bodies.len() as u64).sum::<u64>();
        let (clock, acks_moved) = (heard.clock, heard.acks_moved);
        let mut arrived = Arrived { clock, condition, acks_moved, ..Arrived::default() };
        arrived.known = came.saturating_sub(new);
        arrived.is_older = heard.tells.iter().find_map(|tell| match tell {
            Tell::ThisStoreIsOlder(known) => Some(*known),
            _ => None,
        });
        heard.tells.iter().for_each(|tell| self.notice(tell));
        if !heard.store.is_empty() {
            self.store(&heard.store)?;
            self.link.stored(&heard.store).iter().for_each(|tell| self.notice(tell));
            arrived.stored = heard.store.iter().map(Run::span).collect();
        }
        Ok(arrived)
    }

    fn store(&mut self, runs: &[Run]) -> Result<(), WriteError> {
        let stored = runs.iter().try_for_each(|run| self.put(run)).and_then(|()| self.replica.sync());
        let Err(error) = stored else { return Ok(()) };
        self.replica.discard();
        if matches!(error, WriteError::Poisoned(_))
            && let Err(error) = self.replica.reopen()
        {
            tracing::error!(peer = %self.peer, %error, "the replica cannot be read again");
        }
        Err(error)
    }

    fn put(&mut self, run: &Run) -> Result<(), WriteError> {
        let mut prev = run.prev;
        for (i, (body, hash)) in run.bodies.iter().zip(run.hashes(&self.peer)).enumerate() {
            let position = run.position(i);
            if !self.replica.group_has_room(body.len()) {
                self.replica.sync()?;
            }
            let put = match body.is_empty() {
                true => self.replica.put_lost(position, hash),
                false => self.replica.put(position, prev, body, None),
            };
            match put {
                // The same run twice in one message.
                Ok(_) | Err(WriteError::Held(_)) => {}
                Err(error) => return Err(error),
            }
            prev = hash;
        }
        Ok(())
    }

    fn notice(&mut self, tell: &Tell) {
        let peer = &self.peer;
        let text = match tell {
            Tell::NewStore(store) => format!("{peer} is on another disk now ({store}): it gets again what it lacks"),
            Tell::Rewound => format!("{peer} holds less than it did: it was restored, and gets the rest again"),
            Tell::ThisStoreIsOlder(_) => {
                "this disk holds less than it once did: it was restored; the rest is asked for".into()
            }
            Tell::Fork(at) => {
                let numbers = match self.me == SiteId::office() {
                    true => "; until each has heard of its new letter, their numbers may be the same",
                    false => "",
                };
                format!("two records of {peer} follow {at}: its card was copied or restored; both were booked{numbers}")
            }
            Tell::ChainBroken(at) => format!("record {at} of {peer} does not follow the one before it; it was kept"),
            Tell::OldStore(store) => format!("an old ack of {peer}, of the disk {store}, came late and was ignored"),
        };
        tracing::warn!(peer = %self.peer, "{text}");
        if self.tally.notices.len() == NOTICES {
            self.tally.notices.remove(0);
        }
        self.tally.notices.push(text);
    }

    /// The next envelope to send, if there is something to say. `clock_ms` is our time where others may set a clock by it.
    pub fn poll(&mut self, now_ms: u64, clock_ms: Option<i64>) -> Result<Option<Vec<u8>>, ReadError> {
        let mut message = self.link.poll(now_ms, clock_ms, &self.log)?;
        let (settled, may_go) = (self.link.is_settled(), self.rows_may_go());
        self.master.add(now_ms, &self.peer, &mut message, settled, may_go, self.link.echo());
        if let Some(message) = message.as_mut().filter(|message| message.batch.is_empty()) {
            message.more = if settled && !self.link.is_held_back() { self.link.more() } else { 0 };
        }
        if let (Some(message), Some(look)) = (&mut message, &self.look)
            && (message.hello.is_some() || now_ms >= self.looked_ms + CONDITION_EVERY_MS)
        {
            self.looked_ms = now_ms;
            message.condition = Some(look());
        }
        // What was not sealed stays under way until its time is over; then it is made anew.
        Ok(message.and_then(|message| self.seal(&message)))
    }

    /// Rows go to a peer that answers and may be told something, while no record waits for it.
    fn rows_may_go(&self) -> bool {
        self.link.is_settled() && !self.link.is_held_back() && self.link.outbox().waiting().next().is_none()
    }

    /// The next envelope of `owed` (see [`Outbox::owed`]) for a stick, whose records are taken off.
    pub fn parcel(&mut self, owed: &mut VecDeque<Span>) -> Result<Option<Sealed>, ReadError> {
        let Some(Parcel { extent, records, message }) = self.link.parcel(owed, &self.log)? else { return Ok(None) };
        Ok(self.seal(&message).map(|envelope| Sealed { extent, records, envelope }))
    }

    /// The word that goes on a stick beside them: acks, and what the peer is believed to hold.
    pub fn word(&mut self, clock_ms: Option<i64>) -> Option<Vec<u8>> {
        let condition = self.look.as_ref().map(|look| look());
        let message = Message { cursor: self.master.cursor(), condition, ..self.link.word(clock_ms) };
        self.seal(&message)
    }

    /// What becomes of each file with rows that lies on a stick, in any order.
    pub fn rows_lying(&self, lying: &[RowsExtent]) -> Lying {
        self.master.lying(&self.peer, lying)
    }

    /// The next envelope with rows for a stick on which they go up to `written`. None where nothing is left, or where there
    /// is nobody who may have it.
    pub fn rows_parcel(&mut self, written: Option<u64>) -> Option<(RowsExtent, Vec<u8>)> {
        if self.link.is_held_back() || !self.has_peer_key() {
            return None;
        }
        let (extent, message) = self.master.parcel(&self.peer, written)?;
        Some((extent, self.seal(&message)?))
    }

    /// What it has taken of master data.
    pub fn taken(&self) -> Option<&crate::rows::BoxRows> {
        self.master.taken()
    }

    /// How far the peer is with master data, as far as is known.
    pub fn peer_cursor(&self) -> Option<crate::wire::rows::Cursor> {
        self.master.peer_cursor()
    }

    fn seal(&mut self, message: &Message) -> Option<Vec<u8>> {
        let to = self.peer_keys.last()?;
        let plain = cbor::to_vec(message);
        let from = (&self.me, Proof::Key(&self.secret));
        let random = &mut UnwrapErr(SysRng);
        let sealed = envelope::seal(Purpose::Records, from, (&self.peer, to), self.link.dictionary(), &plain, random);
        let envelope = sealed
            .inspect_err(|error| tracing::error!(peer = %self.peer, %error, "an envelope could not be sealed"))
            .ok()?;
        self.tally.sent += 1;
        self.tally.sent_bytes += envelope.len() as u64;
        Some(envelope)
    }

    /// Whether an envelope that lies on a stick is sealed from our present key to the peer's.
    pub fn is_sealed_for_now(&self, header: &Header) -> bool {
        let to = self.peer_keys.last().map(Public::id);
        header.sender == self.me
            && header.receiver == self.peer
            && header.sender_key == self.secret.public().id()
            && Some(header.receiver_key) == to
    }

    /// When [`Exchange::poll`] has something to do though nothing happens before.
    pub fn wake_ms(&self) -> Option<u64> {
        [self.link.wake_ms(), self.master.wake_ms(self.rows_may_go())].into_iter().flatten().min()
    }

    /// Writes what the peer has acked. Losing it costs no more than that the peer is asked when it connects.
    pub fn save_acks(&self) -> std::io::Result<()> {
        self.master.save()?;
        match self.link.outbox().believes() {
            Some(ack) => acks::save(&self.acks, &ack),
            None => Ok(()),
        }
    }
}

/// What a replica holds.
fn held(replica: &Reader) -> Result<Inbox, ReadError> {
    let mut inbox = Inbox::default();
    for span in replica.spans() {
        let first = Position { epoch: span.epoch, seq: span.first };
        let follows = match span.first.0 {
            1 => chain::follows(replica, first)?,
            _ => None,
        };
        inbox.hold(span, follows);
    }
    Ok(inbox)
}

/// What a journal has that a peer may lack.
fn owed(own: &Reader) -> Result<Outbox, ReadError> {
    let mut outbox = Outbox::default();
    let spans = own.spans();
    for epoch in own.epochs() {
        let first = Position { epoch, seq: crate::domain::id::Seq(1) };
        // What was lost at the end of an epoch is known only from the next one's first record.
        if let Some(Some(before)) = chain::follows(own, first)? {
            outbox.appended(before);
        }
        if let Some(last) = spans.iter().filter(|span| span.epoch == epoch).map(|span| span.last).max() {
            outbox.appended(Position { epoch, seq: last });
        }
    }
    Ok(outbox)
}

#[cfg(test)]
mod tests;
