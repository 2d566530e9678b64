//! One logged-in device: packets in, answers and subscribed messages out, until somebody ends it.
//!
//! One task does all of it. Each turn writes the answers that became ready, works through the whole packets that have
//! been read, and then waits for whatever comes first. It reads only while it may: not while the window of unanswered
//! publishes is full, not while the device rests because it was too fast, not once it is to end.

use super::board::Posted;
use super::codec::{self, Broken, Packet, Publish, Qos, Version, Will};
use super::counters::count;
use super::desk::{Incoming, Refusal, RefusalReason, Route};
use super::house::Visit;
use super::oversized::Oversized;
use super::stream::BoxStream;
use super::subscriber::{Cut, Subscriber};
use super::topics::{TopicFilter, check_topic};
use super::window::End;
use bytes::{Buf, BytesMut};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Sleep;

/// Room made for each read: some twenty scans, or a piece of something larger.
const READ_CHUNK: usize = 8 * 1024;
/// Packets worked through before other tasks get a turn.
const PACKETS_A_TURN: usize = 64;
/// Messages at quality of service 1 that may wait for a subscriber's PUBACK, where it does not ask for fewer.
pub(crate) const DELIVERIES: u16 = 64;
/// How long a last word to a device may take.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long a connection that is to end waits for the answers it still owes.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Why a connection ended.
#[derive(Debug)]
enum Ended {
    ByDevice { publish_will: bool },
    Silent,
    Slow,
    Flood,
    ExactlyOnce,
    Protocol(Broken),
    Told(End),
}

enum Event {
    Turn,
    Heard,
    Closed,
}

/// What CONNECT said about the connection.
pub(crate) struct Terms {
    pub(crate) version: Version,
    pub(crate) session: u32,
    pub(crate) keep_alive_s: u16,
    pub(crate) will: Option<Will>,
    /// Messages at quality of service 1 that may wait for its PUBACK.
    pub(crate) deliveries: u16,
    pub(crate) packet_max: Option<u32>,
}

/// See the module.
pub(crate) struct Connection {
    visit: Visit,
    terms: Terms,
    stream: BoxStream,
    input: BytesMut,
    output: BytesMut,
    subscriber: Subscriber,
    oversized: Option<Oversized>,
    /// A frame may be whole in `input` though nothing more was read.
    more: bool,
    unflushed: bool,
    /// Ends once everything is answered, or at this time.
    closing: Option<(Ended, Instant)>,
    unacked: u16,
    last_packet_id: u16,
    now: Instant,
    heard: Instant,
    /// Something waits for the device, which has last taken something at `moved`.
    stalled: bool,
    moved: Instant,
    rest_until: Option<Instant>,
    pause_until: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    timer_at: Instant,
}

impl Connection {
    /// `input` and `output` may hold what was read and not yet written with CONNECT.
    pub(crate) fn new(visit: Visit, terms: Terms, stream: BoxStream, input: BytesMut, output: BytesMut) -> Self {
        let now = Instant::now();
        let subscriber = Subscriber::new(Arc::clone(&visit.house.board));
        Self {
            visit,
            terms,
            stream,
            more: !input.is_empty(),
            input,
            output,
            subscriber,
            oversized: None,
            unflushed: false,
            closing: None,
            unacked: 0,
            last_packet_id: 0,
            now,
            heard: now,
            stalled: false,
            moved: now,
            rest_until: None,
            pause_until: None,
            timer: Box::pin(tokio::time::sleep_until(now.into())),
            timer_at: now,
        }
    }

    /// Serves the device until the connection ends.
    pub(crate) async fn run(mut self) {
        let ended = match self.serve().await {
            Ok(never) => match never {},
            Err(ended) => ended,
        };
        self.leave(ended).await;
    }

