//! Who may ask.

use crate::house::{Shop, id, people, sale};
use crate::http::{basic, get, request};
use crate::socket::Tablet;
use crate::{JOKOS_PIN, WATIS_PIN};
use rig::town::PASSWORD;
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn a_tablets_login_opens_the_pages_and_no_other() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    let with = |header: &str| request(at, "GET /api/status", &[header], b"");
    let status = with(&basic("till", PASSWORD));
    assert_eq!(status.status, 200, "{status:?}");
    let status = status.json();
    assert_eq!((&status["box"]["site"], &status["fingerprint"]), (&"bandung".into(), &serde_json::Value::Null));
    assert!(status["line"].get("broker").is_none() && status.get("notices").is_none(), "{status}");
    let nobody = request(at, "GET /api/status", &[], b"");
    assert_eq!((nobody.refused(401), nobody.header("www-authenticate")), ("Authorization".into(), Some("Outpost")));
    for header in [&*basic("till", "wrong password"), "Authorization: Bearer x", &basic("nobody", PASSWORD)] {
        assert_eq!(with(header).refused(401), "Authorization");
    }
    let scanner = ["device", "add", "scanner-1", "--kind", "scanner", "--password-stdin"];
    shop.house.command(&scanner, PASSWORD).unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while with(&basic("scanner-1", PASSWORD)).status == 401 {
        assert!(Instant::now() < end, "the scanner's login is not taken up");
        std::thread::sleep(Duration::from_secs(1));
    }
    assert_eq!(with(&basic("scanner-1", PASSWORD)).refused(403), "Authorization");
    shop.house.command(&["device", "remove", "till"], "").unwrap();
    while with(&basic("till", PASSWORD)).status == 200 {
        assert!(Instant::now() < end, "a removed device goes on");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn whoever_guesses_is_slowed_down_here_as_at_the_gate() {
    let shop = Shop::open(&[]);
    let wrong = |n: u32| request(shop.at, "GET /api/status", &[&basic("till", &format!("wrong password {n}"))], b"");
    for n in 0..10 {
        assert_eq!(wrong(n).refused(401), "Authorization");
    }
    let slowed = wrong(10);
    assert_eq!((slowed.refused(429), slowed.header("retry-after")), ("Authorization".into(), Some("60")));
    assert_eq!(Tablet::connect(shop.at, "till", "wrong password").1, 5, "the gate counts the same");
}

#[test]
fn where_nobody_has_a_pin_or_badge_nobody_is_told_apart() {
    let shop = Shop::open(&[("user", json!({"name": "wati", "full_name": "Wati", "roles": ["Till"]}))]);
    assert_eq!(get(shop.at, "/api/till").status, 200);
    assert_eq!(Tablet::log_on(shop.at, "till").hear("state/box")["people"], false);
}

#[test]
fn where_people_are_told_apart_a_person_sees_what_their_roles_may_read() {
    let shop = Shop::open(&people());
    let at = shop.at;
    let mut tablet = Tablet::log_on(at, "till");
    let wati = tablet.log_in("wati", WATIS_PIN);
    tablet.submit("sales-invoice", &sale(1, 1, Some(&wati)));
    let path = format!("/api/documents/{}", id(1));
    assert_eq!(get(at, &path).refused(401), "Outpost-Session");
    assert_eq!(get(at, "/api/till").refused(401), "Outpost-Session");
    assert_eq!(get(at, "/api/stock").status, 200, "stock is the tablet's question");
    let as_person = |device: &str, session: &str, path: &str| {
        let session = format!("Outpost-Session: {session}");
        request(at, &format!("GET {path}"), &[&basic(device, PASSWORD), &session], b"")
    };
    let seen = as_person("till", &wati, &path);
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(as_person("other", &wati, &path).refused(401), "Outpost-Session", "a token is its device's");
    assert_eq!(as_person("till", "00", &path).refused(401), "Outpost-Session");
    let joko = tablet.log_in("joko", JOKOS_PIN);
    assert_eq!(as_person("till", &joko, &path).refused(403), "Outpost-Session");
    let listed = as_person("till", &joko, "/api/documents?day=2026-01-05").json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 0, "{listed}");
    let of_kind = as_person("till", &joko, "/api/documents?day=2026-01-05&kind=sales-invoice");
    assert_eq!(of_kind.refused(403), "Outpost-Session");
    let session = format!("Outpost-Session: {wati}");
    let headers = [&*basic("till", PASSWORD), &session, "Content-Type: application/json"];
    let days = br#"{"from": "2026-01-05", "to": "2026-01-05"}"#;
    let stick = request(at, "POST /api/stick/csv", &headers, days);
    assert_eq!(stick.refused(403), "Outpost-Session", "Wati is no manager");
    let listed = as_person("till", &wati, "/api/documents?day=2026-01-05").json();
    assert_eq!(listed["items"][0]["id"], id(1), "{listed}");
}
