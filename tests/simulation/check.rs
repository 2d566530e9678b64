//! What must hold after every step, and what must hold once all is repaired and nothing moves any more.

use super::workshop::{Mark, mark};
use super::world::{Site, World, before, covered};
use outpost::domain::id::{DeviceId, Epoch, Position};
use outpost::domain::record::{Entry, Record, Span};
use outpost::domain::repeats::Repeats;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// How long repaired lines may take for everything: two of the longest waits before a resend, and time to send it.
const REPAIRED_MS: u64 = 2 * 600_000 + 600_000;
/// Up to this many sites all is looked at after every step; beyond, at quiet moments.
const LOOK_AT_ALL: usize = 5;

impl World {
    pub fn check_step(&self) {
        if self.sites.len() <= LOOK_AT_ALL {
            self.sites.iter().for_each(|site| self.check_acks(site, false));
        }
    }

    /// A store never counts as acked what its peer's disk does not hold.
    fn check_acks(&self, site: &Site, quiet: bool) {
        let desk = super::journal::Replica::read(site.desk.card.durable(super::card::PEER), &site.desk.peer);
        for (i, workshop) in site.boxes.iter().enumerate() {
            let Some(live) = workshop.node.live.as_ref() else { continue };
            // Before a session is settled an old hello may have been believed; the handshake takes it back.
            let loose = site.loose_acks[i] || !live.link.is_settled();
            let is_loose = quiet && i != site.on_line || !quiet && loose;
            for line in live.own.durable_lines() {
                let span = Span { epoch: line.at.epoch, first: line.at.seq, last: line.at.seq };
                let acked = live.link.outbox().is_acked(span);
                assert!(
                    !acked || desk.lines.contains_key(&line.at) || site.once_held.contains(&line.at),
                    "acks: {} counts {} as acked, which no disk of the office ever held",
                    workshop.node.me,
                    line.at
                );
                if is_loose {
                    continue;
                }
                assert!(
                    !acked || desk.lines.contains_key(&line.at),
                    "acks: {} counts {} as acked, which is not on the office's disk",
                    workshop.node.me,
                    line.at
                );
                let says = covered(&workshop.at_office, line.at);
                let may = site.history.office_restored && !quiet;
                assert!(
                    may || !says || desk.lines.contains_key(&line.at),
                    "outcomes: {} says that {} is at the office, whose disk lacks it",
                    workshop.node.me,
                    line.at
                );
            }
        }
    }

    /// Repairs everything, lets time run until nothing moves, and checks all there is.
    pub fn heal(&mut self) {
        self.tally.quiet_moments += 1;
        let rounds = self.sites.iter().map(|site| site.boxes.len()).max().unwrap_or(1);
        for round in 0..rounds {
            for n in 0..self.sites.len() {
                if round > 0 && self.sites[n].boxes.len() > 1 {
                    self.swap(n);
                }
            }
            self.repair();
            match self.setup.line {
                true => self.settle(),
                false => self.carry_until_quiet(),
            }
            if self.setup.line {
                self.sites.iter_mut().for_each(Site::note_talked);
            }
            self.tell_progress();
            self.post_everything();
            match self.setup.line {
                true => self.settle(),
                false => self.carry_until_quiet(),
            }
            self.check_silent();
            for n in 0..self.sites.len() {
                self.check_quiet(n, round + 1 == rounds);
            }
            (0..self.sites.len()).for_each(|n| self.check_rows(n));
            if round + 1 == rounds {
                self.check_trade();
                self.check_shared();
                self.check_asked();
                self.check_posted();
            }
        }
    }

