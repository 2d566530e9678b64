//! The line to the office: one task that owns the exchange, feeds it what arrives and what is new, and hands what it
//! says to the courier.

use super::Paths;
use super::admit::key_of_intent;
use super::floor::Printed;
use super::start::SITE_NO;
use crate::books::Shelves;
use crate::carry::{self, Owner, Took};
use crate::courier::{Arrival, Arrivals, Courier, Purpose};
use crate::domain::id::{SiteId, StoreId};
use crate::domain::master::Masters;
use crate::domain::outcome::{Fate, Outcome, SaidAt};
use crate::domain::record::{Entry, Record, Span};
use crate::exchange::{Arrived, Exchange, Tally};
use crate::gate::Publisher;
use crate::intake::{Receipt, Status, receipt};
use crate::journal::{Reader, Slot, Stored};
use crate::moment::{Moment, up_ms};
use crate::views;
use crate::wire::envelope::Header;
use crate::wire::frame::Kind;
use crate::wire::record;
use crate::wire::refusal::Refusal;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};

/// How long new records gather before the exchange is asked again. A lone sale does not wait for it.
const GATHER: Duration = Duration::from_millis(20);
/// How often the peer's acks are written down. Losing them costs one hello.
const SAVE_EVERY_MS: u64 = 3_600_000;
/// How often a box whose key the office does not take asks again: somebody has to do something about it first.
const ASK_AGAIN_MS: u64 = 3_600_000;
/// How many bytes of own records are read at a time when devices are told that the office has theirs.
const TELL_BYTES: usize = 256 * 1024;

/// What others may know of the line.
#[derive(Clone, Debug, Default)]
pub(super) struct LineState {
    /// The road is up.
    pub(super) connected: bool,
    /// Since when that is so, milliseconds since 1970.
    pub(super) since_ms: i64,
    /// The office has answered on it.
    pub(super) settled: bool,
    /// Records that the office has not acked.
    pub(super) waiting: u64,
    /// Which these are; none before the line has begun.
    pub(super) unacked: Option<Vec<Span>>,
    /// Batches whose ack is awaited.
    pub(super) under_way: usize,
    /// The office has not answered yet, and may not know this box's key.
    pub(super) introducing: bool,
    /// What the exchange has counted.
    pub(super) tally: Tally,
    /// Why the office does not take this box's key.
    pub(super) refused: Option<String>,
    /// What is here of the office's master data; nothing where its disk refuses it.
    pub(super) master: Option<MasterState>,
}

/// What is here of the office's master data.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MasterState {
    /// Rows.
    pub(super) rows: usize,
    /// Those of them that this version cannot read.
    pub(super) unread: usize,
    /// The office's version up to which they have come.
    pub(super) version: u64,
    /// All that the office had has come at least once.
    pub(super) complete: bool,
}

/// The task and what it owns.
pub(super) struct Line<C> {
    pub(super) site: SiteId,
    /// Told when the office's journal has more.
    pub(super) asked: Arc<Notify>,
    pub(super) paths: Paths,
    pub(super) store: StoreId,
    pub(super) exchange: Exchange,
    pub(super) courier: C,
    /// The envelope that makes this box's key known, until the office has answered.
    pub(super) introduction: Option<Vec<u8>>,
    /// When it was last said, and what the office answered where it does not take the key.
    pub(super) introduced_ms: Option<u64>,
    pub(super) refused: Option<String>,
    /// Off the road for [`ASK_AGAIN_MS`] since then.
    pub(super) rests: bool,
    pub(super) own: Reader,
    pub(super) moment: Arc<Moment>,
    pub(super) shelves: Arc<Shelves>,
    /// For the prefix of numbers.
    pub(super) masters: watch::Receiver<Arc<Masters>>,
    pub(super) views: views::Reader,
    pub(super) publisher: Arc<OnceLock<Publisher>>,
    pub(super) state: watch::Sender<LineState>,
    pub(super) connected: bool,
    pub(super) since_ms: i64,
    pub(super) saved_ms: u64,
}

fn is_refusal(envelope: &[u8]) -> bool {
    matches!(Header::read(envelope), Ok((header, _, _)) if header.purpose == Purpose::Refusal)
}

/// Waits until told to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

impl<C: Courier> Owner for Line<C> {
    fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// The office sets no clock by a box's.
    fn clock_ms(&self) -> Option<i64> {
        None
    }

    fn take(&mut self, envelope: &[u8]) -> Result<Took, String> {
        if is_refusal(envelope) {
            self.not_taken(envelope);
            return Ok(Took::default());
        }
        let arrived = self.exchange.carried(up_ms(), envelope).map_err(|rejected| rejected.to_string())?;
        self.came(&arrived);
        let new = arrived.stored.iter().map(|span| span.last.0 - span.first.0 + 1).sum();
        Ok(Took { new, known: arrived.known, rows: arrived.rows, ..Took::default() })
    }
}

