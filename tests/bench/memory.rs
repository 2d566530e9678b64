//! Resident memory, the time to the first PUBACK, and whether a record costs the same when there are a million before it.

use crate::ground::{SITE, busy, cpu, dir, load, lonely, median, sales, table};
use outpost::domain::id::{DeviceId, Epoch, SiteId};
use outpost::domain::record::Sent;
use outpost::domain::time::{Quality, Stamp};
use outpost::journal::{Options, Own};
use outpost::wire::record;
use rig::load::{End, run};
use rig::sales::Sales;
use rig::town::House;
use std::path::Path;
use std::time::{Duration, Instant};

const MILLION: usize = 1_000_000;
const THOUSAND: usize = 1_000;
/// Records of a group while the journal is made.
pub(crate) const GROUP: usize = 2_000;
/// Until a fresh box has come to rest.
const REST: Duration = Duration::from_secs(10);
/// How long a load lasts.
const LASTING: Duration = Duration::from_secs(4);
/// Loads on each box, in turn; the middle one counts.
const ROUNDS: usize = 5;
/// Records of a load that tells the memory of a box with one million: no more than a tenth beyond it.
const BEYOND: u64 = 100_000;
/// How often memory is looked at under load.
const LOOK: Duration = Duration::from_millis(100);
/// The views of a million records take at most so long, or something is wrong.
const VIEWS: Duration = Duration::from_secs(600);

/// A sale's record and its key; `number` tells the time.
pub(crate) fn body(number: usize, json: &str) -> (Vec<u8>, Option<[u8; 16]>) {
    let device: DeviceId = "till-0".parse().unwrap();
    let sent = Sent { session: 0, packet: 1, dup: false };
    let entry = outpost::intake::read(&device, "tx/till-0/sales-invoice", json.as_bytes(), sent).unwrap();
    let up_ms = number as u64 * 80_000;
    let stamp = Stamp { boot_at_ms: 1_600_000_000_000, up_ms, quality: Quality::Network };
    (record::body(&stamp, &record::entry(&entry)), entry.intent().map(|id| *id.0.as_bytes()))
}

/// Writes a journal of sales into the directory of a box that has not run yet.
pub(crate) fn prefill(dir: &Path, count: usize) {
    let site: SiteId = SITE.parse().unwrap();
    let store = outpost::store::open(dir, &site, true, 1).unwrap();
    let (mut journal, _) = Own::open(&dir.join("journal"), Options::new(site, store, |_| None)).unwrap();
    for (number, sale) in Sales::new(7).take(count).enumerate() {
        let (body, key) = body(number, &sale.json);
        if number == 0 {
            journal.begin(Epoch::new(1, [2; 10]), &body).unwrap();
            continue;
        }
        journal.append_one(&body, key).unwrap();
        if number % GROUP == 0 {
            journal.sync().unwrap();
        }
    }
    journal.sync().unwrap();
}

