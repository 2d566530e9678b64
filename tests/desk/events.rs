//! What a page is told of by itself.

use crate::house::{Desk, Office};
use crate::shop::{sale, send};
use crate::{SOON, until};
use rig::http::written;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

/// Somebody who listens.
pub struct Listener {
    reader: BufReader<TcpStream>,
    /// The id of the last event.
    pub last: Option<String>,
    past: Vec<(String, Value)>,
}

impl Listener {
    /// Begins to listen; `after` is the id of an event.
    pub fn open(desk: &Desk, after: Option<&str>) -> Self {
        let mut socket = TcpStream::connect(desk.at).unwrap();
        socket.set_read_timeout(Some(SOON)).unwrap();
        let last = after.map(|after| format!("Last-Event-ID: {after}"));
        let headers: Vec<&str> = [Some(&*desk.cookie), last.as_deref()].into_iter().flatten().collect();
        socket.write_all(&written(desk.at, "GET /api/events", &headers, b"")).unwrap();
        let mut reader = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream"), "{head}");
        assert!(head.to_lowercase().contains("cache-control: no-store"), "{head}");
        Self { reader, last: None, past: Vec::new() }
    }

    /// The next piece; none once it has ended.
    fn piece(&mut self) -> Option<String> {
        let mut size = String::new();
        self.reader.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok().filter(|size| *size > 0)?;
        let mut piece = vec![0; size + 2];
        self.reader.read_exact(&mut piece).ok()?;
        piece.truncate(size);
        Some(String::from_utf8(piece).unwrap())
    }

    /// The next events, with their names; none once it has ended.
    pub fn events(&mut self) -> Option<Vec<(String, Value)>> {
        let mut events = Vec::new();
        for block in self.piece()?.split_terminator("\n\n") {
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
            let (Some(name), Some(data)) = (field("event: "), field("data: ")) else { continue };
            self.last = Some(field("id: ").unwrap().to_owned());
            events.push((name.to_owned(), serde_json::from_str(data).unwrap()));
        }
        self.past.extend(events.clone());
        Some(events)
    }

    /// Such an event, of all that were heard or are to come.
    pub fn wait_for(&mut self, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let (end, mut seen) = (Instant::now() + SOON, 0);
        while Instant::now() < end {
            if let Some((_, data)) = self.past[seen..].iter().find(|(event, data)| event == name && holds(data)) {
                return data.clone();
            }
            seen = self.past.len();
            assert!(self.events().is_some(), "it ended before {name}");
        }
        panic!("no {name} was told");
    }
}

#[test]
fn a_page_is_told_of_a_site_that_changes_and_goes_on_where_it_was_cut_off() {
    let office = Office::open("");
    let lia = office.log_in("lia");
    let mut heard = Listener::open(&lia, None);
    let house = office.with_box("bandung");
    let site = heard.wait_for("site", |site| site["site"] == "bandung");
    assert!(site["road"] == "line" || site["road"].is_null(), "{site}");
    send(&house, "sales-invoice", &[&sale(1, "2")]);
    heard.wait_for("site", |site| site["documents"] == 1);
    let last = heard.last.clone().unwrap();
    drop(heard);
    send(&house, "sales-invoice", &[&sale(2, "2")]);
    until("the second sale", || lia.ask("/api/sites/bandung")["documents"].clone(), |documents| *documents == 2);
    let mut again = Listener::open(&lia, Some(&last));
    let mut names = Vec::new();
    let end = Instant::now() + SOON;
    while Instant::now() < end {
        let events = again.events().unwrap();
        names.extend(events.iter().map(|(name, _)| name.clone()));
        if events.iter().any(|(_, data)| data["documents"] == 2) {
            break;
        }
    }
    assert!(!names.is_empty() && names.iter().all(|name| name == "site"), "no reset: {names:?}");
    for strange in ["00000000-7", "nonsense"] {
        let first = Listener::open(&lia, Some(strange));
        let mut first = first;
        assert_eq!(first.wait_for("reset", |_| true), json!({}), "{strange}");
    }
}

#[test]
fn a_page_hears_that_its_session_has_ended_and_is_hung_up_on() {
    let office = Office::open("");
    let (lia, wati) = (office.log_in("lia"), office.log_in("wati"));
    let (mut lias, mut watis) = (Listener::open(&lia, None), Listener::open(&wati, None));
    lia.post("/api/logout", &Value::Null);
    office.town.office.command(&["office", "user", "disable", "wati"], "").unwrap();
    for heard in [&mut lias, &mut watis] {
        assert_eq!(heard.wait_for("session", |_| true), json!({ "ended": true }));
        assert_eq!(heard.events(), None);
    }
}

#[test]
fn four_pages_of_a_session_listen_and_a_fifth_is_told_to_wait_until_one_goes() {
    let office = Office::open("");
    let lia = office.log_in("lia");
    let mut here: Vec<Listener> = (0..4).map(|_| Listener::open(&lia, None)).collect();
    let fifth = lia.get("/api/events");
    assert_eq!((fifth.refused(429), fifth.header("retry-after")), (Value::Null, Some("15")));
    drop(Listener::open(&office.log_in("lia"), None));
    here.pop();
    until("a place", || request_events(&lia), |status| *status == 200);
    drop(here);
}

/// The status of a request to listen, which is hung up on at once.
fn request_events(desk: &Desk) -> u16 {
    let mut socket = TcpStream::connect(desk.at).unwrap();
    socket.set_read_timeout(Some(SOON)).unwrap();
    socket.write_all(&written(desk.at, "GET /api/events", &[&desk.cookie], b"")).unwrap();
    let mut line = String::new();
    BufReader::new(socket).read_line(&mut line).unwrap();
    line.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_quiet_page_is_told_a_word_each_quarter_minute_and_stays_longer_than_an_idle_connection_may() {
    let office = Office::open("");
    let lia = office.log_in("lia");
    let mut heard = Listener::open(&lia, None);
    let (begun, mut words) = (Instant::now(), 0);
    while begun.elapsed().as_secs() < 70 {
        let piece = heard.piece().expect("it goes on");
        words += usize::from(piece.starts_with(':'));
    }
    assert!((4..=5).contains(&words), "{words} in {:?}", begun.elapsed());
}

#[test]
fn an_office_that_is_stopped_waits_for_no_page() {
    let mut office = Office::open("");
    let lia = office.log_in("lia");
    let mut heard = Listener::open(&lia, None);
    heard.events().unwrap();
    let begun = Instant::now();
    office.town.office.stop().unwrap();
    while heard.events().is_some() {}
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
