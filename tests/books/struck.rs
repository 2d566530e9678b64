//! Power cuts at the office and faults in ERPNext, in the middle of posting.

use super::shop::{self, Shop, receipt, sale};
use super::{SOON, times};
use super::{books, until};
use erpnext_stand_in::Faults;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Sales of each site.
const SALES: u32 = 60;
/// How often the office is killed.
const KILLS: u32 = 6;

#[test]
fn an_office_that_is_killed_while_it_posts_books_everything_once() {
    let mut shop = Shop::open(&["bandung", "garut"]);
    // ERPNext keeps nothing from being there twice: that is the office's alone.
    shop.erp.let_ids_repeat();
    let (mut sales, mut ids) = (Vec::new(), Vec::new());
    for n in 0..2 {
        let stock = receipt(1_000 * n + 1, "1000");
        let warehouse = ["Stores - TW", "Finished Goods - TW"][n as usize];
        let of_site = |mut document: Value, field: &str| {
            document[field] = warehouse.into();
            document
        };
        shop.send(n as usize, "stock-entry", &of_site(stock, "to_warehouse"));
        let made = (2..SALES + 2).map(|i| of_site(sale(1_000 * n + i, "1"), "set_warehouse"));
        ids.extend((1..SALES + 2).map(|i| shop::id(1_000 * n + i)));
        sales.push(made.collect::<Vec<_>>());
    }
    let faults =
        Faults { seed: 7, error_502: 0.03, drop_before: 0.03, drop_after: 0.08, deadlock: 0.05, ..Faults::default() };
    shop.erp.set_faults(faults);
    // So slow that each kill comes before the last is posted.
    shop.erp.set_delay(Duration::from_millis(20));
    for (n, sales) in sales.iter().enumerate() {
        shop::send(&shop.boxes[n], "sales-invoice", &sales.iter().collect::<Vec<_>>());
    }
    let posted = |shop: &Shop| shop.erp.submitted().len() as u32;
    let mut mid_way = 0;
    for kill in 1..=KILLS {
        let goal = kill * (2 * SALES) / (KILLS + 1);
        let end = Instant::now() + SOON;
        while posted(&shop) < goal {
            assert!(
                Instant::now() < end,
                "{} of {goal} are posted: {}",
                posted(&shop),
                shop.town.office.status().unwrap()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        shop.town.office.kill9().unwrap();
        mid_way += u32::from(posted(&shop) < 2 * SALES + 2);
        shop.town.office.start().unwrap();
    }
    assert_eq!(mid_way, KILLS, "a kill hit an idle office");
    let end = Instant::now() + 2 * SOON;
    while ids.iter().any(|id| times(&shop.erp, id) == 0) {
        let left = ids.iter().filter(|id| times(&shop.erp, id) == 0).count();
        assert!(Instant::now() < end, "{left} are not posted: {} {}", shop.held(), shop.town.office.status().unwrap());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(ids.iter().all(|id| times(&shop.erp, id) == 1), "something is in the books twice");
    assert_eq!(shop.erp.submitted().len(), ids.len());
    let tally = shop.erp.tally();
    println!("{KILLS} kills and {tally:?}: {} documents once each", ids.len());
    for fault in ["error_502", "drop_before", "drop_after", "deadlock"] {
        assert!(tally.faults.contains_key(fault), "no {fault} on the way: the proof is hollow, {:?}", tally.faults);
    }
    // The boxes hear of each.
    for (of_box, shop_box) in ids.chunks(ids.len() / shop.boxes.len()).zip(&shop.boxes) {
        for id in of_box {
            until("the word at the box", || books(shop_box, id), |state| state.starts_with("posted"));
        }
    }
    shop.close();
}

#[test]
fn an_office_is_stopped_at_once_though_erpnext_takes_its_time_and_books_it_once() {
    let mut shop = Shop::open(&["bandung"]);
    shop.send(0, "stock-entry", &receipt(1, "10"));
    shop.send(0, "sales-invoice", &sale(2, "1"));
    until("the first sale", || books(&shop.boxes[0], &shop::id(2)), |state| state.starts_with("posted"));
    // It books the next one at once, and answers long after a stop has to be over.
    shop.erp.set_delay(Duration::from_secs(100));
    shop.erp.reset_tally();
    shop.send(0, "sales-invoice", &sale(3, "1"));
    let asked = || shop.erp.tally().requests;
    until("the request under way", asked, |asked| asked.get("POST /api/resource/Sales Invoice") == Some(&1));
    let begun = Instant::now();
    shop.town.office.stop().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20), "the stop took {:?}", begun.elapsed());
    assert_eq!(times(&shop.erp, &shop::id(3)), 1);
    shop.erp.set_delay(Duration::ZERO);
    shop.town.office.start().unwrap();
    until("the second sale", || books(&shop.boxes[0], &shop::id(3)), |state| state.starts_with("posted"));
    assert_eq!(times(&shop.erp, &shop::id(3)), 1);
    shop.close();
}
