//! A world: workshops, their lines, an office, and a made-up clock. Steps go in; broken invariants come out.

use super::Flaws;
use super::books::{Books, Clerk};
use super::card::{Card, OWN, PEER, Refusal};
use super::dice::Dice;
use super::journal::Own;
use super::node::{Node, TRUE_MS};
use super::op::{Op, Setup, Step};
use super::road::{Parcel, Road, Seals};
use super::stick::Stick;
use super::tally::Tally;
use super::trade::{Deed, Truck, loaded};
use super::workshop::{Mark, Workshop, mark};
use outpost::domain::id::{Position, Seq, SiteId, StoreId};
use outpost::domain::letters::Letters;
use outpost::domain::master::Masters;
use outpost::domain::record::{Entry, Scan, Span};
use outpost::sync::Rules;
use outpost::sync::rows::SiteRows;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// What a device was promised, and what it ever said.
#[derive(Debug, Default)]
pub struct Promise {
    pub said: u32,
    pub promised: u32,
    /// The only copies went with a card or a disk that was destroyed.
    pub excused: bool,
}

/// What happened to a site that explains two successors of one record, or a chain that does not join.
#[derive(Debug, Default)]
pub struct History {
    pub branched: bool,
    pub office_restored: bool,
    pub tampered: bool,
    pub rotted: bool,
}

impl History {
    /// Something happened to its card that ordinary books do not explain.
    pub fn is_odd(&self) -> bool {
        self.branched || self.tampered || self.rotted
    }
}

#[derive(Debug)]
pub struct Site {
    pub boxes: Vec<Workshop>,
    /// Which of the boxes of this name has the line.
    pub on_line: usize,
    pub road: Road,
    /// The office's end.
    pub desk: Node,
    pub promises: BTreeMap<Mark, Promise>,
    pub history: History,
    pub image: Option<Card>,
    pub backup: Option<Card>,
    /// The box has not yet heard from the office as it is since it was restored.
    pub loose_acks: Vec<bool>,
    pub owed: Vec<Span>,
    /// What disks of the office held that were replaced since.
    pub once_held: BTreeSet<Position>,
    /// The letters that the office has given, and had given at the last backup.
    pub letters: Letters,
    pub letters_backup: Letters,
    /// What is posted of it.
    pub clerk: Clerk,
}

#[derive(Debug)]
pub struct World {
    pub setup: Setup,
    pub flaws: Flaws,
    pub now_ms: u64,
    pub sites: Vec<Site>,
    pub office_up: bool,
    pub office_road: bool,
    /// Which office this is: counts restorations.
    pub office_life: u32,
    pub parcels: BinaryHeap<Parcel>,
    pub orders: u64,
    pub past: Vec<Parcel>,
    pub seals: Option<Seals>,
    pub sticks: Vec<Stick>,
    /// The office's master data, as it travels, and as it was at the last backup.
    pub table: SiteRows,
    pub table_backup: Option<SiteRows>,
    /// What the office has told every site.
    pub masters: Masters,
    /// Goods on their way.
    pub trucks: Vec<Truck>,
    /// What the company's books have.
    pub books: Books,
    pub rules: (Rules, Rules),
    pub tally: Tally,
    pub dice: Dice,
    pub codes: u64,
    /// Tells each message as it arrives.
    pub trace: bool,
}