    async fn serve(&mut self) -> Result<std::convert::Infallible, Ended> {
        loop {
            self.now = Instant::now();
            self.answer()?;
            self.check_times()?;
            if self.may_read() {
                self.work().await?;
            }
            match self.wait().await? {
                Event::Turn => {}
                Event::Heard => {
                    self.heard = Instant::now();
                    self.more = true;
                }
                Event::Closed => return Err(Ended::ByDevice { publish_will: true }),
            }
            if self.more {
                // Another device's turn comes first: this one was just served.
                tokio::task::consume_budget().await;
            }
        }
    }

    /// Writes the answers that are ready, and sees whether the connection has to end.
    fn answer(&mut self) -> Result<(), Ended> {
        let (version, output) = (self.terms.version, &mut self.output);
        let end = self.visit.window.drain(|packet_id, code| codec::puback(output, version, packet_id, code));
        match end {
            None => Ok(()),
            Some(End::Unavailable) => {
                self.pause_until.get_or_insert(self.now + self.visit.house.limits.unavailable_pause);
                Ok(())
            }
            Some(end) => Err(Ended::Told(end)),
        }
    }

    fn check_times(&mut self) -> Result<(), Ended> {
        if self.pause_until.is_some_and(|until| self.now >= until) {
            return Err(Ended::Told(End::Unavailable));
        }
        if let Some((_, latest)) = &self.closing
            && (self.now >= *latest || self.visit.window.len() == 0)
            && let Some((ended, _)) = self.closing.take()
        {
            return Err(ended);
        }
        if self.rest_until.is_some_and(|until| self.now >= until) {
            self.rest_until = None;
            self.more = true;
        }
        self.note_stall();
        if self.stalled && self.now >= self.moved + self.visit.house.limits.slow_subscriber {
            return Err(Ended::Slow);
        }
        // Who is not read from cannot be heard.
        if !self.may_read() {
            self.heard = self.now;
        }
        if self.now >= self.heard + self.idle() {
            return Err(Ended::Silent);
        }
        Ok(())
    }

    /// Longest silence: one and a half of the keepalive.
    fn idle(&self) -> Duration {
        match self.terms.keep_alive_s {
            0 => self.visit.house.limits.idle_without_keepalive,
            seconds => Duration::from_millis(1500 * u64::from(seconds)),
        }
    }

    fn may_read(&self) -> bool {
        self.rest_until.is_none()
            && self.pause_until.is_none()
            && self.closing.is_none()
            && self.output.len() < self.visit.house.limits.outgoing_bytes
            && self.visit.window.len() < usize::from(self.visit.house.limits.in_flight)
    }

    fn may_deliver(&self) -> bool {
        self.output.len() < self.visit.house.limits.outgoing_bytes && self.unacked < self.terms.deliveries
    }

    /// Sees whether something waits for the device, and since when.
    fn note_stall(&mut self) {
        let stalled = !self.output.is_empty() || self.unacked >= self.terms.deliveries;
        if stalled && !self.stalled {
            self.moved = self.now;
        }
        self.stalled = stalled;
    }

    /// Works through whole packets.
    async fn work(&mut self) -> Result<(), Ended> {
        let (mut packets, mut bytes) = (0, 0);
        self.more = false;
        loop {
            if packets >= PACKETS_A_TURN || !self.may_read() {
                self.more = true;
                break;
            }
            if let Some(oversized) = &mut self.oversized {
                bytes += oversized.skip(&mut self.input);
                if !oversized.is_whole() {
                    break;
                }
                if let Some(Oversized { publish, .. }) = self.oversized.take() {
                    self.refuse(publish, RefusalReason::TooLarge)?;
                }
                continue;
            }
            let read = codec::packet(&mut self.input, self.terms.version, &self.visit.house.frames);
            let (packet, size) = match read {
                Ok(None) => break,
                Ok(Some(packet)) => packet,
                Err(Broken::TooLarge(_)) => match Oversized::begin(&mut self.input) {
                    Ok(Some(oversized)) => {
                        self.oversized = Some(oversized);
                        continue;
                    }
                    Ok(None) => break,
                    Err(broken) => return Err(Ended::Protocol(broken)),
                },
                Err(broken) => return Err(Ended::Protocol(broken)),
            };
            packets += 1;
            bytes += size;
            self.packet(packet).await?;
        }
        if packets + bytes > 0 {
            self.spend(packets, bytes)?;
        }
        Ok(())
    }

