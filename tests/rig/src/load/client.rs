//! One client of a load: connects, keeps its window full, reconnects and repeats what was not acknowledged.

use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Interval, MissedTickBehavior, sleep, timeout};

use super::packet::{self, Answer, Connect};
use super::payload::Payload;
use super::{Shared, packet::DISCONNECT};

/// How long a connection and its CONNACK may take before they are tried again.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
/// How long all clients together may take to connect for the first time; then something is wrong with the plan.
const FIRST_CONNECT_DEADLINE: Duration = Duration::from_secs(60);
/// How long a client waits before it connects again: short, so that what is measured is the target's recovery.
const RECONNECT_DELAY: Duration = Duration::from_millis(50);
/// How often the end, the keep-alive and a dead peer are looked at while nothing arrives.
const TICK: Duration = Duration::from_millis(100);
const KEEP_ALIVE_S: u16 = 60;
/// Silence after which a client asks whether the broker is there, and the same again after which it is not.
const PING_AFTER: Duration = Duration::from_secs(15);
/// Thousands of PUBACKs; nothing else is expected.
const READ_BYTES: usize = 16 * 1_024;

struct Sent {
    id: u16,
    payload: Payload,
    at: Instant,
}

/// How a connection ended.
enum Ended {
    /// Nothing is left to publish, nothing to wait for.
    Done,
    /// The broker said no with this CONNACK code.
    Refused(u8),
}

pub(super) struct Client {
    shared: Rc<Shared>,
    name: String,
    topic: String,
    login: Option<(String, String)>,
    in_flight: VecDeque<Sent>,
    last_id: u16,
    has_connected: bool,
    /// Since when nothing new is published.
    over_since: Option<Instant>,
    next_due: Instant,
    out: Vec<u8>,
    acked_ids: Vec<u8>,
}

impl Client {
    pub(super) fn new(number: usize, shared: Rc<Shared>) -> Self {
        let plan = &shared.plan;
        let name = plan.client.replace("{n}", &number.to_string());
        let of_client = |pattern: &str| pattern.replace("{client}", &name);
        let topic = of_client(&plan.topic);
        let login = plan.login.as_ref().map(|(name, password)| (of_client(name), of_client(password)));
        let in_flight = VecDeque::with_capacity(plan.in_flight);
        Client {
            shared,
            name,
            topic,
            login,
            in_flight,
            last_id: 0,
            has_connected: false,
            over_since: None,
            next_due: Instant::now(),
            out: Vec::new(),
            acked_ids: Vec::new(),
        }
    }

    /// Publishes until the plan's end. An error when the broker refuses it or never lets it in.
    pub(super) async fn run(mut self) -> Result<()> {
        let begun = Instant::now();
        loop {
            let lost = match self.session().await {
                Ok(Ended::Done) => break,
                Ok(Ended::Refused(code)) if !self.has_connected => {
                    bail!("the broker refuses client {} with CONNACK code {code}", self.name)
                }
                Ok(Ended::Refused(code)) => format!("CONNACK code {code}"),
                Err(e) => e.to_string(),
            };
            if !self.has_connected && begun.elapsed() > FIRST_CONNECT_DEADLINE {
                bail!("client {} could not connect within {FIRST_CONNECT_DEADLINE:?}: {lost}", self.name);
            }
            if self.is_finished() {
                break;
            }
            sleep(RECONNECT_DELAY).await;
        }
        self.shared.unacked.set(self.shared.unacked.get() + self.in_flight.len() as u64);
        Ok(())
    }

    /// Whether nothing is left to do, or answers have been waited for long enough.
    fn is_finished(&mut self) -> bool {
        if !self.shared.is_over() {
            return false;
        }
        let since = *self.over_since.get_or_insert_with(Instant::now);
        self.in_flight.is_empty() || since.elapsed() >= self.shared.plan.drain
    }

    /// One connection, from CONNECT to its end.
    async fn session(&mut self) -> io::Result<Ended> {
        let (mut stream, code) = timeout(CONNECT_DEADLINE, self.connect()).await??;
        if code != 0 {
            return Ok(Ended::Refused(code));
        }
        if !self.has_connected {
            self.has_connected = true;
            self.shared.all_connected().await;
            self.next_due = Instant::now();
        } else {
            self.shared.reconnects.set(self.shared.reconnects.get() + 1);
        }
        self.out.clear();
        self.repeat_unacknowledged();
        self.exchange(&mut stream).await
    }

