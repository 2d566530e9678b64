//! A first load over lines that hold and lines that do not.

use super::ends::{Road, both, office, shop};
use super::*;
use outpost::rows::OfficeRows;
use std::sync::Arc;

#[test]
fn a_hundred_thousand_items_come_over_a_line_and_their_bytes_are_told() {
    const ITEMS: usize = 100_000;
    let dir = tempfile::tempdir().unwrap();
    let rows = Arc::new(OfficeRows::open(&dir.path().join("office/rows")).unwrap());
    let all: Vec<_> = (0..ITEMS).map(told).collect();
    let plain: usize = all.iter().map(|(key, row)| key.name.len() + row.as_ref().unwrap().0.len()).sum();
    let began = std::time::Instant::now();
    assert_eq!(rows.put(all.clone()).unwrap(), ITEMS);
    let loaded = began.elapsed();
    assert_eq!(rows.put(all).unwrap(), 0, "the same again changes nothing");
    let (mut shop_end, mut office_end, mut road) = (shop(dir.path()), office(dir.path(), &rows), Road::new());
    let began = std::time::Instant::now();
    road.talk(&mut shop_end, &mut office_end, || u64::MAX);
    let [held, expected] = both(&shop_end, &rows);
    assert!(held == expected && held.len() == ITEMS);
    assert!(shop_end.exchange.taken().unwrap().is_complete());
    println!(
        "{ITEMS} items: {:.1} B a row plain, {:.1} B a row sealed, both ways ({} envelopes); put in {loaded:?}, carried in {:?}",
        plain as f64 / ITEMS as f64,
        road.sent as f64 / ITEMS as f64,
        road.envelopes,
        began.elapsed()
    );
    // One price changes: what that costs.
    let before = road.sent;
    let (key, _) = told(5);
    rows.put(vec![(key, told(6).1)]).unwrap();
    road.talk(&mut shop_end, &mut office_end, || u64::MAX);
    let [held, expected] = both(&shop_end, &rows);
    assert!(held == expected);
    println!("one row more, with two hellos: {} B", road.sent - before);
    drop(shop_end);
    let again = shop(dir.path());
    assert!(both(&again, &rows)[0] == expected, "it is all there after a start");
}

#[test]
fn a_first_load_over_a_line_that_breaks_every_few_kilobytes_goes_on_where_it_stopped() {
    const ITEMS: usize = 10_000;
    let dir = tempfile::tempdir().unwrap();
    let rows = Arc::new(OfficeRows::open(&dir.path().join("office/rows")).unwrap());
    rows.put((0..ITEMS).map(told).collect()).unwrap();
    let (mut shop_end, mut office_end, mut road) = (shop(dir.path()), office(dir.path(), &rows), Road::new());
    let mut dice = 7_u64;
    road.talk(&mut shop_end, &mut office_end, || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        8_000 + (dice >> 33) % 16_000
    });
    let [held, expected] = both(&shop_end, &rows);
    assert!(held == expected);
    println!("{ITEMS} items over {} breaks: {} B sent, {} B of them arrived", road.breaks, road.sent, road.arrived);
    assert!(road.breaks > 10, "this was no bad line");
    assert!(road.sent * 10 < road.arrived * 13, "too much was sent in vain");
}
