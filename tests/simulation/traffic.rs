//! What travels between the boxes and the office, and when.

use super::card::Refusal;
use super::node::TRUE_MS;
use super::road::Parcel;
use super::rows::Said;
use super::world::World;
use outpost::domain::id::StoreId;
use outpost::domain::record::Span;
use outpost::sync::{Heard, Tell};
use outpost::wire::message::Message;

impl World {
    pub fn road(&mut self, n: usize, up: bool) {
        if self.sites[n].road.up == up || !self.setup.line {
            return;
        }
        self.sites[n].road.up = up;
        let now = self.now_ms;
        let site = &mut self.sites[n];
        let node = &mut site.boxes[site.on_line].node;
        match up {
            true => node.connected(now, &mut self.dice),
            false => node.disconnected(),
        }
        self.pump_box(n);
    }

    pub fn pump_box(&mut self, n: usize) {
        let now = self.now_ms;
        for _ in 0..100 {
            if !self.sites[n].road.up {
                return;
            }
            let node = &mut self.line_box(n).node;
            let mut message = node.poll(now, None);
            node.say_cursor(&mut message);
            let Some(message) = message else { return };
            self.transmit(n, true, &message);
        }
        panic!("the box of site {n} does not stop talking");
    }

    pub fn pump_desk(&mut self, n: usize) {
        let now = self.now_ms;
        for _ in 0..100 {
            if !self.office_road {
                return;
            }
            let mut message = self.sites[n].desk.poll(now, Some(TRUE_MS + now as i64));
            self.say_rows(n, &mut message);
            let Some(message) = message else { return };
            self.transmit(n, false, &message);
        }
        panic!("the office does not stop talking to site {n}");
    }

    pub fn transmit(&mut self, n: usize, to_office: bool, message: &Message) {
        self.tally.messages += 1;
        let sealed = self.seals.is_some();
        let bytes = self.seal(n, to_office, message);
        self.orders += 1;
        let (life, order) = (self.office_life, self.orders);
        let first = Parcel { due_ms: self.now_ms, order, to_office, site: n, bytes, life, tries: 0 };
        if self.past.len() < 64 {
            self.past.push(first.clone());
        } else {
            let at = self.dice.below(64) as usize;
            self.past[at] = first.clone();
        }
        let (copies, broke) = self.sites[n].road.fate(first, sealed, &mut self.dice, &mut self.tally);
        for mut parcel in copies {
            self.orders += 1;
            parcel.order = self.orders;
            self.parcels.push(parcel);
        }
        if broke && to_office {
            self.road(n, false);
        }
    }

    /// What travels of a message.
    pub fn seal(&mut self, n: usize, to_office: bool, message: &Message) -> Vec<u8> {
        let plain = outpost::wire::cbor::to_vec(message);
        match &self.seals {
            Some(seals) => seals.seal(n, to_office, &plain, &mut self.dice),
            None => plain,
        }
    }

    /// The message in what has come, unless it is refused.
    pub fn open(&self, n: usize, to_office: bool, bytes: &[u8]) -> Option<Message> {
        let plain = match &self.seals {
            Some(seals) => seals.open(n, to_office, bytes),
            None => Some(bytes.to_vec()),
        };
        let message = plain.and_then(|plain| outpost::wire::cbor::from_slice::<Message>(&plain).ok());
        message.filter(|message| message.fault().is_none())
    }

    /// Tells a message as it arrives, where somebody wants to see it.
    pub fn tell(&self, n: usize, to_office: bool, message: &Message, how: &str) {
        if self.trace {
            let whom = if to_office { "office" } else { "box" };
            println!("{:>9} ms  site {n}, to the {whom}{how}: {}", self.now_ms, brief(message));
        }
    }

    pub fn replay(&mut self, count: u8) {
        for _ in 0..count {
            if self.past.is_empty() {
                return;
            }
            let mut parcel = self.past[self.dice.below(self.past.len() as u64) as usize].clone();
            self.orders += 1;
            parcel.order = self.orders;
            parcel.due_ms = self.now_ms + self.dice.below(5_000);
            self.parcels.push(parcel);
            self.tally.replayed += 1;
        }
    }

