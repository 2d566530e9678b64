//! rumqttd's router, behind in-process links; the only file that knows rumqttd.
//!
//! A router has one pump thread, which makes every blocking call: it publishes, builds links and takes them down. Each
//! subscriber has a carrier task that moves what the router forwards into a bounded channel. A pulse goes through the
//! router twice a second; when it does not come back, or a link breaks, the keeper starts a fresh router at once,
//! publishes the retained state anew, and the carriers of the old one end, which closes their connections.
//!
//! What the router gets is chosen so that it survives: checked ASCII topics, quality of service 0 in both directions
//! (the gate does 1 itself), no shared subscriptions, ids from a fixed set that are never in use twice, a Disconnect
//! only as the last word of a link whose carrier has ended, and no `Ready` after it. A router that was replaced leaves its
//! thread behind (rumqttd has no way to stop one).

use super::board::{Board, Work};
use super::counters::{Counters, count};
use super::limits::Limits;
use super::topics::{INTERNAL, TopicFilter};
use bytes::Bytes;
use futures_util::FutureExt;
use rumqttd::local::{LinkBuilder, LinkError, LinkRx, LinkTx};
use rumqttd::protocol::{Disconnect, DisconnectReasonCode, Packet, Publish};
use rumqttd::{Forward, Notification, Router, RouterConfig};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// Between two pulses.
const PULSE: Duration = Duration::from_millis(500);
/// A router that has not echoed a pulse for this long is dead, though it may hang on.
const SILENCE: Duration = Duration::from_secs(2);
/// Longest wait for a fresh router's first links.
const START_TIME: Duration = Duration::from_secs(2);
/// Longest wait for the router to note a subscription: microseconds on a router that lives.
const NOTE_TIME: Duration = Duration::from_millis(500);
/// Packets the pump may be ahead of the router.
const PUMP_AHEAD: usize = 1024;
/// Forwards between a carrier and its connection.
const CARRIED: usize = 128;
/// The router reads this many messages at once; also how many retained ones a new subscriber gets at most.
const READ_AT_ONCE: u64 = 8192;
/// Links beyond those of the connections: the pump's, the pulse's, and those that are being taken down.
const SPARE_LINKS: usize = 64;

/// A message for a subscriber.
#[derive(Debug, Clone)]
pub(crate) struct Forwarded {
    pub(crate) topic: Bytes,
    pub(crate) payload: Bytes,
    pub(crate) retain: bool,
}

/// A link that the pump built, with what its carrier needs.
pub(crate) struct Built {
    tx: LinkTx,
    rx: LinkRx,
    slot: usize,
    router: u64,
    dead: watch::Receiver<bool>,
}

/// A link to be taken down, and the slot of its id.
pub(crate) struct Ended {
    tx: LinkTx,
    slot: usize,
    router: u64,
}

/// A subscriber's end of its link.
pub(crate) struct Line {
    shared: Arc<LineShared>,
}

struct LineShared {
    tx: Mutex<Option<LinkTx>>,
    /// Filters subscribed at the router, each with the number of the last message that came by it.
    filters: Mutex<Vec<(TopicFilter, Option<u64>)>>,
    /// How many of them the router has noted: only then a message that is published reaches this subscriber.
    noted: watch::Sender<usize>,
    lagged: AtomicBool,
}

/// The router is gone or does not keep up; the connection has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RouterGone;

impl Line {
    /// Whether it ended because the subscriber lost messages.
    pub(crate) fn lagged(&self) -> bool {
        self.shared.lagged.load(Ordering::Relaxed)
    }

    /// Subscribes at the router, and waits until it has noted it. False: it was subscribed already, and the router will
    /// send nothing retained.
    pub(crate) async fn subscribe(&self, filter: &TopicFilter) -> Result<bool, RouterGone> {
        let Some(wanted) = self.ask(filter)? else { return Ok(false) };
        let mut noted = self.shared.noted.subscribe();
        // A carrier that waits for this very connection cannot tell; then the subscription is on its way all the same.
        let _ = tokio::time::timeout(NOTE_TIME, noted.wait_for(|noted| *noted >= wanted)).await;
        Ok(true)
    }

    /// Asks the router for a filter; how many it then has to have noted, or nothing where it was asked before.
    fn ask(&self, filter: &TopicFilter) -> Result<Option<usize>, RouterGone> {
        let mut filters = self.shared.filters.lock().unwrap_or_else(PoisonError::into_inner);
        if filters.iter().any(|(known, _)| known == filter) {
            return Ok(None);
        }
        let mut tx = self.shared.tx.lock().unwrap_or_else(PoisonError::into_inner);
        let link = tx.as_mut().ok_or(RouterGone)?;
        link.try_subscribe(filter.as_str()).map_err(|_| RouterGone)?;
        filters.push((filter.clone(), None));
        Ok(Some(filters.len()))
    }
}

