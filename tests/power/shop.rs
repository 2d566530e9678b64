//! A town with one shop under load, and the check that nothing acknowledged is missing or there twice.

use crate::{EXE, SOON};
use rig::load::{self, End, Plan, Running};
use rig::sales::Sales;
use rig::town::{House, PASSWORD, Town};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Tills, each with a few publishes in flight.
pub(crate) const TILLS: usize = 4;
const IN_FLIGHT: usize = 8;
/// Different sales; a load that runs longer changes their ids.
const SALES: usize = 20_000;

pub(crate) struct Shop {
    pub(crate) town: Town,
    pub(crate) house: House,
    acked: PathBuf,
    rounds: u32,
}

impl Shop {
    /// The office and the box each in a directory of their own, which may be on another disk.
    pub(crate) fn open(office: &Path, shop: &Path, notes: &Path) -> Self {
        let town = Town::found(EXE, office, "").unwrap();
        let tills: Vec<String> = (0..TILLS).map(|n| format!("till-{n}")).collect();
        let tills: Vec<&str> = tills.iter().map(String::as_str).collect();
        let mut house = town.settle_in(shop, "bandung", None, &tills, "").unwrap();
        house.start().unwrap();
        Self { town, house, acked: notes.join("acked"), rounds: 0 }
    }

    /// Tills begin to sell, as fast as they can. What is acknowledged is written down as it is.
    pub(crate) fn sell(&mut self) -> Running {
        let sales: String = Sales::new(7).take(SALES).map(|sale| format!("{}\n", sale.json)).collect();
        let mut plan = Plan::new(self.house.addr, sales);
        plan.clients = TILLS;
        plan.in_flight = IN_FLIGHT;
        plan.client = "till-{n}".into();
        plan.topic = "tx/{client}/sales-invoice".into();
        plan.login = Some(("{client}".into(), PASSWORD.into()));
        plan.end = End::WhenStopped;
        plan.acked_ids = Some(self.acked.clone());
        plan.drain = SOON;
        plan.pause = std::time::Duration::from_millis(5);
        plan.first_round = self.rounds;
        self.rounds += 100;
        load::start(plan).unwrap()
    }

    /// Waits until so many more were acknowledged: the next fault hits work in flight.
    pub(crate) fn await_sales(selling: &Running, more: u64) {
        let (before, until) = (selling.acked(), std::time::Instant::now() + SOON);
        while selling.acked() < before + more {
            assert!(std::time::Instant::now() < until, "the tills stand still at {before}");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// The ids that tills have a PUBACK for.
    pub(crate) fn acked(&self) -> BTreeSet<String> {
        let text = std::fs::read_to_string(&self.acked).unwrap();
        // A line that is cut off was not written down before the end of the test's own process.
        text.lines().map(str::to_owned).collect()
    }

    /// Waits until the office has all that the box has.
    pub(crate) fn settle(&self) {
        let has_all = |status: &serde_json::Value| {
            status["waiting"] == 0 && status["line"]["office_answers"] == true && status["views"]["building"] == false
        };
        let shop = self.house.wait_until("the office to have all", SOON, has_all).unwrap();
        let records = shop["records"].as_u64().unwrap();
        let booked = |status: &serde_json::Value| {
            let views = &status["views"];
            Town::site(status, "bandung")["records"].as_u64() >= Some(records)
                && views["building"] == false
                && views["done"] == views["total"]
        };
        self.town.office.wait_until("the books to have all", SOON, booked).unwrap();
    }

    /// Every acknowledged sale is in the books once, nothing else is, no gap, no conflict. Returns how many, and how many
    /// repeats got into the journal.
    pub(crate) fn audit(&self) -> (usize, u64) {
        let acked = self.acked();
        let booked = self.town.office.exported_ids("sales-invoice").unwrap();
        let once: BTreeSet<String> = booked.iter().cloned().collect();
        assert_eq!(once.len(), booked.len(), "something is in the books twice");
        let missing: Vec<_> = acked.difference(&once).take(5).collect();
        assert!(missing.is_empty(), "acknowledged and not in the books: {missing:?}");
        let status = self.town.office.status().unwrap();
        let site = Town::site(&status, "bandung");
        assert_eq!((&site["missing"], &site["conflicts"]), (&0.into(), &0.into()), "{site}");
        (acked.len(), site["repeats"].as_u64().unwrap_or(0))
    }

    /// Stops both and has every journal read from end to end, chains included.
    pub(crate) fn doctor(&mut self) {
        self.house.stop().unwrap();
        self.town.office.stop().unwrap();
        for house in [&self.house, &self.town.office] {
            let found = house.command(&["doctor"], "").unwrap();
            assert!(found.contains("in its chain") && !found.contains("BAD"), "{found}");
        }
    }
}
