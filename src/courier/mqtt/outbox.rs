//! What waits to be published, and how little of it is given to rumqttc at a time.
//!
//! rumqttc forgets its queue with every connection, so it is handed only what fills the line until the next PUBACK.
//! The rest waits here, bounded, and is forgotten here too when the connection ends.

use super::super::{Queues, Refused};
use super::usage::{Direction, Usage};
use rumqttc::{AsyncClient, QoS};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Envelopes handed to rumqttc and not yet acked by the broker. Enough for acks to overlap with data at 600 ms.
pub(super) const IN_FLIGHT: usize = 4;
/// Their bytes, but always at least one envelope: what a bad line moves in 16 s stands before a newer, small one.
pub(super) const IN_FLIGHT_BYTES: usize = 64 * 1024;

pub(super) struct Outbox {
    queues: Queues,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// There while the subscription stands.
    client: Option<AsyncClient>,
    waiting: VecDeque<(String, Vec<u8>)>,
    waiting_bytes: usize,
    /// When each was handed over, and its length.
    in_flight: VecDeque<(Instant, usize)>,
    in_flight_bytes: usize,
    /// rumqttc takes a late ping answer for a dead line when a long write kept it from reading, so no write is begun
    /// while an answer is missing.
    awaiting_pong: bool,
    tls: bool,
    usage: Usage,
}

impl Outbox {
    pub(super) fn new(queues: Queues, usage: Usage) -> Self {
        Self { queues, inner: Mutex::new(Inner { usage, ..Inner::default() }) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("invariant: nothing panics while the outbox is locked")
    }

    pub(super) fn offer(&self, topic: String, envelope: Vec<u8>, now: u64) -> Result<(), Refused> {
        let mut inner = self.lock();
        if inner.client.is_none() {
            return Err(Refused::NotConnected);
        }
        if !self.queues.out_has_room(inner.waiting.len(), inner.waiting_bytes, envelope.len()) {
            return Err(Refused::QueueFull);
        }
        inner.waiting_bytes += envelope.len();
        inner.waiting.push_back((topic, envelope));
        inner.hand_over(now);
        Ok(())
    }

    pub(super) fn open(&self, client: AsyncClient) {
        self.lock().client = Some(client);
    }

    /// Forgets everything that was not acked.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        let usage = inner.usage;
        *inner = Inner { usage, ..Inner::default() };
    }

    /// A PUBACK came. Brokers ack in order, so it is the oldest's; if one does not, only the bytes are off for a moment.
    pub(super) fn acked(&self, now: u64) {
        let mut inner = self.lock();
        if let Some((_, len)) = inner.in_flight.pop_front() {
            inner.in_flight_bytes -= len;
        }
        inner.hand_over(now);
    }

    pub(super) fn awaiting_pong(&self, awaiting: bool, now: u64) {
        let mut inner = self.lock();
        inner.awaiting_pong = awaiting;
        inner.hand_over(now);
    }

    /// How long the broker has owed the oldest PUBACK.
    pub(super) fn longest_owed(&self) -> Option<Duration> {
        self.lock().in_flight.front().map(|(since, _)| since.elapsed())
    }

    pub(super) fn waiting(&self) -> usize {
        let inner = self.lock();
        inner.waiting.len() + inner.in_flight.len()
    }

    pub(super) fn usage(&self) -> Usage {
        self.lock().usage
    }

    pub(super) fn count_packet(&self, now: u64, direction: Direction, len: usize) {
        let mut inner = self.lock();
        let tls = inner.tls;
        inner.usage.packet(now, direction, len as u64, tls);
    }

    pub(super) fn count_connection(&self, now: u64, tls: bool, resumed: bool) {
        let mut inner = self.lock();
        inner.tls = tls;
        inner.usage.connection(now, tls, resumed);
    }
}

impl Inner {
    fn hand_over(&mut self, now: u64) {
        let Some(client) = self.client.clone() else { return };
        while !self.awaiting_pong && self.in_flight.len() < IN_FLIGHT {
            let Some((_, envelope)) = self.waiting.front() else { return };
            if !self.in_flight.is_empty() && self.in_flight_bytes + envelope.len() > IN_FLIGHT_BYTES {
                return;
            }
            let Some((topic, envelope)) = self.waiting.pop_front() else { return };
            let len = envelope.len();
            self.waiting_bytes -= len;
            let packet = publish_len(topic.len(), len) as u64;
            // The channel holds more than IN_FLIGHT, so this fails only when the connection has just ended. What is
            // lost then is lost with everything else that `close` is about to forget.
            if client.try_publish(topic, QoS::AtLeastOnce, false, envelope).is_err() {
                return;
            }
            self.in_flight.push_back((Instant::now(), len));
            self.in_flight_bytes += len;
            let tls = self.tls;
            self.usage.packet(now, Direction::Sent, packet, tls);
        }
    }
}

/// Length of an MQTT packet whose remaining length is `remaining`: type byte, 1 to 4 length bytes, the rest.
pub(super) fn packet_len(remaining: usize) -> usize {
    let length_bytes = match remaining {
        0..=127 => 1,
        128..=16_383 => 2,
        16_384..=2_097_151 => 3,
        _ => 4,
    };
    1 + length_bytes + remaining
}

/// Length of a PUBLISH at QoS 1.
pub(super) fn publish_len(topic: usize, payload: usize) -> usize {
    packet_len(2 + topic + 2 + payload)
}
