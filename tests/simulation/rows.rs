//! Master data beside the records: an office's table that changes, and boxes that lose power, sync late and meet restored offices. It goes
//! through the real feed and the real follower; the stores are modelled whole, since how they are written has a proof of its own.

use super::Flaws;
use super::card::Refusal;
use super::dice::Dice;
use super::node::Node;
use super::world::World;
use outpost::domain::id::{Generation, SiteId};
use outpost::domain::master::segment::Audience;
use outpost::sync::rows::{Feed, Follow, Kept, RowRules, SiteRows, Table};
use outpost::wire::message::Message;
use outpost::wire::rows::{Cursor, Delta, Key};
use std::collections::BTreeMap;

/// Keys that change: few, so that each changes often.
const KEYS: u64 = 12;
/// Up to this many sites the office tells at every change what they did with orders.
const FEW: usize = 5;

/// One end's part in it, while its power is on.
#[derive(Debug)]
pub enum Part {
    Gives(Feed),
    Takes(Follow),
}

impl Part {
    /// Of the office's end, or of a box whose disk has `kept`.
    pub fn new(is_office: bool, kept: &Kept) -> Self {
        match is_office {
            true => Self::Gives(Feed::new(RowRules { bytes: 400, floor_bytes: 60, ..RowRules::default() })),
            false => Self::Takes(Follow::new(kept.cursor())),
        }
    }

    pub fn connected(&mut self) {
        match self {
            Self::Gives(feed) => feed.connected(),
            Self::Takes(follow) => follow.asked(),
        }
    }

    pub fn disconnected(&mut self) {
        if let Self::Gives(feed) = self {
            feed.disconnected();
        }
    }

    pub fn wake_ms(&self) -> Option<u64> {
        match self {
            Self::Gives(feed) => feed.wake_ms(),
            Self::Takes(_) => None,
        }
    }
}

/// What a message says of rows, taken out of it before the records are looked at.
pub struct Said {
    delta: Option<Delta>,
    cursor: Option<Cursor>,
    answers: bool,
    has_hello: bool,
}

impl Said {
    pub fn of(message: &mut Message, node: &Node) -> Self {
        let answers = node.live.as_ref().is_some_and(|live| live.link.is_answered_by(message));
        let has_hello = message.hello.is_some();
        Self { delta: message.rows.take(), cursor: message.cursor.take(), answers, has_hello }
    }
}

impl Node {
    /// A box takes rows in; what it then says that it has is on its card.
    pub fn take_rows(&mut self, said: Said, flaws: &Flaws) -> Result<u64, Refusal> {
        let Some(live) = &mut self.live else { return Ok(0) };
        let Part::Takes(follow) = &mut live.rows else { return Ok(0) };
        if said.has_hello {
            follow.asked();
        }
        let Some(change) = said.delta.and_then(|delta| follow.hear(delta)) else { return Ok(0) };
        let (count, cursor) = (change.rows.len() as u64, change.cursor);
        if flaws.cursor_before_durable {
            follow.stored(cursor);
        }
        if self.card.burn() {
            return Err(Refusal::Cut);
        }
        if self.card.full {
            return Ok(0);
        }
        self.card.rows.apply(change);
        follow.stored(cursor);
        Ok(count)
    }

    /// Adds a box's cursor to what it says, where it is due.
    pub fn say_cursor(&mut self, message: &mut Option<Message>) {
        let Some(live) = &mut self.live else { return };
        let (settled, echo) = (live.link.is_settled(), live.link.echo());
        let Part::Takes(follow) = &mut live.rows else { return };
        let Some(cursor) = follow.due().filter(|_| message.is_some() || settled && echo.is_some()) else { return };
        let message = message.get_or_insert_default();
        message.cursor = Some(cursor);
        message.echo = echo;
        if echo.is_some() {
            follow.said();
        }
    }
}

impl World {
    /// The office hears how far a box is.
    pub fn hear_cursor(&mut self, n: usize, said: &Said) {
        let now = self.now_ms;
        let site = self.sites[n].desk.peer.clone();
        let Some(live) = &mut self.sites[n].desk.live else { return };
        let settled = live.link.is_settled();
        let (Part::Gives(feed), Some(cursor)) = (&mut live.rows, said.cursor) else { return };
        if settled && said.answers && feed.hear(now, cursor, &self.table.of(&site)) {
            let known = cursor.generation.max(self.table.of(&site).generation());
            let generation = self.generation(known);
            self.table.set_generation_of(site, generation);
            self.tally.rows_renewed += 1;
        }
    }

    /// A generation after `known`.
    fn generation(&mut self, known: Generation) -> Generation {
        let ms = (known.0.as_u128() >> 80) as u64 + 1;
        Generation::new(ms, self.dice.ten())
    }

    /// Adds rows to what the office says to a site, where it is their turn.
    pub fn say_rows(&mut self, n: usize, message: &mut Option<Message>) {
        let now = self.now_ms;
        let site = self.sites[n].desk.peer.clone();
        let Some(live) = &mut self.sites[n].desk.live else { return };
        let settled = live.link.is_settled();
        let Part::Gives(feed) = &mut live.rows else { return };
        match settled {
            true => feed.settled(now),
            false => feed.unsettled(),
        }
        let waits = live.link.outbox().waiting().next().is_some();
        if !settled || waits || message.as_ref().is_some_and(|message| !message.batch.is_empty()) {
            return;
        }
        if let Some(delta) = feed.poll(now, &self.table.of(&site)) {
            self.tally.rows_sent += delta.rows.len() as u64;
            message.get_or_insert_default().rows = Some(delta);
        }
    }

    /// Somebody at the office changes, moves or deletes rows.
    pub fn change_rows(&mut self, count: u8) {
        let mut changes = Vec::new();
        for _ in 0..count {
            let dice = &mut self.dice;
            let key = Key { table: 4, name: format!("item-{}", dice.below(KEYS)).into() };
            let audience = match dice.below(3) {
                0 => Audience::All,
                _ => Audience::Sites([site(dice.below(self.sites.len() as u64))].into()),
            };
            let body = format!("{:x}", dice.word()).into_bytes().into_boxed_slice();
            changes.push((key, (!dice.percent(25)).then_some((body, audience))));
        }
        let now_s = (super::node::TRUE_MS as u64 + self.now_ms) / 1_000;
        if let Some(plan) = self.table.plan(changes, now_s) {
            self.table.apply(plan);
        }
        // In a crowd that takes its time, and quiet moments do it.
        match self.sites.len() <= FEW {
            true => self.tell_progress(),
            false => (0..self.sites.len()).for_each(|n| self.pump_desk(n)),
        }
    }

    /// At quiet a box has what is its own, as the office has it now, and nothing else.
    pub fn check_rows(&mut self, n: usize) {
        if !self.setup.line || self.table.newest() == 0 {
            return;
        }
        let site = &self.sites[n];
        let held = &site.boxes[site.on_line].node.card.rows;
        let has: BTreeMap<&Key, &[u8]> = held.iter().map(|(key, body, ..)| (key, body)).collect();
        let table = self.table.of(&site.desk.peer);
        let wanted: BTreeMap<&Key, &[u8]> = table.iter().collect();
        assert_eq!(has, wanted, "rows: {} has other rows than the office has for it", site.desk.peer);
        self.tally.rows_held += has.len() as u64;
    }
}

fn site(n: u64) -> SiteId {
    format!("w{n}").parse().expect("a site")
}

/// The office's table at the beginning.
pub fn table(dice: &mut Dice) -> SiteRows {
    SiteRows::new(Generation::new(1, dice.ten()))
}
