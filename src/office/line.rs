//! One site's line at the office: what it sends is stored, the office's word on it is written down, both go back in
//! one envelope.

use super::came_by::{CameBy, Roads};
use super::decided;
use super::parting::Parting;
use super::quarantine::{EnvelopeId, Quarantine};
use super::road::Road;
use crate::carry::{self, Owner, Took};
use crate::courier::Purpose;
use crate::domain::id::{Epoch, SiteId, StoreId};
use crate::domain::record::{Entry, Follows, Opened, Record, Span};
use crate::domain::time::{Stamp, rfc3339};
use crate::exchange::{Arrived, Exchange, Master, Parts, Rejected, Tally};
use crate::journal::{OpenError, Options, Own, ReadError, Reader, Replica, Slot, WriteError};
use crate::moment::{Moment, up_ms};
use crate::rows::OfficeRows;
use crate::sync::Rules;
use crate::views;
use crate::wire::envelope::{Public, Secret};
use crate::wire::message::{Condition, MAX_BATCH_RECORDS, Message};
use crate::wire::record;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot, watch};

/// Under which keys a site is heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    /// Those that count, the one to seal to last.
    pub(super) counting: Vec<Public>,
    /// Those that were the site's once: what they sealed is a person's to judge.
    pub(super) ended: Vec<Public>,
    /// Nobody has confirmed the one to seal to, or it was revoked: the site gets no records.
    pub(super) hold_back: bool,
}

/// What is to be done with the quarantine: with one of its envelopes, or with all.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// Say what is in it.
    List,
    /// Take it in, as the site's.
    Release(Option<EnvelopeId>),
    /// Throw it away.
    Drop(Option<EnvelopeId>),
}

/// What became of an order: a JSON object for each envelope, or why nothing.
pub(super) type Done = Result<Vec<Value>, String>;

/// What the task of a site is told.
pub(super) enum Event {
    /// The road to all sites has opened or closed; open again where a box has come anew.
    Road(bool),
    /// An envelope of this site.
    Envelope(Vec<u8>),
    /// Something that a stick wants of it.
    ByHand(carry::Ask),
    /// Its keys.
    Keys(Keys),
    /// A person's word on the quarantine, and where to say what became of it.
    Quarantine(Order, oneshot::Sender<Done>),
    /// The office's disk has a new id.
    Renewed(StoreId),
    /// What the office has to say to the site, and where to tell which record of its journal has the last of it.
    Words(Vec<Entry>, oneshot::Sender<Result<u64, String>>),
}

/// What others may know of a site's line.
#[derive(Clone, Debug, Default)]
pub(super) struct SiteState {
    /// Records held.
    pub(super) held: u64,
    /// Records known to exist and not held.
    pub(super) missing: Vec<Span>,
    /// Records that the box said were still to come.
    pub(super) to_come: u64,
    /// Records of the office that the box has not acked.
    pub(super) waiting: u64,
    /// The box answers.
    pub(super) settled: bool,
    /// When it was last heard, milliseconds since 1970.
    pub(super) heard_at_ms: Option<i64>,
    /// When something of it last came on a stick, milliseconds since 1970.
    pub(super) carried_at_ms: Option<i64>,
    /// How the box is, as far as it said.
    pub(super) condition: Option<Told>,
    /// What the exchange has counted.
    pub(super) tally: Tally,
    /// Envelopes in quarantine.
    pub(super) quarantined: usize,
    /// Why the last one that should have been there is not, and how many there were since the start.
    pub(super) turned_away: (u64, Option<String>),
    /// Up to which version the box has the office's master data, as far as it said.
    pub(super) master_version: Option<u64>,
}

/// A box's word on how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) condition: Condition,
    /// By how many seconds its clock is ahead; not known of a word that was carried.
    pub(super) ahead_s: Option<i64>,
}

impl Told {
    /// For people.
    pub(super) fn json(&self) -> Value {
        let Condition { version, at_ms, time_from, free_mb, bytes_this_month } = &self.condition;
        json!({
            "at": rfc3339(*at_ms),
            "version": version,
            "clock": { "from": time_from, "ahead_s": self.ahead_s },
            "free_mb": free_mb,
            "bytes_this_month": bytes_this_month,
        })
    }
}

/// What a site's line is made from.
pub(super) struct Foundation<'a> {
    pub(super) site: SiteId,
    pub(super) dir: &'a Path,
    pub(super) store: StoreId,
    pub(super) secret: Secret,
    pub(super) keys: Keys,
    pub(super) moment: Arc<Moment>,
    pub(super) rows: Arc<OfficeRows>,
    /// Told when the site's journal says more of its branches and letters.
    pub(super) parted: Arc<Notify>,
}