    fn repair(&mut self) {
        for n in 0..self.sites.len() {
            let site = &mut self.sites[n];
            let (up, steady) = (site.road.up, site.road.steady);
            site.road = super::road::Road { up, steady, ..super::road::Road::default() };
            site.desk.card.full = false;
            site.desk.card.fuse = None;
            for workshop in &mut site.boxes {
                workshop.node.card.full = false;
                workshop.node.card.fuse = None;
                workshop.node.card.lies = 0;
            }
        }
        self.office_on();
        self.set_office_road(true);
        for n in 0..self.sites.len() {
            self.box_on(n);
            self.road(n, true);
            for _ in 0..100 {
                self.send(n, 100);
                self.sync(n);
                if self.line_box(n).devices.iter().all(|device| device.waiting.is_empty()) {
                    break;
                }
            }
            let waiting = self.line_box(n).devices.iter().any(|device| !device.waiting.is_empty());
            assert!(!waiting, "liveness: a device of site {n} gets no receipt from a healthy box");
        }
        // What lies in drawers comes too, some day.
        for stick in 0..self.sticks.len() {
            if self.dice.percent(50) {
                self.stick_office(stick, u32::MAX);
            }
        }
    }

    /// Runs until nothing moves.
    fn settle(&mut self) {
        let (from, said) = (self.now_ms, self.tally.messages);
        let records: u64 = self.sites.iter().map(Site::unacked).sum();
        let on_the_way = self.parcels.len() as u64;
        while !self.parcels.is_empty() || self.next_wake().is_some() {
            let next = [self.parcels.peek().map(|parcel| parcel.due_ms), self.next_wake()].into_iter().flatten().min();
            self.run_until(next.expect("something moves"));
            assert!(
                self.now_ms - from <= REPAIRED_MS,
                "liveness: {} ms after all was repaired it still moves, {} messages were sent, {} records unacked",
                self.now_ms - from,
                self.tally.messages - said,
                self.sites.iter().map(Site::unacked).sum::<u64>()
            );
        }
        let said = self.tally.messages - said;
        let bound = 80 * self.sites.len() as u64 + 10 * records + 6 * on_the_way;
        assert!(said <= bound, "storm: {said} messages for {records} records of {} sites", self.sites.len());
    }

    fn check_silent(&self) {
        for (n, site) in self.sites.iter().enumerate() {
            assert_eq!(site.unacked(), 0, "liveness: all is silent, and site {n} has unacked records");
        }
    }

    fn check_quiet(&mut self, n: usize, all_were_heard: bool) {
        let site = &self.sites[n];
        self.check_acks(site, true);
        site.check_delivered();
        site.check_chains();
        site.check_forks();
        site.check_stamps();
        site.check_outcomes();
        if all_were_heard {
            self.tally.records_booked += site.check_books(self.flaws.no_dedupe);
        }
    }

    /// Adds to the tally what only the end of a world tells.
    pub fn finish(&mut self) {
        self.tally.worlds += 1;
        for site in &self.sites {
            let nodes = site.boxes.iter().map(|workshop| &workshop.node).chain([&site.desk]);
            for node in nodes {
                self.tally.forks_told += node.forks().len() as u64;
                self.tally.breaks_told += (node.told.len() - node.forks().len()) as u64;
                self.tally.rewinds += node.rewinds;
            }
        }
    }
}

impl Site {
    fn unacked(&self) -> u64 {
        let nodes = [&self.boxes[self.on_line].node, &self.desk];
        nodes.iter().filter_map(|node| node.live.as_ref()).map(|live| live.link.outbox().unacked()).sum()
    }

    /// All that the box holds is at the office, and all that the office says is at the box.
    fn check_delivered(&self) {
        let node = &self.boxes[self.on_line].node;
        let (shop, desk) = (node.live.as_ref().expect("repaired"), self.desk.live.as_ref().expect("repaired"));
        for line in &shop.own.lines {
            let there = desk.replica.lines.get(&line.at);
            assert!(there.is_some(), "delivery: {} of {} is not at the office", line.at, node.me);
        }
        for line in &desk.own.lines {
            assert!(
                shop.replica.lines.contains_key(&line.at),
                "delivery: the office's {} is not at {}",
                line.at,
                node.me
            );
        }
    }

