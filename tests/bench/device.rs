//! What a record costs the card: bytes written to the block device, the file system's own and the views included.

use crate::ground::{SITE, dir, load, lonely, sales, table};
use outpost::domain::id::StoreId;
use outpost::journal::{Options, Own};
use outpost::wire::frame::FRAME_HEAD;
use rig::load::{End, run};
use rig::power::Disk;
use std::path::Path;
use std::time::Duration;

const DISK_MEBIBYTES: u64 = 1_024;
/// Records at saturation: five commits of the views.
const MANY: u64 = 20_000;
/// Records one at a time.
const FEW: u64 = 12;
/// Between two of them: longer than ext4's commit interval of 5 s, so that each pays what a lone one pays.
const APART: Duration = Duration::from_secs(6);
/// At one record a minute the views are written once an hour.
const RECORDS_AN_HOUR: f64 = 60.0;

/// Records in a journal, and their own bytes: head and body of each frame.
fn own_bytes(journal: &Path) -> (u64, u64) {
    let options = Options::new(SITE.parse().unwrap(), StoreId::new(1, [1; 10]), |_| None);
    let (own, _) = Own::open(journal, options).unwrap();
    own.reader()
        .scan(0)
        .fold((0, 0), |(count, bytes), stored| (count + 1, bytes + (FRAME_HEAD + stored.unwrap().body.len()) as u64))
}

/// Bytes written for each record's own byte: at saturation, alone, alone with its share of the views.
fn measure(options: &str, sales: &str) -> Vec<String> {
    let place = dir();
    let disk = Disk::create_in(place.path(), DISK_MEBIBYTES, options).unwrap();
    let written = || {
        disk.settle().unwrap();
        disk.bytes_written().unwrap() as f64
    };
    let mut shop = lonely(&disk.path().join("town"), 20);
    shop.start().unwrap();
    std::thread::sleep(APART);
    let before = written();
    run(load(shop.addr, sales, (20, 32), End::Count(MANY))).unwrap();
    let journal_alone = written() - before;
    shop.stop().unwrap();
    let many = written() - before;
    let (count, bytes) = own_bytes(&shop.dir.join("journal"));
    let own = bytes as f64 / count as f64;

    shop.start().unwrap();
    std::thread::sleep(APART);
    let before = written();
    let mut plan = load(shop.addr, sales, (1, 1), End::Count(FEW));
    plan.pause = APART;
    run(plan).unwrap();
    std::thread::sleep(APART);
    let few = (written() - before) / FEW as f64;
    let before = written();
    shop.stop().unwrap();
    let views = (written() - before) / RECORDS_AN_HOUR;
    let times = |bytes: f64| format!("{bytes:.0} B = {:.1}", bytes / own);
    vec![
        if options.is_empty() { "ext4".into() } else { format!("ext4, {options}") },
        format!("{own:.0} B"),
        times(journal_alone / MANY as f64),
        times(many / MANY as f64),
        times(few),
        times(few + views),
    ]
}

#[test]
#[ignore = "a measurement: scripts/bench runs it"]
fn bench_device_bytes_written_for_a_record() {
    let sales = sales();
    let rows = ["lazytime", ""].map(|options| measure(options, &sales));
    let head = [
        "file system",
        "a record's own",
        "20 × 32, until the last PUBACK",
        "20 × 32, the box stopped",
        "alone",
        "alone, with its 60th of an hour's views",
    ];
    table("Bytes written to the block device for a record, and how many times its own that is", &head, &rows);
}