impl World {
    pub fn new(setup: &Setup, flaws: Flaws) -> Self {
        let seed = setup.seed;
        let mut dice = Dice::new(seed, u64::MAX);
        let steady = setup.steady;
        let site = |n: usize| {
            let name: SiteId = format!("w{n}").parse().expect("a site's name");
            let mut workshop = Workshop::new(&name, "d", setup.devices);
            workshop.node.card.never_syncs = flaws.no_fsync;
            Site {
                boxes: vec![workshop],
                on_line: 0,
                road: Road { up: setup.line, steady, ..Road::default() },
                desk: Node::new(SiteId::office(), name),
                promises: BTreeMap::new(),
                history: History::default(),
                image: None,
                backup: None,
                loose_acks: vec![false],
                owed: vec![],
                once_held: BTreeSet::new(),
                letters: Letters::default(),
                letters_backup: Letters::default(),
                clerk: Clerk::default(),
            }
        };
        let shop = Rules {
            batch_bytes: setup.batch_bytes,
            window: setup.window,
            ack_delay_ms: setup.box_ack_delay_ms,
            batch_floor_bytes: 300,
            ..Rules::default()
        };
        let desk = Rules { ack_delay_ms: 0, peer_ack_delay_ms: shop.ack_delay_ms, ..shop.clone() };
        let store = StoreId::new(TRUE_MS as u64, dice.ten());
        let mut sites: Vec<Site> = (0..setup.sites).map(site).collect();
        sites.iter_mut().for_each(|site| site.desk.card.store = Some(store));
        let seals = setup.sealed.then(|| Seals::new(setup.sites, &mut dice));
        let mut dice_of_rows = Dice::new(seed, u64::MAX - 3);
        let mut world = Self {
            setup: setup.clone(),
            flaws,
            now_ms: 0,
            sites,
            office_up: false,
            office_road: setup.line,
            office_life: 0,
            parcels: BinaryHeap::new(),
            orders: 0,
            past: vec![],
            seals,
            sticks: vec![Stick::default(); setup.sticks],
            table: super::rows::table(&mut dice_of_rows),
            table_backup: None,
            masters: super::trade::masters(setup.sites),
            trucks: super::trade::sent_by_office(setup.sites).into_iter().map(|(_, truck)| truck).collect(),
            books: Books::default(),
            rules: (shop, desk),
            tally: Tally::default(),
            dice,
            codes: 0,
            trace: std::env::var_os("OUTPOST_SIM_TRACE").is_some(),
        };
        world.office_on();
        (0..world.sites.len()).for_each(|n| world.box_on(n));
        world
    }

    pub fn step(&mut self, step: &Step) {
        self.dice = Dice::new(self.setup.seed, step.number);
        let n = self.sites.len();
        let site = |s: &usize| s % n;
        match &step.op {
            Op::Scan { site: s, device, count, same } => self.scan(site(s), *device, *count, *same),
            Op::Trade { site: s, device, deed } => self.trade(site(s), *device, *deed),
            Op::Post { site: s, steps, faults } => self.post(site(s), usize::from(*steps), u64::from(*faults)),
            Op::BooksBackup => self.books.back_up(),
            Op::BooksRestore => self.restore_books(),
            Op::CancelInBooks { site: s } => self.cancel_in_books(site(s)),
            Op::Agree { site: s } if self.office_up => self.agree(site(s)),
            Op::Agree { .. } => {}
            Op::Ask { site: s } => self.ask(site(s)),
            Op::TakeBack { site: s } => self.take_back(site(s)),
            Op::Rows { count } if self.office_up => self.change_rows(*count),
            Op::Rows { .. } => {}
            Op::Send { site: s, reaches } => self.send(site(s), *reaches),
            Op::Sync { site: s } => self.sync(site(s)),
            Op::Again { site: s } => self.again(site(s)),
            Op::Conflict { site: s } => self.conflict(site(s)),
            Op::Run { ms } => self.run_until(self.now_ms + ms),
            Op::Road { site: s, up } => self.road(site(s), *up),
            Op::Weather { site: s, loss, twice, cut, flip, slow_ms } => {
                let road = &mut self.sites[site(s)].road;
                (road.loss, road.twice, road.cut, road.flip, road.slow_ms) = (*loss, *twice, *cut, *flip, *slow_ms);
            }
            Op::OfficeRoad { up } => self.set_office_road(*up),
            Op::Cut { site: s } => self.box_cut(site(s)),
            Op::Fuse { site: s, n } => self.line_box(site(s)).node.card.fuse = Some(*n),
            Op::Stop { site: s } => {
                let workshop = self.line_box(site(s));
                workshop.node.card.flush();
                self.box_cut(site(s));
            }
            Op::On { site: s } => self.box_on(site(s)),
            Op::OfficeCut => self.office_cut(),
            Op::OfficeFuse { site: s, n } => self.sites[site(s)].desk.card.fuse = Some(*n),
            Op::OfficeOn => self.office_on(),
            Op::Full { site: s, full } => {
                self.line_box(site(s)).node.card.full = *full;
            }
            Op::OfficeFull { full } => self.sites.iter_mut().for_each(|site| site.desk.card.full = *full),
            Op::ClockSays { site: s, off_ms, network } => self.clock_says(site(s), *off_ms, *network),
            Op::LoseAcks { site: s } => self.line_box(site(s)).node.card.lose_acks(),
            Op::Lie { site: s, n } => {
                self.line_box(site(s)).node.card.lies = *n;
                self.tally.lies += 1;
            }
            Op::Rot { site: s, at } => self.rot(site(s), *at),
            Op::Tamper { site: s, at } => self.tamper(site(s), *at),
            Op::Image { site: s } => {
                let n = site(s);
                let mut image = self.line_box(n).node.card.clone();
                image.cut(&mut self.dice);
                self.sites[n].image = Some(image);
            }
            Op::Restore { site: s } => self.restore(site(s)),
            Op::Twin { site: s } => self.twin(site(s)),
            Op::Backup => {
                self.table_backup = Some(self.table.clone());
                for site in &mut self.sites {
                    let mut card = site.desk.card.clone();
                    card.cut(&mut self.dice);
                    site.backup = Some(card);
                    site.letters_backup = site.letters.clone();
                }
            }
            Op::OfficeRestore => self.office_restore(),
            Op::Replay { count } => self.replay(*count),
            Op::Stranger { site: s } => self.stranger(site(s)),
            Op::StickIn { site: s, stick, files } => self.stick_in(site(s), *stick, *files),
            Op::StickOffice { stick, files } => self.stick_office(*stick, *files),
            Op::StickCopy { from, to } => self.stick_copy(*from, *to),
            Op::StickFlip { stick, at } => self.stick_flip(*stick, *at),
            Op::StickLose { stick } => self.stick_lose(*stick),
            Op::Heal => self.heal(),
        }
        self.check_step();
    }

