//! A month of a busy workshop on a stick, beside NNCP on the same sales: bytes, seconds, and what each proves to the sender.
//!
//! The stick is a directory on the disk that is measured, synced by `sync -f` after each visit, whoever has written. What is
//! said of gaps and repeats is tried in the same run.

use crate::ground::{SITE, SOON, busy, dir, load, median, sales, table, town};
use crate::nncp::{self, Node};
use rig::load::{End, run};
use rig::mosquitto::free_addr;
use rig::town::{House, Town};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A month of a busy workshop.
const RECORDS: usize = 30_000;
/// Sales that are sent as a packet each; a month of them would take most of an hour.
const PACKETS: usize = 1_000;
/// Sales of the trial of a gap: more than two parcels.
const FEW: usize = 4_000;
/// Rounds, of which the middle one counts.
const ROUNDS: usize = 3;
/// Between two looks at whether the box has noticed a stick.
const LOOK: Duration = Duration::from_millis(2);

/// What a journey there and back costs.
#[derive(Default)]
struct Journey {
    bytes: u64,
    files: u64,
    /// Until the box has noticed the stick, or the user compressed by hand.
    before_s: f64,
    write_s: f64,
    import_s: f64,
    back_s: f64,
}

impl Journey {
    /// The middle ones; bytes and files are the same each time but for some bytes.
    fn middle(of: &[Self]) -> Self {
        let by = |which: fn(&Self) -> f64| median(of.iter().map(which).collect());
        Self {
            bytes: by(|one| one.bytes as f64) as u64,
            files: by(|one| one.files as f64) as u64,
            before_s: by(|one| one.before_s),
            write_s: by(|one| one.write_s),
            import_s: by(|one| one.import_s),
            back_s: by(|one| one.back_s),
        }
    }

    fn times(self, factor: usize) -> Self {
        let (count, times) = (factor as u64, factor as f64);
        Self {
            bytes: self.bytes * count,
            files: self.files * count,
            before_s: self.before_s * times,
            write_s: self.write_s * times,
            import_s: self.import_s * times,
            back_s: self.back_s * times,
        }
    }

    fn row(&self, what: &str, ours: &Self) -> Vec<String> {
        let bytes = format!("{} = {:.2}", self.bytes, self.bytes as f64 / ours.bytes as f64);
        let each = format!("{:.1} B", self.bytes as f64 / RECORDS as f64);
        let times = |of: fn(&Self) -> f64| format!("{:.2} s = {:.2}", of(self), of(self) / of(ours));
        let (write, import) = (times(|one| one.write_s), times(|one| one.import_s));
        let before = format!("{:.2} s", self.before_s);
        vec![what.to_owned(), bytes, each, self.files.to_string(), before, write, import, times(|one| one.back_s)]
    }
}

/// Bytes and number of the files below `dir`.
fn files(dir: &Path) -> (u64, u64) {
    let entries = fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap());
    entries.fold((0, 0), |(bytes, count), entry| {
        let found = entry.metadata().unwrap();
        let (more, files) = if found.is_dir() { files(&entry.path()) } else { (found.len(), 1) };
        (bytes + more, count + files)
    })
}

