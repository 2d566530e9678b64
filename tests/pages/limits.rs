//! What is too large, too slow, too much, or from somewhere else.

use crate::house::Shop;
use crate::http::{basic, get, hear, post, request, say};
use rig::town::PASSWORD;
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn strangers_hosts_and_origins_are_refused() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    for path in ["/", "/api/hello", "/api/till"] {
        let line = format!("GET {path}");
        assert_eq!(request(at, &line, &["Host: evil.example.com"], b"").refused(403), "Host");
        assert_eq!(request(at, &line, &["Origin: https://evil.example.com"], b"").refused(403), "Origin");
        assert_eq!(request(at, &line, &["Origin: null"], b"").refused(403), "Origin");
    }
    let own = format!("Origin: http://{at}");
    assert_eq!(request(at, "GET /api/hello", &[&own], b"").status, 200);
    assert_eq!(request(at, "GET /api/hello", &["Host: outpost.local"], b"").status, 200);
    let refused = request(at, "GET /", &["Host: evil.example.com"], b"");
    assert!(refused.header("content-security-policy").unwrap().contains("connect-src 'self';"), "{refused:?}");
    let nameless = say(at, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
    assert_eq!(nameless.refused(403), "Host");
}

#[test]
fn headers_and_bodies_are_taken_up_to_their_limits() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    let padded = |bytes: usize| request(at, "GET /api/hello", &[&format!("X-Pad: {}", "x".repeat(bytes))], b"").status;
    assert_eq!((padded(15 * 1024), padded(17 * 1024)), (200, 431));

    let of_size = |bytes: usize| {
        let mut body = json!({"ids": []}).to_string().into_bytes();
        body.resize(bytes, b' ');
        let headers = [&*basic("till", PASSWORD), "Content-Type: application/json"];
        request(at, "POST /api/marks", &headers, &body)
    };
    assert_eq!(of_size(64 * 1024).status, 200);
    assert_eq!(of_size(64 * 1024 + 1).refused(413), "Content-Length");
    let login = basic("till", PASSWORD);
    let head = format!("POST /api/marks HTTP/1.1\r\nHost: {at}\r\n{login}\r\nContent-Type: application/json\r\n");
    // Nobody knows how much comes until it is too much.
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000)).repeat(3);
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n");
    assert_eq!(say(at, chunked.as_bytes()).unwrap().refused(413), "Content-Length");
    let unsaid = format!("{head}Connection: close\r\n\r\n");
    assert_eq!(say(at, unsaid.as_bytes()).unwrap().refused(411), "Content-Length");
    let plain = request(at, "POST /api/marks", &[&login, "Content-Type: text/plain"], b"{}");
    assert_eq!(plain.refused(415), "Content-Type");
}

#[test]
fn whoever_dribbles_headers_is_hung_up_on_after_ten_seconds() {
    let shop = Shop::open(&[]);
    let mut socket = TcpStream::connect(shop.at).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let begun = Instant::now();
    socket.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    let mut ended = false;
    while begun.elapsed() < Duration::from_secs(50) {
        let dribbled = socket.write_all(b"X: y\r\n").is_ok();
        // Silence is a read that timed out; an end or a reset is the box hanging up.
        let silent = matches!(socket.peek(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
        if !dribbled || !silent {
            ended = true;
            break;
        }
    }
    assert!(ended, "after {:?}", begun.elapsed());
    assert!(begun.elapsed() >= Duration::from_secs(9), "after {:?}", begun.elapsed());
}

#[test]
fn an_address_has_64_connections_and_the_next_is_told_to_come_later() {
    let shop = Shop::open(&[]);
    let here: Vec<TcpStream> = (0..64).map(|_| TcpStream::connect(shop.at).unwrap()).collect();
    let mut more = TcpStream::connect(shop.at).unwrap();
    more.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let told = hear(&mut more).unwrap();
    assert_eq!((told.status, told.header("retry-after")), (503, Some("5")), "{told:?}");
    drop(here);
    let end = Instant::now() + Duration::from_secs(60);
    while say(shop.at, format!("GET /api/hello HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", shop.at).as_bytes())
        .is_none_or(|heard| heard.status != 200)
    {
        assert!(Instant::now() < end, "no seat came free");
    }
}

#[test]
fn a_parameter_that_is_none_is_named() {
    let shop = Shop::open(&[]);
    let at = shop.at;
    for (path, input) in [
        ("/api/documents?colour=1", "colour"),
        ("/api/documents?day=2026-1-5", "day"),
        ("/api/documents?day=2026-01-05&day=2026-01-06", "day"),
        ("/api/documents?day=2026-01-05&kind=lunch", "kind"),
        ("/api/documents?day=2026-01-05&limit=0", "limit"),
        ("/api/documents?day=2026-01-05&limit=501", "limit"),
        ("/api/documents?number=12", "number"),
        ("/api/documents", "day"),
        ("/api/documents/12", "id"),
        ("/api/rows?limit=2001", "limit"),
        ("/api/rows?after=12", "after"),
        ("/api/stock?warehouse=%", "warehouse"),
        ("/api/hello?x", "x"),
        ("/api/export?kind=sales-invoice&from=2026-01-01", "to"),
        ("/api/export?kind=sales-invoice&from=2026-01-01&to=2027-01-02", "to"),
        ("/api/export?kind=sales-invoice&from=2026-01-02&to=2026-01-01", "to"),
        ("/api/barcode", "code"),
        ("/api/scans?unknown=yes", "unknown"),
    ] {
        assert_eq!(get(at, path).refused(400), input, "{path}");
    }
    assert_eq!(get(at, "/api/export?kind=sales-invoice&from=2026-01-01&to=2027-01-01").status, 200, "366 days");
    let ids = |count: usize| json!({"ids": vec!["01a199c7-0000-7000-8000-000000000001"; count]});
    assert_eq!(post(at, "/api/marks", &ids(200)).status, 200);
    assert_eq!(post(at, "/api/marks", &ids(201)).refused(400), "ids");
    assert_eq!(post(at, "/api/marks", &json!({"ids": ["x"]})).refused(400), "ids[0]");
    assert_eq!(post(at, "/api/marks", &json!({"ids": [], "more": 1})).refused(400), "more");
    assert_eq!(post(at, "/api/marks", &json!("[")).refused(400), Value::Null);
    // Fields have names: what would fit by its place is none.
    assert_eq!(post(at, "/api/marks", &json!([[]])).refused(400), Value::Null);
    let paper = json!({"id": "01a199c7-0000-7000-8000-000000000001", "width_mm": 58, "lines": [["left"]]});
    assert_eq!(post(at, "/api/print", &paper).refused(400), "lines[0]");
    assert_eq!(get(at, "/api/nothing").refused(404), Value::Null);
    let wrong = request(at, "DELETE /api/marks", &[], b"");
    assert_eq!((wrong.refused(405), wrong.header("allow")), (Value::Null, Some("POST")));
    assert_eq!(get(at, "/api/documents?day=2026-01-05&after=7").refused(410), "after");
    assert_eq!(get(at, "/api/stock?after=x").refused(410), "after");
}