    pub fn line_box(&mut self, n: usize) -> &mut Workshop {
        let site = &mut self.sites[n];
        &mut site.boxes[site.on_line]
    }

    // --- people and devices ---

    pub fn scan(&mut self, n: usize, device: usize, count: u8, same: bool) {
        for _ in 0..count {
            self.codes += 1;
            let code = if same { "shirt".into() } else { format!("c{}-{}", self.dice.below(1000), self.codes) };
            let dice = &mut self.dice;
            let site = &mut self.sites[n];
            let workshop = &mut site.boxes[site.on_line];
            let device = device % workshop.devices.len();
            let entry = workshop.scan(device, code, dice);
            site.promises.entry(mark(&entry).expect("a scan")).or_default().said += 1;
        }
    }

    pub fn trade(&mut self, n: usize, device: usize, deed: Deed) {
        let site = &mut self.sites[n];
        let made = site.boxes[site.on_line].trade(n, deed, device, &mut self.trucks, &mut self.dice);
        if let Some(entry) = made {
            self.tally.documents += 1;
            site.promises.entry(mark(&entry).expect("a document")).or_default().said += 1;
        }
    }

    pub fn send(&mut self, n: usize, reaches: u8) {
        let (now, flaws) = (self.now_ms, self.flaws);
        for device in 0..self.line_box(n).devices.len() {
            let dice = &mut self.dice;
            let site = &mut self.sites[n];
            let workshop = &mut site.boxes[site.on_line];
            if workshop.node.live.is_none() {
                return;
            }
            let masters = super::shared::known(&self.masters, &workshop.node.card.rows);
            let sent = workshop.send(now, device, reaches, (&*masters, &flaws), dice);
            if self.box_refused(n, sent.err()) {
                return;
            }
        }
    }

    /// What a refusal of the card means. True where the power is gone.
    pub fn box_refused(&mut self, n: usize, refusal: Option<Refusal>) -> bool {
        match refusal {
            None => false,
            Some(Refusal::Full) => {
                self.tally.full_disks += 1;
                false
            }
            Some(Refusal::Cut) => {
                self.tally.fuses_blown += 1;
                self.box_cut(n);
                true
            }
        }
    }

    pub fn sync(&mut self, n: usize) {
        let answered = self.answer(n);
        if self.box_refused(n, answered.err()) {
            return;
        }
        let synced = self.line_box(n).sync();
        match synced {
            Ok(promised) => {
                for entry in promised {
                    let mark = mark(&entry).expect("a scan");
                    self.sites[n].promises.entry(mark).or_default().promised += 1;
                    self.tally.receipts += 1;
                    if let Some(truck) = loaded(&entry) {
                        self.tally.trucks += 1;
                        self.trucks.push(truck);
                    }
                }
                self.pump_box(n);
            }
            Err(refusal) => {
                self.box_refused(n, Some(refusal));
            }
        }
    }