    /// Each record follows the one before it, or a person was told.
    fn check_chains(&self) {
        let boxes = self.boxes.iter().map(|workshop| &workshop.node).filter(|node| node.live.is_some());
        for node in boxes.chain([&self.desk]) {
            let live = node.live.as_ref().expect("filtered");
            for line in live.replica.lines.values().filter(|line| !line.body.is_empty()) {
                let earlier = match opened(line) {
                    Some(follows) => follows,
                    None => before(line.at),
                };
                let Some(held) = earlier.and_then(|at| live.replica.lines.get(&at)) else { continue };
                let joins = held.hash == line.prev || node.broken(line.at);
                assert!(
                    joins,
                    "chain: {} held of {} does not follow {}, and nobody was told",
                    line.at, node.peer, held.at
                );
            }
        }
    }

    /// A record with two successors is told, and nothing else is told for one.
    fn check_forks(&self) {
        let boxes = self.boxes.iter().map(|workshop| (&workshop.node, self.history.office_restored));
        for (node, explained) in boxes.chain([(&self.desk, self.history.branched)]) {
            let Some(live) = node.live.as_ref() else { continue };
            let mut successors: BTreeMap<Position, u32> = BTreeMap::new();
            for line in live.replica.lines.values() {
                let follows = opened(line).flatten().or(before(line.at).filter(|_| opened(line).is_none()));
                if let Some(at) = follows {
                    *successors.entry(at).or_default() += 1;
                }
            }
            let told = node.forks();
            for (at, count) in successors {
                let is_fork = count > 1;
                assert!(
                    !is_fork || told.contains(&at),
                    "forks: {at} of {} has two successors, and nobody was told",
                    node.peer
                );
                assert!(
                    !is_fork || explained,
                    "forks: {at} of {} has two successors though no card was copied",
                    node.peer
                );
            }
            assert!(told.is_empty() || explained, "forks: told {told:?} of {} though no card was copied", node.peer);
        }
    }

    /// Time never runs behind an earlier record of the journal.
    fn check_stamps(&self) {
        let boxes = self.boxes.iter().filter(|_| !self.history.tampered).map(|workshop| &workshop.node);
        for live in boxes.chain([&self.desk]).filter_map(|node| node.live.as_ref()) {
            let stamps = live.own.lines.iter().filter_map(|line| Some((line.at, line.record.as_ref()?.stamp.at_ms())));
            let stamps: Vec<_> = stamps.collect();
            for pair in stamps.windows(2) {
                assert!(pair[0].1 <= pair[1].1, "time: {} is stamped before {}", pair[1].0, pair[0].0);
            }
        }
    }

    /// The box shows each of its records as being at the office.
    fn check_outcomes(&self) {
        let workshop = &self.boxes[self.on_line];
        let live = workshop.node.live.as_ref().expect("repaired");
        for line in &live.own.lines {
            let shown = covered(&workshop.at_office, line.at);
            assert!(shown, "outcomes: {} does not show {} as being at the office", workshop.node.me, line.at);
        }
        let desk = self.desk.live.as_ref().expect("repaired");
        let mut said: BTreeMap<Position, u32> = BTreeMap::new();
        for span in super::world::said(&desk.own) {
            for seq in span.first.0..=span.last.0 {
                *said.entry(Position { epoch: span.epoch, seq: outpost::domain::id::Seq(seq) }).or_default() += 1;
            }
        }
        let twice = said.iter().find(|(_, count)| **count > 1);
        assert!(twice.is_none(), "outcomes: the office said {twice:?} twice in one journal");
    }

