//! What a record costs the card: bytes written to the block device, the file system's own and the views included.

use crate::ground::{SITE, dir, load, lonely, sales, table};
use crate::memory::{GROUP, body, prefill};
use outpost::books::Shelves;
use outpost::domain::id::{Epoch, SiteId, StoreId};
use outpost::journal::{Options, Own};
use outpost::views::{Config, SiteNo, Stream, Views};
use outpost::wire::frame::FRAME_HEAD;
use rig::load::{End, run};
use rig::power::Disk;
use rig::sales::Sales;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const DISK_MEBIBYTES: u64 = 1_024;
/// Records at saturation: five commits of the views.
const MANY: u64 = 20_000;
/// Records one at a time: about as many as share one tail of zeros, which is 17 blocks with nine records in each.
const ALONE: u64 = 17 * 9;
/// Between two of them: longer than ext4's commit interval of 5 s, so that each pays what a lone one pays.
const APART: Duration = Duration::from_secs(6);
/// What stands for a minute is so many times shorter, and so is a commit interval that is set.
const TIMES_SHORTER: u64 = 60 / APART.as_secs();
/// At one record a minute the views are written once an hour.
const RECORDS_AN_HOUR: usize = 60;
/// Hours of views, after a year's worth of documents.
const HOURS: usize = 48;
const DOCUMENTS: usize = 30_000;
/// The views are there by then, or something is wrong.
const VIEWS: Duration = Duration::from_secs(120);

/// How a card is formatted and mounted.
struct Card {
    format: &'static [&'static str],
    options: &'static str,
    /// The file system's commit interval, where it is not 5 s.
    commit_s: Option<u64>,
}

const CARDS: [Card; 4] = [
    Card { format: &[], options: "", commit_s: None },
    Card { format: &[], options: "lazytime", commit_s: Some(600) },
    Card { format: &["-b", "1024"], options: "lazytime", commit_s: None },
    Card { format: &["-b", "1024"], options: "lazytime", commit_s: Some(600) },
];

impl Card {
    fn disk(&self, place: &Path) -> Disk {
        let commit = self.commit_s.map(|s| format!("commit={}", s / TIMES_SHORTER));
        let options = [self.options, commit.as_deref().unwrap_or_default()];
        let options: Vec<_> = options.into_iter().filter(|option| !option.is_empty()).collect();
        Disk::formatted_in(place, DISK_MEBIBYTES, self.format, &options.join(",")).unwrap()
    }

    fn name(&self) -> String {
        let commit = self.commit_s.map(|s| format!("commit={s}")).unwrap_or_default();
        let words = [&["ext4"], self.format, &[self.options, commit.as_str()]].concat();
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

fn written(disk: &Disk) -> f64 {
    disk.settle().unwrap();
    disk.bytes_written().unwrap() as f64
}

/// Records in a journal, and their own bytes: head and body of each frame.
fn own_bytes(journal: &Path) -> (u64, u64) {
    let options = Options::new(SITE.parse().unwrap(), StoreId::new(1, [1; 10]), |_| None);
    let (own, _) = Own::open(journal, options).unwrap();
    own.reader()
        .scan(0)
        .fold((0, 0), |(count, bytes), stored| (count + 1, bytes + (FRAME_HEAD + stored.unwrap().body.len()) as u64))
}

/// What the views write for a record when they are written once an hour, on a disk that has nothing else.
fn hourly_views(card: &Card, place: &Path) -> f64 {
    std::fs::create_dir(place).unwrap();
    let disk = card.disk(place);
    let (site, store): (SiteId, _) = (SITE.parse().unwrap(), StoreId::new(1, [1; 10]));
    prefill(place, DOCUMENTS);
    let (mut own, _) = Own::open(&place.join("journal"), Options::new(site, store, |_| None)).unwrap();
    let up = Stream::Up(SiteNo(0));
    let shelves = Arc::new(Shelves::new(store));
    shelves.add(up, own.reader());
    let views = Views::start(Config::new(disk.path().join("views"), 0), shelves).unwrap();
    let reader = views.reader();
    let catch_up = |count: u64| {
        reader.notify();
        reader.wait_for(up, count, VIEWS).unwrap();
        reader.flush(VIEWS).unwrap();
    };
    let mut sales = Sales::new(8);
    let (first, key) = body(0, &sales.next().unwrap().json);
    assert!(key.is_some());
    own.begin(Epoch::new(2, [3; 10]), &first).unwrap();
    catch_up(own.reader().count());
    let before = written(&disk);
    for _ in 0..HOURS {
        for sale in sales.by_ref().take(RECORDS_AN_HOUR) {
            own.append_one(&body(GROUP, &sale.json).0, None).unwrap();
        }
        own.sync().unwrap();
        catch_up(own.reader().count());
        disk.settle().unwrap();
    }
    let bytes = written(&disk) - before;
    views.shutdown();
    bytes / (HOURS * RECORDS_AN_HOUR) as f64
}

/// Bytes written for each record's own byte: at saturation, alone, and by the views.
fn measure(card: &Card, sales: &str) -> Vec<String> {
    let place = dir();
    let disk = card.disk(place.path());
    let mut shop = lonely(&disk.path().join("town"), 20);
    shop.start().unwrap();
    std::thread::sleep(APART);
    let before = written(&disk);
    run(load(shop.addr, sales, (20, 32), End::Count(MANY))).unwrap();
    let journal_alone = written(&disk) - before;
    shop.stop().unwrap();
    let many = written(&disk) - before;
    let (count, bytes) = own_bytes(&shop.dir.join("journal"));
    let own = bytes as f64 / count as f64;

    shop.start().unwrap();
    std::thread::sleep(APART);
    let before = written(&disk);
    let mut plan = load(shop.addr, sales, (1, 1), End::Count(ALONE));
    plan.pause = APART;
    run(plan).unwrap();
    std::thread::sleep(APART);
    let alone = (written(&disk) - before) / ALONE as f64;
    shop.stop().unwrap();
    let views = hourly_views(card, &place.path().join("views"));
    let times = |bytes: f64| format!("{bytes:.0} B = {:.1}", bytes / own);
    vec![
        card.name(),
        format!("{own:.0} B"),
        times(journal_alone / MANY as f64),
        times(many / MANY as f64),
        times(alone),
        times(views),
        times(alone + views),
    ]
}

/// All cards at once: what is counted is bytes, and a minute of waiting on one is none on another.
#[test]
#[ignore = "a measurement: scripts/bench runs it"]
fn bench_device_bytes_written_for_a_record() {
    let sales = sales();
    let rows = std::thread::scope(|scope| {
        let running = CARDS.each_ref().map(|card| scope.spawn(|| measure(card, &sales)));
        running.map(|card| card.join().unwrap())
    });
    let head = [
        "file system",
        "a record's own",
        "20 × 32, until the last PUBACK",
        "20 × 32, the box stopped",
        "one a minute",
        "its views, written once an hour",
        "both",
    ];
    table("Bytes written to the block device for a record, and how many times its own that is", &head, &rows);
}