/// Why a site's journals were not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum SiteError {
    /// One of them.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// They cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The directory cannot be made.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// One site's line.
pub(super) struct SiteLine {
    site: SiteId,
    store: StoreId,
    boot: uuid::Uuid,
    exchange: Exchange,
    down: Own,
    begun: bool,
    /// The moment of the latest word: no later one is stamped before it, whatever the clock was and is.
    said_ms: i64,
    /// Stored, and the word on it not written yet.
    unsaid: Vec<Span>,
    moment: Arc<Moment>,
    rows: Arc<OfficeRows>,
    heard_at_ms: Option<i64>,
    carried_at_ms: Option<i64>,
    condition: Option<Told>,
    /// By which road records came, where that can be written down.
    roads: Option<Roads>,
    /// Keys that were the site's once.
    ended: Vec<Public>,
    quarantine: Quarantine,
    turned_away: (u64, Option<String>),
    parting: Parting,
}

impl SiteLine {
    /// Opens the site's journals.
    pub(super) fn open(foundation: Foundation<'_>) -> Result<Self, SiteError> {
        let Foundation { site, dir, store, secret, keys, moment, rows, parted } = foundation;
        std::fs::create_dir_all(dir)?;
        let (up_dir, down_dir) = (dir.join("up"), dir.join("down"));
        let (replica, report) = Replica::open(&up_dir, Options::new(site.clone(), store, |_| None))?;
        report.log(&up_dir);
        let (down, report) = Own::open(&down_dir, Options::new(SiteId::office(), store, |_| None))?;
        report.log(&down_dir);
        let unsaid = unsaid(&replica.reader(), &down.reader())?;
        let heard_at_ms = last_stamp(&down.reader());
        // The log is for people: without it the site is served all the same.
        let roads = Roads::open(dir, down.reader().count()).and_then(|mut roads| {
            roads.came(&unsaid, CameBy::Unknown)?;
            Ok(roads)
        });
        let roads = roads
            .inspect_err(|error| tracing::warn!(%site, %error, "by which road records come is not written down"))
            .ok();
        let Keys { counting, ended, hold_back } = keys;
        let mut exchange = Exchange::open(Parts {
            me: SiteId::office(),
            peer: site.clone(),
            secret,
            peer_keys: counting,
            store,
            replica,
            own: down.reader(),
            acks: dir.join("acks"),
            rules: Rules::of_office(),
            master: Master::Gives(rows.clone(), dir.join("rows-cursor")),
        })?;
        exchange.hold_back(hold_back);
        let boot = board::clock::boot_id().ok().and_then(|id| id.parse().ok()).unwrap_or_default();
        let (quarantine, turned_away) = (Quarantine::open(dir)?, (0, None));
        let parting = Parting::open(&exchange.held(), exchange.link().inbox(), parted)?;
        Ok(Self {
            site,
            store,
            boot,
            exchange,
            down,
            begun: false,
            said_ms: heard_at_ms.unwrap_or(i64::MIN),
            unsaid,
            moment,
            rows,
            heard_at_ms,
            carried_at_ms: None,
            condition: None,
            roads,
            ended,
            quarantine,
            turned_away,
            parting,
        })
    }

    /// Where the site's journal parts.
    pub(super) fn parting(&self) -> &Parting {
        &self.parting
    }

    /// The site's records, as the office holds them.
    pub(super) fn up(&self) -> Reader {
        self.exchange.held()
    }

    /// The office's word on them.
    pub(super) fn down(&self) -> Reader {
        self.down.reader()
    }

    /// Takes in an envelope. Where this disk turned out to be restored from a backup: the latest of its ids that the site
    /// knows.
    fn envelope(&mut self, bytes: &[u8]) -> Option<StoreId> {
        let arrived = match self.exchange.arrived(up_ms(), bytes) {
            Ok(arrived) => arrived,
            Err(Rejected::Store(error)) => {
                tracing::error!(site = %self.site, %error, "records could not be stored; the box keeps them");
                return None;
            }
            Err(Rejected::UnknownSender(_)) => {
                // By line nobody waits for an answer; status tells of it.
                let _ = self.set_aside(bytes);
                return None;
            }
            Err(_) => return None,
        };
        self.heard_at_ms = Some(self.moment.now_ms());
        if let Some(condition) = arrived.condition.clone() {
            let ahead_s = Some(condition.at_ms.saturating_sub(self.moment.now_ms()) / 1_000);
            self.condition = Some(Told { condition, ahead_s });
        }
        self.owes_word(&arrived, CameBy::Line);
        arrived.is_older
    }

