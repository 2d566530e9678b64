//! The one task that owns the connection: connect, subscribe, poll, fail, wait, again.
//!
//! In come rumqttc's events and its owner's wishes; out go envelopes to the inbox, PUBACKs to the outbox, and the state.
//! `poll` is never cancelled on a connection that goes on living: rumqttc would leave half a write behind.

use super::super::inbox::Inbox;
use super::super::{MAX_ENVELOPE, Why};
use super::outbox::{IN_FLIGHT, Outbox, packet_len, publish_len};
use super::usage::{Direction, Usage};
use super::{BrokerUrl, Hands, Line, LinkState, MqttConfig, filters, meaning, subscribed_at};
use rumqttc::mqttbytes::Error as PacketError;
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, NetworkOptions, Outgoing, Packet,
    Publish, StateError, SubAck, SubscribeFilter, SubscribeReasonCode, TlsConfiguration, TlsError, Transport,
};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Room in a packet for what is not envelope: type, lengths, topic, packet id.
const PACKET_EXTRA: usize = 256;

/// What the owner wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) close: bool,
    /// No connection for now.
    pub(super) rest: bool,
    /// Counts the calls of `try_now`.
    pub(super) try_now: u64,
}

pub(super) struct Link {
    config: MqttConfig,
    hands: Hands,
    outbox: Arc<Outbox>,
    inbox: Inbox,
    wished: watch::Receiver<Wish>,
    state: watch::Sender<LinkState>,
    /// Failures since the last progress.
    failures: u32,
    /// Which address is next.
    turn: usize,
    down_since: Instant,
    /// Whether a TLS session has been made, so that the next handshake is a short one.
    has_ticket: bool,
    /// The count as it is on the disk, and since when.
    usage_stored: (Usage, Instant),
}

/// How one connection has gone so far.
struct Progress {
    deadline: Instant,
    subscribed: bool,
    /// Something went through: the next wait is the first one again. A connection alone is not enough, else a broker
    /// that takes and drops us at once would be asked every second, at a handshake's price each.
    moved: bool,
}

impl Link {
    pub(super) fn new(
        config: MqttConfig,
        hands: Hands,
        outbox: Arc<Outbox>,
        inbox: Inbox,
        wished: watch::Receiver<Wish>,
    ) -> (Self, watch::Receiver<LinkState>) {
        let now = Instant::now();
        let usage_stored = (outbox.usage(), now);
        let (state, watching) = watch::channel(LinkState {
            line: Line::Connecting { since: now },
            broker: config.brokers[0].clone(),
            usage: outbox.usage(),
            budget_used_up: false,
            waiting: 0,
            dropped: 0,
        });
        let link = Self {
            config,
            hands,
            outbox,
            inbox,
            wished,
            state,
            failures: 0,
            turn: 0,
            down_since: now,
            has_ticket: false,
            usage_stored,
        };
        (link, watching)
    }

    pub(super) async fn run(mut self) {
        self.refresh_numbers();
        loop {
            let broker = self.config.brokers[self.turn % self.config.brokers.len()].clone();
            self.state.send_modify(|state| {
                state.broker = broker.clone();
                state.line = Line::Connecting { since: Instant::now() };
            });
            let mut progress = Progress {
                deadline: Instant::now() + self.config.policy.connect_timeout,
                subscribed: false,
                moved: false,
            };
            let why = self.connection(&broker, &mut progress).await;
            self.outbox.close();
            self.inbox.disconnected(why.clone());
            if progress.subscribed {
                self.down_since = Instant::now();
            } else {
                self.turn += 1;
            }
            if why == Why::Closed {
                break;
            }
            self.failures = if progress.moved { 1 } else { self.failures.saturating_add(1) };
            if !self.wait(why).await {
                break;
            }
        }
        let usage = self.outbox.usage();
        if usage != self.usage_stored.0 {
            self.store_usage(usage).await;
        }
        self.refresh_numbers();
        self.state.send_modify(|state| state.line = Line::Closed);
    }

    /// Waits for the next attempt. `false` when there shall be none.
    async fn wait(&mut self, why: Why) -> bool {
        let wait = self.config.policy.wait(self.failures, (self.hands.random)());
        let next_try_at = Instant::now() + wait;
        tracing::info!(%why, wait_ms = wait.as_millis() as u64, failures = self.failures, "the line is down");
        self.refresh_numbers();
        let since = self.down_since;
        self.state.send_modify(|state| state.line = Line::Disconnected { since, why, next_try_at });
        let before = self.wished.borrow_and_update().try_now;
        // A courier that is gone without saying so counts as closed.
        let mut wished = self.wished.clone();
        let wanted = async {
            let wish = wished.wait_for(|wish| wish.close || !wish.rest && wish.try_now != before).await;
            wish.is_ok_and(|wish| !wish.close)
        };
        let rested = async {
            sleep_until(next_try_at).await;
            let wish = self.wished.wait_for(|wish| wish.close || !wish.rest).await;
            wish.is_ok_and(|wish| !wish.close)
        };
        tokio::select! {
            go_on = rested => go_on,
            go_on = wanted => go_on,
        }
    }