    fn spend(&mut self, packets: usize, bytes: usize) -> Result<(), Ended> {
        let (rest, over) = self.visit.window.account().spend(packets, bytes, self.now);
        if over >= self.visit.house.limits.flood_after {
            return Err(Ended::Flood);
        }
        if !rest.is_zero() {
            self.rest_until = Some(self.now + rest);
        }
        Ok(())
    }

    async fn packet(&mut self, packet: Packet) -> Result<(), Ended> {
        match packet {
            Packet::Publish(publish) => self.publish(publish),
            Packet::Ping => {
                codec::pong(&mut self.output);
                Ok(())
            }
            Packet::PubAck => {
                self.unacked = self.unacked.saturating_sub(1);
                self.moved = self.now;
                Ok(())
            }
            Packet::Subscribe { packet_id, filters } => self.subscribe(packet_id, filters).await,
            Packet::Unsubscribe { packet_id, filters } => {
                let gone = filters.iter().map(|f| if self.subscriber.remove(f) { 0 } else { 0x11 });
                let codes: Vec<u8> = gone.collect();
                codec::unsuback(&mut self.output, self.terms.version, packet_id, &codes);
                Ok(())
            }
            Packet::Disconnect(quietly) => Err(Ended::ByDevice { publish_will: !quietly }),
        }
    }

    fn publish(&mut self, publish: Publish) -> Result<(), Ended> {
        let route = match self.route(&publish) {
            Ok(route) => route,
            Err(reason) => return self.refuse(publish, reason),
        };
        let Publish { dup, qos, retain, topic, packet_id, payload } = publish;
        let Visit { house, pass, window, .. } = &self.visit;
        match route {
            Route::Record => {
                count(&house.counters.taken);
                let (pass, session) = (Arc::clone(pass), self.terms.session);
                let incoming = Incoming { pass, session, topic, payload, qos, packet_id, dup, retain };
                house.desk.take(incoming, window.push(packet_id));
            }
            Route::Relay | Route::Unknown => {
                if house.board.post(&topic, payload.clone(), retain) == Posted::TooManyTopics {
                    let publish = Publish { dup, qos, retain, topic, packet_id, payload };
                    return self.refuse(publish, RefusalReason::TooManyTopics);
                }
                count(&house.counters.relayed);
                window.push(packet_id).recorded();
                self.more = true;
            }
        }
        Ok(())
    }

    fn route(&self, publish: &Publish) -> Result<Route, RefusalReason> {
        let Visit { house, pass, .. } = &self.visit;
        check_topic(&publish.topic)?;
        if !pass.may_publish(&publish.topic) {
            return Err(RefusalReason::NotAllowed);
        }
        if publish.qos == Qos::ExactlyOnce {
            return Err(RefusalReason::ExactlyOnce);
        }
        match house.desk.route(pass, &publish.topic, publish.qos, publish.retain) {
            Route::Unknown => Err(RefusalReason::NotAllowed),
            known => Ok(known),
        }
    }

    /// Hands a refusal to the desk, which records it before it answers; over the quota nothing is recorded.
    fn refuse(&mut self, publish: Publish, reason: RefusalReason) -> Result<(), Ended> {
        let Visit { house, pass, window, .. } = &self.visit;
        let Publish { dup, qos, topic, packet_id, payload, .. } = publish;
        // PUBACK is no answer at quality of service 2: there the end of the connection is.
        let answer = window.push(if qos == Qos::ExactlyOnce { 0 } else { packet_id });
        if !answer.claim_refusal() {
            return Err(Ended::Told(End::OverQuota));
        }
        count(&house.counters.refused);
        tracing::debug!(device = %pass.device, topic, %reason, "refused a publish");
        let (pass, session) = (Arc::clone(pass), self.terms.session);
        house.desk.refuse(Refusal { pass, session, topic, reason, payload, packet_id, dup }, answer);
        if qos == Qos::ExactlyOnce {
            self.closing = Some((Ended::ExactlyOnce, self.now + LAST_ANSWERS));
        }
        Ok(())
    }

