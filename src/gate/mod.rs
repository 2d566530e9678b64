//! The front door: devices at a box, sites at the office. MQTT 3.1.1 and 5 over TCP, TLS and WebSocket.
//!
//! In come sockets. Out go publishes to the owner's [`Desk`], which answers each when it is on disk; and what is only
//! passed on goes to rumqttd's router, which the gate stands in front of and replaces when it dies. The gate checks the
//! login ([`Doorkeeper`]), the rights of every PUBLISH and SUBSCRIBE, and [`Limits`]. Deliberately absent: the journal,
//! the meaning of topics and payloads.
//!
//! What of MQTT is different here, and why:
//! - A client id is the name of its login, so a login has one connection; a newer one takes over.
//! - No subscription outlives its connection (`session present` is always 0): the state is retained, and a receipt is
//!   given again to whoever sends the same id again.
//! - Quality of service 2 is not supported. The publish is recorded as refused, and the connection ends.
//! - A publish that could not be recorded gets no PUBACK; the connection ends after a pause, so that the device sends
//!   it again.
//! - A will is published where its device may publish and the desk would relay it; any other will is ignored.
//! - A subscriber that takes nothing for some seconds, or that lost messages because it lagged behind, is disconnected
//!   and has to subscribe again.
//! - MQTT 3.1 gets CONNACK 1. MQTT 5 has no topic aliases, subscription identifiers or shared subscriptions here.

mod board;
mod codec;
mod connection;
mod counters;
mod desk;
mod door;
mod doorkeeper;
mod house;
mod limits;
pub mod logins;
mod oversized;
mod router;
mod stream;
mod subscriber;
mod throttle;
mod topics;
mod web;
mod window;

pub use codec::Qos;
pub use counters::Counters;
pub use desk::{Answer, Desk, Incoming, Refusal, RefusalCode, RefusalReason, Route};
pub use door::{Entrance, Listen};
pub use doorkeeper::{Denied, Doorkeeper, Knock, Pass};
pub use limits::Limits;
pub use topics::{BadTopic, MAX_LEVELS, MAX_TOPIC, TopicFilter, check_topic};
pub use web::WebRules;

use board::{Board, Posted};
use bytes::Bytes;
use door::Door;
use house::House;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// Between two looks at whether the logins of connected devices still exist.
const RECHECK: Duration = Duration::from_secs(2);
/// Longest wait for connections to end at shutdown.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// Reads `bytes` as a device's packets, CONNECT first, as far as they go; gives how many were whole. For fuzzing.
#[doc(hidden)]
pub fn read_packets(bytes: &[u8], five: bool) -> usize {
    let frames =
        codec::FrameLimits { publish: 4096, connect: limits::CONNECT_BYTES, subscribe: limits::SUBSCRIBE_BYTES };
    let version = if five { codec::Version::Five } else { codec::Version::Four };
    let mut stream = bytes::BytesMut::from(bytes);
    let mut whole = usize::from(matches!(codec::greeting(&mut stream, &frames), Ok(Some(_))));
    while let Ok(Some(_)) = codec::packet(&mut stream, version, &frames) {
        whole += 1;
    }
    let _ = oversized::Oversized::begin(&mut stream);
    whole
}

/// What a gate is to be.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where it listens.
    pub listen: Vec<Listen>,
    /// Its limits.
    pub limits: Limits,
    /// Who may come over WebSocket.
    pub web: WebRules,
}

/// Why a gate did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address could not be listened on.
    #[error("cannot listen on {at}: {source}; is another program using the port?")]
    Listen {
        /// Which address.
        at: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The router did not start.
    #[error("the router inside the gate did not start; is the machine out of memory?")]
    Router,
}

/// A running gate.
pub struct Gate {
    addresses: Vec<SocketAddr>,
    house: Arc<House>,
    web: Arc<WebRules>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Publishes for the owner; can be cloned and handed to any thread.
#[derive(Clone)]
pub struct Publisher {
    board: Arc<Board>,
}

impl Publisher {
    /// Whether anybody has subscribed a filter that `topic` matches: whether a message is worth making.
    pub fn is_wanted(&self, topic: &str) -> bool {
        self.board.is_wanted(topic)
    }