/// Seconds that `visit` takes, until all of it is on the stick.
fn timed(stick: &Path, visit: impl FnOnce()) -> f64 {
    let began = Instant::now();
    visit();
    succeed(Command::new("sync").arg("-f").arg(stick));
    began.elapsed().as_secs_f64()
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A box without a line, its office, and a stick.
struct Shop {
    town: Town,
    house: House,
    stick: PathBuf,
    port: PathBuf,
}

impl Shop {
    fn open(dir: &Path, sales: &str) -> Self {
        let (stick, ports) = (dir.join("stick"), dir.join("port"));
        fs::create_dir_all(&stick).unwrap();
        fs::create_dir_all(&ports).unwrap();
        let sticks = format!("sticks = false\nstick_dirs = [\"{}\"]\ntrial_sticks = true", ports.display());
        let nowhere = free_addr().unwrap();
        let (town, mut house) = town(dir, Some(nowhere), 20, &sticks);
        house.start().unwrap();
        let count = sales.lines().count() as u64;
        let mut plan = load(house.addr, sales, (20, 32), End::Count(count));
        plan.first_round = 0;
        assert_eq!(run(plan).unwrap().acked, count);
        Self { town, house, stick, port: ports.join("stick") }
    }

    /// Puts the stick in, waits until it may be pulled, and pulls it. Returns what the box says, and the seconds until it
    /// noticed the stick, where it is a new one.
    fn visit_box(&self) -> (String, f64) {
        let began = Instant::now();
        fs::rename(&self.stick, &self.port).unwrap();
        while !self.port.join("OUTPOST").exists() {
            assert!(began.elapsed() < SOON, "the box does not notice the stick");
            std::thread::sleep(LOOK);
        }
        let noticed = began.elapsed().as_secs_f64();
        let shown = |status: &Value| status["sticks"].as_array().and_then(|sticks| sticks.first().cloned());
        let served = |status: &Value| shown(status).is_some_and(|stick| stick["state"] != "working");
        let stick = shown(&self.house.wait_until("the stick", SOON, served).unwrap()).unwrap();
        assert_eq!(stick["state"], "may_pull", "{stick}");
        fs::rename(&self.port, &self.stick).unwrap();
        (stick["word"].as_str().unwrap().to_owned(), noticed)
    }

    /// Waits until the box has seen that the stick is gone.
    fn is_pulled(&self) {
        let none = |status: &Value| status["sticks"].as_array().is_some_and(Vec::is_empty);
        self.house.wait_until("no stick", SOON, none).unwrap();
    }

    fn import(&self, stick: &Path) -> String {
        self.town.office.command(&["office", "import", &stick.to_string_lossy()], "").unwrap()
    }

    /// Waits until the office's books have `documents`; what is missing then.
    fn booked(&self, documents: usize) -> u64 {
        let all = |status: &Value| Town::site(status, SITE)["documents"] == documents;
        let status = self.town.office.wait_until("the books", SOON, all).unwrap();
        Town::site(&status, SITE)["missing"].as_u64().unwrap()
    }

    fn parcels(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.stick.join("OUTPOST/to-office").join(SITE)).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| {
            file.file_name().unwrap().to_string_lossy().starts_with(|first: char| first.is_ascii_digit())
        });
        files.sort();
        files
    }
}

/// There, imported, back; and a second stick with the same brings nothing.
fn outpost(dir: &Path, sales: &str) -> Journey {
    let shop = Shop::open(dir, sales);
    let mut journey = Journey::default();
    let all_s = timed(&shop.stick, || journey.before_s = shop.visit_box().1);
    journey.write_s = all_s - journey.before_s;
    (journey.bytes, journey.files) = files(&shop.stick.join("OUTPOST/to-office"));
    shop.is_pulled();
    let twin = dir.join("twin");
    succeed(Command::new("cp").arg("-a").arg(&shop.stick).arg(&twin));
    let began = Instant::now();
    journey.import_s = timed(&shop.stick, || {
        let told = shop.import(&shop.stick);
        assert!(told.contains("0 known"), "{told}");
    });
    assert_eq!(shop.booked(RECORDS), 0);
    println!("Outpost: in the office's books {:.2} s after the import began", began.elapsed().as_secs_f64());
    journey.back_s = timed(&shop.stick, || {
        let (word, _) = shop.visit_box();
        assert!(word.contains("the office has everything"), "{word}");
    });
    assert!(shop.parcels().is_empty(), "the ack has cleared the stick");
    let told = shop.import(&twin);
    assert!(told.contains(" 0 new records"), "{told}");
    assert_eq!(shop.booked(RECORDS), 0);
    journey
}

/// The office knows what is missing when one file of three never comes.
fn outpost_knows_a_gap(dir: &Path, sales: &str) {
    let shop = Shop::open(dir, sales);
    shop.visit_box();
    let parcels = shop.parcels();
    assert!(parcels.len() > 2, "{parcels:?}");
    let (lost, kept) = (&parcels[1], dir.join("lost"));
    fs::rename(lost, &kept).unwrap();
    shop.import(&shop.stick);
    let told = |status: &Value| Town::site(status, SITE)["missing"].as_u64().is_some_and(|missing| missing > 0);
    let status = shop.town.office.wait_until("the gap", SOON, told).unwrap();
    println!(
        "Outpost: one parcel of {} taken away: {} records missing",
        parcels.len(),
        Town::site(&status, SITE)["missing"]
    );
    fs::rename(&kept, lost).unwrap();
    shop.import(&shop.stick);
    assert_eq!(shop.booked(FEW), 0);
}

