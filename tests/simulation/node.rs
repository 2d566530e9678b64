//! One store with its end of the conversation: what the real box and the real office do around the pure core, in the
//! same order, with a power cut possible at each write and sync.

use super::Flaws;
use super::card::{Card, PEER, Refusal};
use super::dice::Dice;
use super::journal::{Findings, Own, Replica};
use super::rows::Part;
use outpost::domain::id::{Epoch, Position, Seq, SiteId, StoreId};
use outpost::domain::record::{Entry, Opened, Span};
use outpost::domain::time::{Clock, Quality};
use outpost::sync::{Heard, Inbox, Link, Outbox, Rules, Tell};
use outpost::wire::cbor;
use outpost::wire::message::{Ack, Message, Run};
use std::collections::BTreeSet;

/// When the program was built: no clock starts before it.
pub const BUILD_MS: i64 = 1_790_000_000_000;
/// What time it is in truth when a world begins.
pub const TRUE_MS: i64 = BUILD_MS + 40 * 86_400_000;

/// What a node has while its power is on.
#[derive(Debug)]
pub struct Live {
    pub own: Own,
    pub replica: Replica,
    pub clock: Clock,
    pub link: Link,
    pub rows: Part,
    pub booted_ms: u64,
    boot: uuid::Uuid,
    /// This boot's epoch has begun. It has not while the disk is full.
    opened: bool,
    holes: Vec<Span>,
    connected_ms: u64,
}

/// One store.
#[derive(Debug)]
pub struct Node {
    pub me: SiteId,
    pub peer: SiteId,
    pub card: Card,
    pub live: Option<Live>,
    /// What was ever said to its operator.
    pub told: BTreeSet<(u8, Position)>,
    pub rewinds: u64,
    pub older: u64,
}

const FORK: u8 = 0;
const BROKEN: u8 = 1;

impl Node {
    pub fn new(me: SiteId, peer: SiteId) -> Self {
        let card = Card::default();
        Self { me, peer, card, live: None, told: BTreeSet::new(), rewinds: 0, older: 0 }
    }

    pub fn forks(&self) -> BTreeSet<Position> {
        self.told.iter().filter(|(kind, _)| *kind == FORK).map(|(_, at)| *at).collect()
    }

    pub fn broken(&self, at: Position) -> bool {
        self.told.contains(&(BROKEN, at))
    }

    /// The power comes on: everything is rebuilt from what is on the card.
    pub fn start(&mut self, now_ms: u64, rules: &Rules, dice: &mut Dice) -> Result<Findings, Refusal> {
        let (own, findings) = Own::read(&self.card, &self.me);
        let replica = Replica::read(self.card.bytes(PEER), &self.peer);
        for at in &findings.broken {
            self.told.insert((BROKEN, *at));
        }
        let mut inbox = Inbox::default();
        for at in &replica.order {
            let line = &replica.lines[at];
            let follows = line.record.as_ref().and_then(|record| match &record.entry {
                Entry::Opened(opened) => Some(opened.follows.map(|follows| follows.position())),
                _ => None,
            });
            let span = Span { epoch: at.epoch, first: at.seq, last: at.seq };
            let forks = inbox.hold(span, follows.filter(|_| at.seq == Seq(1)));
            self.told.extend(forks.into_iter().map(|at| (FORK, at)));
        }
        let unix_ms = (TRUE_MS as u64) + now_ms;
        let store = *self.card.store.get_or_insert_with(|| StoreId::successor(None, unix_ms, dice.ten()));
        let mut link = Link::new(rules.clone(), self.peer.clone(), store, inbox, Outbox::default());
        for at in own.lineage() {
            link.appended(at);
        }
        if let Some(ack) = self.card.acks().and_then(|bytes| cbor::from_slice::<Ack>(bytes).ok()) {
            link.remember(&ack);
        }
        let stamps = own.lines.iter().filter_map(|line| line.record.as_ref()).map(|record| record.stamp.at_ms());
        let floor = stamps.max().unwrap_or(0).max(BUILD_MS);
        let clock = Clock::starting_at(floor, 0);
        let holes = findings.holes.clone();
        let boot = dice.uuid();
        let rows = Part::new(self.me == SiteId::office(), &self.card.rows);
        let live = Live {
            own,
            replica,
            clock,
            link,
            rows,
            booted_ms: now_ms,
            boot,
            opened: false,
            holes,
            connected_ms: now_ms,
        };
        self.live = Some(live);
        match self.open(now_ms, dice) {
            Err(Refusal::Cut) => Err(Refusal::Cut),
            Ok(()) | Err(Refusal::Full) => Ok(findings),
        }
    }

    /// Begins this boot's epoch, if it has not begun.
    fn open(&mut self, now_ms: u64, dice: &mut Dice) -> Result<(), Refusal> {
        let live = self.live.as_mut().expect("the power is on");
        if live.opened {
            return Ok(());
        }
        let up_ms = now_ms - live.booted_ms;
        let epoch = Epoch::new(live.clock.now_ms(up_ms) as u64, dice.ten());
        let store = self.card.store.expect("start made one");
        let opened = Opened { follows: live.own.follows(), store, boot: live.boot, program: "1".into() };
        let stamp = live.clock.stamp(up_ms);
        let card = (&mut self.card, &self.me);
        live.own.append(card, Some(epoch), &stamp, &Entry::Opened(opened), dice)?;
        live.opened = true;
        for hole in std::mem::take(&mut live.holes) {
            let stamp = live.clock.stamp(up_ms);
            live.own.append((&mut self.card, &self.me), None, &stamp, &Entry::Hole(hole), dice)?;
        }
        self.sync()
    }

