//! A shop without a line, an office, and sticks that somebody carries between them.

use crate::{EXE, SOON};
use rig::load::{self, End, Plan};
use rig::sales::Sales;
use rig::town::{House, PASSWORD, Town};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The site's name.
pub const SITE: &str = "bandung";

/// All of it.
pub struct Pocket {
    pub dir: tempfile::TempDir,
    pub town: Town,
    pub shop: House,
    /// Ids of what was receipted.
    pub sold: Vec<String>,
    seed: u64,
}

/// Settings of a box whose sticks are the folders in `dir`.
pub fn sticks_in(dir: &Path) -> String {
    format!("sticks = false\nstick_dirs = [\"{}\"]\ntrial_sticks = true\nmirror_every_s = 1", dir.display())
}

impl Pocket {
    /// Without a line: what the box connects to is not there.
    pub fn open() -> Self {
        let nowhere = rig::mosquitto::free_addr().unwrap();
        Self::open_with(Some(nowhere))
    }

    /// With the road that is given, or the office's own address.
    pub fn open_with(road: Option<SocketAddr>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let town = Town::found(EXE, dir.path(), "").unwrap();
        std::fs::create_dir_all(dir.path().join("port")).unwrap();
        std::fs::create_dir_all(dir.path().join("pocket")).unwrap();
        let mut shop = town.settle(SITE, road, &["till-0"], &sticks_in(&dir.path().join("port"))).unwrap();
        shop.start().unwrap();
        Self { dir, town, shop, sold: Vec::new(), seed: 1 }
    }

    /// Sells `count` times; each has its receipt.
    pub fn sell(&mut self, count: usize) {
        let sales: Vec<_> = Sales::new(self.seed).take(count).collect();
        self.seed += 1;
        let lines: String = sales.iter().map(|sale| format!("{}\n", sale.json)).collect();
        let mut plan = Plan::new(self.shop.addr, lines);
        plan.client = "till-{n}".into();
        plan.topic = "tx/{client}/sales-invoice".into();
        plan.login = Some(("{client}".into(), PASSWORD.into()));
        plan.end = End::Count(count as u64);
        assert_eq!(load::run(plan).unwrap().acked, count as u64);
        self.sold.extend(sales.into_iter().map(|sale| sale.id));
    }

    /// A stick in nobody's machine.
    pub fn stick(&self, name: &str) -> PathBuf {
        let at = self.dir.path().join("pocket").join(name);
        std::fs::create_dir_all(&at).unwrap();
        at
    }

    /// Puts a stick in, and returns what the box says of it when it may be pulled.
    pub fn put_in(&mut self, name: &str) -> Value {
        std::fs::rename(self.stick(name), self.port(name)).unwrap();
        self.wait_for(name, |stick| stick["state"] != "working")
    }

    /// Waits until the box says something of a stick that is in.
    pub fn wait_for(&self, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let shown = |status: &Value| {
            let sticks = status["sticks"].as_array().cloned().unwrap_or_default();
            sticks.into_iter().find(|stick| stick["name"].as_str().is_some_and(|shown| shown.ends_with(name)))
        };
        let status = self.shop.wait_until("the stick", SOON, |status| shown(status).is_some_and(|stick| holds(&stick)));
        shown(&status.unwrap()).unwrap()
    }

    pub fn port(&self, name: &str) -> PathBuf {
        self.dir.path().join("port").join(name)
    }

    /// Pulls a stick, and waits until the box has seen it.
    pub fn pull(&mut self, name: &str) {
        std::fs::rename(self.port(name), self.dir.path().join("pocket").join(name)).unwrap();
        if self.shop.process().is_ok() {
            let is_gone = |status: &Value| !status["sticks"].to_string().contains(&format!("/{name}\""));
            self.shop.wait_until("the stick to be gone", SOON, is_gone).unwrap();
        }
    }

    /// Puts a stick in and pulls it when it may be pulled.
    pub fn visit_shop(&mut self, name: &str) -> Value {
        let said = self.put_in(name);
        assert_eq!(said["state"], "may_pull", "{said}");
        self.pull(name);
        said
    }

    /// Takes a stick to the office.
    pub fn visit_office(&self, name: &str) -> String {
        let stick = self.stick(name);
        self.town.office.command(&["office", "import", &stick.to_string_lossy()], "").unwrap()
    }

    /// The books hold each receipted sale once, and nothing else.
    pub fn all_is_booked_once(&self) {
        let mut booked = self.town.office.exported_ids("sales-invoice").unwrap();
        let mut sold = self.sold.clone();
        booked.sort();
        sold.sort();
        assert_eq!(booked.len(), sold.len());
        assert_eq!(booked, sold);
        let status = self.town.office.status().unwrap();
        assert_eq!(Town::site(&status, SITE)["missing"], 0, "{status}");
    }

    /// Envelope files of a stick, one way.
    pub fn files(stick: &Path, way: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(stick.join("OUTPOST").join(way).join(SITE)).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        files.sort();
        files
    }

    /// The parcels among them.
    pub fn parcels(stick: &Path, way: &str) -> Vec<PathBuf> {
        // A parcel's name begins with an epoch in hex digits.
        let is_parcel =
            |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(|c: char| c.is_ascii_hexdigit());
        Self::files(stick, way).into_iter().filter(is_parcel).collect()
    }
}
