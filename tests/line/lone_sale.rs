//! What one sale costs on a line that is up and has nothing else to carry.

use crate::SOON;
use crate::shop::{SITE, Shop, since};
use rig::line::Counts;
use rig::town::Town;
use std::time::{Duration, Instant};

/// Longer than anything waits that belongs to a sale: the box's ack of the office's word goes with the next one.
const QUIET: Duration = Duration::from_secs(5);
/// Sales, one after the other: what one costs varies by some bytes with what is in it.
const SALES: u64 = 8;
/// What a sale may cost on its way up, TLS and MQTT included.
const MOST_UP: u64 = 350;

/// Waits until nothing has passed for [`QUIET`].
fn quiet(shop: &Shop) -> Counts {
    let (mut counts, mut since) = (shop.control.counts(), Instant::now());
    let until = Instant::now() + 4 * SOON;
    while since.elapsed() < QUIET {
        assert!(Instant::now() < until, "the line is never quiet");
        std::thread::sleep(Duration::from_millis(100));
        let now = shop.control.counts();
        if now != counts {
            (counts, since) = (now, Instant::now());
        }
    }
    counts
}

#[test]
fn a_lone_sale_costs_at_most_350_bytes_up() {
    let mut shop = Shop::open("keepalive_s = 3600");
    shop.sell(1);
    let before = quiet(&shop);
    for sold in 2..2 + SALES {
        shop.sell(1);
        shop.town.office.wait_until("the sale in the books", SOON, |_| shop.booked() == sold).unwrap();
        shop.settled();
    }
    let all = since(quiet(&shop), before);
    let [up, down] = [all.bytes_up, all.bytes_down].map(|bytes| bytes.div_ceil(SALES));
    println!("a lone sale, with the ack of the office's word on the one before: {up} B up and {down} B down");
    shop.check_books();
    let site = Town::site(&shop.town.office.status().unwrap(), SITE);
    let told = &site["condition"];
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"), "{site}");
    assert!(told["free_mb"].as_u64().unwrap() > 0 && told["bytes_this_month"].as_u64().is_some(), "{told}");
    assert!(told["clock"]["ahead_s"].as_i64().unwrap().abs() < 60, "{told}");
    assert!(up <= MOST_UP, "{all:?} for {SALES} sales");
}
