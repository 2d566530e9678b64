//! A box and its devices.

use super::Flaws;
use super::card::Refusal;
use super::dice::Dice;
use super::node::Node;
use outpost::domain::admit::{Admission, admit};
use outpost::domain::id::{DeviceId, IntentId, SiteId};
use outpost::domain::record::{Entry, Refused, Scan, Sent, Span};
use outpost::domain::repeats::Repeats;
use outpost::sync::Rules;
use std::collections::{BTreeSet, HashMap};

/// What a device means to say, until it has its receipt.
#[derive(Clone, Debug)]
pub struct Intent {
    pub entry: Entry,
    /// It was on the air before: MQTT's DUP flag goes with it from now on.
    pub sent: bool,
    pub number: u64,
}

/// A scanner (without ids) or a tablet (with ids).
#[derive(Debug)]
pub struct Device {
    pub id: DeviceId,
    pub makes_ids: bool,
    packet: u16,
    pub waiting: Vec<Intent>,
    /// The latest of what it has receipts for, and sends again in earnest or by mistake.
    pub done: Vec<Entry>,
}

/// How an entry is known in the books: who and what.
pub type Mark = (DeviceId, String);

/// A box with its devices.
#[derive(Debug)]
pub struct Workshop {
    pub node: Node,
    pub devices: Vec<Device>,
    /// Devices that wait for the sync: device, intent, place of the record.
    held: Vec<(usize, u64, usize)>,
    repeats: Repeats<usize>,
    known: HashMap<IntentId, usize>,
    /// What the office said that it has.
    pub at_office: Vec<Span>,
    pub seen_down: usize,
    intents: u64,
}

pub fn mark(entry: &Entry) -> Option<Mark> {
    match entry {
        Entry::Scan(scan) => Some((scan.device.clone(), scan.code.clone())),
        _ => None,
    }
}

impl Workshop {
    pub fn new(site: &SiteId, prefix: &str, devices: u64) -> Self {
        let device = |n: u64| Device {
            id: format!("{prefix}{n}").parse().expect("a device's name"),
            makes_ids: n.is_multiple_of(2),
            packet: 0,
            waiting: vec![],
            done: vec![],
        };
        Self {
            node: Node::new(site.clone(), SiteId::office()),
            devices: (0..devices).map(device).collect(),
            held: vec![],
            repeats: Repeats::default(),
            known: HashMap::new(),
            at_office: vec![],
            seen_down: 0,
            intents: 0,
        }
    }

    pub fn start(&mut self, now_ms: u64, rules: &Rules, dice: &mut Dice) -> Result<usize, Refusal> {
        self.held.clear();
        let findings = self.node.start(now_ms, rules, dice)?;
        self.repeats = Repeats::default();
        self.known.clear();
        let live = self.node.live.as_ref().expect("just started");
        for (place, line) in live.own.lines.iter().enumerate() {
            let Some(record) = &line.record else { continue };
            note(&mut self.repeats, &mut self.known, &record.entry, place);
        }
        self.at_office.clear();
        self.seen_down = 0;
        self.read_down();
        Ok(findings.holes.len())
    }

    /// Takes in what the office's records say.
    pub fn read_down(&mut self) {
        let Some(live) = &self.node.live else { return };
        for at in &live.replica.order[self.seen_down..] {
            if let Some(Entry::AtOffice(span)) = live.replica.lines[at].record.as_ref().map(|record| &record.entry) {
                self.at_office.push(*span);
            }
        }
        self.seen_down = live.replica.order.len();
    }

    /// A person scans something.
    pub fn scan(&mut self, device: usize, code: String, dice: &mut Dice) -> Entry {
        let number = self.intents;
        self.intents += 1;
        let device = &mut self.devices[device];
        let id = device.makes_ids.then(|| IntentId(dice.uuid()));
        device.packet = device.packet % u16::MAX + 1;
        let sent = Sent { session: 0, packet: device.packet, dup: false };
        let entry = Entry::Scan(Scan { id, device: device.id.clone(), sent, code });
        device.waiting.push(Intent { entry: entry.clone(), sent: false, number });
        entry
    }

