//! Master data on a stick.

use super::ends::{End, Road, both, hand, office, shop};
use super::*;
use outpost::carry::{self, Folder, Progress, Way};
use outpost::courier::stick::Content;
use outpost::exchange::Master;
use outpost::rows::OfficeRows;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Takes and gives at one end; how many rows came, and how many files with rows were written.
fn visit(end: &Arc<Mutex<End>>, mount: &Path, (take, give): (Way, Way)) -> (u64, u64) {
    let (folder, hand) = (Folder::open(mount).unwrap(), hand(end));
    let nothing = &mut |_: Progress| {};
    let import = carry::import(&folder, (take, &site(1)), &mut |bytes| hand.take(bytes), nothing).unwrap();
    assert!(import.refused.is_empty(), "{:?}", import.refused);
    (import.rows, carry::export(&folder, (give, &site(1)), &hand, nothing).unwrap().rows_files)
}

const BOX: (Way, Way) = (Way::ToSite, Way::ToOffice);
const OFFICE: (Way, Way) = (Way::ToOffice, Way::ToSite);

fn files(mount: &Path) -> usize {
    let ours = Folder::open(mount).unwrap().list(Way::ToSite, &site(1)).unwrap().ours;
    ours.iter().filter(|(name, _)| matches!(name.content, Content::Rows(..))).count()
}

#[test]
fn a_first_load_comes_on_a_stick_what_changes_goes_on_it_and_what_was_taken_makes_room() {
    const ITEMS: usize = 100_000;
    let (dir, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let rows = Arc::new(OfficeRows::open(&dir.path().join("office/rows")).unwrap());
    rows.put((0..ITEMS).map(told).collect()).unwrap();
    let shop_end = Arc::new(Mutex::new(shop(dir.path())));
    let office_end = Arc::new(Mutex::new(office(dir.path(), &rows)));
    let (_, written) = visit(&office_end, stick.path(), OFFICE);
    assert!(written > 5 && files(stick.path()) as u64 == written);
    assert_eq!(visit(&office_end, stick.path(), OFFICE).1, 0, "it lies there already");
    rows.put(vec![(told(3).0, None), (told(4).0, told(5).1)]).unwrap();
    assert_eq!(visit(&office_end, stick.path(), OFFICE).1, 1, "what has changed goes beside it");
    let (came, _) = visit(&shop_end, stick.path(), BOX);
    assert_eq!(came, ITEMS as u64 + 2);
    let [held, expected] = both(&shop_end.lock().unwrap(), &rows);
    assert!(held == expected && held.len() == ITEMS - 1);
    assert!(shop_end.lock().unwrap().exchange.taken().unwrap().is_complete());
    assert_eq!(visit(&office_end, stick.path(), OFFICE).1, 0);
    assert_eq!(files(stick.path()), 0, "the box has it, and its word says so");
    rows.put(vec![(told(8).0, None)]).unwrap();
    visit(&office_end, stick.path(), OFFICE);
    assert_eq!(visit(&shop_end, stick.path(), BOX).0, 1);
    assert_eq!(visit(&shop_end, stick.path(), BOX).0, 0, "a second time it is known");
}

#[test]
fn line_and_stick_bring_the_same_and_the_stick_goes_on_from_the_line() {
    let (dir, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let rows = Arc::new(OfficeRows::open(&dir.path().join("office/rows")).unwrap());
    rows.put((0..20_000).map(told).collect()).unwrap();
    let shop_end = Arc::new(Mutex::new(shop(dir.path())));
    let office_end = Arc::new(Mutex::new(office(dir.path(), &rows)));
    visit(&office_end, stick.path(), OFFICE);
    // The line brings the first of it, and breaks for good.
    {
        let (mut shop_end, mut office_end) = (shop_end.lock().unwrap(), office_end.lock().unwrap());
        shop_end.exchange.connected(0);
        office_end.exchange.connected(0);
        for _ in 0..6 {
            while let Some(envelope) = shop_end.exchange.poll(0, None).unwrap() {
                office_end.exchange.arrived(0, &envelope).unwrap();
            }
            if let Some(envelope) = office_end.exchange.poll(0, None).unwrap() {
                shop_end.exchange.arrived(0, &envelope).unwrap();
            }
        }
        shop_end.exchange.disconnected();
        office_end.exchange.disconnected();
        let half = shop_end.exchange.taken().unwrap().len();
        assert!(half > 0 && half < 20_000, "{half}");
    }
    visit(&shop_end, stick.path(), BOX);
    let [held, expected] = both(&shop_end.lock().unwrap(), &rows);
    assert!(held == expected && held.len() == 20_000);
    let mut road = Road::new();
    road.talk(&mut shop_end.lock().unwrap(), &mut office_end.lock().unwrap(), || u64::MAX);
    assert!(road.sent < 10_000, "{} B: it came again by line", road.sent);
}

#[test]
fn a_box_of_before_takes_rows_for_an_empty_message() {
    let (dir, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let rows = Arc::new(OfficeRows::open(&dir.path().join("office/rows")).unwrap());
    rows.put((0..10).map(told).collect()).unwrap();
    let old = End::open(&dir.path().join("shop"), (site(1), 1), (SiteId::office(), 2), Master::None);
    let old = Arc::new(Mutex::new(old));
    let office_end = Arc::new(Mutex::new(office(dir.path(), &rows)));
    visit(&office_end, stick.path(), OFFICE);
    assert_eq!(visit(&old, stick.path(), BOX).0, 0);
    let mut road = Road::new();
    road.talk(&mut old.lock().unwrap(), &mut office_end.lock().unwrap(), || u64::MAX);
    let cursor = office_end.lock().unwrap().exchange.peer_cursor();
    assert_eq!(cursor, None, "it says none, and gets nothing by line");
}
