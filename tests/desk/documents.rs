//! Documents of all sites at the desk.

use crate::SOON;
use crate::house::Office;
use crate::trade::{DAY, Trade, id, ids, is_told, load, publish, receipt, sale, settings};
use serde_json::{Value, json};

#[test]
fn documents_of_all_sites_are_found_by_day_kind_party_and_number_page_by_page() {
    let trade = Trade::open();
    let desk = &trade.desk;
    trade.send(0, "stock-entry", &[receipt(1, "ZIP", 5, "Bandung")]);
    trade.send(0, "sales-invoice", &[2, 3].map(|n| sale(n, n, "Bandung")));
    trade.send(1, "stock-entry", &[receipt(4, "BUTTON", 50, "Garut")]);
    trade.send(1, "sales-invoice", &[5, 6].map(|n| sale(n, 1, "Garut")));

    let day = desk.ask(&format!("/api/documents?day={DAY}"));
    assert_eq!(ids(&day), [3, 2, 1, 6, 5, 4].map(id), "site by site, the latest first");
    let line = &day["items"][0];
    assert_eq!(
        (&line["site"], &line["kind"], &line["number"]),
        (&json!("bandung"), &json!("sales-invoice"), &json!("BDG-SI-A000002")),
        "{line}"
    );
    assert_eq!(
        (&line["party"], &line["total"], &line["mark"]),
        (&json!("Bu Sari"), &json!("3000"), &json!("at_office")),
        "{line}"
    );
    assert_eq!((&line["day"], &line["cancelled"], &line["name"]), (&json!(DAY), &json!(false), &Value::Null), "{line}");
    assert!(line["since"].as_str().unwrap().ends_with('Z'), "{line}");
    let of = |query: &str| desk.ask(&format!("/api/documents?{query}"));
    assert_eq!(ids(&of(&format!("day={DAY}&site=garut"))), [6, 5, 4].map(id));
    assert_eq!(ids(&of(&format!("day={DAY}&kind=stock-entry"))), [1, 4].map(id));
    assert_eq!(ids(&of("party=Bu+Sari")), [3, 2, 6, 5].map(id));
    assert_eq!(ids(&of("party=Bu+Sari&site=garut")), [6, 5].map(id));
    assert_eq!(ids(&of("party=Nobody")), [""; 0]);
    assert_eq!(ids(&of("number=BDG-SI-A000001")), [id(2)]);
    assert_eq!(ids(&of("number=grt-si-a000002")), [id(6)], "as people type it");
    assert_eq!(ids(&of("day=2026-11-03")), [""; 0]);
    trade.is_paged(&format!("/api/documents?day={DAY}"), &format!("/api/documents?day={DAY}&site=bandung"));
    trade.is_paged("/api/documents?party=Bu+Sari", "/api/documents?party=Nobody");

    // What comes meanwhile moves nothing of what was told.
    let first = of(&format!("day={DAY}&limit=2"));
    trade.send(0, "sales-invoice", &[sale(7, 1, "Bandung")]);
    let second = of(&format!("day={DAY}&limit=2&after={}", first["next"].as_str().unwrap()));
    assert_eq!(
        (ids(&first), ids(&second)),
        ([3, 2].map(id).iter().map(|id| &**id).collect(), [1, 6].map(id).iter().map(|id| &**id).collect())
    );

    for (query, input) in [
        ("", "day"),
        ("?site=bandung", "day"),
        ("?day=02.11.2026", "day"),
        ("?day=2026-11-02&party=Bu+Sari", "day"),
        ("?party=Bu+Sari&kind=sales-invoice", "day"),
        ("?day=2026-11-02&kind=Sales+Invoice", "kind"),
        ("?number=7", "number"),
        ("?day=2026-11-02&site=Not+A+Site", "site"),
        ("?day=2026-11-02&day=2026-11-03", "day"),
    ] {
        assert_eq!(desk.get(&format!("/api/documents{query}")).refused(400), input, "{query}");
    }
    assert_eq!(desk.get("/api/documents?day=2026-11-02&site=nowhere").refused(404), "site");

    let shared = desk.ask("/api/documents/shared-numbers");
    assert_eq!(shared, json!({"items": [], "next": null}), "nobody has copied a card");
    assert_eq!(desk.get("/api/documents/shared-numbers?day=2026-11-02").refused(400), "day");
}