    /// The device sends what it has no receipt for, oldest first. Not all of it reaches the box.
    pub fn send(
        &mut self,
        now_ms: u64,
        device: usize,
        reaches: u8,
        flaws: &Flaws,
        dice: &mut Dice,
    ) -> Result<(), Refusal> {
        for i in 0..self.devices[device].waiting.len().min(20) {
            let intent = &mut self.devices[device].waiting[i];
            let mut entry = intent.entry.clone();
            let number = intent.number;
            if let Entry::Scan(scan) = &mut entry {
                scan.sent.dup = intent.sent;
            }
            intent.sent = true;
            if self.held.iter().any(|(d, n, _)| (*d, *n) == (device, number)) || !dice.percent(reaches) {
                continue;
            }
            self.take(now_ms, entry, Some((device, number)), flaws, dice)?;
        }
        Ok(())
    }

    /// Something arrives at the gate.
    pub fn take(
        &mut self,
        now_ms: u64,
        entry: Entry,
        whose: Option<(usize, u64)>,
        flaws: &Flaws,
        dice: &mut Dice,
    ) -> Result<(), Refusal> {
        let Some(live) = &self.node.live else { return Ok(()) };
        let lines = &live.own.lines;
        let find = |id| {
            let place = *self.known.get(&id)?;
            Some((place, lines[place].record.as_ref().expect("only what was read is known").entry.clone()))
        };
        let admission = match flaws.no_dedupe {
            true => Admission::New,
            false => admit(&entry, &self.repeats, find),
        };
        let (place, entry) = match admission {
            Admission::Repeat(place) => return self.hold(place, whose),
            Admission::New => (self.node.append(now_ms, &entry, dice), entry),
            Admission::Conflict(_) => {
                let Entry::Scan(scan) = entry else { return Ok(()) };
                let (topic, reason) = ("in/scan".into(), "conflict".into());
                let refused = Refused { device: scan.device, sent: scan.sent, topic, reason, bytes: scan.code.into() };
                let refused = Entry::Refused(refused);
                (self.node.append(now_ms, &refused, dice), refused)
            }
        };
        let place = place?;
        note(&mut self.repeats, &mut self.known, &entry, place);
        self.hold(place, whose)
    }

    fn hold(&mut self, place: usize, whose: Option<(usize, u64)>) -> Result<(), Refusal> {
        self.held.extend(whose.map(|(device, number)| (device, number, place)));
        Ok(())
    }

    /// Syncs the group and answers the devices. Returns what was promised.
    pub fn sync(&mut self) -> Result<Vec<Entry>, Refusal> {
        if self.node.live.is_none() {
            return Ok(vec![]);
        }
        let live = self.node.live.as_ref().expect("looked");
        if live.own.durable < live.own.lines.len() {
            self.node.sync()?;
        }
        let mut promised = Vec::new();
        for (device, number, _) in std::mem::take(&mut self.held) {
            let device = &mut self.devices[device];
            let Some(at) = device.waiting.iter().position(|intent| intent.number == number) else { continue };
            let entry = device.waiting.remove(at).entry;
            if device.done.len() == 8 {
                device.done.remove(0);
            }
            device.done.push(entry.clone());
            promised.push(entry);
        }
        Ok(promised)
    }

    pub fn power_off(&mut self, dice: &mut Dice) {
        self.held.clear();
        self.node.power_off(dice);
    }

    /// The marks of what its card holds for certain, as far as the card itself claims.
    pub fn marks(&self) -> BTreeSet<Mark> {
        let lines = match &self.node.live {
            Some(live) => live.own.durable_lines().to_vec(),
            None => super::journal::Own::read(&self.node.card, &self.node.me).0.lines,
        };
        lines.iter().filter_map(|line| mark(&line.record.as_ref()?.entry)).collect()
    }
}

fn note(repeats: &mut Repeats<usize>, known: &mut HashMap<IntentId, usize>, entry: &Entry, place: usize) {
    repeats.note(entry, place);
    if let Some(id) = entry.intent() {
        known.entry(id).or_insert(place);
    }
}