    pub fn stranger(&mut self, n: usize) {
        let Some(seals) = &self.seals else { return };
        let plain = outpost::wire::cbor::to_vec(&Message {
            ack: Some(outpost::wire::message::Ack {
                store: StoreId(uuid::Uuid::max()),
                held: outpost::wire::message::Held::default(),
            }),
            ..Message::default()
        });
        let to_office = self.dice.percent(50);
        let bytes = seals.forge(n, to_office, &plain, &mut self.dice);
        self.orders += 1;
        let (due_ms, order, life) = (self.now_ms, self.orders, self.office_life);
        self.parcels.push(Parcel { due_ms, order, to_office, site: n, bytes, life, tries: 0 });
        self.tally.strangers += 1;
    }

    pub fn run_until(&mut self, end_ms: u64) {
        loop {
            let parcel = self.parcels.peek().map(|parcel| parcel.due_ms);
            let Some(next) = [parcel, self.next_wake()].into_iter().flatten().min().filter(|due| *due <= end_ms) else {
                break;
            };
            self.now_ms = self.now_ms.max(next);
            if parcel.is_some_and(|due| due <= self.now_ms) {
                let parcel = self.parcels.pop().expect("peeked");
                self.deliver(parcel);
                continue;
            }
            let said = self.tally.messages;
            for n in 0..self.sites.len() {
                if self.desk_wake(n).is_some_and(|due| due <= self.now_ms) {
                    self.pump_desk(n);
                }
                if self.box_wake(n).is_some_and(|due| due <= self.now_ms) {
                    self.pump_box(n);
                }
            }
            let spins = self.next_wake().is_some_and(|due| due <= self.now_ms) && self.tally.messages == said;
            assert!(!spins, "liveness: wake_ms names a moment at which poll has nothing to do");
        }
        self.now_ms = self.now_ms.max(end_ms);
    }

    pub fn box_wake(&self, n: usize) -> Option<u64> {
        let site = &self.sites[n];
        site.road.up.then(|| site.boxes[site.on_line].node.wake_ms()).flatten()
    }

    pub fn desk_wake(&self, n: usize) -> Option<u64> {
        self.office_road.then(|| self.sites[n].desk.wake_ms()).flatten()
    }

    pub fn next_wake(&self) -> Option<u64> {
        (0..self.sites.len()).flat_map(|n| [self.box_wake(n), self.desk_wake(n)]).flatten().min()
    }

    pub fn deliver(&mut self, mut parcel: Parcel) {
        let n = parcel.site;
        let site = &self.sites[n];
        let there = match parcel.to_office {
            true => self.office_up && self.office_road,
            false => site.road.up && site.boxes[site.on_line].node.live.is_some(),
        };
        if !there {
            // A broker keeps some for a client that is away, and drops others.
            parcel.tries += 1;
            if parcel.tries < 40 && parcel.order.is_multiple_of(2) {
                parcel.due_ms += 10_000;
                self.parcels.push(parcel);
            } else {
                self.tally.lost += 1;
            }
            return;
        }
        let Some(message) = self.open(n, parcel.to_office, &parcel.bytes) else {
            self.tally.refused_envelopes += 1;
            return;
        };
        self.tell(n, parcel.to_office, &message, "");
        // Where the power went, the world knows by now.
        let _ = match parcel.to_office {
            true => self.office_hears(n, message, false),
            false => self.box_hears(n, message, Some(parcel.life)),
        };
    }

    /// The office takes in a message; by hand it does not get a new name before all of the stick is in.
    pub fn office_hears(&mut self, n: usize, message: Message, by_hand: bool) -> Result<Took, Refusal> {
        let (now, flaws) = (self.now_ms, self.flaws);
        let runs: Vec<Span> = message.batch.iter().map(outpost::wire::message::Run::span).collect();
        let unknown: Vec<Span> = runs
            .iter()
            .flat_map(|span| self.sites[n].desk.live.as_ref().expect("up").link.inbox().missing(*span))
            .collect();
        let was_settled = self.sites[n].desk.is_settled();
        let mut message = message;
        let said = Said::of(&mut message, &self.sites[n].desk);
        let heard = match self.sites[n].desk.hear(now, message, by_hand, &flaws, &mut self.dice) {
            Ok(heard) => heard,
            Err(refusal) => {
                self.tally.fuses_blown += 1;
                self.office_cut();
                return Err(refusal);
            }
        };
        if !by_hand {
            self.hear_cursor(n, &said);
        }
        let settled = self.sites[n].desk.is_settled();
        assert!(!by_hand || was_settled == settled, "stick: an import moved the office's live session with site {n}");
        let older = older(&heard.0).filter(|_| !flaws.ignores_rewinds);
        if let Some(before) = older.filter(|_| !by_hand) {
            self.renew_office(n, before);
        }
        let stored = heard.1 || heard.0.store.is_empty();
        if heard.1 {
            self.sites[n].owed.extend(unknown);
        }
        self.tally.full_disks += u64::from(!stored);
        if let Err(refusal) = self.say_outcomes(n) {
            self.tally.fuses_blown += 1;
            self.office_cut();
            return Err(refusal);
        }
        self.give_letters(n);
        self.pump_desk(n);
        Ok(Took { older, stored })
    }

