//! What all measurements stand on: a directory on a real disk, sales, a box with tablets, medians, tables.

use rig::load::{End, Plan};
use rig::sales::Sales;
use rig::town::{House, PASSWORD, Town};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// The program that is measured.
pub(crate) const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// The site's name.
pub(crate) const SITE: &str = "bandung";
/// Longest wait for what takes no time on an idle machine.
pub(crate) const SOON: Duration = Duration::from_secs(120);
/// Sales that are taken in turn, where `scripts/bench` gives none.
const SALES: usize = 30_000;
/// Rounds of new ids that one load may use up.
const ROUNDS_OF_A_LOAD: u32 = 10_000;

/// A directory of our own on the disk that is measured.
pub(crate) fn dir() -> TempDir {
    let parent = std::env::var("OUTPOST_BENCH_DIR").unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").into());
    tempfile::Builder::new().prefix("bench-").tempdir_in(parent).unwrap()
}

/// Sales as JSON, one a line: those of `scripts/bench`, else the same kind from a seed.
pub(crate) fn sales() -> String {
    match std::env::var("OUTPOST_BENCH_SALES") {
        Ok(file) => std::fs::read_to_string(file).unwrap(),
        Err(_) => Sales::new(1).take(SALES).map(|sale| format!("{}\n", sale.json)).collect(),
    }
}

/// The tablets' names: `till-0` and so on.
pub(crate) fn tablets(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("till-{n}")).collect()
}

/// An office, and a box with tablets that is not started. `road` is the way to the office; `None` is straight to it.
pub(crate) fn town(dir: &Path, road: Option<SocketAddr>, count: usize, more: &str) -> (Town, House) {
    let town = Town::found(EXE, dir, "").unwrap();
    let tablets = tablets(count);
    let tablets: Vec<&str> = tablets.iter().map(String::as_str).collect();
    let shop = town.settle(SITE, road, &tablets, more).unwrap();
    (town, shop)
}

/// A box whose office is away, as at night or behind a dead modem: what it does itself is measured, and no office beside it.
pub(crate) fn lonely(dir: &Path, count: usize) -> House {
    let (mut town, shop) = town(dir, None, count, "");
    town.office.kill9().unwrap();
    shop
}

/// Tablets that publish sales at a box. No two plans publish the same ids.
pub(crate) fn load(target: SocketAddr, payloads: &str, shape: (usize, usize), end: End) -> Plan {
    static LOADS: AtomicU32 = AtomicU32::new(0);
    let mut plan = Plan::new(target, payloads.to_owned());
    (plan.clients, plan.in_flight) = shape;
    plan.client = "till-{n}".into();
    plan.login = Some(("{client}".into(), PASSWORD.into()));
    plan.first_round = 1 + LOADS.fetch_add(1, Ordering::Relaxed) * ROUNDS_OF_A_LOAD;
    plan.end = end;
    plan
}

/// The middle one.
pub(crate) fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// Processor time that a process has used so far, all its threads together.
pub(crate) fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    // The kernel tells it in hundredths of a second on every Linux that Debian has.
    Duration::from_millis(ticks * 10)
}

/// How busy the machine is beside us: numbers of a loaded machine are read with care.
pub(crate) fn busy() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    let mut words = load.split(' ');
    format!("load average before: {}", words.next().unwrap())
}

/// Prints a table in Markdown.
pub(crate) fn table(title: &str, head: &[&str], rows: &[Vec<String>]) {
    println!("\n{title}\n");
    println!("| {} |", head.join(" | "));
    println!("|{}", "---|".repeat(head.len()));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
}