    async fn subscribe(&mut self, packet_id: u16, filters: Vec<(String, Qos)>) -> Result<(), Ended> {
        let five = self.terms.version == Version::Five;
        let pass = Arc::clone(&self.visit.pass);
        let mut codes = Vec::with_capacity(filters.len());
        for (text, qos) in filters {
            let refused = match TopicFilter::new(&text) {
                Err(_) if text.starts_with("$share/") => 0x9e,
                Err(_) => 0x8f,
                Ok(filter) => match pass.may_subscribe(&filter) {
                    None => 0x87,
                    Some(_) if self.is_full_for(&filter) => 0x97,
                    Some(allowed) => {
                        let qos = qos.min(Qos::AtLeastOnce);
                        let added = self.subscriber.add(filter, allowed, qos).await;
                        added.map_err(|_| Ended::Told(End::Router))?;
                        codes.push(qos as u8);
                        continue;
                    }
                },
            };
            count(&self.visit.house.counters.subscriptions_refused);
            tracing::debug!(device = %pass.device, filter = text, "refused a subscription");
            codes.push(if five { refused } else { 0x80 });
        }
        codec::suback(&mut self.output, self.terms.version, packet_id, &codes);
        Ok(())
    }

    fn is_full_for(&self, filter: &TopicFilter) -> bool {
        self.subscriber.len() >= self.visit.house.limits.subscriptions && !self.subscriber.has(filter)
    }

    /// When something has to happen though nothing comes.
    fn deadline(&self) -> Instant {
        let mut deadline = self.heard + self.idle();
        let closing = self.closing.as_ref().map(|(_, latest)| *latest);
        let stalled = self.stalled.then(|| self.moved + self.visit.house.limits.slow_subscriber);
        for other in [self.rest_until, self.pause_until, closing, stalled].into_iter().flatten() {
            deadline = deadline.min(other);
        }
        deadline
    }

