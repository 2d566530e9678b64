//! A shop under load with its office, and the one question that all proofs end with: is every receipted sale booked once?

use crate::{EXE, SOON};
use rig::load::{self, End, Plan, Report, Running};
use rig::sales::Sales;
use rig::town::{House, PASSWORD, Town};
use serde_json::Value;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The site's name.
pub const SITE: &str = "bandung";
/// Its tills.
const TILLS: [&str; 3] = ["till-0", "till-1", "till-2"];
/// Sales of a load before ids begin to be changed.
const LINES: usize = 2_000;
/// The last digits of an id, which the load changes.
const ROUND_DIGITS: usize = 8;
/// Between two sales of a till where the office is killed: a fast machine would else make more in a minute than the office takes
/// in five. Envelopes are under way all the same.
const STEADY: Duration = Duration::from_millis(2);

/// An office, one shop, and the file of what was receipted.
pub struct Shop {
    /// Holds everything that has no disk of its own.
    pub dir: tempfile::TempDir,
    pub town: Town,
    pub shop: House,
    acked: PathBuf,
    lines: String,
    rounds: u32,
    known: HashSet<String>,
    /// Publishes that were never answered: they may be booked or not.
    unanswered: u64,
}

/// What the books of a place lack and have too much, against what was receipted.
#[derive(Debug, Default)]
pub struct Audit {
    pub receipted: usize,
    pub booked: usize,
    pub missing: Vec<String>,
    pub twice: usize,
    pub never_sent: Vec<String>,
}

impl Audit {
    pub fn is_good(&self) -> bool {
        self.missing.is_empty() && self.twice == 0 && self.never_sent.is_empty()
    }
}

impl Shop {
    /// Opens both. `box_disk` and `office_disk` are directories that the box's and the office's lie in, where given.
    pub fn open(box_disk: Option<&Path>, office_disk: Option<&Path>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (disk, name) in [(box_disk, SITE), (office_disk, "office")] {
            if let Some(disk) = disk {
                std::fs::create_dir_all(disk.join(name)).unwrap();
                std::os::unix::fs::symlink(disk.join(name), dir.path().join(name)).unwrap();
            }
        }
        let town = Town::found(EXE, dir.path(), "").unwrap();
        let tablets = [&TILLS[..], &[crate::packets::LOOKER]].concat();
        let mut shop = town.settle(SITE, None, &tablets, "").unwrap();
        shop.start().unwrap();
        let sales: Vec<_> = Sales::new(7).take(LINES).collect();
        let lines = sales.iter().map(|sale| format!("{}\n", sale.json)).collect();
        let known = sales.iter().map(|sale| stem(&sale.id).to_owned()).collect();
        let acked = dir.path().join("acked");
        Self { dir, town, shop, acked, lines, rounds: 0, known, unanswered: 0 }
    }

    /// Tills publish from now on, eight in flight each, and send again what is not answered. There is no pause between two
    /// sales of a till: the window is always full, and every fault hits publishes under way.
    pub fn load(&mut self) -> Running {
        self.load_with(Duration::ZERO)
    }

    /// The same with a pause, so that the office keeps up.
    pub fn steady_load(&mut self) -> Running {
        self.load_with(STEADY)
    }

    fn load_with(&mut self, pause: Duration) -> Running {
        let mut plan = Plan::new(self.shop.addr, self.lines.clone());
        (plan.clients, plan.in_flight, plan.client) = (TILLS.len(), 8, "till-{n}".into());
        plan.login = Some(("{client}".into(), PASSWORD.into()));
        (plan.end, plan.pause, plan.drain) = (End::WhenStopped, pause, SOON);
        plan.acked_ids = Some(self.acked.clone());
        plan.first_round = self.rounds;
        self.rounds += 1_000_000;
        load::start(plan).unwrap()
    }

    /// So many sales more, all receipted.
    pub fn sell(&mut self, count: u64) {
        let load = self.load();
        more(&load, count);
        self.rest(load);
    }

    /// No new sales; those under way are answered.
    pub fn rest(&mut self, load: Running) -> Report {
        let report = load.stop().unwrap();
        self.unanswered += report.unacked;
        assert_eq!(report.unacked, 0, "the tills are answered in the end: {report}");
        report
    }