/// How a user of NNCP sends the sales.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// A packet for each sale.
    Packets,
    /// One file that was compressed by hand.
    File,
    /// All of them to a command, which NNCP compresses by itself.
    Exec,
}

/// As in the manual of nncp-ack: kept until acked, received, acked, tossed, the ack carried back.
fn by_nncp(dir: &Path, sales: &str, by: By) -> Journey {
    let (shop, office) = nncp::pair(&dir.join("nodes"));
    let (stick, singles) = (dir.join("stick"), dir.join("singles"));
    [&stick, &singles].into_iter().for_each(|dir| fs::create_dir_all(dir).unwrap());
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let (lines, packed, mount) = (dir.join("sales.jsonl"), path(&dir.join("sales.jsonl.zst")), path(&stick));
    fs::write(&lines, sales).unwrap();
    let single = |number: usize| path(&singles.join(format!("{number:05}.json")));
    let count = if by == By::Packets { sales.lines().count() } else { 0 };
    sales.lines().take(count).enumerate().for_each(|(number, sale)| fs::write(single(number), sale).unwrap());
    let mut journey = Journey::default();
    if by == By::File {
        let began = Instant::now();
        succeed(Command::new("zstd").args(["-19", "-q", "-f", &path(&lines), "-o", &packed]));
        journey.before_s = began.elapsed().as_secs_f64();
    }
    let give = |node: &Node| node.run("xfer", &["-keep", "-tx", "-mkdir", &mount]);
    journey.write_s = timed(&stick, || {
        match by {
            By::Packets => (0..count).for_each(|number| shop.run("file", &[&single(number), "office:"])),
            By::File => shop.run("file", &[&packed, "office:"]),
            By::Exec => shop.run_with("exec", &["office", "books"], Stdio::from(File::open(&lines).unwrap())),
        }
        give(&shop);
    });
    (journey.bytes, journey.files) = files(&office.on(&stick));
    journey.import_s = timed(&stick, || {
        office.run("xfer", &["-rx", &mount]);
        office.run("ack", &["-node", "box"]);
        office.run("toss", &["-seen"]);
        office.run("xfer", &["-tx", "-mkdir", &mount]);
    });
    let came = office.incoming();
    assert_eq!(came.len(), count.max(1));
    if by == By::Exec {
        assert!(fs::read_to_string(&came[0]).unwrap() == sales, "all sales have come");
    }
    assert_eq!(shop.waiting(), count.max(1), "kept until acked");
    journey.back_s = timed(&stick, || {
        shop.run("xfer", &["-rx", &mount]);
        shop.run("toss", &[]);
    });
    assert_eq!(shop.waiting(), 0, "the acks have ended it");
    journey
}

/// What NNCP does with a repeat, a gap, and an ack that is asked for late.
fn nncp_repeats_and_gaps(dir: &Path) {
    let (shop, office) = nncp::pair(&dir.join("nodes"));
    let (stick, file) = (dir.join("stick"), dir.join("sale.json"));
    fs::create_dir_all(&stick).unwrap();
    fs::write(&file, "{}").unwrap();
    let (mount, file) = (stick.to_string_lossy().into_owned(), file.to_string_lossy().into_owned());
    let carry = || {
        shop.run("xfer", &["-keep", "-tx", "-mkdir", &mount]);
        office.run("xfer", &["-rx", &mount]);
        office.run("toss", &["-seen"]);
    };
    shop.run("file", &[&file, "office:"]);
    carry();
    carry();
    assert_eq!(office.incoming().len(), 1, "the same packet is taken once");
    office.run("ack", &["-node", "box"]);
    assert_eq!(office.waiting(), 0, "a packet that was tossed is acked no more");
    shop.run("file", &[&file, "office:"]);
    carry();
    assert_eq!(office.incoming().len(), 2, "the same sale in another packet comes twice");
    (0..3).for_each(|_| shop.run("file", &[&file, "office:"]));
    shop.run("xfer", &["-keep", "-tx", "-mkdir", &mount]);
    let lost = fs::read_dir(office.on(&stick)).unwrap().next().unwrap().unwrap();
    fs::remove_file(lost.path()).unwrap();
    // It would fail here if it complained.
    office.run("xfer", &["-rx", &mount]);
    office.run("toss", &["-seen"]);
    println!("NNCP: of what lay on the stick one packet was taken away: nothing was said");
}