    /// What was stored gets the office's word.
    fn owes_word(&mut self, arrived: &Arrived, road: CameBy) {
        if let Some(roads) = &mut self.roads
            && let Err(error) = roads.came(&arrived.stored, road)
        {
            tracing::warn!(site = %self.site, %error, "by which road records came could not be written down");
        }
        self.parting.took(&self.exchange.held(), self.exchange.link().inbox(), &arrived.stored);
        for &span in &arrived.stored {
            match self.unsaid.last_mut() {
                Some(last) if (last.epoch, last.last.0 + 1) == (span.epoch, span.first.0) => last.last = span.last,
                _ => self.unsaid.push(span),
            }
        }
    }

    /// Keeps what a key that counts no more has sealed, by whichever road it came, until a person has decided. What brings
    /// no records that are not here already is not kept: nothing of it is there to be released. None if it is no such
    /// key's.
    fn set_aside(&mut self, envelope: &[u8]) -> Option<Result<Took, String>> {
        let message = self.exchange.peek(envelope, &self.ended)?;
        if self.exchange.holds(&message) {
            let known = message.batch.iter().map(|run| run.bodies.len() as u64).sum();
            return Some(Ok(Took { known, ..Took::default() }));
        }
        let (site, id) = (&self.site, EnvelopeId::of(&message.batch));
        match self.quarantine.keep(&id, envelope) {
            Ok(true) => tracing::warn!(%site, %id, "records under a key that was revoked or replaced: in quarantine"),
            Ok(false) => {}
            Err(why) => {
                tracing::error!(%site, %why, "records under a key that was revoked or replaced: NOT kept");
                self.turned_away = (self.turned_away.0 + 1, Some(why.to_string()));
                return Some(Err(why.to_string()));
            }
        }
        Some(Ok(Took { set_aside: true, ..Took::default() }))
    }

    /// Does what a person has decided about the quarantine.
    fn order(&mut self, order: Order) -> Done {
        let list = self.quarantine.list().map_err(|error| error.to_string())?;
        if matches!(order, Order::List) {
            return Ok(list.iter().map(|kept| self.described(kept.bytes, kept.since_ms, &kept.id)).collect());
        }
        let (Order::Release(wanted) | Order::Drop(wanted)) = &order else { return Ok(Vec::new()) };
        let ids: Vec<_> = list.into_iter().map(|kept| kept.id).collect();
        let ids = match wanted {
            None => ids,
            Some(id) if ids.contains(id) => vec![id.clone()],
            Some(id) => return Err(format!("{} has nothing of the id {id} in quarantine", self.site)),
        };
        let mut done = Vec::new();
        for id in ids {
            let new = match order {
                Order::Release(_) => Some(self.release(&id).map_err(|error| format!("{id}: {error}"))?),
                _ => None,
            };
            // Released is released: its records are on the disk, and a second time they would only be known.
            self.quarantine.remove(&id).map_err(|error| format!("{id} cannot be removed: {error}"))?;
            tracing::info!(site = %self.site, %id, ?new, "an envelope left the quarantine");
            done.push(json!({ "site": self.site, "id": id.to_string(), "new": new }));
        }
        Ok(done)
    }

    /// Takes an envelope's records in, as the site's; how many were new. They are durable when this returns.
    fn release(&mut self, id: &EnvelopeId) -> Result<u64, String> {
        let bytes = self.quarantine.read(id).map_err(|error| error.to_string())?;
        let arrived = self.exchange.released(up_ms(), &bytes, &self.ended).map_err(|rejected| rejected.to_string())?;
        self.owes_word(&arrived, CameBy::Unknown);
        Ok(arrived.stored.iter().map(|span| span.last.0 - span.first.0 + 1).sum())
    }

    fn described(&self, bytes: u64, since_ms: i64, id: &EnvelopeId) -> Value {
        let message = self.quarantine.read(id).ok().and_then(|bytes| self.exchange.peek(&bytes, &self.ended));
        let records = |message: Message| message.batch.iter().map(|run| run.bodies.len()).sum::<usize>();
        json!({
            "site": self.site,
            "id": id.to_string(),
            "bytes": bytes,
            "came": rfc3339(since_ms),
            "records": message.map(records),
        })
    }

