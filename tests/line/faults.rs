//! One fault at a time, on a line that is good otherwise.

use crate::shop::{Shop, since};
use rig::line::{Conditions, Resets};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);
/// More than a handshake with a ticket takes down, and less than one with a certificate.
const RESUMED_MOST_DOWN: u64 = 900;

#[test]
fn a_line_that_is_reset_every_few_seconds_brings_everything_once() {
    let mut shop = Shop::open("");
    shop.control.cut();
    shop.sell(400);
    let resets = Some(Resets { after_ms: 3_000..=6_000, seed: 11 });
    shop.control.set(Conditions { rtt_ms: 200, bits_per_s: Some(64_000), resets, ..Conditions::default() });
    let first = shop.arrive(MINUTE, MINUTE / 2);
    // Sales go on while the line keeps breaking.
    shop.sell(100);
    let second = shop.arrive(MINUTE, MINUTE / 2);
    shop.check_books();
    for arrival in [first, second] {
        println!("resets every 3 to 6 s: {:?} in {:?}", arrival.counts, arrival.took);
    }
}

#[test]
fn a_line_that_swallows_everything_is_noticed_by_keepalive_and_what_it_swallowed_is_sent_again() {
    let mut shop = Shop::open("keepalive_s = 2");
    let before = shop.control.counts();
    shop.control.go_silent();
    shop.sell(20);
    // The old connection has lost bytes and stays half-open; only a new one can carry anything.
    let noticed = |status: &serde_json::Value| status["line"]["road"]["state"] != "up";
    shop.till.wait_until("a line that is known to be dead", MINUTE / 2, noticed).unwrap();
    assert_eq!(shop.booked(), 0);
    shop.control.restore();
    let arrival = shop.arrive(2 * MINUTE, MINUTE);
    shop.check_books();
    let counts = since(shop.control.counts(), before);
    assert!(counts.connections >= 1 && counts.bytes_lost > 0, "{counts:?}");
    println!("after a silent line: everything there {:?} after it came back", arrival.took);
}

#[test]
fn a_half_open_line_that_loses_only_what_comes_back_is_noticed_too() {
    let mut shop = Shop::open("keepalive_s = 2");
    shop.control.change(|now| now.is_down_swallowed = true);
    shop.sell(5);
    let began = Instant::now();
    let noticed = |status: &serde_json::Value| status["line"]["office_answers"] != true;
    shop.till.wait_until("a line that is known to be dead", MINUTE / 2, noticed).unwrap();
    println!("a line that answers nothing was noticed after {:?}", began.elapsed());
    shop.control.restore();
    shop.arrive(2 * MINUTE, MINUTE);
    shop.check_books();
}

#[test]
fn an_office_that_restarts_in_the_middle_of_a_backlog_gets_the_rest_and_no_more() {
    let mut shop = Shop::open("");
    shop.control.cut();
    shop.sell(800);
    shop.control.set(Conditions { rtt_ms: 100, bits_per_s: Some(32_000), ..Conditions::default() });
    let until = Instant::now() + MINUTE;
    while shop.control.counts().bytes_up < 12_000 {
        assert!(Instant::now() < until, "nothing is sent");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(shop.booked() < 800, "it has everything already: this restart is not in the middle");
    shop.town.office.kill9().unwrap();
    shop.town.office.start().unwrap();
    let arrival = shop.arrive(2 * MINUTE, MINUTE);
    shop.check_books();
    println!("after the office's restart: {:?} in {:?}", arrival.counts, arrival.took);
}

#[test]
fn a_reconnect_resumes_tls_and_costs_half_of_a_first_connection() {
    let mut shop = Shop::open("keepalive_s = 3600");
    let first = {
        let counts = shop.control.counts();
        (counts.bytes_up, counts.bytes_down)
    };
    let mut reconnects = Vec::new();
    for _ in 0..3 {
        let before = shop.control.counts();
        shop.control.reset_all();
        let is_new = |_: &serde_json::Value| shop.control.counts().connections > before.connections;
        shop.till.wait_until("a new connection", MINUTE, is_new).unwrap();
        shop.settled();
        let counts = since(shop.control.counts(), before);
        assert_eq!(counts.connections, 1);
        reconnects.push((counts.bytes_up, counts.bytes_down));
    }
    println!(
        "first connection with enrolment and the first records: {first:?} B up and down; reconnects: {reconnects:?}"
    );
    for (_, down) in &reconnects {
        assert!(*down <= RESUMED_MOST_DOWN, "{reconnects:?}: the certificate went over the line again");
    }
    shop.sell(1);
    shop.arrive(MINUTE, MINUTE);
    shop.check_books();
}
