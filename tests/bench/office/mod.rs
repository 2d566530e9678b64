//! The whole office: a backlog that is on its disk goes into ERPNext, by its own threads, journals and views.
//!
//! Each backlog goes in twice: while the stand-in does what ERPNext does, on the same cores, and once more, by an office that has no word on
//! it, while the stand-in has the same answers ready, as where ERPNext has a machine of its own. A client that sends the same bodies to
//! another stand-in, and does nothing else, is what that is held against.

mod erp;
mod workshops;

use crate::ground::{EXE, SOON, busy, cpu, dir, median, table};
use erp::Erp;
use rig::town::{House, Town};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};
use workshops::{SITES, ZONE, named};

/// Documents in all, of all sites.
const BACKLOGS: [usize; 2] = [10_000, 100_000];
/// How long each answer of ERPNext takes.
const DELAY: Duration = Duration::from_millis(5);
/// How often the office is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A backlog is in the books within this time, or something is wrong.
const LONGEST: Duration = Duration::from_secs(900);

/// An office whose sites have so many documents each that are not posted. Its views are whole; it does not run.
fn office(dir: &Path, sites: &[&str], each: usize) -> House {
    let Town { mut office, .. } = Town::found(EXE, dir, "utc_offset_minutes = 420").unwrap();
    let files = workshops::tables().into_iter().map(|(table, rows)| {
        let path = dir.join(format!("{}.json", table.slug()));
        std::fs::write(&path, rows.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let load: Vec<String> = ["office".into(), "load".into()].into_iter().chain(files).collect();
    office.command(&load.iter().map(String::as_str).collect::<Vec<_>>(), "").unwrap();
    sites.iter().for_each(|site| drop(office.command(&["enrol", site, "--trust"], "").unwrap()));
    office.stop().unwrap();
    sites.iter().for_each(|site| workshops::journal(&office.dir, site, each));
    with_views(&mut office);
    office
}

/// Has it make its views.
fn with_views(office: &mut House) {
    office.start().unwrap();
    let whole =
        |status: &Value| status["views"]["building"] == false && status["views"]["done"] == status["views"]["total"];
    office.wait_until("complete views", SOON, whole).unwrap();
    office.stop().unwrap();
}

/// It posts into this one from its next start on.
fn posts_into(office: &House, erp: &Erp, sites: &[&str]) {
    let section = |site: &&str| {
        let name = named(site);
        format!("[sites.{site}]\ncost_center = \"{name} - TW\"\npos_profile = \"{name}\"\ntime_zone = \"{ZONE}\"\n")
    };
    let sections: String = sites.iter().map(section).collect();
    std::fs::write(office.dir.join("erpnext.toml"), format!("url = \"{}\"\n{sections}", erp.url)).unwrap();
    let key = office.dir.join("erpnext.key");
    std::fs::write(&key, format!("{}\n", erp.key)).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// It has said nothing yet, and has its views all the same.
fn forget_words(office: &mut House, sites: &[&str]) {
    std::fs::remove_file(office.dir.join("erpnext.toml")).unwrap();
    sites.iter().for_each(|site| std::fs::remove_dir_all(office.dir.join("sites").join(site).join("down")).unwrap());
    std::fs::remove_dir_all(office.dir.join("views")).unwrap();
    with_views(office);
}

/// What it took until all was posted.
struct Took {
    /// From the start of the office.
    all: Duration,
    /// Documents a second of each site, while it had any.
    rates: Vec<f64>,
    /// Of a document, in milliseconds: the office's processor, and the stand-in's.
    spent: [f64; 2],
    /// Bytes, each second.
    resident: Vec<u64>,
    /// Bytes, at the most.
    peak: u64,
    /// Requests for a document.
    requests: f64,
}

/// Starts it, and looks at it until it has posted so many of each site.
fn posted(office: &mut House, erp: &mut Erp, sites: &[&str], each: usize) -> Took {
    posts_into(office, erp, sites);
    erp.ask("count");
    let each = each as u64;
    let (begun, its) = (Instant::now(), cpu(erp.id()));
    office.start().unwrap();
    let mut seen: BTreeMap<&str, Vec<(Duration, u64)>> = BTreeMap::new();
    let mut resident = Vec::new();
    loop {
        let status = office.status().unwrap();
        let now = begun.elapsed();
        resident.push(office.process().unwrap().resident_bytes().unwrap());
        for site in sites {
            let told = &status["erpnext"]["sites"][site];
            assert_eq!(told["held"].as_u64().unwrap_or(0), 0, "{told}");
            seen.entry(site).or_default().push((now, told["posted"].as_u64().unwrap_or(0)));
        }
        if seen.values().all(|seen| seen.last().is_some_and(|(_, count)| *count == each)) {
            break;
        }
        assert!(now < LONGEST, "{status}");
        std::thread::sleep(LOOK);
    }
    let (all, process) = (begun.elapsed(), office.process().unwrap());
    let (own, peak) = (cpu(process.id()), process.peak_resident_bytes().unwrap());
    let spent = [own, cpu(erp.id()) - its];
    office.stop().unwrap();
    let documents = each as f64 * sites.len() as f64;
    Took {
        all,
        rates: seen.values().map(|seen| rate(seen, each)).collect(),
        spent: spent.map(|spent| spent.as_secs_f64() * 1e3 / documents),
        resident,
        peak,
        requests: erp.ask("count")["requests"].as_u64().unwrap() as f64 / documents,
    }
}

/// Documents a second between the first look that found some and the last one that found some left.
fn rate(seen: &[(Duration, u64)], each: u64) -> f64 {
    let under_way: Vec<_> = seen.iter().filter(|(_, count)| (1..each).contains(count)).collect();
    match (under_way.first(), under_way.last()) {
        (Some(first), Some(last)) if first.0 < last.0 => (last.1 - first.1) as f64 / (last.0 - first.0).as_secs_f64(),
        _ => each as f64 / seen.last().unwrap().0.as_secs_f64(),
    }
}

/// The same bodies by a client that does nothing else: documents a second of a site, and milliseconds of its processor and the stand-in's.
fn sent(sites: &[&str], each: usize) -> (f64, [f64; 2]) {
    let (erp, masters) = (Erp::start(DELAY), workshops::masters());
    let of = |site: &&str| erp::bodies(&site.parse().unwrap(), &masters, workshops::sales(site, each));
    let bodies: Vec<Vec<String>> = sites.iter().map(of).collect();
    let used = || [cpu(std::process::id()), cpu(erp.id())];
    let (before, begun) = (used(), Instant::now());
    std::thread::scope(|scope| {
        bodies.iter().for_each(|bodies| drop(scope.spawn(|| erp::send(&erp.url, &erp.key, bodies))));
    });
    let (took, after) = (begun.elapsed(), used());
    let ms = |at: usize| (after[at] - before[at]).as_secs_f64() * 1e3 / (each * sites.len()) as f64;
    (each as f64 / took.as_secs_f64(), [ms(0), ms(1)])
}

fn mb(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / 1e6)
}

#[test]
fn a_backlog_on_the_office_s_disk_is_in_the_books_once() {
    let (dir, sites, each) = (dir(), &SITES[..2], 50);
    let mut office = office(dir.path(), sites, each);
    let mut erp = Erp::start(Duration::ZERO);
    erp.ask("keep");
    let took = posted(&mut office, &mut erp, sites, each);
    assert!(took.requests >= 1.0 && took.peak > 0 && took.resident.len() > 1, "{}", took.requests);
    // Again by an office that knows of nothing: it is answered as before, and nothing is there twice.
    forget_words(&mut office, sites);
    posted(&mut office, &mut erp, sites, each);
    let there = erp.ask("count");
    assert_eq!((&there["documents"], &there["ids"]), (&100.into(), &100.into()));
    // What is sent alone is taken as well.
    assert!(sent(sites, each).0 > 0.0);
}

/// The line of a table.
fn line(what: &str, took: &Took, bare: f64) -> Vec<String> {
    let of_a_site = median(took.rates.clone());
    let (least, most) = took.rates.iter().fold((f64::MAX, 0.0_f64), |(l, m), rate| (l.min(*rate), m.max(*rate)));
    vec![
        what.to_owned(),
        format!("{of_a_site:.0} ({least:.0} to {most:.0})"),
        format!("{:.2}", of_a_site / bare),
        format!("{:.0} s", took.all.as_secs_f64()),
        format!("{:.2}", took.spent[0]),
        format!("{:.2}", took.spent[1]),
        format!("{:.2}", took.requests),
        format!("{} MB", mb(took.peak)),
    ]
}

/// Measures one backlog; the most that the office has had in memory.
fn measured(backlog: usize) -> u64 {
    let (dir, each) = (dir(), backlog / SITES.len());
    let mut office = office(dir.path(), &SITES, each);
    let mut erp = Erp::start(DELAY);
    erp.ask("keep");
    let working = posted(&mut office, &mut erp, &SITES, each);
    forget_words(&mut office, &SITES);
    let ready = posted(&mut office, &mut erp, &SITES, each);
    let there = erp.ask("count");
    assert_eq!((&there["documents"], &there["ids"]), (&backlog.into(), &backlog.into()));
    drop(erp);
    let (bare, [own, its]) = sent(&SITES, each);
    let rows = [
        line("posted and read back", &working, bare),
        line("answers ready", &ready, bare),
        vec![
            "sent, and no more".into(),
            format!("{bare:.0}"),
            "1".into(),
            format!("{:.0} s", each as f64 / bare),
            format!("{own:.2}"),
            format!("{its:.2}"),
            "1.00".into(),
            String::new(),
        ],
    ];
    let head = [
        "",
        "documents a second a site (slowest to fastest)",
        "of the rate of what is sent",
        "from the start to the last",
        "office, ms of processor a document",
        "stand-in",
        "requests",
        "most in memory",
    ];
    table(&format!("A whole office of {} sites, {backlog} documents", SITES.len()), &head, &rows);
    for (what, took) in [("posted and read back", &working), ("answers ready", &ready)] {
        let seconds: Vec<String> = took.resident.iter().map(|bytes| mb(*bytes)).collect();
        println!("MB in memory each second, {what}: {}", seconds.join(" "));
    }
    working.peak.max(ready.peak)
}

#[test]
#[ignore = "a measurement: scripts/bench runs it"]
fn bench_office_posts_a_backlog() {
    println!("{}", busy());
    let peaks = BACKLOGS.map(measured);
    let [few, many] = BACKLOGS;
    println!("most in memory with {many} to post, of that with {few}: {:.2}", peaks[1] as f64 / peaks[0] as f64);
}