    /// Writes what there is, and comes back as soon as there is something to do.
    async fn wait(&mut self) -> Result<Event, Ended> {
        self.note_stall();
        let deadline = self.deadline();
        if deadline < self.timer_at || self.timer.is_elapsed() {
            self.timer.as_mut().reset(deadline.into());
            self.timer_at = deadline;
        }
        let may_read = self.may_read();
        poll_fn(|cx| self.poll(cx, may_read)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>, may_read: bool) -> Poll<Result<Event, Ended>> {
        if !self.poll_write(cx) {
            return Poll::Ready(Ok(Event::Closed));
        }
        // Reading may have become possible just now, because the output has gone.
        let may_read_again = !may_read && self.may_read();
        if self.more && may_read || may_read_again || self.visit.window.poll_woken(cx.waker()) {
            return Poll::Ready(Ok(Event::Turn));
        }
        if may_read {
            if self.input.capacity() - self.input.len() < READ_CHUNK / 8 {
                self.input.reserve(READ_CHUNK);
            }
            match pin!(self.stream.read_buf(&mut self.input)).poll(cx) {
                Poll::Ready(Ok(n)) if n > 0 => return Poll::Ready(Ok(Event::Heard)),
                Poll::Ready(_) => return Poll::Ready(Ok(Event::Closed)),
                Poll::Pending => {}
            }
        }
        let mut delivered = false;
        while self.may_deliver() {
            match self.subscriber.poll_next(cx) {
                Poll::Ready(Ok((message, qos))) => {
                    self.deliver(&message.topic, &message.payload, message.retain, qos);
                    delivered = true;
                }
                Poll::Ready(Err(Cut::Lagged)) => return Poll::Ready(Err(Ended::Slow)),
                Poll::Ready(Err(Cut::RouterGone)) => return Poll::Ready(Err(Ended::Told(End::Router))),
                Poll::Pending => break,
            }
        }
        if delivered || self.timer.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(Event::Turn));
        }
        Poll::Pending
    }

    /// Writes as much as the socket takes; false when it is gone.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> bool {
        while !self.output.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.output) {
                Poll::Ready(Ok(n)) if n > 0 => {
                    self.output.advance(n);
                    self.moved = self.now;
                    self.unflushed = true;
                }
                Poll::Ready(_) => return false,
                Poll::Pending => return true,
            }
        }
        if self.unflushed {
            match Pin::new(&mut self.stream).poll_flush(cx) {
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(_)) => return false,
                Poll::Pending => {}
            }
        }
        true
    }

    fn deliver(&mut self, topic: &[u8], payload: &[u8], retain: bool, qos: Qos) {
        let Ok(topic) = std::str::from_utf8(topic) else { return };
        let version = self.terms.version;
        let too_large =
            self.terms.packet_max.is_some_and(|most| codec::publish_size(version, topic, payload, 1) > most as usize);
        if too_large {
            return;
        }
        let mut packet_id = 0;
        if qos == Qos::AtLeastOnce {
            self.last_packet_id = self.last_packet_id.checked_add(1).unwrap_or(1);
            packet_id = self.last_packet_id;
            self.unacked += 1;
        }
        codec::write_publish(&mut self.output, version, topic, payload, packet_id, retain);
    }

    /// Counts the end, publishes the will where there is one, and says a last word.
    async fn leave(mut self, ended: Ended) {
        let counters = &self.visit.house.counters;
        let (counter, code) = match &ended {
            Ended::ByDevice { .. } => (&counters.ended_by_device, None),
            Ended::Silent => (&counters.ended_silent, Some(0x8d)),
            Ended::Slow => (&counters.ended_slow, Some(0x97)),
            Ended::Flood => (&counters.ended_flood, Some(0x96)),
            Ended::ExactlyOnce => (&counters.ended_protocol, Some(0x9b)),
            Ended::Protocol(Broken::TooLarge(_)) => (&counters.ended_protocol, Some(0x95)),
            Ended::Protocol(_) => (&counters.ended_protocol, Some(0x81)),
            Ended::Told(End::Takeover) => (&counters.ended_takeover, Some(0x8e)),
            Ended::Told(End::Shutdown) => (&counters.ended_shutdown, Some(0x8b)),
            Ended::Told(End::LoginRemoved) => (&counters.ended_login_removed, Some(0x98)),
            Ended::Told(End::Router) => (&counters.ended_router, Some(0x89)),
            Ended::Told(End::OverQuota) => (&counters.ended_quota, Some(0x97)),
            Ended::Told(End::Unavailable) => (&counters.ended_unavailable, Some(0x83)),
        };
        count(counter);
        let device = &self.visit.pass.device;
        match &ended {
            Ended::ByDevice { .. } | Ended::Told(End::Shutdown) => tracing::debug!(%device, "device left"),
            ended => tracing::info!(%device, reason = ?ended, "device was disconnected"),
        }
        if !matches!(ended, Ended::ByDevice { publish_will: false })
            && let Some(will) = self.terms.will.take()
        {
            self.publish_will(will);
        }
        if let Some(code) = code {
            codec::disconnect(&mut self.output, self.terms.version, code);
        }
        if !matches!(ended, Ended::ByDevice { .. }) {
            let Self { stream, output, .. } = &mut self;
            let farewell = async {
                stream.write_all(output).await?;
                stream.shutdown().await
            };
            let _ = tokio::time::timeout(FAREWELL, farewell).await;
        }
    }

    /// A will is published only where the device might have published it itself, and only to the router.
    fn publish_will(&self, Will { topic, payload, retain }: Will) {
        let publish = Publish { dup: false, qos: Qos::AtMostOnce, retain, topic, packet_id: 0, payload };
        match self.route(&publish) {
            Ok(Route::Relay) => {
                self.visit.house.board.post(&publish.topic, publish.payload, retain);
            }
            _ => tracing::debug!(device = %self.visit.pass.device, topic = publish.topic, "ignored a will"),
        }
    }
}