    /// Writes down the office's word on what was stored, durably, before anything of it is sent.
    fn write_word(&mut self) -> Result<(), WriteError> {
        if self.unsaid.is_empty() {
            return Ok(());
        }
        // What is decided goes first: where the power tears the group, what follows is owed still, and both are said again.
        let held = self.exchange.held();
        let mut words: Vec<Entry> = self.unsaid.iter().flat_map(|span| decided::by(&held, *span)).collect();
        words.extend(self.unsaid.iter().map(|span| Entry::AtOffice(*span)));
        self.write(&words)?;
        self.unsaid.clear();
        Ok(())
    }

    /// Writes words into the office's journal for the site, durably, and all of them or none.
    fn write(&mut self, words: &[Entry]) -> Result<(), WriteError> {
        if self.down.poisoned().is_some() {
            self.begun = false;
            self.down.reopen().map_err(|error| WriteError::Refused(std::io::Error::other(error)))?;
        }
        if !self.begun {
            self.begin()?;
        }
        for word in words {
            let body = record::body(&self.stamp(0), &record::entry(word));
            if let Err(error) = self.down.append_one(&body, None) {
                self.down.discard();
                return Err(error);
            }
        }
        self.down.sync()?;
        if let Some((last, _)) = self.down.last() {
            self.exchange.appended(last);
        }
        Ok(())
    }

    /// The stamp of a word, at least so many milliseconds after the one before.
    fn stamp(&mut self, after_ms: i64) -> Stamp {
        let mut stamp = self.moment.stamp();
        let behind_ms = self.said_ms.saturating_add(after_ms).saturating_sub(stamp.at_ms());
        stamp.boot_at_ms = stamp.boot_at_ms.saturating_add(behind_ms.max(0));
        self.said_ms = stamp.at_ms();
        stamp
    }

    /// The first word of this opening begins an epoch: an office that restarts has nothing to say to sites that are silent.
    fn begin(&mut self) -> Result<(), WriteError> {
        // Of two words of different openings the later is told by the time alone.
        let stamp = self.stamp(1);
        let mut random = [0; 10];
        getrandom::fill(&mut random).map_err(|error| WriteError::Refused(std::io::Error::other(error.to_string())))?;
        let epoch = Epoch::new(u64::try_from(stamp.at_ms()).unwrap_or(0), random);
        let follows = self.down.last().map(|(at, hash)| Follows { epoch: at.epoch, seq: at.seq, hash });
        let program = env!("CARGO_PKG_VERSION").to_owned();
        let opened = Opened { follows, store: self.store, boot: self.boot, program };
        self.down.begin(epoch, &record::body(&stamp, &record::entry(&Entry::Opened(opened))))?;
        self.begun = true;
        Ok(())
    }

