//! A box and its devices.

use super::Flaws;
use super::asking::Asked;
use super::card::Refusal;
use super::dice::Dice;
use super::node::Node;
use super::trade::{Deed, Desk, Truck, is_return, write};
use outpost::domain::admit::{Admission, admit};
use outpost::domain::id::{DeviceId, IntentId, Position, SiteId};
use outpost::domain::master::Masters;
use outpost::domain::record::{Entry, Refused, Scan, Sent, Span};
use outpost::domain::repeats::Repeats;
use outpost::sync::Rules;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// What a device is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Recorded,
    Refused,
}

/// How an entry is known in the books: who and what.
pub type Mark = (DeviceId, String);

/// A box with its devices.
#[derive(Debug)]
pub struct Workshop {
    pub node: Node,
    pub devices: Vec<Device>,
    /// Devices that wait for the sync: device, intent, place of the record.
    held: Vec<(usize, u64, usize, Word)>,
    repeats: Repeats<usize>,
    known: HashMap<IntentId, usize>,
    /// What its records come to.
    pub desk: Desk,
    /// What the office said that it has.
    pub at_office: Vec<Span>,
    pub seen_down: usize,
    /// Of each document the lives that the box knew of when it wrote it, where it knew of any.
    pub heard: BTreeMap<Position, BTreeSet<Position>>,
    /// What the office wants of it.
    pub asked: Asked,
    intents: u64,
}

