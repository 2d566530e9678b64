//! A month of sales on a stick, beside NNCP from Debian's packages: bytes, seconds to write, seconds to take in.
//!
//! Both write into a directory of the disk that is measured, and sync it. NNCP carries files: it is given the sales as one file
//! that was compressed before, as its user would do, and each as a packet of its own, which is what records are to it.

use crate::ground::{SITE, SOON, dir, load, table, town};
use rig::load::{End, run};
use rig::mosquitto::free_addr;
use rig::sales::Sales;
use rig::town::Town;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A month of a busy workshop.
const SALES: u64 = 30_000;
/// So many of them as packets of their own; the rest follows from these.
const PACKETS: u64 = 500;
/// How often the box is asked how far it is.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// What a road cost.
#[derive(Clone, Copy, Default)]
struct Cost {
    bytes: u64,
    files: u64,
    write: Duration,
    take: Duration,
}

impl Cost {
    fn times(self, n: u64) -> Self {
        let n32 = u32::try_from(n).unwrap();
        Self { bytes: self.bytes * n, files: self.files * n, write: self.write * n32, take: self.take * n32 }
    }

    fn row(self, what: &str, first: Self) -> Vec<String> {
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        let ratio = |a: f64, b: f64| format!("{:.1}", a / b);
        vec![
            what.into(),
            format!("{:.1} B", self.bytes as f64 / SALES as f64),
            self.files.to_string(),
            seconds(self.write),
            seconds(self.take),
            ratio(self.bytes as f64, first.bytes as f64),
            ratio((self.write + self.take).as_secs_f64(), (first.write + first.take).as_secs_f64()),
        ]
    }
}

/// Bytes and number of the files below `dir`.
fn files(dir: &Path) -> (u64, u64) {
    fs::read_dir(dir).into_iter().flatten().flatten().fold((0, 0), |(bytes, count), entry| {
        let found = entry.metadata().unwrap();
        let (more, files) = if found.is_dir() { files(&entry.path()) } else { (found.len(), 1) };
        (bytes + more, count + files)
    })
}