    fn say(&mut self, road: &Road) {
        loop {
            match self.exchange.poll(up_ms(), Some(self.moment.now_ms())) {
                Ok(Some(envelope)) => {
                    if let Err(refused) = road.send(&self.site, Purpose::Records, envelope) {
                        tracing::debug!(site = %self.site, %refused, "the road took nothing");
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(site = %self.site, %error, "the office's word cannot be read for sending");
                    return;
                }
            }
        }
    }

    fn state(&self) -> SiteState {
        let link = self.exchange.link();
        SiteState {
            held: link.inbox().count(),
            missing: link.inbox().gaps(),
            to_come: link.peer_has_more(),
            waiting: link.outbox().unacked(),
            settled: link.is_settled(),
            heard_at_ms: self.heard_at_ms,
            carried_at_ms: self.carried_at_ms,
            condition: self.condition.clone(),
            tally: self.exchange.tally().clone(),
            quarantined: self.quarantine.count(),
            turned_away: self.turned_away.clone(),
            master_version: self.exchange.peer_cursor().map(|cursor| cursor.version),
        }
    }

    /// Runs until the events end. `older` is told when this disk turns out to be restored.
    pub(super) async fn run(
        mut self,
        mut events: mpsc::Receiver<Event>,
        road: Arc<Road>,
        views: views::Reader,
        state: watch::Sender<SiteState>,
        older: mpsc::Sender<StoreId>,
    ) {
        let mut changes = self.rows.changes();
        loop {
            tokio::task::block_in_place(|| {
                if let Err(error) = self.write_word() {
                    tracing::error!(site = %self.site, %error, "the office's word could not be written; tried again");
                }
                self.say(&road);
            });
            views.notify();
            state.send_replace(self.state());
            let wake = self.exchange.wake_ms().map(|at| Duration::from_millis(at.saturating_sub(up_ms())));
            let retry = if self.unsaid.is_empty() { Duration::from_secs(3600) } else { Duration::from_secs(1) };
            let wake = wake.unwrap_or(retry).min(retry).max(Duration::from_millis(1));
            let event = tokio::select! {
                event = events.recv() => event,
                // The table outlives its lines, so that this ends only when something has changed.
                _ = changes.changed() => continue,
                () = tokio::time::sleep(wake) => continue,
            };
            match event {
                Some(Event::Road(true)) => self.exchange.connected(up_ms()),
                Some(Event::Road(false)) => self.exchange.disconnected(),
                Some(Event::Keys(Keys { counting, ended, hold_back })) => {
                    if counting.is_empty() {
                        self.exchange.disconnected();
                    }
                    self.exchange.set_peer_keys(counting);
                    self.exchange.hold_back(hold_back);
                    self.ended = ended;
                }
                Some(Event::Quarantine(order, told)) => {
                    // Whoever asked may have gone: what was ordered is done all the same.
                    let _ = told.send(tokio::task::block_in_place(|| self.order(order)));
                }
                Some(Event::Renewed(store)) => {
                    self.store = store;
                    self.exchange.renew(store);
                }
                Some(Event::Words(words, told)) => {
                    let written = tokio::task::block_in_place(|| self.write(&words));
                    let last = self.down.reader().count();
                    // Whoever asked may have gone: it finds in the journal, or in the books, what was said.
                    let _ = told.send(written.map(|()| last).map_err(|error| error.to_string()));
                }
                Some(Event::Envelope(bytes)) => {
                    if let Some(known) = tokio::task::block_in_place(|| self.envelope(&bytes)) {
                        let _ = older.try_send(known);
                    }
                }
                Some(Event::ByHand(ask)) => tokio::task::block_in_place(|| self.answer(ask)),
                None => break,
            }
        }
        if let Err(error) = self.exchange.save_acks() {
            tracing::warn!(site = %self.site, %error, "the site's acks could not be written down; it will be asked again");
        }
    }
}

impl Owner for SiteLine {
    fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    fn clock_ms(&self) -> Option<i64> {
        Some(self.moment.now_ms())
    }

    fn take(&mut self, envelope: &[u8]) -> Result<Took, String> {
        match self.exchange.carried(up_ms(), envelope) {
            Ok(arrived) => {
                self.carried_at_ms = Some(self.moment.now_ms());
                let is_later = |condition: &Condition| {
                    self.condition.as_ref().is_none_or(|known| known.condition.at_ms < condition.at_ms)
                };
                if let Some(condition) = arrived.condition.clone().filter(is_later) {
                    self.condition = Some(Told { condition, ahead_s: None });
                }
                self.owes_word(&arrived, CameBy::Stick);
                let new = arrived.stored.iter().map(|span| span.last.0 - span.first.0 + 1).sum();
                Ok(Took { new, known: arrived.known, rows: arrived.rows, set_aside: false, older: arrived.is_older })
            }
            Err(rejected @ Rejected::UnknownSender(_)) => {
                self.set_aside(envelope).unwrap_or_else(|| Err(rejected.to_string()))
            }
            Err(rejected) => Err(rejected.to_string()),
        }
    }
}

/// The spans of the replica's latest records that no word is written on: what a power cut between the two left.
fn unsaid(up: &Reader, down: &Reader) -> Result<Vec<Span>, ReadError> {
    let back = MAX_BATCH_RECORDS as u64;
    let mut said = std::collections::BTreeMap::<Epoch, crate::sync::Ranges>::new();
    for stored in down.scan(down.count().saturating_sub(back)) {
        if let Ok(Record { entry: Entry::AtOffice(span), .. }) = record::decode(&stored?.body) {
            said.entry(span.epoch).or_default().insert(span.first.0, span.last.0);
        }
    }
    let mut unsaid: Vec<Span> = Vec::new();
    for stored in up.scan(up.count().saturating_sub(back)) {
        let at = stored?.position;
        if said.get(&at.epoch).is_some_and(|said| said.contains(at.seq.0, at.seq.0)) {
            continue;
        }
        match unsaid.last_mut() {
            Some(last) if (last.epoch, last.last.0 + 1) == (at.epoch, at.seq.0) => last.last = at.seq,
            _ => unsaid.push(Span { epoch: at.epoch, first: at.seq, last: at.seq }),
        }
    }
    Ok(unsaid)
}

fn last_stamp(down: &Reader) -> Option<i64> {
    match down.read_position(down.last()?).ok()?? {
        Slot::Record(stored) => Some(record::decode(&stored.body).ok()?.stamp.at_ms()),
        Slot::Lost { .. } => None,
    }
}
