//! Crowds that say nothing, and one that says too much, beside a device that works.

use crate::open;
use rig::crowd::Crowd;
use rig::load::{self, End, Plan, Report};
use rig::sales::Sales;
use rig::town::{House, PASSWORD};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What a PUBACK may take beside a crowd, on a machine that other tests share.
const P99: Duration = Duration::from_millis(500);
/// The files that a process may have open on a system that nobody has told otherwise.
const USUAL_FILES: &str = "--nofile=1024:";

fn plan(at: SocketAddr, client: &str, seed: u64) -> Plan {
    let lines: String = Sales::new(seed).take(2_000).map(|sale| format!("{}\n", sale.json)).collect();
    let mut plan = Plan::new(at, lines);
    plan.client = client.into();
    plan.login = Some(("{client}".into(), PASSWORD.into()));
    plan
}

/// Sells one at a time.
fn works(till: &House, seed: u64) -> Report {
    let mut plan = plan(till.addr, "honest", seed);
    plan.end = End::Count(300);
    let report = load::run(plan).unwrap();
    assert_eq!((report.acked, report.reconnects), (300, 0));
    report
}

fn crowd(count: usize) {
    let (mut till, _town, _dir) = open(&["honest"], "");
    let alone = works(&till, 1);
    let began = Instant::now();
    let crowd = Crowd::gather(till.addr, count).unwrap();
    let gathered = began.elapsed();
    let beside = works(&till, 2);
    println!("{count} idle connections, gathered in {gathered:.1?}\n  alone:   {alone}\n  beside:  {beside}");
    assert!(Duration::from_micros(beside.latency.percentile_us(99.0)) < P99, "{beside}");
    assert!(till.process().unwrap().is_running());
    drop(crowd);
    works(&till, 3);
}

#[test]
fn a_thousand_idle_connections_leave_a_device_its_pubacks() {
    crowd(1_000);
}

#[test]
#[ignore = "ten thousand connections"]
fn soak_strangers_crowd() {
    crowd(10_000);
}

#[test]
fn a_crowd_larger_than_the_usual_number_of_open_files_does_not_stop_the_recording() {
    rig::packages::ensure(&["util-linux"]);
    let prlimit = rig::packages::program("prlimit").expect("util-linux has it");
    let (mut till, town, dir) = open(&["honest"], "");
    till.stop().unwrap();
    till.under = vec![prlimit.to_string_lossy().into_owned(), USUAL_FILES.to_owned()];
    till.start().unwrap();
    let crowd = Crowd::gather(till.addr, 2_000).unwrap();
    // A new connection, and whatever files the journal and the views have to open.
    works(&till, 4);
    let status = till.status().unwrap();
    assert_eq!(status["box"]["recording"], true, "{status}");
    drop((crowd, town, dir));
}

#[test]
fn a_flood_of_one_device_leaves_another_its_pubacks() {
    let (till, _town, _dir) = open(&["honest", "flood"], "");
    let alone = works(&till, 5);
    let mut flood = plan(till.addr, "flood", 6);
    flood.in_flight = 500;
    flood.drain = Duration::ZERO;
    let flood = load::start(flood).unwrap();
    let until = Instant::now() + crate::SOON;
    while flood.acked() < 2_000 {
        assert!(Instant::now() < until, "the flood is not served at all");
        std::thread::sleep(Duration::from_millis(10));
    }
    let beside = works(&till, 7);
    let flood = flood.stop().unwrap();
    println!("a flood: {flood}\n  alone:   {alone}\n  beside:  {beside}");
    assert!(Duration::from_micros(beside.latency.percentile_us(99.0)) < P99, "{beside}");
}