    /// What was receipted so far.
    pub fn receipted(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.acked).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Compares the books of a house with the receipts.
    pub fn audit(&self, house: &House) -> Audit {
        let (receipted, booked) = (self.receipted(), house.exported_ids("sales-invoice").unwrap());
        let once: HashSet<_> = booked.iter().collect();
        let missing = receipted.iter().filter(|id| !once.contains(id)).cloned().collect();
        let never_sent = booked.iter().filter(|id| !self.known.contains(stem(id))).cloned().collect();
        let twice = booked.len() - once.len();
        Audit { receipted: receipted.len(), booked: booked.len(), missing, twice, never_sent }
    }

    /// Waits until the office has all that the box has, however much that is, as long as it gets less.
    fn caught_up(&self) -> Value {
        let mut least = u64::MAX;
        loop {
            let moved = |status: &Value| {
                let waiting = status["waiting"].as_u64().unwrap_or(u64::MAX);
                status["line"]["office_answers"] == true && (waiting == 0 || waiting < least)
            };
            let status = self.shop.wait_until("the office to have more", SOON, moved).unwrap();
            least = status["waiting"].as_u64().unwrap_or(0);
            if least == 0 {
                return status;
            }
        }
    }

    /// Waits until the office has all that the box has, and looks at everything: books, gaps, conflicts.
    pub fn settled(&self) -> Value {
        let at_box = self.caught_up();
        let receipted = self.receipted().into_iter().collect::<HashSet<_>>().len() as u64;
        let whole = |status: &Value| {
            let site = Town::site(status, SITE);
            site["missing"] == 0
                && site["documents"].as_u64().is_some_and(|n| n >= receipted)
                && status["views"]["building"] == false
        };
        let office = self.town.office.wait_until("all booked", SOON, whole);
        let office = office.unwrap_or_else(|error| {
            let audits = [&self.town.office, &self.shop].map(|house| self.audit(house));
            panic!("{error:#}; receipted: {receipted}; the box: {at_box:#}; office and box: {audits:#?}")
        });
        let site = Town::site(&office, SITE);
        assert_eq!((&site["missing"], &site["conflicts"]), (&0.into(), &0.into()), "{site:#}");
        site
    }

    /// The proof's end. Returns what the office says of the site. Stops both houses.
    pub fn proven(&mut self, what: &str) -> Value {
        let site = self.settled();
        let audit = self.audit(&self.town.office);
        assert!(audit.is_good(), "{what}: {audit:?}");
        assert_eq!(audit.receipted, audit.booked, "{what}: nothing was left unanswered, so both are the same");
        complete(&self.shop);
        let at_box = self.audit(&self.shop);
        assert!(at_box.is_good(), "{what}, at the box: {at_box:?}");
        self.shop.stop().unwrap();
        self.town.office.stop().unwrap();
        let chains = chains(&self.shop) + chains(&self.town.office);
        println!("{what}: {} receipted = {} booked, once each; {chains} chains whole", audit.receipted, audit.booked);
        site
    }
}

fn stem(id: &str) -> &str {
    &id[..id.len().saturating_sub(ROUND_DIGITS)]
}

/// Waits until the views have everything that their journals have.
pub fn complete(house: &House) -> Value {
    let built =
        |status: &Value| status["views"]["building"] == false && status["views"]["done"] == status["views"]["total"];
    house.wait_until("complete views", SOON, built).unwrap()
}

/// Waits for so many more acknowledgements.
pub fn more(load: &Running, count: u64) {
    let goal = load.acked() + count;
    until("more acknowledgements", || load.acked() >= goal);
}

/// Waits for a condition.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < end, "waited {SOON:?} for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs `outpost doctor` on a stopped house and counts its whole chains; whatever else it may say of the machine (a small
/// disk), it must say nothing against a journal.
fn chains(house: &House) -> usize {
    let output = Command::new(EXE).arg("doctor").arg("--dir").arg(&house.dir).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let bad = text.lines().filter(|line| line.contains("BAD") && !line.contains("MB are free")).count();
    let whole = text.matches("every record is whole and in its chain").count();
    assert!(bad == 0 && whole == 2, "{text}");
    whole
}

/// Copies a directory with everything in it, sockets left out.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, into) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &into);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), into).unwrap();
        }
    }
}