    pub fn again(&mut self, n: usize) {
        let (now, flaws) = (self.now_ms, self.flaws);
        let done = self.line_box(n).devices.iter().filter_map(|device| device.done.last().cloned()).collect::<Vec<_>>();
        for mut entry in done {
            if let Entry::Scan(Scan { sent, .. }) = &mut entry {
                sent.dup = true;
            }
            let dice = &mut self.dice;
            let site = &mut self.sites[n];
            let workshop = &mut site.boxes[site.on_line];
            let masters = super::shared::known(&self.masters, &workshop.node.card.rows);
            let took = workshop.take(now, entry, None, (&*masters, &flaws), dice);
            self.tally.repeats += 1;
            if self.box_refused(n, took.err()) {
                return;
            }
        }
    }

    pub fn conflict(&mut self, n: usize) {
        let (now, flaws) = (self.now_ms, self.flaws);
        let held = self.line_box(n).marks();
        let ids = self.line_box(n).devices.iter().filter(|device| device.makes_ids);
        let Some(mut entry) = ids.filter_map(|device| device.done.last().cloned()).next() else { return };
        if !mark(&entry).is_some_and(|mark| held.contains(&mark)) || flaws.no_dedupe {
            return;
        }
        match &mut entry {
            Entry::Scan(scan) => scan.code = "something else".into(),
            Entry::Submitted(submitted) => submitted.user = Some(super::trade::text("somebody else")),
            Entry::Cancelled(cancelled) => cancelled.reason = super::trade::text("something else"),
            Entry::Barcode(named) => named.code.push('0'),
            _ => return,
        }
        let dice = &mut self.dice;
        let site = &mut self.sites[n];
        let workshop = &mut site.boxes[site.on_line];
        let masters = super::shared::known(&self.masters, &workshop.node.card.rows);
        let took = workshop.take(now, entry, None, (&*masters, &flaws), dice);
        self.tally.conflicts += 1;
        self.box_refused(n, took.err());
    }

    pub fn clock_says(&mut self, n: usize, off_ms: i64, network: bool) {
        use outpost::domain::time::Quality;
        let at_ms = TRUE_MS + self.now_ms as i64 + off_ms;
        let now = self.now_ms;
        if let Some(live) = &mut self.line_box(n).node.live {
            let up_ms = now - live.booted_ms;
            live.clock.learn(if network { Quality::Network } else { Quality::Chip }, at_ms, up_ms);
        }
        self.tally.clock_jumps += 1;
    }

    // --- power and cards ---

    pub fn box_on(&mut self, n: usize) {
        let (now, up) = (self.now_ms, self.sites[n].road.up);
        let (rules, forgets) = (self.rules.0.clone(), self.flaws.forgets_requests);
        let dice = &mut self.dice;
        let site = &mut self.sites[n];
        let workshop = &mut site.boxes[site.on_line];
        if workshop.node.live.is_some() {
            return;
        }
        match workshop.start(now, (&rules, forgets), dice) {
            Ok(holes) => self.tally.holes += holes as u64,
            Err(refusal) => {
                self.box_refused(n, Some(refusal));
                return;
            }
        }
        if up {
            workshop.node.connected(now, dice);
            self.pump_box(n);
        }
    }

    pub fn box_cut(&mut self, n: usize) {
        let lied = self.line_box(n).node.card.has_lied();
        let before = lied.then(|| self.marks(n));
        let dice = &mut self.dice;
        let site = &mut self.sites[n];
        let workshop = &mut site.boxes[site.on_line];
        if workshop.node.live.is_some() {
            self.tally.cuts += 1;
            self.tally.cuts_in_flight += u64::from(workshop.node.card.in_flight() > 0);
        }
        workshop.power_off(dice);
        if let Some(before) = before {
            self.sites[n].history.branched = true;
            self.excuse(n, before);
        }
    }

    /// What is held for certain of a site, anywhere.
    pub fn marks(&self, n: usize) -> BTreeSet<Mark> {
        let site = &self.sites[n];
        let mut marks: BTreeSet<Mark> = site.boxes.iter().flat_map(Workshop::marks).collect();
        marks.extend(site.desk_lines().iter().filter_map(mark));
        marks
    }

    /// What was held before and is not any more was destroyed: nobody can deliver it.
    pub fn excuse(&mut self, n: usize, before: BTreeSet<Mark>) {
        let after = self.marks(n);
        for (mark, promise) in &mut self.sites[n].promises {
            if before.contains(mark) && !after.contains(mark) || mark.1 == "shirt" {
                promise.excused = true;
            }
        }
    }