#[test]
fn a_document_is_found_and_shown_by_the_number_on_its_paper_whatever_the_office_chooses_later() {
    let trade = Trade::open();
    let desk = &trade.desk;
    trade.send(0, "stock-entry", &[receipt(1, "BUTTON", 50, "Bandung")]);
    trade.send(0, "sales-invoice", &[sale(2, 1, "Bandung")]);
    load(&trade.office, &[("settings", json!([settings("bandung", "BD2"), settings("garut", "BDG")]))]);
    ["bandung", "garut"].iter().for_each(|site| is_told(&trade.office, site));
    trade.send(0, "sales-invoice", &[sale(3, 1, "Bandung")]);
    trade.send(1, "stock-entry", &[receipt(4, "BUTTON", 50, "Garut")]);
    trade.send(1, "sales-invoice", &[sale(5, 1, "Garut")]);

    let of = |query: &str| desk.ask(&format!("/api/documents?{query}"));
    // The other workshop prints now what this one has printed: both are shown, each by its paper.
    assert_eq!(ids(&of("number=BDG-SI-A000001")), [2, 5].map(id));
    assert_eq!(ids(&of("number=bd2-si-a000002")), [id(3)]);
    for no_paper in ["BD2-SI-A000001", "BDG-SI-A000002", "GRT-SI-A000001"] {
        assert_eq!(ids(&of(&format!("number={no_paper}"))), [""; 0], "{no_paper}");
    }
    let listed = of(&format!("day={DAY}&kind=sales-invoice&site=bandung"));
    assert_eq!(
        (&listed["items"][0]["number"], &listed["items"][1]["number"]),
        (&json!("BD2-SI-A000002"), &json!("BDG-SI-A000001"))
    );
    let way = &desk.ask(&format!("/api/documents/{}", id(2)))["ways"][0];
    assert_eq!((&way["line"]["number"], &way["booked"]["p"]), (&json!("BDG-SI-A000001"), &json!("BDG")));
    let office = &trade.office.town.office;
    let shown = |number: &str| office.command(&["show", "number", number], "").unwrap();
    let (old, new) = (shown("BDG-SI-A000001"), shown("BD2-SI-A000002"));
    assert!(old.contains(&id(2)) && old.contains(&id(5)) && !old.contains("BD2"), "{old}");
    assert!(new.contains(&id(3)) && !new.contains(&id(2)), "{new}");
}

