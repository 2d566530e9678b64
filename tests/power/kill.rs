//! kill -9, of the box and of the office, while tills sell.

use crate::shop::Shop;

fn kills(of_box: usize, of_office: usize) {
    let dir = tempfile::tempdir().unwrap();
    let mut shop = Shop::open(dir.path(), &dir.path().join("shops"), dir.path());
    let selling = shop.sell();
    let mut cut_short = 0;
    for n in 0..of_box.max(of_office) {
        if n < of_box {
            Shop::await_sales(&selling, 40);
            shop.house.kill9().unwrap();
            shop.house.start().unwrap();
        }
        if n < of_office {
            Shop::await_sales(&selling, 40);
            let waiting = shop.house.status().unwrap()["waiting"].as_u64().unwrap();
            cut_short += u64::from(waiting > 0);
            shop.town.office.kill9().unwrap();
            shop.town.office.start().unwrap();
        }
    }
    let report = selling.stop().unwrap();
    shop.settle();
    let (acked, repeats) = shop.audit();
    println!("{of_box} kills of the box, {of_office} of the office ({cut_short} with records on the way): {report}");
    println!("{acked} acknowledged sales in the books once; {repeats} repeats in the journal");
    assert!(of_box == 0 || report.resent > 0, "no kill hit a publish in flight: {report}");
    shop.doctor();
}

#[test]
fn a_box_that_is_killed_under_load_loses_nothing_that_it_acknowledged() {
    kills(6, 0);
}

#[test]
fn an_office_that_is_killed_under_load_books_everything_once() {
    kills(0, 6);
}

#[test]
#[ignore = "long: scripts/soak"]
fn soak_power_kills_of_the_box() {
    kills(100, 0);
}

#[test]
#[ignore = "long: scripts/soak"]
fn soak_power_kills_of_the_office() {
    kills(0, 100);
}

#[test]
#[ignore = "long: scripts/soak"]
fn soak_power_kills_of_both() {
    kills(50, 50);
}
