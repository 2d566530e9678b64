//! The office says in ERPNext which workshops are on their line, and says nothing of those that are not.

use super::shop::{self, Shop, receipt};
use super::{SOON, times, until};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::guard::{LINK, Mode};
use outpost_erpnext::setup::{Wish, Wishes, plan};
use serde_json::Value;

/// ERPNext's own word on when a site's link was saved; nothing where it never was.
fn saved(shop: &Shop, site: &str) -> Option<String> {
    Some(shop.erp.document(LINK, site)?["modified"].as_str().unwrap().to_owned())
}

/// Waits until a site's link is saved so many times more.
fn wait_saved(shop: &Shop, site: &str, more: u32) {
    for _ in 0..more {
        let before = saved(shop, site);
        until("a link saved", || saved(shop, site), |now| *now != before);
    }
}

fn told(status: &Value) -> Value {
    status["erpnext"]["guard"].clone()
}

#[test]
fn a_workshop_s_link_is_saved_while_its_box_is_there_and_not_after() {
    let mut shop = Shop::open(&["bandung", "garut"]);
    let toml = shop.town.office.dir.join("erpnext.toml");
    let without = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, format!("{without}[guard]\nevery_s = 1\n")).unwrap();
    // Nothing is installed yet: that is told, and posting goes on.
    let troubled = |status: &Value| told(status)["trouble"].is_string();
    shop.town.office.wait_until("the trouble told", SOON, troubled).unwrap();
    shop.send(0, "stock-entry", &receipt(1, "10"));
    until("the receipt in the books", || times(&shop.erp, &shop::id(1)), |times| *times == 1);

    shop.erp.set_server_scripts(true);
    let user = shop.erp.admin();
    let admin = Client::new(&shop.erp.url(), &Key { key: user.key, secret: user.secret }, None).unwrap();
    let wishes = Wishes { email: "outpost@tailor.local".into(), guard: Wish::There(Mode::Asking), ..Wishes::default() };
    let guard = plan(&admin, &wishes).unwrap();
    guard.carry_out(&admin, &mut |_| {}, &mut |_| Ok(())).unwrap();
    wait_saved(&shop, "bandung", 3);
    wait_saved(&shop, "garut", 3);
    let heard = shop.erp.document(LINK, "bandung").unwrap()["heard"].as_str().unwrap().to_owned();
    assert!(heard.parse::<jiff::civil::DateTime>().is_ok(), "{heard:?} is no moment as ERPNext takes it");
    let well = |status: &Value| told(status)["trouble"].is_null() && told(status)["sites"]["bandung"]["up"] == true;
    shop.town.office.wait_until("that it goes well", SOON, well).unwrap();

    // Garut's box goes; Bandung's, of which nothing new is to be said either, stays.
    shop.boxes[1].stop().unwrap();
    let down = |status: &Value| told(status)["sites"]["garut"]["up"] == false;
    shop.town.office.wait_until("that it is down", SOON, down).unwrap();
    let last = saved(&shop, "garut");
    wait_saved(&shop, "bandung", 4);
    assert_eq!(saved(&shop, "garut"), last, "a workshop that is not there was said to be");
    shop.boxes[1].start().unwrap();
    wait_saved(&shop, "garut", 1);

    // An office that is off says nothing of anybody.
    shop.town.office.stop().unwrap();
    let last = (saved(&shop, "bandung"), saved(&shop, "garut"));
    std::fs::write(&toml, without).unwrap();
    shop.town.office.start().unwrap();
    shop.town.office.wait_until("no guard", SOON, |status| told(status).is_null()).unwrap();
    shop.send(0, "stock-entry", &receipt(2, "10"));
    until("the other receipt in the books", || times(&shop.erp, &shop::id(2)), |times| *times == 1);
    assert_eq!((saved(&shop, "bandung"), saved(&shop, "garut")), last, "nobody wishes for it any more");
    shop.close();
}
