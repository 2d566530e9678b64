//! A tablet gets its login for a code that somebody at the box was shown.

use crate::house::Shop;
use crate::http::{Heard, basic, request};
use serde_json::{Value, json};
use std::net::SocketAddr;

fn pair(at: SocketAddr, body: &Value) -> Heard {
    request(at, "POST /api/pair", &["Content-Type: application/json"], body.to_string().as_bytes())
}

/// The code that is open now, without its space.
fn code(shown: &Value) -> String {
    shown["code"].as_str().unwrap().replace(' ', "")
}

/// Six digits that are not these.
fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[test]
fn a_code_is_good_once_and_its_login_at_once() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    assert_eq!(request(at, "GET /api/pairing", &[], b"").refused(404), Value::Null, "none is open");
    let opened = request(at, "POST /api/pairing", &[], b"").json();
    assert_eq!(request(at, "GET /api/pairing", &[], b"").json(), opened);
    assert_eq!(opened["url"], format!("http://{at}/"));
    assert!(opened["qr"].as_str().unwrap().starts_with("<svg"));
    let code = code(&opened);
    assert_eq!(code.len(), 6);
    assert_eq!(pair(at, &json!({"code": other(&code)})).refused(403), "code");
    assert_eq!(pair(at, &json!({"code": code, "name": "till"})).refused(409), "name");
    assert_eq!(pair(at, &json!({"code": code, "name": "No Name"})).refused(400), "name");
    let paired = pair(at, &json!({"code": code}));
    assert_eq!(paired.status, 201, "{paired:?}");
    let paired = paired.json();
    assert_eq!((&paired["device"], &paired["site"]), (&json!("tablet-1"), &json!("bandung")));
    let login = basic("tablet-1", paired["password"].as_str().unwrap());
    assert_eq!(request(at, "GET /api/status", &[&login], b"").status, 200);
    assert_eq!(pair(at, &json!({"code": code})).refused(410), "code");
    assert_eq!(pair(at, &json!({"code": code})).refused(410), "code");
    let slowed = pair(at, &json!({"code": code}));
    assert_eq!((slowed.refused(429), slowed.header("retry-after")), (json!("code"), Some("60")));
}

#[test]
fn three_wrong_tries_end_a_code_and_a_person_opens_the_next() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    let told = shop.house.command(&["device", "pair", "--kind", "tablet", "--name", "till-9"], "").unwrap();
    let opened = request(at, "GET /api/pairing", &[], b"").json();
    assert!(told.contains(opened["code"].as_str().unwrap()) && told.contains('█'), "{told}");
    let first = code(&opened);
    for status in [403, 403, 410] {
        assert_eq!(pair(at, &json!({"code": other(&first)})).refused(status), "code");
    }
    assert_eq!(pair(at, &json!({"code": first})).refused(410), "code");
    assert_eq!(request(at, "GET /api/pairing", &[], b"").refused(404), Value::Null);
    shop.house.command(&["device", "pair", "--name", "till-9"], "").unwrap();
    let next = code(&request(at, "GET /api/pairing", &[], b"").json());
    let paired = pair(at, &json!({"code": next})).json();
    assert_eq!(paired["device"], "till-9", "{paired}");
}
