//! The office of a world: its power, its backup, its word on what has come.

use super::books::Clerk;
use super::card::{PEER, Refusal};
use super::journal::Replica;
use super::node::TRUE_MS;
use super::world::World;
use outpost::domain::id::StoreId;
use outpost::domain::record::Entry;
use outpost::domain::time::Quality;

impl World {
    pub fn office_on(&mut self) {
        if self.office_up {
            return;
        }
        self.office_up = true;
        // A start takes a moment: no two lives of an office share one.
        self.now_ms += 1;
        // By chance in truth; here each life of the office has its own.
        self.table.opened(self.office_life.wrapping_mul(2_654_435_761));
        let now = self.now_ms;
        for n in 0..self.sites.len() {
            let site = &mut self.sites[n];
            let started = site.desk.start(now, &self.rules.1, &mut self.dice);
            if started.is_err() {
                self.tally.fuses_blown += 1;
                return self.office_cut();
            }
            // An office has the network's time.
            if let Some(live) = &mut site.desk.live {
                live.clock.learn(Quality::Network, TRUE_MS + now as i64, 0);
            }
            site.owed = site.unsaid();
            site.clerk = Clerk::after_a_start(&site.desk);
            if self.say_outcomes(n).is_err() {
                self.tally.fuses_blown += 1;
                return self.office_cut();
            }
            self.give_letters(n);
        }
        if self.office_road {
            for n in 0..self.sites.len() {
                self.sites[n].desk.connected(now, &mut self.dice);
                self.pump_desk(n);
            }
        }
    }

    pub fn office_cut(&mut self) {
        if self.office_up {
            self.tally.office_cuts += 1;
            let in_flight = self.sites.iter().any(|site| site.desk.card.in_flight() > 0);
            self.tally.office_cuts_in_flight += u64::from(in_flight);
        }
        self.office_up = false;
        for site in &mut self.sites {
            site.desk.power_off(&mut self.dice);
        }
    }

    pub fn office_restore(&mut self) {
        if self.sites.iter().any(|site| site.backup.is_none()) {
            return;
        }
        self.office_cut();
        self.office_life += 1;
        if let Some(table) = self.table_backup.clone() {
            self.table = table;
        }
        self.tally.office_restored += 1;
        for n in 0..self.sites.len() {
            let before = self.marks(n);
            let site = &mut self.sites[n];
            let replaced = Replica::read(site.desk.card.durable(PEER), &site.desk.peer);
            site.once_held.extend(replaced.lines.into_keys());
            site.desk.card = site.backup.clone().expect("looked");
            site.history.office_restored = true;
            site.letters = site.letters_backup.clone();
            site.forget_talks();
            site.loose_acks.iter_mut().for_each(|loose| *loose = true);
            self.excuse(n, before);
        }
        self.office_on();
    }

    /// The office turned out to be older than somebody knows it: it gets a new name, for all its sites.
    pub fn renew_office(&mut self, n: usize, before: StoreId) {
        self.tally.renewed += 1;
        self.sites[n].desk.renew(before, TRUE_MS as u64 + self.now_ms, &mut self.dice);
        let store = self.sites[n].desk.card.store.expect("just made");
        self.sites.iter_mut().for_each(|site| site.desk.rename(store));
    }

    pub fn set_office_road(&mut self, up: bool) {
        if self.office_road == up || !self.setup.line {
            return;
        }
        self.office_road = up;
        let now = self.now_ms;
        for n in 0..self.sites.len() {
            match up {
                true => self.sites[n].desk.connected(now, &mut self.dice),
                false => self.sites[n].desk.disconnected(),
            }
            self.pump_desk(n);
        }
    }

    /// For each run that is new in the site's journal at the office, one record down.
    pub fn say_outcomes(&mut self, n: usize) -> Result<(), Refusal> {
        let now = self.now_ms;
        let site = &mut self.sites[n];
        while let Some(span) = site.owed.first().copied() {
            match site.desk.append(now, &Entry::AtOffice(span), &mut self.dice) {
                Ok(_) => drop(site.owed.remove(0)),
                Err(Refusal::Full) => {
                    self.tally.full_disks += 1;
                    break;
                }
                Err(Refusal::Cut) => return Err(Refusal::Cut),
            }
        }
        let live = site.desk.live.as_ref().expect("the office is up");
        if live.own.durable < live.own.lines.len() {
            site.desk.sync()?;
        }
        Ok(())
    }
}