    /// One connection from beginning to end. Returns what ended it.
    async fn connection(&mut self, broker: &BrokerUrl, progress: &mut Progress) -> Why {
        // The channel takes everything in flight, the SUBSCRIBE and the DISCONNECT without ever being full.
        let (client, mut events) = AsyncClient::new(self.options(broker), IN_FLIGHT + 4);
        events.set_network_options(self.network_options(self.config.policy.connect_timeout));
        let mut wished = self.wished.clone();
        loop {
            let event = tokio::select! {
                event = events.poll() => event,
                why = until_ending(&mut wished) => {
                    farewell(&client, &mut events).await;
                    return why;
                }
                () = sleep_until(progress.deadline), if !progress.subscribed => {
                    return Why::TimedOut { address: broker.address() };
                }
            };
            let ended = match event {
                Ok(event) => self.take(event, &client, &mut events, broker, progress).await,
                Err(error) => Some(why_broken(error, broker, progress.subscribed)),
            };
            if let Some(why) = ended {
                return why;
            }
        }
    }

    /// Takes one event; what ends the connection is returned.
    async fn take(
        &mut self,
        event: Event,
        client: &AsyncClient,
        events: &mut EventLoop,
        broker: &BrokerUrl,
        progress: &mut Progress,
    ) -> Option<Why> {
        let now = (self.hands.now)();
        match event {
            Event::Incoming(Packet::ConnAck(_)) => {
                self.outbox.count_connection(now, broker.tls, self.has_ticket);
                self.has_ticket |= broker.tls;
                self.outbox.count_packet(now, Direction::Sent, self.connect_len());
                self.outbox.count_packet(now, Direction::Received, packet_len(2));
                events.set_network_options(self.network_options(self.config.policy.write_timeout));
                let (filters, qos) = (filters(&self.config.role).into_iter(), subscribed_at(&self.config.role));
                let filters: Vec<_> = filters.map(|path| SubscribeFilter::new(path, qos)).collect();
                let remaining = 2 + filters.iter().map(|filter| 3 + filter.path.len()).sum::<usize>();
                self.outbox.count_packet(now, Direction::Sent, packet_len(remaining));
                client.try_subscribe_many(filters).expect("invariant: the channel of a fresh connection has room");
            }
            Event::Incoming(Packet::SubAck(SubAck { return_codes, .. })) => {
                self.outbox.count_packet(now, Direction::Received, packet_len(2 + return_codes.len()));
                if return_codes.contains(&SubscribeReasonCode::Failure) {
                    return Some(Why::SubscriptionRefused { topics: filters(&self.config.role).join(" and ") });
                }
                progress.subscribed = true;
                tracing::info!(%broker, "the line is up");
                self.outbox.open(client.clone());
                self.state.send_modify(|state| state.line = Line::Connected { since: Instant::now() });
                self.inbox.connected();
            }
            Event::Incoming(Packet::PubAck(_)) => {
                self.outbox.count_packet(now, Direction::Received, packet_len(2));
                progress.moved = true;
                self.outbox.acked(now);
            }
            Event::Incoming(Packet::Publish(publish)) => {
                progress.moved |= self.arrived(publish, now);
            }
            Event::Incoming(Packet::PingResp) => {
                self.outbox.count_packet(now, Direction::Received, packet_len(0));
                self.outbox.awaiting_pong(false, now);
            }
            Event::Outgoing(Outgoing::PingReq) => {
                self.outbox.count_packet(now, Direction::Sent, packet_len(0));
                self.outbox.awaiting_pong(true, now);
            }
            Event::Outgoing(Outgoing::PubAck(_)) => self.outbox.count_packet(now, Direction::Sent, packet_len(2)),
            _ => {}
        }
        self.refresh_numbers();
        let (usage, (stored, at)) = (self.outbox.usage(), self.usage_stored);
        if usage.is_worth_writing(&stored, at.elapsed()) {
            self.store_usage(usage).await;
        }
        let owed = self.outbox.longest_owed().filter(|owed| *owed > self.config.policy.puback_timeout)?;
        Some(Why::Silent { detail: format!("a PUBACK has been missing for {} s", owed.as_secs()) })
    }

    /// Hands an envelope on. `false` for what is none.
    fn arrived(&self, publish: Publish, now: u64) -> bool {
        let Publish { topic, payload, .. } = publish;
        self.outbox.count_packet(now, Direction::Received, publish_len(topic.len(), payload.len()));
        let Some((from, purpose)) = meaning(&self.config.role, &topic) else {
            tracing::warn!(topic, "something came on a topic that means nothing here");
            return false;
        };
        if payload.len() > MAX_ENVELOPE {
            tracing::warn!(%from, bytes = payload.len(), "dropped: longer than any envelope");
            return false;
        }
        if !self.inbox.envelope(Some(from.clone()), purpose, payload.into()) {
            tracing::warn!(%from, dropped = self.inbox.dropped(), "dropped: too much has arrived that nobody has read");
        }
        true
    }