/// A fresh subscriber: its line, and what comes in on it. The channel closes when the router is gone.
pub(crate) async fn attach(board: &Arc<Board>) -> Result<(Line, mpsc::Receiver<Forwarded>), RouterGone> {
    let (reply, built) = oneshot::channel();
    board.attach(reply);
    let built = tokio::time::timeout(START_TIME, built).await.map_err(|_| RouterGone)?.map_err(|_| RouterGone)?;
    let shared = Arc::new(LineShared {
        tx: Mutex::new(Some(built.tx)),
        filters: Mutex::default(),
        noted: watch::Sender::new(0),
        lagged: AtomicBool::new(false),
    });
    let (out, forwards) = mpsc::channel(CARRIED);
    let carrier = Carrier {
        board: Arc::clone(board),
        line: Arc::clone(&shared),
        rx: built.rx,
        out,
        dead: built.dead,
        slot: built.slot,
        router: built.router,
    };
    tokio::spawn(carrier.run());
    Ok((Line { shared }, forwards))
}

struct Carrier {
    board: Arc<Board>,
    line: Arc<LineShared>,
    rx: LinkRx,
    out: mpsc::Sender<Forwarded>,
    dead: watch::Receiver<bool>,
    slot: usize,
    router: u64,
}

impl Carrier {
    async fn run(mut self) {
        let mut dead = self.dead.clone();
        let out = self.out.clone();
        tokio::select! {
            () = self.carry() => {}
            () = out.closed() => {}
            _ = dead.wait_for(|dead| *dead) => {}
        }
        // The receiver goes first: nothing can tell the router "ready" after the Disconnect that the pump sends.
        let Self { board, line, rx, slot, router, .. } = self;
        drop(rx);
        if let Some(tx) = line.tx.lock().unwrap_or_else(PoisonError::into_inner).take() {
            board.detach(Ended { tx, slot, router });
        }
    }