    /// A box takes in a message that the office of `life` sent by line; or none did, and it came by hand.
    pub fn box_hears(&mut self, n: usize, message: Message, life: Option<u32>) -> Result<Took, Refusal> {
        let (now, flaws) = (self.now_ms, self.flaws);
        let site = &mut self.sites[n];
        let on_line = site.on_line;
        let workshop = &mut site.boxes[on_line];
        let was_settled = workshop.node.is_settled();
        let mut message = message;
        let said = Said::of(&mut message, &workshop.node);
        let heard = match workshop.node.hear(now, message, life.is_none(), &flaws, &mut self.dice) {
            Ok(heard) => heard,
            Err(refusal) => {
                self.box_refused(n, Some(refusal));
                return Err(refusal);
            }
        };
        let rows = workshop.node.take_rows(said, &flaws);
        if let Err(refusal) = rows {
            self.box_refused(n, Some(refusal));
            return Err(refusal);
        }
        self.tally.rows_taken += rows.unwrap_or(0);
        let settled = workshop.node.is_settled();
        assert!(life.is_some() || was_settled == settled, "stick: an import moved the live session of site {n}");
        let older = older(&heard.0).filter(|_| !flaws.ignores_rewinds);
        if let Some(before) = older {
            self.tally.renewed += 1;
            workshop.node.renew(before, TRUE_MS as u64 + now, &mut self.dice);
        }
        workshop.read_down();
        let asks = workshop.is_asked();
        if !was_settled && life == Some(self.office_life) && settled {
            site.loose_acks[on_line] = false;
        }
        if asks {
            self.sync(n);
            if self.line_box(n).node.live.is_none() {
                return Err(Refusal::Cut);
            }
        }
        self.pump_box(n);
        Ok(Took { older, stored: heard.1 || heard.0.store.is_empty() })
    }
}

/// What a message came to.
pub struct Took {
    /// This store has to succeed that one.
    pub older: Option<StoreId>,
    /// All that was new is durable.
    pub stored: bool,
}

/// The store id that this store has to succeed, if it turned out to be older than its peer knows it.
fn older(heard: &Heard) -> Option<StoreId> {
    heard.tells.iter().find_map(|tell| if let Tell::ThisStoreIsOlder(known) = tell { Some(*known) } else { None })
}

/// A message in one line, with the ends of its ids.
fn brief(message: &Message) -> String {
    use outpost::wire::message::Ack;
    let tail = |id: uuid::Uuid| format!("{:04x}", id.as_u128() & 0xffff);
    let span = |span: &Span| format!("{}/{}-{}", tail(span.epoch.0), span.first, span.last);
    let ack = |ack: &Ack| {
        let through = ack.held.through.iter().map(|at| format!("{}/{}", tail(at.epoch.0), at.seq));
        let parts: Vec<String> =
            through.chain(ack.held.beyond.iter().map(|beyond| format!("+{}", span(beyond)))).collect();
        format!("{}:{}", tail(ack.store.0), parts.join(","))
    };
    let mut parts = Vec::new();
    if let Some(hello) = &message.hello {
        let believes = hello.believes.as_ref().map_or("nothing".into(), ack);
        parts.push(format!("hello {:04x} believing {believes}", hello.nonce & 0xffff));
    }
    parts.extend(message.echo.map(|echo| format!("echo {:04x}", echo & 0xffff)));
    parts.extend(message.ack.as_ref().map(|held| format!("ack {}", ack(held))));
    parts.extend(message.batch.iter().map(|run| format!("run {}", span(&run.span()))));
    parts.extend(message.rows.as_ref().map(|delta| {
        let (generation, rows) = (tail(delta.generation.0), delta.rows.len());
        format!("{rows} rows of {generation}, {} to {} of {}", delta.from, delta.through, delta.newest)
    }));
    parts.extend(message.cursor.map(|at| {
        let whole = if at.whole { "whole" } else { "not whole" };
        format!("rows of {} up to {} and {} to come, {whole}", tail(at.generation.0), at.version, at.ahead)
    }));
    parts.join("; ")
}