fn mb(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn resident(shop: &mut House) -> u64 {
    shop.process().unwrap().resident_bytes().unwrap()
}

/// Waits until the views are complete; how long that took since `begun`, and the most memory until then.
fn whole(shop: &mut House, begun: Instant) -> (Duration, u64) {
    let told = shop.wait_until("complete views", VIEWS, |status| {
        status["views"]["building"] == false && status["views"]["done"] == status["views"]["total"]
    });
    told.unwrap();
    (begun.elapsed(), shop.process().unwrap().peak_resident_bytes().unwrap())
}

/// From the start of the process to the first PUBACK.
fn first_puback(shop: &mut House, sales: &str) -> Duration {
    let begun = Instant::now();
    shop.start().unwrap();
    run(load(shop.addr, sales, (1, 1), End::Count(1))).unwrap();
    begun.elapsed()
}

/// PUBACKs a second and microseconds of processor time for each, and the most memory meanwhile.
fn under_load(shop: &mut House, sales: &str, shape: (usize, usize), end: End) -> (f64, f64, u64) {
    let before = cpu(shop.process().unwrap().id());
    let running = rig::load::start(load(shop.addr, sales, shape, end)).unwrap();
    let mut most = 0;
    while running.is_running() {
        most = most.max(resident(shop));
        std::thread::sleep(LOOK);
    }
    let report = running.wait().unwrap();
    let used = cpu(shop.process().unwrap().id()) - before;
    (report.per_second(), used.as_secs_f64() * 1e6 / report.acked as f64, most)
}

#[test]
#[ignore = "a measurement: scripts/bench runs it"]
fn bench_memory_and_a_million_records() {
    let (dir, sales) = (dir(), sales());
    println!("{}", busy());
    let mut small = lonely(&dir.path().join("small"), 20);
    small.start().unwrap();
    std::thread::sleep(REST);
    let idle = resident(&mut small);
    small.stop().unwrap();
    std::fs::remove_dir_all(small.dir.join("journal")).unwrap();
    std::fs::remove_dir_all(small.dir.join("views")).unwrap();
    std::fs::remove_file(small.dir.join("store.toml")).unwrap();
    prefill(&small.dir, THOUSAND);

    let mut large = lonely(&dir.path().join("large"), 20);
    let begun = Instant::now();
    prefill(&large.dir, MILLION);
    println!("the journal of a million records was made in {:.0} s", begun.elapsed().as_secs_f64());
    // A journal and nothing else: neither views nor the workshop's figures.
    let alone = first_puback(&mut large, &sales);
    whole(&mut large, Instant::now());
    large.stop().unwrap();
    std::fs::remove_dir_all(large.dir.join("views")).unwrap();
    let begun = Instant::now();
    let first = first_puback(&mut large, &sales);
    let (views, views_peak) = whole(&mut large, begun);
    std::thread::sleep(REST);
    let rest = resident(&mut large);
    large.stop().unwrap();
    let again = first_puback(&mut large, &sales);
    small.start().unwrap();
    let (_, _) = (whole(&mut small, Instant::now()), whole(&mut large, Instant::now()));
    let start_peak = large.process().unwrap().peak_resident_bytes().unwrap();
    std::thread::sleep(REST);
    let rest_again = resident(&mut large);

    let (_, _, gently) = under_load(&mut large, &sales, (20, 1), End::Count(BEYOND));
    whole(&mut large, Instant::now());
    let (_, _, heavily) = under_load(&mut large, &sales, (20, 32), End::Count(BEYOND));
    whole(&mut large, Instant::now());
    let mut rounds = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (index, shop) in [&mut small, &mut large].into_iter().enumerate() {
            rounds[index].push(under_load(shop, &sales, (20, 1), End::After(LASTING)));
            whole(shop, Instant::now());
        }
    }
    let (_, _, last) = under_load(&mut large, &sales, (20, 32), End::After(LASTING));
    whole(&mut large, Instant::now());
    let records = large.status().unwrap()["records"].as_u64().unwrap() as f64 / 1e6;
    let at_the_end = format!("{} with {records:.1} million", mb(last));
    let of = |index: usize, which: fn(&(f64, f64, u64)) -> f64| median(rounds[index].iter().map(which).collect());
    let rows = [
        ("resident, idle, nothing recorded", mb(idle)),
        ("resident, a million records, views just built", mb(rest)),
        ("most resident in the first second of a start, a million records", mb(start_peak)),
        ("resident, a million records, started again", mb(rest_again)),
        ("most resident, 20 × 1 from 1.0 to 1.1 million records", mb(gently)),
        ("most resident, 20 × 32 from 1.1 to 1.2 million records", mb(heavily)),
        ("most resident, 20 × 32 at the end of all loads", at_the_end),
        ("peak while the views were built from nothing", mb(views_peak)),
        ("start to first PUBACK, a million records, the journal alone", format!("{:.2} s", alone.as_secs_f64())),
        ("start to first PUBACK, a million records, no views", format!("{:.2} s", first.as_secs_f64())),
        ("start to first PUBACK, a million records, views there", format!("{:.2} s", again.as_secs_f64())),
        ("complete views of a million records from nothing", format!("{:.1} s", views.as_secs_f64())),
        ("20 × 1 with 1 k records", format!("{:.0}/s, {:.0} µs", of(0, |r| r.0), of(0, |r| r.1))),
        ("20 × 1 with 1 M records", format!("{:.0}/s, {:.0} µs", of(1, |r| r.0), of(1, |r| r.1))),
        ("rate at 1 M to rate at 1 k", format!("{:.3}", of(1, |r| r.0) / of(0, |r| r.0))),
    ];
    let rows: Vec<_> = rows.map(|(what, value)| vec![what.to_owned(), value]).into();
    table("Memory, and a million records", &["what", "measured"], &rows);
}