    /// Brings the numbers in the state up to date without waking whoever waits for the line.
    fn refresh_numbers(&self) {
        let usage = self.outbox.usage();
        let budget = self.config.monthly_budget_bytes;
        self.state.send_if_modified(|state| {
            state.usage = usage;
            state.waiting = self.outbox.waiting();
            state.dropped = self.inbox.dropped();
            let used_up = budget.is_some_and(|budget| usage.this_month.wire() >= budget);
            std::mem::replace(&mut state.budget_used_up, used_up) != used_up
        });
    }

    async fn store_usage(&mut self, usage: Usage) {
        self.usage_stored = (usage, Instant::now());
        let Some(path) = self.config.usage_file.clone() else { return };
        let stored = tokio::task::spawn_blocking(move || usage.store(&path).map_err(|error| (error, path))).await;
        if let Ok(Err((error, path))) = stored {
            tracing::warn!(%error, path = %path.display(), "the month's data count could not be stored");
        }
    }

    fn options(&self, broker: &BrokerUrl) -> MqttOptions {
        let mut options = MqttOptions::new(&self.config.client_id, &broker.host, broker.port);
        options
            .set_keep_alive(self.config.policy.keepalive)
            .set_clean_session(true)
            .set_inflight(IN_FLIGHT as u16)
            .set_max_packet_size(MAX_ENVELOPE + PACKET_EXTRA, MAX_ENVELOPE + PACKET_EXTRA);
        if let Some(login) = &self.config.login {
            options.set_credentials(&login.user, &login.password);
        }
        if let Some(tls) = self.config.tls.as_ref().filter(|_| broker.tls) {
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(tls.clone())));
        }
        options
    }

    fn network_options(&self, timeout: Duration) -> NetworkOptions {
        let mut options = NetworkOptions::new();
        options.set_tcp_nodelay(true);
        options.set_tcp_send_buffer_size(self.config.policy.send_buffer_bytes);
        options.set_connection_timeout(timeout.as_secs().max(1));
        options
    }

    fn connect_len(&self) -> usize {
        let login = self.config.login.as_ref().map_or(0, |login| 4 + login.user.len() + login.password.len());
        packet_len(10 + 2 + self.config.client_id.len() + login)
    }
}

/// Whoever reads the arrivals learns of the end, also of one by hanging up.
impl Drop for Link {
    fn drop(&mut self) {
        self.outbox.close();
        self.inbox.close();
    }
}

/// Returns when the owner wants no more, for now or for good, or is gone.
async fn until_ending(wished: &mut watch::Receiver<Wish>) -> Why {
    match wished.wait_for(|wish| wish.close || wish.rest).await {
        Ok(wish) if !wish.close => Why::Resting,
        _ => Why::Closed,
    }
}

/// Sends DISCONNECT if the line takes it within a moment.
async fn farewell(client: &AsyncClient, events: &mut EventLoop) {
    if events.network.is_none() || client.try_disconnect().is_err() {
        return;
    }
    let said = async {
        while let Ok(event) = events.poll().await {
            if event == Event::Outgoing(Outgoing::Disconnect) {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(super::FAREWELL / 2, said).await;
}

/// rumqttc's error in words that say what to do.
fn why_broken(error: ConnectionError, broker: &BrokerUrl, subscribed: bool) -> Why {
    let address = broker.address();
    match error {
        ConnectionError::NetworkTimeout => Why::TimedOut { address },
        ConnectionError::FlushTimeout => Why::Silent { detail: "data does not leave".into() },
        ConnectionError::Tls(TlsError::Io(error)) if error.kind() != io::ErrorKind::InvalidData => {
            Why::Unreachable { address, detail: error.to_string() }
        }
        ConnectionError::Tls(TlsError::Io(error)) => Why::NotTrusted { address, detail: error.to_string() },
        ConnectionError::Tls(error) => Why::NotTrusted { address, detail: error.to_string() },
        ConnectionError::ConnectionRefused(code) => match code {
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized => {
                Why::LoginRefused { address, detail: format!("{code:?}") }
            }
            code => Why::Unreachable { address, detail: format!("the broker says {code:?}") },
        },
        ConnectionError::MqttState(StateError::AwaitPingResp) => {
            Why::Silent { detail: "a ping was not answered".into() }
        }
        ConnectionError::MqttState(StateError::Deserialization(PacketError::PayloadSizeLimitExceeded { .. })) => {
            Why::TooLargePacket
        }
        ConnectionError::Io(error) if !subscribed => Why::Unreachable { address, detail: error.to_string() },
        other if !subscribed => Why::Unreachable { address, detail: other.to_string() },
        other => Why::Lost { detail: other.to_string() },
    }
}