impl<C: Courier> Line<C> {
    /// Runs until told to stop.
    pub(super) async fn run(
        mut self,
        mut arrivals: Arrivals,
        mut durable: watch::Receiver<u64>,
        mut asks: mpsc::Receiver<carry::Ask>,
        mut stop: watch::Receiver<bool>,
    ) {
        loop {
            tokio::task::block_in_place(|| self.say());
            let ask_ms = self.introduced_ms.filter(|_| self.rests).map(|at| at + ASK_AGAIN_MS);
            let wake = [self.exchange.wake_ms(), ask_ms].into_iter().flatten().min();
            let wake = wake.map(|at| Duration::from_millis(at.saturating_sub(up_ms())));
            let wake = wake.unwrap_or(Duration::from_secs(60)).max(Duration::from_millis(1));
            tokio::select! {
                arrival = arrivals.next() => match arrival {
                    Some(arrival) => tokio::task::block_in_place(|| self.arrived(arrival)),
                    None => break,
                },
                changed = durable.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    self.grown();
                    // The first of a burst has been offered by the time this returns; the rest gathers.
                    tokio::task::block_in_place(|| self.say());
                    tokio::time::sleep(GATHER).await;
                }
                Some(ask) = asks.recv() => tokio::task::block_in_place(|| self.answer(ask)),
                () = tokio::time::sleep(wake) => self.rested(),
                () = told(&mut stop) => break,
            }
        }
        self.save();
    }

    fn grown(&mut self) {
        if let Some(last) = self.own.last() {
            self.exchange.appended(last);
        }
        self.views.notify();
    }

    fn arrived(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Connected => {
                self.went(true);
                if let Some(introduction) = self.introduction.clone() {
                    self.introduced_ms = Some(up_ms());
                    self.hand_over(Purpose::Enrol, introduction);
                }
                self.exchange.connected(up_ms());
            }
            Arrival::Disconnected { why } => {
                tracing::info!(%why, "the line is down");
                self.went(false);
                self.exchange.disconnected();
            }
            Arrival::Envelope { bytes, .. } => {
                if is_refusal(&bytes) {
                    self.not_taken(&bytes);
                } else if let Ok(arrived) = self.exchange.arrived(up_ms(), &bytes) {
                    self.came(&arrived);
                }
            }
        }
    }

    /// The road is up or down, from now on.
    fn went(&mut self, up: bool) {
        if std::mem::replace(&mut self.connected, up) != up {
            self.since_ms = self.moment.now_ms();
        }
    }

    /// Does what follows from an envelope of the office's, by whichever road it came.
    fn came(&mut self, arrived: &Arrived) {
        self.refused = None;
        if self.introduction.take().is_some() {
            // From now on this box is that site for good: it takes no second enrolment.
            self.save();
        }
        if let Some((at_ms, fresh)) = arrived.clock {
            self.moment.office_says(at_ms, fresh);
        }
        if let Some(known) = arrived.is_older {
            self.renew(known);
        }
        if !arrived.stored.is_empty() {
            self.views.notify();
            self.asked.notify_one();
            arrived.stored.iter().for_each(|span| self.tell_devices(*span));
        }
        if arrived.acks_moved && up_ms() > self.saved_ms + SAVE_EVERY_MS {
            self.save();
        }
    }

    /// A refused box asks again, since somebody may have done something about it.
    fn rested(&mut self) {
        if self.rests && self.introduced_ms.is_some_and(|at| up_ms() >= at + ASK_AGAIN_MS) {
            self.rests = false;
            self.courier.rest(false);
        }
    }

    /// The office has refused a key: this box's, or that of another one that has taken the same enrolment, which does not
    /// open for us.
    fn not_taken(&mut self, envelope: &[u8]) {
        if self.introduction.is_none() {
            return;
        }
        match self.exchange.refused(envelope) {
            Ok(Refusal { reason, fingerprint }) => {
                let key = fingerprint.map_or(String::new(), |fingerprint| format!(" (its key: {fingerprint})"));
                let reason = format!("{reason}{key}");
                tracing::error!(reason, "the office does not take this box's key; what it records stays here");
                self.refused = Some(reason);
                // The box that counts has the same login: each connection of ours pushes it off the line.
                self.rests = true;
                self.courier.rest(true);
            }
            Err(rejected) => tracing::debug!(%rejected, "a refusal that is not for this box"),
        }
    }

    fn renew(&mut self, known: StoreId) {
        let now_ms = u64::try_from(self.moment.now_ms()).unwrap_or(0);
        match crate::store::renew(&self.paths.dir, &self.site, Some(known), now_ms) {
            Ok(store) => {
                self.store = store;
                self.exchange.renew(store);
                self.shelves.renew(store);
            }
            Err(error) => tracing::error!(%error, "this restored store could not be given a new id"),
        }
    }

    fn save(&mut self) {
        self.saved_ms = up_ms();
        if let Err(error) = self.exchange.save_acks() {
            tracing::warn!(%error, "what the office has acked could not be written down; it will be asked again");
        }
    }

    /// Says what there is to say.
    fn say(&mut self) {
        let clock_ms = self.clock_ms();
        loop {
            match self.exchange.poll(up_ms(), clock_ms) {
                Ok(Some(envelope)) => self.hand_over(Purpose::Records, envelope),
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(%error, "the journal cannot be read for sending");
                    break;
                }
            }
        }
        let link = self.exchange.link();
        let state = LineState {
            connected: self.connected,
            since_ms: self.since_ms,
            settled: link.is_settled(),
            waiting: link.outbox().unacked(),
            unacked: Some(link.outbox().waiting().collect()),
            under_way: link.under_way(),
            introducing: self.introduction.is_some(),
            tally: self.exchange.tally().clone(),
            refused: self.refused.clone(),
            master: self.exchange.taken().map(|rows| MasterState {
                rows: rows.len(),
                unread: rows.unread(),
                version: rows.cursor().version,
                complete: rows.is_complete(),
            }),
        };
        self.state.send_replace(state);
    }

    fn hand_over(&self, purpose: Purpose, envelope: Vec<u8>) {
        // A refusal is a loss like any other on the way: what was in it is sent again.
        if let Err(refused) = self.courier.send(&SiteId::office(), purpose, envelope) {
            tracing::debug!(%refused, "the road took nothing");
        }
    }

    /// Tells devices that the office has what they sent, and what became of it, as the records of `down` say.
    fn tell_devices(&self, down: Span) {
        let held = self.exchange.held();
        let at = crate::domain::id::Position { epoch: down.epoch, seq: down.first };
        let most = (down.last.0 - down.first.0 + 1) as usize;
        for slot in held.read_from(at, usize::MAX, most).into_iter().flatten() {
            let Slot::Record(stored) = slot else { continue };
            match record::decode(&stored.body) {
                Ok(Record { entry: Entry::AtOffice(span), stamp }) => self.tell_of(span, stamp.at_ms()),
                Ok(Record { entry: Entry::Outcome(outcome), stamp }) => {
                    let said = SaidAt::new(&stamp, stored.position);
                    // One that was overtaken by a later word is not told any more.
                    let known = self.views.word(SITE_NO, outcome.of).ok().flatten();
                    if known.is_none_or(|(known, _)| known <= said) {
                        self.tell_outcome(&outcome, stamp.at_ms());
                    }
                }
                _ => {}
            }
        }
    }

    fn tell_outcome(&self, outcome: &Outcome, office_ms: i64) {
        let Ok(Some(at)) = self.own.find(&key_of_intent(outcome.of)) else { return };
        if let Ok(stored) = self.own.read_at(at) {
            self.tell_device(&stored, office_ms, Some(&outcome.fate));
        }
    }

    fn tell_of(&self, span: Span, office_ms: i64) {
        if self.publisher.get().is_none() {
            return;
        }
        let mut at = crate::domain::id::Position { epoch: span.epoch, seq: span.first };
        while at.seq <= span.last {
            let most = (span.last.0 - at.seq.0 + 1) as usize;
            let Ok(slots) = self.own.read_from(at, TELL_BYTES, most) else { return };
            let Some(last) = slots.last().map(Slot::position).filter(|last| last.epoch == span.epoch) else { return };
            at.seq.0 = last.seq.0 + 1;
            for slot in slots {
                if let Slot::Record(stored) = slot {
                    self.tell_device(&stored, office_ms, None);
                }
            }
        }
    }

    /// Tells the device that sent something under an id of its own where that is now.
    fn tell_device(&self, stored: &Stored, office_ms: i64, fate: Option<&Fate>) {
        let (Some(publisher), Kind::Record) = (self.publisher.get(), stored.kind) else { return };
        let Ok(Record { entry, .. }) = record::decode(&stored.body) else { return };
        let (Some(id), Some(device)) = (entry.intent(), entry.device()) else { return };
        let topic = receipt::topic(device);
        if !publisher.is_wanted(&topic) {
            return;
        }
        let printed = match &entry {
            Entry::Submitted(submitted) => Printed::of(submitted, &self.masters.borrow(), &self.site),
            _ => Printed::default(),
        };
        let receipt = Receipt {
            id: Some(id),
            status: fate.map_or(Status::AtOffice, Status::from),
            site: &self.site,
            position: stored.position,
            hash: stored.hash(&self.site),
            at_ms: office_ms,
            reason: None,
            packet: None,
            number: printed.number.as_deref(),
            total: printed.total,
            marks: &printed.marks,
            outcome: fate,
        };
        publisher.publish(&topic, receipt.to_json(), false);
    }
}