fn shell(command: &str) {
    let status = Command::new("sh").args(["-ec", command]).status().unwrap();
    assert!(status.success(), "{command}: {status}");
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// Until the stick that is in may be pulled.
fn served(shop: &rig::town::House) {
    let until = Instant::now() + SOON;
    while shop.status().unwrap()["sticks"][0]["state"] != "may_pull" {
        assert!(Instant::now() < until, "the stick is not served");
        std::thread::sleep(ASK_EVERY);
    }
}

fn outpost(dir: &Path, sales: &str) -> (Cost, Duration) {
    let (port, pocket) = (dir.join("port"), dir.join("pocket"));
    fs::create_dir_all(&port).unwrap();
    fs::create_dir_all(&pocket).unwrap();
    let more = format!("sticks = false\nstick_dirs = [\"{}\"]\ntrial_sticks = true", port.display());
    let (town, mut shop) = town(&dir.join("town"), Some(free_addr().unwrap()), 20, &more);
    shop.start().unwrap();
    run(load(shop.addr, sales, (20, 8), End::Count(SALES))).unwrap();
    // Until it is in the port it is nobody's.
    let write = timed(|| {
        fs::rename(&pocket, port.join("stick")).unwrap();
        served(&shop);
    });
    let (bytes, files) = files(&port.join("stick/OUTPOST/to-office"));
    fs::rename(port.join("stick"), &pocket).unwrap();
    let take = timed(|| {
        town.office.command(&["office", "import", &pocket.to_string_lossy()], "").unwrap();
    });
    let booked = |status: &serde_json::Value| Town::site(status, SITE)["documents"] == SALES;
    town.office.wait_until("all booked", SOON, booked).unwrap();
    shop.wait_until("no stick", SOON, |status| status["sticks"].as_array().is_some_and(Vec::is_empty)).unwrap();
    let clear = timed(|| {
        fs::rename(&pocket, port.join("stick")).unwrap();
        served(&shop);
    });
    assert_eq!(shop.status().unwrap()["waiting"], 0, "the sender knows");
    (Cost { bytes, files, write, take }, clear)
}

/// Two nodes of NNCP that know each other.
struct Nncp {
    dir: PathBuf,
}

impl Nncp {
    fn found(dir: &Path) -> Self {
        fs::create_dir_all(dir).unwrap();
        let keys: Vec<BTreeMap<String, String>> = (0..2).map(|_| Self::keys()).collect();
        let public = |keys: &BTreeMap<String, String>| {
            ["id", "exchpub", "signpub", "noisepub"].map(|name| format!("{name}: {}\n", keys[name])).concat()
        };
        for (n, other) in [(0, 1), (1, 0)] {
            let own: String = keys[n].iter().map(|(name, key)| format!("{name}: {key}\n")).collect();
            let at = |name: &str| dir.join(format!("{name}{n}")).display().to_string();
            fs::create_dir_all(at("spool")).unwrap();
            fs::create_dir_all(at("incoming")).unwrap();
            let config = format!(
                "{{\nspool: {}\nlog: {}\nself: {{\n{own}}}\nneigh: {{\nself: {{\n{}}}\npeer: {{\n{}incoming: {}\n}}\n}}\n}}\n",
                at("spool"),
                at("log"),
                public(&keys[n]),
                public(&keys[other]),
                at("incoming"),
            );
            fs::write(dir.join(format!("{n}.hjson")), config).unwrap();
        }
        Self { dir: dir.to_owned() }
    }

    fn keys() -> BTreeMap<String, String> {
        let made = Command::new("nncp-cfgnew").arg("-nocomments").output().unwrap();
        let text = String::from_utf8(made.stdout).unwrap();
        let own = text.split("neigh:").next().unwrap().to_owned();
        let names = ["id", "exchpub", "exchprv", "signpub", "signprv", "noisepub", "noiseprv"];
        let key = |name: &str| {
            let line = own.lines().find_map(|line| line.trim().strip_prefix(&format!("{name}: ")));
            (name.to_owned(), line.unwrap().to_owned())
        };
        names.into_iter().map(key).collect()
    }

    /// What has to be done to send is `send`, run with the configuration `$cfg`, and it leaves the stick synced.
    fn carry(&self, send: &str) -> Cost {
        let stick = self.dir.join("stick");
        fs::create_dir_all(&stick).unwrap();
        let (stick_at, from, to) = (
            stick.display(),
            self.dir.join("0.hjson").display().to_string(),
            self.dir.join("1.hjson").display().to_string(),
        );
        let write = timed(|| {
            shell(&format!("cfg={from}; {send}; nncp-xfer -quiet -cfg {from} -mkdir {stick_at}; sync -f {stick_at}"));
        });
        let (bytes, files) = files(&stick);
        let take = timed(|| {
            shell(&format!("nncp-xfer -quiet -cfg {to} {stick_at}; nncp-toss -quiet -cfg {to}; sync -f {stick_at}"));
        });
        fs::remove_dir_all(&stick).unwrap();
        Cost { bytes, files, write, take }
    }
}

fn nncp(dir: &Path, sales: &str) -> (Cost, Cost) {
    let plain = dir.join("month.jsonl");
    fs::create_dir_all(dir).unwrap();
    fs::write(&plain, sales).unwrap();
    let whole = Nncp::found(&dir.join("whole"));
    let (plain, packed) = (plain.display(), dir.join("month.zst"));
    let mut one =
        whole.carry(&format!("zstd -q -19 {plain} -o {0}; nncp-file -quiet -cfg $cfg {0} peer:", packed.display()));
    let incoming = dir.join("whole/incoming1/month.zst");
    one.take += timed(|| shell(&format!("zstd -q -d {} -o {}", incoming.display(), dir.join("unpacked").display())));
    assert_eq!(fs::read_to_string(dir.join("unpacked")).unwrap(), sales, "it came whole");

    let each = Nncp::found(&dir.join("each"));
    let records = dir.join("records");
    fs::create_dir(&records).unwrap();
    for (n, line) in sales.lines().take(PACKETS as usize).enumerate() {
        fs::write(records.join(format!("{n}.json")), line).unwrap();
    }
    let send =
        format!("for file in {}/*; do nncp-file -quiet -minsize 0 -cfg $cfg $file peer:; done", records.display());
    (one, each.carry(&send).times(SALES / PACKETS))
}

#[test]
#[ignore = "a measurement: scripts/bench runs it"]
fn bench_stick_beside_nncp() {
    // A month without a repeat, which a compressor would find.
    let sales: String = Sales::new(1).take(SALES as usize).map(|sale| format!("{}\n", sale.json)).collect();
    let dir = dir();
    let (ours, clear) = outpost(&dir.path().join("outpost"), &sales);
    let (one, each) = nncp(&dir.path().join("nncp"), &sales);
    let head =
        ["30,000 sales", "bytes a sale", "files", "to write", "to take in", "bytes, times ours", "seconds, times ours"];
    let rows = [
        ours.row(
            "Outpost: put in until it may be pulled, then `office import` (each sale checked, stored, answered)",
            ours,
        ),
        one.row("NNCP, one file that `zstd -19` made before", ours),
        each.row(&format!("NNCP, a packet for each sale ({PACKETS} were carried, times {})", SALES / PACKETS), ours),
    ];
    table("On the stick", &head, &rows);
    println!("\nThe stick came back, and all was known to be there and cleared, in {:.2} s.", clear.as_secs_f64());
}
