//! What one sale costs on a line that is up and has nothing else to carry.

use crate::SOON;
use crate::shop::{Shop, since};
use rig::line::Counts;
use std::time::{Duration, Instant};

/// Longer than the box's ack of an outcome waits for something to travel with.
const QUIET: Duration = Duration::from_secs(23);
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
    shop.sell(1);
    shop.town.office.wait_until("the sale in the books", SOON, |_| shop.booked() == 2).unwrap();
    shop.settled();
    let at_once = since(shop.control.counts(), before);
    let whole = since(quiet(&shop), before);
    println!(
        "a lone sale: {} B up and {} B down until the box knows that it is in the books; with the ack of that, when no \
         other sale comes in 20 s: {} B up and {} B down",
        at_once.bytes_up, at_once.bytes_down, whole.bytes_up, whole.bytes_down
    );
    shop.check_books();
    assert!(at_once.bytes_up <= MOST_UP, "{at_once:?}");
}
