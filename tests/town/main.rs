//! The real program as people run it: an office, boxes, devices, and what happens to them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod first_sale;
mod goods;
mod lost_box;
mod moves;
mod trust;

use rig::load::{self, End, Plan};
use rig::sales::Sales;
use rig::town::{House, PASSWORD};
use std::time::{Duration, Instant};

/// The program under test.
const EXE: &str = env!("CARGO_BIN_EXE_outpost");
/// Longest wait for anything that takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(60);

/// Sells at a tablet, all receipted, and gives the ids. Each seed makes other sales.
fn sell(shop: &House, tablet: &str, seed: u64, count: usize) -> Vec<String> {
    let sales: Vec<_> = Sales::new(seed).take(count).collect();
    let lines: String = sales.iter().map(|sale| format!("{}\n", sale.json)).collect();
    let mut plan = Plan::new(shop.addr, lines);
    plan.client = tablet.into();
    plan.topic = "tx/{client}/sales-invoice".into();
    plan.login = Some(("{client}".into(), PASSWORD.into()));
    plan.end = End::Count(count as u64);
    assert_eq!(load::run(plan).unwrap().acked, count as u64);
    sales.into_iter().map(|sale| sale.id).collect()
}

/// Waits for a condition that no status shows by itself.
fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < end, "waited {SOON:?} for {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