    async fn connect(&mut self) -> io::Result<(TcpStream, u8)> {
        let target = *self.shared.steering.target.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stream = TcpStream::connect(target).await?;
        stream.set_nodelay(true)?;
        self.out.clear();
        let connect = Connect {
            client_id: &self.name,
            login: self.login.as_ref().map(|(name, password)| (name.as_str(), password.as_str())),
            is_clean: self.shared.plan.is_clean,
            keep_alive_s: KEEP_ALIVE_S,
        };
        packet::write_connect(&connect, &mut self.out);
        stream.write_all(&self.out).await?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).await?;
        match packet::read(&answer) {
            Ok(Some((Answer::ConnAck { code }, _))) => Ok((stream, code)),
            _ => Err(malformed()),
        }
    }

    /// Everything in flight again, in its order, with DUP.
    fn repeat_unacknowledged(&mut self) {
        let payloads = self.shared.payloads.borrow();
        for sent in &self.in_flight {
            packet::write_publish(&self.topic, sent.id, true, payloads.len(sent.payload), &mut self.out);
            payloads.write(sent.payload, &mut self.out);
        }
        self.shared.steering.resent.fetch_add(self.in_flight.len() as u64, Relaxed);
    }

    /// Publishes and takes acknowledgements until nothing is left or the connection is lost.
    async fn exchange(&mut self, stream: &mut TcpStream) -> io::Result<Ended> {
        let mut arrived = vec![0; READ_BYTES];
        let mut filled = 0;
        let mut heard_at = Instant::now();
        let mut pinged_at = None;
        let mut tick = ticking(self.shared.plan.pause);
        loop {
            self.fill_window();
            if !self.out.is_empty() {
                stream.write_all(&self.out).await?;
                self.out.clear();
            }
            if self.is_finished() {
                stream.write_all(&DISCONNECT).await?;
                return Ok(Ended::Done);
            }
            tokio::select! {
                biased;
                read = stream.read(&mut arrived[filled..]) => {
                    let n = read?;
                    if n == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    heard_at = Instant::now();
                    pinged_at = None;
                    let whole = self.take_answers(&arrived[..filled + n], heard_at)?;
                    arrived.copy_within(whole..filled + n, 0);
                    filled = filled + n - whole;
                    if filled == arrived.len() {
                        return Err(malformed());
                    }
                }
                _ = tick.tick() => {
                    if heard_at.elapsed() >= PING_AFTER * 2 {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    if heard_at.elapsed() >= PING_AFTER && pinged_at.is_none() {
                        pinged_at = Some(Instant::now());
                        self.out.extend_from_slice(&packet::PING);
                    }
                }
            }
        }
    }

    fn fill_window(&mut self) {
        let plan = &self.shared.plan;
        if self.in_flight.len() >= plan.in_flight {
            return;
        }
        let now = Instant::now();
        while self.in_flight.len() < self.shared.plan.in_flight && now >= self.next_due {
            let Some(payload) = self.shared.next_payload() else { return };
            let id = self.free_id();
            let payloads = self.shared.payloads.borrow();
            packet::write_publish(&self.topic, id, false, payloads.len(payload), &mut self.out);
            payloads.write(payload, &mut self.out);
            drop(payloads);
            self.in_flight.push_back(Sent { id, payload, at: now });
            if !self.shared.plan.pause.is_zero() {
                self.next_due += self.shared.plan.pause;
            }
        }
    }

    /// The next packet id that is not in flight. Ids go up and mostly return in order, so the first is nearly always free.
    fn free_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            let is_oldest = self.in_flight.front().is_some_and(|sent| sent.id == self.last_id);
            let has_come_round = self.in_flight.len() > 1 && self.in_flight.iter().any(|sent| sent.id == self.last_id);
            if !is_oldest && !has_come_round {
                return self.last_id;
            }
        }
    }

    /// Takes every whole answer in these bytes; returns how many bytes those were. The acknowledged ids are on file when it
    /// returns.
    fn take_answers(&mut self, bytes: &[u8], now: Instant) -> io::Result<usize> {
        let mut at = 0;
        let mut acked = 0;
        self.acked_ids.clear();
        while let Some((answer, length)) = packet::read(&bytes[at..]).map_err(|_| malformed())? {
            at += length;
            let Answer::PubAck { id } = answer else { continue };
            // An answer to nothing is a second answer to a repeat.
            let Some(index) = self.in_flight.iter().position(|sent| sent.id == id) else { continue };
            let Some(sent) = self.in_flight.remove(index) else { continue };
            self.shared.latency.borrow_mut().add(now - sent.at);
            if self.shared.acked_ids.is_some() {
                self.shared.payloads.borrow().write_id(sent.payload, &mut self.acked_ids);
            }
            acked += 1;
        }
        if acked > 0 {
            self.shared.write_acked_ids(&self.acked_ids);
            self.shared.last_ack.set(Some(now));
            self.shared.steering.acked.fetch_add(acked, Relaxed);
        }
        Ok(at)
    }
}

/// Ticks often enough for the pause between publishes.
fn ticking(pause: Duration) -> Interval {
    let every = if pause.is_zero() { TICK } else { pause.clamp(Duration::from_millis(1), TICK) };
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the broker sent what is no MQTT, or more than a publisher asked for")
}