fn tell_proofs(version: &str) {
    let head = ["what the sender learns", "Outpost", &format!("NNCP {version}, `-keep` and `nncp-ack`")];
    let rows = [
        [
            "what ends its duty",
            "an ack sealed with the office's key, which names the office's store and every range of records it holds",
            "an ACK packet signed by the office's node, which names one packet; without `-keep`, being on the stick",
        ],
        [
            "what that means",
            "the records are in the office's journal and were synced",
            "the packet is whole in the office's spool and was synced; not whether it was tossed, nor what became of it",
        ],
        [
            "who makes it",
            "the office's import, by itself; the box reads it on the next insertion",
            "somebody or a script: `nncp-ack` between `nncp-xfer` and `nncp-toss`; after `nncp-toss` there is none",
        ],
        ["the road back", "any stick, or the line", "any stick, or the line, which confirms packets by itself"],
        [
            "a repeat",
            "is booked once, by whatever road, stick or retry of a tablet",
            "the same packet is taken once with `-seen`; the same sale in another packet comes twice",
        ],
        [
            "order and gaps",
            "records are numbered: the office shows which are missing",
            "packets are not: the sender keeps what was not acked, the office does not know that one is missing",
        ],
        [
            "an office restored from a backup",
            "says so by its store's id, and gets the rest again",
            "what was acked is gone from the sender",
        ],
    ];
    let rows: Vec<_> = rows.map(|row| row.map(str::to_owned).to_vec()).into();
    table("What each proves to the sender", &head, &rows);
}

#[test]
#[ignore = "a measurement: scripts/bench runs it"]
fn bench_stick_beside_nncp() {
    rig::packages::ensure(&["nncp", "zstd"]);
    let (dir, sales, busy) = (dir(), sales(), busy());
    let lines = |count: usize| sales.lines().take(count).map(|line| format!("{line}\n")).collect::<String>();
    let (all, version) = (lines(RECORDS), nncp::version());
    assert_eq!(all.lines().count(), RECORDS, "there are enough sales");
    let at = |name: &str, round: usize| dir.path().join(format!("{name}-{round}"));
    let (mut ours, mut file, mut exec) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        ours.push(outpost(&at("outpost", round), &all));
        file.push(by_nncp(&at("file", round), &all, By::File));
        exec.push(by_nncp(&at("exec", round), &all, By::Exec));
    }
    let packets = by_nncp(&at("packets", 0), &lines(PACKETS), By::Packets).times(RECORDS / PACKETS);
    outpost_knows_a_gap(&at("gap", 0), &lines(FEW));
    nncp_repeats_and_gaps(&at("proofs", 0));
    let [ours, file, exec] = [ours, file, exec].map(|rounds| Journey::middle(&rounds));
    println!("\n{busy}; NNCP {version}; the sales are {} B of JSON", all.len());
    let head = [
        "the same 30,000 sales",
        "bytes on the stick",
        "a sale",
        "files",
        "before",
        "to write",
        "to import and answer",
        "until the sender knows",
    ];
    let rows = [
        ours.row("Outpost (before: until the box notices the stick)", &ours),
        file.row("NNCP, one file (before: `zstd -19` by hand)", &ours),
        exec.row("NNCP, one `nncp-exec`", &ours),
        packets.row("NNCP, a packet a sale: 1,000 measured, times 30", &ours),
    ];
    table("On the stick, and how many times Outpost's that is", &head, &rows);
    tell_proofs(&version);
}