pub fn mark(entry: &Entry) -> Option<Mark> {
    match entry {
        Entry::Scan(scan) => Some((scan.device.clone(), scan.code.clone())),
        Entry::Submitted(submitted) => Some((submitted.device.clone(), submitted.id.to_string())),
        Entry::Cancelled(cancelled) => Some((cancelled.device.clone(), cancelled.id.to_string())),
        Entry::Barcode(named) => Some((named.device.clone(), named.id.to_string())),
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
            desk: Desk::default(),
            at_office: vec![],
            seen_down: 0,
            heard: BTreeMap::new(),
            asked: Asked::default(),
            intents: 0,
        }
    }

    pub fn start(
        &mut self,
        now_ms: u64,
        (rules, forgets_requests): (&Rules, bool),
        dice: &mut Dice,
    ) -> Result<usize, Refusal> {
        self.held.clear();
        let findings = self.node.start(now_ms, rules, dice)?;
        self.repeats = Repeats::default();
        self.known.clear();
        let live = self.node.live.as_ref().expect("just started");
        for (place, line) in live.own.lines.iter().enumerate() {
            let Some(record) = &line.record else { continue };
            note(&mut self.repeats, &mut self.known, &record.entry, place);
        }
        self.fold();
        self.at_office.clear();
        self.seen_down = 0;
        self.note_declined();
        self.read_down();
        if forgets_requests {
            self.asked = Asked::default();
        }
        Ok(findings.holes.len())
    }

    /// Takes in what the office's records say.
    pub fn read_down(&mut self) {
        let Some(live) = &self.node.live else { return };
        let new = live.replica.order[self.seen_down..].iter();
        let words: Vec<Entry> =
            new.filter_map(|at| Some(live.replica.lines[at].record.as_ref()?.entry.clone())).collect();
        self.seen_down = live.replica.order.len();
        for word in words {
            match word {
                Entry::AtOffice(span) => self.at_office.push(span),
                word => self.hears(&word),
            }
        }
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

    /// A person at a tablet does something with goods.
    pub fn trade(
        &mut self,
        n: usize,
        deed: Deed,
        device: usize,
        trucks: &mut Vec<Truck>,
        dice: &mut Dice,
    ) -> Option<Entry> {
        let number = self.intents;
        self.intents += 1;
        let tablet = self.devices.iter_mut().filter(|device| device.makes_ids).nth(device)?;
        let entry = write(deed, n, &tablet.id, &tablet.done, trucks, dice)?;
        tablet.waiting.push(Intent { entry: entry.clone(), sent: false, number });
        Some(entry)
    }

    /// The device sends what it has no receipt for, oldest first. Not all of it reaches the box.
    pub fn send(
        &mut self,
        now_ms: u64,
        device: usize,
        reaches: u8,
        (masters, flaws): (&Masters, &Flaws),
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
            if self.held.iter().any(|(d, n, ..)| (*d, *n) == (device, number)) || !dice.percent(reaches) {
                continue;
            }
            self.take(now_ms, entry, Some((device, number)), (masters, flaws), dice)?;
        }
        Ok(())
    }

    /// Something arrives at the gate.
    pub fn take(
        &mut self,
        now_ms: u64,
        entry: Entry,
        whose: Option<(usize, u64)>,
        (masters, flaws): (&Masters, &Flaws),
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
        match admission {
            Admission::Repeat(place) => self.hold(place, Word::Recorded, whose),
            Admission::New => match self.admitted(now_ms, masters, entry.clone()) {
                Ok(mut entry) => {
                    if let (true, Entry::Submitted(submitted)) = (flaws.forgets_numbers, &mut entry)
                        && let Some(no) = submitted.booked.as_mut().and_then(|booked| booked.no.as_mut())
                    {
                        no.count = 1;
                    }
                    self.append_for(now_ms, entry, (Word::Recorded, flaws.forgets_returns), whose, dice)
                }
                Err(reason) => self.append_for(
                    now_ms,
                    refusal(&entry, reason),
                    (Word::Refused, flaws.forgets_returns),
                    whose,
                    dice,
                ),
            },
            Admission::Conflict(_) => self.append_for(
                now_ms,
                refusal(&entry, "conflict".into()),
                (Word::Recorded, flaws.forgets_returns),
                whose,
                dice,
            ),
        }
    }

    /// What the box makes of a document.
    pub fn admitted(&mut self, now_ms: u64, masters: &Masters, entry: Entry) -> Result<Entry, String> {
        if !matches!(entry, Entry::Submitted(_) | Entry::Cancelled(_) | Entry::Barcode(_)) {
            return Ok(entry);
        }
        let series = self.letter();
        let live = self.node.live.as_mut().expect("looked");
        let stamp = live.clock.stamp(now_ms - live.booted_ms);
        let (lines, known) = (&live.own.lines, &self.known);
        let lookup = |id: IntentId| {
            let line = &lines[*known.get(&id)?];
            match &line.record.as_ref()?.entry {
                Entry::Submitted(submitted) => Some((line.at, submitted.clone())),
                _ => None,
            }
        };
        self.desk.admit(masters, (&self.node.me, series), (stamp.at_ms(), stamp.quality), entry, &lookup)
    }

    /// Writes a record, not yet durable, and tells the device when it is.
    fn append_for(
        &mut self,
        now_ms: u64,
        entry: Entry,
        (word, forgets): (Word, bool),
        whose: Option<(usize, u64)>,
        dice: &mut Dice,
    ) -> Result<(), Refusal> {
        let place = self.append(now_ms, entry, forgets, dice)?;
        self.hold(place, word, whose)
    }

    /// Whether a document or a scan has this id.
    pub fn is_known(&self, id: IntentId) -> bool {
        self.known.contains_key(&id)
    }

    /// Writes a record, not yet durable. Its place in the journal.
    pub fn append(&mut self, now_ms: u64, entry: Entry, forgets: bool, dice: &mut Dice) -> Result<usize, Refusal> {
        let first = self.node.live.as_ref().map_or(0, |live| live.own.lines.len());
        let place = self.node.append(now_ms, &entry, dice)?;
        note(&mut self.repeats, &mut self.known, &entry, place);
        let lines = &self.node.live.as_ref().expect("it has just written").own.lines;
        let known = &self.known;
        let lookup = |id: IntentId| {
            let line = &lines[*known.get(&id)?];
            match &line.record.as_ref()?.entry {
                Entry::Submitted(submitted) => Some((line.at, submitted.clone())),
                _ => None,
            }
        };
        // With the first record of a boot come its opening and its holes.
        for line in &lines[first..] {
            if let Some(record) = line.record.as_ref().filter(|record| !forgets || !is_return(&record.entry)) {
                self.desk.took(line.at, record, &lookup);
            }
        }
        let written = lines[first..].iter().map(|line| line.at).collect::<Vec<_>>();
        written.into_iter().for_each(|at| self.note_heard(at));
        Ok(place)
    }

    fn hold(&mut self, place: usize, word: Word, whose: Option<(usize, u64)>) -> Result<(), Refusal> {
        self.held.extend(whose.map(|(device, number)| (device, number, place, word)));
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
        for (device, number, _, word) in std::mem::take(&mut self.held) {
            let device = &mut self.devices[device];
            let Some(at) = device.waiting.iter().position(|intent| intent.number == number) else { continue };
            let entry = device.waiting.remove(at).entry;
            if word == Word::Refused {
                continue;
            }
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

/// The record of a refusal.
fn refusal(entry: &Entry, reason: String) -> Entry {
    let device = entry.device().expect("devices alone are refused").clone();
    let sent = entry.sent().unwrap_or(Sent { session: 0, packet: 1, dup: false });
    let bytes = outpost::wire::record::entry(entry);
    Entry::Refused(Refused { device, sent, topic: "refused".into(), reason, bytes })
}

fn note(repeats: &mut Repeats<usize>, known: &mut HashMap<IntentId, usize>, entry: &Entry, place: usize) {
    repeats.note(entry, place);
    if let Some(id) = entry.intent() {
        known.entry(id).or_insert(place);
    }
}
