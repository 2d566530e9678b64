//! What views cost: `views_million make DIR COUNT` writes a journal of sales; `views_million fold DIR` builds the views of it
//! from nothing and tells seconds, memory and bytes written; `views_million open DIR` opens them again.

use outpost::books::Shelves;
use outpost::domain::id::{DeviceId, Epoch, SiteId, StoreId};
use outpost::domain::record::Sent;
use outpost::domain::time::{Quality, Stamp};
use outpost::journal::{Options, Own};
use outpost::views::{Config, Journals, SiteNo, Stream, Views};
use outpost::wire::record;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const UP: Stream = Stream::Up(SiteNo(0));

/// A line of a file in /proc, in what it counts.
fn proc(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn options() -> anyhow::Result<Options> {
    let site: SiteId = "bandung".parse()?;
    Ok(Options::new(site, StoreId::new(1, [1; 10]), |_| None))
}

/// Spreads numbers as random ones are.
fn mixed(number: u64) -> u64 {
    let mixed = (number ^ number >> 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

fn sale(number: u64) -> String {
    let random = mixed(number);
    let (high, low) = (mixed(random), mixed(random + 1));
    let id = uuid::Uuid::from_u64_pair(high, low | 1);
    let day = 1 + number / 1000 % 28;
    let (month, item, other) = (1 + number / 28_000 % 12, random % 280, random / 280 % 280);
    format!(
        r#"{{"id":"{id}","customer":"Bu Sari {}","posting_date":"{}-{month:02}-{day:02}","posting_time":"01:02:27","update_stock":1,"items":[{{"item_code":"CLOTH-{item:03}","qty":"1","rate":"48000","uom":"Nos","warehouse":"Bandung - TW"}},{{"item_code":"BTN-{other:03}","qty":"3","rate":"12500","uom":"Nos","warehouse":"Bandung - TW"}}],"payments":[{{"mode_of_payment":"Cash","amount":"85500"}}],"user":"wati"}}"#,
        random % 48,
        2024 + number / 336_000,
    )
}

fn make(dir: &Path, count: u64) -> anyhow::Result<()> {
    let (mut journal, _) = Own::open(&dir.join("journal"), options()?)?;
    let device: DeviceId = "till-1".parse()?;
    let stamp =
        |number: u64| Stamp { boot_at_ms: 1_793_581_347_000, up_ms: number * 80_000, quality: Quality::Network };
    let sent = Sent { session: 0, packet: 1, dup: false };
    let entry = |number: u64| outpost::intake::read(&device, "tx/till-1/sales-invoice", sale(number).as_bytes(), sent);
    let first = record::body(&stamp(0), &record::entry(&entry(0)?));
    journal.begin(Epoch::new(1, [2; 10]), &first)?;
    for number in 1..count {
        journal.append_one(&record::body(&stamp(number), &record::entry(&entry(number)?)), None)?;
        if number % 2000 == 0 {
            journal.sync()?;
        }
    }
    journal.sync()?;
    Ok(())
}

fn shelf(dir: &Path) -> anyhow::Result<(Own, Arc<Shelves>)> {
    let (journal, _) = Own::open(&dir.join("journal"), options()?)?;
    let shelf = Arc::new(Shelves::new(StoreId::new(1, [1; 10])));
    shelf.add(UP, journal.reader());
    Ok((journal, shelf))
}

fn fold(dir: &Path, fresh: bool) -> anyhow::Result<()> {
    if fresh {
        let _ = std::fs::remove_dir_all(dir.join("views"));
    }
    let (_journal, shelf) = shelf(dir)?;
    let (memory, wrote) =
        (|| proc("/proc/self/status", "VmRSS:") / 1024, || proc("/proc/self/io", "write_bytes:") / 1_000_000);
    println!("journal open: {} MB resident, {} records", memory(), shelf.records(UP));
    let begun = Instant::now();
    let views = Views::start(Config::new(dir.join("views"), 420), shelf.clone())?;
    let reader = views.reader();
    while reader.wait_for(UP, shelf.records(UP), Duration::from_secs(5)).is_err() {
        let progress = reader.progress();
        println!(
            "{:>8.1?} {} of {}: {} MB resident, {} MB written",
            begun.elapsed(),
            progress.done,
            progress.total,
            memory(),
            wrote()
        );
    }
    println!("whole after {:.2?}: {} MB resident", begun.elapsed(), memory());
    reader.wait_checked(Duration::from_secs(600))?;
    println!(
        "checked after {:.2?}: {} MB resident, doubts: {:?}",
        begun.elapsed(),
        memory(),
        reader.progress().last_doubt
    );
    let totals = reader.totals(SiteNo(0))?;
    let asked = Instant::now();
    let days = reader.days(SiteNo(0), None, i32::MIN, i32::MAX)?.len();
    println!("{} documents of {days} days, listed in {:.2?}", totals.documents, asked.elapsed());
    views.shutdown();
    let size = std::fs::metadata(dir.join("views").join("db"))?.len() / 1_000_000;
    println!(
        "shut down after {:.2?}: {} MB resident (peak {}), {} MB written, file {size} MB",
        begun.elapsed(),
        memory(),
        proc("/proc/self/status", "VmHWM:") / 1024,
        wrote()
    );
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[1..] {
        ["make", dir, count] => make(Path::new(dir), count.parse()?),
        ["fold", dir] => fold(Path::new(dir), true),
        ["open", dir] => fold(Path::new(dir), false),
        _ => anyhow::bail!("views_million make DIR COUNT | fold DIR | open DIR"),
    }
}