#[test]
fn one_document_is_told_with_the_stamps_of_its_way_its_cancellation_and_what_came_back() {
    let trade = Trade::open();
    let desk = &trade.desk;
    let sold = sale(1, 5, "Bandung");
    trade.send(0, "sales-invoice", std::slice::from_ref(&sold));
    let shown = desk.ask(&format!("/api/documents/{}", id(1)));
    let ways = shown["ways"].as_array().unwrap();
    let way = &ways[0];
    assert_eq!((ways.len(), &way["site"], &way["line"]["id"]), (1, &json!("bandung"), &json!(id(1))), "{shown}");
    assert_eq!((&way["line"]["number"], &way["device"]), (&json!("BDG-SI-A000001"), &json!("till")));
    assert_eq!(way["document"]["items"][0]["qty"], "5");
    assert_eq!(way["document"]["customer"], sold["customer"]);
    assert_eq!((&way["cancellation"], &way["amends"], &way["returned"]), (&Value::Null, &Value::Null, &json!({})));
    assert!(way["booked"].is_object() && way["hash"].as_str().is_some_and(|hash| hash.len() == 8), "{way}");
    let stamps = way["stamps"].as_array().unwrap();
    let whats: Vec<_> = stamps.iter().map(|stamp| &stamp["what"]).collect();
    assert_eq!(whats, ["saved", "arrived"], "{way}");
    assert!(stamps.iter().all(|stamp| stamp["sure"].is_boolean()), "{way}");
    assert_eq!(stamps[0]["position"], way["line"]["position"]);
    assert_eq!(stamps[1]["at"], way["line"]["since"]);
    assert_eq!((&stamps[0]["road"], &stamps[1]["road"]), (&Value::Null, &json!("line")), "{way}");
    assert!(stamps[0]["at"].as_str() <= stamps[1]["at"].as_str(), "{way}");

    let mut back = sale(2, 2, "Bandung");
    back["is_return"] = json!(1);
    back["return_against"] = json!(id(1));
    back["items"] = json!([{"item_code": "BUTTON", "qty": "-2", "rate": "1000", "sales_invoice_item": "1"}]);
    back["payments"] = json!([{"mode_of_payment": "Cash", "amount": "-2000"}]);
    trade.send(0, "sales-invoice", &[back]);
    let first = |n: u32| desk.ask(&format!("/api/documents/{}", id(n)))["ways"][0].clone();
    assert_eq!(first(1)["returned"], json!({"1": "2"}));
    trade.send(0, "cancellation", &[json!({"id": id(3), "document": id(2), "reason": "typed twice"})]);
    let way = first(2);
    let cancellation = &way["cancellation"];
    assert_eq!((&way["line"]["cancelled"], &cancellation["id"]), (&json!(true), &json!(id(3))), "{way}");
    assert_eq!(cancellation["reason"], "typed twice");
    let whats: Vec<_> = cancellation["stamps"].as_array().unwrap().iter().map(|stamp| &stamp["what"]).collect();
    assert_eq!(whats, ["saved", "arrived"], "{way}");
    assert_eq!(first(1)["returned"], json!({}), "what was cancelled came back no more");

    assert_eq!(desk.get(&format!("/api/documents/{}", id(9))).refused(404), "id");
    assert_eq!(desk.get("/api/documents/7").refused(400), "id");
    assert_eq!(desk.get(&format!("/api/documents/{}?site=bandung", id(1))).refused(400), "site");
}

#[test]
fn what_came_on_a_stick_says_so() {
    let office = Office::open("");
    let dirs = ["port", "pocket"].map(|name| office.dir.path().join(name));
    dirs.iter().for_each(|dir| std::fs::create_dir_all(dir.join("red")).unwrap());
    std::fs::remove_dir(dirs[0].join("red")).unwrap();
    let [port, pocket] = dirs.map(|dir| dir.join("red"));
    let own = format!("stick_dirs = [\"{}\"]\ntrial_sticks = true", port.parent().unwrap().display());
    let nowhere = rig::mosquitto::free_addr().unwrap();
    let mut shop = office.town.settle("bandung", Some(nowhere), &["till"], &own).unwrap();
    shop.start().unwrap();
    publish(&shop, "tx/{client}/sales-invoice", &[sale(1, 1, "Bandung")]);
    std::fs::rename(&pocket, &port).unwrap();
    let may_pull = |status: &Value| status["sticks"].to_string().contains("may_pull");
    shop.wait_until("the stick to be written", SOON, may_pull).unwrap();
    std::fs::rename(&port, &pocket).unwrap();
    let desk = office.log_in("lia");
    assert_eq!(desk.get(&format!("/api/documents/{}", id(1))).refused(404), "id");
    office.town.office.command(&["office", "import", &pocket.to_string_lossy()], "").unwrap();
    let way = desk.ask(&format!("/api/documents/{}", id(1)))["ways"][0].clone();
    let told = |stamp: &Value| (stamp["what"].clone(), stamp["road"].clone());
    let stamps: Vec<_> = way["stamps"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(stamps, [(json!("saved"), Value::Null), (json!("arrived"), json!("stick"))], "{way}");
}