    /// Writes a record, not yet durable. Returns its place in the journal.
    pub fn append(&mut self, now_ms: u64, entry: &Entry, dice: &mut Dice) -> Result<usize, Refusal> {
        self.open(now_ms, dice)?;
        let live = self.live.as_mut().expect("the power is on");
        let stamp = live.clock.stamp(now_ms - live.booted_ms);
        live.own.append((&mut self.card, &self.me), None, &stamp, entry, dice)
    }

    /// Makes all that was written durable, and lets the link know.
    pub fn sync(&mut self) -> Result<(), Refusal> {
        let live = self.live.as_mut().expect("the power is on");
        live.own.sync(&mut self.card)?;
        if let Some(last) = live.own.last() {
            live.link.appended(last);
        }
        Ok(())
    }

    pub fn power_off(&mut self, dice: &mut Dice) {
        self.live = None;
        self.card.cut(dice);
    }

    pub fn connected(&mut self, now_ms: u64, dice: &mut Dice) {
        if let Some(live) = &mut self.live {
            live.link.connected(now_ms, dice.word());
            live.rows.connected();
            live.connected_ms = now_ms;
        }
    }

    pub fn disconnected(&mut self) {
        if let Some(live) = &mut self.live {
            live.link.disconnected();
            live.rows.disconnected();
        }
    }

    pub fn is_settled(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.link.is_settled())
    }

    pub fn poll(&mut self, now_ms: u64, clock_ms: Option<i64>) -> Option<Message> {
        let live = self.live.as_mut()?;
        live.link.poll(now_ms, clock_ms, &live.own).expect("the log has what the outbox knows of")
    }

    pub fn wake_ms(&self) -> Option<u64> {
        let live = self.live.as_ref()?;
        let may_go = live.link.is_settled() && live.link.outbox().waiting().next().is_none();
        [live.link.wake_ms(), live.rows.wake_ms().filter(|_| may_go)].into_iter().flatten().min()
    }

    /// Takes in a message; what it brought is durable, and known to the link, when this returns well.
    pub fn hear(
        &mut self,
        now_ms: u64,
        mut message: Message,
        by_hand: bool,
        flaws: &Flaws,
        dice: &mut Dice,
    ) -> Result<(Heard, bool), Refusal> {
        let live = self.live.as_mut().expect("the power is on");
        if self.me != SiteId::office() || flaws.ignores_rewinds {
            flaws.spoil(&mut message, live.link.outbox().believes());
        }
        let nothing = Replica::default();
        let shelf = if flaws.no_chain_check { &nothing } else { &live.replica };
        let heard = match by_hand && !flaws.stick_is_a_line {
            true => live.link.hear_carried(now_ms, message, shelf),
            false => live.link.hear(now_ms, message, shelf),
        };
        if let Some((at_ms, true)) = heard.clock
            && self.me != SiteId::office()
        {
            let true_least = TRUE_MS + live.connected_ms as i64;
            assert!(
                (true_least..=TRUE_MS + now_ms as i64).contains(&at_ms),
                "a clock was taken for live that was told before the connection"
            );
            live.clock.learn(Quality::Office, at_ms, now_ms - live.booted_ms);
        }
        for tell in &heard.tells {
            match tell {
                Tell::Fork(at) => drop(self.told.insert((FORK, *at))),
                Tell::ChainBroken(at) if !flaws.no_chain_check => drop(self.told.insert((BROKEN, *at))),
                Tell::Rewound | Tell::NewStore(_) => self.rewinds += 1,
                Tell::ThisStoreIsOlder(_) => self.older += 1,
                _ => {}
            }
        }
        if heard.acks_moved
            && dice.percent(80)
            && let Some(believed) = live.link.outbox().believes()
        {
            self.card.write_acks(cbor::to_vec(&believed));
        }
        let mut stored = false;
        if !heard.store.is_empty() {
            if flaws.ack_before_durable {
                self.hold(&heard.store);
            }
            let live = self.live.as_mut().expect("the power is on");
            let wrote = match flaws.ack_before_durable {
                true => live.replica.write(&mut self.card, &self.peer, &heard.store, dice),
                false => live.replica.store(&mut self.card, &self.peer, &heard.store, dice),
            };
            match wrote {
                Ok(()) if !flaws.ack_before_durable => self.hold(&heard.store),
                Ok(()) | Err(Refusal::Full) => {}
                Err(Refusal::Cut) => return Err(Refusal::Cut),
            }
            stored = wrote.is_ok();
        }
        Ok((heard, stored))
    }

    fn hold(&mut self, runs: &[Run]) {
        let live = self.live.as_mut().expect("the power is on");
        for tell in live.link.stored(runs) {
            if let Tell::Fork(at) = tell {
                self.told.insert((FORK, at));
            }
        }
    }

    /// This store turned out to be older than its peer knows it: it gets a new name.
    pub fn renew(&mut self, before: StoreId, unix_ms: u64, dice: &mut Dice) {
        self.rename(StoreId::successor(Some(before), unix_ms, dice.ten()));
    }

    pub fn rename(&mut self, store: StoreId) {
        self.card.store = Some(store);
        if let Some(live) = &mut self.live {
            live.link.renew(store);
        }
    }
}