    /// Each promise is in the books once, and nothing else is. Returns how many are.
    fn check_books(&self, no_fold: bool) -> u64 {
        let booked = self.books(no_fold);
        let shadowed = self.shadowed();
        for (mark, promise) in &self.promises {
            let count = booked.get(mark).copied().unwrap_or(0);
            let least = if promise.excused || shadowed.contains(mark) { 0 } else { promise.promised };
            // Of two branches neither is first, so a retransmission in one may be taken before its original in the other:
            // who has no ids may count twice after a card was copied or restored.
            let makes_ids = mark.0 == DeviceId::office()
                || self.boxes[0].devices.iter().any(|device| device.id == mark.0 && device.makes_ids);
            let most = if self.history.branched && !makes_ids { 2 * promise.said } else { promise.said };
            assert!(
                least <= count && count <= most,
                "books: {mark:?} was said {} times, {} of them got a receipt, and stands in the books {count} times",
                promise.said,
                promise.promised
            );
        }
        for mark in booked.keys() {
            assert!(self.promises.contains_key(mark), "books: {mark:?} was never said by anybody");
        }
        booked.values().map(|count| u64::from(*count)).sum()
    }

    /// What one card lost to damage, and said so, before its copy could deliver it: the office takes the word of the first.
    pub fn shadowed(&self) -> BTreeSet<Mark> {
        let desk = self.desk.live.as_ref().expect("repaired");
        let live = self.boxes.iter().filter_map(|workshop| workshop.node.live.as_ref());
        let lines = live.flat_map(|live| &live.own.lines);
        let lost = lines.filter(|line| desk.replica.lines.get(&line.at).is_some_and(|held| held.body.is_empty()));
        lost.filter_map(|line| mark(&line.record.as_ref()?.entry)).collect()
    }

    /// The fold: the first record of each intent, in the order of the chain.
    fn books(&self, no_fold: bool) -> BTreeMap<Mark, u32> {
        let live = self.desk.live.as_ref().expect("repaired");
        let (mut booked, mut ids, mut repeats) = (BTreeMap::new(), HashSet::new(), Repeats::default());
        for epoch in self.epochs() {
            let lines = live.replica.lines.values().filter(|line| line.at.epoch == epoch);
            for entry in lines.filter_map(|line| Some(&line.record.as_ref()?.entry)) {
                let first = match entry.intent() {
                    Some(id) => ids.insert(id),
                    None => repeats.original(entry).is_none(),
                };
                repeats.note(entry, ());
                if let Some(mark) = mark(entry).filter(|_| first || no_fold) {
                    *booked.entry(mark).or_default() += 1;
                }
            }
        }
        booked
    }

    /// What the office holds of the site, in the order of the chain.
    pub fn chain(&self) -> Vec<(Position, Record)> {
        let live = self.desk.live.as_ref().expect("repaired");
        let mut records = Vec::new();
        for epoch in self.epochs() {
            let lines = live.replica.lines.values().filter(|line| line.at.epoch == epoch);
            records.extend(lines.filter_map(|line| Some((line.at, line.record.clone()?))));
        }
        records
    }

    /// The epochs that the office holds of the site, each after the one that it follows.
    fn epochs(&self) -> Vec<Epoch> {
        let live = self.desk.live.as_ref().expect("repaired");
        let mut parents: BTreeMap<Epoch, Option<Epoch>> = BTreeMap::new();
        for line in live.replica.lines.values() {
            let parent = opened(line).flatten().map(|at| at.epoch);
            let known = parents.entry(line.at.epoch).or_default();
            *known = known.or(parent);
        }
        let mut order: Vec<Epoch> = Vec::new();
        let mut left: BTreeSet<Epoch> = parents.keys().copied().collect();
        while !left.is_empty() {
            let ready: Vec<Epoch> = left
                .iter()
                .copied()
                .filter(|epoch| parents[epoch].is_none_or(|parent| !left.contains(&parent)))
                .collect();
            assert!(!ready.is_empty(), "chain: epochs follow each other in a circle");
            left.retain(|epoch| !ready.contains(epoch));
            order.extend(ready);
        }
        order
    }
}

/// What an epoch's first record follows; none where this is no such record.
fn opened(line: &super::journal::Line) -> Option<Option<Position>> {
    match &line.record.as_ref()?.entry {
        Entry::Opened(opened) => Some(opened.follows.map(|follows| follows.position())),
        _ => None,
    }
}