    async fn carry(&mut self) {
        loop {
            match self.rx.next().await {
                Ok(Some(Notification::Forward(forward))) => {
                    if self.lost_some(&forward) {
                        self.line.lagged.store(true, Ordering::Relaxed);
                        return;
                    }
                    let Forward { publish: Publish { topic, payload, retain, .. }, .. } = forward;
                    if self.out.send(Forwarded { topic, payload, retain }).await.is_err() {
                        return;
                    }
                }
                // Without the answer the router sends this link nothing more.
                Ok(Some(Notification::Unschedule)) => {
                    if self.rx.wake().await.is_err() {
                        return;
                    }
                }
                // All that a subscriber's link asks of the router are subscriptions.
                Ok(Some(Notification::DeviceAck(_))) => self.line.noted.send_modify(|noted| *noted += 1),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Whether the router's log rolled over before this subscriber had read it. A forward does not say by which
    /// filter it came, so this is known only for topics that one filter matches.
    fn lost_some(&self, forward: &Forward) -> bool {
        let (Some((_, number)), Ok(topic)) = (forward.cursor, std::str::from_utf8(&forward.publish.topic)) else {
            return false;
        };
        let mut filters = self.line.filters.lock().unwrap_or_else(PoisonError::into_inner);
        let mut matching = filters.iter_mut().filter(|(filter, _)| filter.matches(topic));
        let (Some((filter, last)), None) = (matching.next(), matching.next()) else { return false };
        let lost = last.is_some_and(|last| last + 1 != number);
        if lost {
            tracing::info!(%filter, "a subscriber was too slow and lost messages: it has to subscribe again");
        }
        *last = Some(number);
        lost
    }
}

/// A link failed: the router is gone. Boxed, for rumqttd's error carries a whole connection.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Broken(Box<LinkError>);

impl From<LinkError> for Broken {
    fn from(error: LinkError) -> Self {
        Self(Box::new(error))
    }
}

/// What the keeper needs for a router's life.
struct Life {
    pulse_tx_failed: oneshot::Receiver<()>,
    pulse: LinkRx,
    dead: watch::Sender<bool>,
}

fn config(limits: &Limits) -> RouterConfig {
    let (max_segment_size, max_segment_count) = limits.router_segment;
    RouterConfig {
        max_connections: limits.connections + SPARE_LINKS,
        max_outgoing_packet_count: READ_AT_ONCE,
        max_segment_size: max_segment_size.max(1024),
        max_segment_count: max_segment_count.max(1),
        ..RouterConfig::default()
    }
}

/// Starts a router and its pump. Blocks until the router has answered.
fn start(board: &Arc<Board>, limits: &Limits) -> Result<Life, Broken> {
    let router = Router::new(0, config(limits)).spawn();
    let build = |id: &str| LinkBuilder::new(id, router.clone()).build().map_err(Broken::from);
    let (mut pulse_tx, pulse, _) = build("pulse")?;
    pulse_tx.subscribe(format!("{INTERNAL}/pulse"))?;
    let (tx, rx, _) = build("pump")?;
    let (dead, dead_seen) = watch::channel(false);
    let (failed, pulse_tx_failed) = oneshot::channel();
    let number = board.begin(limits.connections + SPARE_LINKS / 2);
    let board = Arc::clone(board);
    let pump = move || {
        let _failed = failed;
        let _kept = (rx, pulse_tx);
        let build = |slot: usize| {
            let (tx, rx, _) = LinkBuilder::new(&format!("d{slot}"), router.clone()).build().map_err(Broken::from)?;
            Ok(Built { tx, rx, slot, router: number, dead: dead_seen.clone() })
        };
        if let Err(error) = pump(&board, number, tx, build) {
            tracing::debug!(%error, "the router's pump ended");
        }
    };
    thread::Builder::new().name("gate-pump".into()).spawn(pump).expect("invariant: a thread can be started");
    Ok(Life { pulse_tx_failed, pulse, dead })
}

/// Does the board's work until the board has a newer router, or this one is gone.
fn pump(
    board: &Board,
    number: u64,
    mut tx: LinkTx,
    build: impl Fn(usize) -> Result<Built, Broken>,
) -> Result<(), Broken> {
    while let Some(work) = board.next_work(number) {
        match work {
            Work::Attach(slot, reply) => {
                let built = match build(slot) {
                    Ok(built) => built,
                    Err(broken) => {
                        // The next router will serve it.
                        board.attach(reply);
                        return Err(broken);
                    }
                };
                if let Err(unwanted) = reply.send(built) {
                    let Built { tx, rx, slot, router, .. } = unwanted;
                    drop(rx);
                    board.detach(Ended { tx, slot, router });
                }
            }
            // A link of an earlier router is of no use to anyone, and its id is not this router's.
            Work::Detach(Ended { router, .. }) if router != number => {}
            Work::Detach(Ended { tx: mut link, slot, .. }) => {
                let reason_code = DisconnectReasonCode::NormalDisconnection;
                let farewell = Packet::Disconnect(Disconnect { reason_code }, None);
                link.send(farewell).now_or_never().unwrap_or(Ok(0))?;
                board.free(slot, number);
            }
            Work::Publish(publishes) => {
                let mut packets: VecDeque<Packet> = publishes.into_iter().map(packet).collect();
                let Some(last) = packets.pop_back() else { continue };
                // One event makes the router read the whole buffer; `send` never waits but for the event's channel.
                tx.buffer().extend(packets);
                tx.send(last).now_or_never().unwrap_or(Ok(0))?;
                while tx.buffer().len() > PUMP_AHEAD && board.is_current(number) {
                    thread::sleep(Duration::from_millis(1));
                }
            }
            Work::Pulse => {
                tx.publish(format!("{INTERNAL}/pulse"), Bytes::from_static(b"."))?;
            }
            Work::Poison => {
                tx.publish("öl/temp", Bytes::new())?;
            }
        }
    }
    Ok(())
}

fn packet((topic, payload, retain): (Arc<str>, Bytes, bool)) -> Packet {
    Packet::Publish(Publish::new(Bytes::copy_from_slice(topic.as_bytes()), payload, retain), None)
}

/// Keeps a router running until told to stop.
pub(crate) async fn keep(
    board: Arc<Board>,
    limits: Limits,
    counters: Arc<Counters>,
    mut stop: watch::Receiver<bool>,
    first: oneshot::Sender<()>,
) {
    let mut first = Some(first);
    while !*stop.borrow() {
        let starting = (Arc::clone(&board), limits.clone());
        let started = tokio::task::spawn_blocking(move || start(&starting.0, &starting.1));
        let life = match tokio::time::timeout(START_TIME, started).await {
            Ok(Ok(Ok(life))) => life,
            failed => {
                tracing::error!(error = ?failed.map(|f| f.map(|f| f.err())), "a fresh router did not start; trying again");
                tokio::time::sleep(PULSE).await;
                continue;
            }
        };
        if let Some(first) = first.take() {
            let _ = first.send(());
        }
        let Life { pulse_tx_failed, pulse, dead } = life;
        let reason = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            _ = pulse_tx_failed => "its pump failed",
            reason = watch_pulse(&board, pulse) => reason,
        };
        board.end();
        count(&counters.router_restarts);
        tracing::warn!(reason, "the router inside the gate died: starting a fresh one; devices subscribe again");
        dead.send_replace(true);
    }
    board.stop();
}

/// Sends pulses; comes back with the reason when one was not echoed.
async fn watch_pulse(board: &Board, mut pulse: LinkRx) -> &'static str {
    let mut tick = tokio::time::interval(PULSE);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut unanswered: Option<Instant> = None;
    loop {
        tokio::select! {
            biased;
            heard = pulse.next() => match heard {
                Ok(Some(Notification::Forward(_))) => unanswered = None,
                Ok(Some(Notification::Unschedule)) => if pulse.wake().await.is_err() { return "its link broke" },
                Ok(_) => {}
                Err(_) => return "its link broke",
            },
            _ = tick.tick() => {
                if unanswered.is_some_and(|since| since.elapsed() >= SILENCE) {
                    return "it did not answer";
                }
                unanswered.get_or_insert_with(Instant::now);
                board.pulse();
            }
        }
    }
}
