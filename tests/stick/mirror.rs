//! A stick that stays in, and a box whose card dies.

use crate::SOON;
use crate::pocket::{Pocket, SITE, sticks_in};
use rig::load::{self, End, Plan};
use rig::mosquitto::free_addr;
use rig::town::{PASSWORD, Town};

#[test]
fn a_stick_that_stays_in_is_kept_up_to_date_and_cleared() {
    let mut pocket = Pocket::open_with(None);
    pocket.town.office.stop().unwrap();
    pocket.sell(5);
    pocket.put_in("mirror");
    let before = Pocket::parcels(&pocket.port("mirror"), "to-office").len();
    pocket.sell(5);
    let deadline = std::time::Instant::now() + SOON;
    while Pocket::parcels(&pocket.port("mirror"), "to-office").len() <= before {
        assert!(std::time::Instant::now() < deadline, "the mirror was not refreshed");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    pocket.town.office.start().unwrap();
    pocket.shop.wait_until("the line", SOON, |status| status["waiting"] == 0).unwrap();
    while !Pocket::parcels(&pocket.port("mirror"), "to-office").is_empty() {
        assert!(std::time::Instant::now() < deadline, "what the line brought was not cleared from the mirror");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let said = pocket.wait_for("mirror", |stick| stick["state"] == "may_pull");
    assert!(said["word"].as_str().unwrap().contains("the office has everything"), "{said}");
    pocket.all_is_booked_once();
}

#[test]
fn a_box_with_a_dead_card_is_brought_up_again_from_its_mirror() {
    let mut pocket = Pocket::open();
    pocket.sell(20);
    pocket.visit_shop("old");
    pocket.visit_office("old");
    pocket.sell(15);
    pocket.put_in("mirror");
    pocket.shop.kill9().unwrap();
    pocket.pull("mirror");
    std::fs::remove_dir_all(&pocket.shop.dir).unwrap();

    let (stick, file) = (pocket.stick("mirror"), pocket.dir.path().join("again.toml"));
    let args = ["office", "recover", SITE, &stick.to_string_lossy(), "--out", &file.to_string_lossy()];
    let told = pocket.town.office.command(&args, "").unwrap();
    assert!(told.contains("15 new records"), "{told}");
    pocket.all_is_booked_once();

    // Another box in its place, which has a line: a new key, compared, and a new store.
    let dir = pocket.dir.path().join("again");
    std::fs::create_dir_all(&dir).unwrap();
    let mut again = rig::town::House::new(crate::EXE, "box", &dir, free_addr().unwrap());
    again.command(&["enrol", "--take", &file.to_string_lossy()], "").unwrap();
    let settings = format!(
        "tcp = [\"{}\"]\nwebsocket = []\nhttp = []\n{}\n",
        again.addr,
        sticks_in(&pocket.dir.path().join("port"))
    );
    std::fs::write(dir.join("box.toml"), settings).unwrap();
    again.command(&["device", "add", "till-0", "--kind", "tablet", "--password-stdin"], PASSWORD).unwrap();
    again.start().unwrap();
    pocket.shop = again;
    pocket.sell(10);
    // The tablet kept what it had sold and submits it again: the same UUIDs, a box that has never seen them.
    let before: Vec<_> = rig::sales::Sales::new(2).take(15).collect();
    let mut plan =
        Plan::new(pocket.shop.addr, before.iter().map(|sale| format!("{}\n", sale.json)).collect::<String>());
    plan.client = "till-{n}".into();
    plan.topic = "tx/{client}/sales-invoice".into();
    plan.login = Some(("{client}".into(), PASSWORD.into()));
    plan.end = End::Count(15);
    assert_eq!(load::run(plan).unwrap().acked, 15);
    let office = &pocket.town.office;
    let booked = 20 + 15 + 10;
    office.wait_until("all in the books", SOON, |status| Town::site(status, SITE)["documents"] == booked).unwrap();
    pocket.all_is_booked_once();

    // What still turns up under the dead box's key brings nothing that is not there; its introduction opens no more.
    let old = pocket.stick("old");
    let told = pocket.town.office.command(&["office", "import", &old.to_string_lossy()], "").unwrap_err().to_string();
    assert!(told.contains(" 0 new records, 21 known"), "{told}");
    pocket.all_is_booked_once();
}