    pub fn rot(&mut self, n: usize, at: u64) {
        self.box_cut(n);
        let before = self.marks(n);
        let card = &mut self.line_box(n).node.card;
        let size = card.durable(OWN).len() as u64;
        if size > 0 {
            card.rot(OWN, (at % size) as usize);
            self.sites[n].history.rotted = true;
            self.sites[n].history.branched = true;
            self.tally.rotten += 1;
        }
        self.excuse(n, before);
        self.box_on(n);
    }

    /// Alters the moment of a record, with a crc that fits.
    pub fn tamper(&mut self, n: usize, at: u64) {
        use super::frames::{Frame, encode, scan};
        self.box_cut(n);
        let card = &mut self.line_box(n).node.card;
        let bytes = card.durable(OWN).to_vec();
        let (frames, _) = scan(&bytes);
        if !frames.is_empty() {
            let chosen = (at % frames.len() as u64) as usize;
            let mut out = Vec::new();
            for (i, (_, frame)) in frames.iter().enumerate() {
                let mut body = frame.body.to_vec();
                if i == chosen
                    && let Ok(mut record) = outpost::wire::record::decode(&body)
                {
                    record.stamp.boot_at_ms -= 77;
                    body = outpost::wire::record::body(&record.stamp, &outpost::wire::record::entry(&record.entry));
                }
                encode(&mut out, &Frame { body: &body, ..*frame });
            }
            card.forge(OWN, out);
            self.sites[n].history.tampered = true;
            self.tally.tampered += 1;
        }
        self.box_on(n);
    }

    pub fn restore(&mut self, n: usize) {
        let Some(image) = self.sites[n].image.clone() else { return };
        self.box_cut(n);
        let before = self.marks(n);
        self.line_box(n).node.card = image;
        self.sites[n].history.branched = true;
        self.tally.restored += 1;
        self.excuse(n, before);
        self.box_on(n);
    }

    pub fn twin(&mut self, n: usize) {
        if self.sites[n].boxes.len() == 1 {
            let Some(image) = self.sites[n].image.clone() else { return };
            let mut twin = Workshop::new(&self.sites[n].desk.peer, "t", self.setup.devices);
            twin.node.card = image;
            self.sites[n].boxes.push(twin);
            self.sites[n].loose_acks.push(true);
            self.sites[n].history.branched = true;
            self.tally.twins += 1;
        }
        self.swap(n);
    }

    /// The other box of this name gets the line.
    pub fn swap(&mut self, n: usize) {
        let now = self.now_ms;
        self.line_box(n).node.disconnected();
        let site = &mut self.sites[n];
        site.on_line = (site.on_line + 1) % site.boxes.len();
        let up = site.road.up;
        let workshop = &mut site.boxes[site.on_line];
        if workshop.node.live.is_none() {
            return self.box_on(n);
        }
        if up {
            workshop.node.connected(now, &mut self.dice);
            self.pump_box(n);
        }
    }
}

impl Site {
    /// The office's copy of the site's journal, as it would be found after a power cut.
    pub fn desk_lines(&self) -> Vec<Entry> {
        let replica = super::journal::Replica::read(self.desk.card.durable(PEER), &self.desk.peer);
        replica.lines.values().filter_map(|line| Some(line.record.as_ref()?.entry.clone())).collect()
    }

    /// The runs that are in the site's journal at the office and of which the site has not been told.
    pub fn unsaid(&self) -> Vec<Span> {
        let live = self.desk.live.as_ref().expect("the office is up");
        let said: Vec<Span> = said(&live.own);
        let mut unsaid: Vec<Span> = Vec::new();
        for at in live.replica.lines.keys().filter(|at| !covered(&said, **at)) {
            match unsaid.last_mut() {
                Some(span) if span.epoch == at.epoch && span.last.0 + 1 == at.seq.0 => span.last = at.seq,
                _ => unsaid.push(Span { epoch: at.epoch, first: at.seq, last: at.seq }),
            }
        }
        unsaid
    }
}

/// What a down journal says is at the office.
pub fn said(own: &Own) -> Vec<Span> {
    let entries = own.lines.iter().filter_map(|line| Some(&line.record.as_ref()?.entry));
    entries.filter_map(|entry| if let Entry::AtOffice(span) = entry { Some(*span) } else { None }).collect()
}

pub fn covered(spans: &[Span], at: Position) -> bool {
    spans.iter().any(|span| span.epoch == at.epoch && (span.first..=span.last).contains(&at.seq))
}

/// The position before this one in its epoch.
pub fn before(at: Position) -> Option<Position> {
    (at.seq.0 > 1).then(|| Position { epoch: at.epoch, seq: Seq(at.seq.0 - 1) })
}