    /// Publishes to whoever has subscribed, without ever waiting. Retained: every later subscriber gets it too, and it
    /// survives the router; an empty payload clears it. Not retained and subscribed by nobody: it costs nothing. When
    /// the queue is full, the oldest message that is not retained is dropped and counted.
    ///
    /// False: nobody will get it, because nobody has subscribed, because the topic is not one, or because too many
    /// different topics are in use.
    pub fn publish(&self, topic: &str, payload: impl Into<Bytes>, retain: bool) -> bool {
        check_topic(topic).is_ok() && self.board.post(topic, payload.into(), retain) == Posted::Queued
    }
}

impl Gate {
    /// Listens on every address, starts the router, and lets devices in.
    pub async fn start(
        config: Config,
        desk: Arc<dyn Desk>,
        doorkeeper: Arc<dyn Doorkeeper>,
    ) -> Result<Self, StartError> {
        let Config { listen, limits, web } = config;
        let counters = Arc::new(Counters::default());
        let board = Arc::new(Board::new(&limits, Arc::clone(&counters)));
        let house = House::new(limits.clone(), desk, doorkeeper, Arc::clone(&counters), Arc::clone(&board));
        let house = Arc::new(house);
        let web = Arc::new(web);
        let (stop, stopping) = watch::channel(false);
        let mut doors = Vec::new();
        let mut addresses = Vec::new();
        for Listen { at, tls, websocket } in listen {
            let refused = |source| StartError::Listen { at, source };
            let listener = TcpListener::bind(at).await.map_err(refused)?;
            addresses.push(listener.local_addr().map_err(refused)?);
            let (tls, web) = (tls.map(Into::into), websocket.then(|| Arc::clone(&web)));
            doors.push((Door { house: Arc::clone(&house), tls, web }, listener));
        }
        let mut tasks = JoinSet::new();
        let (first, started) = oneshot::channel();
        tasks.spawn(router::keep(Arc::clone(&board), limits, counters, stopping.clone(), first));
        tokio::time::timeout(SHUTDOWN, started)
            .await
            .map_err(|_| StartError::Router)?
            .map_err(|_| StartError::Router)?;
        for (door, listener) in doors {
            tasks.spawn(door.run(listener, stopping.clone()));
        }
        tasks.spawn(recheck(Arc::clone(&house), stopping));
        Ok(Self { addresses, house, web, stop, tasks })
    }

    /// The bound addresses, in the order of [`Config::listen`].
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The way in for WebSockets that another listener accepts.
    pub fn entrance(&self) -> Entrance {
        Entrance { house: Arc::clone(&self.house), rules: Arc::clone(&self.web) }
    }

    /// See [`Publisher::publish`].
    pub fn publish(&self, topic: &str, payload: impl Into<Bytes>, retain: bool) -> bool {
        self.publisher().publish(topic, payload, retain)
    }

    /// A handle that publishes.
    pub fn publisher(&self) -> Publisher {
        Publisher { board: Arc::clone(&self.house.board) }
    }

    /// What the gate has done so far.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.house.counters)
    }

    /// Kills the router, as a packet that it does not survive would. For tests of the recovery.
    #[doc(hidden)]
    pub fn kill_router(&self) {
        self.house.board.poison();
    }

    /// Lets the router seem to hang: its pulse comes back no more. For tests of the recovery.
    #[doc(hidden)]
    pub fn hang_router(&self) {
        self.house.board.mute();
    }

    /// Lets nobody in any more, ends every connection, stops the router's threads. Answers that are given later do
    /// nothing.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(SHUTDOWN, self.house.empty()).await.is_err() {
            tracing::warn!("not every connection ended in time");
        }
        while self.tasks.join_next().await.is_some() {}
        // Who was accepted in the last moment.
        let _ = tokio::time::timeout(SHUTDOWN, self.house.empty()).await;
    }
}

/// Ends the connections of removed logins.
async fn recheck(house: Arc<House>, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(RECHECK);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let looking = Arc::clone(&house);
        let _ = tokio::task::spawn_blocking(move || looking.doorkeeper.refresh()).await;
        house.check_guests();
    }
}
