//! The files that are built in, and the headers that every answer has.

use crate::house::Shop;
use crate::http::{get, request};

#[test]
fn the_page_is_sent_once_and_every_answer_has_the_headers_that_protect_it() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    let first = request(at, "GET /", &[], b"");
    assert_eq!((first.status, first.header("cache-control")), (200, Some("no-cache")), "{first:?}");
    assert!(first.header("content-type").unwrap().starts_with("text/html"));
    let tag = format!("If-None-Match: {}", first.header("etag").unwrap());
    let again = request(at, "GET /", &[&tag], b"");
    assert_eq!((again.status, again.body.len()), (304, 0), "{again:?}");
    let head = request(at, "HEAD /", &[], b"");
    let length = first.body.len().to_string();
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, Some(&*length)), "{head:?}");

    let wrong = request(at, "POST /", &[], b"");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("GET, HEAD")), "{wrong:?}");
    for (path, status) in [("/nothing", 404), ("/../Cargo.toml", 404), ("/assets/x-1.js", 404)] {
        assert_eq!(request(at, &format!("GET {path}"), &[], b"").status, status, "{path}");
    }
    let all = [first, again, wrong, get(at, "/api/hello"), get(at, "/api/nothing"), get(at, "/nothing")];
    for answer in &all {
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{answer:?}"));
        assert!(policy.contains("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(policy.contains(&format!("connect-src 'self' ws://{at};")), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("permissions-policy", "camera=(self), microphone=(), geolocation=()"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{answer:?}");
        }
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    assert_eq!(get(at, "/api/hello").header("cache-control"), Some("no-store"));
}

#[test]
fn the_contract_and_a_word_of_who_answers_need_no_login() {
    let shop = Shop::open(&[]);
    let hello = request(shop.at, "GET /api/hello", &[], b"").json();
    assert_eq!((&hello["role"], &hello["site"], &hello["api"]), (&"box".into(), &"bandung".into(), &1.into()));
    let contract = request(shop.at, "GET /api/openapi.json", &[], b"").json();
    assert!(contract["paths"]["/api/hello"]["get"].is_object());
}
